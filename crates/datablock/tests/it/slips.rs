//! Slips of labels that are errors, and those that are cautions.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    Categories, CategoryBlock, DataBlock, DataError, DataLoaders, FittedTarget, GrandparentSplitter, ImageBlock,
    IndexSplitter, Labeller, MultiCategoryBlock, RegexLabeller, RegressionBlock, TargetBlock, parent_label,
};
use firelight_vocab::Vocab;

use crate::folder;

fn of<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(
    target: Y,
    items: &[&str],
) -> Result<DataLoaders<Y::Fitted>, DataError> {
    let items: Vec<_> = items.iter().map(PathBuf::from).collect();
    let block = DataBlock::new(ImageBlock::rgb(), target).with_splitter(IndexSplitter::new([0]));
    block.dataloaders_of(&items, &Device::flex())
}

fn refused<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(target: Y, items: &[&str]) -> String {
    of(target, items).map(drop).expect_err("refused").to_string()
}

fn by_folder() -> CategoryBlock {
    CategoryBlock::new(parent_label)
}

/// The labels of a name that has several: `red-round_1.png`.
#[allow(clippy::unnecessary_wraps)] // a labeller may fail
fn tags(item: &Path) -> Result<Vec<String>, DataError> {
    let name = item.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Ok(name.split('_').next().unwrap_or_default().split('-').map(String::from).collect())
}

/// B16: a vocab that was given is asked of both parts at once, and not taken for the training part's.
#[test]
fn labels_outside_a_given_vocab_are_all_named_whatever_their_part() {
    let items = ["dog/0.png", "beagle/1.png", "dog/2.png", "beagel/3.png", "beagel/4.png", "owl/5.png"];
    let given = || by_folder().with_vocab(Vocab::from_labels(["beagle", "emu"]));
    assert_eq!(
        refused(given(), &items),
        "vocab: 5 item(s) have a label that is not in the vocab that was given: \"beagel\" (2; did you mean \
         \"beagle\"?), \"dog\" (2), \"owl\" (1); first: dog/2.png. Correct the labels, leave these files out, or add the class(es) to the vocab"
    );
    // In the validation part alone, too.
    assert!(matches!(
        of(given(), &["dog/0.png", "beagle/1.png"]),
        Err(DataError::UnknownLabel { labels, .. }) if labels.len() == 1 && labels[0].label == "dog"
    ));
    // Of a vocab that is made from training labels it is the other error.
    assert!(matches!(of(by_folder(), &["dog/0.png", "beagle/1.png"]), Err(DataError::OnlyInValidation { .. })));
    let several = MultiCategoryBlock::new(tags).with_vocab(Vocab::from_labels(["red"]));
    let error = refused(several, &["red_1.png", "red-round_2.png", "blue-round_3.png"]);
    assert!(error.contains("2 item(s)") && error.contains("\"blue\" (1), \"round\" (2)"), "{error}");

    let folder = folder::of(&["beagle/1.png", "beagle/2.png"]);
    let block = DataBlock::new(ImageBlock::rgb(), given()).with_splitter(IndexSplitter::new([0]));
    let summary = block.summary(folder.path(), &Device::flex()).to_string();
    assert!(
        summary.contains("2 class(es) of the vocab that was given, from \"beagle\" (0) to \"emu\" (1)"),
        "{summary}"
    );
}

/// An item counts once, whatever it has of labels that nobody knows, and however often.
#[test]
fn an_item_with_several_unknown_labels_is_one_item() {
    let several = || MultiCategoryBlock::new(tags).with_vocab(Vocab::from_labels(["red"]));
    let error = refused(several(), &["red_1.png", "blue-round-blue_2.png", "blue_3.png"]);
    assert!(
        error.starts_with("vocab: 2 item(s) have a label")
            && error.contains("given: \"blue\" (2), \"round\" (1); first"),
        "{error}"
    );
    let error = refused(MultiCategoryBlock::new(tags), &["blue-round-blue_1.png", "red_2.png", "red_3.png"]);
    assert!(
        error.starts_with("vocab: 1 item(s) outside the training part")
            && error.contains("has: \"blue\" (1), \"round\" (1); first"),
        "{error}"
    );
    let Err(DataError::UnknownLabel { items: 1, labels, .. }) =
        several().given().expect("classes").target(Path::new("blue-blue_1.png"))
    else {
        panic!("refused")
    };
    assert_eq!(labels.len(), 1);
}

