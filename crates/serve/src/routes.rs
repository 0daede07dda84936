//! What is answered where.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use firelight_predict::TargetKind;
use firelight_vocab::Vocab;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::model::Wanted;
use crate::refusal::Refusal;
use crate::upload::Room;
use crate::worker::Worker;

#[derive(Clone)]
struct Served {
    worker: Worker,
    target: Arc<TargetKind>,
    highest_cost: Option<f64>,
    room: Room,
}

/// The page with this heading, and what programs ask.
pub(crate) fn routes(
    worker: Worker,
    target: TargetKind,
    highest_cost: Option<f64>,
    room: Room,
    question: &str,
) -> Router {
    let page = include_str!("page.html").replace("{question}", &escaped(question));
    Router::new()
        .route("/", get(move || async move { Html(page) }))
        .route("/health", get(health))
        .route("/model", get(model))
        .route("/predict", post(predict))
        .fallback(|| async { Refusal::NoPage })
        .method_not_allowed_fallback(|| async { Refusal::NoMethod })
        .with_state(Served { worker, target: Arc::new(target), highest_cost, room })
}

/// As text of a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn health(State(served): State<Served>) -> Json<Value> {
    Json(json!({ "status": "ok", "classes": served.target.vocab().map_or(0, Vocab::len) }))
}

/// What the model tells, and what its numbers are called: those that there is evidence for. Where answers have costs, the highest.
async fn model(State(served): State<Served>) -> Json<Value> {
    let mut said = json!({ "tells": served.target.to_string(), "outputs": served.target.names() });
    if let Some(cost) = served.highest_cost {
        said["highest_cost"] = cost.into();
    }
    Json(said)
}

/// `POST /predict` with a picture's bytes; `POST /predict?evidence` for where the model looked, too.
async fn predict(
    State(served): State<Served>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let evidence = wanted(query.as_deref(), served.target.columns())?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let upload = served.room.receive(body, announced).await?;
    let answer = served.worker.ask(upload, evidence);
    let answer = timeout(4 * served.room.patience, answer).await.map_err(|_| Refusal::Busy)??;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer))
}

/// What the query asks for: `evidence` for that of the answer, `evidence=3` for that of the model's fourth number.
fn wanted(query: Option<&str>, outputs: usize) -> Result<Wanted, Refusal> {
    let mut flags = query.unwrap_or_default().split('&').map(|flag| flag.split_once('=').unwrap_or((flag, "")));
    let number = |number: &str| number.parse().ok().filter(|&number| number < outputs);
    match flags.find(|(name, _)| *name == "evidence") {
        None => Ok(Wanted::Nothing),
        Some((_, "")) => Ok(Wanted::Usual),
        Some((_, of)) => number(of).map(Wanted::Of).ok_or(Refusal::NoOutput { outputs }),
    }
}
