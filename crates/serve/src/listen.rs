//! Connections: how many there are, how long each may take to say what it wants, and how they end.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The most connections, well below the usual limit of a process's files. For one more the oldest goes that has asked for nothing.
const MOST: usize = 512;
/// The most connections that wait to be accepted. The standard library's 128 are full after one burst of clients, and whoever
/// comes then is not heard for a second, when its system asks again.
const WAITING: u32 = 1024;
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

/// Waits for connections at a place; to be called within a runtime.
pub(crate) fn bind(place: SocketAddr) -> io::Result<TcpListener> {
    let socket = if place.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library has it: a server that is started again need not wait for the last one's connections, and on
    // Windows the option would let two listen at once.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(place)?;
    socket.listen(WAITING)
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    /// Linux alone tells by silence that there are too many, and allows 4096.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_burst_of_clients_is_heard_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _entered = runtime.enter();
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Vec<_> =
            (0..400).map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok()).collect();
        assert_eq!(heard.len(), 400);
    }
}
