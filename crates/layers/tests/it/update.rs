use burn::tensor::{Device, Tensor};
use firelight_layers::update::{AdamFactors, SgdFactors, adam, sgd, sum_of_squares};

use crate::close::{devices, numbers, values};

const ADAM: AdamFactors =
    AdamFactors { momentum: 0.9, sqr_momentum: 0.99, rate: 0.01, square_unbias: 1.7, epsilon: 1e-5, keep: 0.999 };

/// More numbers than one thread takes, and no multiple of a vector.
const COUNT: usize = 37 * 501;

fn assert_near(ours: Tensor<1>, expected: impl Fn(usize) -> f64) {
    assert_eq!(ours.dims(), [COUNT]);
    for (index, ours) in values(ours).into_iter().enumerate() {
        let expected = expected(index);
        assert!(
            (f64::from(ours) - expected).abs() <= 2e-6 * expected.abs().max(1.0),
            "{index}: {ours}, not {expected}"
        );
    }
}

#[test]
fn a_step_of_adam_is_its_formula() {
    let device = Device::flex();
    let [parameter, mean, gradient] = [1, 2, 3].map(|seed| numbers([COUNT], seed, &device));
    let square = numbers([COUNT], 4, &device).abs();
    let host = [&parameter, &mean, &square, &gradient].map(|tensor| values(tensor.clone()));
    let at = |index: usize| host.each_ref().map(|numbers| f64::from(numbers[index]));
    let next = |[p, m, s, g]: [f64; 4]| {
        let (m, s) = (0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g * g);
        [0.999 * p - 0.01 * m / ((1.7 * s).sqrt() + 1e-5), m, s]
    };
    let after = adam(&ADAM, parameter, Some([mean, square]), gradient);
    for (part, ours) in after.into_iter().enumerate() {
        assert_near(ours, |index| next(at(index))[part]);
    }
}

#[test]
fn a_step_of_descent_is_its_formula() {
    let device = Device::flex();
    for nesterov in [false, true] {
        let factors = SgdFactors { momentum: 0.9, fresh: 0.8, rate: 0.1, keep: 0.95, nesterov };
        let [parameter, velocity, gradient] = [1, 2, 3].map(|seed| numbers([COUNT], seed, &device));
        let host = [&parameter, &velocity, &gradient].map(|tensor| values(tensor.clone()));
        let at = |index: usize| host.each_ref().map(|numbers| f64::from(numbers[index]));
        let next = |[p, v, g]: [f64; 3]| {
            let v = 0.9 * v + 0.8 * g;
            [0.95 * p - 0.1 * if nesterov { g + 0.9 * v } else { v }, v]
        };
        let (after, velocity) = sgd(&factors, parameter, Some(velocity), gradient);
        assert_near(after, |index| next(at(index))[0]);
        assert_near(velocity.expect("a velocity"), |index| next(at(index))[1]);
    }
}

#[test]
fn a_tensor_that_is_shared_is_not_changed() {
    let device = Device::flex();
    let parameter = numbers([100], 1, &device);
    let before = parameter.clone().into_data();
    let factors = SgdFactors { momentum: 0.0, fresh: 1.0, rate: 0.1, keep: 1.0, nesterov: false };
    let (after, _) = sgd(&factors, parameter.clone(), None, numbers([100], 2, &device));
    parameter.into_data().assert_eq(&before, true);
    assert_ne!(after.into_data(), before);
}

#[test]
fn squares_are_added_up_as_by_operations_and_what_is_no_number_stays_it() {
    for length in [0, 1, 31, 32, 33, 1 << 14, (1 << 14) + 5, 100_000] {
        for device in devices() {
            let drawn = numbers([length], 3, &device);
            let sum: f64 = values(drawn.clone()).into_iter().map(|x| f64::from(x).powi(2)).sum();
            let ours = f64::from(sum_of_squares(drawn).into_scalar::<f32>());
            assert!((ours - sum).abs() <= 1e-5 * sum, "of {length}: {ours} is not {sum}");
        }
    }
    for (odd, place) in [(f32::NAN, 40), (f32::INFINITY, 99_999), (f32::NEG_INFINITY, 0)] {
        let mut all: Vec<f32> = vec![0.1; 100_000];
        all[place] = odd;
        let sum = sum_of_squares(Tensor::<1>::from_floats(all.as_slice(), &Device::flex())).into_scalar::<f32>();
        assert!(if odd.is_nan() { sum.is_nan() } else { sum == f32::INFINITY }, "{odd}: {sum}");
    }
}

/// The passes against burn's operations, which the second device has.
#[cfg(feature = "ndarray")]
mod by_operations {
    use super::*;
    use crate::close::assert_close;

    fn both() -> [Device; 2] {
        crate::close::devices().try_into().expect("two devices")
    }

    #[test]
    fn adam_in_one_pass_is_adam_by_operations() {
        let run = |device: &Device| {
            let shape = [37, 500];
            let gradient = numbers(shape, 2, device);
            let first = adam(&ADAM, numbers(shape, 1, device), None, gradient);
            let [parameter, mean, square] = first;
            adam(&ADAM, parameter, Some([mean, square]), numbers(shape, 3, device))
        };
        let [ours, theirs] = both().map(|device| run(&device));
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            let theirs = Tensor::from_data(theirs.into_data(), &Device::flex());
            assert_close("adam", ours, theirs);
        }
    }

    #[test]
    fn descent_in_one_pass_is_descent_by_operations() {
        for (momentum, nesterov) in [(None, false), (Some(0.9), false), (Some(0.9), true)] {
            let factors = SgdFactors { momentum: momentum.unwrap_or(0.0), fresh: 0.8, rate: 0.1, keep: 0.95, nesterov };
            let run = |device: &Device| {
                let velocity = momentum.map(|_| numbers([3, 4, 5], 4, device));
                let (parameter, velocity) =
                    sgd(&factors, numbers([3, 4, 5], 1, device), velocity, numbers([3, 4, 5], 2, device));
                assert_eq!(velocity.is_some(), momentum.is_some());
                velocity.unwrap_or_else(|| parameter.zeros_like()) + parameter.mul_scalar(10.0)
            };
            let [ours, theirs] = both().map(|device| run(&device));
            assert_close("descent", ours, Tensor::from_data(theirs.into_data(), &Device::flex()));
        }
    }
}
