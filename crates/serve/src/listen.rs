//! Connections: how many there are, how long each may take to say what it wants, and how they end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The most connections, well below the usual limit of a process's files. For one more the oldest goes that has asked for nothing.
const MOST: usize = 512;
/// How long the head of a request may take, and a connection be idle.
const HEAD: Duration = Duration::from_secs(10);
/// The most bytes of a head.
const BUFFER: usize = 32 << 10;
/// How often is asked whether it has ended.
const LOOK: Duration = Duration::from_millis(100);

/// A connection.
struct Open {
    task: JoinHandle<()>,
    /// Whether a request of it is being answered.
    busy: Arc<AtomicBool>,
}

/// Answers until it has `ended`, and then for at most `patience` what is being asked.
pub(crate) async fn listen(listener: TcpListener, routes: Router, patience: Duration, ended: impl Fn() -> bool) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(BUFFER);
    let (graceful, mut open) = (GracefulShutdown::new(), VecDeque::<Open>::new());
    while !ended() {
        let Ok(accepted) = timeout(LOOK, listener.accept()).await else { continue };
        open.retain(|connection| !connection.task.is_finished());
        let Ok((stream, _)) = accepted else {
            // There are no more files to be had.
            close_idle(&mut open);
            sleep(LOOK / 10).await;
            continue;
        };
        if open.len() < MOST || close_idle(&mut open) {
            open.push_back(connect(stream, &http, &graceful, routes.clone()));
        }
    }
    drop(listener);
    let _ = timeout(patience, graceful.shutdown()).await;
}

/// Closes the oldest connection that waits for its client, if there is one.
fn close_idle(open: &mut VecDeque<Open>) -> bool {
    let idle = open.iter().position(|connection| !connection.busy.load(Ordering::Relaxed));
    idle.and_then(|place| open.remove(place)).is_some_and(|connection| {
        connection.task.abort();
        true
    })
}

fn connect(stream: TcpStream, http: &http1::Builder, graceful: &GracefulShutdown, routes: Router) -> Open {
    let busy = Arc::new(AtomicBool::new(false));
    let (routes, asks) = (TowerToHyperService::new(routes), busy.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let (answer, asks) = (routes.call(request), asks.clone());
        async move {
            let answer = answer.await;
            asks.store(false, Ordering::Relaxed);
            answer
        }
    });
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
    // How it ends is its client's affair.
    let task = tokio::spawn(async move { drop(connection.await) });
    Open { task, busy }
}
