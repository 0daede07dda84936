use std::collections::BTreeSet;

use firelight_datablock::{Categories, DataLoader, DataLoaders, OnError};

use crate::folder;

/// Everything that an epoch serves after its first `done` batches: items, class numbers and the planes' bits.
fn epoch_from(loader: &DataLoader<Categories>, number: usize, done: usize) -> Vec<(Vec<usize>, Vec<i64>, Vec<u32>)> {
    let bits = |batch: firelight_datablock::Batch<_>| {
        let planes = batch.inputs.into_data().iter::<f32>().map(f32::to_bits).collect();
        let targets: burn::tensor::Tensor<1, burn::tensor::Int> = batch.targets;
        (batch.items, targets.into_data().iter::<i64>().collect(), planes)
    };
    loader.batches_from(number, done).expect("an epoch").map(|batch| bits(batch.expect("a batch"))).collect()
}

/// A whole epoch.
fn epoch(loader: &DataLoader<Categories>, number: usize) -> Vec<(Vec<usize>, Vec<i64>, Vec<u32>)> {
    epoch_from(loader, number, 0)
}

fn thirty() -> (tempfile::TempDir, DataLoaders<Categories>) {
    let names = folder::two_breeds(30);
    let folder = folder::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let loaders = folder::loaders(folder.path(), 24..30).with_batch_size(8);
    (folder, loaders)
}

#[test]
fn batches_are_the_same_bit_for_bit_with_any_number_of_workers() {
    let (_folder, loaders) = thirty();
    let alone = loaders.clone().with_workers(1);
    for workers in [2, 8] {
        let many = loaders.clone().with_workers(workers);
        for number in [0, 3] {
            assert_eq!(epoch(many.train(), number), epoch(alone.train(), number), "{workers} workers, epoch {number}");
        }
        assert_eq!(epoch(many.valid(), 0), epoch(alone.valid(), 0));
    }
}

#[test]
fn epochs_differ_in_order_and_augmentation_but_not_in_items() {
    let (_folder, loaders) = thirty();
    let (first, second) = (epoch(loaders.train(), 0), epoch(loaders.train(), 1));
    let items =
        |epoch: &[(Vec<usize>, Vec<i64>, Vec<u32>)]| -> Vec<usize> { epoch.iter().flat_map(|b| b.0.clone()).collect() };
    assert_ne!(items(&first), items(&second));
    let set = |items: Vec<usize>| items.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(set(items(&first)), (0..24).collect());
    assert_eq!(set(items(&first)), set(items(&second)));
    assert_ne!(first[0].2, second[0].2);
    assert_ne!(epoch(loaders.clone().with_seed(1).train(), 0), first);
}

#[test]
fn an_epoch_that_was_broken_off_goes_on_with_the_same_batches() {
    let (_folder, loaders) = thirty();
    let whole = epoch(loaders.train(), 2);
    for done in 0..=whole.len() + 1 {
        assert_eq!(epoch_from(loaders.train(), 2, done), whole[done.min(whole.len())..]);
    }
}

#[test]
fn validation_has_no_chance_at_all_and_serves_every_item_in_order() {
    let (_folder, loaders) = thirty();
    let loaders = loaders.with_batch_size(4);
    let (first, second) = (epoch(loaders.valid(), 0), epoch(loaders.valid(), 5));
    assert_eq!(first, second);
    assert_eq!(first.iter().flat_map(|batch| batch.0.clone()).collect::<Vec<_>>(), (0..6).collect::<Vec<_>>());
}

#[test]
fn training_drops_a_last_batch_that_is_not_full_unless_told_otherwise() {
    let (_folder, loaders) = thirty();
    let loaders = loaders.with_batch_size(10);
    assert_eq!((loaders.train().num_batches(), loaders.valid().num_batches()), (2, 1));
    let kept = loaders.with_drop_last(false);
    let sizes: Vec<_> = epoch(kept.train(), 0).iter().map(|batch| batch.0.len()).collect();
    assert_eq!(sizes, [10, 10, 4]);
}

#[test]
fn targets_are_the_classes_of_their_items() {
    let (_folder, loaders) = thirty();
    assert_eq!(loaders.vocab().names(), ["Bengal", "pug"]);
    for (items, targets, _) in epoch(loaders.train(), 0) {
        let names: Vec<_> = items.iter().map(|&i| loaders.train().dataset().items()[i].clone()).collect();
        for (name, target) in names.iter().zip(targets) {
            let bengal = name.file_name().unwrap_or_default().to_string_lossy().starts_with("Bengal");
            assert_eq!(target, i64::from(!bengal), "{}", name.display());
        }
    }
}

