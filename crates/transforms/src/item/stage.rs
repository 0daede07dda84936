use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Closure, CropPad, DihedralItem, FlipItem, RandomCrop, RandomResizedCrop, RatioResize, Resize};
use crate::{Chance, Filter, Frame, Size, TransformError};

/// One stage before augmentation. Every transform of this list converts into it.
///
/// ```
/// use firelight_transforms::{FlipItem, ItemTransform, RatioResize, Size};
///
/// let stages: [ItemTransform; 2] = [RatioResize::new(256).into(), FlipItem::new(0.5).into()];
/// assert_eq!(stages[1].output_size(Some(Size::square(8))), Some(Size::square(8)));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ItemTransform {
    /// See [`Resize`].
    Resize(Resize),
    /// See [`RandomResizedCrop`].
    RandomResizedCrop(RandomResizedCrop),
    /// See [`RandomCrop`].
    RandomCrop(RandomCrop),
    /// See [`CropPad`].
    CropPad(CropPad),
    /// See [`RatioResize`].
    RatioResize(RatioResize),
    /// See [`FlipItem`].
    Flip(FlipItem),
    /// See [`DihedralItem`].
    Dihedral(DihedralItem),
    /// See [`Closure`].
    Closure(Closure),
}

/// One line: the transform and its parameters.
impl fmt::Display for ItemTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resize(stage) => stage.fmt(f),
            Self::RandomResizedCrop(stage) => stage.fmt(f),
            Self::RandomCrop(stage) => stage.fmt(f),
            Self::CropPad(stage) => stage.fmt(f),
            Self::RatioResize(stage) => stage.fmt(f),
            Self::Flip(stage) => stage.fmt(f),
            Self::Dihedral(stage) => stage.fmt(f),
            Self::Closure(stage) => stage.fmt(f),
        }
    }
}

impl ItemTransform {
    /// The frame after this stage. A closure changes the picture, not the frame.
    pub fn place(&self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        match self {
            Self::Resize(stage) => stage.place(frame, chance),
            Self::RandomResizedCrop(stage) => stage.place(frame, chance),
            Self::RandomCrop(stage) => stage.place(frame, chance),
            Self::CropPad(stage) => stage.place(frame),
            Self::RatioResize(stage) => stage.place(frame),
            Self::Flip(stage) => stage.place(frame, chance),
            Self::Dihedral(stage) => stage.place(frame, chance),
            Self::Closure(_) => frame,
        }
    }

    /// The size that every picture has after this stage, where it is known; `before` is that of the stage before.
    pub fn output_size(&self, before: Option<Size>) -> Option<Size> {
        match self {
            Self::Resize(stage) => Some(stage.size()),
            Self::RandomResizedCrop(stage) => Some(stage.size()),
            Self::RandomCrop(stage) => Some(stage.size()),
            Self::CropPad(stage) => Some(stage.size()),
            Self::RatioResize(stage) => before.map(|size| stage.size_for(size)),
            Self::Flip(_) => before,
            Self::Dihedral(_) => before.filter(|size| size.width == size.height),
            Self::Closure(_) => None,
        }
    }

    pub(crate) fn filter(&self) -> Option<Filter> {
        match self {
            Self::Resize(stage) => Some(stage.filter()),
            Self::RandomResizedCrop(stage) => Some(stage.filter()),
            _ => None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), TransformError> {
        match self {
            Self::Resize(stage) => stage.check(),
            Self::RandomResizedCrop(stage) => stage.check(),
            Self::RandomCrop(stage) => stage.check(),
            Self::CropPad(stage) => stage.check(),
            Self::RatioResize(stage) => stage.check(),
            Self::Flip(stage) => stage.check(),
            Self::Dihedral(stage) => stage.check(),
            Self::Closure(_) => Ok(()),
        }
    }
}

macro_rules! stages {
    ($($stage:ident => $variant:ident),*) => { $(
        impl From<$stage> for ItemTransform {
            fn from(stage: $stage) -> Self {
                Self::$variant(stage)
            }
        }
    )* };
}
stages!(
    Resize => Resize, RandomResizedCrop => RandomResizedCrop, RandomCrop => RandomCrop, CropPad => CropPad,
    RatioResize => RatioResize, FlipItem => Flip, DihedralItem => Dihedral, Closure => Closure
);

/// Sides over this are surely a slip.
const LONGEST: u32 = 1 << 15;

/// Results of more pixels than this are surely a slip: the planes of 8192×8192 pixels take 805 MB.
const MOST_PIXELS: u64 = 1 << 26;

pub(crate) fn check_size(stage: &'static str, size: Size) -> Result<(), TransformError> {
    for (parameter, side) in [("width", size.width), ("height", size.height)] {
        if !(1..=LONGEST).contains(&side) {
            return Err(TransformError::Setting { stage, parameter, value: side as f32, range: "1 to 32768" });
        }
    }
    if size.pixels() > MOST_PIXELS {
        let range = "at most 67108864, those of 8192×8192";
        return Err(TransformError::Setting {
            stage, parameter: "width × height", value: size.pixels() as f32, range
        });
    }
    Ok(())
}

pub(crate) fn within(
    stage: &'static str,
    parameter: &'static str,
    value: f32,
    allowed: RangeInclusive<f32>,
    range: &'static str,
) -> Result<(), TransformError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(TransformError::Setting { stage, parameter, value, range })
}
