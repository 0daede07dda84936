//! What passes over numbers one by one or row by row: sums, pools, softmax, joined gradients and updates.

use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};
use firelight_layers::update::{AdamFactors, SgdFactors, adam, sgd};
use firelight_layers::{add, max_pool2d, softmax, weigh, with_gradient};
use proptest::prelude::*;

use super::{activated, activations, assert_alike, odds, sprinkled, tensor};
use crate::close::values;

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|number| f64::from(*number)).collect()
}

/// The greatest under each position, of equals the first, what is not a number above all and of these the last; and where it is.
fn pooled(plane: &[f32], [height, width]: [usize; 2], kernel: usize, stride: usize, padding: usize) -> Vec<usize> {
    let out = |size: usize| (size + 2 * padding - kernel) / stride + 1;
    let at = |position: usize, tap: usize| (position * stride + tap).checked_sub(padding);
    let mut places = Vec::new();
    for y in 0..out(height) {
        for x in 0..out(width) {
            let mut best: Option<usize> = None;
            for tap in 0..kernel * kernel {
                let (Some(row), Some(column)) = (at(y, tap / kernel), at(x, tap % kernel)) else { continue };
                if row < height && column < width {
                    let here = row * width + column;
                    if best.is_none_or(|best| plane[here].is_nan() || plane[here] > plane[best]) {
                        best = Some(here);
                    }
                }
            }
            places.push(best.unwrap());
        }
    }
    places
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_sum_is_that_of_its_numbers(a in odds(), b in odds(), activation in activations(), on_graph in any::<bool>()) {
        let (shape, length) = ([2, 3, 4, 5], 120);
        let (first, second) = (sprinkled(length, 1, &a), sprinkled(length, 2, &b));
        let expected: Vec<(f64, bool)> = first.iter().zip(&second)
            .map(|(a, b)| activated(activation, f64::from(*a) + f64::from(*b))).collect();
        let device = if on_graph { Device::flex().autodiff() } else { Device::flex() };
        let x = tensor(&first, shape, &device);
        let x = if on_graph { x.require_grad() } else { x };
        let y = add(x.clone(), tensor(&second, shape, &device), activation);
        assert_alike("sum", &values(y.clone().inner()), &expected.iter().map(|(y, _)| *y).collect::<Vec<_>>(), 1e-6);
        if on_graph {
            let gradient = values(x.grad(&y.sum().backward()).unwrap());
            for (gradient, (sum, open)) in gradient.iter().zip(&expected) {
                prop_assert!(sum.abs() < 1e-6 || (*gradient != 0.0) == *open, "{gradient} at {sum}");
            }
        }
    }

    #[test]
    fn a_pool_takes_what_is_not_a_number_and_gives_it_the_gradient(
        odd in odds(),
        all_low in any::<bool>(),
        size in [3usize..10, 3usize..10],
        kernel in 2usize..4,
        stride in 1usize..4,
        padding in 0usize..2,
    ) {
        let length = 2 * size[0] * size[1];
        // Of nothing but -inf the first inside the picture is meant, not the first of the window.
        let numbers = if all_low { vec![f32::NEG_INFINITY; length] } else { sprinkled(length, 1, &odd) };
        let device = Device::flex().autodiff();
        let x = tensor(&numbers, [1, 2, size[0], size[1]], &device).require_grad();
        let options = MaxPoolOptions::new([kernel; 2]).with_stride([stride; 2]).with_padding([padding; 2]);
        let y = max_pool2d(x.clone(), options);
        let places: Vec<usize> = numbers.chunks(length / 2).enumerate()
            .flat_map(|(plane, numbers)| pooled(numbers, size, kernel, stride, padding).into_iter().map(move |at| plane * length / 2 + at))
            .collect();
        let upstream = sprinkled(places.len(), 3, &odd);
        let mut expected = vec![0.0; length];
        for (place, upstream) in places.iter().zip(&upstream) {
            expected[*place] += f64::from(*upstream);
        }
        let shape = y.dims();
        let gradients = (y.clone() * tensor(&upstream, shape, &device)).sum().backward();
        let taken: Vec<f64> = places.iter().map(|place| f64::from(numbers[*place])).collect();
        assert_alike("pool", &values(y.inner()), &taken, 0.0);
        assert_alike("gradient", &values(x.grad(&gradients).unwrap()), &expected, 1e-5);
    }

    #[test]
    fn a_softmax_is_its_formula(odd in odds(), batch in 1usize..5, classes in 1usize..40, floored in any::<bool>()) {
        let least = if floored { -1e37 } else { f32::NEG_INFINITY };
        let scores = sprinkled(batch * classes, 1, &odd);
        let [mut probabilities, mut highest, mut log_sums] = [Vec::new(), Vec::new(), Vec::new()];
        for row in scores.chunks(classes) {
            let row: Vec<f64> = row.iter().map(|x| if *x < least { f64::from(least) } else { f64::from(*x) }).collect();
            let top = if row.iter().any(|x| x.is_nan()) { f64::NAN } else { row.iter().copied().fold(f64::NEG_INFINITY, f64::max) };
            let powers: Vec<f64> = row.iter().map(|x| (x - top).exp()).collect();
            let total: f64 = powers.iter().sum();
            probabilities.extend(powers.iter().map(|power| power / total));
            highest.push(top);
            log_sums.push(total.ln());
        }
        let parts = softmax(tensor(&scores, [batch, classes], &Device::flex()), least);
        assert_alike("probabilities", &values(parts.probabilities), &probabilities, 1e-5);
        assert_alike("highest", &values(parts.highest), &highest, 1e-6);
        assert_alike("log sum", &values(parts.log_sum), &log_sums, 1e-5);
    }

    #[test]
    fn weighed_rows_are_their_formula(odd in odds(), odd_weights in odds(), classes in 1usize..40, shifted in any::<bool>()) {
        let (scores, weights) = (sprinkled(3 * classes, 1, &odd), sprinkled(3 * classes, 2, &odd_weights));
        let offsets = sprinkled(3, 3, &[]);
        let expected: Vec<f64> = (0..3).map(|row| {
            let of = |numbers: &[f32]| wide(&numbers[row * classes..][..classes]);
            let floor = |x: f64| if shifted && x < -1e37 { -1e37 } else { x };
            let offset = if shifted { f64::from(offsets[row]) } else { 0.0 };
            of(&scores).into_iter().zip(of(&weights)).map(|(score, weight)| floor(score - offset) * weight).sum()
        }).collect();
        let device = Device::flex();
        let offsets = shifted.then(|| tensor(&offsets, [3, 1], &device));
        let [scores, weights] = [scores, weights].map(|numbers| tensor(&numbers, [3, classes], &device));
        let least = if shifted { -1e37 } else { f32::NEG_INFINITY };
        assert_alike("sums", &values(weigh(scores, weights, offsets, least)), &expected, 1e-4);
    }

    #[test]
    fn a_joined_gradient_is_multiplied_by_what_comes_from_above(odd in odds(), odd_factors in odds()) {
        let device = Device::flex().autodiff();
        let gradient = sprinkled(4 * 6, 1, &odd);
        let factors = sprinkled(4, 2, &odd_factors);
        let x = Tensor::<2>::zeros([4, 6], &device).require_grad();
        let joined = with_gradient(x.clone(), tensor(&factors, [4], &Device::flex()), tensor(&gradient, [4, 6], &Device::flex()));
        assert_alike("values", &values(joined.clone().inner()), &wide(&factors), 0.0);
        let gradients = (joined * tensor(&factors, [4], &device)).sum().backward();
        let expected: Vec<f64> = gradient.iter().enumerate().map(|(at, g)| f64::from(*g) * f64::from(factors[at / 6])).collect();
        assert_alike("gradient", &values(x.grad(&gradients).unwrap()), &expected, 1e-6);
    }

    #[test]
    fn updates_are_their_formulas(odd in odds(), odd_state in odds(), nesterov in any::<bool>(), with_momentum in any::<bool>()) {
        let length = 300;
        let (gradient, state) = (sprinkled(length, 2, &odd), sprinkled(length, 3, &odd_state));
        let parameter = sprinkled(length, 1, &[]);
        let squares: Vec<f32> = state.iter().map(|x| x * x).collect();
        let device = Device::flex();
        let here = |numbers: &[f32]| tensor(numbers, [length], &device);
        let each = |of: &dyn Fn(f64, f64, f64) -> f64| -> Vec<f64> {
            (0..length).map(|at| of(f64::from(parameter[at]), f64::from(state[at]), f64::from(gradient[at]))).collect()
        };

        let factors = AdamFactors { momentum: 0.9, sqr_momentum: 0.99, rate: 0.01, square_unbias: 1.7, epsilon: 1e-5, keep: 0.999 };
        let [p, m, v] = adam(&factors, here(&parameter), Some([here(&state), here(&squares)]), here(&gradient));
        let mean = |m: f64, g: f64| m * 0.9 + g * 0.1;
        let square = |m: f64, g: f64| m * m * 0.99 + g * g * 0.01;
        assert_alike("mean", &values(m), &each(&|_, m, g| mean(m, g)), 1e-5);
        assert_alike("square", &values(v), &each(&|_, m, g| square(m, g)), 1e-5);
        let expected = each(&|p, m, g| p * 0.999 - mean(m, g) / ((square(m, g) * 1.7).sqrt() + 1e-5) * 0.01);
        assert_alike("adam", &values(p), &expected, 1e-4);

        let factors = SgdFactors { momentum: 0.9, fresh: 0.8, rate: 0.1, keep: 0.95, nesterov };
        let (p, v) = sgd(&factors, here(&parameter), with_momentum.then(|| here(&state)), here(&gradient));
        let velocity = |v: f64, g: f64| v * 0.9 + g * 0.8;
        let step = |v: f64, g: f64| match (with_momentum, nesterov) {
            (false, _) => g,
            (true, false) => velocity(v, g),
            (true, true) => g + velocity(v, g) * 0.9,
        };
        assert_alike("descent", &values(p), &each(&|p, v, g| p * 0.95 - 0.1 * step(v, g)), 1e-5);
        if let Some(v) = v {
            assert_alike("velocity", &values(v), &each(&|_, v, g| velocity(v, g)), 1e-5);
        }
    }
}
