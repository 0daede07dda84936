//! Items that are rows of a table, from training to what leaves.

use std::fmt::Write;
use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, Column, ColumnSplitter, DataBlock, DataLoaders, ImageBlock, InputBlock,
    MultiCategoryBlock, RegressionBlock, Row, Table,
};
use firelight_learner::models::Arch;
use firelight_learner::{Backbone, Checkpoints, Learner, LearnerError, Part, Predictor, vision_learner};
use firelight_transforms::{Picture, Resize, TransformError, open};
use tempfile::TempDir;

use crate::shapes;

/// The drawn shapes with a table that names them, `labels.csv`: of every eight rows one validates and one is for testing.
fn folder() -> TempDir {
    let folder = shapes::folder(48);
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .expect("files")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort_by_key(|name| name.split(['_', '.']).nth(1).and_then(|number| number.parse::<u32>().ok()));
    let mut table = String::from("name;shape;part;width\r\n");
    for (number, name) in names.iter().enumerate() {
        let (shape, _) = name.split_once('_').expect("a shape");
        let part = ["dev", "test", "train", "train", "train", "train", "train", "train"][number % 8];
        write!(table, "{};{shape};{part};{}\r\n", name.trim_end_matches(".png"), number % 3).expect("a row");
    }
    std::fs::write(folder.path().join("labels.csv"), table).expect("a table");
    folder
}

fn pictures() -> ImageBlock<Row> {
    ImageBlock::rgb().with_file(Column::new("name").with_suffix(".png"))
}

fn loaders_of(input: impl InputBlock<Row> + Clone, folder: &Path) -> DataLoaders<Categories<Row>> {
    DataBlock::new(input, CategoryBlock::new(Column::new("shape")))
        .with_table("labels.csv")
        .with_splitter(ColumnSplitter::new("part").with_words("train", "dev").with_test("test"))
        .with_item_transform(Resize::crop(32))
        .dataloaders(folder, &Device::flex())
        .expect("loaders")
        .with_batch_size(8)
}

fn learner(folder: &Path) -> Learner<Categories<Row>> {
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
    vision_learner(loaders_of(pictures(), folder), backbone).expect("a learner").without_observers()
}

#[test]
fn a_table_trains_is_looked_at_and_leaves() {
    let folder = folder();
    let mut learn = learner(folder.path());
    learn.fit_one_cycle(3, 1e-2).expect("a fit");
    let seen = learn.interpret().expect("an interpretation");
    assert_eq!(seen.confusion().iter().flatten().sum::<usize>(), 6);
    let worst = &seen.top_losses(1)[0];
    assert!(worst.path.to_string_lossy().contains("labels.csv:"), "{}", worst.path.display());
    assert!(seen.plot_top_losses(2).is_ok() && learn.show_results(3).is_ok());
    let report = tempfile::tempdir().expect("a folder");
    seen.save_report(report.path()).expect("a report");

    let file = report.path().join("shapes.firelight");
    learn.export(&file).expect("an export");
    let all = learn.predictions().expect("predictions");
    let loaded = Predictor::load(&file, &Device::flex()).expect("a predictor");
    for (row, &item) in all.items.iter().enumerate() {
        let name = learn.data().valid().dataset().items()[item].get("name").expect("a name").to_owned();
        let prediction = loaded.predict(folder.path().join(format!("{name}.png"))).expect("a prediction");
        assert_eq!(prediction.index, all.decided[row]);
        assert!(prediction.probabilities.iter().zip(all.row(row)).all(|(one, many)| (one - many).abs() < 1e-5));
    }
}

