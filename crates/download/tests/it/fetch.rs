//! One file from a server.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use firelight_download::{Checksum, Download, DownloadError, Patience};
use tempfile::TempDir;

use crate::archive::{listing, md5};
use crate::server::{Reply, Server};

const HELLO_MD5: &str = "5d41402abc4b2a76b9719d911017c592";
const HELLO_SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn hurried() -> Patience {
    Patience::default().with_pause(Duration::from_millis(1)).with_silence(Duration::from_secs(20))
}

fn download(server: &Server, checksum: Checksum) -> Download {
    Download::new(server.url("/f.bin"), "f.bin", checksum).with_patience(hurried())
}

fn big() -> Vec<u8> {
    (0..300_000_u32).map(|index| (index.wrapping_mul(2654435761) >> 13) as u8).collect()
}

/// The error's text with the places that differ from run to run replaced.
fn text(error: &DownloadError, home: &Path, server: &Server) -> String {
    error.to_string().replace(&*home.to_string_lossy(), "HOME").replace(&server.url(""), "http://server")
}

#[test]
fn a_good_file_comes_once_and_is_kept() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    for checksum in [Checksum::md5(HELLO_MD5), Checksum::sha256(HELLO_SHA256.to_uppercase())] {
        let path = download(&server, checksum).fetch(home.path()).unwrap();
        assert_eq!(path, home.path().join("f.bin"));
        assert_eq!(fs::read(path).unwrap(), b"hello");
    }
    download(&server, Checksum::sha256_prefix("2cf24dba")).fetch(home.path()).unwrap();
    assert_eq!(server.requests().len(), 1);
    assert_eq!(listing(home.path()), ["f.bin"]);
}

#[test]
fn a_file_placed_by_hand_needs_no_server() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("f.bin"), "hello").unwrap();
    let download = Download::new("http://127.0.0.1:1/f.bin", "f.bin", Checksum::md5(HELLO_MD5));
    assert_eq!(download.fetch(home.path()).unwrap(), home.path().join("f.bin"));
}

#[test]
fn a_wrong_file_under_the_right_name_is_replaced_only_by_the_right_one() {
    let home = TempDir::new().unwrap();
    let server = Server::new(&[("/f.bin", b"hello")], [Reply::status(404), Reply::good()]);
    fs::write(home.path().join("f.bin"), "another").unwrap();
    let download = download(&server, Checksum::md5(HELLO_MD5));
    download.fetch(home.path()).unwrap_err();
    assert_eq!(fs::read(home.path().join("f.bin")).unwrap(), b"another");
    assert_eq!(fs::read(download.fetch(home.path()).unwrap()).unwrap(), b"hello");
}

#[test]
fn broken_connections_are_resumed_where_they_broke() {
    let (home, body) = (TempDir::new().unwrap(), big());
    let replies = [Reply::good().broken_after(100_000), Reply::good().broken_after(150_000), Reply::good()];
    let server = Server::new(&[("/f.bin", &body)], replies);
    let path = download(&server, Checksum::md5(md5(&body))).fetch(home.path()).unwrap();
    assert!(fs::read(path).unwrap() == body);
    assert_eq!(server.ranges(), ["all", "bytes=100000-", "bytes=250000-"]);
}

#[test]
fn failures_that_bring_something_do_not_use_up_the_retries() {
    let (home, body) = (TempDir::new().unwrap(), big());
    let server = Server::new(&[("/f.bin", &body)], [Reply::good().broken_after(70_000)]);
    let patience = hurried().with_retries(1);
    download(&server, Checksum::md5(md5(&body))).with_patience(patience).fetch(home.path()).unwrap();
    assert_eq!(server.ranges(), ["all", "bytes=70000-", "bytes=140000-", "bytes=210000-", "bytes=280000-"]);
}

/// A15: a byte a connection came without end.
#[test]
fn failures_that_bring_next_to_nothing_use_up_the_retries() {
    let (home, body) = (TempDir::new().unwrap(), big());
    let server = Server::new(&[("/f.bin", &body)], [Reply::good().broken_after(1)]);
    let patience = hurried().with_retries(2);
    let error = download(&server, Checksum::md5(md5(&body))).with_patience(patience).fetch(home.path()).unwrap_err();
    assert!(matches!(error, DownloadError::Unreachable { tries: 3, .. }), "{error}");
    assert_eq!(server.ranges(), ["all", "bytes=1-", "bytes=2-"]);
}

