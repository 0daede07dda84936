//! Archives that want out of their folder, or more than there is.

use std::fs;
use std::io::Read;
use std::path::Path;

use firelight::download::Unpacking;
use firelight::prelude::*;
use firelight::transforms::Chance;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use crate::change;
use crate::tally::{Fate, Tally};

/// The most that one may unpack to.
const MOST: u64 = 8 << 20;

/// A file of the system's.
const OUT: &str = "/tmp/firelight-hostile-out";

const NAMES: [&str; 14] = [
    "good.txt",
    "in/good.txt",
    "../out",
    "in/../../out",
    OUT,
    "in",
    "..",
    ".",
    "",
    "in//x",
    "C:\\x",
    "in/.hidden",
    "link/x",
    "a\u{0}b",
];
const KINDS: [EntryType; 8] = [
    EntryType::Regular,
    EntryType::Directory,
    EntryType::Symlink,
    EntryType::Link,
    EntryType::Fifo,
    EntryType::Char,
    EntryType::Block,
    EntryType::GNULongName,
];

pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
    for number in 0..count {
        let mut chance = Chance::new(tally.seed, 6, number as u64);
        let place = tempfile::tempdir()?;
        let (archive, into, near) =
            (place.path().join("a.tar.gz"), place.path().join("into"), place.path().join("near"));
        fs::write(&near, "as it was")?;
        let bytes = made(&mut chance)?;
        fs::write(&archive, if chance.below(3) == 0 { change::bytes(&bytes, &mut chance) } else { bytes })?;
        tally.attack(&format!("{number}"), || {
            let limits = Unpacking::new().with_max_bytes(MOST).with_max_entries(500).with_progress(Progress::hidden());
            let told = limits.run(&archive, &into);
            let around: Vec<_> =
                fs::read_dir(place.path()).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
            let known = ["a.tar.gz", "near", "into"];
            if around
                .iter()
                .any(|name| !known.iter().any(|known| name == known) && !name.to_string_lossy().starts_with('.'))
            {
                return Fate::Lost(format!("there is more beside it: {around:?}"));
            }
            if fs::read(&near).ok().as_deref() != Some(b"as it was") || Path::new(OUT).exists() {
                return Fate::Lost("it got out".into());
            }
            if told.is_err() && into.exists() {
                return Fate::Lost("it is half there".into());
            }
            if size(&into) > MOST { Fate::Lost("it is larger than its limit".into()) } else { Fate::of(told) }
        });
    }
    Ok(())
}

/// Some entries of any kind, with names and targets that lead elsewhere, of sizes that are there, or said to be.
fn made(chance: &mut Chance) -> Result<Vec<u8>> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    // A good one among them, so that not all is refused for its first entry.
    let entries = if chance.below(5) == 0 { 0 } else { 1 + chance.below(4) };
    entry(&mut archive, EntryType::Regular, "good.txt", "", 10, 10)?;
    for _ in 0..entries {
        let kind = KINDS[chance.below(KINDS.len() as u64) as usize];
        let [name, target] = [0; 2].map(|_: u8| NAMES[chance.below(NAMES.len() as u64) as usize]);
        let there = [0, 10, 5000, 16 << 20][chance.below(4) as usize];
        let said = [there as u64, there as u64, 1 << 30, u64::MAX >> 2][chance.below(4) as usize];
        entry(&mut archive, kind, name, target, there, said)?;
    }
    Ok(archive.into_inner()?.finish()?)
}

fn entry<W: std::io::Write>(
    archive: &mut Builder<W>,
    kind: EntryType,
    name: &str,
    target: &str,
    there: usize,
    said: u64,
) -> Result<()> {
    let mut header = Header::new_gnu();
    // As it is: the crate would refuse to write the bad ones.
    let fields = header.as_old_mut();
    fields.name[..name.len()].copy_from_slice(name.as_bytes());
    fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o4777);
    header.set_size(said);
    header.set_cksum();
    Ok(archive.append(&header, std::io::repeat(7).take(there as u64))?)
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => size(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}
