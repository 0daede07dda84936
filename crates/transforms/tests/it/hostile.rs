//! Pictures that a stranger made, or a disk: each format's own bytes, changed in thousands of ways.
//!
//! A short form runs here; `FIRELIGHT_HOSTILE=all` takes thirty times as many.

use std::io::Cursor;

use firelight_transforms::{Chance, Channels, Limits, MaskReader, PictureReader, TransformError, decode};
use image::{DynamicImage, ImageFormat};

use crate::pattern;

/// A small picture in every format and some of its codings.
fn files() -> Vec<(String, Vec<u8>)> {
    let picture = DynamicImage::from(pattern(24, 18));
    let kinds = [
        ("rgb", picture.clone()),
        ("gray", picture.to_luma8().into()),
        ("alpha", picture.to_rgba8().into()),
        ("deep", picture.to_rgb16().into()),
    ];
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::Pnm,
        ImageFormat::Qoi,
        ImageFormat::Ico,
    ];
    let mut files = Vec::new();
    for format in formats {
        for (kind, picture) in &kinds {
            let mut bytes = Cursor::new(Vec::new());
            // Not every format has every kind, and some that are written are not read.
            if picture.write_to(&mut bytes, format).is_ok() && decode(bytes.get_ref(), &Limits::default()).is_ok() {
                files.push((format!("{format:?} {kind}"), bytes.into_inner()));
            }
        }
    }
    assert!(files.len() > 20, "{} files", files.len());
    files
}

/// One change, or a few: bits, bytes, numbers that say much, parts that are left out, told twice or cut off.
fn changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        let length = bytes.len().max(1);
        // Heads are where sizes stand.
        let span = if chance.below(2) == 0 { length.min(64) } else { length };
        let at = chance.below(span as u64) as usize;
        let end = (at + 1 + chance.below(16) as usize).min(bytes.len());
        match chance.below(6) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
            1 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte = [0, 1, 127, 128, 254, 255][chance.below(6) as usize]),
            2 => {
                let huge = [u32::MAX, 1 << 31, 1 << 24, 1 << 16, 0][chance.below(5) as usize];
                let huge = if chance.below(2) == 0 { huge.to_le_bytes() } else { huge.to_be_bytes() };
                bytes.iter_mut().skip(at).zip(huge).for_each(|(byte, huge)| *byte = huge);
            }
            3 => drop(bytes.drain(at.min(end)..end)),
            4 => {
                let part = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at.min(bytes.len())..at.min(bytes.len()), part);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

#[test]
fn no_change_of_a_file_is_more_than_a_refusal() {
    let each = if std::env::var("FIRELIGHT_HOSTILE").is_ok_and(|form| form == "all") { 3000 } else { 100 };
    let limits = Limits::default().with_bytes(8 << 20).with_pixels(1 << 20);
    let readers =
        [Channels::Gray, Channels::Rgb16, Channels::Own(3)].map(|of| PictureReader::new(of).with_limits(limits));
    let (mut tried, mut read) = (0, 0);
    for (number, (name, bytes)) in files().into_iter().enumerate() {
        for change in 0..each {
            let mut chance = Chance::new(19, number as u64, change);
            let bytes = changed(&bytes, &mut chance);
            let told = [
                decode(&bytes, &limits).map(|picture| u64::from(picture.width()) * u64::from(picture.height())),
                readers[change as usize % readers.len()].decode(&bytes).map(|picture| picture.size().pixels()),
                MaskReader::default().decode(&bytes, &limits).map(|mask| mask.size().pixels()),
            ];
            for told in told {
                tried += 1;
                match told {
                    Ok(pixels) => {
                        read += 1;
                        assert!((1..=limits.pixels()).contains(&pixels), "{name} {change}: {pixels} pixels");
                    }
                    Err(error) => {
                        let sentence = error.to_string();
                        assert!(sentence.len() < 1000 && sentence.contains(": "), "{name} {change}: {sentence}");
                        assert!(!matches!(error, TransformError::Read { .. }), "{name} {change}: {sentence}");
                    }
                }
            }
        }
    }
    eprintln!("{tried} tried, {read} read, {} refused with a sentence", tried - read);
    assert!(tried > 5000 && read > tried / 20 && read < tried * 19 / 20, "{read} of {tried}");
}
