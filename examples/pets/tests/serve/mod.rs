//! The server under good, broken, huge and slow uploads at once.

#[cfg(unix)]
mod crowd;
mod kinds;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use super::running::Running;

struct Served(Running);

impl Served {
    fn start(folder: &Path, export: &str) -> Self {
        let arguments = ["serve", export, "--port", "0", "--megabytes", "1", "--seconds", "15"];
        Self(Running::start(folder, &arguments))
    }

    /// Sends what `write` writes and reads the answer to its end: status and body.
    fn ask(&self, write: impl FnOnce(&mut TcpStream)) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.0.address).expect("a connection");
        write(&mut stream);
        let mut answer = Vec::new();
        // A refused upload may end in a reset after its answer.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        self.ask(|stream| stream.write_all(head.as_bytes()).expect("sent"))
    }

    fn post(&self, announced: usize, bytes: &[u8]) -> (u16, String) {
        self.send("/predict", announced, bytes)
    }

    fn send(&self, path: &str, announced: usize, bytes: &[u8]) -> (u16, String) {
        self.ask(|stream| {
            let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length:");
            write!(stream, "{head} {announced}\r\n\r\n").expect("sent");
            let _ = stream.write_all(bytes);
        })
    }
}

#[test]
fn two_hundred_requests_at_once_get_what_they_deserve() {
    let folder = super::folder();
    assert!(super::pets(folder.path(), &super::QUICK).status.success());
    let server = Served::start(folder.path(), "pets-out/soft.firelight");
    let good = std::fs::read(folder.path().join("images/pug_1.jpg")).expect("a picture");

    let server = &server;
    let good = &good;
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = |number: usize| {
            scope.spawn(move || match number % 10 {
                0 => ("broken", server.post(good.len() / 2, &good[..good.len() / 2])),
                1 => ("text", server.post(22, b"a letter to the editor")),
                2 => ("huge", server.post(50 << 20, &[0; 4096])),
                // Announces more than it sends and waits for the server's patience to end, or is cut off.
                3 if number < 10 => ("slow", server.post(good.len(), &good[..100])),
                _ => ("good", server.post(good.len(), good)),
            })
        };
        let asked: Vec<_> = (0..200).map(ask).collect();
        asked.into_iter().map(|thread| thread.join().expect("a request")).collect()
    });
    for (kind, (status, body)) in &answers {
        let want = match *kind {
            "broken" | "text" => 422,
            "huge" => 413,
            "slow" => 408,
            _ => 200,
        };
        assert_eq!(*status, want, "{kind}: {body}");
    }
    assert_eq!(answers.iter().filter(|(kind, _)| *kind == "good").count(), 139);

    let body = |wanted: &str| &answers.iter().find(|(kind, _)| *kind == wanted).expect("one of each").1.1;
    let answer: serde_json::Value = serde_json::from_str(body("good")).expect("JSON");
    assert!(["pug", "Bengal"].contains(&answer["class"].as_str().expect("a breed")));
    let fields: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["calibrated", "class", "expected_cost", "group", "group_probability", "likeliest"]);
    assert_eq!(answer["likeliest"].as_array().map(Vec::len), Some(2));
    let cost = answer["expected_cost"].as_f64().expect("a cost");
    assert!((0.0..=1.0).contains(&cost), "{cost}");
    assert_eq!(
        body("text"),
        "{\"error\":\"decode: cannot decode a picture of 22 bytes in memory: its first bytes (61206c6574746572) belong to \
         no picture format that is read (JPEG, PNG, GIF, WebP, BMP, TIFF, PNM, QOI, ICO); replace or remove the file\"}"
    );
    assert_eq!(
        body("huge"),
        "{\"error\":\"the picture is larger than 1 MiB; send a smaller one, or raise the limit where it is served\"}"
    );
    assert_eq!(
        body("slow"),
        "{\"error\":\"the upload comes too slowly to be there in 15 s; send a smaller picture, or raise the limit where it is served\"}"
    );

    let (status, body) = server.send("/predict?evidence", good.len(), good);
    let explained: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &explained["class"]), (200, &answer["class"]));
    assert!(explained["evidence"].as_str().is_some_and(|uri| uri.starts_with("data:image/jpeg;base64,/9j/")), "{body}");
    assert!(answer.get("evidence").is_none());

    // F28: what is no picture's bare bytes is called what it is, and every refusal is a sentence.
    for (bytes, what) in [
        (&b"--abc\r\ncontent-disposition: form-data\r\n"[..], "a form"),
        (b"/9j/4AAQSkZJRgABAQ", "base64"),
        (b"data:image/jpeg;base64,/9j/4AAQ", "a data URI"),
        (b"{\"picture\": \"/9j/\"}", "JSON"),
    ] {
        let (status, body) = server.post(bytes.len(), bytes);
        let said = format!(
            "{{\"error\":\"the upload is {what}, and not a picture's bare bytes; send those, as `curl --data-binary \
             @picture.jpg` does\"}}"
        );
        assert_eq!((status, body), (415, said));
    }
    let (status, body) = server.post(0, b"");
    assert!(status == 400 && body.starts_with("{\"error\":\"the upload is empty; send"), "{status} {body}");
    let (status, body) = server.get("/predict");
    assert!(status == 405 && body.starts_with("{\"error\":\"this method means nothing here"), "{status} {body}");

    assert_eq!(server.get("/health"), (200, "{\"classes\":2,\"status\":\"ok\"}".to_owned()));
    assert_eq!(server.get("/favicon.ico").0, 404);
    let (status, page) = server.get("/");
    assert!(status == 200 && page.contains("Drop a picture here"));
}
