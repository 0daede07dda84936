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

/// The `f37072fd` of `resnet18-f37072fd.pth`. Eight digits without a letter are rather a date.
fn digits_in_name(path: &Path) -> Option<String> {
    let (_, digits) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    let hex = digits.len() == 8 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let date = digits.bytes().all(|byte| byte.is_ascii_digit());
    (hex && !date).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B15: a date is no digest.
    #[test]
    fn eight_digits_are_a_digest_only_with_a_letter() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "abc").expect("a file"); // SHA-256 begins with ba7816bf
            check(&path)
        };
        assert!(matches!(of("resnet18-20240131.pth"), Ok(false)));
        assert!(matches!(of("resnet18.pth"), Ok(false)));
        assert!(matches!(of("resnet18-ba7816bf.pth"), Ok(true)));
        assert!(matches!(of("resnet18-1a2b3c4d.pth"), Err(WeightsError::WrongDigest { .. })));
    }
}
