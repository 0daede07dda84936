//! Maps that turn, tilt or pad: shrink what is needed, then one bilinear sample for each output.

use fast_image_resize::Resizer;
use pulp::{Simd, WithSimd};

use super::finish::Finish;
use super::kind::{Kind, Part, Pixels, Rgb8};
use super::row::{Axis, Row};
use super::sample::Source;
use super::window::Window;
use crate::{Draw, Filter, Map, Size};

/// Where a bent map takes its samples.
pub(super) struct Looked<'a, K: Kind> {
    pub map: [[f64; 3]; 3],
    pub columns: Axis,
    pub lines: Axis,
    pub source: Source<'a, K>,
}

impl<'a, K: Kind> Looked<'a, K> {
    /// `shrunken` holds the part that is looked at, where it is shrunk.
    pub fn at(whole: Pixels<'a, K>, draw: &Draw, resizer: &mut Resizer, shrunken: &'a mut Vec<K::Number>) -> Self {
        let (width, height) = (f64::from(draw.size.width), f64::from(draw.size.height));
        let bounds = draw.map.bounds(width, height);
        let stride = mean_stride(&draw.map, width, height);
        let (right, bottom) = (bounds.left + bounds.width, bounds.top + bounds.height);
        let x = Window::of(bounds.left, right, whole.size.width, stride.0);
        let y = Window::of(bounds.top, bottom, whole.size.height, stride.1);
        let (x, y) = Window::countable(x, y);
        let pads = (draw.pad, draw.frame_pad);

        let shrunk = Size::new(x.shrunk, y.shrunk);
        // A part of whole rows of a huge picture is copied too, as far as its own offsets are small enough.
        let row_numbers = K::NUMBERS as u64 * u64::from(whole.size.width);
        let far = row_numbers * u64::from(y.pixels) > u64::from(u32::MAX);
        let shrinks = far || x.shrunk != x.pixels || y.shrunk != y.pixels;
        let (numbers, first, stride) = if shrinks {
            let part = Part {
                left: f64::from(x.first),
                top: f64::from(y.first),
                width: f64::from(x.pixels),
                height: f64::from(y.pixels),
            };
            whole.resize(resizer, part, Filter::Bilinear, shrunk, shrunken);
            (shrunken.as_slice(), 0, K::NUMBERS * shrunk.width as usize)
        } else {
            whole.touch((x.first, x.first + x.pixels), (y.first, y.first + y.pixels));
            let stride = K::NUMBERS * whole.size.width as usize;
            let first = y.first as usize * stride + K::NUMBERS * x.first as usize;
            (whole.numbers, first, stride)
        };
        // On pixel centres: output (i, j) stands at (i + ½, j + ½).
        let to_part = Map([[x.scale(), 0.0, x.place(0.0)], [0.0, y.scale(), y.place(0.0)], [0.0, 0.0, 1.0]]);
        Self {
            map: to_part.after(draw.map).after(Map::translate(0.5, 0.5)).0,
            columns: x.axis(whole.size.width, draw.frame.left, draw.frame.width, pads),
            lines: y.axis(whole.size.height, draw.frame.top, draw.frame.height, pads),
            source: Source { numbers, first, stride, width: shrunk.width, height: shrunk.height },
        }
    }

    /// True when black may show.
    #[inline(always)]
    pub fn has_zeros(&self) -> bool {
        self.columns.has_zeros() || self.lines.has_zeros()
    }

    /// The positions of row `y` in the source; `zeros` is [`has_zeros`](Self::has_zeros), asked once.
    #[inline(always)]
    pub fn place(&self, row: &mut Row, y: usize, zeros: bool) {
        row.place(&self.map, y as f64);
        if zeros {
            row.cover.fill(1.0);
        }
        self.columns.fold(&mut row.x, &mut row.cover);
        self.lines.fold(&mut row.y, &mut row.cover);
    }
}

impl Looked<'_, Rgb8> {
    /// The colours of row `y`, 0 to 255; `zeros` is [`has_zeros`](Self::has_zeros), asked once.
    #[inline(always)]
    pub fn colours(&self, row: &mut Row, y: usize, zeros: bool, [red, green, blue]: [&mut [f32]; 3]) {
        self.place(row, y, zeros);
        self.source.sample(row, [&mut *red, &mut *green, &mut *blue]);
        if zeros {
            for channel in [red, green, blue] {
                for (colour, cover) in channel.iter_mut().zip(&row.cover) {
                    *colour *= cover;
                }
            }
        }
    }
}

/// The loop over rows of colours, compiled once for each SIMD width.
pub(super) struct Rows<'a> {
    pub looked: Looked<'a, Rgb8>,
    pub row: &'a mut Row,
    pub finish: &'a Finish,
    pub size: Size,
    pub out: &'a mut [f32],
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { looked, row, finish, size, out } = self;
        let zeros = looked.has_zeros();
        let width = size.width as usize;
        let (red, rest) = out.split_at_mut(size.pixels() as usize);
        let (green, blue) = rest.split_at_mut(size.pixels() as usize);
        let planes = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        for (j, ((red, green), blue)) in planes.enumerate() {
            looked.colours(row, j, zeros, [&mut *red, &mut *green, &mut *blue]);
            finish.row([red, green, blue], &mut row.offset);
        }
    }
}

/// The mean distance between neighbouring outputs, over the corners and the centre.
pub(crate) fn mean_stride(map: &Map, width: f64, height: f64) -> (f64, f64) {
    let places = [(0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
    let sum = places.iter().fold((0.0, 0.0), |sum, (x, y)| {
        let (sx, sy) = map.stride(x * width, y * height);
        (sum.0 + sx, sum.1 + sy)
    });
    let count = places.len() as f64;
    (sum.0 / count, sum.1 / count)
}
