//! What is resampled: colours of bytes three at a time, or a plane of floats.

use bytemuck::Pod;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{F32, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use crate::{Draw, Filter, Size};

/// A kind of pixel: so many numbers of a type.
pub(super) trait Kind {
    type Number: Pod + Default;
    type Pixel: PixelTrait;
    const NUMBERS: usize;
}

/// Red, green and blue of 8 bits.
pub(super) enum Rgb8 {}

/// One channel.
pub(super) enum Plane {}

impl Kind for Rgb8 {
    type Number = u8;
    type Pixel = U8x3;
    const NUMBERS: usize = 3;
}

impl Kind for Plane {
    type Number = f32;
    type Pixel = F32;
    const NUMBERS: usize = 1;
}

/// A borrowed picture, rows without gaps.
pub(super) struct Pixels<'a, K: Kind> {
    pub numbers: &'a [K::Number],
    pub size: Size,
}

// Derived, they would ask kinds to be so.
impl<K: Kind> Clone for Pixels<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Kind> Copy for Pixels<'_, K> {}

impl<'a> Pixels<'a, Rgb8> {
    pub fn of(picture: &'a RgbImage) -> Self {
        Self { numbers: picture.as_raw(), size: Size::of(picture) }
    }
}

/// A part of a picture in pixels; its sides need not be whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// Bytes that memory hands out at a time, on most machines.
const LINE: usize = 64;
/// The most bytes that are fetched beforehand: more of them would be gone again before they are used.
const NEAR: usize = 4 << 20;

impl<K: Kind> Pixels<'_, K> {
    /// Fetches a part of a picture, the columns from `left` to before `right` and the rows from `top` to before `bottom`, that the processor
    /// may not have seen for long, as where decoded pictures are kept.
    ///
    /// In order this is several times as quick as the waiting for each piece while resampling jumps from row to row.
    pub fn touch(self, (left, right): (u32, u32), (top, bottom): (u32, u32)) {
        let columns = K::NUMBERS * left as usize..K::NUMBERS * right as usize;
        if (bottom - top) as usize * columns.len() * size_of::<K::Number>() > NEAR {
            return;
        }
        let rows = self.numbers.chunks_exact(K::NUMBERS * self.size.width as usize);
        let mut seen = 0;
        for row in rows.take(bottom as usize).skip(top as usize) {
            let bytes: &[u8] = bytemuck::cast_slice(&row[columns.clone()]);
            for line in bytes.iter().step_by(LINE) {
                seen ^= line;
            }
        }
        std::hint::black_box(seen);
    }

    /// A separable, antialiased resize of a part, into `to`.
    pub fn resize(self, resizer: &mut Resizer, part: Part, filter: Filter, size: Size, to: &mut Vec<K::Number>) {
        let (right, bottom) = ((part.left + part.width).ceil() as u32, (part.top + part.height).ceil() as u32);
        self.touch((part.left as u32, right.min(self.size.width)), (part.top as u32, bottom.min(self.size.height)));
        to.resize(size.planes_of(K::NUMBERS), K::Number::default());
        let kernel = match filter {
            Filter::Bilinear => FilterType::Bilinear,
            Filter::Bicubic => FilterType::CatmullRom,
        };
        let [(left, width), (top, height)] = match filter {
            Filter::Bilinear => [(part.left, part.width), (part.top, part.height)],
            Filter::Bicubic => {
                [off_middles(part.left, part.width, size.width), off_middles(part.top, part.height, size.height)]
            }
        };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(kernel)).crop(left, top, width, height);
        // With the kind of pixel named, the code for the others is not generated.
        let (bytes, Size { width, height }) = (bytemuck::cast_slice(self.numbers), self.size);
        let source = TypedImageRef::<K::Pixel>::from_buffer(width, height, bytes);
        let target = TypedImage::<K::Pixel>::from_buffer(size.width, size.height, bytemuck::cast_slice_mut(to));
        let (Ok(source), Ok(mut target)) = (source, target) else {
            unreachable!("a picture has its numbers for each pixel and the target was just made so");
        };
        if let Err(error) = resizer.resize_typed(&source, &mut target, &options) {
            unreachable!("the part lies within the picture: {error}");
        }
    }

    /// Copies the part of the padded picture that starts at `first` to `to`.
    pub fn pad(self, draw: &Draw, first: (i64, i64), size: Size, to: &mut Vec<K::Number>) {
        let (width, height) = (i64::from(self.size.width), i64::from(self.size.height));
        to.clear();
        to.resize(size.planes_of(K::NUMBERS), K::Number::default());
        for (y, target) in to.chunks_exact_mut(K::NUMBERS * size.width as usize).enumerate() {
            let source = draw.source_pixel(y as i64 + first.1, height, draw.frame.top, draw.frame.height);
            let Some(source) = source else { continue };
            let row = &self.numbers[(source * width) as usize * K::NUMBERS..][..K::NUMBERS * width as usize];
            for (x, pixel) in target.chunks_exact_mut(K::NUMBERS).enumerate() {
                if let Some(x) = draw.source_pixel(x as i64 + first.0, width, draw.frame.left, draw.frame.width) {
                    pixel.copy_from_slice(&row[K::NUMBERS * x as usize..][..K::NUMBERS]);
                }
            }
        }
    }
}

