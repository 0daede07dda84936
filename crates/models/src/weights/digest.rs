use std::io::Read;
use std::path::Path;

use firelight_files::open_regular;
use sha2::{Digest, Sha256};

use super::WeightsError;

/// Compares the file with the digest in its name; `false` where the name carries none.
pub(super) fn check(path: &Path) -> Result<bool, WeightsError> {
    let Some(expected) = digits_in_name(path) else {
        return Ok(false);
    };
    let unreadable = |why| WeightsError::Unreadable { path: path.to_owned(), why };
    let mut file = open_regular(path).map_err(unreadable)?;
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
    match found == expected {
        true => Ok(true),
        false if is_date(&expected) => Ok(false),
        false => Err(WeightsError::WrongDigest { path: path.to_owned(), expected, found }),
    }
}

/// The `f37072fd` of `resnet18-f37072fd.pth`.
fn digits_in_name(path: &Path) -> Option<String> {
    let (_, digits) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    let hex = digits.len() == 8 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hex.then(|| digits.to_owned())
}

/// Whether eight digits are rather a day than a digest: `20240131`.
fn is_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let within =
        |part: Option<u32>, range: std::ops::RangeInclusive<u32>| part.is_some_and(|part| range.contains(&part));
    within(year, 1970..=2100) && within(month, 1..=12) && within(day, 1..=31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B15: a date is no digest, other digits are one without a letter too.
    #[test]
    fn eight_digits_are_a_digest_unless_they_are_a_date() {
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
        assert!(matches!(of("resnet18-57934424.pth"), Err(WeightsError::WrongDigest { .. })));
    }
}
