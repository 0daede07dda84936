use std::io::Write;
use std::path::Path;

use firelight_files::{AtomicFile, write_whole};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn until_it_is_kept_a_file_is_what_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    let mut first = AtomicFile::create(&path).expect("a part");
    first.write_all(b"first").expect("written");
    first.flush().expect("flushed");
    assert!(!path.exists(), "not there before it is whole");
    first.keep().expect("kept");
    let mut second = AtomicFile::create(&path).expect("a part");
    second.write_all(b"second").expect("written");
    second.flush().expect("flushed");
    assert_eq!(std::fs::read(&path).expect("bytes"), b"first");
    drop(second);
    assert_eq!(std::fs::read(&path).expect("bytes"), b"first");
    assert_eq!(names(folder.path()), ["table.csv"]);
    write_whole(&path, b"third").expect("written");
    assert_eq!(std::fs::read(&path).expect("bytes"), b"third");
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(write_whole(folder.path().join("none/table.csv"), b"x").is_err(), "its folder is not there");
    let occupied = folder.path().join("occupied");
    std::fs::create_dir(&occupied).expect("a folder");
    std::fs::write(occupied.join("inside"), "mine").expect("a file");
    assert!(write_whole(&occupied, b"x").is_err(), "a folder is in its place");
    assert_eq!(names(folder.path()), ["occupied"]);
    assert_eq!(names(&occupied), ["inside"]);
}

/// A reader of a file that is written anew again and again sees one content or the other, and never a part.
#[test]
fn a_reader_never_sees_a_part() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights");
    let contents = [vec![0_u8; 200_000], vec![1_u8; 300_000]];
    write_whole(&path, &contents[0]).expect("written");
    std::thread::scope(|scope| {
        for content in &contents {
            scope.spawn(|| (0..20).for_each(|_| write_whole(&path, content).expect("written")));
        }
        for _ in 0..200 {
            let seen = std::fs::read(&path).expect("there at any time");
            assert!(contents.contains(&seen), "{} bytes", seen.len());
        }
    });
    assert_eq!(names(folder.path()), ["weights"]);
}

/// A pipe or a device cannot be replaced: it is written, as `--out /dev/stdout` asks for.
#[cfg(unix)]
#[test]
fn a_device_is_written_and_stays_a_device() {
    write_whole("/dev/null", b"nothing of it stays").expect("written");
    assert!(!std::fs::metadata("/dev/null").expect("there").is_file());
}
