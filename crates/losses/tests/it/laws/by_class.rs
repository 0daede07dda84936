//! Losses over class numbers against their formulas.

use burn::tensor::Device;
use firelight_losses::{Loss, Parts, Reduction, Totals};
use proptest::prelude::*;

use super::losses::{Case, World};
use super::{IGNORED, alike, classes, floats, logits, rows, value_and_gradient};

/// Any number of classes and rows: none, one, some.
fn batches() -> impl Strategy<Value = (usize, Vec<f32>, Vec<usize>)> {
    (prop_oneof![1 => Just(1usize), 6 => Just(5usize)], prop_oneof![1 => Just(0usize), 6 => 1..7usize]).prop_flat_map(
        |(classes, batch)| (Just(classes), logits(batch, classes), prop::collection::vec(0..=classes, batch)),
    )
}

/// Class numbers of a case: the number beyond the classes stands for an ignored row.
fn targets(case: &Case, drawn: &[usize], classes: usize) -> Vec<i64> {
    let of = |drawn: &usize| match *drawn {
        class if class < classes => class as i64,
        _ if case.ignores => IGNORED,
        _ => 0,
    };
    drawn.iter().map(of).collect()
}

/// A batch as the formulas have it.
struct Expected {
    /// Numerator and denominator of each term of each row; nothing of ignored rows.
    terms: Vec<Vec<[f64; 2]>>,
    /// The slopes of each term's numerator of each row.
    slopes: Vec<Vec<Vec<f64>>>,
}

impl Expected {
    fn of(case: &Case, logits: &[f32], targets: &[i64], classes: usize) -> Self {
        let z: Vec<Vec<f64>> = logits.chunks(classes).map(|row| row.iter().map(|z| f64::from(*z)).collect()).collect();
        let mut expected = Self { terms: Vec::new(), slopes: Vec::new() };
        for (row, target) in z.iter().zip(targets) {
            let Ok(class) = usize::try_from(*target) else {
                let nothing = (case.terms)(&vec![0.0; classes], &vec![0.0; classes], 0).len();
                expected.terms.push(vec![[0.0; 2]; nothing]);
                expected.slopes.push(vec![vec![0.0; classes]; nothing]);
                continue;
            };
            let terms = (case.terms)(row, row, class);
            let slope = |term: usize, at: usize| {
                if !terms[term][0].is_finite() || !row[at].is_finite() {
                    return if terms[term][0].is_nan() { f64::NAN } else { 0.0 };
                }
                let step = 1e-5 * (1.0 + 1e-3 * row[at].abs());
                let moved = |by: f64| {
                    let mut moved = row.clone();
                    moved[at] += by;
                    (case.terms)(&moved, row, class)[term][0]
                };
                (moved(step) - moved(-step)) / (2.0 * step)
            };
            expected
                .slopes
                .push((0..terms.len()).map(|term| (0..classes).map(|at| slope(term, at)).collect()).collect());
            expected.terms.push(terms);
        }
        expected
    }

    fn value(&self, row: usize) -> f64 {
        self.terms[row].iter().map(|term| term[0]).sum()
    }

    fn sums(&self) -> Vec<[f64; 2]> {
        let terms = self.terms.first().map_or(0, Vec::len);
        let sum = |term: usize, part: usize| self.terms.iter().map(|row| row[term][part]).sum();
        (0..terms).map(|term| [sum(term, 0), sum(term, 1)]).collect()
    }

    fn mean(&self) -> f64 {
        let quotient = |[numerator, denominator]: [f64; 2]| {
            if denominator == 0.0 && !numerator.is_nan() { 0.0 } else { numerator / denominator }
        };
        self.sums().into_iter().map(quotient).sum()
    }
}

/// The largest gap between logits that are numbers: what rounding is relative to.
fn spread(row: &[f32]) -> f64 {
    let finite = || row.iter().copied().filter(|z| z.is_finite());
    let spread = f64::from(finite().fold(0.0, f32::max)) - f64::from(finite().fold(0.0, f32::min));
    10.0 * spread
}

