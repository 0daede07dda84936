//! Targets other than one class.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    DataBlock, DataError, FittedTarget, ImageBlock, IndexSplitter, MultiCategoryBlock, RegressionBlock, TargetBlock,
};
use firelight_learner::models::Arch;
use firelight_learner::{
    Backbone, accuracy_multi, f1_multi, mae, mse, precision_multi, r2, recall_multi, rmse, vision_learner,
};
use firelight_losses::Decision;
use firelight_metrics::{MultiMetric, Outcomes, ValueMetric, measure};
use firelight_transforms::{MixUp, Resize};
use image::{Rgb, RgbImage};

use crate::shapes;

/// Forty pictures with a red channel, a green one, both or none: `red-green_3.png`; and how bright they are: `0.25`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..40_u32 {
        let (red, green) = (number % 2 == 0, number / 2 % 2 == 0);
        let tags: Vec<&str> = [(red, "red"), (green, "green")].iter().filter(|tag| tag.0).map(|tag| tag.1).collect();
        let bright = |on: bool, at: u32| if on { 130 + (number * 3 + at) as u8 % 120 } else { 20 };
        let picture = RgbImage::from_fn(16, 16, |x, y| Rgb([bright(red, x), bright(green, y), 90]));
        picture.save(folder.path().join(format!("{}_{number:02}.png", tags.join("-")))).expect("a picture");
    }
    folder
}

