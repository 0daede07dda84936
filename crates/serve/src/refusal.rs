//! Why a request gets no prediction.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Each is a status and a sentence under `error`.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such page; POST a picture's bytes to /predict, or open / in a browser")]
    NoPage,
    #[error("this method means nothing here; POST a picture's bytes to /predict, or GET /, /model and /health")]
    NoMethod,
    #[error("evidence=… takes a number of the model's, from 0 to {}; /model has their names, in this order", outputs.saturating_sub(1))]
    NoOutput { outputs: usize },
    #[error("the upload is empty; send a picture's bytes, as `curl --data-binary @picture.jpg` does")]
    Empty,
    #[error(
        "the upload is {wrapping}, and not a picture's bare bytes; send those, as `curl --data-binary @picture.jpg` does"
    )]
    Wrapped { wrapping: &'static str },
    #[error("the picture is larger than {}; send a smaller one, or raise the limit where it is served", size(*largest))]
    TooLarge { largest: usize },
    #[error(
        "the upload comes too slowly to be there in {seconds} s; send a smaller picture, or raise the limit where it is served"
    )]
    Slow { seconds: u64 },
    #[error("the upload broke off; send it again")]
    Cut,
    #[error(
        "this server answers its own page, and programs on this machine, alone; open http://localhost with its port, or serve on another --host"
    )]
    Stranger,
    #[error("{0}")]
    Picture(String),
    #[error("too many pictures are waiting; try again in a few seconds")]
    Busy,
    #[error("the model failed on this picture; the server goes on")]
    Failed,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPage => StatusCode::NOT_FOUND,
            Self::Stranger => StatusCode::FORBIDDEN,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Wrapped { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Cut | Self::Empty | Self::NoOutput { .. } => StatusCode::BAD_REQUEST,
            Self::Picture(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

fn size(bytes: usize) -> String {
    if bytes.is_multiple_of(1 << 20) { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// What a picture was surely wrapped in, by whoever sent it.
pub fn wrapping(bytes: &[u8]) -> Option<&'static str> {
    let text = |start: &[u8]| bytes.trim_ascii_start().starts_with(start);
    if text(b"--") {
        return Some("a form");
    }
    if text(b"data:") {
        return Some("a data URI");
    }
    if text(b"{") || text(b"[") || text(b"\"") {
        return Some("JSON");
    }
    // The first letters of JPEG, PNG, GIF, WebP and BMP files in base64.
    let base64: [&[u8]; 5] = [b"/9j/", b"iVBORw0KGgo", b"R0lGOD", b"UklGR", b"Qk0"];
    (base64.iter().any(|start| text(start)) && bytes.iter().take(64).all(u8::is_ascii)).then_some("base64")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
