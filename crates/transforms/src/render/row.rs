//! Where a row of outputs comes from.

use crate::PadMode;

/// One axis of the source as the sampler sees it: a shrunken part of the picture, and the padding around the whole.
///
/// Positions are in pixels of the shrunken part, whose first pixel has its centre at 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// Padding beyond picture and frame together; `None` when no output looks there.
    pub outer: Option<Beyond>,
    /// Padding beyond the picture inside the frame; `None` when the frame does not reach there.
    pub inner: Option<Beyond>,
    /// Index of the last pixel of the part.
    pub last: f32,
}

/// The centres of the first and last pixel of a stretch, and what stands beyond them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beyond {
    pub low: f32,
    pub high: f32,
    pub pad: PadMode,
    /// The size of a pixel of the picture: black sets in over this length.
    pub pixel: f32,
}

/// Outputs that are mixed at a time, a whole number of the widest registers.
pub(super) const BLOCK: usize = 32;

/// Positions of one output row, and of a few beyond it that fill the last block; the buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    /// What is left of each colour where the padding is black.
    pub cover: Vec<f32>,
    pub offset: Vec<u32>,
    /// The four pixels around each position: left, right, and those under them.
    pub neighbours: [Vec<u32>; 4],
}

// Everything here is inlined into the loop over rows, which is compiled once for each SIMD width. All of it works on one
// element at a time and the compiler may not fuse or reorder, so every width gives the same bits.
impl Row {
    pub fn resize(&mut self, width: usize) {
        let width = width.next_multiple_of(BLOCK);
        self.x.resize(width, 0.0);
        self.y.resize(width, 0.0);
        self.cover.resize(width, 0.0);
        self.offset.resize(width, 0);
        for pixels in &mut self.neighbours {
            pixels.resize(width, 0);
        }
    }

    /// The positions of row `y` under `map`, from output pixels to centres of the part's pixels.
    #[inline(always)]
    pub fn place(&mut self, map: &[[f64; 3]; 3], y: f64) {
        let start = map.map(|row| (row[1] * y + row[2]) as f32);
        let step = map.map(|row| row[0] as f32);
        let positions = self.x.iter_mut().zip(&mut self.y).enumerate();
        if map[2][0] == 0.0 && map[2][1] == 0.0 {
            for (i, (x, y)) in positions {
                let i = i as i32 as f32;
                *x = start[0] + step[0] * i;
                *y = start[1] + step[1] * i;
            }
        } else {
            for (i, (x, y)) in positions {
                let i = i as i32 as f32;
                let nearness = 1.0 / (start[2] + step[2] * i);
                *x = (start[0] + step[0] * i) * nearness;
                *y = (start[1] + step[1] * i) * nearness;
            }
        }
    }
}

impl Axis {
    /// Brings positions beyond the picture back into it.
    #[inline(always)]
    pub fn fold(&self, positions: &mut [f32], cover: &mut [f32]) {
        for beyond in [self.outer, self.inner].into_iter().flatten() {
            beyond.fold(positions, cover);
        }
        for position in positions {
            *position = position.max(0.0).min(self.last);
        }
    }

    /// True when black may show.
    pub fn has_zeros(&self) -> bool {
        [self.outer, self.inner].into_iter().flatten().any(|beyond| beyond.pad == PadMode::Zeros)
    }
}

impl Beyond {
    #[inline(always)]
    fn fold(&self, positions: &mut [f32], cover: &mut [f32]) {
        let Self { low, high, pixel, .. } = *self;
        match self.pad {
            PadMode::Border => {
                for position in positions {
                    *position = position.max(low).min(high);
                }
            }
            PadMode::Zeros => {
                for (position, cover) in positions.iter_mut().zip(cover) {
                    let beyond = (low - *position).max(*position - high).max(0.0) / pixel;
                    *cover *= (1.0 - beyond).max(0.0);
                    *position = position.max(low).min(high);
                }
            }
            PadMode::Reflection => {
                let length = high - low;
                if length <= 0.0 {
                    positions.fill(low);
                    return;
                }
                let (period, scale) = (2.0 * length, 0.5 / length);
                for position in positions {
                    let away = *position - low;
                    *position = low + (away - period * round(away * scale)).abs();
                }
            }
        }
    }
}

/// 1.5 · 2²³: added to a float below 2²², it leaves no bits for a fraction, and whole numbers in the low bits.
pub(super) const SHIFT: f32 = 12_582_912.0;

/// To the nearest whole number, for numbers below 2²²; unlike `f32::round` it is two additions on every machine.
#[inline(always)]
fn round(x: f32) -> f32 {
    (x + SHIFT) - SHIFT
}
