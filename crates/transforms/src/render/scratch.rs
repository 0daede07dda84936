use fast_image_resize::Resizer;
use image::RgbImage;
use pulp::Arch;

use super::bent::{Looked, Rows};
use super::finish::Finish;
use super::kind::{Buffers, Pixels, Plane, Rgb8};
use super::painted::Painted;
use super::plain::Resized;
use super::row::Row;
use super::turned::Turned;
use crate::picture::Single;
use crate::{Area, Draw, Map, Normalize, Reduced, Size, TransformError};

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
    pub(super) bytes: Buffers<Rgb8>,
    pub(super) numbers: Buffers<Plane>,
    pub(super) row: Row,
    pub(super) finish: Finish,
    pub(super) painted: Painted,
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

    /// The planes of one picture, whose first one is channel `first` of its item's.
    pub(crate) fn render(
        &mut self,
        picture: Single<'_>,
        draw: &Draw,
        (normalize, first): (&Normalize, usize),
        out: &mut [f32],
    ) {
        self.finish.set(&draw.lighting, normalize, first);
        match picture {
            Single::Rgb(picture) => self.colours(Pixels::of(picture), draw, out),
            Single::Reduced(reduced) => self.colours(Pixels::of(reduced.pixels()), &shrunk(draw, reduced), out),
            Single::Bands(bands) => self.bands(bands, draw, (normalize, first), out),
        }
        if let Some(erasing) = &draw.erasing {
            erasing.fill(out, draw.size);
        }
    }

    fn colours(&mut self, whole: Pixels<'_, Rgb8>, draw: &Draw, out: &mut [f32]) {
        if !draw.operations.is_empty() || draw.mix.is_some() {
            return self.operated(whole, draw, out);
        }
        let Self { resizer, bytes, row, finish, arch, .. } = self;
        if let Some(resized) = Resized::of(whole, draw, resizer, bytes) {
            arch.dispatch(Turned { resized, finish, size: draw.size, out });
            return;
        }
        row.resize(draw.size.width as usize);
        let looked = Looked::at(whole, draw, resizer, &mut bytes.resized);
        arch.dispatch(Rows { looked, row, finish, size: draw.size, out });
    }

    /// The draw as a picture of bytes, for closures.
    pub(crate) fn picture(&mut self, picture: &RgbImage, draw: &Draw) -> RgbImage {
        let mut planes = vec![0.0; draw.size.planes()];
        self.render(Single::Rgb(picture), draw, (&Normalize::none(), 0), &mut planes);
        Normalize::none().decode(&planes, draw.size)
    }
}

/// The same draw for what there is of a picture.
fn shrunk(draw: &Draw, reduced: &Reduced) -> Draw {
    let by = f64::from(reduced.by());
    let side = |pixels: u32, of: u32, begins: bool| if begins { f64::from(pixels) - f64::from(of) / by } else { 0.0 };
    let (there, ends) = (Size::of(reduced.pixels()), reduced.ends());
    let left = side(there.width, reduced.size().width, ends.x);
    let top = side(there.height, reduced.size().height, ends.y);
    let Area { left: x, top: y, width, height } = draw.frame;
    let frame = Area::new(x / by + left, y / by + top, width / by, height / by);
    let map = Map::translate(left, top).after(Map::scale(1.0 / by, 1.0 / by)).after(draw.map);
    Draw { map, frame, picture: there, ..draw.clone() }
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
        scratch.render(Single::Rgb(picture), self, (normalize, 0), &mut out);
        Ok(out)
    }
}
