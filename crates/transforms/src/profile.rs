//! Colour profiles of PNG files, which nothing here asks for and which their decoder unpacks all the same.

use std::borrow::Cow;
use std::ops::Range;

/// The most bytes of a packed profile that is left in its file. Unpacked they become a thousand times as many at most.
const MOST: usize = 16 << 10;
/// A chunk's length and kind before its data, and its checksum behind.
const HEAD: usize = 8;
const TAIL: usize = 4;

/// The bytes of a PNG without profiles that could become larger than their picture; those of most files are left alone, and the file is
/// not copied.
pub fn without_large_profiles(bytes: &[u8]) -> Cow<'_, [u8]> {
    let large: Vec<Range<usize>> = chunks(bytes)
        .filter(|(kind, place)| kind == b"iCCP" && place.len() > HEAD + MOST + TAIL)
        .map(|(_, place)| place)
        .collect();
    if large.is_empty() {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for place in large {
        kept.extend_from_slice(&bytes[from..place.start]);
        from = place.end;
    }
    kept.extend_from_slice(&bytes[from..]);
    Cow::Owned(kept)
}

/// The chunks of a file with their places, up to the first that is cut short.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], Range<usize>)> + '_ {
    const SIGNATURE: usize = 8;
    let mut start = SIGNATURE;
    std::iter::from_fn(move || {
        let (head, _) = bytes.get(start..)?.split_first_chunk::<HEAD>()?;
        let [a, b, c, d, kind @ ..] = *head;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
        let end = start.checked_add(HEAD + TAIL)?.checked_add(length).filter(|&end| end <= bytes.len())?;
        let place = start..end;
        start = end;
        Some((kind, place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: [u8; 4], length: usize) -> Vec<u8> {
        [&(length as u32).to_be_bytes()[..], &kind, &vec![7; length], &[9; TAIL]].concat()
    }

    /// A16: two megabytes of a profile became half a gigabyte.
    #[test]
    fn a_large_profile_never_comes_to_its_decoder() {
        let file = |profiles: &[usize]| -> Vec<u8> {
            let middle: Vec<u8> =
                profiles.iter().flat_map(|&length| [chunk(*b"iCCP", length), chunk(*b"pHYs", 9)].concat()).collect();
            [&[0; 8][..], &chunk(*b"IHDR", 13), &middle, &chunk(*b"IDAT", MOST + 99), &chunk(*b"IEND", 0)].concat()
        };
        for profiles in [&[][..], &[5], &[MOST]] {
            assert!(matches!(without_large_profiles(&file(profiles)), Cow::Borrowed(_)), "{profiles:?}");
        }
        let one = |length| file(&[length]).len() - file(&[]).len() - HEAD - TAIL - 9;
        for (profiles, left) in [(&[MOST + 1][..], vec![]), (&[MOST + 1, 5, 2 * MOST], vec![5])] {
            let kept = without_large_profiles(&file(profiles)).into_owned();
            let kinds: Vec<_> = chunks(&kept).map(|(kind, place)| (kind, place.len())).collect();
            let found: Vec<usize> =
                kinds.iter().filter(|(kind, _)| kind == b"iCCP").map(|(_, length)| *length).collect();
            assert_eq!(found, left.iter().map(|&length| one(length)).collect::<Vec<_>>());
            assert_eq!(kinds.iter().filter(|(kind, _)| kind == b"pHYs").count(), profiles.len());
            assert_eq!(kinds.last().map(|(kind, _)| kind), Some(b"IEND"));
        }
        // What is cut short, or says more than there is, is left to the decoder to refuse.
        let whole = file(&[2 * MOST]);
        for length in [0, 7, 9, 30, 60, whole.len() - 1] {
            let _ = without_large_profiles(&whole[..length]);
        }
        let mut lying = whole.clone();
        lying[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(without_large_profiles(&lying).into_owned(), lying);
    }
}
