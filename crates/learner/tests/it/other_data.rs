//! Other loaders between fits.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataLoaders, ImageBlock, IndexSplitter, RegexLabeller, RegressionBlock,
    TrainingColours,
};
use firelight_learner::models::Arch;
use firelight_learner::{Backbone, Checkpoints, LearnerError, vision_learner};
use firelight_transforms::Resize;
use tempfile::TempDir;

use crate::shapes::{self, ShapeLearner};

fn of_size(folder: &TempDir, side: u32) -> DataLoaders<Categories> {
    let classes = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern"));
    DataBlock::new(ImageBlock::rgb(), classes)
        .with_splitter(IndexSplitter::new((0..24).step_by(4)))
        .with_item_transform(Resize::crop(side))
        .dataloaders(folder.path(), &Device::flex())
        .expect("loaders")
        .with_batch_size(8)
}

/// Small pictures first, then larger ones: an optimizer that keeps its momenta.
fn program(folder: &TempDir, checkpoints: &Path, second: u32) -> Result<ShapeLearner, LearnerError> {
    let learn = shapes::learner(of_size(folder, 16));
    let mut learn = learn.with_checkpoints(Checkpoints::in_folder(checkpoints).every_steps(1).keeping(100));
    learn.fit(2, 1e-2)?;
    let mut learn = learn.with_data(of_size(folder, second))?;
    learn.fit(2, 1e-2)?;
    Ok(learn)
}

#[test]
fn weights_optimizer_and_history_stay_when_the_data_change() {
    let folder = shapes::folder(24);
    let colours = TrainingColours::default();
    let first = of_size(&folder, 16);
    let normalize = colours.measure(first.train().dataset(), first.progress()).expect("colours");
    let mut learn = shapes::learner(first.with_normalize(normalize.clone()));
    learn.fit(2, 1e-2).expect("a fit");
    let before = learn.predictions().expect("predictions");
    // The same data again change nothing, and what comes next is what it would have been.
    let mut alone = shapes::learner(of_size(&folder, 16).with_normalize(normalize.clone()));
    alone.fit(2, 1e-2).expect("a fit");
    let mut learn = learn.with_data(of_size(&folder, 16)).expect("the same data");
    assert_eq!(learn.data().transforms().normalize(), normalize, "as before, unless statistics are given");
    assert_eq!(learn.predictions().expect("predictions"), before);
    learn.fit(1, 1e-2).expect("a fit");
    alone.fit(1, 1e-2).expect("a fit");
    assert_eq!(learn.predictions().expect("predictions"), alone.predictions().expect("predictions"));

    let mut learn = learn.with_data(of_size(&folder, 32).with_batch_size(4)).expect("larger pictures");
    assert_eq!(learn.history().epochs.len(), 3);
    learn.fit(1, 1e-3).expect("a fit");
    assert_eq!((learn.history().epochs.len(), learn.history().steps.len()), (4, 3 * 2 + 4));
}

#[test]
fn a_run_over_two_sizes_goes_on_from_every_step() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let whole = program(&folder, place.path(), 32).expect("a run").predictions().expect("predictions");
    let mut steps: Vec<_> =
        std::fs::read_dir(place.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    steps.retain(|path| path.extension().is_some_and(|ending| ending == "checkpoint"));
    steps.sort();
    assert_eq!(steps.len(), 8, "a checkpoint a step");
    // A stop after each step is a folder without the later checkpoints.
    while let Some(last) = steps.pop() {
        let again = program(&folder, place.path(), 32).expect("the rest of it").predictions().expect("predictions");
        assert_eq!(again, whole, "before {}", last.display());
        for path in &steps[..] {
            assert!(path.exists());
        }
        for number in steps.len()..8 {
            let path = place.path().join(format!("step-{:09}.checkpoint", number + 1));
            std::fs::remove_file(path).expect("a checkpoint");
        }
    }
    program(&folder, place.path(), 32).expect("a run");
    let error = program(&folder, place.path(), 24).map(drop).expect_err("other pictures");
    assert!(matches!(&error, LearnerError::OtherRun { .. }) && error.to_string().contains("transforms"), "{error}");
}

#[test]
fn data_of_other_classes_or_outputs_are_refused() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let renamed = shapes::renamed(&folder, "dark", "dusk");
    let error = shapes::learner(of_size(&folder, 16)).with_data(of_size(&renamed, 16)).map(drop).expect_err("refused");
    assert!(matches!(error, LearnerError::OtherClasses { theirs: 3, ours: 3, .. }), "{error}");
    let error = shapes::learner(of_size(&folder, 16)).with_data(of_size(&folder, 16).with_batch_size(0)).map(drop);
    assert!(matches!(error, Err(LearnerError::Data(_))));

    let numbers = |count: usize| {
        DataBlock::new(ImageBlock::rgb(), RegressionBlock::new(move |_: &Path| Ok(vec![0.5; count])))
            .with_item_transform(Resize::crop(16))
            .dataloaders(folder.path(), &Device::flex())
            .expect("loaders")
            .with_batch_size(8)
    };
    let learn = vision_learner(numbers(2), Backbone::from(Arch::Small)).expect("a learner").without_observers();
    let learn = learn.with_checkpoints(place.path()).with_data(numbers(2)).expect("two numbers");
    let error = learn.with_data(numbers(3)).map(drop).expect_err("three numbers").to_string();
    assert!(error.contains("of 3 outputs"), "{error}");
}
