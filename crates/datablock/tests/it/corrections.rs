//! Labels are corrected whatever the source and the labeller, and corrections of other data are refused.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, Column, DataBlock, DataError, DataLoaders, ImageBlock, IndexSplitter,
    MultiCategoryBlock, RegressionBlock, TrainOnAll, parent_label,
};
use firelight_vocab::Vocab;
use tempfile::TempDir;

use crate::folder;

const NAMES: [&str; 6] =
    ["beagle_0.png", "beagle_1.png", "boxer_2.png", "pug_3.png", "sub/boxer_4.png", "sub/pug_5.png"];

/// The recipe of six pictures, of which the first validates, corrected by a file of this text.
fn corrected(block: CategoryBlock, text: &str) -> (TempDir, Result<DataLoaders<Categories>, DataError>) {
    let (folder, file) = written(text);
    let block = DataBlock::new(ImageBlock::rgb(), block).with_splitter(IndexSplitter::new([0]));
    let loaders = block.with_corrections(file).dataloaders(folder.path(), &Device::flex());
    (folder, loaders)
}

fn written(text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = folder::of(&NAMES);
    let file = folder.path().join("corrections.csv");
    std::fs::write(&file, format!("item,given,suggested,action\n{text}")).expect("a file");
    (folder, file)
}

fn refused(block: CategoryBlock, text: &str) -> String {
    let (folder, loaders) = corrected(block, text);
    said(&folder, &loaders.map(drop).expect_err("refused"))
}

fn said(folder: &TempDir, error: &DataError) -> String {
    error.to_string().replace(&folder.path().display().to_string(), "pets")
}

/// Names and labels of the training part.
fn labels(loaders: &DataLoaders<Categories>) -> Vec<(String, String)> {
    let train = loaders.train().dataset();
    let label = |item: usize| loaders.vocab()[train.targets()[item]].to_string();
    (0..train.len()).map(|item| (train.name(item).expect("a name"), label(item))).collect()
}

#[test]
fn items_are_relabelled_and_left_out_and_classes_are_merged() {
    let text =
        "beagle_1.png,beagle,pug,relabel\npug_3.png,pug,,leave out\nsub/pug_5.png,pug,,keep\n,boxer,beagle,merge\n";
    let (_folder, loaders) = corrected(folder::breeds(), text);
    let loaders = loaders.expect("loaders");
    let expected =
        [("beagle_1.png", "pug"), ("boxer_2.png", "beagle"), ("sub/boxer_4.png", "beagle"), ("sub/pug_5.png", "pug")];
    assert_eq!(labels(&loaders), expected.map(|(name, label)| (name.to_owned(), label.to_owned())));
    assert_eq!(loaders.vocab().names(), ["beagle", "pug"]);
    // What is left out changes nothing about the parts of the others.
    assert_eq!(loaders.valid().dataset().name(0).expect("a name"), "beagle_0.png");
    let changes = loaders.changes().expect("changes");
    assert_eq!((changes.relabelled, changes.left_out, changes.merged[0].items), (1, 1, 2));
    assert_eq!(changes.to_string(), "1 item(s) relabelled, 1 left out, 2 item(s) of class \"boxer\" now \"beagle\"");
}

#[test]
fn a_vocab_that_was_given_loses_the_classes_that_are_merged() {
    let given = || folder::breeds().with_vocab(Vocab::ordered(["pug", "boxer", "beagle"]).expect("a vocab"));
    let (_folder, loaders) = corrected(given(), ",boxer,beagle,merge\n");
    let loaders = loaders.expect("loaders");
    assert_eq!(loaders.vocab().names(), ["pug", "beagle"]);
    assert_eq!(loaders.train().dataset().targets(), [1, 1, 0, 1, 0]);
    // A label outside it is as unknown as any.
    let text = refused(given(), "beagle_1.png,beagle,poodle,relabel\n");
    assert!(
        text.starts_with("vocab: 1 item(s) have a label that is not in the vocab that was given: \"poodle\""),
        "{text}"
    );
}