/// Every class is compared for a suggestion: once a label, not once an item.
#[test]
fn a_class_is_suggested_once_the_items_are_read() {
    let classes = by_folder().with_vocab(Vocab::from_labels(["beagle"])).given().expect("classes");
    let suggestion = |error: DataError| match error {
        DataError::UnknownLabel { labels, .. } => labels[0].suggestion.clone(),
        other => panic!("{other}"),
    };
    let item = Path::new("beagel/1.png");
    assert_eq!(suggestion(classes.target(item).expect_err("unknown")), None);
    let read = firelight_datablock::read_targets(&classes, &[item, Path::new("beagel/2.png")]);
    assert_eq!(suggestion(read.expect_err("unknown")).as_deref(), Some("beagle"));
}

#[test]
fn of_very_many_unknown_labels_a_hundred_are_named() {
    let items: Vec<String> = (0..1000).map(|i| format!("kind{i:03}/{i}.png")).collect();
    let error = refused(
        by_folder().with_vocab(Vocab::from_labels(["cat"])),
        &items.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    assert!(
        error.contains("1000 item(s)") && error.contains("\"kind099\" (1), and 900 more; first: kind001/1.png"),
        "{error}"
    );
}

/// F7: names that are not UTF-8 would become one label with replacement characters.
#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_named_not_merged() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let items = [path(b"caf\xe9/1.png"), path(b"caf\xe8/2.png"), path(b"caf\xe8/3.png")];
    let block = DataBlock::new(ImageBlock::rgb(), by_folder()).with_splitter(IndexSplitter::new([0]));
    let error = block.dataloaders_of(&items, &Device::flex()).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "labeller: parent_label finds no label in \"caf\\xE8/2.png\", whose name is not UTF-8; rename it"
    );
    let by_name = RegexLabeller::file_name(r"(.+)_\d+\.png$").expect("a pattern");
    let by_path = RegexLabeller::path(r"(.+)_\d+\.png$").expect("a pattern");
    for (labeller, name) in
        [(&by_name, &b"caf\xe9_1.png"[..]), (&by_name, b"x\xe9cat_1.png"), (&by_path, b"caf\xe9/cat_1.png")]
    {
        let error = labeller.label(&path(name)).expect_err("refused").to_string();
        assert!(error.contains("whose name is not UTF-8") && error.contains("\\xE9"), "{error}");
    }
    // The folder above does not matter to a pattern over the name.
    assert_eq!(by_name.label(&path(b"caf\xe9/cat_1.png")).expect("a label"), "cat");
    // A split by folder goes by the bytes: neither is the other, and `caf\u{FFFD}` is none of them.
    let items = [path(b"caf\xe9/a/1.png"), path(b"valid/a/2.png")];
    let split = GrandparentSplitter::new("caf\u{FFFD}", "valid");
    assert!(firelight_datablock::Splitter::split(&split, &items).is_err());
}

/// F30: an empty label is no class.
#[test]
fn an_empty_label_is_refused_unless_the_vocab_has_it() {
    let breed = || RegexLabeller::file_name(r"(.*)_\d+\.png$").expect("a pattern");
    let items = ["pug_1.png", "pug_2.png", "_7.png", "_8.png"];
    let message = |path: &str| {
        format!(
            "labeller: the label of {path} is empty; change the labeller or leave the file out, or, if it is meant, give the \
             block a vocab with \"\" in it by `with_vocab`"
        )
    };
    assert_eq!(refused(CategoryBlock::new(breed()), &items), message("_7.png"));
    assert_eq!(refused(MultiCategoryBlock::new(tags), &["a_1.png", "a-b_2.png", "_3.png"]), message("_3.png"));
    let meant = CategoryBlock::new(breed()).with_vocab(Vocab::ordered(["", "pug"]).expect("a vocab"));
    assert_eq!(of(meant, &items).expect("loaders").train().dataset().targets(), [1, 0, 0]);
    // So is one of which nothing is seen.
    for blank in [" ", "\t", "\u{200B}", "\u{FEFF} "] {
        let message = format!(
            "labeller: the label of {blank}/2.png is {blank:?}, which looks empty; change the labeller or leave the file out, or, \
             if it is meant, give the block a vocab with {blank:?} in it by `with_vocab`"
        );
        let items = ["pug/0.png".to_owned(), "pug/1.png".into(), format!("{blank}/2.png")];
        let items: Vec<_> = items.iter().map(String::as_str).collect();
        assert_eq!(refused(by_folder(), &items), message);
        let meant = by_folder().with_vocab(Vocab::from_labels([blank, "pug"]));
        assert!(of(meant, &items).is_ok());
    }
    // Only in validation it is a label that training does not have.
    assert!(matches!(of(CategoryBlock::new(breed()), &["_1.png", "a_2.png"]), Err(DataError::OnlyInValidation { .. })));
}

