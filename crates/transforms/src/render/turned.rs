//! A resampled picture of bytes into planes, read in any of the eight directions.

use pulp::{Simd, WithSimd};

use super::finish::Finish;
use super::kind::Rgb8;
use super::plain::Resized;
use crate::Size;

/// The loop over rows, compiled once for each SIMD width.
pub(super) struct Turned<'a> {
    pub resized: Resized<'a, Rgb8>,
    pub finish: &'a Finish,
    pub size: Size,
    pub out: &'a mut [f32],
}

impl WithSimd for Turned<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let finish = self.finish;
        if let Some(([fr, fg, fb], [sr, sg, sb])) = finish.line() {
            // Counted and not looked up, many bytes at a time.
            self.write(|r, g, b| [f32::from(r) * fr + sr, f32::from(g) * fg + sg, f32::from(b) * fb + sb]);
        } else if let Some(joint) = finish.joint() {
            self.write(|r, g, b| joint([r, g, b]));
        } else {
            let [red, green, blue] = &finish.of_bytes();
            self.write(|r, g, b| [red[usize::from(r)], green[usize::from(g)], blue[usize::from(b)]]);
        }
    }
}

impl Turned<'_> {
    #[inline(always)]
    fn write(self, normal: impl Fn(u8, u8, u8) -> [f32; 3]) {
        let Self { resized: Resized { numbers, start, step, row_step }, size, out, .. } = self;
        let (bytes, _) = numbers.as_chunks::<3>();
        let width = size.width as usize;
        let (red, rest) = out.split_at_mut(size.pixels() as usize);
        let (green, blue) = rest.split_at_mut(size.pixels() as usize);
        let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        for (y, ((red, green), blue)) in rows.enumerate() {
            let first = start + y as isize * row_step;
            let pixels = red.iter_mut().zip(green).zip(blue);
            if step == 1 {
                for (((r, g), b), pixel) in pixels.zip(&bytes[first as usize..][..width]) {
                    [*r, *g, *b] = normal(pixel[0], pixel[1], pixel[2]);
                }
            } else if step == -1 {
                let row = &bytes[..=first as usize];
                for (((r, g), b), pixel) in pixels.zip(row.iter().rev()) {
                    [*r, *g, *b] = normal(pixel[0], pixel[1], pixel[2]);
                }
            } else {
                for (x, ((r, g), b)) in pixels.enumerate() {
                    let pixel = &bytes[(first + x as isize * step) as usize];
                    [*r, *g, *b] = normal(pixel[0], pixel[1], pixel[2]);
                }
            }
        }
    }
}
