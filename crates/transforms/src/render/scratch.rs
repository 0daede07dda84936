use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use pulp::Arch;

use super::finish::Finish;
use super::row::Row;
use crate::{Draw, Filter, Normalize, Size, TransformError};

/// Buffers that a worker reuses from picture to picture, so that nothing is allocated once they have grown.
///
/// It holds no results: a new one gives the same planes as a used one.
///
/// ```
/// use firelight_transforms::{PictureTransforms, Resize, Scratch};
///
/// let transforms = PictureTransforms::new().with_item(Resize::crop(8));
/// let mut scratch = Scratch::default(); // one a thread
/// for side in [16, 32] {
///     let (size, planes) = transforms.planes(&image::RgbImage::new(side, side), None, &mut scratch)?;
///     assert_eq!(planes.len(), size.planes());
/// }
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Default)]
pub struct Scratch {
    pub(super) resizer: Resizer,
    pub(super) resized: Vec<u8>,
    pub(super) padded: Vec<u8>,
    pub(super) row: Row,
    pub(super) finish: Finish,
    /// The widest SIMD that the processor has.
    pub(super) arch: Arch,
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

impl Scratch {
    /// A scratch whose sampler uses only the SIMD that every processor of this kind has: slower, to the same bits.
    ///
    /// For checks that results do not depend on the machine.
    pub fn without_wide_simd() -> Self {
        Self { arch: Arch::Scalar, ..Self::default() }
    }

    pub(crate) fn render(&mut self, picture: &RgbImage, draw: &Draw, normalize: &Normalize, out: &mut [f32]) {
        self.finish.set(&draw.lighting, normalize);
        if !self.render_plain(picture, draw, out) {
            self.render_bent(picture, draw, out);
        }
        if let Some(erasing) = &draw.erasing {
            erasing.fill(out, draw.size);
        }
    }

    /// The draw as a picture of bytes, for closures.
    pub(crate) fn picture(&mut self, picture: &RgbImage, draw: &Draw) -> RgbImage {
        let mut planes = vec![0.0; draw.size.planes()];
        self.render(picture, draw, &Normalize::none(), &mut planes);
        Normalize::none().decode(&planes, draw.size)
    }
}

/// A borrowed picture of three bytes a pixel, rows without gaps.
#[derive(Clone, Copy)]
pub(super) struct Pixels<'a> {
    pub bytes: &'a [u8],
    pub size: Size,
}

impl<'a> Pixels<'a> {
    pub fn of(picture: &'a RgbImage) -> Self {
        Self { bytes: picture.as_raw(), size: Size::of(picture) }
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

impl Draw {
    /// The normalised planes of the picture as this draw shows it: what [`apply`](crate::PictureTransforms::apply) writes.
    ///
    /// # Errors
    ///
    /// [`TransformError::OtherPicture`] when the picture has another size than the one this was drawn for.
    pub fn planes(
        &self,
        picture: &RgbImage,
        normalize: &Normalize,
        scratch: &mut Scratch,
    ) -> Result<Vec<f32>, TransformError> {
        let given = Size::of(picture);
        if given != self.picture {
            return Err(TransformError::OtherPicture { given, drawn_for: self.picture });
        }
        let mut out = vec![0.0; self.size.planes()];
        scratch.render(picture, self, normalize, &mut out);
        Ok(out)
    }
}

/// A separable, antialiased resize of a part of a picture, into `to`.
pub(super) fn resize(
    resizer: &mut Resizer,
    from: Pixels<'_>,
    part: Part,
    filter: Filter,
    size: Size,
    to: &mut Vec<u8>,
) {
    to.resize(size.planes(), 0);
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
    // With the kind of pixel named, the code for the other twelve is not generated.
    let source = TypedImageRef::<U8x3>::from_buffer(from.size.width, from.size.height, from.bytes);
    let target = TypedImage::<U8x3>::from_buffer(size.width, size.height, to);
    let (Ok(source), Ok(mut target)) = (source, target) else {
        unreachable!("a picture has three bytes a pixel and the target was just made so");
    };
    if let Err(error) = resizer.resize_typed(&source, &mut target, &options) {
        unreachable!("the part lies within the picture: {error}");
    }
}
