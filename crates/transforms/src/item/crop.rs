use std::fmt;

use serde::{Deserialize, Serialize};

use super::stage::check_size;
use crate::{Area, Chance, Frame, PadMode, Size, TransformError};

/// Cuts out a part of fixed size: at a random position in training, at the centre in validation.
///
/// A picture that is smaller is padded with black, in training at a random position.
///
/// ```
/// use firelight_transforms::{PictureTransforms, RandomCrop};
///
/// let transforms = PictureTransforms::new().with_item(RandomCrop::new(128));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RandomCrop {
    size: Size,
}

impl RandomCrop {
    /// Parts of this size.
    pub fn new(size: impl Into<Size>) -> Self {
        Self { size: size.into() }
    }

    /// The size of the result.
    pub fn size(&self) -> Size {
        self.size
    }

    pub(super) fn place(self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        let room = |of: u32, part: u32| i64::from(of) - i64::from(part);
        let (x, y) = (room(frame.size.width, self.size.width), room(frame.size.height, self.size.height));
        let (left, top) = match chance {
            // Room below 0 is padding: the picture lies anywhere in the part.
            Some(chance) => {
                let mut draw = |room: i64| (chance.below(room.unsigned_abs() + 1) as i64) * room.signum();
                (draw(x), draw(y))
            }
            None => (x.div_euclid(2), y.div_euclid(2)),
        };
        Frame { pad: PadMode::Zeros, ..cut(frame, left, top, self.size) }
    }

    pub(super) fn check(self) -> Result<(), TransformError> {
        check_size("RandomCrop", self.size)
    }
}

impl fmt::Display for RandomCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RandomCrop of {}", self.size)
    }
}

/// Cuts or pads a picture evenly on all sides to a fixed size, without resizing.
///
/// ```
/// use firelight_transforms::{CropPad, PadMode, PictureTransforms};
///
/// let transforms = PictureTransforms::new().with_item(CropPad::new(300).with_pad_mode(PadMode::Border));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CropPad {
    size: Size,
    pad_mode: PadMode,
}

impl CropPad {
    /// To this size, padding with black.
    pub fn new(size: impl Into<Size>) -> Self {
        Self { size: size.into(), pad_mode: PadMode::Zeros }
    }

    /// What to fill with. Default: zeros (black).
    pub fn with_pad_mode(self, pad_mode: PadMode) -> Self {
        Self { pad_mode, ..self }
    }

    /// The size of the result.
    pub fn size(&self) -> Size {
        self.size
    }

    pub(super) fn place(&self, frame: Frame) -> Frame {
        let middle = |of: u32, part: u32| (i64::from(of) - i64::from(part)).div_euclid(2);
        let left = middle(frame.size.width, self.size.width);
        let top = middle(frame.size.height, self.size.height);
        Frame { pad: self.pad_mode, ..cut(frame, left, top, self.size) }
    }

    pub(super) fn check(&self) -> Result<(), TransformError> {
        check_size("CropPad", self.size)
    }
}

impl fmt::Display for CropPad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CropPad to {}, padding with {}", self.size, self.pad_mode)
    }
}

/// Resizes the longer side to a fixed length and keeps the aspect ratio, so pictures keep different sizes.
///
/// ```
/// use firelight_transforms::{RatioResize, Size};
///
/// assert_eq!(RatioResize::new(320).size_for(Size::new(640, 480)), Size::new(320, 240));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatioResize {
    longer: u32,
}

impl RatioResize {
    /// The longer side becomes `longer` pixels.
    pub fn new(longer: u32) -> Self {
        Self { longer }
    }

    /// The size that a picture of size `of` gets; the shorter side is truncated to whole pixels, at least 1.
    pub fn size_for(&self, of: Size) -> Size {
        let ratio = f64::from(self.longer) / f64::from(of.width.max(of.height));
        let side = |pixels: u32| {
            if pixels == of.width.max(of.height) { self.longer } else { ((f64::from(pixels) * ratio) as u32).max(1) }
        };
        Size::new(side(of.width), side(of.height))
    }

    pub(super) fn place(self, frame: Frame) -> Frame {
        let whole = Area::new(0.0, 0.0, f64::from(frame.size.width), f64::from(frame.size.height));
        frame.through(whole, self.size_for(frame.size))
    }

    pub(super) fn check(self) -> Result<(), TransformError> {
        // A square picture gets the most pixels.
        check_size("RatioResize", Size::square(self.longer))
    }
}

impl fmt::Display for RatioResize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RatioResize of the longer side to {}", self.longer)
    }
}

fn cut(frame: Frame, left: i64, top: i64, size: Size) -> Frame {
    let area = Area::new(left as f64, top as f64, f64::from(size.width), f64::from(size.height));
    frame.through(area, size)
}
