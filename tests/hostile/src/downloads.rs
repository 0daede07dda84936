//! Servers of downloads that lie: about lengths, ranges, tags and contents, or that crawl, hang and never end.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use firelight::download::{Checksum, Download, Patience};
use firelight::prelude::*;
use firelight::transforms::Chance;

use crate::tally::{Fate, Tally};

/// The file as it should be; its digest is known.
const FILE: &[u8] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SHA256: &str = "a8ae6e6ee929abea3afcfc5258c8ccd6f85273e0d4626d26c7279f3250f77c8e";
/// The most that a file may have.
const MOST: u64 = 1 << 20;

/// What a server does, again and again.
#[derive(Debug, Clone, Copy)]
enum Lie {
    Truth,
    OtherBytes,
    ShorterThanSaid,
    LongerThanSaid,
    NoLength,
    HugeLength,
    NegativeLength,
    WrongRange,
    Forever,
    Drip,
    Silence,
    HangUp,
    Garbage,
    RedirectsForever,
}

const LIES: [Lie; 14] = [
    Lie::Truth,
    Lie::OtherBytes,
    Lie::ShorterThanSaid,
    Lie::LongerThanSaid,
    Lie::NoLength,
    Lie::HugeLength,
    Lie::NegativeLength,
    Lie::WrongRange,
    Lie::Forever,
    Lie::Drip,
    Lie::Silence,
    Lie::HangUp,
    Lie::Garbage,
    Lie::RedirectsForever,
];

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    let digest = Checksum::sha256(SHA256);
    let patience = Patience::default()
        .with_retries(2)
        .with_pause(Duration::from_millis(10))
        .with_silence(Duration::from_millis(700))
        .with_lowest_rate(512);
    for number in 0..count {
        let lie = LIES[number % LIES.len()];
        let mut chance = Chance::new(tally.seed, 7, number as u64);
        let (listener, home) = (TcpListener::bind("127.0.0.1:0")?, tempfile::tempdir()?);
        let url = format!("http://{}/file.bin", listener.local_addr()?);
        thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| drop(thread::spawn(move || lies(stream, lie))));
        });
        // An earlier run may have left a part, of this file or of another.
        if chance.below(2) == 0 {
            fs::write(home.path().join("file.bin.part"), [&FILE[..20], &[9; 100]][chance.below(2) as usize])?;
        }
        let download = Download::new(&url, "file.bin", digest.clone())
            .with_max_bytes(MOST)
            .with_patience(patience)
            .with_progress(Progress::hidden());
        tally.attack(&format!("{number}: {lie:?}"), || {
            let told = download.fetch(home.path());
            let files = fs::read_dir(home.path()).into_iter().flatten().flatten();
            let most = files.filter_map(|file| file.metadata().ok()).map(|data| data.len()).max().unwrap_or(0);
            if most > MOST {
                return Fate::Lost(format!("{most} bytes were taken"));
            }
            match told {
                Ok(path) if fs::read(&path).ok().as_deref() == Some(FILE) => Fate::Answered,
                Ok(_) => Fate::Lost("another file was taken for it".into()),
                Err(error) if matches!(lie, Lie::Truth) => Fate::Lost(error.to_string()),
                Err(error) => Fate::Refused(error.to_string()),
            }
        });
    }
    Ok(())
}

fn lies(mut stream: TcpStream, lie: Lie) {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
    let from = request.split("range: bytes=").nth(1).and_then(|range| range.split('-').next()?.parse::<usize>().ok());
    let from = from.filter(|from| *from <= FILE.len());
    let (status, range) = match from {
        Some(from) => {
            ("206 Partial Content", format!("content-range: bytes {from}-{}/{}\r\n", FILE.len() - 1, FILE.len()))
        }
        None => ("200 OK", String::new()),
    };
    let rest = &FILE[from.unwrap_or(0)..];
    let head = |length: &str| format!("HTTP/1.1 {status}\r\n{range}{length}connection: close\r\n\r\n");
    let whole = |length: usize| head(&format!("content-length: {length}\r\n"));
    let other = vec![b'x'; rest.len()];
    let mut send = |parts: &[&[u8]]| parts.iter().try_for_each(|part| stream.write_all(part));
    let _ = match lie {
        Lie::Truth => send(&[whole(rest.len()).as_bytes(), rest]),
        Lie::OtherBytes => send(&[whole(rest.len()).as_bytes(), &other]),
        Lie::ShorterThanSaid => send(&[whole(rest.len() + 50).as_bytes(), rest]),
        Lie::LongerThanSaid => send(&[whole(rest.len()).as_bytes(), rest, &other]),
        Lie::NoLength => send(&[head("").as_bytes(), rest]),
        Lie::HugeLength => send(&[whole(usize::MAX >> 1).as_bytes(), rest]),
        Lie::NegativeLength => send(&[head("content-length: -7\r\n").as_bytes(), rest]),
        Lie::WrongRange => {
            send(&[b"HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 3-9/10\r\ncontent-length: 7\r\n\r\n3456789"])
        }
        Lie::Forever => {
            let _ = send(&[head("").as_bytes()]);
            (0..100_000).try_for_each(|_| send(&[&[7; 4096]]))
        }
        Lie::Drip => {
            let _ = send(&[whole(FILE.len()).as_bytes()]);
            (0..100).try_for_each(|_| {
                thread::sleep(Duration::from_millis(200));
                send(&[b"0"])
            })
        }
        Lie::Silence => {
            thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        Lie::HangUp => Ok(()),
        Lie::Garbage => send(&[&[0xff; 300], b"\r\n\r\n"]),
        Lie::RedirectsForever => {
            send(&[b"HTTP/1.1 302 Found\r\nlocation: /file.bin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"])
        }
    };
}
