use std::collections::BTreeMap;
use std::fmt;

use crate::{Draw, Size, TransformError};

/// A class code for each pixel of a picture, in rows from the top.
///
/// Codes count from 0 in the order of the classes' names; [`Mask::VOID`] is the one that does not count. Masks come from files
/// ([`MaskReader`](crate::MaskReader)), from runs ([`from_rle`](Mask::from_rle), [`from_counts`](Mask::from_counts)) or from a
/// program, and [`moved`](Mask::moved) brings one to where the transforms have brought its picture.
///
/// ```
/// use firelight_transforms::{Mask, PictureTransforms, Resize, Size};
///
/// let mask = Mask::new(Size::new(4, 2), vec![0, 0, 1, 1, 0, 0, 1, Mask::VOID])?;
/// assert_eq!(mask.code(3, 1), Some(Mask::VOID));
///
/// let draw = PictureTransforms::new().with_item(Resize::crop(2)).draw(mask.size(), None)?; // the two middle columns
/// assert_eq!(mask.moved(&draw, 0)?.codes(), [0, 1, 0, 1]);
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    size: Size,
    codes: Vec<u8>,
}

impl Mask {
    /// The code of pixels that do not count: losses and metrics pass over them.
    pub const VOID: u8 = 255;
    /// The most pixels of a mask that is made from numbers in a file of annotations: 2²⁸, as of 16,384 by 16,384.
    pub const MOST_PIXELS: u64 = 1 << 28;

    /// Refuses a size that somebody wrote into a file, before memory is given to it.
    ///
    /// ```
    /// use firelight_transforms::{Mask, Size};
    ///
    /// assert!(Mask::check_size(Size::new(640, 480)).is_ok());
    /// assert!(Mask::check_size(Size::new(u32::MAX, u32::MAX)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`TransformError::LargeMask`].
    pub fn check_size(size: Size) -> Result<(), TransformError> {
        if size.pixels() <= Self::MOST_PIXELS {
            return Ok(());
        }
        Err(TransformError::LargeMask { size, most: Self::MOST_PIXELS })
    }

    /// A mask of these codes, `width · height` of them, in rows from the top.
    ///
    /// # Errors
    ///
    /// [`TransformError::MaskLength`] for any other number of codes.
    pub fn new(size: Size, codes: Vec<u8>) -> Result<Self, TransformError> {
        if codes.len() as u64 != size.pixels() {
            return Err(TransformError::MaskLength { size, needed: size.pixels(), given: codes.len() });
        }
        Ok(Self { size, codes })
    }

    /// A mask of one code everywhere.
    pub fn filled(size: Size, code: u8) -> Self {
        Self { size, codes: vec![code; size.pixels() as usize] }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The codes, in rows from the top.
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The code at column `x` and row `y`, from 0; `None` outside.
    pub fn code(&self, x: u32, y: u32) -> Option<u8> {
        let place = u64::from(y) * u64::from(self.size.width) + u64::from(x);
        (x < self.size.width).then(|| self.codes.get(place as usize).copied()).flatten()
    }

    /// How many pixels each code has that occurs, from the lowest code up.
    ///
    /// ```
    /// use firelight_transforms::{Mask, Size};
    ///
    /// let mask = Mask::new(Size::new(3, 1), vec![7, 0, 7])?;
    /// assert_eq!(mask.counts().into_iter().collect::<Vec<_>>(), [(0, 1), (7, 2)]);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn counts(&self) -> BTreeMap<u8, usize> {
        let mut counts = [0_usize; 256];
        for &code in &self.codes {
            counts[usize::from(code)] += 1;
        }
        (0..=u8::MAX).zip(counts).filter(|&(_, count)| count > 0).collect()
    }

    /// The mask as it lies in the final picture: each pixel the nearest of this mask (see [`Draw::mask`]).
    ///
    /// Where the picture is padded by mirroring or repeating, so is the mask; `empty` stands where it is padded with black.
    /// Lighting and erasing change no code.
    ///
    /// # Errors
    ///
    /// [`TransformError::MaskSize`] when the mask has another size than the picture, and [`TransformError::ThroughClosure`] when a
    /// closure has changed the picture.
    pub fn moved(&self, draw: &Draw, empty: u8) -> Result<Self, TransformError> {
        if draw.through_closure {
            return Err(TransformError::ThroughClosure { what: "a mask" });
        }
        if self.size != draw.picture {
            return Err(TransformError::MaskSize { mask: self.size, picture: draw.picture });
        }
        Ok(Self { size: draw.size, codes: draw.mask(&self.codes, empty) })
    }

    pub(super) fn codes_mut(&mut self) -> &mut [u8] {
        &mut self.codes
    }
}

impl AsRef<[u8]> for Mask {
    fn as_ref(&self) -> &[u8] {
        &self.codes
    }
}

/// The size and how many pixels each code has.
impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = format_args!("{}", self.size);
        f.debug_struct("Mask").field("size", &size).field("counts", &self.counts()).finish_non_exhaustive()
    }
}
