//! Lighting and normalisation of resampled colours, on their way into the planes.

use std::sync::LazyLock;

use super::row::SHIFT;
use crate::{Lighting, Normalize, logit, sigmoid};

/// Steps between two neighbouring byte values in the lighting table; the largest error of a colour is 1/32 of a byte.
const FINE: usize = 16;
/// Length of the table: a power of 2 over 255 · 16, so that a masked index needs no check.
const LENGTH: usize = 4096;

/// What happens to a colour of 0 to 255 after resampling.
#[derive(Default)]
pub(super) struct Finish {
    /// Lit colours, 0 to 255, at every 1/16 of a byte; empty without lighting.
    table: Vec<f32>,
    /// Lighting that looks at all three channels at once.
    joint: Option<Lighting>,
    factor: [f32; 3],
    shift: [f32; 3],
}

impl Finish {
    pub fn set(&mut self, lighting: &Lighting, normalize: &Normalize, first: usize) {
        for channel in 0..3 {
            (self.factor[channel], self.shift[channel]) = normalize.line(first + channel);
        }
        self.table.clear();
        self.joint = None;
        if !lighting.is_per_channel() {
            self.joint = Some(*lighting);
        } else if lighting.works_on_logits() {
            static LOGITS: LazyLock<[f32; 256]> =
                LazyLock::new(|| std::array::from_fn(|byte| logit(byte as f32 / 255.0)));
            // Exact at the byte values and linear between them.
            let (logits, (factor, shift)) = (&*LOGITS, lighting.line());
            let lit = |byte: usize| 255.0 * sigmoid(logits[byte] * factor + shift);
            let mut low = lit(0);
            for byte in 1..=255 {
                let high = lit(byte);
                let step = (high - low) / FINE as f32;
                self.table.extend((0..FINE).map(|fine| low + step * fine as f32));
                low = high;
            }
            self.table.resize(LENGTH, low);
        }
    }

    /// Lights and normalises a row of resampled colours, 0 to 255, in place; `places` is as long as the row or longer.
    #[inline(always)]
    pub fn row(&self, [red, green, blue]: [&mut [f32]; 3], places: &mut [u32]) {
        if let Some(lighting) = &self.joint {
            for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
                let lit = lighting.apply([*r, *g, *b].map(|x| x / 255.0));
                [*r, *g, *b] = self.normal(lit.map(|x| x * 255.0));
            }
            return;
        }
        let table = <&[f32; LENGTH]>::try_from(self.table.as_slice()).ok();
        for (channel, row) in [red, green, blue].into_iter().enumerate() {
            let (factor, shift) = (self.factor[channel], self.shift[channel]);
            if let Some(table) = table {
                for (place, colour) in places.iter_mut().zip(row.iter()) {
                    // The nearest sixteenth of a byte, out of the float's low bits.
                    *place = (colour * FINE as f32 + SHIFT).to_bits() & (LENGTH - 1) as u32;
                }
                for (x, place) in row.iter_mut().zip(places.iter()) {
                    *x = table[*place as usize & (LENGTH - 1)];
                }
            }
            for x in row {
                *x = *x * factor + shift;
            }
        }
    }

    /// What becomes of each byte of each channel, where lighting does not look at three at once.
    pub fn of_bytes(&self) -> [[f32; 256]; 3] {
        std::array::from_fn(|channel| {
            std::array::from_fn(|byte| {
                let lit = self.table.get(byte * FINE).copied().unwrap_or(byte as f32);
                lit * self.factor[channel] + self.shift[channel]
            })
        })
    }

    /// The factor and the shift of each channel, where there is no lighting.
    pub fn line(&self) -> Option<([f32; 3], [f32; 3])> {
        (self.joint.is_none() && self.table.is_empty()).then_some((self.factor, self.shift))
    }

    /// Lighting that looks at three channels at once.
    pub fn joint(&self) -> Option<impl Fn([u8; 3]) -> [f32; 3]> {
        let lighting = self.joint?;
        Some(move |pixel: [u8; 3]| self.normal(lighting.apply(pixel.map(|x| f32::from(x) / 255.0)).map(|x| x * 255.0)))
    }

    fn normal(&self, colour: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|channel| colour[channel] * self.factor[channel] + self.shift[channel])
    }
}
