use burn::module::{Module, Param};
use burn::optim::{GradientsParams, LionConfig, Optimizer};
use burn::tensor::{Device, Tensor};
use firelight_learner::optim::{Adam, GroupOptimizer, Lamb, RAdam, Rule, Sgd, ranger};

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// The gradients of two numbers for eight steps.
const GRADIENTS: [[f32; 2]; 8] =
    [[0.5, -0.2], [-0.25, 0.1], [0.1, 0.3], [0.4, -0.1], [0.2, 0.2], [-0.3, 0.05], [0.1, -0.4], [0.05, 0.3]];

/// Steps at rate 0.1 from (1, −0.5), and what must come of each.
fn follows(optimizer: &impl Optimizer, expected: &[[f64; 2]]) {
    let device = Device::flex();
    let (mut parameter, mut state) = (Tensor::<1>::from_data([1.0, -0.5], &device), None);
    for (gradient, expected) in GRADIENTS.into_iter().zip(expected) {
        (parameter, state) = optimizer.step(0.1, parameter, Tensor::from_data(gradient, &device), state);
        for (value, expected) in numbers(parameter.clone()).iter().zip(expected) {
            assert!((f64::from(*value) - expected).abs() < 2e-6, "{value} is not {expected}");
        }
    }
}

/// fastai's values for gradients 0.5, -0.25, 0.1 at rate 0.1 (reference test T30).
#[test]
fn adam_has_fastais_values() {
    let device = Device::flex();
    let adam = Adam::default();
    let (mut parameter, mut state) = (Tensor::<1>::from_data([1.0], &device), None);
    for (gradient, expected) in [(0.5, 0.899_002), (-0.25, 0.871_433_7), (0.1, 0.838_932_2)] {
        (parameter, state) = adam.step(0.1, parameter, Tensor::from_data([gradient], &device), state);
        let value = numbers(parameter.clone())[0];
        assert!((value - expected).abs() < 2e-6, "{value} is not {expected}");
    }
}

/// Computed with fastai 2.8.12; the sixth gradient is the first that `RAdam` rectifies, and where `Lookahead` goes back.
#[test]
fn the_other_optimizers_have_fastais_values() {
    follows(
        &RAdam { weight_decay: 0.01, ..RAdam::default() },
        &[
            [0.949, -0.4795],
            [0.93752474, -0.47480997],
            [0.92625511, -0.48274845],
            [0.90636986, -0.48532474],
            [0.88625032, -0.49203533],
            [0.88313091, -0.494618],
            [0.87911713, -0.4930976],
            [0.87458247, -0.49438536],
        ],
    );
    follows(
        &ranger(),
        &[
            [0.949, -0.4795],
            [0.93651259, -0.47440511],
            [0.92457694, -0.48145044],
            [0.904836, -0.48376626],
            [0.88485324, -0.48988199],
            [0.94072604, -0.49613529],
            [0.93634415, -0.49500597],
            [0.93137026, -0.49621677],
        ],
    );
    follows(
        &Lamb { weight_decay: 0.01, ..Lamb::default() },
        &[
            [0.92002094, -0.42052329],
            [0.84764218, -0.3486467],
            [0.78900653, -0.41932112],
            [0.70246381, -0.4436799],
            [0.63119149, -0.48693022],
            [0.58376038, -0.55088007],
            [0.50697827, -0.5253616],
            [0.44090196, -0.55677885],
        ],
    );
    follows(
        &Sgd::new().with_momentum(0.9).with_weight_decay(0.01),
        &[[0.949, -0.4795], [0.92805105, -0.47102052], [0.89912301, -0.49334949], [0.83302391, -0.50337613]],
    );
}

