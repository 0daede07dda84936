use std::path::PathBuf;

use firelight_datablock::{
    EndSplitter, FuncSplitter, GrandparentSplitter, IndexSplitter, RandomSplitter, Split, Splitter,
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
    assert_eq!((ten.valid, ten.train), (vec![2, 6], vec![1, 8, 4, 5, 0, 9, 3, 7]));
    let thirty = random(30, 42);
    assert_eq!(thirty.valid, [12, 0, 6, 25, 8, 15]);
    assert_eq!(thirty.train[..5], [10, 18, 16, 23, 28]);
    let seven = random(7, 0);
    assert_eq!((seven.valid, seven.train), (vec![4], vec![0, 5, 3, 2, 6, 1]));
    let pets = random(7390, 42);
    assert_eq!(pets.valid.len(), 1478);
    assert_eq!(pets.valid[..10], [4512, 4290, 5770, 706, 2200, 4320, 6450, 501, 1290, 6435]);
    assert_eq!(pets.train[..5], [5643, 5317, 5806, 3460, 613]);
}

proptest! {
    #[test]
    fn a_random_split_uses_every_item_once(count in 2_usize..500, seed in any::<u64>(), share in 0.05_f64..0.95) {
        let Ok(split) = RandomSplitter::new(share).with_seed(seed).split(&items(count)) else {
            prop_assert!(((count as f64 * share) as usize) == 0);
            return Ok(());
        };
        prop_assert_eq!(split.valid.len(), (count as f64 * share) as usize);
        let mut all = [split.train, split.valid].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn numbers_and_functions_choose_the_validation_items() {
    let split = IndexSplitter::new([7, 3]).split(&items(10)).expect("a split");
    assert_eq!((split.valid, split.train), (vec![7, 3], vec![0, 1, 2, 4, 5, 6, 8, 9]));
    let split = FuncSplitter::new(|item| item.ends_with("00002.jpg")).split(&items(4)).expect("a split");
    assert_eq!((split.valid, split.train), (vec![2], vec![0, 1, 3]));
}

#[test]
fn an_end_validates_and_never_everything() {
    let last = EndSplitter::last(0.2).split(&items(10)).expect("a split");
    assert_eq!((last.valid, last.train), (vec![8, 9], (0..8).collect()));
    let first = EndSplitter::first(0.2).split(&items(10)).expect("a split");
    assert_eq!((first.valid, first.train), (vec![0, 1], (2..10).collect()));
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
    assert_eq!((split.train, split.valid), (vec![0], vec![1]));
    let error = GrandparentSplitter::new("training", "testing").split(&items).expect_err("other names");
    assert_eq!(
        error.to_string(),
        "splitter: no items for both \"training\" and \"testing\" two folders up; found {\"test\", \"train\", \"valid\"}; \
         name the folders that are there with `GrandparentSplitter::new`"
    );
}
