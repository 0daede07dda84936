//! A small web server on loopback that misbehaves on demand.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Serves files, each reply as scripted; the last reply is repeated.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    files: Vec<(String, Vec<u8>)>,
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    pub range: Option<String>,
    pub if_range: Option<String>,
    pub authorization: Option<String>,
}

/// How the server answers one request.
#[derive(Clone, Debug)]
pub struct Reply {
    status: Option<u16>,
    body: Option<Vec<u8>>,
    tag: Option<&'static str>,
    location: Option<String>,
    ranges: bool,
    length: bool,
    cut: Option<usize>,
    silent: bool,
    drip: Option<Duration>,
}

impl Reply {
    /// As a good server does.
    pub fn good() -> Self {
        Self {
            status: None,
            body: None,
            tag: None,
            location: None,
            ranges: true,
            length: true,
            cut: None,
            silent: false,
            drip: None,
        }
    }

    /// Nothing but a status.
    pub fn status(status: u16) -> Self {
        Self { status: Some(status), ..Self::good() }
    }

    /// Sends the client elsewhere.
    pub fn redirect(location: String) -> Self {
        Self { location: Some(location), ..Self::status(302) }
    }

    /// Serves other bytes than the file's.
    pub fn with_body(self, body: &[u8]) -> Self {
        Self { body: Some(body.to_vec()), ..self }
    }

    /// Sends an entity tag, and honours `If-Range`.
    pub fn with_tag(self, tag: &'static str) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// Sends the whole file whatever range is asked for.
    pub fn without_ranges(self) -> Self {
        Self { ranges: false, ..self }
    }

    /// Does not say how long the file is.
    pub fn without_length(self) -> Self {
        Self { length: false, ..self }
    }

    /// Closes the connection after this many bytes of the body.
    pub fn broken_after(self, bytes: usize) -> Self {
        Self { cut: Some(bytes), ..self }
    }

    /// Says nothing more after this many bytes of the body, and keeps the connection open.
    pub fn silent_after(self, bytes: usize) -> Self {
        Self { cut: Some(bytes), silent: true, ..self }
    }
}

impl Reply {
    /// Sends a byte, waits, and sends the next.
    pub fn dripping(self, pause: Duration) -> Self {
        Self { drip: Some(pause), ..self }
    }
}

impl Server {
    pub fn new(files: &[(&str, &[u8])], replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = listener.local_addr().expect("address");
        let shared = Arc::new(Shared {
            files: files.iter().map(|(path, body)| ((*path).to_owned(), body.to_vec())).collect(),
            replies: Mutex::new(replies.into_iter().collect()),
            requests: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let seen = shared.clone();
        let accepting = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen.stop.load(Ordering::SeqCst) {
                    break;
                }
                let seen = seen.clone();
                thread::spawn(move || seen.serve(stream));
            }
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("no panic").clone()
    }

    /// The `Range` of each request, `all` where there was none.
    pub fn ranges(&self) -> Vec<String> {
        let range = |request: Request| request.range.unwrap_or_else(|| "all".into());
        self.requests().into_iter().map(range).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read_request(&stream) else {
            return;
        };
        self.requests.lock().expect("no panic").push(request.clone());
        let reply = {
            let mut replies = self.replies.lock().expect("no panic");
            if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
        };
        let reply = reply.unwrap_or_else(Reply::good);
        let file = self.files.iter().find(|(path, _)| *path == request.path).map(|(_, body)| body.clone());
        let (head, body) = reply.answer(&request, file);
        let sent = &body[..reply.cut.unwrap_or(body.len()).min(body.len())];
        let mut sent = sent.chunks(if reply.drip.is_some() { 1 } else { usize::MAX });
        let _ = stream.write_all(head.as_bytes()).and_then(|()| {
            sent.try_for_each(|piece| {
                stream.write_all(piece)?;
                reply.drip.into_iter().for_each(thread::sleep);
                Ok(())
            })
        });
        while reply.silent && !self.stop.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Reply {
    fn answer(&self, request: &Request, file: Option<Vec<u8>>) -> (String, Vec<u8>) {
        let whole = self.body.clone().or(file);
        let status = self.status.unwrap_or(if whole.is_some() { 200 } else { 404 });
        let whole = whole.filter(|_| status == 200).unwrap_or_default();
        let same = request.if_range.is_none() || request.if_range.as_deref() == self.tag;
        let first = request.range.as_deref().and_then(first_byte).filter(|_| self.ranges && same && status == 200);
        let mut fields = vec!["Connection: close".to_owned()];
        fields.extend(self.tag.map(|tag| format!("ETag: {tag}")));
        fields.extend(self.location.as_ref().map(|location| format!("Location: {location}")));
        let (status, body) = match first {
            Some(first) if first >= whole.len() => {
                fields.push(format!("Content-Range: bytes */{}", whole.len()));
                (416, Vec::new())
            }
            Some(first) => {
                fields.push(format!("Content-Range: bytes {first}-{}/{}", whole.len() - 1, whole.len()));
                (206, whole[first..].to_vec())
            }
            None => (status, whole),
        };
        if self.length {
            fields.push(format!("Content-Length: {}", body.len()));
        }
        (format!("HTTP/1.1 {status} Said\r\n{}\r\n\r\n", fields.join("\r\n")), body)
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let (mut range, mut if_range, mut authorization) = (None, None, None);
    for line in lines.take_while(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = Some(value.trim().to_owned());
        match name.to_ascii_lowercase().as_str() {
            "range" => range = value,
            "if-range" => if_range = value,
            "authorization" => authorization = value,
            _ => {}
        }
    }
    Some(Request { path, range, if_range, authorization })
}

fn first_byte(range: &str) -> Option<usize> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}
