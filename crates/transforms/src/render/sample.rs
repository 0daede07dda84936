//! The bilinear sample.

use super::kind::{Kind, Plane, Rgb8};
use super::row::{Row, SHIFT};

/// The shrunken part of the picture, at least two pixels wide and high.
pub(super) struct Source<'a, K: Kind> {
    pub numbers: &'a [K::Number],
    /// Index of the part's first number.
    pub first: usize,
    /// Numbers from a row to the next.
    pub stride: usize,
    pub width: u32,
    pub height: u32,
}

impl<K: Kind> Source<'_, K> {
    /// The offset of the upper left one of the four neighbours of each position; what is left of positions is the share of the others.
    #[inline(always)]
    fn offsets(&self, row: &mut Row) {
        // The left one of two neighbours is never the last pixel.
        let last_x = self.width.saturating_sub(2) as f32;
        let last_y = self.height.saturating_sub(2) as f32;
        let stride = self.stride as u32;
        let Row { x: xs, y: ys, offset: offsets, .. } = row;
        for ((x, y), offset) in xs.iter_mut().zip(ys.iter_mut()).zip(offsets.iter_mut()) {
            let (left, column) = floor(*x, last_x);
            let (top, line) = floor(*y, last_y);
            *x -= left;
            *y -= top;
            *offset = line * stride + column * K::NUMBERS as u32;
        }
    }
}

impl Source<'_, Plane> {
    /// One sample for each position of the row, which lies between 0 and the last pixel; positions are used up.
    pub fn sample(&self, row: &mut Row, out: &mut [f32]) {
        self.offsets(row);
        let Row { x: xs, y: ys, offset: offsets, .. } = row;
        for (((x, y), offset), out) in xs.iter().zip(ys.iter()).zip(offsets.iter()).zip(out) {
            let upper = &self.numbers[self.first + *offset as usize..];
            let (a, b, c, d) = (upper[0], upper[1], upper[self.stride], upper[self.stride + 1]);
            let (above, under) = (a + (b - a) * x, c + (d - c) * x);
            *out = above + (under - above) * y;
        }
    }
}

impl Source<'_, Rgb8> {
    /// One sample for each position of the row, which lies between 0 and the last pixel; positions are used up.
    #[inline(always)]
    pub fn sample(&self, row: &mut Row) {
        self.offsets(row);
        let Row { x: xs, y: ys, offset: offsets, colours, .. } = row;
        for (((x, y), offset), colour) in xs.iter().zip(ys.iter()).zip(offsets.iter()).zip(colours) {
            let upper = self.first + *offset as usize;
            let (a, b) = self.pair(upper);
            let (c, d) = self.pair(upper + self.stride);
            let mut mixed = [0.0; 4];
            for lane in 0..4 {
                let above = a[lane] + (b[lane] - a[lane]) * x;
                let under = c[lane] + (d[lane] - c[lane]) * x;
                mixed[lane] = above + (under - above) * y;
            }
            *colour = mixed;
        }
    }

    /// A pixel and its right neighbour. The fourth lane holds nothing of use; with it, a pixel is one SIMD register.
    #[inline(always)]
    fn pair(&self, offset: usize) -> ([f32; 4], [f32; 4]) {
        let bytes = &self.numbers[offset..offset + 6];
        let right = lanes(&bytes[2..6]);
        (lanes(&bytes[..4]), [right[1], right[2], right[3], right[3]])
    }
}

#[inline(always)]
fn lanes(bytes: &[u8]) -> [f32; 4] {
    [f32::from(bytes[0]), f32::from(bytes[1]), f32::from(bytes[2]), f32::from(bytes[3])]
}

/// A whole number below `x`, or equal to it, or one less if `x` is whole; at most `last`. As float and integer.
///
/// For `x` from 0 to 2²²; either choice gives the same sample when `x` is whole.
#[inline(always)]
fn floor(x: f32, last: f32) -> (f32, u32) {
    let shifted = (x - 0.5).max(0.0) + SHIFT;
    let whole = (shifted - SHIFT).min(last);
    (whole, (whole + SHIFT).to_bits() & 0x003F_FFFF)
}
