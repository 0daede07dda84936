//! Running statistics of batch norms: how they move, and when they stay.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::module::{Module, RunningState};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, keep_statistics, move_statistics, normalize};

use crate::close::{assert_close, devices, numbers, values};

fn near(ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len());
    assert!(ours.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(1.0)), "{ours:?} {expected:?}");
}

/// B50. `PyTorch` 2.15: `m = BatchNorm2d(1); m(tensor([1., 2., 3., 6.]).view(2, 1, 1, 2))`, then `m.running_mean`, `m.running_var`;
/// and `BatchNorm1d(2)` on `[[1., 0.], [3., 4.], [8., 2.]]`.
#[test]
fn the_running_variance_moves_by_the_unbiased_one_as_pytorchs() {
    for device in devices().into_iter().map(Device::autodiff) {
        let layer = BatchNormConfig::new(1).init(&device);
        let x = Tensor::<1>::from_floats([1.0, 2.0, 3.0, 6.0], &device).reshape([2, 1, 1, 2]);
        normalize(&layer, x, None, Activation::Identity);
        near(&values(layer.running_mean.value().inner()), &[0.3]);
        near(&values(layer.running_var.value().inner()), &[0.9 + 0.1 * 14.0 / 3.0]);

        let layer = BatchNormConfig::new(2).with_momentum(0.5).init(&device);
        let x = Tensor::<2>::from_floats([[1.0, 0.0], [3.0, 4.0], [8.0, 2.0]], &device);
        let y = normalize(&layer, x, None, Activation::Relu);
        near(&values(layer.running_mean.value().inner()), &[2.0, 1.0]);
        near(&values(layer.running_var.value().inner()), &[0.5 + 0.5 * 13.0, 0.5 + 0.5 * 4.0]);
        // The output is by the biased one, as ever.
        near(&values(y.inner()), &[0.0, 0.0, 0.0, 1.224_742_6, 1.358_732_1, 0.0]);
    }
}

#[test]
fn statistics_count_at_once_whichever_thread_runs_the_step() {
    let device = Device::flex().autodiff();
    let run = |threads: bool| {
        let layer = BatchNormConfig::new(3).init(&device);
        for seed in 1..6 {
            let x = numbers([4, 3, 5, 5], seed, &device) * seed as f32;
            let step = || normalize(&layer, x, None, Activation::Identity);
            if threads {
                // Each on a thread of its own, as rayon's pool may do.
                std::thread::scope(|scope| scope.spawn(step).join().map(drop)).unwrap();
            } else {
                step();
            }
        }
        [values(layer.running_mean.value().inner()), values(layer.running_var.value().inner())]
    };
    assert_eq!(run(true), run(false));
}

/// B41. `PyTorch`: "Expected more than 1 value per channel when training".
#[test]
fn a_batch_of_one_value_a_channel_is_refused_and_moves_nothing() {
    for device in devices().into_iter().map(Device::autodiff) {
        let layer = BatchNormConfig::new(2).init(&device);
        for x in [Tensor::<4>::ones([1, 2, 1, 1], &device), Tensor::<2>::ones([1, 2], &device).reshape([1, 2, 1, 1])] {
            let step = || normalize(&layer, x, None, Activation::Identity);
            let said = catch_unwind(AssertUnwindSafe(step)).map(drop).unwrap_err();
            let said = said.downcast_ref::<String>().expect("a text");
            assert_eq!(
                said,
                "batch norm expected more than 1 value per channel when training, got input size [1, 2, 1, 1]"
            );
        }
        near(&values(layer.running_var.value_sync().inner()), &[1.0, 1.0]);
        // What is not trained may be alone, and nothing at all moves nothing.
        let alone =
            normalize(&keep_statistics(layer.clone()), Tensor::<2>::ones([1, 2], &device), None, Activation::Relu);
        near(&values(alone.inner()), &[0.999_995; 2]);
        assert_eq!(normalize(&layer, Tensor::<2>::ones([0, 2], &device), None, Activation::Relu).dims(), [0, 2]);
        near(&values(layer.running_mean.value_sync().inner()), &[0.0, 0.0]);
    }
}

