//! Maps that turn, tilt or pad: shrink what is needed, then one bilinear sample for each output.

use image::RgbImage;
use pulp::{Simd, WithSimd};

use super::finish::Finish;
use super::row::{Axis, Row};
use super::sample::Source;
use super::scratch::{Part, Pixels, Scratch, resize};
use super::window::Window;
use crate::{Draw, Filter, Map, Size};

impl Scratch {
    pub(super) fn render_bent(&mut self, picture: &RgbImage, draw: &Draw, out: &mut [f32]) {
        let (width, height) = (f64::from(draw.size.width), f64::from(draw.size.height));
        let bounds = draw.map.bounds(width, height);
        let stride = mean_stride(&draw.map, width, height);
        let whole = Pixels::of(picture);
        let (right, bottom) = (bounds.left + bounds.width, bounds.top + bounds.height);
        let x = Window::of(bounds.left, right, whole.size.width, stride.0);
        let y = Window::of(bounds.top, bottom, whole.size.height, stride.1);
        let (x, y) = Window::countable(x, y);
        let pads = (draw.pad, draw.frame_pad);

        let shrunk = Size::new(x.shrunk, y.shrunk);
        // A part of whole rows of a huge picture is copied too, as far as its own offsets are small enough.
        let row_bytes = 3 * u64::from(whole.size.width);
        let far = row_bytes * u64::from(y.pixels) > u64::from(u32::MAX);
        let shrinks = far || x.shrunk != x.pixels || y.shrunk != y.pixels;
        let (bytes, first, stride) = if shrinks {
            let part = Part {
                left: f64::from(x.first),
                top: f64::from(y.first),
                width: f64::from(x.pixels),
                height: f64::from(y.pixels),
            };
            resize(&mut self.resizer, whole, part, Filter::Bilinear, shrunk, &mut self.resized);
            (self.resized.as_slice(), 0, 3 * shrunk.width as usize)
        } else {
            let stride = 3 * whole.size.width as usize;
            let first = y.first as usize * stride + 3 * x.first as usize;
            (whole.bytes, first, stride)
        };
        // On pixel centres: output (i, j) stands at (i + ½, j + ½).
        let to_part = Map([[x.scale(), 0.0, x.place(0.0)], [0.0, y.scale(), y.place(0.0)], [0.0, 0.0, 1.0]]);
        self.row.resize(draw.size.width as usize);
        self.arch.dispatch(Rows {
            map: to_part.after(draw.map).after(Map::translate(0.5, 0.5)).0,
            columns: x.axis(whole.size.width, draw.frame.left, draw.frame.width, pads),
            lines: y.axis(whole.size.height, draw.frame.top, draw.frame.height, pads),
            source: Source { bytes, first, stride, width: shrunk.width, height: shrunk.height },
            row: &mut self.row,
            finish: &self.finish,
            size: draw.size,
            out,
        });
    }
}

/// The loop over rows, compiled once for each SIMD width.
struct Rows<'a> {
    map: [[f64; 3]; 3],
    columns: Axis,
    lines: Axis,
    source: Source<'a>,
    row: &'a mut Row,
    finish: &'a Finish,
    size: Size,
    out: &'a mut [f32],
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { map, columns, lines, source, row, finish, size, out } = self;
        let zeros = columns.has_zeros() || lines.has_zeros();
        let width = size.width as usize;
        let (red, rest) = out.split_at_mut(size.pixels() as usize);
        let (green, blue) = rest.split_at_mut(size.pixels() as usize);
        let planes = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        for (j, ((red, green), blue)) in planes.enumerate() {
            row.place(&map, j as f64);
            if zeros {
                row.cover.fill(1.0);
            }
            columns.fold(&mut row.x, &mut row.cover);
            lines.fold(&mut row.y, &mut row.cover);
            source.sample(row);
            if zeros {
                for (colour, cover) in row.colours.iter_mut().zip(&row.cover) {
                    for lane in colour {
                        *lane *= cover;
                    }
                }
            }
            finish.row(&row.colours, [red, green, blue]);
        }
    }
}

/// The mean distance between neighbouring outputs, over the corners and the centre.
fn mean_stride(map: &Map, width: f64, height: f64) -> (f64, f64) {
    let places = [(0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
    let sum = places.iter().fold((0.0, 0.0), |sum, (x, y)| {
        let (sx, sy) = map.stride(x * width, y * height);
        (sum.0 + sx, sum.1 + sy)
    });
    let count = places.len() as f64;
    (sum.0 / count, sum.1 / count)
}
