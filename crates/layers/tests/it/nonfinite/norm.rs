use burn::nn::BatchNormConfig;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, keep_statistics, normalize};
use proptest::prelude::*;

use super::{activated, activations, assert_alike, odds, sprinkled, tensor};
use crate::close::values;

const EPSILON: f64 = 1e-5;

/// A batch norm by its formulas, channel by channel.
struct Formula<'a> {
    shape: [usize; 4],
    input: &'a [f32],
    shortcut: Option<&'a [f32]>,
    gamma: &'a [f32],
    beta: &'a [f32],
    activation: Activation,
    upstream: &'a [f32],
}

#[derive(Default)]
struct Results {
    output: Vec<f64>,
    input: Vec<f64>,
    gamma: Vec<f64>,
    beta: Vec<f64>,
    shortcut: Vec<f64>,
    /// Whether some output is so near a bound that the last bits decide.
    doubtful: bool,
}

impl Formula<'_> {
    fn of_channel(&self, channel: usize) -> Vec<usize> {
        let [batch, channels, height, width] = self.shape;
        let plane = height * width;
        (0..batch).flat_map(|picture| (0..plane).map(move |at| (picture * channels + channel) * plane + at)).collect()
    }

    /// By `given` statistics, or by the batch's own.
    fn run(&self, given: Option<[&[f32]; 2]>) -> Results {
        let length = self.input.len();
        let empty = || vec![0.0; length];
        let mut results = Results { output: empty(), input: empty(), shortcut: empty(), ..Results::default() };
        for channel in 0..self.shape[1] {
            let places = self.of_channel(channel);
            let count = places.len() as f64;
            let x = |at: usize| f64::from(self.input[at]);
            let sum = |of: &dyn Fn(usize) -> f64| places.iter().map(|at| of(*at)).sum::<f64>();
            let own = || {
                let mean = sum(&x) / count;
                [mean, sum(&|at| (x(at) - mean).powi(2)) / count]
            };
            let [mean, variance] =
                given.map_or_else(own, |given| given.map(|statistics| f64::from(statistics[channel])));
            let [gamma, beta] = [self.gamma, self.beta].map(|numbers| f64::from(numbers[channel]));
            let inverse = 1.0 / (variance + EPSILON).sqrt();
            let (scale, shift) = (gamma * inverse, beta - mean * gamma * inverse);
            let y = |at: usize| x(at) * scale + shift + self.shortcut.map_or(0.0, |shortcut| f64::from(shortcut[at]));
            let g = |at: usize| if activated(self.activation, y(at)).1 { f64::from(self.upstream[at]) } else { 0.0 };
            let (of_beta, of_gamma) = (sum(&g), sum(&|at| g(at) * (x(at) - mean)) * inverse);
            for at in &places {
                results.doubtful |= y(*at).abs() < 1e-4 || (y(*at) - 6.0).abs() < 1e-4;
                results.output[*at] = activated(self.activation, y(*at)).0;
                results.shortcut[*at] = g(*at);
                let own = (of_beta + of_gamma * (x(*at) - mean) * inverse) / count;
                results.input[*at] = scale * if given.is_some() { g(*at) } else { g(*at) - own };
            }
            results.gamma.push(of_gamma);
            results.beta.push(of_beta);
        }
        results
    }
}

#[derive(Debug, Clone)]
struct Case {
    shape: [usize; 4],
    odd_inputs: Vec<(usize, usize)>,
    odd_shortcut: Option<Vec<(usize, usize)>>,
    odd_upstream: Vec<(usize, usize)>,
    odd_parameters: Vec<(usize, usize)>,
    activation: Activation,
}

fn cases() -> impl Strategy<Value = Case> {
    let few = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec((any::<usize>(), 0..5usize), 1..3)];
    let shape = [1usize..4, 1usize..5, 1usize..9, 2usize..12];
    (shape, odds(), prop::option::of(odds()), odds(), few, activations()).prop_map(
        |(shape, odd_inputs, odd_shortcut, odd_upstream, odd_parameters, activation)| Case {
            shape,
            odd_inputs,
            odd_shortcut,
            odd_upstream,
            odd_parameters,
            activation,
        },
    )
}

