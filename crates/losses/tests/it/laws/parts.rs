//! Parts, totals and what they are mixed and reduced to.

use burn::tensor::{DType, Device, Int, Tensor};
use firelight_losses::{CrossEntropy, Loss, Parts, Reduction, Term, Totals, Vocab};
use proptest::prelude::*;

use super::losses::World;
use super::{IGNORED, classes, floats, rows};

fn numbers(values: &[f32]) -> Tensor<1> {
    Tensor::from_floats(values, &Device::flex())
}

#[test]
fn a_mean_of_terms_is_the_sum_of_their_quotients() {
    let parts = Parts::new(numbers(&[1.0, 2.0]), Some(numbers(&[0.5, 1.0])))
        .with_term(Term { numerators: numbers(&[4.0, 0.0]), denominators: None });
    assert_eq!(floats(parts.mean()), [4.0]);
    assert_eq!(floats(parts.per_example()), [5.0, 2.0]);
    assert_eq!(floats(Reduction::None.apply(&parts)), [5.0, 2.0]);
    assert_eq!(floats(Reduction::Sum.apply(&parts)), [7.0]);
    let sums: Vec<f32> = parts.sums().into_iter().flatten().flat_map(floats).collect();
    assert_eq!(sums, [3.0, 1.5, 4.0, 2.0]);
    let mut totals = Totals::default();
    totals.add(&parts);
    assert_eq!(totals.terms(), [[3.0, 1.5], [4.0, 2.0]]);
    assert!((totals.mean() - 4.0).abs() < 1e-12);
}

/// B9.
#[test]
fn what_counts_nothing_is_0_and_what_is_not_a_number_stays() {
    let zeros = || Some(numbers(&[0.0, 0.0]));
    for (values, mean) in [([0.0, 0.0], 0.0), ([3.0, f32::INFINITY], 0.0), ([f32::NAN, 0.0], f64::NAN)] {
        let parts = Parts::new(numbers(&values), zeros());
        let mut totals = Totals::default();
        totals.add(&parts);
        for got in [f64::from(floats(parts.mean())[0]), totals.mean()] {
            assert!(got.total_cmp(&mean).is_eq() || got.is_nan() && mean.is_nan(), "{got} of {values:?}");
        }
    }
    assert_eq!(Totals::default().mean().to_bits(), 0.0_f64.to_bits());
    assert_eq!(Totals::default().terms(), [[0.0; 2]; 0]);
    // NaN that counts.
    let mut totals = Totals::default();
    totals.add(&Parts::new(numbers(&[f32::NAN]), None));
    assert!(totals.mean().is_nan());

    let x = Tensor::<1>::from_floats([1.0, 2.0], &Device::flex().autodiff()).require_grad();
    let mean = Parts::new(x.clone() * 1e30, zeros()).mean();
    assert_eq!(floats(x.grad(&mean.backward()).unwrap()), [0.0, 0.0]);
}

#[test]
fn sums_are_not_taken_in_half_precision() {
    let halves = numbers(&[300.0; 256]).cast(DType::F16);
    let parts = Parts::new(halves.clone(), Some(halves));
    assert_eq!(parts.terms()[0].numerators.dtype(), DType::F32);
    assert_eq!(floats(Reduction::Sum.apply(&parts)), [76800.0]);
    assert_eq!(floats(parts.mean()), [1.0]);
}

#[test]
fn denominators_are_outside_any_graph() {
    let x = Tensor::<1>::from_floats([1.0, 3.0], &Device::flex().autodiff()).require_grad();
    let parts = Parts::new(x.clone(), Some(x.clone()));
    assert!(!parts.terms()[0].denominators.as_ref().unwrap().is_tracked());
    let mixed = parts.clone().mix(parts, &Tensor::from_floats([0.5, 0.5], &x.device()));
    assert_eq!(floats(x.grad(&mixed.mean().backward()).unwrap()), [0.25, 0.25]);
}

