//! Asks a server for answers as fast as it gives them: `load ADDRESS PATH CLIENTS SECONDS FOLDER`.
//!
//! So many clients, each on one connection and with one request at a time, post the files of a folder in turn. One line of JSON tells how many
//! were answered, and how long answers took. It is cheap, so that what is measured on one machine is the server.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, clients, seconds, folder] = arguments.as_slice() else {
        return Err("load ADDRESS PATH CLIENTS SECONDS FOLDER".into());
    };
    let (clients, seconds): (usize, f64) = (clients.parse()?, seconds.parse()?);
    let files = files(folder.as_ref())?;
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let until = begun + Duration::from_secs_f64(seconds);
    let asked: Vec<Result<Vec<Duration>>> = thread::scope(|scope| {
        let client = || client(address, path, until, || &files[next.fetch_add(1, Ordering::Relaxed) % files.len()]);
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err("a client broke".into()))).collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let mut times: Vec<Duration> = asked.into_iter().collect::<Result<Vec<_>>>()?.concat();
    times.sort_unstable();
    let share =
        |share: f64| times.get((share * times.len() as f64) as usize).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    let said = serde_json::json!({
        "answers": times.len(), "seconds": took, "per_s": times.len() as f64 / took,
        "ms": { "p50": share(0.5), "p90": share(0.9), "p99": share(0.99), "most": share(1.0 - f64::EPSILON) },
    });
    println!("{said}");
    Ok(())
}

/// The bytes of all files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    let files = paths.into_iter().map(|path| Ok(std::fs::read(path)?)).collect::<Result<Vec<_>>>()?;
    if files.is_empty() { Err("the folder has no files".into()) } else { Ok(files) }
}

/// Asks until the time is over, and tells how long each answer took; one that is no answer is an error.
fn client<'a>(
    address: &str,
    path: &str,
    until: Instant,
    mut next: impl FnMut() -> &'a Vec<u8>,
) -> Result<Vec<Duration>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut times, mut answers) = (Vec::new(), BufReader::new(stream.try_clone()?));
    let mut stream = stream;
    while Instant::now() < until {
        let file = next();
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", file.len());
        // In one piece.
        let request = [head.as_bytes(), file].concat();
        let begun = Instant::now();
        stream.write_all(&request)?;
        let (status, body) = answer(&mut answers)?;
        times.push(begun.elapsed());
        if status != 200 {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
    }
    Ok(times)
}

/// A status and a body of a length that is told.
fn answer(from: &mut impl BufRead) -> Result<(u16, Vec<u8>)> {
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if status == 0 {
            status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        }
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok((status, body))
}
