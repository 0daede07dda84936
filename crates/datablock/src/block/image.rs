//! Picture files as inputs.

use std::path::Path;

use firelight_transforms::{Limits, TransformError, open};
use image::RgbImage;

use super::InputBlock;

/// Reads a picture file as 8-bit RGB, whatever its format: by content, not by ending, turned upright as its EXIF
/// orientation says.
///
/// ```
/// use firelight_datablock::ImageBlock;
/// use firelight_transforms::Limits;
///
/// let scans = ImageBlock::rgb().with_limits(Limits::default().with_pixels(400_000_000));
/// ```
#[derive(Debug, Clone, Default)]
pub struct ImageBlock {
    limits: Limits,
}

impl ImageBlock {
    /// Colour pictures, three channels.
    pub fn rgb() -> Self {
        Self::default()
    }

    /// How large a picture may be before it is refused (see [`Limits`] for the defaults).
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl InputBlock for ImageBlock {
    fn read(&self, item: &Path) -> Result<RgbImage, TransformError> {
        open(item, &self.limits)
    }

    fn limits(&self) -> Option<Limits> {
        Some(self.limits)
    }
}