/// Buffers of a worker for one kind.
pub(super) struct Buffers<K: Kind> {
    pub resized: Vec<K::Number>,
    pub padded: Vec<K::Number>,
}

impl<K: Kind> Default for Buffers<K> {
    fn default() -> Self {
        Self { resized: Vec::new(), padded: Vec::new() }
    }
}

/// A stretch of an axis, a little shorter where its first or last output would stand on the middle of a pixel.
///
/// There the cubic weights of neighbours are exactly 0. The resizer (6.1.0) leaves them out, takes the first output's pixels for the first of all and the last
/// output's for the last, and reads beyond its buffer for an output beside them that stands on no middle. A millionth of a pixel is less than its weights tell.
fn off_middles(start: f64, extent: f64, outputs: u32) -> (f64, f64) {
    let step = extent / f64::from(outputs);
    let is_copied = extent - f64::from(outputs) == 0.0 && start.fract() == 0.0;
    let off = (extent * 1e-3).min(1e-6);
    let stands = |place: f64| (place - place.round()).abs() < off / 10.0;
    let half = 0.5 * step - 0.5;
    // Of larger steps no weight within reach is 0.
    if is_copied || step > 1.000_001 || !(stands(start + half) || stands(start + extent - step + half)) {
        return (start, extent);
    }
    (start + off, extent - 2.0 * off)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catmull and Rom's weight at a distance.
    fn weight(distance: f64) -> f64 {
        match distance.abs() {
            x if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            x if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            _ => 0.0,
        }
    }

    /// What the outputs of one axis take of each pixel, for steps up to 1.
    fn weights(start: f64, extent: f64, pixels: u32, outputs: u32) -> Vec<Vec<f64>> {
        let step = extent / f64::from(outputs);
        let of = |output: u32| {
            let place = start + (f64::from(output) + 0.5) * step - 0.5;
            let all: Vec<f64> = (0..pixels).map(|pixel| weight(f64::from(pixel) - place)).collect();
            let sum = all.iter().sum::<f64>();
            all.into_iter().map(|weight| weight / sum).collect()
        };
        (0..outputs).map(of).collect()
    }

    #[test]
    fn stretches_whose_ends_stand_on_pixels_are_what_the_weights_say() {
        const SIDE: u32 = 24;
        let numbers: Vec<u8> =
            (0..SIDE * SIDE * 3).map(|at| 96 + ((at.wrapping_mul(2_654_435_761) >> 13) & 63) as u8).collect();
        let whole = Pixels::<Rgb8> { numbers: &numbers, size: Size::new(SIDE, SIDE) };
        // Whole places and nearly whole steps; ends on pixels between which outputs stand on none.
        let stretches = [
            (5.0, 10.000_000_000_000_002, 10),
            (5.0, 9.999_999_999_999_998, 10),
            (7.25, 4.0, 8),
            (6.25, 5.5, 11),
            (6.75, 4.0, 8),
            (5.000_000_000_000_001, 10.0, 10),
            (3.5, 1.0, 3),
            (8.0, 7.0, 7),
        ];
        let mut resizer = Resizer::new();
        for (start, extent, outputs) in stretches {
            let part = Part { left: start, top: start, width: extent, height: extent };
            let mut found = Vec::new();
            whole.resize(&mut resizer, part, Filter::Bicubic, Size::new(outputs, outputs), &mut found);
            let weights = weights(start, extent, SIDE, outputs);
            for (at, found) in found.iter().enumerate() {
                let (x, y, colour) = (at / 3 % outputs as usize, at / 3 / outputs as usize, at % 3);
                let row = |line: usize| -> f64 {
                    let pixel = |column: usize| f64::from(numbers[(line * SIDE as usize + column) * 3 + colour]);
                    (0..SIDE as usize).map(|column| weights[x][column] * pixel(column)).sum()
                };
                let due: f64 = (0..SIDE as usize).map(|line| weights[y][line] * row(line)).sum();
                // Colours between the passes are bytes.
                assert!((f64::from(*found) - due).abs() < 2.0, "{start} {extent}: {found} at {x}, {y} is {due}");
            }
        }
    }
}
