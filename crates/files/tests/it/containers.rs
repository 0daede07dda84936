use std::path::Path;

use firelight_files::{FileError, Format, Versions};
use serde_json::{Value, json};

const NOTES: Format = Format { magic: "my-notes", oldest: 2, version: 3, what: "file of notes", writer: "take" };

/// A file as it is written, and what it holds.
fn written(folder: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let path = folder.join("notes");
    NOTES.write(&path, &json!({"line": "a\nb", "number": 1.5}), &[b"\x00first\n", b"", b"second"]).expect("written");
    let bytes = std::fs::read(&path).expect("bytes");
    (path, bytes)
}

/// What is said of a file with these bytes, without its path.
fn said(path: &Path, bytes: &[u8]) -> Option<String> {
    std::fs::write(path, bytes).expect("a file");
    let read: Result<(Value, Vec<u8>), FileError> = NOTES.read(path);
    let error = read.err()?;
    assert!(matches!(error, FileError::Unusable { .. }), "{error}");
    let text = error.to_string();
    let start = format!("load: {} is not a usable Firelight file of notes: ", path.display());
    Some(text.strip_prefix(&start).unwrap_or_else(|| panic!("{text}")).to_owned())
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, bytes) = written(folder.path());
    let (manifest, tensors): (Value, Vec<u8>) = NOTES.read(&path).expect("read");
    assert_eq!((&manifest["line"], &manifest["number"]), (&json!("a\nb"), &json!(1.5)));
    assert_eq!(tensors, b"\x00first\nsecond");
    assert_eq!(NOTES.manifest::<Value>(&path), Some(manifest));
    assert!(bytes.starts_with(b"my-notes 3 "));
    let nothing: &[&[u8]] = &[];
    NOTES.write(&path, &Versions::ours(), nothing).expect("written");
    assert!(NOTES.read::<Versions>(&path).expect("read").1.is_empty());
}

/// Every cut and every flipped bit, not a choice of them.
#[test]
fn no_damage_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, whole) = written(folder.path());
    for length in 0..whole.len() {
        assert!(said(&path, &whole[..length]).is_some(), "cut to {length} bytes");
    }
    for bit in 0..8 * whole.len() {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // Of another version that is read it has the same content.
        let other_version = bytes.starts_with(b"my-notes 2 ");
        assert_eq!(said(&path, &bytes).is_none(), other_version, "bit {bit} flipped");
    }
    assert!(said(&path, &[whole.as_slice(), b"x"].concat()).is_some(), "a byte more");
    let end = whole.iter().position(|&byte| byte == b'\n').expect("a line");
    for more in [" ", " and more", "\r", "x"] {
        let bytes = [&whole[..end], more.as_bytes(), &whole[end..]].concat();
        assert!(said(&path, &bytes).is_some(), "{more:?} at the end of the first line");
    }
    assert_eq!(said(&path, &whole), None);
}

#[test]
fn the_error_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, whole) = written(folder.path());
    let of_version = |version: &str| [format!("my-notes {version}").as_bytes(), &whole[10..]].concat();
    for (bytes, expected) in [
        (Vec::new(), "it has no first line; was it written by `take`?"),
        (b"my-notes".to_vec(), "it has no first line; was it written by `take`?"),
        (b"\xFF\xD8\xFF\xE0\n".to_vec(), "it does not start as one; was it written by `take`?"),
        (of_version("+3"), "its first line is damaged; write it again"),
        (of_version("03"), "its first line is damaged; write it again"),
        (b"other-notes 3 0\n{}\n".to_vec(), "it does not start as one; was it written by `take`?"),
        (of_version("4"), "its format is 4, this program reads 3; use a newer Firelight"),
        (of_version("1"), "its format is 1, this program reads 2 and newer; write it again"),
        (of_version("0"), "its first line is damaged; write it again"),
        (of_version("99999999999"), "its first line is damaged; write it again"),
        (
            whole[..whole.len() - 1].to_vec(),
            "its content does not match its checksum; it is damaged or cut short, write it again",
        ),
    ] {
        assert_eq!(said(&path, &bytes).as_deref(), Some(expected));
    }
    assert_eq!(said(&path, &of_version("2")), None, "an older version that is still read");
    let missing = NOTES.read::<Value>(&folder.path().join("none")).expect_err("nothing is there").to_string();
    assert!(missing.starts_with("load: cannot read ") && missing.contains("none"), "{missing}");
    let unwritten = NOTES.write(&folder.path().join("none/notes"), &(), &[]).expect_err("no folder").to_string();
    assert!(unwritten.starts_with("file of notes: cannot write "), "{unwritten}");
}

/// A manifest that JSON cannot say is an error, and the file that was there stays.
#[test]
fn a_manifest_that_cannot_be_written_leaves_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, whole) = written(folder.path());
    let no_json = std::collections::HashMap::from([((1, 2), 3)]);
    let error = NOTES.write(&path, &no_json, &[b"x"]).expect_err("a key that is no text");
    assert!(matches!(error, FileError::Manifest { what: "file of notes", .. }), "{error}");
    assert_eq!(std::fs::read(&path).expect("bytes"), whole);
    assert!(NOTES.manifest::<Vec<u8>>(&path).is_none(), "a manifest of another type is none");
}
