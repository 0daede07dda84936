//! On the loopback, answers for this machine alone.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::refusal::Refusal;

/// Refuses what a page from elsewhere asks, also one whose name was made to lead here: a browser on this machine would ask it for anybody.
/// `names` are others of this machine's, which a proxy hands on.
pub async fn at_home(State(names): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    if is_ours(request.headers(), &names) { next.run(request).await } else { Refusal::Stranger.into_response() }
}

fn is_ours(headers: &HeaderMap, names: &[String]) -> bool {
    let values = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let is_origin_here = |origin: &str| origin.split_once("://").is_some_and(|(_, host)| is_here(host, names));
    values(HOST).all(|host| is_here(host, names)) && values(ORIGIN).all(is_origin_here)
}

/// Whether `localhost:8000`, `127.0.0.1`, `[::1]:8000` or one of `names` is this machine.
fn is_here(host: &str, names: &[String]) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        || names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A13: a name that was made to lead to 127.0.0.1 got answers.
    #[test]
    fn a_page_from_elsewhere_is_no_page_of_ours() {
        let headers = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().expect("a value"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("a value"));
            }
            is_ours(&headers, &["pets.example".into()])
        };
        for host in
            ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "[::1]", "pets.example"]
        {
            assert!(headers(host, None), "{host}");
            assert!(headers(host, Some(&format!("http://{host}"))), "{host}");
            assert!(!headers(host, Some("http://attacker.example")), "{host}");
            assert!(!headers(host, Some("null")), "{host}");
        }
        for host in ["attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example:80", "10.0.0.1", ""]
        {
            assert!(!headers(host, None), "{host}");
        }
        assert!(is_ours(&HeaderMap::new(), &[]), "HTTP/1.0 has no host");
    }
}