#[test]
fn a_broken_picture_fails_by_its_name_or_is_left_out_and_counted() {
    let (folder, _) = thirty();
    std::fs::write(folder.path().join("pug_31.png"), "not a picture").expect("a file");
    let loaders = folder::loaders(folder.path(), [0, 1]).with_batch_size(29);
    let failed = loaders.train().batches(0).expect("an epoch").find_map(Result::err).expect("an error");
    assert!(failed.to_string().contains("pug_31.png"), "{failed}");

    let skipping = loaders.with_on_error(OnError::Skip);
    let served: usize = epoch(skipping.train(), 0).iter().map(|batch| batch.0.len()).sum();
    assert_eq!(served, 28);
    let skipped = skipping.train().skipped();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].0.ends_with("pug_31.png"));
    epoch(skipping.train(), 1);
    assert_eq!(skipping.train().skipped().len(), 1, "a file is counted once");
}

#[test]
#[cfg(feature = "ndarray")]
#[expect(deprecated, reason = "the backend is kept for comparison")]
fn batches_land_on_the_device_asked_for() {
    use burn::tensor::Device;

    let (_folder, loaders) = thirty();
    let flex = loaders.one_batch().expect("a batch");
    let other = loaders.with_device(&Device::ndarray()).one_batch().expect("a batch");
    assert_eq!(other.inputs.device(), Device::ndarray());
    assert_eq!(flex.inputs.into_data(), other.inputs.into_data());
}

#[test]
fn an_epoch_of_some_items_has_each_at_most_once_and_others_the_next_time() {
    let (_folder, loaders) = thirty();
    let some = loaders.with_items_an_epoch(10).with_batch_size(5);
    assert_eq!((some.train().num_items(), some.train().num_batches()), (10, 2));
    let (first, second) = (some.train().order(0), some.train().order(1));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 10);
    assert_ne!(first.iter().collect::<BTreeSet<_>>(), second.iter().collect::<BTreeSet<_>>());
    assert_eq!(first, some.train().order(0));
    assert_eq!(some.valid().order(0), (0..6).collect::<Vec<_>>(), "validation is not sampled");
    let served: Vec<usize> = epoch(some.train(), 0).into_iter().flat_map(|batch| batch.0).collect();
    assert_eq!(served, first);
}

#[test]
fn items_are_drawn_in_proportion_to_their_weights() {
    let (_folder, loaders) = thirty();
    let weights: Vec<f64> = (0..24).map(|item| if item == 3 { 3.0 } else { f64::from(u8::from(item == 5)) }).collect();
    let drawn = loaders.clone().with_item_weights(&weights).expect("weights").with_items_an_epoch(4000);
    let order = drawn.train().order(7);
    let of = |wanted: usize| order.iter().filter(|&&item| item == wanted).count();
    assert_eq!(of(3) + of(5), 4000, "items without weight are never drawn");
    assert!((2850..3150).contains(&of(3)), "{}", of(3));
    assert_eq!(loaders.with_item_weights(&weights).expect("weights").train().num_items(), 24);
}

#[test]
fn balanced_classes_come_equally_often() {
    let names: Vec<String> =
        (0..30).map(|i| format!("{}_{i}.png", if i % 6 == 0 { "Bengal" } else { "pug" })).collect();
    let folder = folder::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let loaders =
        folder::loaders(folder.path(), [2, 3]).with_balanced_classes().expect("weights").with_items_an_epoch(4000);
    let targets = loaders.train().dataset().targets();
    let rare = loaders.train().order(0).iter().filter(|&&item| targets[item] == 0).count();
    assert!((1850..2150).contains(&rare), "{rare}");
}

#[test]
fn weights_that_cannot_be_drawn_with_are_refused() {
    let (_folder, loaders) = thirty();
    let refused = |weights: &[f64]| loaders.clone().with_item_weights(weights).expect_err("refused").to_string();
    assert_eq!(
        refused(&[1.0]),
        "sampling: 1 weights for 24 training items; give one weight for each training item, in their order"
    );
    assert_eq!(refused(&[0.0; 24]), "sampling: all weights are 0; give at least one item a weight");
    let mut weights = [1.0; 24];
    weights[5] = -1.0;
    assert_eq!(refused(&weights), "sampling: the weight of item 5 is -1; give finite weights of at least 0");
    assert_eq!(
        refused(&[f64::MAX; 24]),
        "sampling: the sum of the weights is infinite; divide them all by a large number"
    );
}
