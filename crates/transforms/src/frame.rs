//! The window through which the transforms so far look at the picture.

use crate::{Area, Map, PadMode, Size, TransformError};

/// A size in pixels and where these pixels come from: what an item transform takes and gives back.
///
/// ```
/// use firelight_transforms::{Area, Frame, Size};
///
/// let left_half = Frame::whole(Size::new(640, 480)).through(Area::new(0.0, 0.0, 320.0, 480.0), Size::new(32, 48));
/// assert_eq!(left_half.map.point(16.0, 24.0), (160.0, 240.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// From positions in the frame to positions in the picture.
    pub map: Map,
    /// The size of the frame.
    pub size: Size,
    /// What stands in the parts of the frame that lie beyond the picture.
    pub pad: PadMode,
}

impl Frame {
    /// The picture itself.
    pub fn whole(size: Size) -> Self {
        Self { map: Map::IDENTITY, size, pad: PadMode::Reflection }
    }

    /// The whole of a picture that has pixels.
    pub(crate) fn of(size: Size) -> Result<Self, TransformError> {
        if size.is_empty() { Err(TransformError::Empty { size }) } else { Ok(Self::whole(size)) }
    }

    /// The same picture seen through `area` of this frame, stretched to `size`.
    #[must_use]
    pub fn through(self, area: Area, size: Size) -> Self {
        let stretch = area.map_from(f64::from(size.width), f64::from(size.height));
        Self { map: self.map.after(stretch), size, ..self }
    }

    /// The same frame turned and mirrored by one of the eight symmetries of the square (see [`DihedralItem`]).
    ///
    /// [`DihedralItem`]: crate::DihedralItem
    #[must_use]
    pub fn turned(self, symmetry: usize) -> Self {
        let size = if symmetry_swaps(symmetry) { self.size.transposed() } else { self.size };
        let unit = |size: Size| (f64::from(size.width), f64::from(size.height));
        let (from, to) = (unit(size), unit(self.size));
        let turn = Map::from_unit(to.0, to.1, false)
            .after(crate::dihedral_matrix(symmetry))
            .after(Map::to_unit(from.0, from.1, false));
        Self { map: self.map.after(turn), size, ..self }
    }
}

fn symmetry_swaps(symmetry: usize) -> bool {
    matches!(symmetry % 8, 3 | 5 | 6 | 7)
}
