//! How far a model of numbers is off, and where.

use image::RgbImage;

use crate::axis::{Axis, short};
use crate::canvas::{Canvas, Pen};
use crate::chart::{Chart, WIDTH};
use crate::palette::{BLUE, INK, ORANGE};
use crate::series::{Look, Series};

/// A regression's outputs: against the targets, with the diagonal on which they should lie, and beside it how often which residual
/// (output less target) occurs, with zero and the mean as lines.
///
/// `name` is what the numbers are, with their unit where they have one: `"age in years"`. Output `i` belongs to target `i`;
/// pairs with a number that is missing or not finite are counted in a note. The histogram has about the square root as many bars as
/// there are pairs, 5 to 40. Of more than 20000 pairs, as many dots are drawn, evenly spread over the list.
///
/// ```
/// let (targets, outputs) = ([1.0, 4.0, 9.0], [1.5, 3.5, 8.0]);
/// let picture = firelight_plots::residuals(&targets, &outputs, "age in years");
/// ```
pub fn residuals(targets: &[f32], outputs: &[f32], name: &str) -> RgbImage {
    let given = targets.len().max(outputs.len());
    let pairs: Vec<(f64, f64)> = targets
        .iter()
        .zip(outputs)
        .filter(|(target, output)| target.is_finite() && output.is_finite())
        .map(|(target, output)| (f64::from(*target), f64::from(*output)))
        .collect();
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    against(&pairs, given, name).draw_in(&mut canvas, [0.0, 0.0, SCATTER, HEIGHT]);
    histogram(&pairs).draw_in(&mut canvas, [SCATTER, 0.0, WIDTH - SCATTER, HEIGHT]);
    canvas.into_picture()
}

const HEIGHT: f32 = 540.0;
const SCATTER: f32 = 530.0;
const MOST_DOTS: usize = 20_000;
const EMPTY: &str = "no pair of numbers";

fn against<'a>(pairs: &[(f64, f64)], given: usize, name: &'a str) -> Chart<'a> {
    let axis = Axis::around(pairs.iter().flat_map(|pair| [pair.0, pair.1]));
    let look = match pairs.len() {
        0..200 => Look::Cloud(4.0, 0.75),
        200..2000 => Look::Cloud(3.0, 0.5),
        2000..8000 => Look::Cloud(2.5, 0.25),
        _ => Look::Cloud(1.8, 0.12),
    };
    let items = if pairs.len() == 1 { "1 item".to_owned() } else { format!("{} items", pairs.len()) };
    let without = match given - pairs.len() {
        0 => String::new(),
        more => format!(", {more} without numbers"),
    };
    let points = pairs.iter().step_by(pairs.len().div_ceil(MOST_DOTS).max(1)).copied().collect();
    // Without an item there is nothing that should be equal.
    let diagonal = if pairs.is_empty() { Vec::new() } else { vec![(axis.lo, axis.lo), (axis.hi, axis.hi)] };
    Chart {
        title: name,
        x_title: "target",
        y_title: "output",
        x: axis,
        y: axis,
        lines: vec![
            Series {
                name: "output = target".to_owned(),
                pen: Pen { color: INK, width: 1.5, dash: &[7.0, 5.0] },
                look: Look::Line,
                points: diagonal,
            },
            Series { name: items + &without, pen: Pen::solid(BLUE, 2.0), look, points },
        ],
        when_empty: EMPTY,
    }
}

fn histogram(pairs: &[(f64, f64)]) -> Chart<'static> {
    let off: Vec<f64> = pairs.iter().map(|(target, output)| output - target).collect();
    // Zero is always on it: a bias shows as the distance of the heap from zero.
    let (lo, hi) = off.iter().fold((0.0, 0.0), |(lo, hi), value| (f64::min(lo, *value), f64::max(hi, *value)));
    let bars = ((off.len() as f64).sqrt().round() as usize).clamp(5, 40);
    // Nothing but zeros: one bar in the middle.
    let (lo, width) = if hi > lo { (lo, (hi - lo) / bars as f64) } else { (-0.5 * bars as f64, 1.0) };
    let mut counts = vec![0_usize; bars];
    for value in &off {
        counts[(((value - lo) / width) as usize).min(bars - 1)] += 1;
    }
    let edge = |bar: usize| lo + bar as f64 * width;
    let highest = counts.iter().copied().max().unwrap_or(0);
    let mut outline = Vec::new();
    if !off.is_empty() {
        outline.push((edge(0), 0.0));
        for (bar, count) in counts.iter().enumerate() {
            outline.extend([(edge(bar), *count as f64), (edge(bar + 1), *count as f64)]);
        }
        outline.push((edge(bars), 0.0));
    }
    let mean = off.iter().sum::<f64>() / off.len().max(1) as f64;
    let distance = off.iter().map(|value| value.abs()).sum::<f64>() / off.len().max(1) as f64;
    let top = highest + highest.div_ceil(16);
    let upright = |at: f64| if off.is_empty() { Vec::new() } else { vec![(at, 0.0), (at, top as f64)] };
    let line = |name: String, pen, points| Series { name, pen, look: Look::Line, points };
    Chart {
        title: "Residuals",
        x_title: "output less target",
        y_title: "items",
        x: Axis::around(outline.iter().map(|point| point.0)),
        y: Axis::steps(top),
        lines: vec![
            Series {
                name: format!("mean absolute error {}", short(distance)),
                pen: Pen::solid(BLUE, 1.5),
                look: Look::Steps,
                points: outline,
            },
            line("zero".to_owned(), Pen { color: INK, width: 1.5, dash: &[7.0, 5.0] }, upright(0.0)),
            line(format!("mean {}", short(mean)), Pen::solid(ORANGE, 2.0), upright(mean)),
        ],
        when_empty: EMPTY,
    }
}