/// Compares a layer with the formula: `kept` statistics on a graph or the batch's own.
fn check(case: &Case, kept: bool) -> Result<(), TestCaseError> {
    let Case { shape, activation, .. } = *case;
    let (length, channels) = (shape.iter().product(), shape[1]);
    let input = sprinkled(length, 1, &case.odd_inputs);
    let shortcut = case.odd_shortcut.as_ref().map(|odd| sprinkled(length, 2, odd));
    let upstream = sprinkled(length, 3, &case.odd_upstream);
    let gamma: Vec<f32> = sprinkled(channels, 4, &case.odd_parameters).iter().map(|gamma| gamma * 3.0).collect();
    let (beta, mean) = (sprinkled(channels, 5, &[]), sprinkled(channels, 6, &[]));
    let variance: Vec<f32> = sprinkled(channels, 7, &[]).iter().map(|x| x.abs() + 0.1).collect();
    let formula = Formula {
        shape,
        input: &input,
        shortcut: shortcut.as_deref(),
        gamma: &gamma,
        beta: &beta,
        activation,
        upstream: &upstream,
    };
    let expected = formula.run(kept.then_some([&mean, &variance]));
    prop_assume!(!expected.doubtful || activation == Activation::Identity);

    let device = Device::flex().autodiff();
    let mut layer = BatchNormConfig::new(channels).with_epsilon(EPSILON).init(&device);
    layer.gamma = layer.gamma.map(|_| tensor(&gamma, [channels], &device).require_grad());
    layer.beta = layer.beta.map(|_| tensor(&beta, [channels], &device).require_grad());
    if kept {
        layer.running_mean.update(tensor(&mean, [channels], &device));
        layer.running_var.update(tensor(&variance, [channels], &device));
        layer = keep_statistics(layer);
    }
    let x = tensor(&input, shape, &device).require_grad();
    let s = shortcut.map(|numbers| tensor(&numbers, shape, &device).require_grad());
    let y = normalize(&layer, x.clone(), s.clone(), activation);
    let gradients = (y.clone() * tensor(&upstream, shape, &device)).sum().backward();
    assert_alike("output", &values(y.inner()), &expected.output, 1e-4);
    assert_alike("beta", &values(layer.beta.val().grad(&gradients).unwrap()), &expected.beta, 1e-3);
    assert_alike("gamma", &values(layer.gamma.val().grad(&gradients).unwrap()), &expected.gamma, 1e-3);
    let mut of_input = values(x.grad(&gradients).unwrap());
    let mut expected_input = expected.input.clone();
    // Multiplied out, as it is here, an infinite gamma gives infinities of both signs: what is not finite is NaN or infinite.
    for at in (0..length).filter(|at| !kept && gamma[at / (shape[2] * shape[3]) % channels].is_infinite()) {
        prop_assert!(!of_input[at].is_finite() || of_input[at] == 0.0 && expected_input[at] == 0.0);
        (of_input[at], expected_input[at]) = (0.0, 0.0);
    }
    assert_alike("input", &of_input, &expected_input, 1e-3);
    if let Some(s) = s {
        assert_alike("shortcut", &values(s.grad(&gradients).unwrap()), &expected.shortcut, 1e-6);
    }
    if kept {
        assert_alike("running mean", &values(layer.running_mean.value()), &wide(&mean), 0.0);
        assert_alike("running variance", &values(layer.running_var.value()), &wide(&variance), 0.0);
        // Without a graph, by the other way through the kernels.
        let (x, s) = (x.inner(), shortcut_of(case, length, shape));
        let layer = burn::module::Module::valid(&layer);
        assert_alike("plain", &values(normalize(&layer, x, s, activation)), &expected.output, 1e-4);
    }
    Ok(())
}

fn shortcut_of(case: &Case, length: usize, shape: [usize; 4]) -> Option<Tensor<4>> {
    case.odd_shortcut.as_ref().map(|odd| tensor(&sprinkled(length, 2, odd), shape, &Device::flex()))
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|number| f64::from(*number)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_batch_norm_in_training_is_its_formula_for_any_number(case in cases()) {
        check(&case, false)?;
    }

    /// Kept statistics with gradients for everything: input, gamma, beta and shortcut.
    #[test]
    fn a_batch_norm_with_kept_statistics_is_its_formula_for_any_number(case in cases()) {
        check(&case, true)?;
    }
}

#[test]
fn one_number_that_is_none_makes_its_channel_none() {
    let device = Device::flex().autodiff();
    let layer = BatchNormConfig::new(2).init(&device);
    let mut numbers = sprinkled(2 * 2 * 6, 1, &[]);
    numbers[3] = f32::NAN;
    let x = tensor(&numbers, [2, 2, 2, 3], &device);
    let y = values(normalize(&layer, x, None, Activation::Relu).inner());
    let none: Vec<bool> = y.chunks(6).map(|plane| plane.iter().all(|number| number.is_nan())).collect();
    assert_eq!(none, [true, false, true, false]);
    // The variance used to be 0 here: a norm that looked alive.
    assert!(values(layer.running_var.value_sync().inner())[0].is_nan());
}
