//! Where a row of outputs comes from, in whole pixels and parts of a pixel.

use crate::PadMode;

/// One axis of the source as the sampler sees it: a shrunken part of the picture, and the padding around the whole.
///
/// Positions are in pixels of the shrunken part, whose first pixel has its centre at 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// Centres of the first and last pixel of the picture and frame together, with the padding beyond them.
    pub outer: (f32, f32, PadMode),
    /// Centres of the first and last pixel of the picture, with the padding beyond them; `None` when the same as outer.
    pub inner: Option<(f32, f32, PadMode)>,
    /// The size of a pixel of the picture: black sets in over this length.
    pub pixel: f32,
    /// Index of the last pixel of the part.
    pub last: f32,
}

/// Coordinates of one output row; the buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    /// What is left of each colour where the padding is black.
    pub cover: Vec<f32>,
    pub offset: Vec<u32>,
}

impl Row {
    pub fn resize(&mut self, width: usize) {
        self.x.resize(width, 0.0);
        self.y.resize(width, 0.0);
        self.cover.resize(width, 0.0);
        self.offset.resize(width, 0);
    }

    /// The positions of the row at height `y` under `map`, an output-to-part map on pixel centres.
    pub fn place(&mut self, map: &[[f64; 3]; 3], y: f64) {
        let start = map.map(|row| (row[1] * y + row[2]) as f32);
        let step = map.map(|row| row[0] as f32);
        if map[2][0] == 0.0 && map[2][1] == 0.0 {
            for (i, (x, y)) in self.x.iter_mut().zip(&mut self.y).enumerate() {
                let i = i as i32 as f32;
                *x = start[0] + step[0] * i;
                *y = start[1] + step[1] * i;
            }
        } else {
            for (i, (x, y)) in self.x.iter_mut().zip(&mut self.y).enumerate() {
                let i = i as i32 as f32;
                let depth = 1.0 / (start[2] + step[2] * i);
                *x = (start[0] + step[0] * i) * depth;
                *y = (start[1] + step[1] * i) * depth;
            }
        }
    }
}

impl Axis {
    /// Brings positions beyond the picture back into it.
    pub fn fold(&self, positions: &mut [f32], cover: &mut [f32]) {
        fold(self.outer, self.pixel, positions, cover);
        if let Some(inner) = self.inner {
            fold(inner, self.pixel, positions, cover);
        }
        for position in positions {
            *position = position.max(0.0).min(self.last);
        }
    }

    /// True when black may show.
    pub fn has_zeros(&self) -> bool {
        self.outer.2 == PadMode::Zeros || self.inner.is_some_and(|inner| inner.2 == PadMode::Zeros)
    }
}

fn fold(
    (low, high, pad): (f32, f32, PadMode),
    pixel: f32,
    positions: &mut [f32],
    cover: &mut [f32],
) {
    match pad {
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
                let away = (*position - low).abs();
                let around = away - period * ((away * scale) as i32 as f32);
                *position = low + around.min(period - around);
            }
        }
    }
}
