use super::blend::{byte, fused};
use crate::Size;

/// `before` holds a row and the one above it as they were.
pub(super) fn sharpness(bytes: &mut [u8], size: Size, factor: f64, before: &mut Vec<u8>) {
    if size.width < 3 || size.height < 3 {
        return;
    }
    let other = (1.0 - factor) as f32;
    let length = 3 * size.width as usize;
    before.clear();
    before.extend_from_slice(&bytes[..2 * length]);
    let (above, here) = before.split_at_mut(length);
    for rows in 1..size.height as usize - 1 {
        let (row, below) = bytes[rows * length..][..2 * length].split_at_mut(length);
        let column = |at: usize| u32::from(above[at]) + u32::from(here[at]) + u32::from(below[at]);
        for at in 3..length - 3 {
            let own = u32::from(here[at]);
            let sum = column(at - 3) + column(at) + column(at + 3) + 4 * own;
            // To the nearest; a thirteenth has no halves.
            let smooth = (2 * sum + 13) / 26;
            row[at] = byte(fused(own as f32, other, smooth as f32 - own as f32));
        }
        above.copy_from_slice(here);
        here.copy_from_slice(below);
    }
}
