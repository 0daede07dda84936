//! The tree losses against their definitions, in f64 and node by node.

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_losses::{HierarchicalCrossEntropy, Loss, Taxonomy, TreeWasserstein, Vocab};
use proptest::prelude::*;

/// Paths to `c0`, `c1`, … through up to three inner nodes a class, so that leaves stand at different depths.
fn trees() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::collection::vec(0..3u8, 0..4), 1..9).prop_map(|classes| {
        let path = |(class, turns): (usize, &Vec<u8>)| {
            let mut path = String::from("root");
            let mut node = String::from("n");
            for turn in turns {
                node += &turn.to_string();
                path += "/";
                path += &node;
            }
            format!("{path}/c{class}")
        };
        classes.iter().enumerate().map(path).collect()
    })
}

struct Definition<'a> {
    tree: &'a Taxonomy,
    leaves: Vec<usize>,
    probabilities: Vec<f64>,
}

impl Definition<'_> {
    fn below(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.leaves.len()).filter(move |class| self.tree.up_from(self.leaves[*class]).any(|above| above == node))
    }

    fn mass(&self, node: usize) -> f64 {
        self.below(node).map(|class| self.probabilities[class]).sum()
    }

    fn hierarchical(&self, target: usize, alpha: f64) -> f64 {
        let steps = self.tree.up_from(self.leaves[target]).filter_map(|node| Some((node, self.tree.parent(node)?)));
        steps
            .map(|(node, parent)| {
                let weight = (-alpha * self.tree.depth(node) as f64).exp();
                weight * (self.mass(parent).ln() - self.mass(node).ln())
            })
            .sum()
    }

    fn wasserstein(&self, target: usize) -> f64 {
        (1..self.tree.len())
            .filter_map(|node| Some((node, self.tree.parent(node)?)))
            .map(|(node, parent)| {
                let weight = (self.tree.height(parent) - self.tree.height(node)) as f64 / 2.0;
                let label = f64::from(self.below(node).any(|class| class == target));
                weight * (self.mass(node) - label).abs()
            })
            .sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn tree_losses_are_what_their_definitions_say_on_any_tree(
        paths in trees(),
        logits in prop::collection::vec(-6.0f32..6.0, 8),
        target in 0usize..8,
        reversed in any::<bool>(),
    ) {
        let tree = Taxonomy::from_paths(&paths).unwrap();
        let names = (0..paths.len()).map(|class| format!("c{class}"));
        let vocab = if reversed { Vocab::ordered(names.rev()) } else { Vocab::ordered(names) }.unwrap();
        let (classes, target) = (paths.len(), target % paths.len());
        let logits = &logits[..classes];
        let sum: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        let probabilities = logits.iter().map(|logit| f64::from(*logit).exp() / sum).collect();
        let definition = Definition { tree: &tree, leaves: tree.align(&vocab).unwrap(), probabilities };
        let device = Device::flex();
        let value = |loss: &dyn Loss<Tensor<1, Int>>| {
            let output = Tensor::<2>::from_data(TensorData::new(logits.to_vec(), [1, classes]), &device);
            let targets = Tensor::<1, Int>::from_ints([target as i64], &device);
            f64::from(loss.per_example(output, targets).into_scalar::<f32>())
        };
        let got = value(&HierarchicalCrossEntropy::new(&tree, &vocab, 0.3).unwrap());
        let want = definition.hierarchical(target, 0.3);
        prop_assert!((got - want).abs() < 1e-5 * (1.0 + want), "hierarchical {got} {want}");
        let got = value(&TreeWasserstein::new(&tree, &vocab).unwrap());
        let want = definition.wasserstein(target);
        prop_assert!((got - want).abs() < 1e-5 * (1.0 + want), "wasserstein {got} {want}");
    }
}
