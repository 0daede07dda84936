//! A range request and what a server's answer to it means.

use std::fmt;

use ureq::http::{Response, StatusCode, Uri, header};
use ureq::{Agent, Body, BodyReader};

use crate::Patience;

/// What a server said to a request for the bytes from some point on.
pub(crate) enum Answer {
    /// The file from its first byte: nothing was there yet, the server serves no ranges, or the file changed.
    Whole { size: Option<u64>, tag: Option<String>, body: BodyReader<'static> },
    /// The bytes asked for. `size` is the whole file's.
    Rest { size: Option<u64>, tag: Option<String>, body: BodyReader<'static> },
    /// The file ends before the first byte asked for, or the bytes sent are other ones.
    NothingLeft,
    /// Trying again may help.
    Busy { status: u16 },
    /// Trying again does not help.
    Refused { status: u16 },
}

/// Asks for `url` from byte `have` on. With a `tag`, a server that understands it sends the whole file if it is no
/// longer the one with that tag.
///
/// A token goes to the server of `url`, and to none that it redirects to.
pub(crate) fn ask(
    agent: &Agent,
    url: &str,
    have: u64,
    tag: Option<&str>,
    token: Option<&Token>,
) -> Result<Answer, ureq::Error> {
    // A compressed transfer would make byte positions ambiguous.
    let mut request = agent.get(url).header(header::ACCEPT_ENCODING, "identity");
    if let Some(Token(token)) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
        if let Some(tag) = tag {
            request = request.header(header::IF_RANGE, tag);
        }
    }
    let response = request.call()?;
    let tag = field(&response, header::ETAG).filter(|tag| tag.starts_with('"')).map(str::to_owned);
    Ok(match response.status() {
        StatusCode::OK => {
            let size = field(&response, header::CONTENT_LENGTH).and_then(|size| size.trim().parse().ok());
            Answer::Whole { size, tag, body: response.into_body().into_reader() }
        }
        StatusCode::PARTIAL_CONTENT => match field(&response, header::CONTENT_RANGE).and_then(content_range) {
            Some((first, size)) if first == have => {
                Answer::Rest { size, tag, body: response.into_body().into_reader() }
            }
            _ => Answer::NothingLeft,
        },
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => Answer::NothingLeft,
        status if is_passing(status) => Answer::Busy { status: status.as_u16() },
        status => Answer::Refused { status: status.as_u16() },
    })
}

/// What says who is asking; it is not printed.
#[derive(Clone)]
pub(crate) struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// An agent without credentials or cookies of its own, that follows redirects.
pub(crate) fn agent(url: &str, patience: &Patience) -> Agent {
    let silence = Some(patience.silence);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(concat!("firelight/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(silence)
        .timeout_connect(silence)
        .timeout_send_request(silence)
        .timeout_recv_response(silence)
        .timeout_per_read(silence);
    // A proxy in the environment is for the world outside: it may not know this machine's loopback.
    let config = if is_loopback(url) { config.proxy(None) } else { config };
    config.build().new_agent()
}

fn is_loopback(url: &str) -> bool {
    let uri = url.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}

fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT || status == StatusCode::TOO_MANY_REQUESTS
}

fn field(response: &Response<Body>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// The first position and the whole size in `bytes 5-9/10`; the size is `*` where the server does not know it.
fn content_range(field: &str) -> Option<(u64, Option<u64>)> {
    let (range, size) = field.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, size.trim().parse().ok()))
}
