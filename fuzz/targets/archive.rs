//! Archives: the tar in a `.tar.gz`, whose outside is always whole.

#![no_main]

use std::fs;
use std::io::Write;

use firelight::download::Unpacking;
use firelight::prelude::*;
use firelight_fuzz::{begin, file, folder};
use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

/// The most that one may unpack to.
const MOST: u64 = 1 << 20;

fn seed() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for name in ["in/good.txt", &"long/".repeat(40)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(5);
        archive.append_data(&mut header, name, &b"bytes"[..]).expect("an entry");
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    archive.append_link(&mut link, "in/link", "good.txt").expect("an entry");
    archive.into_inner().expect("bytes")
}

fuzz_target!(init: begin("archive", &[seed()]), |data: &[u8]| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(data).expect("bytes");
    let archive = file("a.tar.gz", &packed.finish().expect("bytes"));
    let near = file("near", b"as it was");
    let into = folder().join("into");
    let limits = Unpacking::new().with_max_bytes(MOST).with_max_entries(100).with_progress(Progress::hidden());
    let told = limits.run(&archive, &into);
    assert!(told.is_ok() || !into.exists(), "it is half there");
    assert_eq!(fs::read(near).expect("a file"), b"as it was");
    let around = fs::read_dir(folder()).expect("a folder").flatten();
    let known = ["a.tar.gz", "near", "into"];
    let others = around.filter(|entry| !known.iter().any(|known| entry.file_name() == *known)).count();
    assert_eq!(others, 0, "there is more beside it");
    let _ = fs::remove_dir_all(&into);
});
