//! Operations that say for each byte what becomes of it: a table, of the whole picture or of each channel.

use super::blend::{byte, gray};

fn look_up(bytes: &mut [u8], became: impl Fn(u8) -> u8) {
    let table: [u8; 256] = std::array::from_fn(|of| became(of as u8));
    for colour in bytes {
        *colour = table[usize::from(*colour)];
    }
}

/// The table of each channel, by how often it has each byte.
fn look_up_each(bytes: &mut [u8], table: impl Fn(&[u64; 256]) -> [u8; 256]) {
    let mut counts = [[0_u64; 256]; 3];
    for pixel in bytes.chunks_exact(3) {
        for (counts, colour) in counts.iter_mut().zip(pixel) {
            counts[usize::from(*colour)] += 1;
        }
    }
    let tables = counts.map(|counts| table(&counts));
    for pixel in bytes.chunks_exact_mut(3) {
        for (table, colour) in tables.iter().zip(pixel) {
            *colour = table[usize::from(*colour)];
        }
    }
}

pub(super) fn brightness(bytes: &mut [u8], factor: f64) {
    look_up(bytes, |of| byte(f32::from(of) * factor as f32));
}

pub(super) fn contrast(bytes: &mut [u8], factor: f64) {
    let (own, other) = (factor as f32, (1.0 - factor) as f32);
    let grays: u64 = bytes.chunks_exact(3).map(|pixel| u64::from(gray(pixel))).sum();
    let mean = (grays as f64 / (bytes.len() / 3).max(1) as f64) as f32;
    look_up(bytes, |of| byte(libm::fmaf(other, mean, f32::from(of) * own)));
}

pub(super) fn posterize(bytes: &mut [u8], bits: u32) {
    let mask = !(0xFF_u32 >> bits.min(8)) as u8;
    look_up(bytes, |of| of & mask);
}

pub(super) fn solarize(bytes: &mut [u8], threshold: f32) {
    look_up(bytes, |of| if f32::from(of) >= threshold { !of } else { of });
}

/// A channel of one colour stays as it is.
pub(super) fn auto_contrast(bytes: &mut [u8]) {
    look_up_each(bytes, |counts| {
        let has = |of: &usize| counts[*of] > 0;
        let (low, high) = ((0..256).find(has).unwrap_or(0), (0..256).rev().find(has).unwrap_or(0));
        let (low, scale) = if low == high { (0.0, 1.0) } else { (low as f32, (high - low) as f32 * (1.0 / 255.0)) };
        std::array::from_fn(|of| byte((of as f32 - low) / scale))
    });
}

/// Pillow's `ImageOps.equalize`: steps of a 255th of the pixels that do not have the largest byte.
pub(super) fn equalize(bytes: &mut [u8]) {
    look_up_each(bytes, |counts| {
        let last = counts.iter().rev().find(|count| **count > 0).copied().unwrap_or(0);
        let step = (counts.iter().sum::<u64>() - last) / 255;
        if step == 0 {
            return std::array::from_fn(|of| of as u8);
        }
        let mut below = 0;
        std::array::from_fn(|of| {
            let rank = if of == 0 { 0 } else { (below + step / 2) / step };
            below += counts[of];
            rank.min(255) as u8
        })
    });
}
