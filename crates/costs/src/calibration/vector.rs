//! Vector scaling: a convex problem in two numbers a class, by Newton's method with conjugate gradients inside.

use super::fit::Example;
use crate::logs::softmax;

/// Factors `w` and summands `b` with the least `Σ −log softmax(w z + b)[y] + penalty / 2 (|w − centre|² + |b|²)`.
pub(super) fn fit(examples: &[Example], classes: usize, centre: f64, penalty: f64) -> (Vec<f64>, Vec<f64>) {
    let problem = Problem { examples, classes, centre, penalty };
    // Factors first, then summands.
    let mut numbers = [vec![centre; classes], vec![0.0; classes]].concat();
    let mut value = problem.value(&numbers);
    for _ in 0..100 {
        let shares: Vec<Vec<f64>> = examples.iter().map(|(logs, _)| softmax(&scores(logs, &numbers))).collect();
        let slope = problem.slope(&numbers, &shares);
        let step = problem.newton_step(&slope, &shares);
        let fall = dot(&slope, &step);
        // Half a step until it goes down as a quarter of the slope says, but for what rounding hides.
        let mut share = 1.0;
        let (next, at) = loop {
            let next: Vec<f64> = numbers.iter().zip(&step).map(|(number, step)| number - share * step).collect();
            let at = problem.value(&next);
            if at <= value - 0.25 * share * fall + 1e-12 * (1.0 + value) || share < 1e-10 {
                break (next, at);
            }
            share /= 2.0;
        };
        (numbers, value) = (next, at);
        // The square of what is left to go, measured by the curvature.
        if fall < 1e-16 {
            break;
        }
    }
    let biases = numbers.split_off(classes);
    (numbers, biases)
}

struct Problem<'a> {
    examples: &'a [Example],
    classes: usize,
    centre: f64,
    penalty: f64,
}

impl Problem<'_> {
    fn value(&self, numbers: &[f64]) -> f64 {
        let loss = |(logs, target): &Example| {
            let scores = scores(logs, numbers);
            let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            highest + scores.iter().map(|score| (score - highest).exp()).sum::<f64>().ln() - scores[*target]
        };
        let away: f64 = self.away(numbers).map(|distance| distance * distance).sum();
        self.examples.iter().map(loss).sum::<f64>() + 0.5 * self.penalty * away
    }

    /// How far each number is from where it is held.
    fn away(&self, numbers: &[f64]) -> impl Iterator<Item = f64> {
        let (classes, centre) = (self.classes, self.centre);
        numbers.iter().enumerate().map(move |(at, number)| if at < classes { number - centre } else { *number })
    }

    fn slope(&self, numbers: &[f64], shares: &[Vec<f64>]) -> Vec<f64> {
        let mut slope: Vec<f64> = self.away(numbers).map(|distance| self.penalty * distance).collect();
        for ((logs, target), shares) in self.examples.iter().zip(shares) {
            for class in 0..self.classes {
                let gap = shares[class] - f64::from(class == *target);
                slope[class] += gap * logs[class];
                slope[self.classes + class] += gap;
            }
        }
        slope
    }

    /// The second derivative along a direction.
    fn bend(&self, direction: &[f64], shares: &[Vec<f64>]) -> Vec<f64> {
        let mut bend: Vec<f64> = direction.iter().map(|number| self.penalty * number).collect();
        for ((logs, _), shares) in self.examples.iter().zip(shares) {
            let moves = scores(logs, direction);
            let mean = dot(&moves, shares);
            for class in 0..self.classes {
                let change = shares[class] * (moves[class] - mean);
                bend[class] += change * logs[class];
                bend[self.classes + class] += change;
            }
        }
        bend
    }

    /// Solves `bend(step) = slope` by conjugate gradients, to a thousandth: Newton's next step mends the rest.
    fn newton_step(&self, slope: &[f64], shares: &[Vec<f64>]) -> Vec<f64> {
        let mut step = vec![0.0; slope.len()];
        let (mut rest, mut direction) = (slope.to_vec(), slope.to_vec());
        let mut size = dot(&rest, &rest);
        let enough = 1e-6 * size;
        for _ in 0..4 * slope.len() + 50 {
            if size <= enough {
                break;
            }
            let bend = self.bend(&direction, shares);
            let curvature = dot(&direction, &bend);
            if curvature <= 0.0 {
                break;
            }
            let length = size / curvature;
            for at in 0..step.len() {
                step[at] += length * direction[at];
                rest[at] -= length * bend[at];
            }
            let next = dot(&rest, &rest);
            for (direction, rest) in direction.iter_mut().zip(&rest) {
                *direction = rest + next / size * *direction;
            }
            size = next;
        }
        step
    }
}

/// `w z + b`.
fn scores(logs: &[f64], numbers: &[f64]) -> Vec<f64> {
    let (weights, biases) = numbers.split_at(logs.len());
    logs.iter().zip(weights).zip(biases).map(|((log, weight), bias)| log * weight + bias).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
