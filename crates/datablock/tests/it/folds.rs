//! Splits whose sizes are scikit-learn's: `reference/folds.py` made the numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use firelight_datablock::{DataError, FoldSplitter, RandomSubsetSplitter, Splitter, StratifiedSplitter, parent_label};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

/// Keys are numbers of folds, and shares.
#[derive(Deserialize)]
struct Case {
    labels: Vec<usize>,
    classes: usize,
    folds: BTreeMap<usize, Vec<usize>>,
    by_class: BTreeMap<usize, Vec<Vec<usize>>>,
    by_group: BTreeMap<usize, Vec<usize>>,
    stratified: BTreeMap<String, Vec<Vec<usize>>>,
}

impl Case {
    fn items(&self) -> Vec<PathBuf> {
        self.labels.iter().enumerate().map(|(n, label)| format!("c{label}/{n}.png").into()).collect()
    }

    fn counts(&self, part: &[usize]) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        for &item in part {
            counts[self.labels[item]] += 1;
        }
        counts
    }
}

fn cases() -> Vec<Case> {
    let reference: Reference = serde_json::from_str(include_str!("reference/folds.json")).expect("the reference");
    reference.cases
}

/// The validation parts of all folds.
fn folds(splitter: impl Fn(usize) -> Box<dyn Splitter>, count: usize, items: &[PathBuf]) -> Vec<Vec<usize>> {
    (0..count).map(|fold| splitter(fold).split(items).expect("a split").valid().to_vec()).collect()
}

#[test]
fn folds_have_the_sizes_of_scikit_learn() {
    let (mut by_class, mut by_group) = (0, 0);
    for case in cases() {
        (by_class, by_group) = (by_class + case.by_class.len(), by_group + case.by_group.len());
        let items = case.items();
        for (&count, sizes) in &case.folds {
            let ours = folds(|fold| Box::new(FoldSplitter::new(count, fold)), count, &items);
            assert_eq!(&ours.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        }
        for (&count, counts) in &case.by_class {
            let ours = folds(|fold| Box::new(FoldSplitter::new(count, fold).by_class(parent_label)), count, &items);
            assert_eq!(&ours.iter().map(|part| case.counts(part)).collect::<Vec<_>>(), counts, "{count} folds");
        }
        for (&count, sizes) in &case.by_group {
            let ours = folds(|fold| Box::new(FoldSplitter::new(count, fold).by_group(parent_label)), count, &items);
            let mut lengths: Vec<usize> = ours.iter().map(Vec::len).collect();
            lengths.sort_unstable();
            assert_eq!(&lengths, sizes, "{count} folds of groups");
        }
    }
    assert!(by_class >= 9 && by_group >= 9, "{by_class} and {by_group}");
}

/// Where classes tie, scikit-learn takes one by chance, and ours is one of those.
#[test]
fn a_stratified_split_has_the_counts_of_scikit_learn() {
    let mut compared = 0;
    for case in cases() {
        for (share, counts) in &case.stratified {
            let splitter = StratifiedSplitter::new(share.parse().expect("a share"), parent_label);
            let ours = case.counts(splitter.split(&case.items()).expect("a split").valid());
            assert!(counts.contains(&ours), "{ours:?} of {share}, there {counts:?}");
            compared += 1;
        }
    }
    assert!(compared >= 15, "{compared}");
}

fn of_classes(sizes: &[usize]) -> Vec<PathBuf> {
    let class = |(class, &size): (usize, &usize)| (0..size).map(move |n| format!("c{class:02}/{n}.png").into());
    sizes.iter().enumerate().flat_map(class).collect()
}

proptest! {
    /// Over all folds every item validates once, and no fold has its groups in another.
    #[test]
    fn every_item_validates_in_one_fold(
        sizes in prop::collection::vec(2_usize..9, 3..8), count in 2_usize..4, seed in any::<u64>(), kind in 0..3,
    ) {
        let items = of_classes(&sizes);
        let splitter = |fold| -> Box<dyn Splitter> {
            let plain = FoldSplitter::new(count, fold).with_seed(seed);
            match kind {
                0 => Box::new(plain),
                1 => Box::new(plain.by_class(parent_label)),
                _ => Box::new(plain.by_group(parent_label)),
            }
        };
        prop_assume!(kind != 1 || sizes.iter().any(|&size| size >= count));
        let mut all = Vec::new();
        for fold in 0..count {
            let split = splitter(fold).split(&items).expect("a split");
            prop_assert_eq!(split.train().len() + split.valid().len(), items.len());
            if kind == 2 {
                let group = |item: &usize| items[*item].parent().map(Path::to_path_buf);
                prop_assert!(!split.valid().iter().any(|item| split.train().iter().map(group).any(|other| other == group(item))));
            }
            all.extend_from_slice(split.valid());
        }
        all.sort_unstable();
        prop_assert_eq!(all, (0..items.len()).collect::<Vec<_>>());
    }
}

#[test]
fn folds_that_cannot_be_are_refused() {
    let items = of_classes(&[3, 2]);
    let refused = |splitter: &dyn Splitter| match splitter.split(&items).expect_err("refused") {
        DataError::Split { what, remedy } => format!("{what}; {remedy}"),
        other => other.to_string(),
    };
    assert_eq!(refused(&FoldSplitter::new(1, 0)), "1 fold(s) of 5 item(s) cannot be made; give from 2 to 5 folds");
    assert_eq!(refused(&FoldSplitter::new(6, 0)), "6 fold(s) of 5 item(s) cannot be made; give from 2 to 5 folds");
    assert_eq!(refused(&FoldSplitter::new(3, 3)), "there is no fold 3 of 3; count from 0 to 2");
    let by_class = FoldSplitter::new(4, 0).by_class(parent_label);
    assert!(refused(&by_class).starts_with("4 fold(s) of 3 item(s) of the largest class cannot be made"));
    let by_group = FoldSplitter::new(3, 0).by_group(parent_label);
    assert!(refused(&by_group).starts_with("3 fold(s) of 2 group(s) cannot be made"));
    for (train, valid) in [(0.7, 0.4), (0.1, 0.5), (0.5, 0.1), (0.0, 0.5), (0.5, f64::NAN)] {
        assert!(RandomSubsetSplitter::new(train, valid).split(&items).is_err(), "{train} and {valid}");
    }
}

/// fastai's `RandomSubsetSplitter(.2, .3, seed=42)` of 10 items: the first numbers of `torch.randperm(10)` train, the next validate.
#[test]
fn a_random_subset_is_fastais() {
    let split = RandomSubsetSplitter::new(0.2, 0.3).with_seed(42).split(&[(); 10]).expect("a split");
    assert_eq!((split.train(), split.valid()), (&[2, 6][..], &[1, 8, 4][..]));
}
