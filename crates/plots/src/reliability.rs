//! Whether probabilities mean what they say.

use firelight_costs::{Reliability, ReliabilityBin};
use image::RgbImage;

use crate::axis::{Axis, short};
use crate::canvas::{Canvas, Pen};
use crate::chart::Chart;
use crate::palette::{INK, SERIES};
use crate::series::{Look, Series};

/// A reliability diagram (`DeGroot` and Fienberg, 1983): how often what is said with some confidence is right, bin by bin, against the dashed
/// diagonal on which it should be; below it how many examples each bin has, since one with few says little: the area of its dot is their number.
///
/// Each diagram comes with its name, as `("before", &before), ("after", &after)`; the legend says its calibration error, the mean distance from the
/// diagonal, weighted by examples. Without a bin its name is left out.
///
/// ```
/// use firelight_costs::{Binning, Reliability};
///
/// let pairs = [(0.9, true), (0.9, false), (0.6, true), (0.6, true)];
/// let before = Reliability::of_pairs(pairs, Binning::Width(15));
/// let picture = firelight_plots::reliability(&[("before", &before)]);
/// ```
pub fn reliability(diagrams: &[(&str, &Reliability)]) -> RgbImage {
    // Orange before, blue after.
    let color = |number: usize| SERIES[(5 + 2 * number) % SERIES.len()];
    let bins = || diagrams.iter().flat_map(|(_, diagram)| &diagram.bins);
    let most = bins().map(|bin| bin.examples).max().unwrap_or(0);
    let mut lines = vec![Series {
        name: "as it should be".to_owned(),
        pen: Pen { color: INK, width: 1.5, dash: &[7.0, 5.0] },
        look: Look::Line,
        points: if most == 0 { Vec::new() } else { vec![(0.0, 0.0), (1.0, 1.0)] },
    }];
    let mut counts = Vec::new();
    for (number, (name, diagram)) in diagrams.iter().enumerate() {
        let error = diagram.error().map_or(String::new(), |error| format!(", error {}", short(error)));
        let place = |bin: &ReliabilityBin| (bin.confidence, bin.accuracy);
        let series = |name, width, look, points| Series { name, pen: Pen::solid(color(number), width), look, points };
        let points = diagram.bins.iter().map(place).collect();
        lines.push(series(format!("{name}{error}"), 1.5, Look::Line, points));
        for bin in &diagram.bins {
            let radius = 2.0 + 9.0 * (bin.examples as f32 / most as f32).sqrt();
            lines.push(series(String::new(), 1.5, Look::Cloud(radius, 1.0), vec![place(bin)]));
        }
        counts.push(series(String::new(), 2.2, Look::Line, outline(&diagram.bins)));
    }
    let mut canvas = Canvas::new(WIDTH, PLOT + COUNTS);
    let (when_empty, x) = ("no example", Axis::shares());
    Chart {
        title: "Reliability",
        x_title: "confidence: probability of the likeliest class",
        y_title: "how often it is right",
        x,
        y: Axis::shares(),
        lines,
        when_empty,
    }
    .draw_in(&mut canvas, [0.0, 0.0, WIDTH, PLOT]);
    Chart {
        title: "Examples",
        x_title: "confidence",
        y_title: "in each bin",
        x,
        y: Axis::steps(most + most.div_ceil(16)),
        lines: counts,
        when_empty,
    }
    .draw_in(&mut canvas, [0.0, PLOT, WIDTH, COUNTS]);
    canvas.into_picture()
}

const WIDTH: f32 = 760.0;
const PLOT: f32 = 720.0;
const COUNTS: f32 = 280.0;

/// From the left edge of the first bin to the right edge of the last, down to 0 where there is none between.
fn outline(bins: &[ReliabilityBin]) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for bin in bins {
        let (lower, upper, examples) = (bin.lower, bin.upper, bin.examples as f64);
        match points.last() {
            Some(&(end, _)) if end < lower => points.extend([(end, 0.0), (lower, 0.0)]),
            None => points.push((lower, 0.0)),
            Some(_) => {}
        }
        points.extend([(lower, examples), (upper, examples)]);
    }
    points.extend(points.last().map(|&(end, _)| (end, 0.0)));
    points
}
