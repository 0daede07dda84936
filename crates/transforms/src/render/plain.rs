//! Maps that scale, crop, mirror and turn by quarters only: one separable resize.

use image::RgbImage;

use super::scratch::{Part, Pixels, Scratch, resize};
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

impl Scratch {
    /// False, with nothing done, when the map is not a plain resize or pads so much that sampling is cheaper.
    pub(super) fn render_plain(&mut self, picture: &RgbImage, draw: &Draw, out: &mut [f32]) -> bool {
        let Some(turn) = Turn::of(&draw.map) else {
            return false;
        };
        let area = draw.map.bounds(f64::from(draw.size.width), f64::from(draw.size.height));
        let size = if turn.transposed { draw.size.transposed() } else { draw.size };
        let whole = Pixels::of(picture);
        let x = Span::of(area.left, area.width, whole.size.width);
        let y = Span::of(area.top, area.height, whole.size.height);
        if x.inside && y.inside {
            let part = Part { left: x.start, top: y.start, width: x.extent, height: y.extent };
            resize(&mut self.resizer, whole, part, draw.filter, size, &mut self.resized);
        } else {
            let padded = Size::new(x.pixels as u32, y.pixels as u32);
            if x.pixels.saturating_mul(y.pixels) > 4 * (whole.size.pixels() + draw.size.pixels()) as i64 {
                return false;
            }
            pad(picture, draw, (x.first, y.first), padded, &mut self.padded);
            let left = x.start - x.first as f64;
            let top = y.start - y.first as f64;
            let part = Part {
                left,
                top,
                width: x.extent.min(f64::from(padded.width) - left),
                height: y.extent.min(f64::from(padded.height) - top),
            };
            let from = Pixels { bytes: &self.padded, size: padded };
            resize(&mut self.resizer, from, part, draw.filter, size, &mut self.resized);
        }
        let (start, step, row_step) = turn.walk(size);
        self.finish.bytes(&self.resized, draw.size, start, step, row_step, out);
        true
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

/// Copies the part of the padded picture that starts at `first` to `to`.
fn pad(picture: &RgbImage, draw: &Draw, first: (i64, i64), size: Size, to: &mut Vec<u8>) {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    to.clear();
    to.resize(size.planes(), 0);
    let row_bytes = 3 * size.width as usize;
    for (y, target) in to.chunks_exact_mut(row_bytes).enumerate() {
        let source = draw.source_pixel(y as i64 + first.1, height, draw.frame.top, draw.frame.height);
        let Some(source) = source else { continue };
        let row = &picture.as_raw()[(source * width * 3) as usize..][..3 * width as usize];
        for (x, pixel) in target.chunks_exact_mut(3).enumerate() {
            if let Some(x) = draw.source_pixel(x as i64 + first.0, width, draw.frame.left, draw.frame.width) {
                pixel.copy_from_slice(&row[3 * x as usize..][..3]);
            }
        }
    }
}
