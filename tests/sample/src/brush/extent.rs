//! Points, and the upright boxes around them.

/// A point `(x, y)`; y points down.
pub type Spot = (f32, f32);

/// The upright box around a shape.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Extent {
    pub fn around(points: impl Iterator<Item = Spot>) -> Self {
        let none = Self { left: f32::MAX, top: f32::MAX, right: f32::MIN, bottom: f32::MIN };
        points.fold(none, |e, (x, y)| Self {
            left: e.left.min(x),
            top: e.top.min(y),
            right: e.right.max(x),
            bottom: e.bottom.max(y),
        })
    }

    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The point at `u` (0 left, 1 right) and `v` (0 top, 1 bottom).
    pub fn at(&self, u: f32, v: f32) -> Spot {
        (self.left + u * self.width(), self.top + v * self.height())
    }
}
