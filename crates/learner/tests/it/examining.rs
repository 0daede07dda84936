//! What a learner finds wrong with its data, and what it leaves as it is.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataLoaders, FittedTarget, ImageBlock, IndexSplitter, MultiCategoryBlock, OnError,
    RegressionBlock, TargetBlock,
};
use firelight_doctor::{Fault, Part};
use firelight_learner::models::Arch;
use firelight_learner::{Aspect, Backbone, Checkpoints, Examination, Learner, VisionTarget, accuracy, vision_learner};
use firelight_transforms::{Chance, Resize};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

use crate::shapes;
use crate::training::bits;

/// Three kinds of pictures that even random weights tell apart, one of them called another kind; a copy across the parts, and a black one.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..60_u32 {
        let kind = number % 3;
        let picture = RgbImage::from_fn(48, 48, |x, y| {
            // Blocks that no two pictures have in common, with more of the kind's colour, in waves.
            let block = Chance::new(number.into(), (x / 6).into(), (y / 6).into()).below(120) as u32;
            let mut colour = [block as u8; 3];
            colour[kind as usize] = (100 + block / 2 + (x * (3 + kind) + y) % 48) as u8;
            Rgb(colour)
        });
        // Number 9 is called what it is not.
        let label = ["red", "green", "blue"][if number == 9 { 2 } else { kind as usize }];
        picture.save(folder.path().join(format!("{number:02}_{label}.png"))).expect("a picture");
    }
    std::fs::copy(folder.path().join("06_red.png"), folder.path().join("60_red.png")).expect("a copy");
    RgbImage::from_fn(48, 48, |x, y| Rgb([(x ^ y) as u8; 3]))
        .save(folder.path().join("61_blue.png"))
        .expect("a picture");
    folder
}

fn label(item: &Path) -> String {
    let stem = item.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    stem.split('_').nth(1).unwrap_or_default().to_owned()
}

/// The last twelve pictures validate, the copy among them.
fn loaders<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(folder: &Path, target: Y) -> DataLoaders<Y::Fitted> {
    let block = DataBlock::new(ImageBlock::rgb(), target).with_splitter(IndexSplitter::new(50..62));
    let block = block.with_item_transform(Resize::crop(32)).with_progress(firelight_progress::Progress::hidden());
    block.dataloaders(folder, &Device::flex()).expect("loaders").with_batch_size(8)
}

fn learner<F: VisionTarget>(loaders: DataLoaders<F>) -> Learner<F> {
    vision_learner(loaders, Backbone::from(Arch::Small)).expect("a learner").without_observers()
}

fn classes() -> CategoryBlock {
    CategoryBlock::new(|item: &Path| Ok(label(item)))
}

#[test]
fn wrong_labels_twins_across_the_parts_and_dark_pictures_are_found() {
    let folder = folder();
    let learn = learner(loaders(folder.path(), classes())).with_metrics([accuracy()]);
    let before = bits(learn.model());
    let findings = learn.examine().expect("findings");
    let name = |item: usize| findings.name(item);

    assert_eq!(
        (findings.items.len(), name(0), findings.parts[0], findings.parts[61]),
        (62, "00_red.png", Part::Train, Part::Valid)
    );
    // Of 62 labels the wrong one is among the three that are believed least, and few are suspected.
    let rows = learn.out_of_fold(&Examination::new()).expect("probabilities");
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[a][findings.labels[a][0]].total_cmp(&rows[b][findings.labels[b][0]]));
    let least: Vec<&str> = order.iter().take(3).map(|&item| name(item)).collect();
    assert!(least.contains(&"09_blue.png"), "{least:?}");
    assert!(findings.label_errors.len() <= 6, "{:?}", findings.label_errors);

    let leak = &findings.duplicates[0];
    assert!(findings.is_leak(leak));
    assert_eq!(leak.items.iter().map(|&item| name(item)).collect::<Vec<_>>(), ["06_red.png", "60_red.png"]);
    let effect = &findings.effects[0];
    assert_eq!((effect.metric.as_str(), effect.part, effect.effect.leaked), ("accuracy", Part::Valid, 1));
    let [with, without] = [effect.effect.with, effect.effect.without].map(|value| value.expect("an accuracy"));
    // Twelve pictures with the copy, eleven without it.
    let whole = |value: f64, count: f64| (value * count - (value * count).round()).abs() < 1e-9;
    assert!(whole(with, 12.0) && whole(without, 11.0), "{with} {without}");

    assert!(findings.faults.iter().any(|fault| fault.fault == Fault::Dark && name(fault.item) == "61_blue.png"));
    assert_eq!(before, bits(learn.model()), "the learner is as it was");
    assert_eq!(findings, learn.examine().expect("findings"), "and finds the same again");
}

