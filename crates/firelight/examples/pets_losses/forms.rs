//! The forms that are compared, and the trees that say which breeds are near.

use firelight::burn::tensor::{Int, Tensor};
use firelight::costs::Calibrator;
use firelight::learner::ClassMetric;
use firelight::prelude::*;

use crate::calibrated::calibrated_error;

/// Which breeds are near.
pub struct Tree {
    pub name: &'static str,
    pub species: Groups,
    /// The lowest groups: species, or kinds.
    pub groups: Groups,
    pub distance: CostMatrix,
    taxonomy: Taxonomy,
}

impl Tree {
    /// Cats and dogs.
    pub fn species(vocab: &Vocab) -> Result<Self> {
        let species = of_species(vocab);
        Self::new("species", Taxonomy::from_groups(&species), species.clone(), species)
    }

    /// Cats by coat and dogs by their association's groups, below the species.
    pub fn kinds(vocab: &Vocab) -> Result<Self> {
        let taxonomy = Taxonomy::from_paths(include_str!("breeds.txt").lines())?.pruned_to(vocab)?;
        let kinds = taxonomy.groups_at(2, vocab)?;
        Self::new("kinds", taxonomy, of_species(vocab), kinds)
    }

    fn new(name: &'static str, taxonomy: Taxonomy, species: Groups, groups: Groups) -> Result<Self> {
        let distance = CostMatrix::from_taxonomy(&taxonomy, TreeDistance::MeetingHeight)?;
        Ok(Self { name, species, groups, distance, taxonomy })
    }

    /// In the order of the tables' columns.
    pub fn metrics(&self) -> Result<Vec<ClassMetric>> {
        let vocab = self.species.vocab();
        Ok(vec![
            accuracy(),
            cross_group_errors(&self.species),
            mean_mistake_cost(&self.distance, vocab)?,
            hierarchical_distance_above_floor(&self.distance, vocab, 5)?,
            expected_cost(&self.distance, vocab)?,
            calibration_error(),
            calibrated_error("after temperature", Calibrator::temperature(), vocab),
            calibrated_error("after a temperature a group", Calibrator::per_group(&self.groups), vocab),
            calibrated_error("after vector scaling", Calibrator::vector(), vocab),
        ])
    }
}

fn of_species(vocab: &Vocab) -> Groups {
    Groups::by(vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" })
}

/// A loss to train with, and the decisions to judge it under, each with its name in the tables.
pub struct Form {
    pub names: Vec<&'static str>,
    pub loss: Box<dyn Loss<Tensor<1, Int>>>,
    pub decisions: Vec<Decision>,
}

/// Every form over one tree.
pub fn forms(tree: &Tree) -> Result<Vec<Form>> {
    let (vocab, distance) = (tree.species.vocab(), &tree.distance);
    let one =
        |name, loss: Box<dyn Loss<Tensor<1, Int>>>| Form { names: vec![name], loss, decisions: vec![Decision::Argmax] };
    let soft = |beta| -> Result<_> {
        let labels = distance.soft_labels(beta, 0.3)?;
        Ok(Box::new(SoftLabelCrossEntropy::new(&labels, vocab)?))
    };
    let groups = SoftLabels::from_groups(&tree.groups).within_mass(0.2);
    let pair = PairWeighted::new(CrossEntropy::new(), &distance.pair_weights(2.0)?, vocab)?.expected();
    Ok(vec![
        Form {
            names: vec!["cross entropy", "cross entropy, minimum risk"],
            loss: Box::new(CrossEntropy::new()),
            decisions: vec![Decision::Argmax, Decision::minimum_risk(distance, vocab)?],
        },
        one("label smoothing 0.1", Box::new(CrossEntropy::new().with_label_smoothing(0.1)?)),
        one("soft labels, eps 0.3, beta 4", soft(4.0)?),
        one("soft labels, eps 0.3, beta 10", soft(10.0)?),
        one("groups, within mass 0.2", Box::new(SoftLabelCrossEntropy::new(&groups, vocab)?)),
        one("pair weights, expected", Box::new(pair)),
        one("hierarchical, alpha 0.1", Box::new(HierarchicalCrossEntropy::new(&tree.taxonomy, vocab, 0.1)?)),
    ])
}
