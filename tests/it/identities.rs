use burn::tensor::{Int, Tensor};
use firelight_losses::{
    Constant, CostMatrix, CrossEntropy, ExpectedCost, Focal, Groups, HierarchicalCrossEntropy, Loss, Similarity,
    SimilarityCrossEntropy, SoftLabelCrossEntropy, SoftLabels, Taxonomy, TreeDistance, TreeWasserstein, meaning,
};

use crate::device::device;
use crate::reference::{Reference, floats, logits, targets};

/// Two losses are one: values and gradients of their sum agree on both batches.
fn assert_same<T: Clone>(
    what: &str,
    a: &dyn Loss<Tensor<1, Int>>,
    b: &dyn Loss<T>,
    second: impl Fn(Tensor<1, Int>) -> T,
) {
    let reference = Reference::read();
    for batch in ["ce/base", "ce/extreme"] {
        let case = reference.case(batch);
        let classes = targets(&case["target"], &device());
        let output = || logits(&case["logits"], &device()).autodiff().require_grad();
        let (x, y) = (output(), output());
        let one = a.per_example(x.clone(), classes.clone());
        let other = b.per_example(y.clone(), second(classes));
        let pairs = [
            (floats(one.clone()), floats(other.clone())),
            (floats(x.grad(&one.sum().backward()).unwrap()), floats(y.grad(&other.sum().backward()).unwrap())),
        ];
        for (one, other) in pairs {
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 2e-6 * (1.0 + b.abs());
            assert!(one.iter().zip(&other).all(near), "{what} {batch}: {one:?} {other:?}");
        }
    }
}

#[test]
fn special_matrices_and_parameters_give_plain_cross_entropy() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let plain = CrossEntropy::new();
    let same = |what: &str, loss: &dyn Loss<Tensor<1, Int>>| assert_same(what, &plain, loss, |t| t);
    let tree = reference.tree();
    same("alpha 0", &HierarchicalCrossEntropy::new(&tree, &vocab, 0.0).unwrap());
    same("identity labels", &SoftLabelCrossEntropy::new(&SoftLabels::identity(&vocab), &vocab).unwrap());
    same("no likeness", &SimilarityCrossEntropy::new(&Similarity::identity(&vocab), &vocab).unwrap());
    same("gamma 0", &Focal::new(0.0).unwrap());
}

#[test]
fn costs_of_one_are_the_probability_of_a_mistake() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let case = reference.case("ce/base");
    let output = logits(&case["logits"], &device());
    let targets = targets(&case["target"], &device());
    let cost = ExpectedCost::new(&CostMatrix::uniform(&vocab), &vocab).unwrap();
    let got = floats(cost.per_example(output.clone(), targets.clone()));
    let entropy = floats(CrossEntropy::new().per_example(output, targets));
    for (cost, entropy) in got.iter().zip(entropy) {
        assert!((cost - (1.0 - (-entropy).exp())).abs() < 1e-6);
    }
}

#[test]
fn the_way_to_single_classes_in_a_tree_is_the_expected_meeting_height() {
    let reference = Reference::read();
    let (tree, vocab) = (reference.tree(), reference.vocab());
    let cost = CostMatrix::from_taxonomy(&tree, TreeDistance::MeetingHeight).unwrap();
    let expected = ExpectedCost::new(&cost, &vocab).unwrap();
    assert_same("one hot", &expected, &TreeWasserstein::new(&tree, &vocab).unwrap(), |t| t);
}

#[test]
fn likeness_within_blocks_is_the_cross_entropy_of_groups() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let blocks = CostMatrix::from_groups(&species, 0.0, 1.0).similarity().unwrap();
    let similar = SimilarityCrossEntropy::new(&blocks, &vocab).unwrap();
    let tree = Taxonomy::from_groups(&species);
    // The first step of the path alone: cross entropy of the group, as alpha grows without bound the rest vanishes.
    let case = reference.case("ce/base");
    let (output, classes) = (logits(&case["logits"], &device()), targets(&case["target"], &device()));
    let got = floats(similar.per_example(output.clone(), classes.clone()));
    let alpha = 30.0;
    let upper = HierarchicalCrossEntropy::new(&tree, &vocab, alpha).unwrap();
    let scaled = floats(upper.per_example(output, classes));
    for (got, scaled) in got.iter().zip(scaled) {
        assert!((got - scaled * alpha.exp()).abs() < 1e-4, "{got} {scaled}");
    }
}

#[test]
fn targets_as_rows_of_the_matrix_give_the_same_loss() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let labels = reference.matrix::<meaning::Soft>("T_MIX");
    let loss = SoftLabelCrossEntropy::new(&labels, &vocab).unwrap();
    let rows = Constant::from(&labels.align(&vocab).unwrap()).like(&Tensor::zeros([1, 1], &device()));
    assert_same::<Tensor<2>>("rows", &loss, &CrossEntropy::new(), |t| rows.clone().select(0, t));
}