/// Rows of nothing but -inf have no probabilities; all that is promised is a loss that is a number or infinite.
fn is_nowhere(row: &[f32]) -> bool {
    row.iter().all(|z| *z == f32::NEG_INFINITY)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn values_gradients_and_means_are_the_formulas((classes_, z, drawn) in batches()) {
        let device = Device::flex().autodiff();
        for case in World::of(classes_).by_class() {
            let name = case.loss.describe();
            let numbers = targets(&case, &drawn, classes_);
            let expected = Expected::of(&case, &z, &numbers, classes_);
            let output = || rows(&z, numbers.len(), classes_, &device);
            let of = || classes(&numbers, &device);
            let (values, gradient) = value_and_gradient(case.loss.as_ref(), output(), of(), Parts::per_example);
            prop_assert_eq!(values.len(), numbers.len());
            for (row, value) in values.iter().enumerate() {
                let (z, slopes) = (&z[row * classes_..][..classes_], &gradient[row * classes_..][..classes_]);
                if is_nowhere(z) && numbers[row] >= 0 {
                    prop_assert!(!value.is_nan() && slopes.iter().all(|slope| slope.is_finite()), "{name} {value} {slopes:?}");
                    continue;
                }
                let want = expected.value(row);
                prop_assert!(alike(*value, want, spread(z)), "{name} of {z:?} for {}: {value}, not {want}", numbers[row]);
                for (at, slope) in slopes.iter().enumerate() {
                    let want: f64 = expected.slopes[row].iter().map(|term| term[at]).sum();
                    if want.is_nan() {
                        prop_assert!(slope.is_nan(), "{name} of {z:?}: slope {slope}");
                    } else if value.is_infinite() {
                        prop_assert!(slope.is_finite(), "{name} of {z:?}: slope {slope}");
                    } else {
                        let near = (f64::from(*slope) - want).abs() <= 3e-4 * (1.0 + want.abs());
                        prop_assert!(near, "{name} of {z:?} for {}: slope {at} is {slope}, not {want}", numbers[row]);
                    }
                }
            }
        }
    }

    /// A mean is Σ numerators / Σ denominators, on the device, on the host, and over any partition of the batch.
    #[test]
    fn any_partition_of_a_batch_has_its_mean((classes_, z, drawn) in batches(), cut in any::<usize>(), again in any::<usize>()) {
        let device = Device::flex().autodiff();
        for case in World::of(classes_).by_class() {
            let name = case.loss.describe();
            let numbers = targets(&case, &drawn, classes_);
            if z.chunks(classes_).any(is_nowhere) {
                continue;
            }
            let expected = Expected::of(&case, &z, &numbers, classes_);
            let parts = |from: usize, to: usize| {
                let output = rows(&z[from * classes_..to * classes_], to - from, classes_, &device);
                case.loss.parts(output, classes(&numbers[from..to], &device))
            };
            let whole = parts(0, numbers.len());
            let mut totals = Totals::default();
            let mut cuts = [0, cut % (numbers.len() + 1), again % (numbers.len() + 1), numbers.len()];
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                let mut shard = Totals::default();
                shard.add(&parts(pair[0], pair[1]));
                totals.merge(&shard);
            }
            let size = z.chunks(classes_).map(spread).fold(0.0, f64::max);
            let want = expected.mean();
            let mean = floats(whole.mean().inner())[0];
            prop_assert!(alike(mean, want, size), "{name}: mean {mean}, not {want}");
            prop_assert!(alike(totals.mean() as f32, want, size), "{name}: {totals:?}, not {want}");
            for (term, [numerator, denominator]) in whole.sums().into_iter().enumerate() {
                let sums = expected.sums();
                let [n, d] = sums.get(term).copied().unwrap_or_default();
                prop_assert!(alike(floats(numerator.inner())[0], n, 7.0 * size), "{name}: numerators of term {term}");
                // A row that is not a number has some pair weight, which is no matter.
                if z.iter().all(|z| z.is_finite()) {
                    prop_assert!(alike(floats(denominator.inner())[0], d, 0.0), "{name}: denominators of term {term}");
                }
            }
            let forward = floats(case.loss.forward(rows(&z, numbers.len(), classes_, &device), classes(&numbers, &device), Reduction::Mean).inner());
            prop_assert!(forward[0].to_bits() == mean.to_bits() || forward[0].is_nan() && mean.is_nan());
        }
    }

    /// The gradient of a mean is that of the numerators over the denominators, and 0 where these are 0.
    #[test]
    fn the_gradient_of_a_mean_is_divided_once((classes_, z, drawn) in batches()) {
        let device = Device::flex().autodiff();
        for case in World::of(classes_).by_class() {
            let name = case.loss.describe();
            let numbers = targets(&case, &drawn, classes_);
            // What is not a number stays in its row: see the law of that.
            if numbers.is_empty() || z.iter().any(|z| !z.is_finite()) {
                continue;
            }
            let expected = Expected::of(&case, &z, &numbers, classes_);
            let output = rows(&z, numbers.len(), classes_, &device);
            let (_, gradient) = value_and_gradient(case.loss.as_ref(), output, classes(&numbers, &device), Parts::mean);
            let sums = expected.sums();
            for (at, slope) in gradient.iter().enumerate() {
                let (row, class) = (at / classes_, at % classes_);
                let share = |(term, slopes): (usize, &Vec<f64>)| {
                    if sums[term][1] == 0.0 { 0.0 } else { slopes[class] / sums[term][1] }
                };
                let want: f64 = expected.slopes[row].iter().enumerate().map(share).sum();
                let near = (f64::from(*slope) - want).abs() <= 3e-4 * (1.0 + want.abs());
                prop_assert!(near, "{name} of {z:?} for {numbers:?}: {slope}, not {want}");
            }
        }
    }

    /// Rows do not know each other: in another order they have the same bits, and one that is not a number stays alone.
    #[test]
    fn rows_do_not_know_each_other((classes_, z, drawn) in batches(), turn in any::<usize>(), broken in any::<usize>()) {
        let device = Device::flex().autodiff();
        let batch = drawn.len();
        if batch == 0 {
            return Ok(());
        }
        let (turn, broken) = (turn % batch, broken % batch);
        let mut with_nan = z.clone();
        with_nan[broken * classes_] = f32::NAN;
        let mut turned = z.clone();
        turned.rotate_left(turn * classes_);
        let bits = |numbers: &[f32]| numbers.iter().map(|number| if number.is_nan() { 0 } else { number.to_bits() }).collect::<Vec<_>>();
        for case in World::of(classes_).by_class() {
            let name = case.loss.describe();
            let numbers = targets(&case, &drawn, classes_);
            let run = |z: &[f32], numbers: &[i64]| {
                let output = rows(z, batch, classes_, &device);
                value_and_gradient(case.loss.as_ref(), output, classes(numbers, &device), Parts::per_example)
            };
            let (values, gradient) = run(&z, &numbers);
            let mut turned_numbers = numbers.clone();
            turned_numbers.rotate_left(turn);
            let (mut turned_values, mut turned_gradient) = run(&turned, &turned_numbers);
            turned_values.rotate_right(turn);
            turned_gradient.rotate_right(turn * classes_);
            prop_assert_eq!(bits(&turned_values), bits(&values), "{}", name);
            prop_assert_eq!(bits(&turned_gradient), bits(&gradient), "{}", name);

            let (broken_values, broken_gradient) = run(&with_nan, &numbers);
            for row in 0..batch {
                let of = |numbers: &[f32], each: usize| bits(&numbers[row * each..][..each]);
                if row != broken {
                    prop_assert_eq!(of(&broken_values, 1), of(&values, 1), "{}", name);
                    prop_assert_eq!(of(&broken_gradient, classes_), of(&gradient, classes_), "{}", name);
                } else if numbers[row] == IGNORED {
                    // Ignored, whatever it holds.
                    prop_assert!(broken_values[row] == 0.0, "{name}");
                    prop_assert!(broken_gradient[row * classes_..][..classes_].iter().all(|slope| *slope == 0.0), "{name}");
                } else {
                    prop_assert!(broken_values[row].is_nan(), "{name}: {}", broken_values[row]);
                    prop_assert!(broken_gradient[row * classes_..][..classes_].iter().all(|slope| slope.is_nan()), "{name}");
                }
            }
        }
    }
}

