//! Heads that know a tree: trained on kept features and as a whole, each with a loss of its own. That they go the whole way is in `kinds`.

use burn::tensor::{Device, Tensor};
use firelight_datablock::{Categories, DataLoaders};
use firelight_learner::models::{Arch, ClassHead, Model};
use firelight_learner::{Backbone, Checkpoints, Learner, LearnerError, vision_learner};
use firelight_losses::{ClassNumbers, ClassWeights};
use firelight_losses::{
    ClassTree, CrossEntropy, FrameCrossEntropy, LogitAdjusted, Loss, ParentCrossEntropy, SubspaceCrossEntropy,
    Taxonomy, Weighted,
};
use tempfile::TempDir;

use crate::shapes;

/// Discs, bright and dark, and bars.
fn tree(data: &DataLoaders<Categories>) -> ClassTree {
    let tree = Taxonomy::from_paths(["disc/Bright", "disc/dark", "bars"]).expect("a tree");
    ClassTree::new(&tree, data.vocab()).expect("the data's classes")
}

fn heads(tree: &ClassTree) -> [ClassHead; 3] {
    [ClassHead::frame(tree).expect("a frame"), ClassHead::subspaces(tree), ClassHead::parents(&tree.parents())]
}

fn learner(data: &DataLoaders<Categories>, head: &ClassHead, seed: u64) -> Learner<Categories> {
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0).with_head(head.clone()).with_seed(seed);
    vision_learner(data.clone(), backbone).expect("a learner").without_observers().with_seed(seed)
}

fn shapes() -> (TempDir, DataLoaders<Categories>) {
    let folder = shapes::folder(48);
    let data = shapes::loaders(&folder, &Device::flex());
    (folder, data)
}

#[test]
fn every_head_learns_as_a_whole_and_on_kept_features() {
    let (_folder, data) = shapes();
    for head in heads(&tree(&data)) {
        let whole = |seed| {
            let mut learn = learner(&data, &head, seed);
            learn.fit_one_cycle(6, 1e-2).expect("a fit");
            let predictions = learn.predictions().expect("predictions");
            assert_eq!(predictions.columns, 3, "{head}: what is for the loss is no class");
            for row in predictions.outputs.chunks(3) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{head}: {row:?}");
            }
            learn.history().last("accuracy").expect("a value")
        };
        // A third is chance; over twelve seeds a linear head has 0.92 on average and 0.58 at least, as in `over_seeds`.
        let accuracy = shapes::over_seeds(whole);
        assert!(accuracy > 0.6, "{head}: accuracy is {accuracy}");
        let mut on_features = learner(&data, &head, 1);
        on_features.fit_one_cycle(1, 1e-2).expect("a body");
        on_features.freeze().expect("frozen");
        let features = on_features.head_features(0).expect("features");
        let before = on_features.evaluate_head_on(&features).expect("an evaluation").loss;
        on_features.fit_head_on(&features, 12, 1e-2).expect("a fit");
        let after = on_features.evaluate_head_on(&features).expect("an evaluation").loss;
        assert!(after < before, "{head}: {before} before, {after} after");
    }
}

#[test]
fn a_run_goes_on_with_its_own_head_alone() {
    let (_folder, data) = shapes();
    for head in heads(&tree(&data)) {
        let runs = tempfile::tempdir().expect("a folder");
        let checkpoints = || Checkpoints::in_folder(runs.path());
        let run = |head: &ClassHead| -> Result<Learner<Categories>, LearnerError> {
            let mut learn = learner(&data, head, 5).with_checkpoints(checkpoints());
            learn.fit_one_cycle(2, 1e-2)?;
            Ok(learn)
        };
        run(&head).expect("a run");
        // Nor are its weights another head's, though their tensors may have the same shapes.
        let kept = runs.path().join("weights");
        learner(&data, &head, 5).save(&kept).expect("weights");
        let error = learner(&data, &ClassHead::Linear, 5).load(&kept).expect_err("another head").to_string();
        let want = format!("its head ends in {head}, and this learner's in linear (`Backbone::with_head`)");
        assert!(error.ends_with(&want), "{error}");
        let error = run(&ClassHead::Linear).expect_err("another head").to_string();
        assert!(error.contains("its head is HeadConfig"), "{error}");
    }
}