fn stem(item: &Path) -> String {
    item.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[allow(clippy::unnecessary_wraps)] // a labeller may fail
fn tags(item: &Path) -> Result<Vec<String>, DataError> {
    let tags = stem(item).split('_').next().unwrap_or_default().to_owned();
    Ok(tags.split('-').filter(|tag| !tag.is_empty()).map(String::from).collect())
}

/// How many of the channels are bright, and its negative.
fn counts(item: &Path) -> Result<Vec<f32>, DataError> {
    tags(item).map(|tags| vec![tags.len() as f32, -(tags.len() as f32)])
}

fn block<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(target: Y) -> DataBlock<ImageBlock, Y> {
    DataBlock::new(ImageBlock::rgb(), target)
        .with_splitter(IndexSplitter::new((0..40).step_by(5)))
        .with_item_transform(Resize::crop(16))
}

fn small() -> Backbone {
    Backbone::from(Arch::Small).with_dropout(0.0)
}

#[test]
fn several_classes_an_example_are_learned() {
    let folder = folder();
    let loaders = block(MultiCategoryBlock::new(tags)).dataloaders(folder.path(), &Device::flex()).expect("loaders");
    assert_eq!(loaders.vocab().names(), ["green", "red"]);
    let f1 = |seed| {
        let mut learn = vision_learner(loaders.clone().with_batch_size(8).with_seed(seed), small())
            .expect("a learner")
            .with_metrics([accuracy_multi(), f1_multi()])
            .without_observers()
            .with_mix(MixUp::new(0.2))
            .with_seed(seed);
        learn.fit_one_cycle(12, 1e-2).expect("a fit");
        let predictions = learn.predictions().expect("predictions");
        assert_eq!((predictions.columns, predictions.targets.len()), (2, 8));
        assert!(predictions.outputs.iter().all(|p| (0.0..=1.0).contains(p)));
        learn.history().last("f1_multi").expect("a value")
    };
    // Over twelve seeds 0.93 at least, and 0.99 on average.
    let f1 = shapes::over_seeds(f1);
    assert!(f1 > 0.8, "F1 is {f1}");
}

#[test]
fn numbers_are_learned() {
    let folder = folder();
    let loaders = block(RegressionBlock::new(counts)).dataloaders(folder.path(), &Device::flex()).expect("loaders");
    let r2 = |seed| {
        let mut learn = vision_learner(loaders.clone().with_batch_size(8).with_seed(seed), small())
            .expect("a learner")
            .with_metrics([rmse(), mae(), r2()])
            .without_observers()
            .with_seed(seed);
        learn.fit_one_cycle(20, 2e-2).expect("a fit");
        assert_eq!(learn.predictions().expect("predictions").columns, 2);
        learn.history().last("r2").expect("a value")
    };
    // Over twelve seeds 0.61 at least, and 0.85 on average.
    let r2 = shapes::over_seeds(r2);
    assert!(r2 > 0.5, "R² is {r2}");
}

#[test]
fn high_losses_are_named_for_every_kind_of_target() {
    let folder = folder();
    let block = block(RegressionBlock::one(|item: &Path| Ok(counts(item)?[0])));
    let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(8);
    let learn = vision_learner(loaders, small()).expect("a learner").without_observers();
    let worst = learn.top_losses(3).expect("losses");
    let predictions = learn.predictions().expect("predictions");
    assert_eq!(worst.len(), 3);
    assert!(worst.windows(2).all(|pair| pair[0].loss >= pair[1].loss));
    for one in &worst {
        assert_eq!(one.outputs, predictions.row(one.row));
        assert_eq!(one.target, predictions.targets[one.row]);
        assert_eq!(one.path, learn.data().valid().dataset().items()[one.item]);
        let loss = (one.outputs[0] - one.target[0]).powi(2);
        assert!((one.loss - loss).abs() < 1e-4 * loss.max(1.0), "{} is not {loss}", one.loss);
    }
}

#[test]
fn a_label_that_training_does_not_have_is_refused_by_name() {
    let folder = folder();
    let only_red = MultiCategoryBlock::new(tags).with_vocab(firelight_vocab::Vocab::from_labels(["red"]));
    let error = block(only_red).dataloaders(folder.path(), &Device::flex()).expect_err("refused").to_string();
    assert!(error.contains("green"), "{error}");
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let folder = folder();
    let of = |labeller: fn(&Path) -> Result<Vec<f32>, DataError>| {
        let error = block(RegressionBlock::new(labeller)).dataloaders(folder.path(), &Device::flex());
        error.expect_err("refused").to_string().replace(&folder.path().display().to_string(), "folder")
    };
    assert_eq!(
        of(|item| Ok(vec![1.0; 1 + usize::from(stem(item).starts_with("red-"))])),
        "labels: folder/red-green_04.png has 2 number(s), and the first training item 1; give every item equally many, and \
         at least one"
    );
    assert_eq!(
        of(|item| Ok(vec![if stem(item).ends_with("12") { f32::NAN } else { 1.0 }])),
        "labels: folder/red-green_12.png has the number NaN; give finite numbers, or leave the item out"
    );
}

/// Computed with scikit-learn 1.7: `f1_score`, `precision_score`, `recall_score` with `average="macro"`, `zero_division=0`.
#[test]
fn metrics_of_several_classes_have_scikit_learns_values() {
    let outputs = [0.9, 0.2, 0.6, 0.4, 0.7, 0.1, 0.8, 0.9, 0.3, 0.1, 0.6, 0.2];
    let targets = [vec![0, 2], vec![0], vec![0, 1, 2], vec![]];
    let decision = Decision::Threshold(0.5);
    let cases: [(MultiMetric, f64); 4] = [
        (accuracy_multi(), 8.0 / 12.0),
        (precision_multi(), (1.0 + 1.0 / 3.0 + 1.0) / 3.0),
        (recall_multi(), (2.0 / 3.0 + 1.0 + 0.5) / 3.0),
        (f1_multi(), (0.8 + 0.5 + 2.0 / 3.0) / 3.0),
    ];
    for (metric, expected) in cases {
        let mut sums = metric.start();
        assert_eq!(sums.value(), None, "no examples");
        for rows in [0..1, 1..4] {
            let targets = &targets[rows.clone()];
            let outputs = &outputs[3 * rows.start..3 * rows.end];
            let decided = vec![0; targets.len()];
            sums.update(&Outcomes { outputs, columns: 3, targets, decided: &decided, decision: &decision });
        }
        let value = sums.value().expect("a value");
        assert!((value - expected).abs() < 1e-12, "{} is {value}, not {expected}", metric.name());
    }
}

#[test]
fn metrics_of_numbers_have_their_textbook_values() {
    let outputs = [1.0, 4.0, 3.0, 0.0, 2.0, 2.0];
    let targets = [vec![1.0, 2.0], vec![2.0, 0.0], vec![3.0, 4.0]];
    let cases: [(ValueMetric, f64); 4] = [
        (mse(), 10.0 / 6.0),
        (rmse(), (10.0_f64 / 6.0).sqrt()),
        (mae(), 6.0 / 6.0),
        (r2(), f64::midpoint(1.0 - 2.0 / 2.0, 1.0 - 8.0 / 8.0)),
    ];
    for (metric, expected) in cases {
        let rows: Vec<&[f32]> = outputs.chunks(2).collect();
        let value = measure(&metric, &rows, &targets, &Decision::Argmax).expect("a value");
        assert!((value - expected).abs() < 1e-12, "{} is {value}, not {expected}", metric.name());
    }
}
