//! The bilinear sample.

use super::kind::{Kind, Plane, Rgb8};
use super::row::{BLOCK, Row, SHIFT};

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
    /// The colours, 0 to 255, at each position of the row, which lies between 0 and the last pixel; positions are used up.
    ///
    /// First all pixels are looked up, one after the other, and then each channel is mixed, many at once.
    #[inline(always)]
    pub fn sample(&self, row: &mut Row, [red, green, blue]: [&mut [f32]; 3]) {
        self.offsets(row);
        self.look_up(row);
        row.mix::<0>(red);
        row.mix::<1>(green);
        row.mix::<2>(blue);
    }

    #[inline(always)]
    fn look_up(&self, row: &mut Row) {
        let Row { offset, neighbours: [left, right, under_left, under_right], .. } = row;
        let upper = &self.numbers[self.first..];
        let under = &upper[self.stride..];
        let above = left.iter_mut().zip(right);
        let below = under_left.iter_mut().zip(under_right);
        for ((offset, above), below) in offset.iter().zip(above).zip(below) {
            let offset = *offset as usize;
            (*above.0, *above.1) = pair(&upper[offset..offset + 6]);
            (*below.0, *below.1) = pair(&under[offset..offset + 6]);
        }
    }
}

impl Row {
    /// The bilinear mean of the neighbours of each position, in one of their channels.
    #[inline(always)]
    fn mix<const CHANNEL: u32>(&self, out: &mut [f32]) {
        let neighbours = self.neighbours.each_ref().map(|pixels| pixels.as_chunks::<BLOCK>().0);
        let (xs, ys) = (self.x.as_chunks::<BLOCK>().0, self.y.as_chunks::<BLOCK>().0);
        let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
        let filled = blocks.len();
        let [left, right, under_left, under_right] = neighbours;
        let above = left.iter().zip(right);
        let under = under_left.iter().zip(under_right);
        for ((((out, above), under), x), y) in blocks.iter_mut().zip(above).zip(under).zip(xs).zip(ys) {
            *out = mixed::<CHANNEL>([above.0, above.1, under.0, under.1], x, y);
        }
        if !rest.is_empty() {
            let mixed = mixed::<CHANNEL>(neighbours.map(|pixels| &pixels[filled]), &xs[filled], &ys[filled]);
            rest.copy_from_slice(&mixed[..rest.len()]);
        }
    }
}

#[inline(always)]
fn mixed<const CHANNEL: u32>(
    [left, right, under_left, under_right]: [&[u32; BLOCK]; 4],
    across: &[f32; BLOCK],
    down: &[f32; BLOCK],
) -> [f32; BLOCK] {
    let first = |pixel: u32| ((pixel >> (8 * CHANNEL)) & 0xFF) as i32 as f32;
    let second = |pixel: u32| ((pixel >> (8 * CHANNEL + 8)) & 0xFF) as i32 as f32;
    let mut mixed = [0.0; BLOCK];
    for at in 0..BLOCK {
        let (a, b) = (first(left[at]), second(right[at]));
        let (c, d) = (first(under_left[at]), second(under_right[at]));
        let above = a + (b - a) * across[at];
        let under = c + (d - c) * across[at];
        mixed[at] = above + (under - above) * down[at];
    }
    mixed
}

/// A pixel and its right neighbour as numbers of 32 bits: red is the lowest byte of the one, and the second of the other.
#[inline(always)]
fn pair(bytes: &[u8]) -> (u32, u32) {
    let number = |bytes: &[u8]| u32::from_le(bytemuck::pod_read_unaligned(bytes));
    (number(&bytes[..4]), number(&bytes[2..6]))
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
