//! What requests get.

use std::io::Cursor;
use std::sync::{Arc, PoisonError};

use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::thumbnail;

use super::Shown;
use super::decisions::{Changed, Decision};
use super::refusal::Refusal;

/// Longest side of a picture on the page.
const SIDE: u32 = 480;
/// Nothing from elsewhere, and nothing of it elsewhere.
const POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes(shown: Arc<Shown>, port: u16) -> Router {
    let file = |kind: &'static str, text: &'static str| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page.html")))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page.css")))
        .route("/page.js", file("text/javascript; charset=utf-8", include_str!("page.js")))
        .route("/findings", get(findings))
        .route("/decisions", get(decisions).post(decide))
        .route("/undo", post(undo))
        .route("/picture/{item}", get(picture))
        .fallback(|| async { Refusal::NoPage })
        .method_not_allowed_fallback(|| async { Refusal::NoPage })
        .layer(from_fn(move |request, next| guard(port, request, next)))
        .with_state(shown)
}

/// Lets requests through that a page of ours sends, or somebody who types the address; others, from a page elsewhere whose name leads to this
/// machine, do not get in.
async fn guard(port: u16, request: Request, next: Next) -> Response {
    // A browser leaves out the port that is usual.
    let port_of = if port == 80 { String::new() } else { format!(":{port}") };
    let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}{port_of}"));
    let text = |headers: &HeaderMap, name| headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
    let headers = request.headers();
    let is_ours = text(headers, HOST).is_some_and(|host| hosts.contains(&host));
    let origins = hosts.map(|host| format!("http://{host}"));
    let from_ours = match text(headers, ORIGIN) {
        Some(origin) => origins.contains(&origin),
        None => request.method() == Method::GET || request.method() == Method::HEAD,
    };
    if !(is_ours && from_ours) {
        return Refusal::Elsewhere { port }.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn findings(State(shown): State<Arc<Shown>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], shown.findings.clone())
}

async fn decisions(State(shown): State<Arc<Shown>>) -> Result<impl IntoResponse, Refusal> {
    let decisions = shown.decisions.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Json(serde_json::json!({ "rows": decisions.rows()?, "undo": decisions.undoable(), "file": decisions.file() })))
}

async fn decide(State(shown): State<Arc<Shown>>, Json(decision): Json<Decision>) -> Result<Json<Changed>, Refusal> {
    let mut decisions = shown.decisions.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Json(decisions.decide(&decision)?))
}

async fn undo(State(shown): State<Arc<Shown>>) -> Result<Json<Changed>, Refusal> {
    let mut decisions = shown.decisions.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Json(decisions.undo()?))
}

/// A listed item's picture, as large as the page shows it at most.
async fn picture(State(shown): State<Arc<Shown>>, Path(item): Path<usize>) -> Result<impl IntoResponse, Refusal> {
    if !shown.listed.contains(&item) {
        return Err(Refusal::NoPicture);
    }
    let asked = shown.clone();
    let Ok(_room) = asked.room.acquire().await else { return Err(Refusal::NoPicture) };
    let opened = tokio::task::spawn_blocking(move || (shown.open)(item).and_then(|picture| Ok(jpeg(&picture)?))).await;
    // A reader that panicked is a picture that cannot be read.
    let bytes = opened.map_err(|why| Refusal::Picture(why.to_string()))?;
    let bytes = bytes.map_err(|why| Refusal::Picture(why.to_string()))?;
    Ok(([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "private, max-age=3600")], bytes))
}

fn jpeg(picture: &RgbImage) -> image::ImageResult<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let scale = f64::from(SIDE) / f64::from(width.max(height).max(1));
    let side = |length: u32| (f64::from(length) * scale).round().max(1.0) as u32;
    let small = (scale < 1.0).then(|| thumbnail(picture, side(width), side(height)));
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(small.as_ref().unwrap_or(picture))?;
    Ok(bytes.into_inner())
}