#[test]
fn lines_about_other_data_name_the_line_and_what_to_do() {
    insta::assert_snapshot!(refused(folder::breeds(), "beagle_1.png,beagle,pug,relabel\nbeagle_7.png,beagle,,keep\n"), @r#"corrections: pets/corrections.csv, line 3: there is no item "beagle_7.png"; write its name from the folder on, or remove the line"#);
    insta::assert_snapshot!(refused(folder::breeds(), "beagle_1.png,boxer,pug,relabel\n"), @r#"corrections: pets/corrections.csv, line 2: "beagle_1.png" was "boxer", and is "beagle" now; examine the labels again, or remove the line"#);
    insta::assert_snapshot!(refused(folder::breeds(), ",boxxer,pug,merge\n"), @r#"corrections: pets/corrections.csv, line 2: no item is labelled "boxxer"; write the class as the labels have it, or remove the line"#);
    insta::assert_snapshot!(refused(folder::breeds(), "beagle_0.png,,,leave out\n"), @"splitter: pets/corrections.csv leaves out every item of the validation part; keep some of them, or choose another splitter");
    insta::assert_snapshot!(refused(folder::breeds(), "beagle_0.png,,,drop\n"), @r#"corrections: pets/corrections.csv, line 2: "drop" is no action; write keep, relabel, leave out or merge"#);
    let folder = folder::of(&NAMES);
    let block = DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_corrections("no/such.csv");
    let text = said(&folder, &block.dataloaders(folder.path(), &Device::flex()).map(drop).expect_err("refused"));
    assert!(text.starts_with("corrections: cannot read no/such.csv: "), "{text}");
}

#[test]
fn several_labels_are_corrected_each_for_itself() {
    let (folder, file) = written("pug_3.png,small,,relabel\npug_3.png,,brown,relabel\n,tiny,small,merge\n");
    let tags = |item: &Path| {
        let name = item.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(if name.starts_with("pug") { vec!["small".to_owned()] } else { vec!["tiny".to_owned(), "brown".to_owned()] })
    };
    let block = DataBlock::new(ImageBlock::rgb(), MultiCategoryBlock::new(tags)).with_splitter(IndexSplitter::new([0]));
    let loaders = block.with_corrections(file).dataloaders(folder.path(), &Device::flex()).expect("loaders");
    assert_eq!(loaders.vocab().names(), ["brown", "small"]);
    assert_eq!(loaders.train().dataset().targets(), [vec![0, 1], vec![0, 1], vec![0], vec![0, 1], vec![1]]);
    let changes = loaders.changes().expect("changes");
    assert_eq!((changes.relabelled, changes.merged[0].items), (1, 4));
}

#[test]
fn rows_of_a_table_are_called_as_their_files() {
    let (folder, file) = written("sub/boxer_4.png,boxer,pug,relabel\nboxer_2.png,,,leave out\n");
    let rows =
        NAMES.map(|name| format!("{name},{}\n", name.trim_start_matches("sub/").split('_').next().unwrap_or("")));
    std::fs::write(folder.path().join("labels.csv"), format!("file,breed\n{}", rows.concat())).expect("a table");
    let pictures = ImageBlock::rgb().with_file(Column::new("file"));
    let block = DataBlock::new(pictures, CategoryBlock::new(Column::new("breed")))
        .with_table("labels.csv")
        .with_splitter(TrainOnAll)
        .with_corrections(file);
    let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders");
    let train = loaders.train().dataset();
    let names: Vec<String> = (0..train.len()).map(|item| train.name(item).expect("a name")).collect();
    assert_eq!(names, ["beagle_0.png", "beagle_1.png", "pug_3.png", "sub/boxer_4.png", "sub/pug_5.png"]);
    assert_eq!(train.targets(), [0, 0, 1, 1, 1]);
}

#[test]
fn items_of_any_target_can_be_left_out_and_labels_of_classes_alone_corrected() {
    let loaders = |text: &str| {
        let (folder, file) = written(text);
        let block = DataBlock::new(ImageBlock::rgb(), RegressionBlock::one(|_: &Path| Ok(1.0)));
        let block = block.with_splitter(IndexSplitter::new([0])).with_corrections(file);
        let loaders = block.dataloaders(folder.path(), &Device::flex());
        loaders.map(|loaders| loaders.train().dataset().len()).map_err(|error| said(&folder, &error))
    };
    assert_eq!(loaders("pug_3.png,,,leave out\n"), Ok(4));
    insta::assert_snapshot!(loaders("pug_3.png,pug,boxer,relabel\n").expect_err("refused"), @"loader: corrections = pets/corrections.csv for targets that are no labels makes no sense; leave items out alone (`leave out`), or give the block a `TargetBlock::corrected`");
}

#[test]
fn a_summary_tells_what_was_changed_and_by_which_file() {
    let (folder, file) = written("boxer_2.png,boxer,beagle,relabel\npug_3.png,,,leave out\n");
    let block = DataBlock::new(ImageBlock::rgb(), folder::breeds()).with_splitter(IndexSplitter::new([0]));
    let text = block.with_corrections(file).summary(folder.path(), &Device::flex()).to_string();
    let text = text.replace(&folder.path().display().to_string(), "pets");
    assert!(text.contains("\nsplit      4 to train, 1 to validate by IndexSplitter"), "{text}");
    assert!(text.contains("\ncorrected  1 item(s) relabelled, 1 left out, by pets/corrections.csv\n"), "{text}");
}

#[test]
fn a_list_has_no_folder_and_items_are_called_as_they_are_listed() {
    let items = ["pug/1.png", "boxer/2.png", "boxer/3.png"].map(Into::into);
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(TrainOnAll);
    let loaders = block.dataloaders_of(&items, &Device::flex()).expect("loaders");
    assert_eq!(loaders.train().dataset().name(2).expect("a name"), "boxer/3.png");
    assert!(loaders.changes().is_none());
}