#[test]
fn mixed_parts_are_shares_of_both_sides() {
    let own = Parts::new(numbers(&[1.0, 2.0, 3.0]), None);
    let other = Parts::new(numbers(&[5.0, f32::INFINITY, f32::NAN]), Some(numbers(&[0.0, 2.0, 4.0])));
    let mixed = own.clone().mix(other.clone(), &numbers(&[0.25, 1.0, 1.0]));
    assert_eq!(floats(mixed.per_example()), [4.0, 2.0, 3.0]);
    assert_eq!(floats(mixed.terms()[0].denominators.clone().unwrap()), [0.25, 1.0, 1.0]);
    let mixed = other.mix(own.clone(), &numbers(&[0.5, 0.0, 0.0]));
    assert_eq!(floats(mixed.per_example()), [3.0, 2.0, 3.0]);
    let plain = own.clone().mix(own, &numbers(&[0.5; 3]));
    assert!(plain.terms()[0].denominators.is_none());
}

/// A wrapper that says nothing but `per_example`, as before there were parts.
#[derive(Debug)]
struct Doubled<L>(L);

impl<L: Loss<Tensor<1, Int>>> Loss<Tensor<1, Int>> for Doubled<L> {
    fn per_example(&self, output: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.0.per_example(output, targets) * 2.0
    }
}

#[test]
fn a_wrapper_that_overrides_per_example_alone_still_works() {
    let device = Device::flex();
    let (output, targets) = (|| rows(&[2.0, 0.0, 0.0, 1.0], 2, 2, &device), || classes(&[0, 1], &device));
    let plain = floats(CrossEntropy::new().forward(output(), targets(), Reduction::Mean));
    let doubled: Box<dyn Loss<Tensor<1, Int>>> = Box::new(Doubled(CrossEntropy::new()));
    assert_eq!(floats(doubled.forward(output(), targets(), Reduction::Mean)), [2.0 * plain[0]]);
    assert_eq!(doubled.parts(output(), targets()).terms().len(), 1);
    // B25: what `Debug` prints, which may differ in every process, says nothing.
    assert_eq!(doubled.describe(), "Doubled<CrossEntropy>");
}

