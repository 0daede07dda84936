use firelight_losses::{
    ClassMatrix, ClassWeights, Confusion, CostMatrix, Distance, Groups, Meaning, OrdinalDistance, SoftLabels,
    TreeDistance,
};

use crate::reference::Reference;

fn assert_builds<M: Meaning>(reference: &Reference, name: &str, matrix: &ClassMatrix<M>) {
    // Aligned first: builders may order the classes in their own way.
    let aligned = matrix.align(&reference.vocab()).unwrap();
    for (truth, want) in reference.builder(name).iter().enumerate() {
        let got = aligned.matrix().row(truth);
        assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12), "{name}: {got:?}, {want:?}");
    }
}

#[test]
fn builders_give_the_reference_matrices() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let cost = CostMatrix::from_taxonomy(&reference.tree(), TreeDistance::MeetingHeight).unwrap();
    assert_builds(&reference, "taxonomy.lca_height", &cost);
    assert_builds(&reference, "soft=softmax(-beta*d/dmax) beta=4", &cost.soft_labels(4.0, 1.0).unwrap());
    assert_builds(&reference, "soft mix eps=0.3 beta=4", &cost.soft_labels(4.0, 0.3).unwrap());
    let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let labels = SoftLabels::from_groups(&species).within_mass(0.2).across_mass(0.03);
    assert_builds(&reference, "from_groups within_mass=.2 across_mass=.03", labels.labels());
    let counts = Confusion::from_rows(vocab.iter(), &reference.builder("confusion")).unwrap();
    let labels = SoftLabels::from_confusion(&counts, 0.2, 0.0).unwrap();
    assert_builds(&reference, "from_confusion eps=.2 laplace=0 (empty row -> one-hot)", &labels);
    let labels = SoftLabels::from_confusion(&counts, 0.2, 1.0).unwrap();
    assert_builds(&reference, "from_confusion eps=.2 laplace=1", &labels);
    let confused = CostMatrix::from_confusion(&counts).unwrap();
    let want = reference.builder("cost_from_confusion 1-rownorm, diag 0");
    for (truth, want) in want.iter().enumerate() {
        assert_eq!(confused.row(truth).len(), want.len());
        assert!(confused.row(truth).iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12));
    }
    let vectors = reference.builder("embeddings");
    let cosine = CostMatrix::from_embeddings(vocab.iter().zip(vectors), Distance::Cosine).unwrap();
    assert_builds(&reference, "cosine_distance", &cosine);
    let labels = cosine.soft_labels(4.0, 1.0).unwrap();
    assert_builds(&reference, "soft from embeddings beta=4", &labels.allow_non_dominant());
    let labels = SoftLabels::ordinal(&vocab, 1.0, OrdinalDistance::Absolute).unwrap();
    assert_builds(&reference, "ordinal sord abs alpha=1", &labels);
}

#[test]
fn class_weights_are_the_reference_ones() {
    let reference = Reference::read();
    let vocab = reference.vocab();
    let counts: Vec<usize> = reference.builder_row("counts").iter().map(|count| *count as usize).collect();
    let by_name = || vocab.iter().zip(counts.iter().copied());
    let assert_weights = |weights: ClassWeights, name: &str| {
        let got = weights.aligned(&vocab).unwrap();
        let want = reference.builder_row(name);
        assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-12), "{name}: {got:?}");
    };
    assert_weights(ClassWeights::balanced(by_name()).unwrap(), "balanced n/(K*count)");
    let effective = ClassWeights::effective_number(by_name(), 0.99).unwrap();
    assert_weights(effective, "effective_number beta=.99, sum to K");
}
