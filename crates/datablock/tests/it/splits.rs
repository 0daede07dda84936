use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataError, EndSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, ImageBlock,
    IndexSplitter, RandomSplitter, Split, Splitter, StratifiedSplitter, parent_label,
};
use proptest::prelude::*;

fn items(count: usize) -> Vec<PathBuf> {
    (0..count).map(|i| PathBuf::from(format!("{i:05}.jpg"))).collect()
}

fn random(count: usize, seed: u64) -> Split {
    RandomSplitter::new(0.2).with_seed(seed).split(&items(count)).expect("a split")
}

/// Values of `torch.randperm` after `torch.manual_seed`, as fastai's splitter uses them.
#[test]
fn a_random_split_is_fastais_for_the_same_seed() {
    let ten = random(10, 42);
    assert_eq!(ten.into_parts(), (vec![1, 8, 4, 5, 0, 9, 3, 7], vec![2, 6]));
    let thirty = random(30, 42);
    assert_eq!(thirty.valid(), [12, 0, 6, 25, 8, 15]);
    assert_eq!(thirty.train()[..5], [10, 18, 16, 23, 28]);
    let seven = random(7, 0);
    assert_eq!(seven.into_parts(), (vec![0, 5, 3, 2, 6, 1], vec![4]));
    let pets = random(7390, 42);
    assert_eq!(pets.valid().len(), 1478);
    assert_eq!(pets.valid()[..10], [4512, 4290, 5770, 706, 2200, 4320, 6450, 501, 1290, 6435]);
    assert_eq!(pets.train()[..5], [5643, 5317, 5806, 3460, 613]);
}

