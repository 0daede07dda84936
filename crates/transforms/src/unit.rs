//! Positions from -1 to 1 over the output: what networks give and losses compare.

use crate::{Area, Draw};

impl Draw {
    /// Where a point of the picture, in its pixels, lands in the output, from -1 to 1 across and down.
    ///
    /// -1 and 1 are the outer edges of the border pixels (fastai's scaling of points). `None` where the point has left the output
    /// or lies beyond a tilt's horizon. Flips do not rename points (see [`point`](Draw::point)).
    ///
    /// ```
    /// use firelight_transforms::{PictureTransforms, Resize, Size};
    ///
    /// let draw = PictureTransforms::new().with_item(Resize::crop(224)).draw(Size::new(640, 480), None)?; // columns 80 to 560
    /// assert_eq!(draw.unit_point(320.0, 360.0), Some([0.0, 0.5]));
    /// assert_eq!(draw.unit_point(79.0, 240.0), None);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn unit_point(&self, x: f64, y: f64) -> Option<[f32; 2]> {
        let (x, y) = self.point(x, y)?;
        let point = self.to_unit(x, y);
        // The outer edge itself is inside, however the map has rounded.
        let is_inside = point.iter().all(|at| at.abs() <= 1.0 + 1e-9);
        is_inside.then(|| point.map(|at| at.clamp(-1.0, 1.0) as f32))
    }

    /// The upright box around where a box of the picture lands, cut to the output: left, top, right and bottom, from -1 to 1.
    ///
    /// The box is left, top, right and bottom in pixels of the picture. `None` where nothing of it is left, or where it has no area.
    ///
    /// ```
    /// use firelight_transforms::{PictureTransforms, Resize, Size};
    ///
    /// let draw = PictureTransforms::new().with_item(Resize::crop(224)).draw(Size::new(640, 480), None)?; // columns 80 to 560
    /// assert_eq!(draw.unit_box([0.0, 120.0, 320.0, 360.0]), Some([-1.0, -0.5, 0.0, 0.5]));
    /// assert_eq!(draw.unit_box([0.0, 0.0, 80.0, 480.0]), None);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn unit_box(&self, [left, top, right, bottom]: [f64; 4]) -> Option<[f32; 4]> {
        if !(right > left && bottom > top) {
            return None;
        }
        let seen = self.area(Area::new(left, top, right - left, bottom - top))?;
        let [left, top] = self.to_unit(seen.left, seen.top);
        let [right, bottom] = self.to_unit(seen.left + seen.width, seen.top + seen.height);
        Some([left, top, right, bottom].map(|side| side.clamp(-1.0, 1.0) as f32))
    }

    /// Where in the picture, in its pixels, a point of the output from -1 to 1 was seen: [`unit_point`](Draw::unit_point) back.
    ///
    /// It may lie outside of the picture, where the output is padded; `None` beyond a tilt's horizon.
    ///
    /// ```
    /// use firelight_transforms::{PictureTransforms, Resize, Size};
    ///
    /// let draw = PictureTransforms::new().with_item(Resize::crop(224)).draw(Size::new(640, 480), None)?;
    /// assert_eq!(draw.picture_point([0.0, 0.5]), Some((320.0, 360.0)));
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn picture_point(&self, [x, y]: [f32; 2]) -> Option<(f64, f64)> {
        let (x, y) = self.in_pixels(x, y);
        self.map.point_in_front(x, y)
    }

    /// The upright box in the picture, in its pixels, around a box of the output from -1 to 1: [`unit_box`](Draw::unit_box) back.
    ///
    /// Left, top, right and bottom, both. It is not cut to the picture; `None` where all of it is beyond a tilt's horizon. Of a turned
    /// picture it is the box around a turned box, and larger than the one that was turned.
    ///
    /// ```
    /// use firelight_transforms::{PictureTransforms, Resize, Size};
    ///
    /// let draw = PictureTransforms::new().with_item(Resize::crop(224)).draw(Size::new(640, 480), None)?;
    /// assert_eq!(draw.picture_box([-1.0, -0.5, 0.0, 0.5]), Some([80.0, 120.0, 320.0, 360.0]));
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    pub fn picture_box(&self, [left, top, right, bottom]: [f32; 4]) -> Option<[f64; 4]> {
        let ((left, top), (right, bottom)) = (self.in_pixels(left, top), self.in_pixels(right, bottom));
        self.map.bounds_in_front(Area::new(left, top, right - left, bottom - top))
    }

    fn to_unit(&self, x: f64, y: f64) -> [f64; 2] {
        [2.0 * x / f64::from(self.size.width) - 1.0, 2.0 * y / f64::from(self.size.height) - 1.0]
    }

    fn in_pixels(&self, x: f32, y: f32) -> (f64, f64) {
        let at = |unit: f32, side: u32| f64::midpoint(unit.into(), 1.0) * f64::from(side);
        (at(x, self.size.width), at(y, self.size.height))
    }
}
