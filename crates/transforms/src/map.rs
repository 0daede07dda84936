//! Where each output pixel comes from: one projective map.

#![allow(clippy::many_single_char_names, reason = "the cells of a matrix")]

use serde::{Deserialize, Serialize};

/// A projective map of the plane, as a 3×3 matrix on column vectors (x, y, 1): affine maps and perspective alike.
///
/// The maps of this crate go **from the output to the source**: [`point`](Map::point) says where in the source picture
/// an output position is taken from. Positions are continuous with (0, 0) at the outer corner of the first pixel, so the
/// centre of pixel (i, j) is (i + ½, j + ½). To carry points or boxes of the source along with the picture, use
/// [`inverse`](Map::inverse).
///
/// ```
/// use firelight_transforms::Map;
///
/// let map = Map::translate(10.0, 0.0).after(Map::scale(2.0, 2.0));
/// assert_eq!(map.point(3.0, 4.0), (16.0, 8.0));
/// assert_eq!(map.inverse().unwrap().point(16.0, 8.0), (3.0, 4.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Map(pub [[f64; 3]; 3]);

impl Map {
    /// Leaves every position where it is.
    pub const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// x and y times a factor each.
    pub const fn scale(x: f64, y: f64) -> Self {
        Self([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]])
    }

    /// x and y moved by an amount each.
    pub const fn translate(x: f64, y: f64) -> Self {
        Self([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])
    }

    /// From the unit square of `[-1, 1]`, in which the augmentations are defined, to a frame of pixels.
    ///
    /// -1 and 1 are the outer edges of the border pixels, or with `align_corners` their centres (torch's convention).
    pub fn from_unit(width: f64, height: f64, align_corners: bool) -> Self {
        let side = |pixels: f64| {
            if align_corners { (pixels - 1.0) / 2.0 } else { pixels / 2.0 }
        };
        Self([[side(width), 0.0, width / 2.0], [0.0, side(height), height / 2.0], [0.0, 0.0, 1.0]])
    }

    /// From a frame of pixels to the unit square: the inverse of [`from_unit`](Map::from_unit).
    ///
    /// A single row or column with `align_corners` maps to 0, the middle.
    pub fn to_unit(width: f64, height: f64, align_corners: bool) -> Self {
        let side = |pixels: f64| {
            let half = if align_corners { (pixels - 1.0) / 2.0 } else { pixels / 2.0 };
            if half > 0.0 { 1.0 / half } else { 0.0 }
        };
        let (x, y) = (side(width), side(height));
        Self([[x, 0.0, -x * width / 2.0], [0.0, y, -y * height / 2.0], [0.0, 0.0, 1.0]])
    }

    /// The map that applies `first`, then `self`.
    #[must_use]
    pub fn after(self, first: Self) -> Self {
        let mut product = [[0.0; 3]; 3];
        for (row, left) in product.iter_mut().zip(self.0) {
            for (column, cell) in row.iter_mut().enumerate() {
                *cell = left[0] * first.0[0][column] + left[1] * first.0[1][column] + left[2] * first.0[2][column];
            }
        }
        Self(product)
    }

    /// The position that (x, y) is mapped to. Not finite where a perspective has its horizon.
    pub fn point(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c] = self.0;
        let depth = c[0] * x + c[1] * y + c[2];
        ((a[0] * x + a[1] * y + a[2]) / depth, (b[0] * x + b[1] * y + b[2]) / depth)
    }

    /// As [`point`](Map::point), or `None` where that is on or behind the horizon, and seen nowhere.
    pub(crate) fn point_in_front(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let [.., depth] = self.apply(x, y);
        let (x, y) = self.point(x, y);
        (depth > 0.0 && x.is_finite() && y.is_finite()).then_some((x, y))
    }

    /// Left, top, right and bottom around the image of a rectangle, of the part of it in front of the horizon; `None` without any.
    pub(crate) fn bounds_in_front(&self, area: Area) -> Option<[f64; 4]> {
        // So near to the horizon that what is beyond lies far outside of any picture.
        const LEAST: f64 = 1e-9;
        let (right, bottom) = (area.left + area.width, area.top + area.height);
        let corners = [(area.left, area.top), (right, area.top), (right, bottom), (area.left, bottom)]
            .map(|(x, y)| self.apply(x, y));
        let mut bounds: Option<[f64; 4]> = None;
        let mut take = |[x, y, depth]: [f64; 3]| {
            let (x, y) = (x / depth, y / depth);
            let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        };
        for (from, to) in corners.into_iter().zip(corners.into_iter().cycle().skip(1)) {
            if from[2] >= LEAST {
                take(from);
            }
            if (from[2] >= LEAST) != (to[2] >= LEAST) {
                let share = (LEAST - from[2]) / (to[2] - from[2]);
                take([0, 1, 2].map(|i| if i == 2 { LEAST } else { from[i] + share * (to[i] - from[i]) }));
            }
        }
        bounds.filter(|bounds| bounds.iter().all(|side| side.is_finite()))
    }

    /// The product with (x, y, 1).
    fn apply(&self, x: f64, y: f64) -> [f64; 3] {
        self.0.map(|row| row[0] * x + row[1] * y + row[2])
    }

    /// The map back, or `None` where the map folds the plane flat.
    pub fn inverse(&self) -> Option<Self> {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        let cofactors = [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ];
        let determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0];
        if !determinant.is_normal() {
            return None;
        }
        Some(Self(cofactors.map(|row| row.map(|cell| cell / determinant))))
    }

    /// True when lines stay parallel: no perspective.
    pub fn is_affine(&self) -> bool {
        self.0[2][0] == 0.0 && self.0[2][1] == 0.0
    }

    /// The distance in the source between neighbouring outputs at (x, y), along the source's x and y axes.
    ///
    /// Over 1 the picture shrinks there.
    pub fn stride(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c] = self.0;
        let depth = c[0] * x + c[1] * y + c[2];
        let (sx, sy) = self.point(x, y);
        let along =
            |row: [f64; 3], value: f64| libm::hypot((row[0] - value * c[0]) / depth, (row[1] - value * c[1]) / depth);
        (along(a, sx), along(b, sy))
    }

    /// True when no position of the rectangle from (0, 0) to (width, height) lies on or behind the horizon.
    pub fn is_in_front(&self, width: f64, height: f64) -> bool {
        let row = self.0[2];
        [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
            .iter()
            .all(|(x, y)| row[0] * x + row[1] * y + row[2] > 1e-6)
    }

    /// The smallest rectangle around the image of the rectangle from (0, 0) to (width, height).
    pub fn bounds(&self, width: f64, height: f64) -> Area {
        let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)].map(|(x, y)| self.point(x, y));
        let fold = |pick: fn(&(f64, f64)) -> f64, choose: fn(f64, f64) -> f64| {
            corners.iter().map(pick).reduce(choose).unwrap_or(0.0)
        };
        let (left, top) = (fold(|p| p.0, f64::min), fold(|p| p.1, f64::min));
        Area { left, top, width: fold(|p| p.0, f64::max) - left, height: fold(|p| p.1, f64::max) - top }
    }
}

