//! The bilinear sample.

use super::row::Row;
use crate::Size;

/// The shrunken part of the picture, three bytes a pixel; at least [`Source::WINDOW`] bytes.
pub(super) struct Source<'a> {
    pub bytes: &'a [u8],
    /// Index of the part's first byte.
    pub first: usize,
    /// Bytes from a row to the next.
    pub stride: usize,
    pub size: Size,
}

impl Source<'_> {
    /// Two neighbouring pixels are read as one word of this many bytes.
    pub const WINDOW: usize = 8;

    /// One sample for each position of the row, which lies between 0 and the last pixel; positions are used up.
    #[inline(always)]
    pub fn sample(&self, row: &mut Row, [red, green, blue]: [&mut [f32]; 3]) {
        // The left one of two neighbours is never the last pixel; a single row or column is its own neighbour.
        let last_x = self.size.width.saturating_sub(2) as i32;
        let last_y = self.size.height.saturating_sub(2) as i32;
        let right = if self.size.width > 1 { 24 } else { 0 };
        let below = if self.size.height > 1 { self.stride } else { 0 };
        let stride = self.stride as i32;
        let Row {
            x: xs,
            y: ys,
            offset: offsets,
            ..
        } = row;
        for ((x, y), offset) in xs.iter_mut().zip(ys.iter_mut()).zip(offsets.iter_mut()) {
            let left = (*x as i32).min(last_x);
            let top = (*y as i32).min(last_y);
            *x -= left as f32;
            *y -= top as f32;
            *offset = (top * stride + left * 3) as u32;
        }
        let outputs = red.iter_mut().zip(green).zip(blue);
        for (((x, y), offset), ((r, g), b)) in
            xs.iter().zip(ys.iter()).zip(offsets.iter()).zip(outputs)
        {
            let offset = self.first + *offset as usize;
            let (a, b_) = self.pair(offset, right);
            let (c, d) = self.pair(offset + below, right);
            let mut colour = [0.0; 4];
            for lane in 0..4 {
                let above = a[lane] + (b_[lane] - a[lane]) * x;
                let under = c[lane] + (d[lane] - c[lane]) * x;
                colour[lane] = above + (under - above) * y;
            }
            (*r, *g, *b) = (colour[0], colour[1], colour[2]);
        }
    }

    /// A pixel and its right neighbour, `right` bits further on; the fourth lane holds whatever follows.
    #[inline(always)]
    fn pair(&self, offset: usize, right: u32) -> ([f32; 4], [f32; 4]) {
        // The last pixel's word would reach beyond the end: read an earlier one and shift it.
        let start = offset.min(self.bytes.len() - Self::WINDOW);
        let mut word = [0; Self::WINDOW];
        word.copy_from_slice(&self.bytes[start..start + Self::WINDOW]);
        let word = u64::from_le_bytes(word) >> (8 * (offset - start) as u32 & 63);
        let lanes = |word: u64| (word as u32).to_le_bytes().map(f32::from);
        (lanes(word), lanes(word >> right))
    }
}
