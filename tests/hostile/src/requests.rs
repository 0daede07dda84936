//! A server of a model under load: honest, broken, slow, greedy and hostile clients at once, and those that hang up.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use firelight::burn::tensor::Device;
use firelight::predict::FORMAT;
use firelight::prelude::*;
use firelight::serve::Server;
use firelight::signals;
use firelight::transforms::Chance;

use crate::tally::{Fate, Tally, peak_of};
use crate::{change, exports, pictures};

/// Clients at a time.
const AT_ONCE: usize = 200;
/// How long an honest picture and `/health` may take beside all others.
const PICTURE: Duration = Duration::from_secs(2);
const HEALTH: Duration = Duration::from_millis(500);
/// The most memory of the server, in MB (400 MiB).
const MOST: f64 = 419.0;

/// A server of a model, which says where it is, until it is asked to end.
pub fn serve(file: &Path) -> Result<()> {
    signals::listen();
    let server = Server::new(Predictor::load(file, &Device::flex())?)?.with_patience(Duration::from_secs(10));
    let place = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let started = |address| {
        println!("{address}");
        signals::hold();
    };
    Ok(server.serve(place, signals::asked, started)?)
}

/// One in a process of its own, with as many files as is usual.
struct Victim {
    process: Child,
    address: SocketAddr,
}

impl Victim {
    fn start(file: &Path) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = if cfg!(unix) {
            let mut command = Command::new("sh");
            command.args(["-c", "ulimit -n 1024; exec \"$0\" \"$@\""]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let mut process = command.arg("--serve").arg(file).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("it says nothing")?).read_line(&mut line)?;
        Ok(Self { process, address: line.trim().parse()? })
    }

    /// Ends it, and tells the most memory that it had, in MB.
    fn end(mut self) -> Result<Option<f64>> {
        let peak = peak_of(&self.process.id().to_string());
        if !Command::new("kill").arg(self.process.id().to_string()).status().is_ok_and(|status| status.success()) {
            self.process.kill()?;
        }
        let status = self.process.wait()?;
        if status.success() || cfg!(not(unix)) {
            Ok(peak)
        } else {
            Err(format!("the server ended with {status}").into())
        }
    }
}

/// Connections that say nothing, made anew when the server closes them, a thousand a second at most.
fn keep_silent(address: SocketAddr, count: usize, going: &AtomicBool) {
    let mut silent: Vec<TcpStream> = Vec::new();
    while going.load(Ordering::Relaxed) {
        silent.retain(|stream| matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock));
        let new = (0..20.min(count - silent.len())).filter_map(|_| TcpStream::connect(address).ok());
        silent.extend(new.filter(|stream| stream.set_nonblocking(true).is_ok()));
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("model.firelight");
    let (manifest, tensors) = exports::classes()?;
    FORMAT.write(&file, &manifest, &[&tensors])?;
    let victim = Victim::start(&file)?;
    let address = victim.address;
    // The short form runs beside other tests, on any machine: its times are told, and only what hangs is lost.
    let (silent, slack) = if count < 1000 { (300, 20) } else { (1100, 1) };

    let (next, chances) = (AtomicUsize::new(0), tally.seed);
    let (files, told) = (pictures::files(), Mutex::new(Vec::new()));
    let asked = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| keep_silent(address, silent, &asked));
        let clients: Vec<_> = (0..AT_ONCE.min(count))
            .map(|_| {
                scope.spawn(|| {
                    while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count)
                    {
                        let begun = Instant::now();
                        let (what, fate) = client(address, &files, &mut Chance::new(chances, 8, number as u64));
                        if let Ok(mut told) = told.lock() {
                            told.push((what, fate, begun.elapsed()));
                        }
                    }
                })
            })
            .collect();
        // Whether it lives, all the while.
        let asking = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            while asked.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let (status, _) = exchange(address, &head("GET", "/health", 0), &[]);
                longest = longest.max(if status == 200 { begun.elapsed() } else { Duration::from_mins(1) });
                thread::sleep(Duration::from_millis(20));
            }
            longest
        });
        for client in clients {
            let _ = client.join();
        }
        asked.store(false, Ordering::Relaxed);
        let health = asking.join().unwrap_or(Duration::MAX);
        tally.note(format!("/health in {:.0} ms at most", health.as_secs_f64() * 1e3));
        if health > HEALTH * slack {
            tally.lose("/health", &format!("{health:?}"));
        }
    });
    let mut longest = Duration::ZERO;
    for (what, fate, took) in told.into_inner().unwrap_or_default() {
        if what == "good" {
            longest = longest.max(took);
        }
        tally.count(what, fate, took);
    }
    tally.note(format!("an honest picture in {:.0} ms at most", longest.as_secs_f64() * 1e3));
    beside_slow_ones(tally, address, &files[0].1, PICTURE * slack);
    let peak = victim.end()?;
    tally.note(format!(
        "beside {silent} silent connections, the server with 1,024 files and {:.0} MB at most",
        peak.unwrap_or(f64::NAN)
    ));
    tally.peak("the server", peak.unwrap_or(0.0));
    if peak.is_some_and(|peak| peak > MOST) {
        tally.lose("memory", &format!("{peak:?} MB"));
    }
    Ok(())
}