/// A rectangle in continuous pixel positions; it may reach beyond the picture, where padding fills it.
///
/// ```
/// use firelight_transforms::Area;
///
/// let centre = Area::new(80.0, 0.0, 480.0, 480.0);
/// assert_eq!(centre.map_from(224.0, 224.0).point(112.0, 112.0), (320.0, 240.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Position of the left edge.
    pub left: f64,
    /// Position of the top edge.
    pub top: f64,
    /// From the left edge to the right edge.
    pub width: f64,
    /// From the top edge to the bottom edge.
    pub height: f64,
}

impl Area {
    /// A rectangle from its left top corner and its sides.
    pub const fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, width, height }
    }

    /// The map that stretches a frame of `width` × `height` pixels over this rectangle.
    pub fn map_from(&self, width: f64, height: f64) -> Map {
        Map([[self.width / width, 0.0, self.left], [0.0, self.height / height, self.top], [0.0, 0.0, 1.0]])
    }
}

/// One of the eight symmetries of the square, 0 to 7 (numbers as in [`DihedralItem`](crate::DihedralItem)).
///
/// Larger numbers count modulo 8.
///
/// ```
/// assert_eq!(firelight_transforms::dihedral_matrix(6).point(0.5, 0.25), (0.25, 0.5)); // transposed
/// ```
pub fn dihedral_matrix(symmetry: usize) -> Map {
    let symmetry = symmetry % 8;
    let x = [1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0][symmetry];
    let y = [1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0][symmetry];
    if matches!(symmetry, 0 | 1 | 2 | 4) {
        Map([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]])
    } else {
        Map([[0.0, x, 0.0], [y, 0.0, 0.0], [0.0, 0.0, 1.0]])
    }
}
