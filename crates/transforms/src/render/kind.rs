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

impl<K: Kind> Pixels<'_, K> {
    /// A separable, antialiased resize of a part, into `to`.
    pub fn resize(self, resizer: &mut Resizer, part: Part, filter: Filter, size: Size, to: &mut Vec<K::Number>) {
        to.resize(size.planes_of(K::NUMBERS), K::Number::default());
        let kernel = match filter {
            Filter::Bilinear => FilterType::Bilinear,
            Filter::Bicubic => FilterType::CatmullRom,
        };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(kernel)).crop(
            part.left,
            part.top,
            part.width,
            part.height,
        );
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
