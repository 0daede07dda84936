//! A page to try a model on, and the same answers as JSON.

mod answer;
mod refusal;
mod worker;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use firelight::prelude::*;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use answer::Answer;
use refusal::Refusal;
use worker::Worker;

/// Uploads that are in memory at one time, in KiB, whatever their number.
const ROOM: usize = 256 << 10;

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// A model that a training run exported
    export: PathBuf,
    /// Address to listen on; the default is reached from this machine alone
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Largest upload in MiB, 1 to 64
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    megabytes: u32,
    /// Seconds that an upload may take; an answer may wait four times as long for its turn
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

#[derive(Clone)]
struct Server {
    worker: Worker,
    room: Arc<Semaphore>,
    largest: usize,
    patience: Duration,
}

/// Serves until the process is ended.
pub fn serve(options: &Serve, device: &Device) -> Result<()> {
    let predictor = Predictor::load(&options.export, device)?;
    // The page shows classes.
    predictor.one_class()?;
    let server = Server {
        worker: Worker::start(predictor)?,
        room: Arc::new(Semaphore::new(ROOM)),
        largest: (options.megabytes as usize) << 20,
        patience: Duration::from_secs(options.seconds),
    };
    let routes = Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/health", get(health))
        .route("/predict", post(predict))
        .fallback(|| async { Refusal::NoPage })
        .method_not_allowed_fallback(|| async { Refusal::NoMethod })
        .with_state(server);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let place = (options.host, options.port);
        let listener = TcpListener::bind(place).await.map_err(|error| {
            format!("serve: cannot listen on {}:{}: {error}; choose another --port", place.0, place.1)
        })?;
        println!("listening on http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, routes).await?)
    })
}

async fn health(State(server): State<Server>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok", "classes": server.worker.classes() }))
}

/// `POST /predict` with a picture's bytes; `POST /predict?evidence` for where the model looked, too.
async fn predict(
    State(server): State<Server>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Answer>, Refusal> {
    let (largest, patience) = (server.largest, server.patience);
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let length = announced.unwrap_or(largest);
    if length > largest {
        return Err(Refusal::TooLarge { largest });
    }
    let space = (length >> 10) as u32 + 1;
    let room = timeout(patience, server.room.clone().acquire_many_owned(space)).await;
    let Ok(Ok(_room)) = room else { return Err(Refusal::Busy) };
    let bytes: Bytes = timeout(patience, to_bytes(body, largest))
        .await
        .map_err(|_| Refusal::Slow { seconds: patience.as_secs() })?
        .map_err(|error| Refusal::of_upload(&error, largest))?;
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if let Some(wrapping) = refusal::wrapping(&bytes) {
        return Err(Refusal::Wrapped { wrapping });
    }
    let evidence = query.is_some_and(|query| query.split('&').any(|flag| flag == "evidence"));
    let answer = timeout(4 * patience, server.worker.ask(bytes, evidence)).await.map_err(|_| Refusal::Busy)??;
    Ok(Json(answer))
}