#[test]
fn no_rows_and_rows_that_count_nothing_have_a_mean_of_0_and_no_gradient() {
    let device = Device::flex().autodiff();
    for classes_ in [1, 5] {
        for case in World::of(classes_).by_class() {
            let name = case.loss.describe();
            let empty = case.loss.parts(rows(&[], 0, classes_, &device), classes(&[], &device));
            assert_eq!(floats(empty.mean().inner()), [0.0], "{name}");
            let mut batches = Vec::new();
            if case.ignores {
                batches.push(vec![IGNORED; 3]);
            }
            // The class with a weight of 0.
            if name.contains("class weights") && classes_ > 2 && !name.contains("soft") && !name.contains("unweighted")
            {
                batches.push(vec![2; 3]);
            }
            for numbers in batches {
                let z = vec![1.5; numbers.len() * classes_];
                let output = rows(&z, numbers.len(), classes_, &device).require_grad();
                let mean = case.loss.parts(output.clone(), classes(&numbers, &device)).mean();
                let gradient = output.grad(&mean.clone().backward()).map(floats).unwrap_or_default();
                assert_eq!(floats(mean.inner()), [0.0], "{name} {numbers:?}");
                assert!(gradient.iter().all(|slope| *slope == 0.0), "{name} {numbers:?} {gradient:?}");
            }
        }
    }
}
