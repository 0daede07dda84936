//! Pictures and masks that a stranger made, or a disk.

use std::io::Cursor;

use firelight::image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use firelight::prelude::*;
use firelight::transforms::{Chance, Channels, Limits, PictureReader, decode};

use crate::change;
use crate::tally::{Fate, Tally};

/// A picture in every format and some of its codings.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let small = RgbImage::from_fn(97, 61, |x, y| Rgb([(x * 5 % 256) as u8, (y * 9 % 256) as u8, (x * y % 256) as u8]));
    let picture = DynamicImage::from(small);
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
    let (files, limits) = (files(), Limits::default());
    let deep = PictureReader::new(Channels::Rgb16).with_limits(limits);
    for number in 0..count {
        let (name, whole) = &files[number % files.len()];
        let bytes = change::bytes(whole, &mut Chance::new(tally.seed, 4, number as u64));
        tally.attack(&format!("{number}: {name}"), || match number / files.len() % 3 {
            0 => Fate::of(deep.decode(&bytes).map(drop)),
            1 => Fate::of(MaskReader::default().decode(&bytes, &limits).map(drop)),
            _ => Fate::of(decode(&bytes, &limits).map(drop)),
        });
    }
}
