//! A page to try a model on, and the same answers as JSON.

mod answer;
mod home;
mod listen;
mod refusal;
mod upload;
mod worker;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use firelight::predict::TargetKind;
use firelight::prelude::*;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::say::say;
use firelight::signals;
use home::at_home;
use listen::listen;
use refusal::Refusal;
use upload::Room;
use worker::{Wanted, Worker};

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
    /// A name besides `localhost` that it answers to on this machine's own address, as where a proxy hands it on
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Largest upload in MiB, 1 to 64
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    megabytes: u32,
    /// Seconds that an upload may take; an answer may wait four times as long for its turn
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
}

#[derive(Clone)]
struct Server {
    worker: Worker,
    target: TargetKind,
    room: Room,
}

/// Serves until the program is asked to end, and then finishes what is being answered.
pub fn serve(options: &Serve, device: &Device) -> Result<()> {
    let predictor = Predictor::load(&options.export, device)?;
    predictor.one_file()?;
    let target = predictor.manifest().target.clone();
    let page = page(&target);
    let patience = Duration::from_secs(options.seconds);
    let room = Room::new((options.megabytes as usize) << 20, patience);
    let server = Server { target, worker: Worker::start(predictor)?, room };
    let routes = Router::new()
        .route("/", get(move || async move { Html(page) }))
        .route("/health", get(health))
        .route("/model", get(model))
        .route("/predict", post(predict))
        .fallback(|| async { Refusal::NoPage })
        .method_not_allowed_fallback(|| async { Refusal::NoMethod })
        .with_state(server);
    let names: Arc<[String]> = options.names.clone().into();
    let at_home = middleware::from_fn_with_state(names, at_home);
    let routes = if options.host.is_loopback() { routes.layer(at_home) } else { routes };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let place = (options.host, options.port);
        let listener = TcpListener::bind(place).await.map_err(|error| {
            format!("serve: cannot listen on {}:{}: {error}; choose another --port", place.0, place.1)
        })?;
        say(format_args!("listening on http://{}", listener.local_addr()?));
        signals::hold();
        listen(listener, routes, patience).await;
        Ok(())
    })
}

/// The page, with the question that the model answers.
fn page(target: &TargetKind) -> String {
    let question = match target {
        TargetKind::Category(_) => "Which breed is it?",
        _ => "What does the model see?",
    };
    include_str!("page.html").replace("{question}", question)
}

async fn health(State(server): State<Server>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok", "classes": server.target.vocab().map_or(0, Vocab::len) }))
}

/// What the model tells, and what its numbers are called: those that there is evidence for.
async fn model(State(server): State<Server>) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "tells": server.target.to_string(), "outputs": server.target.names() }))
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

/// `POST /predict` with a picture's bytes; `POST /predict?evidence` for where the model looked, too.
async fn predict(
    State(server): State<Server>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let evidence = wanted(query.as_deref(), server.target.columns())?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let upload = server.room.receive(body, announced).await?;
    let answer = server.worker.ask(upload, evidence);
    let answer = timeout(4 * server.room.patience, answer).await.map_err(|_| Refusal::Busy)??;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer))
}
