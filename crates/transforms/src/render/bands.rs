//! Pictures of any channels: the same two ways as colours of bytes take, a plane of floats at a time.

use super::bent::Looked;
use super::kind::{Pixels, Plane};
use super::plain::Resized;
use super::scratch::Scratch;
use crate::{Bands, Draw, Lighting, Normalize};

impl Scratch {
    pub(super) fn bands(
        &mut self,
        bands: &Bands,
        draw: &Draw,
        (normalize, first): (&Normalize, usize),
        out: &mut [f32],
    ) {
        let pixels = draw.size.pixels() as usize;
        for (plane, out) in
            bands.planes().chunks_exact(bands.size().pixels() as usize).zip(out.chunks_exact_mut(pixels))
        {
            self.plane(Pixels { numbers: plane, size: bands.size() }, draw, out);
        }
        light(&draw.lighting, out, pixels);
        for (channel, plane) in out.chunks_exact_mut(pixels).enumerate() {
            let (mean, std) = normalize.of(first + channel);
            for number in plane {
                *number = (*number - mean) / std;
            }
        }
    }

    /// One plane as the draw shows it, neither lit nor normalised.
    fn plane(&mut self, whole: Pixels<'_, Plane>, draw: &Draw, out: &mut [f32]) {
        let Self { resizer, numbers, row, .. } = self;
        let width = draw.size.width as usize;
        if let Some(Resized { numbers, start, step, row_step }) = Resized::of(whole, draw, resizer, numbers) {
            for (y, out) in out.chunks_exact_mut(width).enumerate() {
                let first = start + y as isize * row_step;
                for (x, out) in out.iter_mut().enumerate() {
                    *out = numbers[(first + x as isize * step) as usize];
                }
            }
            return;
        }
        row.resize(width);
        let looked = Looked::at(whole, draw, resizer, &mut numbers.resized);
        let zeros = looked.has_zeros();
        for (y, out) in out.chunks_exact_mut(width).enumerate() {
            looked.place(row, y, zeros);
            looked.source.sample(row, out);
            if zeros {
                for (number, cover) in out.iter_mut().zip(&row.cover) {
                    *number *= cover;
                }
            }
        }
    }
}

/// Lights planes of 0 to 1: hue and saturation look at three together, and there are three where they are asked for.
fn light(lighting: &Lighting, planes: &mut [f32], pixels: usize) {
    if *lighting == Lighting::NONE {
        return;
    }
    if lighting.is_per_channel() {
        for number in planes {
            *number = lighting.apply([*number; 3])[0];
        }
        return;
    }
    let (red, rest) = planes.split_at_mut(pixels);
    let (green, blue) = rest.split_at_mut(pixels);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        [*red, *green, *blue] = lighting.apply([*red, *green, *blue]);
    }
}
