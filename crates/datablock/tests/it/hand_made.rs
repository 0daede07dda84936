//! Parts that were made by hand are told apart from each other before the first batch, as a recipe's are.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataLoaders, Dataset, FittedTarget, ImageBlock, MultiCategoryBlock, TargetBlock,
    parent_label,
};
use firelight_transforms::PictureTransforms;
use firelight_vocab::Vocab;

fn classes(names: &[&str]) -> Categories {
    let vocab = Vocab::ordered(names.iter().copied()).expect("a vocab");
    CategoryBlock::new(parent_label).with_vocab(vocab).given().expect("classes")
}

fn part<F: FittedTarget<Item = Path>>(fitted: F, items: &[&str]) -> Dataset<F> {
    let items = items.iter().map(PathBuf::from).collect();
    let transforms = PictureTransforms::new().into();
    Dataset::new(items, fitted, std::sync::Arc::new(ImageBlock::rgb()), transforms).expect("a data set")
}

fn checked<F: FittedTarget>(train: Dataset<F>, valid: Dataset<F>) -> Result<(), String> {
    let loaders = DataLoaders::new(train, valid, &Device::flex()).with_batch_size(1);
    loaders.check().map_err(|error| error.to_string())
}

#[test]
fn parts_of_different_classes_are_refused() {
    let check = |train: &[&str], valid: &[&str]| {
        checked(part(classes(train), &["cat/1.png"]), part(classes(valid), &["cat/2.png"]))
    };
    let say = |class: usize, train: &str, valid: &str| {
        Err(format!(
            "loader: the parts have different classes: class {class} is {train} in training and {valid} in validation; give the \
             validation part a clone of what the training part was fitted to (`Dataset::fitted`)"
        ))
    };
    assert_eq!(check(&["cat", "dog"], &["cat", "dog"]), Ok(()));
    assert_eq!(check(&["cat", "dog"], &["dog", "cat"]), say(0, "\"cat\"", "\"dog\""));
    assert_eq!(check(&["cat", "dog"], &["cat"]), say(1, "\"dog\"", "nothing"));
    assert_eq!(check(&["cat"], &["cat", "emu"]), say(1, "nothing", "\"emu\""));
    let tags = |name: &str| {
        let block = MultiCategoryBlock::new(|item: &Path| Ok(vec![parent_label(item)?]));
        block.with_vocab(Vocab::from_labels([name])).given().expect("classes")
    };
    assert_eq!(checked(part(tags("a"), &["a/1.png"]), part(tags("b"), &["b/2.png"])), say(0, "\"a\"", "\"b\""));
}

#[test]
fn a_file_of_both_parts_is_refused_however_it_is_written() {
    let check =
        |train: &[&str], valid: &[&str]| checked(part(classes(&["cat"]), train), part(classes(&["cat"]), valid));
    let remedy = "give every file to one of them";
    assert_eq!(
        check(&["cat/1.png", "cat/2.png"], &["cat/3.png", "cat/2.png"]),
        Err(format!("loader: cat/2.png of the training part is in the validation part; {remedy}"))
    );
    assert_eq!(
        check(&["cat/1.png"], &["dog/../cat/1.png"]),
        Err(format!("loader: cat/1.png of the training part is in the validation part, as dog/../cat/1.png; {remedy}"))
    );
    // Twice in training alone is a way to draw it more often.
    assert_eq!(check(&["cat/1.png", "cat/1.png"], &["cat/2.png"]), Ok(()));
}

#[cfg(unix)]
#[test]
fn a_file_of_both_parts_is_refused_behind_a_link() {
    let folder = crate::folder::of(&["run3/cat/1.png"]);
    std::os::unix::fs::symlink("run3", folder.path().join("current")).expect("a link");
    let [train, valid] = ["run3/cat/1.png", "current/cat/1.png"].map(|name| folder.path().join(name));
    let of = |path: &Path| part(classes(&["cat"]), &[path.to_str().expect("a name")]);
    let error = checked(of(&train), of(&valid)).expect_err("refused");
    assert!(error.contains(&format!("is in the validation part, as {}", valid.display())), "{error}");
}
