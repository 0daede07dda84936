//! The bilinear sample.

use super::row::{Row, SHIFT};

/// The shrunken part of the picture, three bytes a pixel, at least two pixels wide and high.
pub(super) struct Source<'a> {
    pub bytes: &'a [u8],
    /// Index of the part's first byte.
    pub first: usize,
    /// Bytes from a row to the next.
    pub stride: usize,
    pub width: u32,
    pub height: u32,
}

impl Source<'_> {
    /// One sample for each position of the row, which lies between 0 and the last pixel; positions are used up.
    #[inline(always)]
    pub fn sample(&self, row: &mut Row) {
        // The left one of two neighbours is never the last pixel.
        let last_x = self.width.saturating_sub(2) as f32;
        let last_y = self.height.saturating_sub(2) as f32;
        let stride = self.stride as u32;
        let Row { x: xs, y: ys, offset: offsets, colours, .. } = row;
        for ((x, y), offset) in xs.iter_mut().zip(ys.iter_mut()).zip(offsets.iter_mut()) {
            let (left, column) = floor(*x, last_x);
            let (top, line) = floor(*y, last_y);
            *x -= left;
            *y -= top;
            *offset = line * stride + column * 3;
        }
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
        let bytes = &self.bytes[offset..offset + 6];
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