#[test]
fn a_loss_of_another_head_is_refused_before_anything_trains() {
    let (_folder, data) = shapes();
    let tree = tree(&data);
    let [frame, subspaces, parents] = heads(&tree);
    let error = |head: &ClassHead, loss: Box<dyn Loss<ClassNumbers>>| {
        let mut learn = learner(&data, head, 1).with_loss(loss);
        let (fit, evaluation) =
            (learn.fit_one_cycle(1, 1e-3).expect_err("refused"), learn.evaluate().expect_err("too"));
        assert_eq!(learn.history().epochs.len(), 0);
        assert_eq!(fit.to_string(), evaluation.to_string());
        fit.to_string()
    };
    let plain = || Box::new(CrossEntropy::new());
    assert_eq!(
        error(&subspaces, plain()),
        format!(
            "the loss \"cross entropy\" reads one score for each class, and the model's head gives rows of a head that ends in {subspaces}; leave \
             the loss out, since such a head brings its own (`loss_of`), or give the backbone a linear head or a frame (`with_head`)"
        )
    );
    let own = "give the backbone the head of this loss (`with_head`), or leave the loss out: a head brings its own";
    for wrong in [&frame, &ClassHead::Linear, &parents] {
        let text = error(wrong, Box::new(SubspaceCrossEntropy::new(&tree)));
        assert!(text.ends_with(own) && text.contains(&subspaces.to_string()), "{text}");
    }
    assert!(error(&subspaces, Box::new(ParentCrossEntropy::new(&tree.parents()))).ends_with(own));
    // Another tree's subspaces.
    let flat = ClassTree::flat(data.vocab(), "all").expect("a tree");
    assert!(error(&subspaces, Box::new(SubspaceCrossEntropy::new(&flat))).ends_with(own));

    // Those that go together: weights around a head's loss, any loss of scores with a frame, a frame's loss with a linear head.
    let weights = ClassWeights::new(data.vocab().iter().map(|class| (class, 2.0))).expect("weights");
    let counts = data.vocab().iter().map(|class| (class, 10));
    let around = Weighted::new(SubspaceCrossEntropy::new(&tree), &weights, data.vocab()).expect("a loss");
    let ClassHead::Frame(vectors) = &frame else { panic!("a frame") };
    let rare = LogitAdjusted::new(CrossEntropy::new(), counts, 1.0, data.vocab()).expect("a loss");
    let classes = ParentCrossEntropy::new(&tree.parents()).with_classes(rare.clone());
    let pairs: [(&ClassHead, Box<dyn Loss<ClassNumbers>>); 5] = [
        (&subspaces, Box::new(around)),
        (&frame, Box::new(rare)),
        (&frame, plain()),
        (&ClassHead::Linear, Box::new(FrameCrossEntropy::new(vectors))),
        (&parents, Box::new(classes)),
    ];
    for (head, loss) in pairs {
        let mut learn = learner(&data, head, 1).with_loss(loss);
        learn.fit_one_cycle(1, 1e-3).unwrap_or_else(|error| panic!("{head}: {error}"));
    }
}

#[test]
fn a_head_is_for_the_classes_of_the_data_and_for_one_class_an_item() {
    let (_folder, data) = shapes();
    let other = firelight_vocab::Vocab::from_labels(["a", "b"]);
    let flat = ClassTree::flat(&other, "all").expect("a tree");
    let backbone = Backbone::from(Arch::Small).with_head(ClassHead::subspaces(&flat));
    let error = vision_learner(data, backbone).expect_err("other classes");
    assert!(matches!(error, LearnerError::OtherClasses { theirs: 2, ours: 3, .. }), "{error}");
}

/// The scores of a head's row are what its kind says, whatever its last layers gave.
#[test]
fn the_first_numbers_of_a_row_are_the_scores_of_the_head() {
    let (_folder, data) = shapes();
    let tree = tree(&data);
    let device = Device::flex();
    let features = Tensor::<2>::from_data(
        [[0.3, -1.0, 2.0, 0.5].repeat(64).as_slice().try_into().map(|row: [f32; 256]| row).expect("256")],
        &device,
    );
    for head in heads(&tree) {
        let learn = learner(&data, &head, 9);
        let row: Vec<f32> =
            learn.model().for_inference().classify(features.clone()).into_data().iter::<f32>().collect();
        assert_eq!(row.len(), head.outputs(3), "{head}");
        let (scores, rest) = row.split_at(3);
        let log_softmax =
            |scores: &[f32], at: usize| scores[at] - scores.iter().map(|score| score.exp()).sum::<f32>().ln();
        let want: Vec<f32> = match &head {
            ClassHead::Subspaces(tree) => (0..3)
                .map(|class| {
                    tree.path(class).filter(|node| *node > 0).map(|node| rest[node - 1].powi(2)).sum::<f32>().sqrt()
                })
                .collect(),
            ClassHead::Parents(groups) => {
                (0..3).map(|class| rest[class] + log_softmax(&rest[3..], groups.of(class))).collect()
            }
            _ => scores.to_vec(),
        };
        for (score, want) in scores.iter().zip(&want) {
            assert!((score - want).abs() < 1e-4 * (1.0 + want.abs()), "{head}: {scores:?}, not {want:?}");
        }
    }
}
