//! The losses of one row as the books have them, in f64.

use firelight_losses::Taxonomy;

/// `a · b`, where what counts nothing takes out what is infinite.
pub fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 && !b.is_nan() { 0.0 } else { a * b }
}

/// `ln Σ exp`.
pub fn log_sum(scores: impl IntoIterator<Item = f64> + Clone) -> f64 {
    let top = scores.clone().into_iter().fold(f64::NEG_INFINITY, f64::max);
    if scores.clone().into_iter().any(f64::is_nan) || top == f64::INFINITY {
        return f64::NAN;
    }
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + scores.into_iter().map(|score| (score - top).exp()).sum::<f64>().ln()
}

fn all(z: &[f64]) -> f64 {
    log_sum(z.iter().copied())
}

pub fn log_p(z: &[f64], class: usize) -> f64 {
    z[class] - all(z)
}

pub fn p(z: &[f64], class: usize) -> f64 {
    log_p(z, class).exp()
}

/// `-Σ T ln p`.
pub fn cross_entropy(z: &[f64], row: &[f64]) -> f64 {
    let none = all(z) * 0.0;
    -row.iter().enumerate().map(|(class, mass)| times(*mass, log_p(z, class))).sum::<f64>() + none
}

/// `1 - p`, from the others.
fn rest(z: &[f64], class: usize) -> f64 {
    (log_sum(without(z, class)) - all(z)).exp()
}

fn without(z: &[f64], class: usize) -> Vec<f64> {
    z.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, score)| *score).collect()
}

pub fn focal(z: &[f64], class: usize, gamma: f64) -> f64 {
    let hardness = rest(z, class);
    times(if gamma == 0.0 { 1.0 } else { hardness.powf(gamma) }, -log_p(z, class)) + all(z) * 0.0
}

pub fn generalized(z: &[f64], class: usize, q: f64) -> f64 {
    -(q * log_p(z, class)).exp_m1() / q + all(z) * 0.0
}

pub fn symmetric(z: &[f64], class: usize, alpha: f64, beta: f64) -> f64 {
    times(alpha, -log_p(z, class)) - beta * 1e-4_f64.ln() * rest(z, class) + all(z) * 0.0
}

/// fastai's, in which the probability is that of the weighted entropy.
pub fn focal_inside(z: &[f64], class: usize, gamma: f64, weight: f64) -> f64 {
    let entropy = times(weight, -log_p(z, class)) + all(z) * 0.0;
    times((-(-entropy).exp_m1()).powf(gamma), entropy)
}

/// How far the cosines of a row's vector in a frame are from those of a class, squared and added up. The vector follows from the scores and the cosines between the
/// frame's: its squared length is `sᵀ S⁻¹ s`. Of scores of nothing there is no direction, at `at` or here.
pub fn directions(z: &[f64], at: &[f64], cosines: &[f64], class: usize) -> f64 {
    let (size, lowest) = (z.len(), z.contains(&f64::NEG_INFINITY));
    let highest = |row: &[f64]| row.iter().fold(0.0, |most: f64, score| most.max(score.abs()));
    let z = if highest(at) < 1e-6 { at } else { z };
    // What is infinitely low is all that there is to the direction.
    let unit: Vec<f64> = match highest(z) {
        _ if lowest => z.iter().map(|score| if *score == f64::NEG_INFINITY { -1.0 } else { 0.0 }).collect(),
        0.0 => z.to_vec(),
        most => z.iter().map(|score| score / most).collect(),
    };
    let mut rows: Vec<Vec<f64>> =
        (0..size).map(|row| cosines[row * size..][..size].iter().copied().chain([unit[row]]).collect()).collect();
    for pivot in 0..size {
        let row = rows[pivot].clone();
        for (number, other) in rows.iter_mut().enumerate().filter(|(number, _)| *number != pivot) {
            let factor = other[pivot] / row[pivot];
            debug_assert_ne!(number, pivot);
            other.iter_mut().zip(&row).for_each(|(entry, own)| *entry -= factor * own);
        }
    }
    let length = (0..size).map(|row| unit[row] * rows[row][size] / rows[row][row]).sum::<f64>().sqrt();
    let cosine = |row: usize| if length > 0.0 { unit[row] / length } else { unit[row] };
    (0..size).map(|row| (cosine(row) - cosines[class * size + row]).powi(2)).sum()
}

