//! Which way up a picture is.

use image::ImageDecoder;
use image::metadata::Orientation;

/// What a file says about it; upright where it says nothing, or nonsense: a picture with broken EXIF is still a picture.
pub(crate) fn of(decoder: &mut impl ImageDecoder) -> Orientation {
    let exif = decoder.exif_metadata().ok().flatten();
    let told = exif.and_then(|exif| in_exif(&exif));
    // A TIFF has it beside its other tags.
    told.or_else(|| decoder.orientation().ok()).unwrap_or(Orientation::NoTransforms)
}

/// The orientation of an EXIF block. It should be a SHORT, but some programs write a LONG or a BYTE.
pub(crate) fn in_exif(exif: &[u8]) -> Option<Orientation> {
    const ORIENTATION: u16 = 0x0112;
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = [*exif.get(at)?, *exif.get(at + 1)?];
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let (first, second) = (u32::from(short(at)?), u32::from(short(at + 2)?));
        Some(if little { second << 16 | first } else { first << 16 | second })
    };
    let start = long(4)? as usize;
    // Entries of 12 bytes: tag, type, count, and the value or where it is.
    let entry = |number: usize| start.checked_add(2 + 12 * number);
    let tags = (0..usize::from(short(start)?)).map_while(|number| Some((entry(number)?, short(entry(number)?)?)));
    let (at, _) = tags.into_iter().find(|(_, tag)| *tag == ORIENTATION)?;
    let value = match (short(at + 2)?, long(at + 4)?) {
        (1, 1) => u32::from(*exif.get(at + 8)?),
        (3, 1) => u32::from(short(at + 8)?),
        (4, 1) => long(at + 8)?,
        _ => return None,
    };
    u8::try_from(value).ok().and_then(Orientation::from_exif)
}

#[cfg(test)]
mod tests {
    use image::metadata::Orientation;

    use super::in_exif;

    #[test]
    fn nonsense_is_no_orientation_and_no_panic() {
        let whole = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\0\0\x06\0\0\0\0";
        assert_eq!(in_exif(whole), Some(Orientation::Rotate90));
        for length in 0..22 {
            assert_eq!(in_exif(&whole[..length]), None);
        }
        let mut far = *whole;
        far[4..8].fill(0xFF);
        assert_eq!(in_exif(&far), None);
        let mut huge = *whole;
        huge[18] = 1;
        assert_eq!(in_exif(&huge), None);
    }
}