#[test]
fn the_third_part_is_evaluated_like_validation_and_pictures_without_labels_are_predicted() {
    let folder = folder();
    let mut learn = learner(folder.path());
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let test = learn.predictions_on(Part::Test).expect("predictions");
    let evaluation = learn.evaluate_on(Part::Test).expect("an evaluation");
    let mean = test.losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / test.losses.len() as f64;
    assert_eq!(test.items.len(), 6);
    assert!((evaluation.loss - mean).abs() < 1e-6, "{} and {mean}", evaluation.loss);
    let right = test.targets.iter().zip(&test.decided).filter(|(actual, decided)| actual == decided).count();
    assert_eq!(evaluation.metrics, [Some(right as f64 / 6.0)]);
    assert_eq!(learn.interpret_on(Part::Test).expect("an interpretation").predictions().targets, test.targets);

    // The same rows, without what their labels say.
    let rows = learn.data().test_part().expect("a third part").dataset().items().to_vec();
    let unlabelled = learn.predictions_of(&learn.data().test(rows).expect("a loader")).expect("predictions");
    assert_eq!((&unlabelled.outputs, &unlabelled.decided), (&test.outputs, &test.decided));
    assert!(unlabelled.losses.is_empty());

    // A loader that is older than the learner is normalised as the learner's.
    let normalize = firelight_transforms::Normalize::imagenet();
    let before = loaders_of(pictures(), folder.path());
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
    let normalized = vision_learner(before.clone().with_normalize(normalize), backbone).expect("a learner");
    let rows = before.valid().dataset().items().to_vec();
    let older = normalized.predictions_of(&before.test(rows).expect("a loader")).expect("predictions");
    assert_eq!(older.outputs, normalized.predictions().expect("predictions").outputs);

    // And with them, as pictures that came later.
    let later = learn.data().test_labelled(learn.data().test_part().expect("a third part").dataset().items().to_vec());
    assert_eq!(learn.evaluate_of(&later.expect("a loader")).expect("an evaluation"), evaluation);
    let others = shapes::renamed(&folder, "dark", "dusk");
    let table = std::fs::read_to_string(others.path().join("labels.csv")).expect("a table").replace("dark", "dusk");
    std::fs::write(others.path().join("labels.csv"), table).expect("a table");
    let other = loaders_of(pictures(), others.path());
    assert!(matches!(learn.evaluate_of(other.valid()), Err(LearnerError::OtherClasses { .. })));
    assert!(matches!(learn.predictions_of(other.valid()), Err(LearnerError::OtherClasses { .. })));
    let unknown = learn.data().test_labelled(other.valid().dataset().items().to_vec());
    assert!(matches!(unknown, Err(firelight_datablock::DataError::UnknownLabel { .. })));

    let none = shapes::learner(shapes::loaders(&shapes::folder(24), &Device::flex()));
    let error = none.evaluate_on(Part::Test).expect_err("no third part").to_string();
    assert_eq!(error, "loader: the recipe keeps no part for testing; give it a splitter that does, as `HoldOut`");
}

