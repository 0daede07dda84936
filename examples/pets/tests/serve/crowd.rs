//! The server among strangers: connections that say nothing, uploads that crawl, senders that hang up, and signals.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::running::Running;
use crate::{QUICK, folder, pets};

struct Served {
    running: Running,
    good: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start() -> Self {
        let folder = folder();
        assert!(pets(folder.path(), &QUICK).status.success());
        let arguments = ["serve", "pets-out/soft.firelight", "--port", "0"];
        let good = std::fs::read(folder.path().join("images/pug_1.jpg")).expect("a picture");
        Self { running: Running::start(folder.path(), &arguments), good, _folder: folder }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.running.address).expect("a connection")
    }

    /// A connection on which an upload was announced and begun.
    fn begun(&self, announced: usize, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        let head = "POST /predict HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length:";
        write!(stream, "{head} {announced}\r\n\r\n").expect("sent");
        stream.write_all(bytes).expect("sent");
        stream
    }

    fn picture(&self) -> u16 {
        answer(self.begun(self.good.len(), &self.good)).0
    }

    fn get(&self, path: &str, more: &str) -> (u16, String) {
        let mut stream = self.connect();
        let _ = write!(stream, "GET {path} HTTP/1.1\r\nconnection: close\r\n{more}\r\n\r\n");
        answer(stream)
    }
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    (text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), text)
}

/// A5: a thousand connections that said nothing shut everybody out, for as long as they liked.
#[test]
fn connections_that_say_nothing_shut_nobody_out() {
    let server = Served::start();
    let mut silent: Vec<TcpStream> = (0..350).map(|_| server.connect()).collect();
    for stream in &mut silent {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: loc").expect("sent");
    }
    silent.extend((0..350).map(|_| server.connect()));
    let begun = Instant::now();
    assert_eq!(server.get("/health", "host: localhost").0, 200);
    assert_eq!(server.picture(), 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // The oldest went for the newest, and the newest go when their time is over, those among them that never said a word.
    let (newest, oldest) = (silent.pop().expect("one"), silent.swap_remove(0));
    assert_eq!(answer(oldest).0, 0);
    newest.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    answer(newest);
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
}

/// A6: 32 uploads that announced much and sent three bytes shut everybody out for half a minute.
#[test]
fn uploads_that_crawl_shut_nobody_out_and_are_refused() {
    let server = Served::start();
    let (large, small) = (8 << 20, 1 << 20);
    let crawling: Vec<TcpStream> =
        (0..130).map(|number| server.begun(if number < 66 { large } else { small }, b"abc")).collect();
    let begun = Instant::now();
    assert_eq!(server.get("/health", "host: localhost").0, 200);
    assert_eq!(server.picture(), 200);
    // The default patience is 30 s.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    for stream in crawling.into_iter().take(24) {
        let (status, text) = answer(stream);
        assert!(status == 408 && text.contains("the upload comes too slowly"), "{text}");
    }
}

/// A1: what was sent by those who hung up stayed in memory, uncounted, until its turn came.
#[test]
fn what_is_sent_by_those_who_hang_up_is_let_go_of() {
    let server = Served::start();
    // Each is decoded for a while: a large picture of little content.
    let large = image::RgbImage::from_fn(6000, 6000, |x, y| image::Rgb([(x / 99) as u8, (y / 99) as u8, 7]));
    let mut slow = std::io::Cursor::new(Vec::new());
    large.write_to(&mut slow, image::ImageFormat::Jpeg).expect("a picture");
    let slow = slow.into_inner();
    let waiting: Vec<TcpStream> = (0..4).map(|_| server.begun(slow.len(), &slow)).collect();
    let junk = vec![7; 8 << 20];
    for _ in 0..80 {
        drop(server.begun(junk.len(), &junk));
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.running.id())).unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    drop(waiting);
    assert_eq!(server.picture(), 200);
    if let Some(peak) = peak {
        // Eighty uploads have 640 MiB; the model and one picture of 36 million pixels have some 250 MB.
        assert!(peak < 620_000, "{peak} kB at most");
    }
}

/// A13: a page from elsewhere is told so.
#[test]
fn strangers_get_a_sentence() {
    let server = Served::start();
    for headers in ["host: attacker.example", "host: localhost\r\norigin: http://attacker.example"] {
        let (status, text) = server.get("/model", headers);
        assert!(status == 403 && text.contains("{\"error\":\"this server answers its own page"), "{text}");
    }
    assert_eq!(server.get("/model", "host: localhost\r\norigin: http://127.0.0.1:80").0, 200);
    // Whether an answer comes through the reset or not.
    assert_ne!(server.get(&format!("/model?{}", "a".repeat(256 << 10)), "host: localhost").0, 200);
}

/// A12: a signal cut what was being answered.
#[test]
fn a_signal_ends_the_server_once_what_was_begun_is_answered() {
    let mut server = Served::start();
    let half = server.good.len() / 2;
    let mut stream = server.begun(server.good.len(), &server.good[..half]);
    // It is known to the server once another is answered.
    assert_eq!(server.picture(), 200);
    assert!(Command::new("kill").args(["-TERM", &server.running.id().to_string()]).status().expect("kill").success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(&server.running.address).is_err(), "nobody else is let in");
    stream.write_all(&server.good[half..]).expect("sent");
    let (status, text) = answer(stream);
    assert_eq!(status, 200, "{text}");
    assert_eq!(server.running.end(), Some(0));
}