#[derive(Module, Debug)]
struct Inner {
    norm: BatchNorm,
    dropout: Dropout,
}

#[derive(Module, Debug)]
struct Nest {
    parts: Vec<Inner>,
    last: Option<BatchNorm>,
}

#[test]
fn norms_are_switched_wherever_they_are_and_nothing_else_is() {
    let device = Device::flex().autodiff();
    let norm = || BatchNormConfig::new(2).init(&device);
    let inner = || Inner { norm: norm(), dropout: DropoutConfig::new(0.5).init() };
    let flags = |nest: &Nest| {
        let norms = nest.parts.iter().map(|part| &part.norm).chain(&nest.last).map(|norm| norm.training.is_enabled());
        let dropouts = nest.parts.iter().map(|part| part.dropout.training.is_enabled());
        (norms.collect::<Vec<_>>(), dropouts.collect::<Vec<_>>())
    };
    let nest = Nest { parts: vec![inner(), inner()], last: Some(norm()) };
    let kept = keep_statistics(nest);
    assert_eq!(flags(&kept), (vec![false; 3], vec![true; 2]));
    assert!(kept.parts[1].norm.gamma.val().is_require_grad());
    // It survives a plain copy, as which a best model or a checkpoint is kept.
    let again = kept.valid().train();
    assert_eq!(flags(&again), (vec![false; 3], vec![true; 2]));
    assert_eq!(flags(&move_statistics(again)), (vec![true; 3], vec![true; 2]));
}

/// With gradients, by burn's operations and by the kernels; and rows of features beside pictures of one number.
#[test]
fn kept_statistics_normalise_by_the_formula() {
    #[derive(Clone, Copy)]
    enum Way {
        Rows,
        Pictures,
        /// By burn's operations, from the formula.
        Formula,
    }
    let run = |device: &Device, way: Way| {
        let mut layer = BatchNormConfig::new(3).init(device);
        layer.gamma = layer.gamma.map(|_| numbers([3], 7, device).require_grad());
        layer.beta = layer.beta.map(|_| numbers([3], 8, device).require_grad());
        layer.running_mean = RunningState::new(numbers([3], 5, &device.clone().inner()));
        layer.running_var = RunningState::new(numbers([3], 6, &device.clone().inner()).abs() + 0.1);
        let layer = keep_statistics(layer);
        let x = numbers([5, 3], 1, device).require_grad();
        let y = match way {
            Way::Rows => normalize(&layer, x.clone(), None, Activation::Relu),
            Way::Pictures => normalize(&layer, x.clone().reshape([5, 3, 1, 1]), None, Activation::Relu).reshape([5, 3]),
            Way::Formula => {
                let row = |tensor: Tensor<1>| tensor.reshape([1, 3]);
                let [mean, variance] = [5, 6].map(|seed| numbers([3], seed, device));
                let spread = (variance.abs() + 0.1 + layer.epsilon).sqrt();
                relu((x.clone() - row(mean)) / row(spread) * row(layer.gamma.val()) + row(layer.beta.val()))
            }
        };
        let gradients = (y.clone() * numbers([5, 3], 3, device)).sum().backward();
        let wide = |tensor: Tensor<1>| tensor.reshape([1, 3]);
        let parts = [
            y.inner(),
            x.grad(&gradients).unwrap(),
            wide(layer.gamma.val().grad(&gradients).unwrap()),
            wide(layer.beta.val().grad(&gradients).unwrap()),
        ];
        parts.map(|part| Tensor::<2>::from_data(part.into_data(), &Device::flex()))
    };
    let theirs = run(&Device::flex().autodiff(), Way::Formula);
    for device in devices().into_iter().map(Device::autodiff) {
        for way in [Way::Rows, Way::Pictures] {
            for (ours, theirs) in run(&device, way).into_iter().zip(&theirs) {
                assert_close("part", ours, theirs.clone());
            }
        }
    }
}
