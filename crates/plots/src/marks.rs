//! A picture large enough to be drawn on, with a sheet of the same size.

use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::canvas::{Canvas, Pen};
use crate::palette::{BLUE, Color, ORANGE};

/// Whose a box or a point is: how it is drawn.
///
/// ```
/// use firelight_plots::Role;
///
/// assert_ne!(Role::Truth, Role::Prediction);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// What the data says: blue, solid lines, discs.
    Truth,
    /// What the model says: orange, dashed lines, crosses.
    Prediction,
}

/// The longer side at which lines and letters are crisp: the widest cell of a [`grid`](crate::grid()), so that they
/// stay as they are there.
const CRISP: f32 = 288.0;
/// As far as a canvas goes.
const LARGEST: f32 = 16384.0;

/// A picture that is drawn on.
pub(crate) struct Sheet {
    pub(crate) picture: RgbImage,
    /// What one pixel of the smallest sheet is here: lines and letters grow with the picture, as the grid makes it smaller.
    pub(crate) unit: f32,
}

impl Sheet {
    /// The picture, enlarged when its longer side is below 288 pixels; None when it has no pixels.
    pub(crate) fn new(picture: &RgbImage) -> Option<Sheet> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let longest = width.max(height);
        if picture.width() == 0 || picture.height() == 0 {
            return None;
        }
        let scale = (CRISP / longest).max(1.0).min(LARGEST / longest);
        let picture = if (scale - 1.0).abs() < f32::EPSILON {
            picture.clone()
        } else {
            // As a tile does: pictures of a few pixels show as what they are.
            let filter = if scale >= 3.0 { FilterType::Nearest } else { FilterType::Triangle };
            let side = |length: f32| (length * scale).round().max(1.0) as u32;
            resize(picture, side(width), side(height), filter)
        };
        Some(Sheet { unit: (longest * scale / CRISP).max(1.0), picture })
    }

    pub(crate) fn canvas(&self) -> Canvas {
        let mut canvas = Canvas::new(self.width(), self.height());
        canvas.paste(&self.picture, 0.0, 0.0);
        canvas
    }

    pub(crate) fn width(&self) -> f32 {
        self.picture.width() as f32
    }

    pub(crate) fn height(&self) -> f32 {
        self.picture.height() as f32
    }

    /// From -1 to 1, edge to edge, into pixels.
    pub(crate) fn place(&self, [x, y]: [f32; 2]) -> (f32, f32) {
        (f32::midpoint(x, 1.0) * self.width(), f32::midpoint(y, 1.0) * self.height())
    }
}

impl Role {
    pub(crate) fn color(self) -> Color {
        match self {
            Role::Truth => BLUE,
            Role::Prediction => ORANGE,
        }
    }

    pub(crate) fn pen(self, width: f32) -> Pen {
        let dash: &[f32] = match self {
            Role::Truth => &[],
            Role::Prediction => &[6.0, 6.5],
        };
        Pen { color: self.color(), width, dash }
    }
}
