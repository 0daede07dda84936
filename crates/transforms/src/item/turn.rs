use std::fmt;

use serde::{Deserialize, Serialize};

use super::stage::within;
use crate::{Chance, Frame, TransformError};

/// Mirrors left and right with a probability, in training only.
///
/// ```
/// use firelight_transforms::{FlipItem, PictureTransforms, Resize};
///
/// let transforms = PictureTransforms::new().with_item(Resize::crop(64)).with_item(FlipItem::new(0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FlipItem {
    p: f32,
}

impl Default for FlipItem {
    fn default() -> Self {
        Self { p: 0.5 }
    }
}

impl FlipItem {
    /// With this probability, 0 to 1. The default is ½.
    pub fn new(p: f32) -> Self {
        Self { p }
    }

    pub(super) fn place(self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        if chance.is_some_and(|chance| chance.coin(self.p)) { frame.turned(1) } else { frame }
    }

    pub(super) fn check(self) -> Result<(), TransformError> {
        within("FlipItem", "p", self.p, 0.0..=1.0, "0 to 1")
    }
}

impl fmt::Display for FlipItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FlipItem with p = {}", self.p)
    }
}

/// Turns and mirrors by one of the eight symmetries of the square, in training only.
///
/// With probability `p` (default 1) one of the eight is drawn, the first of which leaves the picture as it is: 0 none,
/// 1 mirror left–right, 2 mirror top–bottom, 3 quarter turn anticlockwise, 4 half turn, 5 quarter turn clockwise,
/// 6 transpose, 7 transpose along the other diagonal.
///
/// ```
/// use firelight_transforms::{DihedralItem, PictureTransforms};
///
/// let satellite = PictureTransforms::new().with_item(DihedralItem::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DihedralItem {
    p: f32,
}

impl Default for DihedralItem {
    fn default() -> Self {
        Self { p: 1.0 }
    }
}

impl DihedralItem {
    /// With this probability, 0 to 1.
    pub fn new(p: f32) -> Self {
        Self { p }
    }

    pub(super) fn place(self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        let Some(chance) = chance else { return frame };
        if chance.coin(self.p) { frame.turned(chance.below(8) as usize) } else { frame }
    }

    pub(super) fn check(self) -> Result<(), TransformError> {
        within("DihedralItem", "p", self.p, 0.0..=1.0, "0 to 1")
    }
}

impl fmt::Display for DihedralItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DihedralItem with p = {}", self.p)
    }
}