/// B10: pointers and wrappers have all terms of the loss inside.
#[test]
fn every_way_to_a_loss_has_its_terms() {
    let device = Device::flex();
    for case in World::of(5).by_class().into_iter().filter(|case| case.loss.describe().contains("unweighted")) {
        let z: Vec<f32> = (0..20).map(|at| (at * 7 % 11) as f32 / 3.0).collect();
        let targets = || classes(&[0, 3, 4, 1], &device);
        let parts = case.loss.parts(rows(&z, 4, 5, &device), targets());
        assert_eq!(parts.terms().len(), 2, "{}", case.loss.describe());
        let behind: std::sync::Arc<dyn Loss<Tensor<1, Int>>> = std::sync::Arc::from(case.loss);
        assert_eq!(Loss::parts(&&behind, rows(&z, 4, 5, &device), targets()).terms().len(), 2);
        let direct = Loss::per_example(&&behind, rows(&z, 4, 5, &device), targets());
        for (a, b) in floats(direct).iter().zip(floats(parts.per_example())) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Mixing class numbers is mixing the rows of a batch twice as large: nothing else is known of examples.
    #[test]
    fn a_mix_of_a_batch_with_itself_is_the_batch(
        z in prop::collection::vec(-4.0f32..4.0, 20),
        share in prop::collection::vec(prop_oneof![Just(0.0f32), Just(1.0), 0.0f32..1.0], 4),
    ) {
        let device = Device::flex();
        for case in World::of(5).by_class() {
            let targets = if case.ignores { [0, IGNORED, 4, 1] } else { [0, 3, 4, 1] };
            let parts = || case.loss.parts(rows(&z, 4, 5, &device), classes(&targets, &device));
            let mixed = parts().mix(parts(), &numbers(&share));
            for (a, b) in floats(mixed.per_example()).iter().zip(floats(parts().per_example())) {
                prop_assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{} {a} {b}", case.loss.describe());
            }
            let (a, b) = (floats(mixed.mean())[0], floats(parts().mean())[0]);
            prop_assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{} {a} {b}", case.loss.describe());
        }
    }
}

#[test]
fn two_losses_have_one_description_only_if_they_are_one() {
    let (five, one) = (World::of(5), World::of(1));
    for world in [&five, &one] {
        let by_class: Vec<String> = world.by_class().into_iter().map(|case| case.loss.describe()).collect();
        let by_row: Vec<String> = world.by_row().into_iter().map(|case| case.loss.describe()).collect();
        for all in [by_class, by_row] {
            for (at, text) in all.iter().enumerate() {
                assert!(!all[..at].contains(text), "{text}");
            }
        }
    }
    // What has weights, a matrix or a tree is another loss for other classes.
    let others: Vec<String> = one.by_class().iter().map(|case| case.loss.describe()).collect();
    for case in five.by_class() {
        let text = case.loss.describe();
        let named =
            ["weights", "labels", "costs", "tree", "similarities", "shares"].iter().any(|word| text.contains(word));
        assert_ne!(named, others.contains(&text), "{text}");
    }
    assert_eq!(five.by_class()[0].loss.describe(), "cross entropy");
    let again: Vec<String> = World::of(5).by_class().iter().map(|case| case.loss.describe()).collect();
    assert_eq!(again, five.by_class().iter().map(|case| case.loss.describe()).collect::<Vec<_>>());
}

#[test]
fn descriptions_are_readable_and_change_with_every_setting() {
    let world = World::of(5);
    let weighted = CrossEntropy::new()
        .with_class_weights(&world.class_weights, &world.vocab)
        .and_then(|loss| loss.with_label_smoothing(0.1))
        .unwrap();
    let of = |loss: &dyn Loss<Tensor<1, Int>>| loss.describe();
    insta::assert_snapshot!(of(&weighted), @"cross entropy (label smoothing 0.1, class weights 6fbd9f98)");
    insta::assert_snapshot!(of(&weighted.clone().with_unweighted_smoothing().with_ignore_index(-100)), @"cross entropy (unweighted label smoothing 0.1, class weights 6fbd9f98, ignoring -100)");
    let nested = world.by_class().into_iter().map(|case| case.loss.describe()).filter(|text| text.contains(" of "));
    insta::assert_snapshot!(nested.collect::<Vec<_>>().join("\n"), @r"
    pair weighted (pair weights e4fc5c5c) of cross entropy
    pair weighted (pair weights e4fc5c5c, mean over the weights) of cross entropy (class weights 6fbd9f98, ignoring -100)
    pair weighted (pair weights e4fc5c5c, expected) of cross entropy
    pair weighted (pair weights e4fc5c5c, expected, mean over the weights) of cross entropy (class weights 6fbd9f98, ignoring -100)
    pair weighted (pair weights e4fc5c5c) of cross entropy (unweighted label smoothing 0.1, class weights 6fbd9f98)
    cost regularised (lambda 2, costs 5c46c65a) of cross entropy (ignoring -100)
    cost regularised (lambda 2, costs 5c46c65a) of cross entropy (unweighted label smoothing 0.1, class weights 6fbd9f98)
    weighted (class weights 6fbd9f98) of cross entropy (ignoring -100)
    weighted (class weights 6fbd9f98) of focal loss (gamma 1.5)
    weighted (class weights 6fbd9f98, over examples) of cross entropy (ignoring -100)
    logit adjusted (tau 1, shares 4eb2aab1) of cross entropy
    logit adjusted (tau 0.5, shares 64d21ddd) of cross entropy (class weights 6fbd9f98, ignoring -100)
    ");
    // The same weights for other classes are another loss.
    let renamed = Vocab::ordered(["a", "b", "c", "d", "e"]).unwrap();
    let weights = firelight_losses::ClassWeights::new(renamed.iter().zip(world.weights.clone())).unwrap();
    let other = CrossEntropy::new()
        .with_class_weights(&weights, &renamed)
        .and_then(|loss| loss.with_label_smoothing(0.1))
        .unwrap();
    assert_ne!(of(&other), of(&weighted));
}
