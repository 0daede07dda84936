use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::WeightsError;

/// Compares the file with the digest in its name; `false` where the name carries none.
pub(super) fn check(path: &Path) -> Result<bool, WeightsError> {
    let Some(expected) = digits_in_name(path) else {
        return Ok(false);
    };
    let unreadable = |source| WeightsError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut sha256 = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        match file.read(&mut block).map_err(unreadable)? {
            0 => break,
            read => sha256.update(&block[..read]),
        }
    }
    let sha256 = sha256.finalize();
    let found = format!("{:08x}", u32::from_be_bytes([sha256[0], sha256[1], sha256[2], sha256[3]]));
    if found == expected { Ok(true) } else { Err(WeightsError::WrongDigest { path: path.to_owned(), expected, found }) }
}

/// The `f37072fd` of `resnet18-f37072fd.pth`.
fn digits_in_name(path: &Path) -> Option<String> {
    let (_, digits) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    let hex = digits.len() == 8 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hex.then(|| digits.to_owned())
}
