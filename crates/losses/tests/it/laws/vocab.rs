//! Classes in another order, and gradients that sum to 0.

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_losses::{
    ClassWeights, CostLog, CostMatrix, CostRegularized, CrossEntropy, ExpectedCost, Focal, GeneralizedCrossEntropy,
    Groups, HierarchicalCrossEntropy, LogitAdjusted, Loss, PairWeighted, Reduction, SimilarityCrossEntropy,
    SoftLabelCrossEntropy, SymmetricCrossEntropy, Taxonomy, TreeDistance, TreeWasserstein, Vocab, Weighted,
};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["Bengal", "Siamese", "beagle", "boxer", "pug"];

type ByClass = Box<dyn Loss<Tensor<1, Int>>>;

/// Every loss over class numbers, aligned to a vocab of these names in any order.
fn losses(vocab: &Vocab) -> Vec<ByClass> {
    let paths = ["cat/Bengal", "cat/Siamese", "dog/hound/beagle", "dog/boxer", "dog/pug"];
    let tree = Taxonomy::from_paths(paths).unwrap();
    let sorted = Vocab::from_labels(NAMES);
    let species = Groups::by(&sorted, |name| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let cost = CostMatrix::from_taxonomy(&tree, TreeDistance::PathLength)
        .and_then(|cost| cost.with("pug", "Bengal", 7.0))
        .unwrap();
    let weights = ClassWeights::new(NAMES.into_iter().zip([1.0, 2.0, 0.5, 3.0, 0.25])).unwrap();
    let pair = firelight_losses::PairWeights::from_groups(&species, 1.5, 3.0);
    let weighted = CrossEntropy::new().with_class_weights(&weights, vocab).unwrap();
    let soft = SoftLabelCrossEntropy::new(&cost.soft_labels(4.0, 0.3).unwrap(), vocab).unwrap();
    let pair_weighted = PairWeighted::new(weighted.clone(), &pair, vocab).unwrap();
    vec![
        Box::new(Weighted::new(Focal::new(1.5).unwrap(), &weights, vocab).unwrap()),
        Box::new(soft.clone().kl()),
        Box::new(soft.with_class_weights(&weights).unwrap()),
        Box::new(pair_weighted.clone()),
        Box::new(pair_weighted.expected()),
        Box::new(weighted.with_label_smoothing(0.1).unwrap()),
        Box::new(ExpectedCost::new(&cost, vocab).unwrap()),
        Box::new(CostRegularized::new(CrossEntropy::new(), &cost, 2.0, vocab).unwrap()),
        Box::new(CostLog::new(&cost, vocab).unwrap()),
        Box::new(SimilarityCrossEntropy::new(&cost.similarity().unwrap(), vocab).unwrap()),
        Box::new(HierarchicalCrossEntropy::new(&tree, vocab, 0.3).unwrap()),
        Box::new(HierarchicalCrossEntropy::new(&tree, vocab, 0.3).unwrap().by_height().normalize()),
        Box::new(TreeWasserstein::new(&tree, vocab).unwrap()),
        Box::new(LogitAdjusted::new(CrossEntropy::new(), NAMES.into_iter().zip([3, 1, 40, 7, 9]), 1.0, vocab).unwrap()),
        Box::new(GeneralizedCrossEntropy::new(0.7).unwrap().with_class_weights(&weights, vocab).unwrap()),
        Box::new(SymmetricCrossEntropy::new(0.1, 1.0).unwrap().with_class_weights(&weights, vocab).unwrap()),
        Box::new(Focal::new(1.5).unwrap().with_class_weights(&weights, vocab).unwrap()),
        Box::new(Focal::new(1.5).unwrap().with_class_weights(&weights, vocab).unwrap().with_weighted_probability()),
    ]
}

fn values_and_gradients(loss: &ByClass, logits: &[f32], targets: &[i64]) -> (Vec<f32>, Vec<f32>) {
    let device = Device::flex().autodiff();
    let shape = [targets.len(), logits.len() / targets.len()];
    let output = Tensor::<2>::from_data(TensorData::new(logits.to_vec(), shape), &device).require_grad();
    let targets = Tensor::<1, Int>::from_data(TensorData::new(targets.to_vec(), [shape[0]]), &device);
    let value = loss.per_example(output.clone(), targets);
    let grads = value.clone().sum().backward();
    let floats = |data: TensorData| data.iter::<f32>().collect();
    (floats(value.into_data()), floats(output.grad(&grads).unwrap().into_data()))
}

fn logits() -> impl Strategy<Value = Vec<f32>> {
    let usual = -8.0f32..8.0;
    let far = prop_oneof![Just(-1e4f32), Just(1e4), Just(-80.0), Just(80.0), -8.0f32..8.0];
    prop_oneof![prop::collection::vec(usual, 15), prop::collection::vec(far, 15)]
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-4 * (1.0 + a.abs().max(b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn permuting_the_vocab_and_the_logits_together_changes_nothing(
        logits in logits(),
        targets in prop::collection::vec(0usize..5, 3),
        order in Just([0usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let sorted = Vocab::from_labels(NAMES);
        let shuffled = Vocab::ordered(order.map(|class| &sorted[class])).unwrap();
        let place = |class: usize| shuffled.o2i(&sorted[class]).unwrap();
        let moved: Vec<f32> = logits.chunks(5).flat_map(|row| order.map(|class| row[class])).collect();
        let numbers: Vec<i64> = targets.iter().map(|class| *class as i64).collect();
        let moved_numbers: Vec<i64> = targets.iter().map(|class| place(*class) as i64).collect();
        for (loss, other) in losses(&sorted).iter().zip(losses(&shuffled)) {
            let (value, gradient) = values_and_gradients(loss, &logits, &numbers);
            let (moved_value, moved_gradient) = values_and_gradients(&other, &moved, &moved_numbers);
            // Where logits tie, the first class in the order counts as predicted.
            let tied = logits.chunks(5).any(|row| {
                let top = row.iter().copied().fold(f32::MIN, f32::max);
                row.iter().filter(|logit| **logit >= top).count() > 1
            });
            if tied && format!("{loss:?}").starts_with("PairWeighted") {
                continue;
            }
            prop_assert!(value.iter().zip(&moved_value).all(|(a, b)| near(*a, *b)), "{loss:?} {value:?} {moved_value:?}");
            for (row, moved) in gradient.chunks(5).zip(moved_gradient.chunks(5)) {
                prop_assert!((0..5).all(|class| near(row[class], moved[place(class)])), "{loss:?} {row:?} {moved:?}");
            }
        }
    }

    #[test]
    fn gradients_are_finite_and_sum_to_0_in_each_row(
        logits in logits(),
        targets in prop::collection::vec(0i64..5, 3),
    ) {
        for loss in losses(&Vocab::from_labels(NAMES)) {
            let (value, gradient) = values_and_gradients(&loss, &logits, &targets);
            prop_assert!(value.iter().all(|value| value.is_finite() && *value >= -1e-5), "{loss:?} {value:?}");
            for row in gradient.chunks(5) {
                let sum: f32 = row.iter().sum();
                let size: f32 = row.iter().map(|entry| entry.abs()).sum();
                prop_assert!(sum.abs() <= 1e-5 * (1.0 + size), "{loss:?} {row:?}");
            }
        }
    }

    #[test]
    fn with_logits_of_minus_infinity_gradients_are_finite_and_values_no_nan(
        logits in prop::collection::vec(prop_oneof![Just(f32::NEG_INFINITY), Just(1e4f32), -8.0f32..8.0], 15),
        targets in prop::collection::vec(0i64..5, 3),
    ) {
        for loss in losses(&Vocab::from_labels(NAMES)) {
            let (value, gradient) = values_and_gradients(&loss, &logits, &targets);
            prop_assert!(value.iter().all(|value| !value.is_nan() && *value >= -1e-5), "{loss:?} {value:?}");
            prop_assert!(gradient.iter().all(|entry| entry.is_finite()), "{loss:?} {logits:?} {gradient:?}");
        }
    }

    #[test]
    fn a_gradient_is_the_slope_of_the_loss(
        logits in prop::collection::vec(-3.0f32..3.0, 5),
        target in 0i64..5,
        class in 0usize..5,
    ) {
        let step = 1e-2;
        for loss in losses(&Vocab::from_labels(NAMES)) {
            let name = format!("{loss:?}");
            // The factor is a constant to the gradient, and the distance has kinks.
            if name.starts_with("PairWeighted") || name.starts_with("TreeWasserstein") {
                continue;
            }
            let at = |shift: f32| {
                let mut moved = logits.clone();
                moved[class] += shift;
                values_and_gradients(&loss, &moved, &[target])
            };
            let slope = (at(step).0[0] - at(-step).0[0]) / (2.0 * step);
            let gradient = at(0.0).1[class];
            prop_assert!((slope - gradient).abs() < 2e-3 * (1.0 + gradient.abs()), "{name}: {slope} {gradient}");
        }
    }

    #[test]
    fn reductions_are_the_sum_and_the_weighted_mean_of_the_examples(
        logits in prop::collection::vec(-8.0f32..8.0, 15),
        targets in prop::collection::vec(0i64..5, 3),
    ) {
        let device = Device::flex();
        let output = Tensor::<2>::from_data(TensorData::new(logits, [3, 5]), &device);
        let targets = Tensor::<1, Int>::from_data(TensorData::new(targets, [3]), &device);
        for loss in losses(&Vocab::from_labels(NAMES)) {
            let take = |reduction| -> Vec<f32> {
                loss.forward(output.clone(), targets.clone(), reduction).into_data().iter::<f32>().collect()
            };
            let none = take(Reduction::None);
            let sum: f32 = none.iter().sum();
            let weights = loss.mean_weights(&output, &targets);
            let total = weights.map_or(3.0, |weights| weights.sum().into_scalar::<f32>());
            prop_assert!(near(take(Reduction::Sum)[0], sum));
            prop_assert!(near(take(Reduction::Mean)[0], sum / total));
        }
    }
}
