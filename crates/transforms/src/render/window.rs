//! Which stretch of an axis of the picture is looked at, and how far it is shrunk first.

use std::f64::consts::SQRT_2;

use super::row::{Axis, Beyond};
use crate::PadMode;
use crate::draw::known;

/// The most pixels of a side of which a position can be told (see [`Source::sample`](super::sample::Source::sample)).
const LONGEST: u32 = 1 << 22;

/// The stretch of an axis that is looked at, in whole pixels, and the pixels it is shrunk to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub first: u32,
    pub pixels: u32,
    pub shrunk: u32,
    /// The positions looked at, before padding folds them back.
    low: f64,
    high: f64,
}

impl Window {
    /// `low` to `high` are the positions looked at before padding folds them back, `stride` their distance.
    pub fn of(low: f64, high: f64, length: u32, stride: f64) -> Self {
        let end = f64::from(length);
        let (mut from, mut to) = (low.max(0.0), high.min(end));
        if low < 0.0 {
            to = to.max(-low);
        }
        if high > end {
            from = from.min(2.0 * end - high);
        }
        if !(low > -end && high < 2.0 * end && from < to) {
            (from, to) = (0.0, end);
        }
        // The antialiasing filter and the sample each look a little beyond.
        let margin = stride.max(1.0) + 1.0;
        let first = (from - margin).floor().clamp(0.0, end - 1.0);
        let last = (to + margin).ceil().clamp(first + 1.0, end);
        let pixels = last - first;
        let shrunk = if stride > SQRT_2 { (pixels * SQRT_2 / stride).ceil().min(pixels) } else { pixels };
        // A sample takes two neighbours: one pixel becomes two alike.
        let shrunk = shrunk.max(2.0);
        Self { first: first as u32, pixels: pixels as u32, shrunk: shrunk as u32, low, high }
    }

    /// The two axes of a part, shrunk further where its samples could not be counted: positions are floats below 2²², and
    /// offsets into three bytes a pixel have 32 bits.
    pub fn countable(mut x: Self, mut y: Self) -> (Self, Self) {
        for axis in [&mut x, &mut y] {
            axis.shrunk = axis.shrunk.min(LONGEST);
        }
        // The square root of the excess from either side, and a narrow side gives up nothing that it does not have.
        let most = f64::from(u32::MAX / 3);
        let excess = f64::from(x.shrunk) * f64::from(y.shrunk) / most;
        if excess > 1.0 {
            x.shrunk = ((f64::from(x.shrunk) / excess.sqrt()).floor() as u32).max(2);
            y.shrunk = y.shrunk.min((most / f64::from(x.shrunk)).floor() as u32).max(2);
        }
        (x, y)
    }

    /// Shrunken pixels for each pixel of the picture.
    pub fn scale(self) -> f64 {
        f64::from(self.shrunk) / f64::from(self.pixels)
    }

    /// From positions in the picture to centres of shrunken pixels.
    pub fn place(self, position: f64) -> f64 {
        (position - f64::from(self.first)) * self.scale() - 0.5
    }

    /// The axis of a picture of `length` and a frame of `extent` from `start`, padded beyond both and inside the frame.
    pub fn axis(self, length: u32, start: f64, extent: f64, (outer, inner): (PadMode, PadMode)) -> Axis {
        let (first, last) = known(i64::from(length), start, extent);
        let beyond = |first: i64, last: i64, pad: PadMode| {
            let (low, high) = (first as f64 + 0.5, last as f64 - 0.5);
            // Nothing to fold where no output looks; border pixels are clamped to anyway.
            let looks = self.low < low || self.high > high;
            looks.then(|| Beyond {
                low: self.place(low) as f32,
                high: self.place(high) as f32,
                pad,
                pixel: self.scale() as f32,
            })
        };
        let reaches_beyond = first < 0 || last > i64::from(length);
        Axis {
            outer: beyond(first, last, outer),
            inner: beyond(0, i64::from(length), inner).filter(|_| reaches_beyond),
            last: (self.shrunk - 1) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST, Window};

    fn window(pixels: u32) -> Window {
        Window::of(0.0, f64::from(pixels), pixels, 1.0)
    }

    proptest! {
        /// B42: offsets of a window of any size have 32 bits.
        #[test]
        fn samples_of_any_window_can_be_counted(width in 1_u32..=u32::MAX, height in 1_u32..=u32::MAX) {
            let (x, y) = Window::countable(window(width), window(height));
            prop_assert!(x.shrunk >= 2 && y.shrunk >= 2);
            prop_assert!(x.shrunk <= LONGEST && y.shrunk <= LONGEST);
            let bytes = 3 * u64::from(x.shrunk) * u64::from(y.shrunk);
            prop_assert!(u32::try_from(bytes).is_ok());
        }
    }

    #[test]
    fn a_window_that_can_be_counted_is_left_as_it_is() {
        for (width, height) in [(1, 1), (4000, 3000), (37_000, 38_000), (2, 1 << 22)] {
            let (x, y) = Window::countable(window(width), window(height));
            assert_eq!((x.shrunk, y.shrunk), (width.max(2), height.max(2)));
        }
    }
}
