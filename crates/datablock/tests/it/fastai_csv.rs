//! Tables give the vocabularies, the parts and the targets of fastai 2.8.12: `reference/csv_loaders.py` made the numbers.

use std::fmt::Debug;
use std::path::PathBuf;

use burn::tensor::Device;
use firelight_datablock::{
    Column, ColumnSplitter, DataBlock, DataLoaders, FittedTarget, ImageBlock, InputBlock, MultiCategoryBlock,
    RandomSplitter, RegressionBlock, Row, Splitter, StratifiedSplitter, TargetBlock, parent_label,
};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Deserialize)]
struct Reference {
    csv: String,
    fifth: Case<usize>,
    third: Case<usize>,
    several: Case<Vec<usize>>,
    told: Case<usize>,
    flag: Case<usize>,
    number: Case<Vec<f32>>,
    stratified: Vec<Stratified>,
}

/// Rows of the table by their numbers, in the order of fastai's data sets.
#[derive(Deserialize)]
struct Case<T> {
    vocab: Vec<String>,
    train: Vec<usize>,
    train_targets: Vec<T>,
    valid: Vec<usize>,
    valid_targets: Vec<T>,
}

/// A label a letter, and how many a, b and c may validate.
#[derive(Deserialize)]
struct Stratified {
    labels: String,
    share: f64,
    counts: Vec<[usize; 3]>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/csv_loaders.json")).expect("the reference")
}

/// The table, and a file for each of its rows.
fn folder(csv: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("pictures")).expect("a folder");
    std::fs::write(folder.path().join("labels.csv"), csv).expect("a table");
    for row in 0..30 {
        std::fs::write(folder.path().join(format!("pictures/{row:02}.png")), "").expect("a file");
    }
    folder
}

/// The loaders of a recipe over the table, once their rows and targets are those of fastai.
fn compared<X, Y, T>(block: &DataBlock<X, Y>, folder: &TempDir, case: &Case<T>) -> DataLoaders<Y::Fitted>
where
    X: InputBlock<Row> + Clone,
    Y: TargetBlock<Fitted: FittedTarget<Item = Row, Target = T>>,
    T: PartialEq + Debug,
{
    let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders");
    let parts = [
        (loaders.train().dataset(), &case.train, &case.train_targets),
        (loaders.valid().dataset(), &case.valid, &case.valid_targets),
    ];
    for (part, rows, targets) in parts {
        // The first row stands on line 2.
        let ours: Vec<usize> = part.items().iter().map(|row| row.line() as usize - 2).collect();
        assert_eq!(&ours, rows);
        assert_eq!(part.targets(), &targets[..]);
    }
    loaders
}

fn pictures() -> ImageBlock<Row> {
    ImageBlock::rgb().with_file(Column::new("file"))
}

#[test]
fn the_first_two_columns_are_read_as_fastais() {
    let Reference { csv, fifth, third, .. } = reference();
    let folder = folder(&csv);
    let block = DataBlock::from_csv("labels.csv");
    assert_eq!(compared(&block, &folder, &fifth).vocab().names(), &fifth.vocab[..]);
    let block = block.with_splitter(RandomSplitter::new(0.33));
    assert_eq!(compared(&block, &folder, &third).vocab().names(), &third.vocab[..]);
}

#[test]
fn several_labels_in_a_field_are_read_as_fastais() {
    let Reference { csv, several, .. } = reference();
    let folder = folder(&csv);
    let labels = MultiCategoryBlock::new(Column::new("labels").split_at(";"));
    let block = DataBlock::new(pictures(), labels).with_table("labels.csv");
    assert_eq!(compared(&block, &folder, &several).vocab().names(), &several.vocab[..]);
}

#[test]
fn a_column_tells_the_parts_as_fastais() {
    let Reference { csv, told, flag, number, .. } = reference();
    let folder = folder(&csv);
    for (column, case) in [("is_valid", told), ("flag", flag)] {
        let block = DataBlock::from_csv("labels.csv").with_splitter(ColumnSplitter::new(column));
        assert_eq!(compared(&block, &folder, &case).vocab().names(), &case.vocab[..]);
    }
    let block = DataBlock::new(pictures(), RegressionBlock::one(Column::new("age")))
        .with_table("labels.csv")
        .with_splitter(ColumnSplitter::new("is_valid"));
    compared(&block, &folder, &number);
    assert!(number.vocab.is_empty());
}

/// Where classes tie, fastai takes one by chance, and ours is one of those.
#[test]
fn stratified_parts_have_the_counts_of_fastais() {
    let cases = reference().stratified;
    for Stratified { labels, share, counts } in &cases {
        let file = |(n, class): (usize, char)| PathBuf::from(format!("{class}/{n}.png"));
        let items: Vec<PathBuf> = labels.chars().enumerate().map(file).collect();
        let split = StratifiedSplitter::new(*share, parent_label).split(&items).expect("a split");
        let of = |class: &str| split.valid().iter().filter(|&&item| items[item].starts_with(class)).count();
        let ours = ["a", "b", "c"].map(of);
        assert!(counts.contains(&ours), "{ours:?} of {share}, there {counts:?}");
        assert_eq!(split.train().len() + split.valid().len(), items.len());
    }
    assert_eq!(cases.len(), 4);
}
