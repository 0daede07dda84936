//! Pictures that are mixtures of moved ones.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{DataBlock, DataLoaders, FittedTarget, ImageBlock, TargetBlock};
use firelight_learner::vision_learner;
use firelight_transforms::{Policy, Resize, aug_transforms};
use tempfile::TempDir;

use crate::squares::{blocks, folder, small};

fn loaders<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(folder: &TempDir, target: Y) -> DataLoaders<Y::Fitted> {
    DataBlock::new(ImageBlock::rgb(), target)
        .with_item_transform(Resize::squish(32))
        .with_batch_transforms(aug_transforms().size(32).policy(Policy::aug_mix()))
        .dataloaders(folder.path().join("pictures"), &Device::flex())
        .expect("loaders")
        .with_batch_size(6)
}

/// A class stands being shown in several places, and a box does not.
#[test]
fn targets_that_move_are_refused() {
    let folder = folder();
    let boxes = loaders(&folder, blocks::boxes());
    let error = vision_learner(boxes, small()).expect("a learner").without_observers().fit(1, 1e-3).unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("policy: AugMix makes no sense; its chains would show several places"), "{said}");
    let breeds = loaders(&folder, blocks::breeds());
    vision_learner(breeds, small()).expect("a learner").without_observers().fit(1, 1e-3).expect("a fit");
}
