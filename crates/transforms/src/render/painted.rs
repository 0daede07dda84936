//! Pictures whose colours a policy changes: resampled to bytes, changed, and only then lit and normalised into planes.

use pulp::{Simd, WithSimd};

use super::bent::Looked;
use super::kind::{Pixels, Rgb8};
use super::plain::Resized;
use super::row::Row;
use super::scratch::Scratch;
use super::turned::Turned;
use crate::operation::Buffers;
use crate::{ColourOperation, Draw};

/// Buffers for it, as large as the largest result so far.
#[derive(Default)]
pub(super) struct Painted {
    bytes: Vec<u8>,
    mixed: Vec<f32>,
    /// A row of each channel.
    row: Vec<f32>,
    operations: Buffers,
}

impl Scratch {
    pub(super) fn operated(&mut self, whole: Pixels<'_, Rgb8>, draw: &Draw, out: &mut [f32]) {
        self.paint(whole, draw, &draw.operations);
        if let Some(mix) = &draw.mix {
            self.painted.mixed.clear();
            self.painted.mixed.resize(self.painted.bytes.len(), 0.0);
            self.painted.mix(mix.share);
            let mut moved = draw.clone();
            for chain in &mix.chains {
                moved.map = draw.map.after(chain.map);
                self.paint(whole, &moved, &chain.operations);
                self.painted.mix(chain.share);
            }
            for (byte, mean) in self.painted.bytes.iter_mut().zip(&self.painted.mixed) {
                *byte = (mean + 0.5) as u8;
            }
        }
        let row_step = draw.size.width as isize;
        let resized = Resized { numbers: self.painted.bytes.as_slice(), start: 0, step: 1, row_step };
        self.arch.dispatch(Turned { resized, finish: &self.finish, size: draw.size, out });
    }

    /// The picture as the draw shows it, rounded to bytes, with the operations done.
    fn paint(&mut self, whole: Pixels<'_, Rgb8>, draw: &Draw, operations: &[ColourOperation]) {
        let Self { resizer, bytes, row, arch, painted, .. } = self;
        let width = draw.size.width as usize;
        painted.bytes.resize(draw.size.planes(), 0);
        if let Some(Resized { numbers, start, step, row_step }) = Resized::of(whole, draw, resizer, bytes) {
            for (y, target) in painted.bytes.chunks_exact_mut(3 * width).enumerate() {
                let first = start + y as isize * row_step;
                for (x, pixel) in target.chunks_exact_mut(3).enumerate() {
                    pixel.copy_from_slice(&numbers[3 * (first + x as isize * step) as usize..][..3]);
                }
            }
        } else {
            row.resize(width);
            painted.row.resize(3 * width, 0.0);
            let looked = Looked::at(whole, draw, resizer, &mut bytes.resized);
            arch.dispatch(Bytes { looked, row, colours: &mut painted.row, width, out: &mut painted.bytes });
        }
        for operation in operations {
            operation.run(&mut painted.bytes, draw.size, &mut painted.operations);
        }
    }
}

impl Painted {
    fn mix(&mut self, share: f32) {
        for (mixed, byte) in self.mixed.iter_mut().zip(&self.bytes) {
            *mixed += share * f32::from(*byte);
        }
    }
}

/// The loop over rows, as that of planes, compiled once for each SIMD width.
struct Bytes<'a> {
    looked: Looked<'a, Rgb8>,
    row: &'a mut Row,
    colours: &'a mut [f32],
    width: usize,
    out: &'a mut [u8],
}

impl WithSimd for Bytes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { looked, row, colours, width, out } = self;
        let zeros = looked.has_zeros();
        let (red, rest) = colours.split_at_mut(width);
        let (green, blue) = rest.split_at_mut(width);
        for (y, target) in out.chunks_exact_mut(3 * width).enumerate() {
            looked.colours(row, y, zeros, [&mut *red, &mut *green, &mut *blue]);
            for (((pixel, red), green), blue) in target.chunks_exact_mut(3).zip(&*red).zip(&*green).zip(&*blue) {
                for (byte, colour) in pixel.iter_mut().zip([red, green, blue]) {
                    *byte = (colour + 0.5) as u8;
                }
            }
        }
    }
}
