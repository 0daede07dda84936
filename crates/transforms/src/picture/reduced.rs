//! Pictures that were decoded smaller than they are.

use image::metadata::Orientation;
use image::{ImageFormat, RgbImage};

use super::Picture;
use crate::decode::{self, Buffers, Refusal, check, decode_within};
use crate::jpeg::{self, Rare};
use crate::{Limits, Size, TransformError, orientation};

/// A picture of 8 bits a colour at a half, a quarter or an eighth of its size, which stands for the whole of it: transforms draw for the size that
/// its file says, and targets lie in that, so that crops, masks and points are those of the picture in full.
///
/// ```
/// use firelight_transforms::{Picture, PictureTransforms, Reduced, Resize, Scratch, Size};
///
/// let quarter = Reduced::new(image::RgbImage::new(1000, 750), Size::new(4000, 3000), 4, Default::default())?;
/// let transforms = PictureTransforms::new().with_item(Resize::crop(224));
/// let (draw, _) = transforms.planes_drawn(&Picture::from(quarter), None, &mut Scratch::default())?;
/// assert_eq!(draw.picture, Size::new(4000, 3000));
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    pixels: RgbImage,
    size: Size,
    by: u32,
    ends: Ends,
}

/// Where the last block of a side, which may be cut, came to lie when the picture was turned upright: at its beginning, of `x` and of `y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // as it says
pub struct Ends {
    pub x: bool,
    pub y: bool,
}

impl Ends {
    pub(crate) fn of(orientation: Orientation) -> Self {
        use Orientation as O;
        Self {
            x: matches!(orientation, O::FlipHorizontal | O::Rotate180 | O::Rotate90 | O::Rotate270FlipH),
            y: matches!(orientation, O::FlipVertical | O::Rotate180 | O::Rotate270 | O::Rotate270FlipH),
        }
    }
}

impl Reduced {
    /// Of `pixels`, each of which is a block of `by` × `by` of a picture of `size`; those at the right and at the bottom, or where `ends` says,
    /// may be of less.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for other than so many blocks, and for blocks of nothing.
    pub fn new(pixels: RgbImage, size: Size, by: u32, ends: Ends) -> Result<Self, TransformError> {
        let (stage, parameter) = ("Reduced", "blocks a side");
        if by == 0 || Size::of(&pixels) != Size::new(size.width.div_ceil(by), size.height.div_ceil(by)) {
            return Err(TransformError::Setting { stage, parameter, value: by as f32, range: "the picture's sides" });
        }
        Ok(Self { pixels, size, by, ends })
    }

    /// What there is of it.
    pub fn pixels(&self) -> &RgbImage {
        &self.pixels
    }

    /// The size of the picture that it stands for.
    pub fn size(&self) -> Size {
        self.size
    }

    /// How many pixels of that a side of a block has.
    pub fn by(&self) -> u32 {
        self.by
    }

    /// Where cut blocks lie.
    pub fn ends(&self) -> Ends {
        self.ends
    }
}

/// A picture in colours, reduced as `reduction` says of its size if it is a JPEG.
///
/// The other formats would be decoded in full all the same.
pub(super) fn colours(bytes: &[u8], limits: &Limits, reduction: &dyn Fn(Size) -> u32) -> Result<Picture, Refusal> {
    let is_jpeg = matches!(decode::format(bytes), Ok(ImageFormat::Jpeg)) && !jpeg::is_rare(bytes);
    let by = if is_jpeg { jpeg::size(bytes).map_or(1, reduction) } else { 1 };
    let reduced = if by > 1 { shrunk(bytes, by, limits)? } else { None };
    reduced.map_or_else(|| decode_within(bytes, limits).map(Picture::from), |reduced| Ok(reduced.into()))
}

/// A JPEG at one `by`-th of its size; `None` where the decoder that can do so does not know the coding.
fn shrunk(bytes: &[u8], by: u32, limits: &Limits) -> Result<Option<Reduced>, Refusal> {
    let Ok(mut decoder) = Rare::of(bytes) else { return Ok(None) };
    let turn = decoder.exif().and_then(orientation::in_exif).unwrap_or(Orientation::NoTransforms);
    let size = decoder.size();
    // As it is in full: what is too large is so at any scale.
    let result = size.pixels().saturating_mul(decoder.pixel_bytes());
    let buffers = if jpeg::is_progressive(bytes) { Buffers::Coefficients } else { Buffers::Rows };
    check(size, result, decoder.pixel_bytes() == 3, &buffers, turn, limits)?;
    if !jpeg::is_whole(bytes) || !decoder.shrink(by) {
        return Ok(None);
    }
    let Ok(mut picture) = decoder.decode() else { return Ok(None) };
    picture.apply_orientation(turn);
    let sides =
        [Orientation::Rotate90, Orientation::Rotate270, Orientation::Rotate90FlipH, Orientation::Rotate270FlipH];
    let size = if sides.contains(&turn) { size.transposed() } else { size };
    Ok(Reduced::new(picture.into_rgb8(), size, by, Ends::of(turn)).ok())
}