/// A15: a byte in a while is no silence.
#[test]
fn a_server_that_crawls_counts_as_a_broken_connection() {
    let (home, body) = (TempDir::new().unwrap(), big());
    let server = Server::new(&[("/f.bin", &body)], [Reply::good().dripping(Duration::from_millis(20)), Reply::good()]);
    let patience = hurried().with_silence(Duration::from_millis(300)).with_lowest_rate(1000);
    let path = download(&server, Checksum::md5(md5(&body))).with_patience(patience).fetch(home.path()).unwrap();
    assert!(fs::read(path).unwrap() == body);
    assert_eq!(server.requests().len(), 2);
    let slow = [Reply::good().dripping(Duration::from_millis(200))];
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], slow));
    let patience = patience.with_lowest_rate(0);
    download(&server, Checksum::md5(HELLO_MD5)).with_patience(patience).fetch(home.path()).unwrap();
    assert_eq!(server.requests().len(), 1);
}

/// A15: four gigabytes were written of a file of one megabyte.
#[test]
fn no_more_is_taken_than_the_file_may_have() {
    let (home, body) = (TempDir::new().unwrap(), big());
    for reply in [Reply::good(), Reply::good().without_length()] {
        let server = Server::new(&[("/f.bin", &body)], [reply]);
        let download = download(&server, Checksum::md5(md5(&body)));
        let error = download.clone().with_max_bytes(299_999).fetch(home.path()).unwrap_err();
        assert_eq!(
            text(&error, home.path(), &server),
            "http://server/f.bin gives more than 299999 bytes; nothing is kept: if this is right, raise `Download::with_max_bytes`"
        );
        assert_eq!(fs::read(home.path().join("f.bin.part")).unwrap(), b"");
        assert!(download.with_max_bytes(300_000).fetch(home.path()).is_ok());
        fs::remove_file(home.path().join("f.bin")).unwrap();
    }
}

/// A15: a pipe in the part's place was waited for, and a link was written through.
#[cfg(unix)]
#[test]
fn a_part_that_is_no_file_is_refused_before_any_request() {
    let server = Server::new(&[("/f.bin", b"hello")], []);
    for kind in ["pipe", "link", "folder"] {
        let home = TempDir::new().unwrap();
        let (part, other) = (home.path().join("f.bin.part"), home.path().join("mine"));
        fs::write(&other, "mine").unwrap();
        match kind {
            "pipe" => assert!(std::process::Command::new("mkfifo").arg(&part).status().unwrap().success()),
            "link" => std::os::unix::fs::symlink(&other, &part).unwrap(),
            _ => fs::create_dir(&part).unwrap(),
        }
        let error = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap_err();
        assert_eq!(
            text(&error, home.path(), &server),
            "cannot read HOME/f.bin.part: what is there is no file; remove it; check that the file is there and may be read"
        );
        assert_eq!(fs::read(other).unwrap(), b"mine");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_part_of_an_earlier_run_is_continued() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    fs::write(home.path().join("f.bin.part"), "hel").unwrap();
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["bytes=3-"]);
    assert_eq!(listing(home.path()), ["f.bin"]);
}

#[test]
fn a_part_of_another_file_is_thrown_away() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    fs::write(home.path().join("f.bin.part"), "JUN").unwrap();
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["bytes=3-", "all"]);
}

#[test]
fn a_server_that_ignores_ranges_starts_the_file_over() {
    let home = TempDir::new().unwrap();
    let replies = [Reply::good().broken_after(2), Reply::good().without_ranges()];
    let server = Server::new(&[("/f.bin", b"hello")], replies);
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["all", "bytes=2-"]);
}

#[test]
fn a_whole_part_needs_no_more_bytes_and_a_longer_one_starts_over() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    let download = download(&server, Checksum::md5(HELLO_MD5));
    fs::write(home.path().join("f.bin.part"), "hello").unwrap();
    let path = download.fetch(home.path()).unwrap();
    assert_eq!(server.ranges(), ["bytes=5-"]); // answered with 416
    fs::remove_file(&path).unwrap();
    fs::write(home.path().join("f.bin.part"), "hello, world").unwrap();
    assert_eq!(fs::read(download.fetch(home.path()).unwrap()).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["bytes=5-", "bytes=12-", "all"]);
}

