//! Why a request gets no prediction.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Each is a status and a sentence under `error`.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such page; POST a picture's bytes to /predict, or open / in a browser")]
    NoPage,
    #[error("the picture is larger than {} MiB; send a smaller one, or raise --megabytes", largest >> 20)]
    TooLarge { largest: usize },
    #[error("the upload took longer than {seconds} s; send a smaller picture, or raise --seconds")]
    Slow { seconds: u64 },
    #[error("the upload broke off; send it again")]
    Cut,
    #[error("{0}")]
    Picture(String),
    #[error("too many pictures are waiting; try again in a few seconds")]
    Busy,
    #[error("the model failed on this picture; the server goes on")]
    Failed,
}

impl Refusal {
    /// An upload that ended early, by the sender or by the limit.
    pub fn of_upload(error: &axum::Error, largest: usize) -> Self {
        if error.to_string().contains("length limit") { Self::TooLarge { largest } } else { Self::Cut }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoPage => StatusCode::NOT_FOUND,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Cut => StatusCode::BAD_REQUEST,
            Self::Picture(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
