//! Lighting and normalisation of resampled colours, on their way into the planes.

use super::kind::Rgb8;
use super::plain::Resized;
use super::row::SHIFT;
use crate::{Lighting, Normalize, Size};

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
            // Exact at the byte values and linear between them.
            let lit = |byte: usize| 255.0 * lighting.apply([byte as f32 / 255.0; 3])[0];
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

    /// A resampled picture of bytes into planes, read in any of the eight directions.
    pub fn bytes(&self, resized: &Resized<'_, Rgb8>, size: Size, out: &mut [f32]) {
        let &Resized { numbers: bytes, start, step, row_step } = resized;
        let plane = size.pixels() as usize;
        let width = size.width as usize;
        let (red, rest) = out.split_at_mut(plane);
        let (green, blue) = rest.split_at_mut(plane);
        if let Some(lighting) = &self.joint {
            let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
            for (y, ((red, green), blue)) in rows.enumerate() {
                for x in 0..width {
                    let at = 3 * (start + x as isize * step + y as isize * row_step) as usize;
                    let lit = lighting.apply(std::array::from_fn(|c| f32::from(bytes[at + c]) / 255.0));
                    let [r, g, b] = self.normal(lit.map(|x| x * 255.0));
                    (red[x], green[x], blue[x]) = (r, g, b);
                }
            }
            return;
        }
        let tables: [[f32; 256]; 3] = std::array::from_fn(|channel| {
            std::array::from_fn(|byte| {
                let lit = self.table.get(byte * FINE).copied().unwrap_or(byte as f32);
                lit * self.factor[channel] + self.shift[channel]
            })
        });
        let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        for (y, ((red, green), blue)) in rows.enumerate() {
            let first = start + y as isize * row_step;
            let pixels = red.iter_mut().zip(green).zip(blue);
            if step == 1 {
                let row = &bytes[3 * first as usize..][..3 * width];
                for (((r, g), b), pixel) in pixels.zip(row.chunks_exact(3)) {
                    *r = tables[0][usize::from(pixel[0])];
                    *g = tables[1][usize::from(pixel[1])];
                    *b = tables[2][usize::from(pixel[2])];
                }
            } else {
                for (x, ((r, g), b)) in pixels.enumerate() {
                    let pixel = &bytes[3 * (first + x as isize * step) as usize..][..3];
                    *r = tables[0][usize::from(pixel[0])];
                    *g = tables[1][usize::from(pixel[1])];
                    *b = tables[2][usize::from(pixel[2])];
                }
            }
        }
    }

    /// A row of resampled colours, 0 to 255, lit and normalised into the planes.
    #[inline(always)]
    pub fn row(&self, colours: &[[f32; 4]], [red, green, blue]: [&mut [f32]; 3]) {
        if let Some(lighting) = &self.joint {
            for (((r, g), b), colour) in red.iter_mut().zip(green).zip(blue).zip(colours) {
                let lit = lighting.apply([colour[0], colour[1], colour[2]].map(|x| x / 255.0));
                [*r, *g, *b] = self.normal(lit.map(|x| x * 255.0));
            }
            return;
        }
        let table = <&[f32; LENGTH]>::try_from(self.table.as_slice()).ok();
        for (channel, row) in [red, green, blue].into_iter().enumerate() {
            let (factor, shift) = (self.factor[channel], self.shift[channel]);
            if let Some(table) = table {
                for (x, colour) in row.iter_mut().zip(colours) {
                    // The nearest sixteenth of a byte, out of the float's low bits.
                    let place = (colour[channel] * FINE as f32 + SHIFT).to_bits() as usize & (LENGTH - 1);
                    *x = table[place] * factor + shift;
                }
            } else {
                for (x, colour) in row.iter_mut().zip(colours) {
                    *x = colour[channel] * factor + shift;
                }
            }
        }
    }

    fn normal(&self, colour: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|channel| colour[channel] * self.factor[channel] + self.shift[channel])
    }
}
