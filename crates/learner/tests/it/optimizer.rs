use burn::module::{Module, Param};
use burn::optim::{GradientsParams, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Tensor};
use firelight_learner::optim::{Adam, Dial, GroupOptimizer};

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn scalar(value: f32, device: &Device) -> Tensor<1> {
    Tensor::from_data([value], device)
}

/// fastai's values for gradients 0.5, -0.25, 0.1 at rate 0.1 (reference test T30).
#[test]
fn adam_has_fastais_values() {
    let device = Device::flex();
    let adam = Adam::default();
    let (mut parameter, mut state) = (scalar(1.0, &device), None);
    for (gradient, expected) in [(0.5, 0.899_002), (-0.25, 0.871_433_7), (0.1, 0.838_932_2)] {
        (parameter, state) = adam.step(0.1, parameter, scalar(gradient, &device), state);
        let value = numbers(parameter.clone())[0];
        assert!((value - expected).abs() < 2e-6, "{value} is not {expected}");
    }
}

#[test]
fn adams_state_survives_a_record() {
    let device = Device::flex();
    let adam = Adam::default();
    let (parameter, state) = adam.step(0.1, scalar(1.0, &device), scalar(0.5, &device), None);
    let state = state.expect("a state");
    let mut sink = StateSink::default();
    state.state_flatten("p", &mut sink);
    let mut source = StateSource::new(sink.scalars.into_iter().collect());
    sink.tensors.into_iter().for_each(|(name, data)| source.insert_tensor(name, data));
    let read = firelight_learner::optim::AdamState::<1>::state_unflatten("p", &mut source, &device).expect("a state");
    let next = |state| numbers(adam.step(0.1, parameter.clone(), scalar(-0.25, &device), Some(state)).0);
    assert_eq!(next(state), next(read));
}

/// A body with a weight and a norm, and a head.
#[derive(Module, Debug)]
struct Parts {
    body: Part,
    head: Part,
}

#[derive(Module, Debug)]
struct Part {
    weight: Param<Tensor<1>>,
    gamma: Param<Tensor<1>>,
}

#[test]
fn groups_have_rates_of_their_own_and_norms_no_decay() {
    let device = Device::flex().autodiff();
    let part = || Part {
        weight: Param::from_tensor(Tensor::ones([1], &device)),
        gamma: Param::from_tensor(Tensor::ones([1], &device)),
    };
    let parts = Parts { body: part(), head: part() };
    let mut optimizer =
        GroupOptimizer::new(&Adam::default(), &[r"^body\.".into(), r"^head\.".into()]).expect("an optimizer");
    optimizer.set(&[0.01, 0.1], 0.9);
    let sum = |p: &Part| p.weight.val() + p.gamma.val();
    // A gradient of zero leaves the decay alone to move a parameter.
    let loss = (sum(&parts.body) + sum(&parts.head)) * 0.0;
    let gradients = GradientsParams::from_grads(loss.backward(), &parts);
    let parts = optimizer.step(parts, gradients);
    let value = |param: &Param<Tensor<1>>| numbers(param.val().inner())[0];
    assert_eq!(value(&parts.body.gamma).to_bits(), 1_f32.to_bits());
    assert_eq!(value(&parts.head.gamma).to_bits(), 1_f32.to_bits());
    assert!((value(&parts.body.weight) - (1.0 - 0.01 * 0.01)).abs() < 1e-7);
    assert!((value(&parts.head.weight) - (1.0 - 0.1 * 0.01)).abs() < 1e-7);
}

#[test]
fn a_dial_is_shared_by_its_clones() {
    let dial = Dial::new(0.9);
    let seen = dial.clone();
    dial.turn(0.85);
    assert!((seen.read() - 0.85).abs() < f64::EPSILON);
}
