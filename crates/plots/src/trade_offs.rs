//! What a threshold trades: hits against false alarms, precision against recall, a line a class.

use image::RgbImage;

use crate::axis::Axis;
use crate::canvas::{Canvas, Pen};
use crate::chart::Chart;
use crate::palette::{FAINT, OTHERS, SERIES};
use crate::series::{Look, Series};

/// Receiver operating characteristics: for each class its name and its points, `(false positive rate, true positive rate)` from 0 to 1,
/// in the order of the threshold. The legend says the area below each, by trapezoids; the dashed diagonal is chance.
///
/// Of more than ten classes the five of the smallest and the five of the largest area are named, and the others are grey.
/// A point that is not a number leaves a gap and is left out of the area; a class with fewer than two points has no area.
///
/// ```
/// let pug = ("pug".to_string(), vec![(0.0, 0.0), (0.1, 0.8), (1.0, 1.0)]);
/// let picture = firelight_plots::roc_curves(&[pug]);
/// ```
pub fn roc_curves(classes: &[(String, Vec<(f64, f64)>)]) -> RgbImage {
    let trapezoids = |points: &[(f64, f64)]| {
        points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0).sum::<f64>().abs()
    };
    let chance = Series {
        name: if classes.is_empty() { String::new() } else { "chance".to_owned() },
        pen: Pen { color: FAINT, width: 1.5, dash: &[7.0, 5.0] },
        look: Look::Line,
        points: if classes.is_empty() { Vec::new() } else { vec![(0.0, 0.0), (1.0, 1.0)] },
    };
    let titles = ["True against false positives", "false positive rate", "true positive rate"];
    drawn(titles, classes, trapezoids, Some(chance))
}

/// Precision against recall: for each class its name and its points, `(recall, precision)` from 0 to 1, in the order of the threshold.
///
/// The legend says the average precision of each: the sum of each step's gain of recall times the precision there, without a line between
/// the points, which would promise too much (Davis and Goadrich, *The Relationship Between Precision-Recall and ROC Curves*, 2006).
/// Named and grey classes, gaps and missing areas are as in [`roc_curves`].
///
/// ```
/// let pug = ("pug".to_string(), vec![(0.0, 1.0), (0.5, 1.0), (1.0, 0.6)]);
/// let picture = firelight_plots::precision_recall_curves(&[pug]);
/// ```
pub fn precision_recall_curves(classes: &[(String, Vec<(f64, f64)>)]) -> RgbImage {
    // The end of a step with the higher recall is the one that was reached by it, in whichever order the points come.
    let steps = |points: &[(f64, f64)]| {
        let gain = |pair: &[(f64, f64)]| {
            let reached = if pair[1].0 >= pair[0].0 { pair[1].1 } else { pair[0].1 };
            (pair[1].0 - pair[0].0).abs() * reached
        };
        points.windows(2).map(gain).sum::<f64>()
    };
    drawn(["Precision against recall", "recall", "precision"], classes, steps, None)
}

const WIDTH: f32 = 760.0;
const HEIGHT: f32 = 780.0;
const MOST_NAMED: usize = 10;

/// A class's area, where it has one, its name and its points.
type Ranked<'a> = (Option<f64>, &'a str, &'a [(f64, f64)]);

fn drawn(
    [title, x_title, y_title]: [&str; 3],
    classes: &[(String, Vec<(f64, f64)>)],
    area: impl Fn(&[(f64, f64)]) -> f64,
    below: Option<Series>,
) -> RgbImage {
    let mut ranked: Vec<Ranked> = classes
        .iter()
        .map(|(name, points)| {
            let finite: Vec<_> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
            ((finite.len() > 1).then(|| area(&finite)), name.as_str(), points.as_slice())
        })
        .collect();
    let mut lines: Vec<Series> = below.into_iter().collect();
    if ranked.len() > MOST_NAMED {
        // Those without an area are neither the best nor the worst, unless there are no others.
        let (mut known, unknown): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|class| class.0.is_some());
        known.sort_by(|a, b| a.0.unwrap_or(0.0).total_cmp(&b.0.unwrap_or(0.0)));
        let best = known.split_off(known.len() - known.len().min(MOST_NAMED / 2));
        let middle = known.split_off(known.len().min(MOST_NAMED / 2));
        let grey: Vec<_> = middle.into_iter().chain(unknown).collect();
        for (number, (_, _, points)) in grey.iter().enumerate() {
            let name = if number == 0 { format!("{} others", grey.len()) } else { String::new() };
            lines.push(Series { name, pen: Pen::solid(OTHERS, 1.2), look: Look::Line, points: points.to_vec() });
        }
        ranked = known.into_iter().chain(best).collect();
    }
    for (number, (area, name, points)) in ranked.into_iter().enumerate() {
        let name = area.map_or_else(|| name.to_owned(), |area| format!("{name} {area:.3}"));
        let dash: &[f32] = if number < SERIES.len() { &[] } else { &[8.0, 6.0] };
        let pen = Pen { color: SERIES[number % SERIES.len()], width: 2.2, dash };
        lines.push(Series { name, pen, look: Look::Line, points: points.to_vec() });
    }
    let (x, y) = (Axis::shares(), Axis::shares());
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    Chart { title, x_title, y_title, x, y, lines, when_empty: "no class" }
        .draw_in(&mut canvas, [0.0, 0.0, WIDTH, HEIGHT]);
    canvas.into_picture()
}
