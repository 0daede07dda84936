//! How much a `PyTorch` file says of its tensors before their numbers: a pickle, which its reader turns into values of many times its length.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use firelight_files::open_regular;
use zip::ZipArchive;

/// The most bytes of it: a tensor takes about a hundred. A hostile one becomes ninety times as large in memory.
pub(super) const MOST: u64 = 1 << 20;

/// Pickles of a file from before zip archives: magic number, version, system, tensors, keys of the numbers that follow.
const LEGACY: usize = 5;

/// Whether a file says more. What cannot be read as what it seems to be says nothing, and is left to the reader, which says why.
pub(super) fn is_long(path: &Path) -> bool {
    let Ok(mut file) = open_regular(path) else { return false };
    let mut start = [0; 2];
    if file.read_exact(&mut start).is_ok() && &start == b"PK" {
        return open_regular(path).is_ok_and(long_in_zip);
    }
    open_regular(path).is_ok_and(|file| {
        let mut stream = BufReader::new(file).take(MOST + 1);
        let ended = (0..LEGACY).try_for_each(|_| pass(&mut stream));
        ended.is_err() && stream.limit() == 0
    })
}

fn long_in_zip(file: File) -> bool {
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else { return false };
    (0..archive.len()).any(|index| {
        let is_pickle = |name: &str| name.ends_with("data.pkl");
        archive
            .by_index_raw(index)
            .is_ok_and(|entry| entry.size() > MOST && entry.name().is_ok_and(|name| is_pickle(&name)))
    })
}

/// Reads to the end of one pickle, by the lengths of its opcodes' arguments (Python's `pickletools`).
fn pass(stream: &mut impl BufRead) -> io::Result<()> {
    loop {
        let [opcode] = number(stream)?;
        let argument = match opcode {
            b'.' => return Ok(()),
            b'K' | b'h' | b'q' | 0x80 | 0x82 => 1,
            b'M' | 0x83 => 2,
            b'J' | b'j' | b'r' | 0x84 => 4,
            b'G' | 0x95 => 8,
            b'U' | b'C' | 0x8a | 0x8c => u8::from_le_bytes(number(stream)?).into(),
            b'T' | b'X' | b'B' | 0x8b => u32::from_le_bytes(number(stream)?).into(),
            0x8d | 0x8e | 0x96 => u64::from_le_bytes(number(stream)?),
            b'F' | b'I' | b'L' | b'V' | b'S' | b'P' | b'p' | b'g' => line(stream)?,
            b'c' | b'i' => {
                line(stream)?;
                line(stream)?
            }
            _ => 0,
        };
        if io::copy(&mut stream.by_ref().take(argument), &mut io::sink())? < argument {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn number<const N: usize>(stream: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

/// Passes over a line; nothing of an argument is left then.
fn line(stream: &mut impl BufRead) -> io::Result<u64> {
    stream.skip_until(b'\n').map(|_| 0)
}
