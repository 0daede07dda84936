//! How much boxes overlap what they should.

use image::RgbImage;

use crate::axis::Axis;
use crate::canvas::{Canvas, Pen};
use crate::chart::Chart;
use crate::palette::{BLUE, INK, ORANGE};
use crate::series::{Look, Series};

/// How many boxes have which intersection over union, from 0 to 1 in twenty bars, with its median and the usual threshold of one half as
/// lines. What is not a number counts as 0.
///
/// ```
/// let picture = firelight_plots::overlaps(&[0.92, 0.81, 0.4]);
/// ```
pub fn overlaps(overlaps: &[f32]) -> RgbImage {
    const BARS: usize = 20;
    let mut sorted: Vec<f64> = overlaps
        .iter()
        .map(|overlap| if overlap.is_nan() { 0.0 } else { f64::from(*overlap).clamp(0.0, 1.0) })
        .collect();
    sorted.sort_by(f64::total_cmp);
    let mut counts = [0_usize; BARS];
    for overlap in &sorted {
        counts[((overlap * BARS as f64) as usize).min(BARS - 1)] += 1;
    }
    let edge = |bar: usize| bar as f64 / BARS as f64;
    let highest = counts.iter().copied().max().unwrap_or(0);
    let top = highest + highest.div_ceil(16);
    let mut outline = vec![(0.0, 0.0)];
    for (bar, count) in counts.iter().enumerate() {
        outline.extend([(edge(bar), *count as f64), (edge(bar + 1), *count as f64)]);
    }
    outline.push((1.0, 0.0));
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let line = |name: String, pen, points: Vec<(f64, f64)>| {
        let points = if sorted.is_empty() { Vec::new() } else { points };
        Series { name, pen, look: Look::Line, points }
    };
    let boxes = if sorted.len() == 1 { "1 box".to_owned() } else { format!("{} boxes", sorted.len()) };
    let chart = Chart {
        title: "Overlap of boxes",
        x_title: "intersection over union",
        y_title: "boxes",
        x: Axis::shares(),
        y: Axis::steps(top),
        lines: vec![
            Series { look: Look::Steps, ..line(boxes, Pen::solid(BLUE, 1.5), outline) },
            line(
                "0.5".to_owned(),
                Pen { color: INK, width: 1.5, dash: &[7.0, 5.0] },
                vec![(0.5, 0.0), (0.5, top as f64)],
            ),
            line(format!("median {median:.3}"), Pen::solid(ORANGE, 2.0), vec![(median, 0.0), (median, top as f64)]),
        ],
        when_empty: "no box",
    };
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    chart.draw_in(&mut canvas, [0.0, 0.0, WIDTH, HEIGHT]);
    canvas.into_picture()
}

const WIDTH: f32 = 760.0;
const HEIGHT: f32 = 480.0;
