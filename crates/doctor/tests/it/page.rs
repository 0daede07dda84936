//! The page writes what is decided, and answers nobody else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use firelight_doctor::{Action, Corrections, FaultLimits, Features, Findings, LabelErrors, Look, Page, Part};
use firelight_vocab::Vocab;
use image::RgbImage;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A served page over seven items: 3 has a wrong label, 0 and 5 are one, and 5 cannot be opened; 6 is on no card.
struct Served {
    address: String,
    folder: TempDir,
}

fn findings() -> Findings {
    let vocab = Vocab::from_labels(["beagle", "pug"]);
    let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.9, 0.1]];
    let features = [[1.0, 0.0], [0.6, 0.5], [0.5, 0.7], [0.3, 0.9], [0.1, 1.0], [1.0, 0.0], [0.8, 0.3]];
    let looks = [10, 200, 200, 200, 200, 10, 200]
        .map(|grey| Look::of(&RgbImage::from_fn(8, 8, |x, y| image::Rgb([((x ^ y) * grey / 8) as u8; 3]))));
    Findings::of(["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg"])
        .with_parts(&[Part::Train, Part::Train, Part::Train, Part::Train, Part::Valid, Part::Valid, Part::Train])
        .and_then(|found| found.with_labels(&vocab, &[0, 0, 0, 1, 1, 0, 0], &probabilities, &LabelErrors::new()))
        .and_then(|found| found.with_features(&Features::new(&features)?, 0.999))
        .and_then(|found| {
            found.with_looks(&looks, &FaultLimits { information: 0.0, sharpness: 0.0, ..FaultLimits::default() })
        })
        .expect("findings")
}

fn served(findings: Findings, text: Option<&str>) -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.csv");
    if let Some(text) = text {
        std::fs::write(&file, text).expect("a file");
    }
    let open = |item: usize| match item {
        5 => Err("the file is torn".into()),
        item => Ok(RgbImage::from_pixel(900, 300, image::Rgb([item as u8; 3]))),
    };
    let (told, address) = mpsc::channel();
    let page = Page::new(findings, file, open).expect("a page");
    std::thread::spawn(move || page.serve(0, move |address| told.send(address).expect("a listener")));
    Served { address: address.recv().expect("an address").to_string(), folder }
}

impl Served {
    /// Status and body of an answer to a request with these further lines.
    fn ask(&self, request: &str, host: &str, lines: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: {host}\r\n{lines}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        let status = std::str::from_utf8(&answer[9..12]).ok().and_then(|status| status.parse().ok());
        (status.expect("a status"), answer.split_off(end))
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.ask(&format!("GET {path}"), &self.address, "", "")
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let lines = format!("origin: http://{}\r\ncontent-type: application/json\r\n", self.address);
        let (status, bytes) = self.ask(&format!("POST {path}"), &self.address, &lines, &body.to_string());
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    fn decide(
        &self,
        item: Option<usize>,
        given: Option<usize>,
        suggested: Option<usize>,
        action: &str,
    ) -> (u16, Value) {
        let decision = json!({ "item": item, "given": given, "suggested": suggested, "action": action });
        self.post("/decisions", &decision)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("corrections.csv")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).expect("the file")
    }
}

fn said(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_default()
}

#[test]
fn cards_come_in_the_order_to_look_at_them() {
    let page = served(findings(), None);
    let (status, body) = page.get("/findings");
    let told: Value = serde_json::from_slice(&body).expect("JSON");
    let cards: Vec<(&str, &Value)> = told["cards"]
        .as_array()
        .expect("cards")
        .iter()
        .map(|card| (card["kind"].as_str().expect("a kind"), &card["items"]))
        .collect();
    assert_eq!(status, 200);
    assert_eq!(cards[..2], [("leak", &json!([0, 5])), ("label", &json!([3]))], "{told}");
    assert!(cards[2..].contains(&("fault", &json!([0]))), "{told}");
    assert_eq!(told["items"]["3"], json!({ "name": "3.jpg", "part": "train", "labels": [1] }));
    assert_eq!(told["items"].get("6"), None);
    for path in ["/", "/page.css", "/page.js"] {
        assert_eq!(page.get(path).0, 200, "{path}");
    }
}

#[test]
fn each_decision_is_written_at_once_and_can_be_undone() {
    let page = served(findings(), Some("item,given,suggested,action\nold.jpg,pug,,leave out\n"));
    assert_eq!(page.decide(Some(3), Some(1), Some(0), "Relabel").0, 200);
    assert_eq!(page.text(), "item,given,suggested,action\nold.jpg,pug,,leave out\n3.jpg,pug,beagle,relabel\n");
    // Another decision about the same label takes the place of the first.
    assert_eq!(page.decide(Some(3), Some(1), Some(0), "Keep").0, 200);
    // What is out is out as a whole; that twins may stay says nothing of a label.
    assert_eq!(page.decide(Some(3), None, None, "LeaveOut").0, 200);
    assert_eq!(page.text(), "item,given,suggested,action\nold.jpg,pug,,leave out\n3.jpg,,,leave out\n");
    assert_eq!(page.decide(Some(3), Some(1), Some(0), "Relabel").0, 200);
    assert_eq!(page.decide(Some(3), None, None, "Keep").0, 200);
    assert!(page.text().ends_with("3.jpg,pug,beagle,relabel\n3.jpg,,,keep\n"), "{}", page.text());
    let (status, told) = page.decide(None, Some(1), Some(0), "Merge");
    assert_eq!((status, &told["undo"], &told["rows"][0]["action"]), (200, &json!(6), &json!("Merge")));

    for _ in 0..6 {
        assert_eq!(page.post("/undo", &Value::Null).0, 200);
    }
    assert_eq!(page.text(), "item,given,suggested,action\nold.jpg,pug,,leave out\n");
    let (status, told) = page.post("/undo", &Value::Null);
    assert_eq!((status, said(&told)), (409, "there is nothing to undo"));
}