#[test]
fn folds_and_seed_choose_and_the_probabilities_are_those_that_labels_are_judged_by() {
    let folder = folder();
    let learn = learner(loaders(folder.path(), classes()));
    let how = Examination::new().with_aspects([Aspect::Labels]).with_folds(3).expect("folds").with_seed(7);
    let (findings, rows) = (learn.examine_by(&how).expect("findings"), learn.out_of_fold(&how).expect("probabilities"));
    assert_eq!(rows.len(), 62);
    assert!(rows.iter().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    for error in &findings.label_errors {
        assert_eq!(error.self_confidence.to_bits(), f64::from(rows[error.item][error.given]).to_bits());
    }
    assert!(findings.duplicates.is_empty() && findings.outliers.is_empty() && findings.faults.is_empty());
    assert_ne!(rows, learn.out_of_fold(&how.with_seed(8)).expect("probabilities"));
    // No head has seen the label that it judges: a lone label is not believed.
    let nine = findings.items.iter().position(|name| name == "09_blue.png").expect("the item");
    assert!(rows[nine][0] < 0.5, "{:?}", rows[nine]);
}

#[test]
fn several_labels_are_judged_each_and_other_targets_do_without() {
    let folder = folder();
    let tags = MultiCategoryBlock::new(|item: &Path| {
        let label = label(item);
        Ok(if label == "blue" { vec![] } else { vec![label.clone(), "bright".to_owned()] })
    });
    let findings = learner(loaders(folder.path(), tags)).examine().expect("findings");
    assert!(findings.label_errors.is_empty());
    let told: Vec<(&str, &str, bool)> = findings
        .several_errors
        .iter()
        .map(|error| (findings.name(error.item), findings.class(error.class), error.given))
        .collect();
    // 09 is red and called blue, and so lacks both.
    assert!(
        told.contains(&("09_blue.png", "bright", false)) || told.contains(&("09_blue.png", "red", false)),
        "{told:?}"
    );

    let value = RegressionBlock::one(|item: &Path| Ok(if label(item) == "red" { 1.0 } else { 0.0 }));
    let findings = learner(loaders(folder.path(), value)).examine().expect("findings");
    assert!(findings.label_errors.is_empty() && findings.noise.is_none() && findings.classes.is_empty());
    assert_eq!(findings.duplicates.len(), 1);
    assert_eq!(findings.effects[0].metric, "rmse");
}

#[test]
fn broken_pictures_end_an_examination_or_are_left_out() {
    let folder = folder();
    std::fs::write(folder.path().join("04_green.png"), "no picture").expect("a file");
    let learn = learner(loaders(folder.path(), classes()));
    let error = learn.examine().expect_err("a broken picture").to_string();
    assert!(error.contains("04_green.png"), "{error}");
    let error = learn.examine_by(&Examination::new().with_aspects([Aspect::Faults])).expect_err("likewise").to_string();
    assert!(error.contains("04_green.png"), "{error}");

    let learn = learner(loaders(folder.path(), classes()).with_on_error(OnError::Skip));
    let findings = learn.examine().expect("findings");
    assert_eq!(findings.items.len(), 61);
    assert!(!findings.items.iter().any(|name| name == "04_green.png"));
    assert_eq!(learn.data().train().skipped().len(), 1);
    let faults = learn.examine_by(&Examination::new().with_aspects([Aspect::Faults])).expect("findings");
    assert_eq!((faults.items.len(), &faults.faults), (61, &findings.faults));
}

#[test]
fn what_a_fit_of_the_head_leaves_out_is_in_the_loaders_list() {
    let folder = folder();
    std::fs::write(folder.path().join("04_green.png"), "no picture").expect("a file");
    let mut learn = learner(loaders(folder.path(), classes()).with_on_error(OnError::Skip));
    learn.fit_head(2, 1e-3, 1).expect("a fit");
    assert_eq!(learn.data().train().skipped().len(), 1);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    insta::assert_snapshot!(Examination::new().with_folds(1).expect_err("refused"), @"folds: 1 makes no sense; give 2 or more, so that each picture is judged by a head that has not seen it");
    insta::assert_snapshot!(Examination::new().with_epochs(0).expect_err("refused"), @"epochs: 0 makes no sense; train each head for an epoch at least");
    insta::assert_snapshot!(Examination::new().with_twin(1.5).expect_err("refused"), @"twin: 1.5 makes no sense; give a cosine from 0 to 1");
    let folder = shapes::folder(6);
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let how = Examination::new().with_folds(7).expect("folds");
    insta::assert_snapshot!(learn.examine_by(&how).expect_err("refused"), @"folds: 7 of 6 items makes no sense; give fewer folds, or more pictures");
}

#[test]
fn a_picture_finds_itself_first_and_then_those_like_it() {
    let folder = folder();
    let learn = learner(loaders(folder.path(), classes()));
    let index = learn.feature_index().expect("an index");
    assert_eq!((index.names().len(), index.features().len()), (62, 62));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("found.png");
    std::fs::copy(folder.path().join("60_red.png"), &file).expect("a copy");
    let similar = learn.similar(&index, &file, 3).expect("items like it");
    let names: Vec<&str> = similar.iter().map(|similar| similar.name.as_str()).collect();
    assert_eq!((names.len(), &names[..2]), (3, &["06_red.png", "60_red.png"][..]));
    assert!(similar[0].cosine > 0.9999 && similar[2].cosine < similar[1].cosine);

    let error = learn.similar(&index, elsewhere.path().join("none.png"), 3).expect_err("no such file").to_string();
    assert!(error.contains("none.png"), "{error}");
    let other = Backbone::from(Arch::Small).with_seed(7);
    let other = vision_learner(loaders(folder.path(), classes()), other).expect("a learner");
    let error = other.similar(&index, &file, 3).expect_err("another body").to_string();
    assert_eq!(
        error,
        "features: they are of a body with other weights than this learner has; compute them again with `head_features`"
    );
}

#[test]
fn a_run_is_not_gone_on_with_under_other_corrections() {
    let folder = shapes::folder(24);
    let checkpoints = tempfile::tempdir().expect("a folder");
    let file = checkpoints.path().join("corrections.csv");
    let fit = |rows: &str| {
        std::fs::write(&file, format!("item,given,suggested,action\n{rows}")).expect("a file");
        let classes = CategoryBlock::new(|item: &Path| {
            Ok(item.file_name().unwrap_or_default().to_string_lossy().split('_').next().unwrap_or_default().to_owned())
        });
        let block =
            DataBlock::new(ImageBlock::rgb(), classes).with_item_transform(Resize::crop(32)).with_corrections(&file);
        let loaders =
            block.with_splitter(IndexSplitter::new((0..24).step_by(4))).dataloaders(folder.path(), &Device::flex());
        let mut learn = shapes::learner(loaders.expect("loaders").with_batch_size(8))
            .with_checkpoints(Checkpoints::in_folder(checkpoints.path().join("run")));
        learn.fit_one_cycle(1, 1e-2)
    };
    fit("bars_1.png,bars,dark,relabel\n").expect("a fit");
    fit("bars_1.png,bars,dark,relabel\nbars_4.png,bars,,keep\n").expect("the same data");
    let error =
        fit("bars_1.png,bars,dark,relabel\nbars_4.png,bars,dark,relabel\n").expect_err("other data").to_string();
    assert!(
        error.contains(
            "its corrections is 1 item(s) relabelled, 0 left out, here it is 2 item(s) relabelled, 0 left out"
        ),
        "{error}"
    );
    let error = fit("").expect_err("other data").to_string();
    assert!(error.contains("belongs to another run: its corrections is 1 item(s) relabelled"), "{error}");
}
