//! A learning rate search.

use image::RgbImage;

use crate::axis::{Axis, short};
use crate::canvas::{Canvas, Pen};
use crate::chart::{Chart, WIDTH};
use crate::palette::{BLUE, SERIES};
use crate::series::{Look, Series};

/// The loss over the learning rate, on a logarithmic axis, and each suggestion as a dashed line with a dot on the curve.
///
/// Losses far above most others, where training has come apart, leave the panel at the top.
///
/// ```
/// let (rates, losses) = ([1e-4, 1e-3, 1e-2, 1e-1], [2.0, 1.5, 1.0, 8.0]);
/// let picture = firelight_plots::lr_find_curve(&rates, &losses, &[("valley", 1e-3)]);
/// ```
pub fn lr_find_curve(rates: &[f32], losses: &[f32], suggestions: &[(&str, f32)]) -> RgbImage {
    let usable = |rate: f32| rate.is_finite() && rate > 0.0;
    let points: Vec<(f64, f64)> = rates
        .iter()
        .zip(losses)
        .filter(|(rate, _)| usable(**rate))
        .map(|(&rate, &loss)| (f64::from(rate), f64::from(loss)))
        .collect();
    let y = Axis::around(interesting(&points).into_iter());
    let shown = suggestions.iter().filter(|(_, rate)| usable(*rate));
    let x = Axis::log(points.iter().map(|point| point.0).chain(shown.clone().map(|(_, rate)| f64::from(*rate))));
    let mut lines = vec![Series { name: "loss".to_owned(), pen: Pen::solid(BLUE, 2.5), look: Look::Line, points }];
    for (number, &(name, rate)) in shown.enumerate() {
        let rate = f64::from(rate);
        let color = SERIES[(number + 1) % SERIES.len()];
        let pen = Pen { color, width: 1.8, dash: DASHES[number % DASHES.len()] };
        let spot = height_at(&lines[0].points, rate).map(|loss| (rate, loss));
        let name = format!("{name}: {}", short(rate));
        lines.push(Series { name, pen, look: Look::Line, points: vec![(rate, y.lo), (rate, y.hi)] });
        lines.push(Series { name: String::new(), pen, look: Look::Dotted, points: spot.into_iter().collect() });
    }
    let chart = Chart {
        title: "Learning rate search",
        x_title: "learning rate (logarithmic)",
        y_title: "loss",
        x,
        y,
        lines,
        when_empty: "no step yet",
    };
    let mut canvas = Canvas::new(WIDTH, 600.0);
    chart.draw(&mut canvas, 0.0, 600.0);
    canvas.into_picture()
}

const DASHES: [&[f32]; 4] = [&[8.0, 5.0], &[2.0, 5.0], &[12.0, 5.0, 2.0, 5.0], &[4.0, 4.0]];

/// The losses that set the height of the panel: not those further above most others than these are above the lowest.
fn interesting(points: &[(f64, f64)]) -> Vec<f64> {
    let mut losses: Vec<f64> = points.iter().map(|point| point.1).filter(|loss| loss.is_finite()).collect();
    losses.sort_by(f64::total_cmp);
    let (Some(&lowest), Some(&usual)) = (losses.first(), losses.get(losses.len() * 7 / 10)) else {
        return losses;
    };
    losses.retain(|loss| *loss <= usual + (usual - lowest));
    losses
}

/// The loss on the line between the two tried rates around this one; None outside the tried ones.
fn height_at(points: &[(f64, f64)], rate: f64) -> Option<f64> {
    points.windows(2).find_map(|pair| {
        let [(from, first), (to, second)] = [pair[0], pair[1]];
        let part = (rate / from).ln() / (to / from).ln();
        let height = first + part * (second - first);
        ((0.0..=1.0).contains(&part) && height.is_finite()).then_some(height)
    })
}