proptest! {
    #[test]
    fn a_random_split_uses_every_item_once(count in 2_usize..500, seed in any::<u64>(), share in 0.05_f64..0.95) {
        let Ok(split) = RandomSplitter::new(share).with_seed(seed).split(&items(count)) else {
            prop_assert!(((count as f64 * share) as usize) == 0);
            return Ok(());
        };
        prop_assert_eq!(split.valid().len(), (count as f64 * share) as usize);
        let mut all = [split.train(), split.valid()].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn numbers_and_functions_choose_the_validation_items() {
    let split = IndexSplitter::new([7, 3]).split(&items(10)).expect("a split");
    assert_eq!(split.into_parts(), (vec![0, 1, 2, 4, 5, 6, 8, 9], vec![7, 3]));
    let split = FuncSplitter::new(|item: &Path| item.ends_with("00002.jpg")).split(&items(4)).expect("a split");
    assert_eq!(split.into_parts(), (vec![0, 1, 3], vec![2]));
}

#[test]
fn an_end_validates_and_never_everything() {
    let last = EndSplitter::last(0.2).split(&items(10)).expect("a split");
    assert_eq!(last.into_parts(), ((0..8).collect(), vec![8, 9]));
    let first = EndSplitter::first(0.2).split(&items(10)).expect("a split");
    assert_eq!(first.into_parts(), ((2..10).collect(), vec![0, 1]));
    let none = EndSplitter::last(0.2).split(&items(3)).expect_err("nothing to validate on");
    assert_eq!(
        none.to_string(),
        "splitter: 0.2 of 3 item(s) leaves no validation item; add pictures or raise the share"
    );
}

#[test]
fn grandparents_name_the_parts_and_other_folders_are_left_out() {
    let items = ["train/3/a.jpg", "valid/7/b.jpg", "test/7/c.jpg"].map(PathBuf::from);
    let split = GrandparentSplitter::default().split(&items).expect("a split");
    assert_eq!((split.train(), split.valid(), split.test()), (&[0][..], &[1][..], &[][..]));
    let split = GrandparentSplitter::default().with_test("test").split(&items).expect("a split");
    assert_eq!((split.train(), split.valid(), split.test()), (&[0][..], &[1][..], &[2][..]));
    let error = GrandparentSplitter::default().with_test("hidden").split(&items).expect_err("another name").to_string();
    assert!(error.contains("for both \"train\" and \"valid\" and \"hidden\" two folders up"), "{error}");
    let error = GrandparentSplitter::new("training", "testing").split(&items).expect_err("other names");
    assert_eq!(
        error.to_string(),
        "splitter: no items for both \"training\" and \"testing\" two folders up; found {\"test\", \"train\", \"valid\"}; \
         name the folders that are there with `GrandparentSplitter::new`"
    );
}

/// What a recipe says about a splitter of the user's.
fn refused(splitter: impl Splitter + 'static, items: &[PathBuf]) -> String {
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(splitter);
    block.dataloaders_of(items, &Device::flex()).expect_err("refused").to_string()
}

/// A splitter that gives what it is told to.
#[derive(Debug)]
struct Told {
    train: Vec<usize>,
    valid: Vec<usize>,
    items: usize,
}

impl Splitter for Told {
    fn split(&self, _items: &[PathBuf]) -> Result<Split, DataError> {
        Split::new(self.train.clone(), self.valid.clone(), self.items)
    }
}

/// B27, F11: a leak, a repetition or a number out of range is an error that names the file.
#[test]
fn an_item_is_in_one_part_at_most_and_once() {
    let items = (0..6).map(|i| PathBuf::from(format!("pug/{i}.jpg"))).collect::<Vec<_>>();
    let told = |train: &[usize], valid: &[usize]| Told { train: train.to_vec(), valid: valid.to_vec(), items: 6 };
    let rule = "every item may be in one part, once, and numbers count from 0";
    assert_eq!(
        refused(told(&[0, 1, 2], &[2, 3]), &items),
        format!("splitter: item 2 (pug/2.jpg) is in both parts; {rule}")
    );
    assert_eq!(
        refused(told(&[0, 1, 0], &[3]), &items),
        format!("splitter: item 0 (pug/0.jpg) is twice in one part; {rule}")
    );
    assert_eq!(refused(told(&[0], &[1, 6]), &items), format!("splitter: item 6 is beyond the 6 items; {rule}"));
    assert_eq!(
        refused(told(&[0, usize::MAX], &[1]), &items),
        format!("splitter: item {} is beyond the 6 items; {rule}", usize::MAX)
    );
    let validated_twice = IndexSplitter::new([1, 1, 5]);
    assert_eq!(refused(validated_twice, &items), format!("splitter: item 1 (pug/1.jpg) is twice in one part; {rule}"));
    assert_eq!(refused(IndexSplitter::new([7]), &items), format!("splitter: item 7 is beyond the 6 items; {rule}"));
    // A split of other items than there are.
    let other = Told { train: vec![0], valid: vec![1], items: 9 };
    assert_eq!(
        refused(other, &items),
        "splitter: Told { train: [0], valid: [1], items: 9 } divides 9 items, but there are 6; give `Split::new` the number \
         of items that the splitter got"
    );
    assert!(Split::new(vec![], vec![], 0).is_ok());
}

/// F11: a file that is listed twice could be in both parts.
#[test]
fn a_file_that_is_listed_twice_is_refused_however_it_is_written() {
    let list = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
    let remedy = "list every file once, and let `with_item_weights` draw some more often";
    for (paths, second) in [
        (["a/1.jpg", "a/2.jpg", "a/1.jpg"], "a/1.jpg"),
        (["a/1.jpg", "a/2.jpg", "a/./1.jpg"], "a/./1.jpg"),
        (["a/1.jpg", "a/2.jpg", "a/../a/1.jpg"], "a/../a/1.jpg"),
        (["a/1.jpg", "a/2.jpg", "b/../a//1.jpg"], "b/../a//1.jpg"),
    ] {
        let error = refused(RandomSplitter::new(0.5), &list(&paths));
        assert_eq!(error, format!("items: {second} is listed twice (items 0 and 2); {remedy}"));
    }
    let here = std::env::current_dir().expect("a folder").join("a/1.jpg");
    let error = refused(RandomSplitter::new(0.5), &[PathBuf::from("a/1.jpg"), here.clone()]);
    assert_eq!(error, format!("items: {} is listed twice (items 0 and 1); {remedy}", here.display()));
}

#[cfg(unix)]
#[test]
fn two_files_of_one_spelling_are_two_where_a_folder_is_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    for name in ["pug/1.png", "far/pug/1.png", "far/deep/x.png"] {
        crate::folder::write(&root.join(name), 1);
    }
    std::os::unix::fs::symlink(root.join("far/deep"), root.join("link")).expect("a link");
    // link/.. is far, not the root.
    let items = [root.join("pug/1.png"), root.join("link/../pug/1.png")];
    let block =
        DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(IndexSplitter::new([1]));
    assert!(block.dataloaders_of(&items, &Device::flex()).is_ok());
}

fn of_classes(sizes: &[usize]) -> Vec<PathBuf> {
    let class = |(class, &size): (usize, &usize)| (0..size).map(move |i| PathBuf::from(format!("c{class:03}/{i}.jpg")));
    sizes.iter().enumerate().flat_map(class).collect()
}

fn counts(part: &[usize], items: &[PathBuf]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for &item in part {
        *counts.entry(parent_label(&items[item]).expect("a label")).or_default() += 1;
    }
    counts
}

proptest! {
    /// F20: of each class its share, and something to train on; the size of the parts is the random splitter's.
    #[test]
    fn a_stratified_split_takes_the_same_share_of_every_class(
        sizes in prop::collection::vec(1_usize..40, 1..12), seed in any::<u64>(), share in 0.05_f64..0.95,
    ) {
        let items = of_classes(&sizes);
        let wanted = (items.len() as f64 * share).ceil() as usize;
        let Ok(split) = StratifiedSplitter::new(share, parent_label).with_seed(seed).split(&items) else {
            // Only where there is nothing to validate on.
            prop_assert!(sizes.iter().all(|&size| size as f64 * share < 2.0));
            return Ok(());
        };
        let (train, valid) = (counts(split.train(), &items), counts(split.valid(), &items));
        for (class, &size) in sizes.iter().enumerate() {
            let name = format!("c{class:03}");
            let (trains, validates) = (train.get(&name).copied().unwrap_or(0), valid.get(&name).copied().unwrap_or(0));
            prop_assert_eq!(trains + validates, size);
            prop_assert!(trains >= 1, "{} has nothing to train on", name);
            // One of rounding, and the class's part of the one item by which the whole part is rounded up.
            let room = 1.0 + size as f64 / items.len() as f64 + 1e-9;
            prop_assert!((validates as f64 - size as f64 * share).abs() < room, "{} of {}", validates, size);
        }
        prop_assert!(split.valid().len() <= wanted);
        if sizes.iter().all(|&size| size as f64 * (items.len() - wanted) as f64 / items.len() as f64 >= 1.0) {
            prop_assert_eq!(split.valid().len(), wanted);
        }
    }

    /// F20: no group is in both parts.
    #[test]
    fn groups_stay_together(sizes in prop::collection::vec(1_usize..9, 2..15), seed in any::<u64>(), share in 0.05_f64..0.95) {
        let items = of_classes(&sizes);
        let split = GroupSplitter::new(share, parent_label).with_seed(seed).split(&items).expect("a split");
        let groups = |part: &[usize]| counts(part, &items).into_keys().collect::<BTreeSet<_>>();
        let (train, valid) = (groups(split.train()), groups(split.valid()));
        prop_assert!(train.is_disjoint(&valid));
        let wanted = (sizes.len() as f64 * share).round() as usize;
        prop_assert_eq!(valid.len(), wanted.clamp(1, sizes.len() - 1));
        prop_assert_eq!(split.train().len() + split.valid().len(), items.len());
        let again = GroupSplitter::new(share, parent_label).with_seed(seed).split(&items).expect("a split");
        prop_assert_eq!(again, split);
    }
}

/// F20: the list that every random seed fails on.
#[test]
fn rare_classes_train_under_a_stratified_split() {
    let mut sizes = vec![30];
    sizes.resize(13, 1);
    let items = of_classes(&sizes);
    let block = |splitter: Box<dyn Splitter>| {
        DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
            .with_splitter(Arc::<dyn Splitter>::from(splitter))
    };
    let random =
        block(Box::new(RandomSplitter::new(0.2))).dataloaders_of(&items, &Device::flex()).expect_err("refused");
    assert!(matches!(random, DataError::OnlyInValidation { .. }));
    let stratified = block(Box::new(StratifiedSplitter::new(0.2, parent_label)));
    let dls = stratified.dataloaders_of(&items, &Device::flex()).expect("loaders");
    assert_eq!((dls.vocab().len(), dls.valid().dataset().len()), (13, 7));
    // With classes that can give it, the order is that of the random splitter.
    let items = of_classes(&[50, 50]);
    let seeded = StratifiedSplitter::new(0.2, parent_label).with_seed(7).split(&items).expect("a split");
    let shuffled = RandomSplitter::new(0.2).with_seed(7).split(&items).expect("a split");
    let place: BTreeMap<_, _> = shuffled.valid().iter().chain(shuffled.train()).zip(0..).collect();
    for part in [seeded.train(), seeded.valid()] {
        assert!(part.windows(2).all(|pair| place[&pair[0]] < place[&pair[1]]));
    }
    assert_eq!(counts(seeded.valid(), &items).into_values().collect::<Vec<_>>(), [10, 10]);
}

#[test]
fn splits_by_label_say_what_they_cannot_do() {
    let error = StratifiedSplitter::new(0.5, parent_label).split(&of_classes(&[1, 1, 1])).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "splitter: none of the 3 class(es) has two items, one to train and one to validate; add pictures, or use \
         `RandomSplitter` and give the block its vocab"
    );
    let error = GroupSplitter::new(0.5, parent_label).split(&of_classes(&[4])).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "splitter: 1 group(s) cannot be divided into two parts; check the labeller that names the groups"
    );
    for share in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(GroupSplitter::new(share, parent_label).split(&of_classes(&[1, 1])).is_err());
        assert!(StratifiedSplitter::new(share, parent_label).split(&of_classes(&[2, 2])).is_err());
    }
    let unlabelled = StratifiedSplitter::new(0.5, |item: &Path| {
        Err::<String, _>(DataError::NoLabel { labeller: "nobody".into(), path: item.to_path_buf() })
    });
    let error = unlabelled.split(&of_classes(&[3])).expect_err("refused").to_string();
    assert!(error.contains("c000/0.jpg"), "{error}");
}