/// An honest picture beside 64 uploads that stop.
fn beside_slow_ones(tally: &mut Tally, address: SocketAddr, good: &[u8], most: Duration) {
    let slow: Vec<_> = (0..64).filter_map(|_| begun(address, 8 << 20, b"abc").ok()).collect();
    let begun = Instant::now();
    let (status, _) = exchange(address, &head("POST", "/predict", good.len()), good);
    let took = begun.elapsed();
    tally.note(format!("beside 64 slow uploads in {:.0} ms", took.as_secs_f64() * 1e3));
    let fate = if status == 200 && took < most { Fate::Answered } else { Fate::Lost(format!("{status} in {took:?}")) };
    tally.count("beside slow ones", fate, took);
    drop(slow);
}

/// What one client sends, and whether it gets what it deserves.
fn client(address: SocketAddr, files: &[(String, Vec<u8>)], chance: &mut Chance) -> (&'static str, Fate) {
    let (_, good) = &files[chance.below(files.len() as u64) as usize];
    let (what, right, (status, body)) = match chance.below(10) {
        0 => ("damage", &[200, 422, 400, 415][..], post(address, "/predict", &change::bytes(good, chance))),
        1 => ("text", &[422][..], post(address, "/predict", b"a letter to the editor")),
        2 => ("huge", &[413][..], exchange(address, &head("POST", "/predict", 50 << 20), &[0; 512])),
        3 => ("nothing", &[400][..], post(address, "/predict", b"")),
        4 => {
            // Whoever hangs up gets no answer.
            drop(begun(address, good.len(), &good[..good.len() / 2]));
            return ("hung up", Fate::Answered);
        }
        5 => {
            let other = ["GET /../etc/passwd", "PUT /predict", "GET /predict", "POST /", "GET /a", "BREW /"];
            let line = other[chance.below(6) as usize];
            let head = format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            ("another route", &[400, 404, 405][..], exchange(address, &head, &[]))
        }
        6 => {
            let head =
                "POST /predict HTTP/1.1\r\nhost: attacker.example\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            ("a stranger", &[403][..], exchange(address, head, &[]))
        }
        _ => ("good", &[200][..], post(address, "/predict", good)),
    };
    let is_sentence = status == 200 || body.contains("\"error\"");
    // What is no HTTP is refused by the protocol itself, without a body.
    let fate = match status {
        status if !right.contains(&status) => Fate::Lost(format!("{status}: {body:.200}")),
        200 => Fate::Answered,
        _ if is_sentence => Fate::Refused(body),
        _ => Fate::Lost(format!("{status} without a sentence: {body:.200}")),
    };
    (what, fate)
}

fn head(method: &str, path: &str, length: usize) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
}

fn post(address: SocketAddr, path: &str, bytes: &[u8]) -> (u16, String) {
    exchange(address, &head("POST", path, bytes.len()), bytes)
}

fn begun(address: SocketAddr, announced: usize, bytes: &[u8]) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(head("POST", "/predict", announced).as_bytes())?;
    stream.write_all(bytes)?;
    Ok(stream)
}

/// Status and body; 0 where there is no answer.
fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let Ok(mut stream) = TcpStream::connect(address) else { return (0, String::new()) };
    let _ = stream.set_read_timeout(Some(Duration::from_mins(1)));
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut answer = Vec::new();
    // A refused upload may end in a reset after its answer.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}
