//! A line of a chart: points in the chart's own numbers, turned into pixels.

use tiny_skia::Mask;

use crate::axis::Axis;
use crate::canvas::{Area, Canvas, Pen};
use crate::palette::GROUND;

/// Points in the order they are joined; one that is not finite leaves a gap.
pub(crate) struct Series {
    /// Its entry in the legend.
    pub(crate) name: String,
    pub(crate) pen: Pen,
    pub(crate) look: Look,
    pub(crate) points: Vec<(f64, f64)>,
}

/// How points are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Look {
    /// Joined.
    Line,
    /// Joined, each with a dot of its own.
    Dotted,
    /// Dots alone, of this radius in pixels and this cover (0 to 1): those that lie on each other are darker.
    Cloud(f32, f32),
    /// Joined, with a pale ground below: the outline of a histogram, two points a bar after the one it starts from.
    Steps,
}

impl Series {
    /// The values at 1, 2, 3 …: what was measured at each step.
    pub(crate) fn of_steps(name: impl Into<String>, pen: Pen, values: &[f32]) -> Series {
        let points = values.iter().enumerate().map(|(step, &value)| (step as f64 + 1.0, f64::from(value))).collect();
        Series { name: name.into(), pen, look: Look::Line, points }
    }

    pub(crate) fn has_points(&self) -> bool {
        self.points.iter().any(|&point| finite(point))
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, x: &Axis, y: &Axis, clip: Option<&Mask>) {
        let [left, top, width, height] = area;
        let pixel = |&(at, value): &(f64, f64)| {
            // Clamped because coordinates far outside the sheet make no sense to the rasteriser.
            let across = x.place(at).clamp(-4.0, 5.0) as f32;
            let up = y.place(value).clamp(-4.0, 5.0) as f32;
            (left + across * width, top + height - up * height)
        };
        // Dots are drawn whole or not at all.
        let dot = |canvas: &mut Canvas, point: (f32, f32), radius, cover| {
            if (left - 1.0..=left + width + 1.0).contains(&point.0)
                && (top - 1.0..=top + height + 1.0).contains(&point.1)
            {
                canvas.sheer_dot(point, radius, self.pen.color, cover);
            }
        };
        for run in self.points.split(|&point| !finite(point)).filter(|run| !run.is_empty()) {
            let pixels: Vec<(f32, f32)> = run.iter().map(pixel).collect();
            if let Look::Cloud(radius, cover) = self.look {
                for &point in &pixels {
                    dot(canvas, point, radius, cover);
                }
                continue;
            }
            if self.look == Look::Steps {
                for level in pixels.get(1..).unwrap_or_default().chunks_exact(2) {
                    canvas.fill([level[0].0, level[0].1, level[1].0 - level[0].0, top + height - level[0].1], GROUND);
                }
            }
            canvas.line(&thinned(&pixels, width), self.pen, clip);
            if self.look == Look::Dotted {
                for &point in &pixels {
                    dot(canvas, point, 4.5, 1.0);
                }
            } else if let [point] = pixels[..] {
                dot(canvas, point, 3.5, 1.0);
            }
        }
    }
}

fn finite((x, y): (f64, f64)) -> bool {
    x.is_finite() && y.is_finite()
}

/// Where many points share a column of pixels, its first, highest, lowest and last: the line looks the same.
fn thinned(pixels: &[(f32, f32)], width: f32) -> Vec<(f32, f32)> {
    if (pixels.len() as f32) < 4.0 * width {
        return pixels.to_vec();
    }
    pixels
        .chunk_by(|a, b| a.0 as i32 == b.0 as i32)
        .flat_map(|column| {
            let last = column.len() - 1;
            let by_height = |a: &usize, b: &usize| column[*a].1.total_cmp(&column[*b].1);
            let highest = (0..=last).min_by(by_height).unwrap_or(0);
            let lowest = (0..=last).max_by(by_height).unwrap_or(0);
            // In the order of the line, each once: a line that doubled back would smear its dashes.
            let mut places = vec![0, highest.min(lowest), highest.max(lowest), last];
            places.dedup();
            places.into_iter().map(|place| column[place])
        })
        .collect()
}