pub fn expected(z: &[f64], row: &[f64]) -> f64 {
    (0..z.len()).map(|class| p(z, class) * row[class]).sum()
}

pub fn cost_log(z: &[f64], row: &[f64]) -> f64 {
    let term = |class: usize| times(row[class], log_sum(without(z, class)) - all(z));
    -(0..z.len()).map(term).sum::<f64>() + all(z) * 0.0
}

pub fn similarity(z: &[f64], row: &[f64]) -> f64 {
    all(z) - log_sum(z.iter().zip(row).map(|(score, like)| score + like.ln()).collect::<Vec<_>>())
}

/// `Σ λ (-ln p(node | parent))` over the path to a leaf.
pub struct Tree {
    pub tree: Taxonomy,
    pub leaves: Vec<usize>,
}

impl Tree {
    fn below(&self, node: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        (0..self.leaves.len()).filter(move |class| self.tree.up_from(self.leaves[*class]).any(|above| above == node))
    }

    pub fn hierarchical(&self, z: &[f64], class: usize, alpha: f64, height: bool, normalize: bool) -> f64 {
        let edges = |node: usize| if height { self.tree.height(node) } else { self.tree.depth(node) } as f64;
        let weight = |node: usize| (-alpha * edges(node)).exp();
        let unit = if normalize { (0..self.tree.len()).map(weight).sum() } else { 1.0 };
        let mass = |node: usize| log_sum(self.below(node).map(|class| z[class]).collect::<Vec<_>>());
        let step = |node: usize| {
            let (above, here) = (mass(self.tree.parent(node)?), mass(node));
            // Below what cannot be, all is as likely.
            Some(if above == f64::NEG_INFINITY { 0.0 } else { weight(node) / unit * (above - here) })
        };
        self.tree.up_from(self.leaves[class]).filter_map(step).sum::<f64>() + all(z) * 0.0
    }

    /// `Σ w |P(below) - Q(below)|`.
    pub fn wasserstein(&self, z: &[f64], label: &[f64]) -> f64 {
        let edge = |node: usize| {
            let parent = self.tree.parent(node)?;
            let weight = (self.tree.height(parent) - self.tree.height(node)) as f64 / 2.0;
            Some(weight * self.below(node).map(|class| p(z, class) - label[class]).sum::<f64>().abs())
        };
        (0..self.tree.len()).filter_map(edge).sum()
    }
}

pub fn distillation(z: &[f64], teacher: &[f64], temperature: f64) -> f64 {
    let [z, teacher] = [z, teacher].map(|row| row.iter().map(|score| score / temperature).collect::<Vec<_>>());
    let term = |class: usize| match p(&teacher, class) {
        0.0 => 0.0,
        share => share * (log_p(&teacher, class) - log_p(&z, class)),
    };
    (0..z.len()).map(term).sum::<f64>() * temperature * temperature + all(&z) * 0.0
}

/// `ln(1 + exp(x))`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Value and gradient.
pub fn binary(z: &[f64], target: &[f64], weights: &[f64]) -> (f64, Vec<f64>) {
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let n = z.len() as f64;
    let value = |class: usize| {
        if z[class].is_nan() {
            return f64::NAN;
        }
        times(weights[class] * target[class], softplus(-z[class])) + times(1.0 - target[class], softplus(z[class]))
    };
    let slope = |class: usize| {
        ((1.0 - target[class]) * logistic(z[class]) - weights[class] * target[class] * logistic(-z[class])) / n
    };
    ((0..z.len()).map(value).sum::<f64>() / n, (0..z.len()).map(slope).collect())
}