#[test]
fn a_file_that_changes_its_size_on_the_way_starts_over() {
    let home = TempDir::new().unwrap();
    let replies = [Reply::good().with_body(b"shorter").broken_after(3), Reply::good()];
    let server = Server::new(&[("/f.bin", b"hello")], replies);
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["all", "bytes=3-", "all"]);
}

#[test]
fn a_file_that_changes_its_tag_on_the_way_comes_whole() {
    let home = TempDir::new().unwrap();
    let old = Reply::good().with_body(b"HELLO").with_tag("\"old\"").broken_after(3);
    let server = Server::new(&[("/f.bin", b"hello")], [old, Reply::good().with_tag("\"new\"")]);
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    let requests = server.requests();
    assert_eq!(requests[1].if_range.as_deref(), Some("\"old\""));
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_file_of_unknown_length_is_judged_by_its_digest() {
    let home = TempDir::new().unwrap();
    let replies = [Reply::good().without_length().broken_after(2), Reply::good().without_length()];
    let server = Server::new(&[("/f.bin", b"hello")], replies);
    let download = download(&server, Checksum::md5(HELLO_MD5));
    assert!(matches!(download.fetch(home.path()), Err(DownloadError::WrongDigest { .. })));
    assert_eq!(fs::read(download.fetch(home.path()).unwrap()).unwrap(), b"hello");
}

#[test]
fn a_silent_server_counts_as_a_broken_connection() {
    let home = TempDir::new().unwrap();
    let server = Server::new(&[("/f.bin", b"hello")], [Reply::good().silent_after(2), Reply::good()]);
    let patience = hurried().with_silence(Duration::from_millis(300));
    let path = download(&server, Checksum::md5(HELLO_MD5)).with_patience(patience).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!(server.ranges(), ["all", "bytes=2-"]);
}

#[test]
fn a_busy_server_is_asked_again_and_a_redirect_followed() {
    let home = TempDir::new().unwrap();
    let target = Server::new(&[("/g.bin", b"hello")], []);
    let replies = [Reply::status(503), Reply::status(429), Reply::redirect(target.url("/g.bin"))];
    let server = Server::new(&[], replies);
    let path = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap();
    assert_eq!(fs::read(path).unwrap(), b"hello");
    assert_eq!((server.requests().len(), target.requests().len()), (3, 1));
}

#[test]
fn a_wrong_file_is_removed_and_both_digests_told() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello, world")], []));
    let error = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap_err();
    assert_eq!(
        text(&error, home.path(), &server),
        "http://server/f.bin gave a file with md5 e4d7f1b4ed2e42d15898f4b27b019da4, expected md5 \
         5d41402abc4b2a76b9719d911017c592; the file is removed: try again, and if this stays, the file changed on \
         the server or something on the way answered in its place"
    );
    assert_eq!(server.requests().len(), 1);
    assert_eq!(listing(home.path()), [""; 0]);

    let error = download(&server, Checksum::sha256_prefix("2cf24dba")).fetch(home.path()).unwrap_err();
    assert!(error.to_string().contains("expected a SHA-256 that begins with 2cf24dba;"), "{error}");
}

#[test]
fn a_resumed_wrong_file_gets_one_second_chance() {
    let home = TempDir::new().unwrap();
    let broken = Reply::good().broken_after(2);
    let server = Server::new(&[("/f.bin", b"HELLO")], [broken.clone(), Reply::good(), broken, Reply::good()]);
    let error = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap_err();
    assert!(matches!(error, DownloadError::WrongDigest { .. }), "{error}");
    assert_eq!(server.ranges(), ["all", "bytes=2-", "all", "bytes=2-"]);
    assert_eq!(listing(home.path()), [""; 0]);
}

