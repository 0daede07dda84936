//! What is no regular file: neither replaced nor waited for.
#![cfg(unix)]

use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use firelight_files::{FileError, Format, can_write, open_regular, read_regular, write_whole};

const NOTES: Format = Format { magic: "my-notes", oldest: 1, version: 1, what: "file of notes", writer: "take" };

fn pipe(folder: &Path) -> PathBuf {
    let path = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    path
}

/// A10: a program that waits for a pipe's writer would hang here.
#[test]
fn nothing_but_files_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let _socket = UnixListener::bind(folder.path().join("socket")).expect("a socket");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zeros")).expect("a link");
    std::os::unix::fs::symlink("nothing", folder.path().join("broken")).expect("a link");
    pipe(folder.path());
    for (name, what) in [("pipe", "a pipe"), ("socket", "a socket"), ("zeros", "a device"), (".", "a folder")] {
        let path = folder.path().join(name);
        let said =
            [read_regular(&path, 1 << 20).map(drop).expect_err(name), open_regular(&path).map(drop).expect_err(name)];
        for said in said {
            assert_eq!(
                (said.kind(), said.to_string()),
                (ErrorKind::InvalidInput, format!("it is {what}, and no file"))
            );
        }
        let read: Result<(serde_json::Value, Vec<u8>), FileError> = NOTES.read(&path);
        let said = read.expect_err(name).to_string();
        assert_eq!(said, format!("load: cannot read {}: it is {what}, and no file", path.display()));
        assert!(NOTES.manifest::<serde_json::Value>(&path).is_none());
    }
    assert_eq!(read_regular(folder.path().join("broken"), 1).expect_err("broken").kind(), ErrorKind::NotFound);
}

/// A file of holes says its length and takes no room, but for whoever reads it.
#[test]
fn files_are_read_up_to_a_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("holes");
    let file = std::fs::File::create(&path).expect("a file");
    for length in [11, 6 << 30] {
        file.set_len(length).expect("a length");
        let said = read_regular(&path, 10).expect_err("too long");
        assert_eq!(said.kind(), ErrorKind::FileTooLarge);
        assert!(said.to_string().contains(&format!("it has {length} bytes")), "{said}");
    }
    file.set_len(10).expect("a length");
    assert_eq!(read_regular(&path, 10).expect("short enough"), [0; 10]);
}

/// A2: what is written goes out of the pipe, and the pipe stays one.
#[test]
fn a_pipe_is_written_straight() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = pipe(folder.path());
    can_write(&path).expect("it can be, without anybody who reads");
    let reader = std::thread::spawn({
        let path = path.clone();
        move || {
            let mut text = String::new();
            std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map(|_| text)
        }
    });
    write_whole(&path, b"whole").expect("written");
    assert_eq!(reader.join().expect("a reader").expect("read"), "whole");
    assert!(std::fs::metadata(&path).expect("there").file_type().is_fifo());
}

/// A7: a disk without room is an error, and not a file that is there.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let said = write_whole("/dev/full", &vec![7; 100_000]).expect_err("full");
    assert_eq!(said.kind(), ErrorKind::StorageFull, "{said}");
}

/// What is asked before a file is written has the answers that writing it has, and leaves nothing.
#[test]
fn what_can_be_written_is_known_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").expect("a file");
    for (path, can) in [("new", true), ("file", true), (".", false), ("none/new", false), ("file/new", false)] {
        let path = folder.path().join(path);
        assert_eq!(can_write(&path).is_ok(), can, "{}", path.display());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert_eq!(std::fs::read(&file).expect("bytes"), b"mine");
        if !can {
            assert!(write_whole(&path, b"x").is_err());
        }
    }
}
