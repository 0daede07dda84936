//! Why a request gets nothing.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::DoctorError;

/// Each is a status and a sentence under `error`.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("there is no such page; open / in a browser")]
    NoPage,
    #[error("this page is for this machine alone; open http://127.0.0.1:{port}")]
    Elsewhere { port: u16 },
    #[error("no card has such a picture")]
    NoPicture,
    #[error("the picture cannot be shown: {0}")]
    Picture(String),
    #[error("{0}; load the page again")]
    Unknown(&'static str),
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error(transparent)]
    Doctor(#[from] DoctorError),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPage | Self::NoPicture => StatusCode::NOT_FOUND,
            Self::Elsewhere { .. } => StatusCode::FORBIDDEN,
            Self::Picture(_) | Self::Unknown(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Doctor(DoctorError::File { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NothingToUndo | Self::Doctor(_) => StatusCode::CONFLICT,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