/// F30: labels that no reader can tell apart are one class by mistake.
#[test]
fn labels_that_look_the_same_are_refused_unless_the_vocab_has_both() {
    let say = |first: &str, second: &str, likeness: &str| {
        let items = ["x/0.png".to_owned(), "x/1.png".into(), format!("{first}/2.png"), format!("{second}/3.png")];
        let items: Vec<_> = items.iter().map(String::as_str).collect();
        assert_eq!(
            refused(by_folder(), &items),
            format!(
                "vocab: the labels {first:?} (first: {first}/2.png) and {second:?} (first: {second}/3.png) differ in {likeness} \
                 alone; make them one in the labeller or rename the files, or, if both are meant, give the block its vocab \
                 with `with_vocab`"
            )
        );
        let both = by_folder().with_vocab(Vocab::from_labels(["x", first, second]));
        let loaders = of(both, &items).expect("loaders");
        assert!(loaders.cautions().iter().any(|caution| caution.contains(likeness)), "{:?}", loaders.cautions());
    };
    say("cat", "cat ", "white space");
    say("cat", "\u{FEFF}cat", "white space");
    say("big  cat", "big cat", "white space");
    say("cafe\u{301}", "caf\u{e9}", "Unicode composition (NFC and NFD)");
    say("cafe\u{301} ", "caf\u{e9}", "white space and Unicode composition (NFC and NFD)");
}

/// F30: what is perhaps meant is a caution, which a summary shows.
#[test]
fn one_class_alone_and_letter_case_are_cautions() {
    let cautions = |loaders: DataLoaders<Categories>| loaders.cautions();
    let alone = of(by_folder(), &["cat/0.png", "cat/1.png", "cat/2.png"]).expect("loaders");
    let nothing = "so there is nothing to tell apart, and an accuracy of 1 means nothing; check the labeller";
    assert_eq!(cautions(alone), [format!("labels: every training item (2) is \"cat\", {nothing}")]);
    let cases = of(by_folder(), &["Cat/0.png", "Cat/1.png", "cat/2.png"]).expect("loaders");
    assert_eq!(
        cautions(cases),
        [
            "labels: the classes \"Cat\" and \"cat\" differ in letter case alone; if they are one, make them one in the labeller"
        ]
    );
    let more = of(by_folder(), &["Cat /0.png", "Cat /1.png", "cat/2.png"]).expect("loaders");
    assert_eq!(
        cautions(more),
        [
            "labels: the classes \"Cat \" and \"cat\" differ in letter case and white space or Unicode composition alone; if they \
             are one, make them one in the labeller"
        ]
    );
    let given = by_folder().with_vocab(Vocab::from_labels(["cat", "dog", "emu"]));
    let given = of(given, &["dog/0.png", "cat/1.png", "cat/2.png"]).expect("loaders");
    assert_eq!(
        cautions(given),
        [
            format!("labels: every training item (2) is \"cat\", {nothing}"),
            "labels: no training item has a class of the vocab that was given: \"dog\", \"emu\"; check the spelling of the \
             labels"
                .into()
        ]
    );
    assert!(cautions(of(by_folder(), &["cat/0.png", "cat/1.png", "dog/2.png"]).expect("loaders")).is_empty());
    let same = of(RegressionBlock::one(|_: &Path| Ok(0.5)), &["a.png", "b.png", "c.png"]).expect("loaders");
    assert_eq!(same.cautions(), [format!("labels: every training item (2) is 0.500, {nothing}")]);
    let tagged = of(MultiCategoryBlock::new(tags), &["a_0.png", "a-b_1.png", "b-a_2.png"]).expect("loaders");
    assert_eq!(tagged.cautions(), [format!("labels: every training item (2) is a, b, {nothing}")]);

    let folder = folder::of(&["cat/1.png", "cat/2.png"]);
    let block = DataBlock::new(ImageBlock::rgb(), by_folder()).with_splitter(IndexSplitter::new([0]));
    let summary = block.summary(folder.path(), &Device::flex()).to_string();
    assert!(summary.contains("\ncaution    labels: every training item (1) is \"cat\""), "{summary}");
}

/// F19: without any label there is no class, and no panic later.
#[test]
fn a_set_without_any_label_is_refused() {
    let nothing = |_: &Path| Ok(Vec::new());
    let error = "vocab: none of the 2 training item(s) has a label, so there is no class to learn; check the labeller";
    assert_eq!(refused(MultiCategoryBlock::new(nothing), &["a.png", "b.png", "c.png"]), error);
    let empty = MultiCategoryBlock::new(nothing).with_vocab(Vocab::from_labels::<String>([]));
    assert_eq!(refused(empty, &["a.png", "b.png", "c.png"]), error);
    // A vocab that was given has classes, if no item does.
    let given = MultiCategoryBlock::new(nothing).with_vocab(Vocab::from_labels(["a"]));
    assert_eq!(of(given, &["a.png", "b.png", "c.png"]).expect("loaders").cautions().len(), 2);
}
