use std::fmt;

use serde::{Deserialize, Serialize};

/// Width and height in pixels. One number stands for a square: `Size::from(224)`.
///
/// ```
/// use firelight_transforms::Size;
///
/// assert_eq!(Size::from(224), Size::square(224));
/// assert_eq!(Size::new(640, 480).pixels(), 307_200);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// Width first, as pictures are written; fastai's tuples are (height, width).
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// As wide as high.
    pub const fn square(side: u32) -> Self {
        Self::new(side, side)
    }

    /// Number of pixels.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Length of a buffer that holds three planes of this size.
    pub const fn planes(self) -> usize {
        self.planes_of(3)
    }

    /// Length of a buffer that holds `channels` planes of this size.
    pub const fn planes_of(self, channels: usize) -> usize {
        channels * self.width as usize * self.height as usize
    }

    /// True when there is no pixel.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    pub(crate) fn of(picture: &image::RgbImage) -> Self {
        Self::new(picture.width(), picture.height())
    }

    pub(crate) fn transposed(self) -> Self {
        Self::new(self.height, self.width)
    }
}

impl From<u32> for Size {
    fn from(side: u32) -> Self {
        Self::square(side)
    }
}

/// Width × height in pixels: `224×224`.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}
