//! One module for each property.

#![allow(clippy::float_cmp, reason = "some numbers are exact and must stay so")]

mod bands;
mod chances;
mod colours;
mod fastai_targets;
mod fastai_values;
mod files;
mod hostile;
mod jpeg_codings;
mod mask_files;
mod mixes;
mod moved_masks;
mod one_pass;
mod operations;
mod policies;
mod recipes;
mod reduced;
mod same_bits;
mod targets;
mod tiffs;
mod units;

use std::path::PathBuf;

use image::{Rgb, RgbImage};

/// A picture with structure at all scales and no symmetry.
fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |step: u32| (x * step + y * (step + 3)) % 256;
        let ring = ((x as i32 - 40).pow(2) + (y as i32 - 30).pow(2)) / 16 % 256;
        Rgb([wave(1) as u8, ring as u8, (wave(2) / 2 + wave(1) / 2) as u8])
    })
}

/// Real pictures beside the repository, where there are some.
fn originals() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pets/originals");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no pictures at {}", folder.display());
    None
}
