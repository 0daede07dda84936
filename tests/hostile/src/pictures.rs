//! Pictures and masks that a stranger made, or a disk.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use firelight::image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use firelight::prelude::*;
use firelight::transforms::{Chance, Channels, Limits, PictureReader, decode};

use crate::tally::{Fate, Tally};
use crate::{change, profiles};

fn drawn() -> DynamicImage {
    RgbImage::from_fn(97, 61, |x, y| Rgb([(x * 5 % 256) as u8, (y * 9 % 256) as u8, (x * y % 256) as u8])).into()
}

/// A picture in every format and some of its codings.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let picture = drawn();
    let kinds = [
        ("rgb", picture.clone()),
        ("gray", picture.to_luma8().into()),
        ("alpha", picture.to_rgba8().into()),
        ("deep", picture.to_rgb16().into()),
        ("deep gray", picture.to_luma16().into()),
        ("float", picture.to_rgb32f().into()),
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
    files
}

pub fn attack(tally: &mut Tally, count: usize) {
    let files = [files(), profiles::files(&drawn())].concat();
    for number in 0..count {
        let (name, whole) = &files[number % files.len()];
        // The first round is of whole ones.
        let mut chance = Chance::new(tally.seed, 4, number as u64);
        let bytes = if number < files.len() { whole.clone() } else { change::bytes(whole, &mut chance) };
        tally.attack(&format!("{number}: {name}"), || seen(number / files.len(), &bytes));
    }
}

/// Every file below a folder, whatever it is, as a picture in each of the ways.
pub fn set(tally: &mut Tally, folder: &Path) -> Result<()> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = fs::read(&path)?;
                (0..3).for_each(|way| tally.attack(&path.display().to_string(), || seen(way, &bytes)));
            }
        }
    }
    Ok(())
}

/// As colours, as deep colours, as a mask.
fn seen(way: usize, bytes: &[u8]) -> Fate {
    let limits = Limits::default();
    match way % 3 {
        0 => Fate::of(decode(bytes, &limits).map(drop)),
        1 => Fate::of(PictureReader::new(Channels::Rgb16).with_limits(limits).decode(bytes).map(drop)),
        _ => Fate::of(MaskReader::default().decode(bytes, &limits).map(drop)),
    }
}
