//! Maps that scale, crop, mirror and turn by quarters only: one separable resize.

use fast_image_resize::Resizer;

use super::kind::{Buffers, Kind, Part, Pixels};
use crate::{Draw, Map, Size};

/// How the output lies in the resized part: which of its sides are mirrored and whether it is transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    transposed: bool,
    mirror_x: bool,
    mirror_y: bool,
}

impl Turn {
    /// `None` when the map does more than a plain resize.
    fn of(map: &Map) -> Option<Self> {
        let [[a, b, _], [c, d, _], _] = map.0;
        if !map.is_affine() {
            return None;
        }
        // A quarter turn leaves cosines of 1e-17 and the like.
        let straight = b.abs() + c.abs() <= 1e-9 * (a.abs() + d.abs());
        let across = a.abs() + d.abs() <= 1e-9 * (b.abs() + c.abs());
        match (straight, across) {
            (true, false) => Some(Self { transposed: false, mirror_x: a < 0.0, mirror_y: d < 0.0 }),
            (false, true) => Some(Self { transposed: true, mirror_x: b < 0.0, mirror_y: c < 0.0 }),
            _ => None,
        }
    }

    /// Index of the resized part's first pixel in the output's order, and the steps to the next pixel and the next row.
    fn walk(self, part: Size) -> (isize, isize, isize) {
        let (width, height) = (part.width as isize, part.height as isize);
        let x_step = if self.mirror_x { -1 } else { 1 };
        let y_step = if self.mirror_y { -width } else { width };
        let start = if self.mirror_x { width - 1 } else { 0 } + if self.mirror_y { (height - 1) * width } else { 0 };
        if self.transposed { (start, y_step, x_step) } else { (start, x_step, y_step) }
    }
}

/// A resized picture, and how the output lies in it: where its first pixel is, and the steps to the next pixel and the next row.
pub(super) struct Resized<'a, K: Kind> {
    pub numbers: &'a [K::Number],
    pub start: isize,
    pub step: isize,
    pub row_step: isize,
}

impl<'a, K: Kind> Resized<'a, K> {
    /// `None`, with nothing done, when the map is not a plain resize or pads so much that sampling is cheaper.
    pub fn of(
        whole: Pixels<'_, K>,
        draw: &Draw,
        resizer: &mut Resizer,
        Buffers { resized, padded }: &'a mut Buffers<K>,
    ) -> Option<Self> {
        let turn = Turn::of(&draw.map)?;
        let area = draw.map.bounds(f64::from(draw.size.width), f64::from(draw.size.height));
        let size = if turn.transposed { draw.size.transposed() } else { draw.size };
        let x = Span::of(area.left, area.width, whole.size.width);
        let y = Span::of(area.top, area.height, whole.size.height);
        if x.inside && y.inside {
            let part = Part { left: x.start, top: y.start, width: x.extent, height: y.extent };
            whole.resize(resizer, part, draw.filter, size, resized);
        } else {
            let needed = Size::new(x.pixels as u32, y.pixels as u32);
            if x.pixels.saturating_mul(y.pixels) > 4 * (whole.size.pixels() + draw.size.pixels()) as i64 {
                return None;
            }
            whole.pad(draw, (x.first, y.first), needed, padded);
            let left = x.start - x.first as f64;
            let top = y.start - y.first as f64;
            let part = Part {
                left,
                top,
                width: x.extent.min(f64::from(needed.width) - left),
                height: y.extent.min(f64::from(needed.height) - top),
            };
            let from = Pixels::<K> { numbers: padded, size: needed };
            from.resize(resizer, part, draw.filter, size, resized);
        }
        let (start, step, row_step) = turn.walk(size);
        Some(Self { numbers: resized, start, step, row_step })
    }
}

/// The stretch of one axis of the picture that is needed.
struct Span {
    start: f64,
    extent: f64,
    /// First pixel that the stretch touches, and how many.
    first: i64,
    pixels: i64,
    inside: bool,
}

impl Span {
    fn of(start: f64, extent: f64, length: u32) -> Self {
        let length = f64::from(length);
        let slack = 1e-6 * length;
        if start >= -slack && start + extent <= length + slack {
            let start = start.clamp(0.0, length);
            return Self { start, extent: extent.min(length - start), first: 0, pixels: length as i64, inside: true };
        }
        let first = (start + slack).floor();
        let last = (start + extent - slack).ceil();
        Self {
            start: start.max(first),
            extent,
            first: first as i64,
            pixels: ((last - first) as i64).max(1),
            inside: false,
        }
    }
}