#[test]
fn what_somebody_else_writes_in_the_meantime_stays() {
    let page = served(findings(), None);
    assert_eq!(page.decide(Some(3), Some(1), Some(0), "Relabel").0, 200);
    std::fs::write(page.file(), "item,given,suggested,action\n3.jpg,pug,beagle,relabel\n4.jpg,pug,,leave out\n")
        .expect("written");
    assert_eq!(page.decide(Some(0), None, None, "LeaveOut").0, 200);
    let rows = Corrections::read(page.file()).expect("corrections").rows().to_vec();
    assert_eq!(rows.iter().map(|row| row.item.as_str()).collect::<Vec<_>>(), ["3.jpg", "4.jpg", "0.jpg"]);
    assert_eq!(rows[1].action, Action::LeaveOut);
}

#[test]
fn decisions_that_make_no_sense_change_nothing() {
    let page = served(findings(), None);
    assert_eq!(page.decide(None, Some(1), Some(0), "Merge").0, 200);
    let before = page.text();
    for (decision, status, error) in [
        (json!({ "item": 9, "action": "Keep" }), 422, "there is no such item; load the page again"),
        (json!({ "item": 3, "given": 7, "action": "Keep" }), 422, "there is no such class; load the page again"),
        (
            json!({ "item": 3, "given": 1, "suggested": 1, "action": "Relabel" }),
            409,
            "corrections: corrections.csv, line 3: relabel has nothing to change; fill the column suggested, or write keep",
        ),
    ] {
        let (got, told) = page.post("/decisions", &decision);
        assert_eq!((got, said(&told)), (status, error));
    }
    assert_eq!(page.post("/decisions", &json!({ "item": 3, "action": "Drop" })).0, 422);
    assert_eq!(page.text(), before);

    // A file that cannot be written leaves nothing to undo.
    let page = served(findings(), None);
    std::fs::create_dir(page.file()).expect("a folder in its place");
    let (status, told) = page.decide(Some(3), Some(1), Some(0), "Relabel");
    assert_eq!(status, 500, "{told}");
    assert_eq!(page.post("/undo", &Value::Null).0, 409);
}

#[test]
fn pictures_of_findings_are_shown_small_and_no_others() {
    let page = served(findings(), None);
    let (status, bytes) = page.get("/picture/3");
    let picture = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((status, picture.width(), picture.height()), (200, 480, 160));
    assert_eq!(page.get("/picture/6").0, 404, "no suspect");
    assert_eq!(page.get("/picture/17").0, 404);
    assert_eq!(page.get("/picture/..%2Fsecret").0, 400);
    let (status, bytes) = page.get("/picture/5");
    assert_eq!(
        (status, String::from_utf8_lossy(&bytes).as_ref()),
        (422, r#"{"error":"the picture cannot be shown: the file is torn"}"#)
    );
    assert_eq!(page.get("/corrections.csv").0, 404);
}

#[test]
fn requests_that_a_page_elsewhere_sends_are_refused() {
    let page = served(findings(), None);
    let port = page.address.rsplit(':').next().expect("a port").to_owned();
    let json = "content-type: application/json\r\n";
    let body = r#"{"item":3,"given":1,"suggested":0,"action":"Relabel"}"#;
    let refused = |request: &str, host: &str, lines: &str| {
        let (status, bytes) = page.ask(request, host, lines, body);
        let told = format!(r#"{{"error":"this page is for this machine alone; open http://127.0.0.1:{port}"}}"#);
        assert_eq!((status, String::from_utf8_lossy(&bytes).into_owned()), (403, told), "{request} {host} {lines}");
    };
    // A name of somebody's that leads here, an address without its port, and none.
    for host in [format!("evil.example:{port}"), "127.0.0.1".into(), "127.0.0.1:1".into(), String::new()] {
        refused("GET /findings", &host, "");
        refused("GET /picture/3", &host, "");
    }
    for origin in ["http://evil.example".to_owned(), "null".into(), format!("https://127.0.0.1:{port}")] {
        refused("POST /decisions", &page.address, &format!("origin: {origin}\r\n{json}"));
        refused("GET /findings", &page.address, &format!("origin: {origin}\r\n"));
    }
    refused("POST /decisions", &page.address, json);
    refused("POST /undo", &page.address, "");
    // A form of a page elsewhere is no JSON.
    let own = format!("origin: http://{}\r\ncontent-type: text/plain\r\n", page.address);
    assert_eq!(page.ask("POST /decisions", &page.address, &own, body).0, 415);
    assert!(!page.file().exists());
    for host in ["localhost", "[::1]"] {
        assert_eq!(page.ask("GET /findings", &format!("{host}:{port}"), "", "").0, 200);
    }
}

#[test]
fn a_page_needs_a_file_that_can_be_read_and_a_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("corrections.csv");
    std::fs::write(&file, "no table").expect("a file");
    let page = |file: &Path| Page::new(findings(), file, |_| Err("none".into()));
    let error = page(&file).expect_err("no table").to_string();
    assert!(error.contains("corrections.csv, line 1: it has no column"), "{error}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let page = page(&folder.path().join("new.csv")).expect("a page");
    let error = page.serve(port, |_| unreachable!("it cannot start")).expect_err("taken").to_string();
    assert!(
        error.starts_with(&format!("page: cannot be served on port {port}: "))
            && error.ends_with("; choose another port"),
        "{error}"
    );
}