#[test]
fn sgd_has_pytorchs_values_with_nesterov_and_without_momentum() {
    follows(
        &Sgd::new().with_momentum(0.9).with_nesterov(),
        &[[0.90499997, -0.46200001], [0.912, -0.4648], [0.8768, -0.51532], [0.77811998, -0.51478803]],
    );
    follows(&Sgd::new(), &[[0.95, -0.48], [0.975, -0.49], [0.965, -0.52]]);
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

impl Parts {
    fn new() -> Self {
        let device = Device::flex().autodiff();
        let part = || Part {
            weight: Param::from_tensor(Tensor::ones([2], &device)),
            gamma: Param::from_tensor(Tensor::ones([2], &device)),
        };
        Self { body: part(), head: part() }
    }

    /// Gradients of `scale` everywhere.
    fn gradients(&self, scale: f32) -> GradientsParams {
        let sum = |p: &Part| p.weight.val() + p.gamma.val();
        let loss = (sum(&self.body) + sum(&self.head)) * scale;
        GradientsParams::from_grads(loss.backward(), self)
    }

    fn all(&self) -> Vec<f32> {
        let Self { body, head } = self;
        [body, head].into_iter().flat_map(|p| [&p.weight, &p.gamma]).flat_map(|p| numbers(p.val().inner())).collect()
    }
}

fn optimizer(rule: impl Into<Rule>) -> GroupOptimizer {
    GroupOptimizer::new(rule, &[r"^body\.".into(), r"^head\.".into()]).expect("an optimizer")
}

#[test]
fn groups_have_rates_of_their_own_and_norms_no_decay() {
    let parts = Parts::new();
    let mut optimizer = optimizer(Adam::default());
    // A gradient of zero leaves the decay alone to move a parameter.
    let gradients = parts.gradients(0.0);
    let all = optimizer.step(parts, gradients, &[0.01, 0.1], Some(0.9)).expect("a step").all();
    let expected = [1.0 - 0.01 * 0.01, 1.0, 1.0 - 0.1 * 0.01, 1.0];
    for (pair, expected) in all.chunks(2).zip(expected) {
        assert!((pair[0] - expected).abs() < 1e-7, "{all:?}");
    }
    assert_eq!((all[2].to_bits(), all[6].to_bits()), (1_f32.to_bits(), 1_f32.to_bits()));
}

#[test]
fn the_momentum_is_the_schedules_or_else_the_rules_own() {
    let optimizer = optimizer(Sgd::new().with_momentum(0.8));
    for (momentum, expected) in [(None, 0.8), (Some(0.95), 0.95), (None, 0.8)] {
        assert!((optimizer.momentum(momentum) - expected).abs() < f64::EPSILON);
    }
}

#[test]
fn every_optimizers_state_goes_on_from_its_bytes_to_the_same_bits() {
    let lion = || Rule::of("lion", LionConfig::new().build(), LionConfig::new().build());
    let rules: [Rule; 6] = [
        Adam::default().into(),
        Sgd::new().with_momentum(0.9).into(),
        RAdam::default().into(),
        Lamb::default().into(),
        ranger().into(),
        lion(),
    ];
    for rule in rules {
        let mut first = optimizer(rule.clone());
        let step = |optimizer: &mut GroupOptimizer, parts: Parts, scale| {
            let gradients = parts.gradients(scale);
            optimizer.step(parts, gradients, &[0.01, 0.1], Some(0.9)).expect("a step")
        };
        let mut parts = Parts::new();
        for scale in [0.5, -0.2] {
            parts = step(&mut first, parts, scale);
        }
        let bytes = first.to_bytes().expect("bytes");
        let mut second = optimizer(rule.clone());
        second.load_bytes(&bytes, &Device::flex().autodiff()).expect("a state");
        assert_eq!(second.to_bytes().expect("bytes"), bytes);
        // A fresh optimizer would take another step.
        let (mut one, mut other, mut fresh) = (parts.clone(), parts.clone(), optimizer(rule.clone()));
        let new = step(&mut fresh, parts, -0.01).all();
        one = step(&mut first, one, -0.01);
        other = step(&mut second, other, -0.01);
        assert_eq!(one.all(), other.all(), "{rule:?}");
        assert_ne!(one.all(), new, "{rule:?}");
    }
}

#[test]
fn bytes_of_something_else_are_refused() {
    let mut adam = optimizer(Adam::default());
    let device = Device::flex();
    let sgd = optimizer(Sgd::new()).to_bytes().expect("bytes");
    assert_eq!(
        adam.load_bytes(&sgd, &device).expect_err("refused").to_string(),
        "optimizer: its state cannot be used: it is \"sgd\"'s, and this is \"adam\"; start without it, or use the optimizer that \
         wrote it"
    );
    let error = adam.load_bytes(b"a letter", &device).expect_err("refused").to_string();
    assert!(error.starts_with("optimizer: its state cannot be used: "), "{error}");
}

/// B47: a wrong number of rates is refused before anything moves.
#[test]
fn each_group_needs_a_rate() {
    let (mut optimizer, parts) = (optimizer(Adam::default()), Parts::new());
    let gradients = parts.gradients(1.0);
    let error = optimizer.step(parts, gradients, &[0.1], None).expect_err("refused").to_string();
    assert_eq!(error, "learning rates: 1 of them for 2 parameter groups makes no sense; give each group one");
}

/// B24: what a run is compared by tells apart all settings, those of an optimizer inside another one too.
#[test]
fn descriptions_of_optimizers_tell_all_their_settings_apart() {
    use firelight_learner::optim::Lookahead;
    let rules: [Rule; 14] = [
        Adam::default().into(),
        Adam { weight_decay: 0.3, ..Adam::default() }.into(),
        Adam { momentum: 0.8, ..Adam::default() }.into(),
        Adam { sqr_momentum: 0.9, ..Adam::default() }.into(),
        Adam { epsilon: 1e-8, ..Adam::default() }.into(),
        RAdam::default().into(),
        Lamb::default().into(),
        Sgd::new().into(),
        Sgd::new().with_momentum(0.0).into(),
        Sgd::new().with_momentum(0.9).into(),
        Sgd::new().with_momentum(0.9).with_nesterov().into(),
        Lookahead::new(Adam::default()).into(),
        Lookahead::new(RAdam::default()).into(),
        Lookahead::new(RAdam { weight_decay: 0.3, ..RAdam::default() }).into(),
    ];
    let mut said: Vec<&str> = rules.iter().map(Rule::describe).collect();
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), rules.len(), "{said:#?}");
}