#[test]
fn without_a_network_the_error_says_where_to_place_the_file() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    let url = server.url("/f.bin");
    drop(server);
    let download = Download::new(&url, "f.bin", Checksum::md5(HELLO_MD5)).with_patience(hurried().with_retries(2));
    let error = download.fetch(home.path()).unwrap_err().to_string();
    let error = error.replace(&*home.path().to_string_lossy(), "HOME").replace(&url, "URL");
    insta::with_settings!({filters => vec![(r"\): .*; on", "): WHY; on")]}, {
        insta::assert_snapshot!(error, @"cannot download URL (failed tries in a row: 3): WHY; on a machine without a network, place the file at HOME/f.bin (md5 5d41402abc4b2a76b9719d911017c592)");
    });
}

#[test]
fn a_connection_that_stays_broken_keeps_the_part() {
    let home = TempDir::new().unwrap();
    let server = Server::new(&[("/f.bin", b"hello")], [Reply::good().broken_after(2), Reply::status(503)]);
    let patience = hurried().with_retries(3);
    let error = download(&server, Checksum::md5(HELLO_MD5)).with_patience(patience).fetch(home.path()).unwrap_err();
    assert_eq!(
        text(&error, home.path(), &server),
        "cannot download http://server/f.bin (failed tries in a row: 4): HTTP status 503; on a machine without a \
         network, place the file at HOME/f.bin (md5 5d41402abc4b2a76b9719d911017c592)"
    );
    assert_eq!(server.ranges(), ["all", "bytes=2-", "bytes=2-", "bytes=2-"]);
    assert_eq!(fs::read(home.path().join("f.bin.part")).unwrap(), b"he");
}

#[test]
fn a_missing_file_is_not_asked_for_twice() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[], []));
    let error = download(&server, Checksum::md5(HELLO_MD5)).fetch(home.path()).unwrap_err();
    assert_eq!(
        text(&error, home.path(), &server),
        "cannot download http://server/f.bin: the server answered with HTTP status 404; if you have the file from \
         elsewhere, place it at HOME/f.bin (md5 5d41402abc4b2a76b9719d911017c592)"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_checksum_that_no_file_can_have_is_refused_before_any_request() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    for checksum in [Checksum::md5("5d41"), Checksum::sha256("z".repeat(64)), Checksum::sha256_prefix("")] {
        let error = download(&server, checksum.clone()).fetch(home.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{checksum}` is no checksum: an MD5 has 32 hexadecimal digits, a SHA-256 has 64, the beginning of one \
                 has at least 8, and git's digest has 40"
            )
        );
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn a_home_that_cannot_be_written_is_named() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    fs::write(home.path().join("taken"), "").unwrap(); // a file where the folder should be: not even root gets past
    let folder = home.path().join("taken/archives");
    let error = download(&server, Checksum::md5(HELLO_MD5)).fetch(&folder).unwrap_err();
    assert_eq!(
        text(&error, home.path(), &server),
        "cannot write HOME/taken/archives: Not a directory (os error 20); set FIRELIGHT_HOME to a folder that may be \
         written and has room"
    );
    assert_eq!(server.requests(), []);
}

#[test]
fn many_that_want_one_file_fetch_it_once() {
    let (home, body) = (TempDir::new().unwrap(), big());
    let server = Server::new(&[("/f.bin", &body)], [Reply::good().broken_after(100_000), Reply::good()]);
    let download = download(&server, Checksum::md5(md5(&body)));
    thread::scope(|scope| {
        let fetches: Vec<_> = (0..8).map(|_| scope.spawn(|| download.fetch(home.path()).unwrap())).collect();
        for fetch in fetches {
            assert!(fs::read(fetch.join().unwrap()).unwrap() == body);
        }
    });
    assert_eq!(server.ranges(), ["all", "bytes=100000-"]);
    assert_eq!(listing(home.path()), ["f.bin"]);
}

#[test]
fn a_name_that_is_no_files_is_refused_before_any_request() {
    let (home, server) = (TempDir::new().unwrap(), Server::new(&[("/f.bin", b"hello")], []));
    for name in ["", ".", "..", "a/b", "../f.bin", "/f.bin"] {
        let odd = Download::new(server.url("/f.bin"), name, Checksum::md5(HELLO_MD5));
        let error = text(&odd.fetch(home.path()).unwrap_err(), home.path(), &server);
        assert!(error.contains(&format!("{name:?} is no file's name")), "{error}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "{name:?}");
    }
    assert!(server.requests().is_empty());
}
