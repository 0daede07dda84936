//! What changed step by step: losses, learning rates, momentum.

use image::RgbImage;

use crate::axis::{Axis, short};
use crate::canvas::{Canvas, Pen};
use crate::chart::{Chart, WIDTH};
use crate::palette::{BLUE, INK, ORANGE, PALE_BLUE, SERIES};
use crate::series::{Look, Series};

/// The training loss of every step, thin, its smoothed line, and the validation losses as dots joined by a line.
///
/// `train[i]` is the loss of step `i + 1`; a validation loss stands at the number of steps done before it.
/// Rare spikes, of single training steps and of single epochs, may leave the panel at the top: the smoothed line and the bulk of
/// the validation losses set its height. A value that is not finite leaves a gap.
///
/// ```
/// let picture = firelight_plots::loss_curve(&[0.9, 0.7, 0.5, 0.4], &[(2, 0.6), (4, 0.45)]);
/// ```
pub fn loss_curve(train: &[f32], valid: &[(usize, f32)]) -> RgbImage {
    let smooth = smoothed(train);
    let points = valid.iter().map(|&(step, loss)| (step as f64, f64::from(loss))).collect();
    let last = valid.iter().map(|point| point.0).fold(train.len(), usize::max);
    let trained: Vec<f32> = without_spikes(train).chain(smooth.iter().copied()).collect();
    let fence = fence(valid).max(trained.iter().copied().filter(|value| value.is_finite()).fold(f32::MIN, f32::max));
    let heights = valid.iter().map(|point| point.1).filter(|loss| *loss <= fence).chain(trained);
    let thin = if train.len() < 500 { 1.6 } else { 1.0 };
    let chart = Chart {
        title: "Loss",
        x_title: "step",
        y_title: "loss",
        x: Axis::steps(last),
        y: Axis::around(heights.map(f64::from)),
        lines: vec![
            Series::of_steps("training, each step", Pen::solid(PALE_BLUE, thin), train),
            Series::of_steps("training, smoothed", Pen::solid(BLUE, 2.5), &smooth),
            Series { name: "validation".to_owned(), pen: Pen::solid(ORANGE, 2.5), look: Look::Dotted, points },
        ],
        when_empty: "no step yet",
    };
    let mut canvas = Canvas::new(WIDTH, 600.0);
    chart.draw(&mut canvas, 0.0, 600.0);
    canvas.into_picture()
}

/// Learning rates, one line a parameter group, above the momentum.
///
/// `rates[g][i]` is the rate of group `g` at step `i + 1`. The rates stand on a logarithmic axis when the groups'
/// highest rates lie more than a factor of 20 apart: the slow groups would lie flat on a linear one.
///
/// ```
/// let picture = firelight_plots::rate_curve(&[vec![1e-4, 1e-3, 1e-5]], &[0.95, 0.85, 0.95]);
/// ```
pub fn rate_curve(rates: &[Vec<f32>], momentum: &[f32]) -> RgbImage {
    let steps = rates.iter().map(Vec::len).fold(momentum.len(), usize::max);
    let lines: Vec<Series> = rates.iter().enumerate().map(|(group, rates)| rate_line(group, rates)).collect();
    let values = || rates.iter().flatten().map(|rate| f64::from(*rate));
    let peaks = || rates.iter().map(|rates| f64::from(peak(rates))).filter(|peak| *peak > 0.0);
    let (lowest, highest) = (peaks().fold(f64::MAX, f64::min), peaks().fold(0.0, f64::max));
    let apart = highest > 20.0 * lowest;
    let chart = Chart {
        title: "Learning rate",
        x_title: "step",
        y_title: if apart { "learning rate (logarithmic)" } else { "learning rate" },
        x: Axis::steps(steps),
        // The last steps of one-cycle are nearly zero: three decades below the slowest group's peak are enough.
        y: if apart { Axis::log(values().map(|rate| rate.max(lowest / 1e3))) } else { Axis::around(values()) },
        lines,
        when_empty: "no step yet",
    };
    let below = Chart {
        title: "Momentum",
        x_title: "step",
        y_title: "momentum",
        x: Axis::steps(steps),
        y: Axis::around(momentum.iter().map(|value| f64::from(*value))),
        lines: vec![Series::of_steps("", Pen::solid(INK, 2.5), momentum)],
        when_empty: "no step yet",
    };
    let mut canvas = Canvas::new(WIDTH, 860.0);
    chart.draw(&mut canvas, 0.0, 500.0);
    below.draw(&mut canvas, 500.0, 360.0);
    canvas.into_picture()
}

fn rate_line(group: usize, rates: &[f32]) -> Series {
    const DASHES: [&[f32]; 4] = [&[], &[9.0, 6.0], &[2.0, 5.0], &[12.0, 5.0, 2.0, 5.0]];
    let pen = Pen { color: SERIES[group % SERIES.len()], width: 2.5, dash: DASHES[group % DASHES.len()] };
    let name = format!("group {}, at most {}", group + 1, short(f64::from(peak(rates))));
    Series::of_steps(name, pen, rates)
}

fn peak(rates: &[f32]) -> f32 {
    rates.iter().copied().filter(|rate| rate.is_finite()).fold(0.0, f32::max)
}

/// A moving average with exponentially falling weights, free of the bias to its start (Kingma and Ba, *Adam*, 2015,
/// section 3), over about a 25th of the run.
fn smoothed(values: &[f32]) -> Vec<f32> {
    let keep = 1.0 - 1.0 / (values.len() as f64 / 25.0).clamp(4.0, 60.0);
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut mean = |value: &f32| {
        if !value.is_finite() {
            return f32::NAN;
        }
        sum = keep * sum + (1.0 - keep) * f64::from(*value);
        weight = keep * weight + (1.0 - keep);
        (sum / weight) as f32
    };
    values.iter().map(&mut mean).collect()
}

/// What is over this is far from the bulk of at least four losses: their third quartile and three times what lies between the
/// quartiles (Tukey, *Exploratory Data Analysis*, 1977).
fn fence(valid: &[(usize, f32)]) -> f32 {
    let mut sorted: Vec<f32> = valid.iter().map(|point| point.1).filter(|loss| loss.is_finite()).collect();
    if sorted.len() < 4 {
        return f32::INFINITY;
    }
    sorted.sort_by(f32::total_cmp);
    let (first, third) = (sorted[sorted.len() / 4], sorted[(3 * sorted.len() / 4).min(sorted.len() - 2)]);
    third + 3.0 * (third - first)
}

/// The finite values between the first and the 99th hundredth.
fn without_spikes(values: &[f32]) -> impl Iterator<Item = f32> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let cut = sorted.len() / 100;
    let kept = sorted.len() - 2 * cut;
    sorted.into_iter().skip(cut).take(kept)
}