#[test]
fn a_run_over_rows_goes_on_where_it_was_stopped_and_knows_another_table() {
    let (folder, place) = (folder(), tempfile::tempdir().expect("a folder"));
    let checkpoints = || Checkpoints::in_folder(place.path()).every_steps(2);
    let mut whole = learner(folder.path());
    whole.fit_one_cycle(2, 1e-2).expect("a fit");
    let expected = whole.predictions().expect("predictions").outputs;
    learner(folder.path()).with_checkpoints(checkpoints()).fit_one_cycle(2, 1e-2).expect("a fit");
    // The last checkpoint is of the end; without it the fit goes on from the one before.
    std::fs::remove_file(place.path().join("step-000000008.checkpoint")).expect("the last checkpoint");
    let mut again = learner(folder.path()).with_checkpoints(checkpoints());
    again.fit_one_cycle(2, 1e-2).expect("the rest of it");
    assert_eq!(again.predictions().expect("predictions").outputs, expected);

    // Another label, and other pictures of the same labels.
    let table = folder.path().join("labels.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    let swapped = text.replace("Bright_6;", "x").replace("Bright_12;", "Bright_6;").replace('x', "Bright_12;");
    for other in [text.replace("Bright_0;Bright", "Bright_0;bars"), swapped] {
        assert_ne!(other, text);
        std::fs::write(&table, other).expect("another table");
        let error = learner(folder.path()).with_checkpoints(checkpoints()).fit_one_cycle(2, 1e-2).expect_err("refused");
        assert!(matches!(&error, LearnerError::OtherRun { .. }) && error.to_string().contains("items"), "{error}");
    }
}

#[test]
fn features_of_other_rows_or_other_files_are_refused() {
    let folder = folder();
    let copies = folder.path().join("copies");
    std::fs::create_dir(&copies).expect("a folder");
    for entry in std::fs::read_dir(folder.path()).expect("files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "png") {
            std::fs::copy(&path, copies.join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    let table = Table::read(folder.path().join("labels.csv")).expect("a table");
    let learner = |column: Column, rows: &[Row]| {
        let block = DataBlock::new(ImageBlock::rgb().with_file(column), CategoryBlock::new(Column::new("shape")))
            .with_splitter(ColumnSplitter::new("part").with_words("train", "dev"))
            .with_item_transform(Resize::crop(32));
        let dls = block.dataloaders_of(rows, &Device::flex()).expect("loaders").with_batch_size(8);
        vision_learner(dls, Backbone::from(Arch::Small).with_dropout(0.0)).expect("a learner").without_observers()
    };
    let name = || Column::new("name").with_suffix(".png");
    // The last training rows are left out; all others are the same, in the same order.
    let fewer = table.rows_where(|row| row.get("part").ok() != Some("train") || row.line() < 40);
    assert!(fewer.len() < table.rows().len());
    let features = learner(name(), table.rows()).head_features(0).expect("features");
    assert!(learner(name(), table.rows()).fit_head_on(&features, 1, 1e-2).is_ok());
    for mut other in [learner(name(), &fewer), learner(name().in_folder("copies"), table.rows())] {
        let error = other.fit_head_on(&features, 1, 1e-2).expect_err("refused").to_string();
        assert!(error.contains("features"), "{error}");
        assert!(other.evaluate_head_on(&features).is_err());
    }
    let features = learner(name(), &fewer).head_features(0).expect("features");
    assert!(learner(name(), table.rows()).fit_head_on(&features, 1, 1e-2).is_err());
}

#[test]
fn rows_have_several_labels_and_numbers_too() {
    let folder = folder();
    let table = Table::read(folder.path().join("labels.csv")).expect("a table");
    let splitter = ColumnSplitter::new("part").with_words("train", "dev");
    let backbone = || Backbone::from(Arch::Small).with_dropout(0.0);
    let tags = DataBlock::new(pictures(), MultiCategoryBlock::new(Column::new("shape").split_at("r")))
        .with_splitter(splitter.clone())
        .with_item_transform(Resize::crop(32));
    let dls = tags.dataloaders_of(table.rows(), &Device::flex()).expect("loaders").with_batch_size(8);
    assert_eq!(dls.vocab().names(), ["B", "ba", "da", "ight", "k", "s"]);
    let mut learn = vision_learner(dls, backbone()).expect("a learner").without_observers();
    learn.fit(1, 1e-3).expect("a fit");
    let worst = &learn.top_losses(1).expect("losses")[0];
    assert!(worst.path.to_string_lossy().contains("labels.csv:"));

    let widths = DataBlock::new(pictures(), RegressionBlock::one(Column::new("width")))
        .with_splitter(splitter)
        .with_item_transform(Resize::crop(32));
    let dls = widths.dataloaders_of(table.rows(), &Device::flex()).expect("loaders").with_batch_size(8);
    let mut learn = vision_learner(dls, backbone()).expect("a learner").without_observers();
    learn.fit(1, 1e-3).expect("a fit");
    assert_eq!(learn.predictions().expect("predictions").columns, 1);
}

/// Reads what a row names, and turns its colours around.
#[derive(Debug, Clone)]
struct Negative;

impl InputBlock<Row> for Negative {
    fn read(&self, row: &Row) -> Result<Picture, TransformError> {
        let name = row.get("name").map_err(|why| TransformError::Input { reason: why.to_string() })?;
        let file = row.file().with_file_name(name).with_extension("png");
        let mut picture = open(&file, &firelight_transforms::Limits::default())?;
        image::imageops::invert(&mut picture);
        Ok(picture.into())
    }
}

/// A block of one's own over rows trains and predicts by loaders; a predictor of files is refused in words.
#[test]
fn a_block_of_ones_own_over_rows_has_no_predictor_of_files() {
    let folder = folder();
    let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
    let learn = vision_learner(loaders_of(Negative, folder.path()), backbone).expect("a learner").without_observers();
    assert_eq!(learn.predictions().expect("predictions").items.len(), 6);
    let error = learn.predictor().map(drop).expect_err("refused").to_string();
    assert!(error.contains("the input block Negative reads items that are not files"), "{error}");
    assert!(matches!(learn.export(folder.path().join("x")), Err(LearnerError::Unstorable { .. })));
}
