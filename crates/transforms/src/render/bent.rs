//! Maps that turn, tilt or pad: shrink what is needed, then one bilinear sample for each output.

use std::f64::consts::SQRT_2;

use image::RgbImage;

use super::row::Axis;
use super::scratch::{Part, Pixels, Scratch, resize};
use crate::draw::known;
use crate::{Draw, Filter, Map, PadMode, Size};

/// The stretch of an axis that is looked at, in whole pixels, and the pixels it is shrunk to.
#[derive(Debug, Clone, Copy)]
struct Window {
    first: u32,
    pixels: u32,
    shrunk: u32,
}

impl Window {
    /// `low` to `high` are the positions looked at before padding folds them back, `stride` their distance.
    fn of(low: f64, high: f64, length: u32, stride: f64) -> Self {
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
        let shrunk = if stride > SQRT_2 {
            (pixels * SQRT_2 / stride).ceil().clamp(1.0, pixels)
        } else {
            pixels
        };
        Self {
            first: first as u32,
            pixels: pixels as u32,
            shrunk: shrunk as u32,
        }
    }

    fn scale(self) -> f64 {
        f64::from(self.shrunk) / f64::from(self.pixels)
    }

    /// From picture positions to centres of shrunken pixels.
    fn place(self, position: f64) -> f64 {
        (position - f64::from(self.first)) * self.scale() - 0.5
    }

    fn axis(self, length: u32, start: f64, extent: f64, outer: PadMode, inner: PadMode) -> Axis {
        let (first, last) = known(i64::from(length), start, extent);
        let centres = |first: f64, last: f64| {
            (
                self.place(first + 0.5) as f32,
                self.place(last - 0.5) as f32,
            )
        };
        let (low, high) = centres(first as f64, last as f64);
        let (inner_low, inner_high) = centres(0.0, f64::from(length));
        let reaches_beyond = first < 0 || last > i64::from(length);
        Axis {
            outer: (low, high, outer),
            inner: reaches_beyond.then_some((inner_low, inner_high, inner)),
            pixel: self.scale() as f32,
            last: (self.shrunk - 1) as f32,
        }
    }
}

impl Scratch {
    pub(super) fn render_bent(&mut self, picture: &RgbImage, draw: &Draw, out: &mut [f32]) {
        let (width, height) = (f64::from(draw.size.width), f64::from(draw.size.height));
        let bounds = draw.map.bounds(width, height);
        let stride = mean_stride(&draw.map, width, height);
        let whole = Pixels::of(picture);
        let x = Window::of(
            bounds.left,
            bounds.left + bounds.width,
            whole.size.width,
            stride.0,
        );
        let y = Window::of(
            bounds.top,
            bounds.top + bounds.height,
            whole.size.height,
            stride.1,
        );
        let columns = x.axis(
            whole.size.width,
            draw.frame.left,
            draw.frame.width,
            draw.pad,
            draw.frame_pad,
        );
        let rows = y.axis(
            whole.size.height,
            draw.frame.top,
            draw.frame.height,
            draw.pad,
            draw.frame_pad,
        );

        let shrinks = x.shrunk < x.pixels || y.shrunk < y.pixels;
        let shrunk = Size::new(x.shrunk, y.shrunk);
        let (bytes, first, stride) = if shrinks {
            let part = Part {
                left: f64::from(x.first),
                top: f64::from(y.first),
                width: f64::from(x.pixels),
                height: f64::from(y.pixels),
            };
            resize(
                &mut self.resizer,
                whole,
                part,
                Filter::Bilinear,
                shrunk,
                &mut self.resized,
            );
            (self.resized.as_slice(), 0, 3 * shrunk.width as usize)
        } else {
            let stride = 3 * whole.size.width as usize;
            (
                whole.bytes,
                y.first as usize * stride + 3 * x.first as usize,
                stride,
            )
        };
        let source = Source {
            bytes: &bytes[first..],
            stride,
            size: shrunk,
        };

        // On pixel centres: output (i, j) at (i + ½, j + ½), part as Window::place.
        let to_part = Map([
            [x.scale(), 0.0, x.place(0.0)],
            [0.0, y.scale(), y.place(0.0)],
            [0.0, 0.0, 1.0],
        ]);
        let map = to_part.after(draw.map).after(Map::translate(0.5, 0.5)).0;
        let zeros = columns.has_zeros() || rows.has_zeros();
        let out_width = draw.size.width as usize;
        self.row.resize(out_width);
        let (red, rest) = out.split_at_mut(draw.size.pixels() as usize);
        let (green, blue) = rest.split_at_mut(draw.size.pixels() as usize);
        let planes = red
            .chunks_exact_mut(out_width)
            .zip(green.chunks_exact_mut(out_width))
            .zip(blue.chunks_exact_mut(out_width));
        for (j, ((red, green), blue)) in planes.enumerate() {
            let row = &mut self.row;
            row.place(&map, j as f64);
            if zeros {
                row.cover.fill(1.0);
            }
            columns.fold(&mut row.x, &mut row.cover);
            rows.fold(&mut row.y, &mut row.cover);
            source.sample(
                &mut row.x,
                &mut row.y,
                &mut row.offset,
                [&mut *red, &mut *green, &mut *blue],
            );
            if zeros {
                for channel in [&mut *red, &mut *green, &mut *blue] {
                    for (colour, cover) in channel.iter_mut().zip(&row.cover) {
                        *colour *= cover;
                    }
                }
            }
            self.finish.row([red, green, blue]);
        }
    }
}

/// The shrunken part of the picture.
struct Source<'a> {
    bytes: &'a [u8],
    stride: usize,
    size: Size,
}

impl Source<'_> {
    /// One bilinear sample for each position; positions lie between 0 and the last pixel and are used up.
    fn sample(
        &self,
        xs: &mut [f32],
        ys: &mut [f32],
        offsets: &mut [u32],
        [red, green, blue]: [&mut [f32]; 3],
    ) {
        // The left one of two neighbours is never the last pixel; a single row or column is its own neighbour.
        let last_x = self.size.width.saturating_sub(2) as i32;
        let last_y = self.size.height.saturating_sub(2) as i32;
        let right = if self.size.width > 1 { 3 } else { 0 };
        let below = if self.size.height > 1 { self.stride } else { 0 };
        let stride = self.stride as i32;
        for ((x, y), offset) in xs.iter_mut().zip(ys.iter_mut()).zip(offsets.iter_mut()) {
            let left = (*x as i32).min(last_x);
            let top = (*y as i32).min(last_y);
            *x -= left as f32;
            *y -= top as f32;
            *offset = (top * stride + left * 3) as u32;
        }
        let outputs = red.iter_mut().zip(green).zip(blue);
        for (((x, y), offset), ((r, g), b)) in
            xs.iter().zip(ys.iter()).zip(offsets.iter()).zip(outputs)
        {
            let upper = &self.bytes[*offset as usize..][..right + 3];
            let lower = &self.bytes[*offset as usize + below..][..right + 3];
            let colour = |c: usize| {
                let mix = |row: &[u8]| {
                    let (a, b) = (f32::from(row[c]), f32::from(row[right + c]));
                    a + (b - a) * x
                };
                let (above, under) = (mix(upper), mix(lower));
                above + (under - above) * y
            };
            (*r, *g, *b) = (colour(0), colour(1), colour(2));
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
