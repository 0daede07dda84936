//! How near points are found.

use image::RgbImage;

use crate::axis::Axis;
use crate::canvas::{Canvas, Pen};
use crate::chart::Chart;
use crate::palette::SERIES;
use crate::series::{Look, Series};

/// For each point its name and its distances: the share of them that are at most as far as x, a line a point. The legend says the mean.
///
/// Distances are shares of the picture's side, as `firelight_metrics::point_distance` has them. The panel ends where 19 of 20 distances do, at 0.1 at
/// least and at 1 at most. One that is not a number counts as far away.
///
/// ```
/// let nose = ("nose".to_string(), vec![0.01, 0.02, 0.2]);
/// let picture = firelight_plots::found_curves(&[nose]);
/// ```
pub fn found_curves(points: &[(String, Vec<f64>)]) -> RgbImage {
    let mut all: Vec<f64> = points.iter().flat_map(|(_, distances)| distances.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    let most = all.get(all.len() * 19 / 20).copied().filter(|most| most.is_finite()).unwrap_or(1.0).clamp(0.1, 1.0);
    let lines = points.iter().enumerate().map(|(number, (name, distances))| {
        let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
        let dash: &[f32] = if (number / SERIES.len()).is_multiple_of(2) { &[] } else { &[8.0, 6.0] };
        Series {
            name: format!("{name}, mean {mean:.3}"),
            pen: Pen { color: SERIES[number % SERIES.len()], width: 2.2, dash },
            look: Look::Line,
            points: stairs(distances, most),
        }
    });
    let chart = Chart {
        title: "Points found",
        x_title: "distance at most, share of the picture's side",
        y_title: "share of the points",
        x: Axis::around([0.0, most].into_iter()),
        y: Axis::shares(),
        lines: lines.collect(),
        when_empty: "no point is known",
    };
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    chart.draw_in(&mut canvas, [0.0, 0.0, WIDTH, HEIGHT]);
    canvas.into_picture()
}

const WIDTH: f32 = 760.0;
const HEIGHT: f32 = 560.0;

/// A step up at each distance.
fn stairs(distances: &[f64], most: f64) -> Vec<(f64, f64)> {
    if distances.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<f64> = distances.iter().copied().filter(|distance| *distance <= most).collect();
    sorted.sort_by(f64::total_cmp);
    let share = |found: usize| found as f64 / distances.len() as f64;
    let mut points = vec![(0.0, 0.0)];
    for (found, distance) in sorted.iter().enumerate() {
        points.extend([(*distance, share(found)), (*distance, share(found + 1))]);
    }
    points.push((most, share(sorted.len())));
    points
}
