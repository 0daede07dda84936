//! Archives as an attacker would write them.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use tar::{Builder, EntryType, Header};

/// A `.tar.gz` under construction. Names go in as they are: `tar` itself refuses to write the bad ones.
pub struct Tarball(Builder<GzEncoder<Vec<u8>>>);

impl Tarball {
    pub fn new() -> Self {
        Self(Builder::new(GzEncoder::new(Vec::new(), Compression::best())))
    }

    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(EntryType::Regular, name, "", content)
    }

    pub fn folder(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, "", b"")
    }

    pub fn link(self, kind: EntryType, name: &str, target: &str) -> Self {
        self.entry(kind, name, target, b"")
    }

    pub fn entry(mut self, kind: EntryType, name: &str, target: &str, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        let fields = header.as_old_mut();
        fields.name[..name.len()].copy_from_slice(name.as_bytes());
        fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o4777);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.0.append(&header, content).expect("in memory");
        self
    }

    /// An entry whose path and target have any length, in records before it.
    pub fn long(mut self, kind: EntryType, name: &str, target: &str) -> Self {
        for (record, text) in [(EntryType::GNULongName, name), (EntryType::GNULongLink, target)] {
            if !text.is_empty() {
                self = self.entry(record, "././@LongLink", "", format!("{text}\0").as_bytes());
            }
        }
        self.entry(kind, "short", "", b"")
    }

    /// A sparse file whose header claims `size` bytes, of which the archive holds none.
    pub fn hole(mut self, name: &str, size: u64) -> Self {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::GNUSparse);
        header.set_path(name).expect("short");
        header.set_size(0);
        let fields = header.as_gnu_mut().expect("gnu");
        fields.set_real_size(size);
        fields.sparse[0].set_offset(size);
        fields.sparse[0].set_length(0);
        header.set_cksum();
        self.0.append(&header, &b""[..]).expect("in memory");
        self
    }

    pub fn bytes(self) -> Vec<u8> {
        self.0.into_inner().and_then(GzEncoder::finish).expect("in memory")
    }

    /// The archive as a file in `folder`.
    pub fn save(self, folder: &Path) -> PathBuf {
        save(folder, &self.bytes())
    }
}

pub fn save(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("a.tar.gz");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("temporary folder");
    path
}

pub fn md5(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes).into_iter();
    digest.fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// The paths below `folder`, sorted; a folder ends with `/`, a link says where it leads.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    collect(folder, "", &mut paths);
    paths.sort();
    paths
}

fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (name, kind) = (entry.file_name().into_string().expect("UTF-8"), entry.file_type().expect("a kind"));
        let path = format!("{prefix}{name}");
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("a link");
            paths.push(format!("{path} -> {}", target.display()));
        } else if kind.is_dir() {
            paths.push(format!("{path}/"));
            collect(&entry.path(), &format!("{path}/"), paths);
        } else {
            paths.push(path);
        }
    }
}
