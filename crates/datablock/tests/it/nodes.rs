//! Labels at any level of a tree.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{DataError, FittedTarget, NodeBlock, TargetBlock, parent_label};
use firelight_vocab::{Groups, Taxonomy, Vocab};

fn tree() -> Taxonomy {
    Taxonomy::from_paths(["animal/cat/Bengal", "animal/dog/beagle", "animal/dog/hound/basset", "animal/pug"])
        .expect("a tree")
}

#[test]
fn a_label_is_the_classes_below_its_node() {
    let block = NodeBlock::new(&tree(), parent_label).expect("a block");
    let train = ["pug/1.png", "dog/2.png", "animal/3.png", "hound/4.png"].map(Path::new);
    let (nodes, targets) = block.fit(&train).expect("targets");
    assert_eq!(nodes.vocab().names(), ["Bengal", "basset", "beagle", "pug"]);
    let classes: Vec<&[usize]> = targets.iter().map(AsRef::as_ref).collect();
    assert_eq!(classes, [&[3][..], &[1, 2], &[0, 1, 2, 3], &[1]]);
    // In the order of the tree: what a batch holds does not depend on it.
    let (batch,) = nodes.collate(&targets[..2], &Device::flex());
    let rows: Vec<bool> = batch.into_data().iter::<bool>().collect();
    assert_eq!(rows, [false, false, false, true, false, true, true, false]);
    // A hound is a basset here and is told apart from it all the same; what a model says of a class is its leaf.
    assert_ne!(targets[3], nodes.target(Path::new("basset/5.png")).expect("a target"));
    let names: Vec<_> = (0..4).map(|class| nodes.describe(nodes.leaf(class).expect("a leaf"))).collect();
    assert_eq!(names, ["Bengal", "basset", "beagle", "pug"]);
    assert_eq!((nodes.outputs(), nodes.labels().len()), (4, 8));
    assert_eq!(block.given().map(|nodes| nodes.vocab().len()), Some(4));
}

#[test]
fn a_label_that_no_node_has_is_told_with_the_item() {
    let block = NodeBlock::new(&tree(), parent_label).expect("a block");
    let error = block.fit(&[Path::new("pug/1.png"), Path::new("Dog/2.png")]).expect_err("no node");
    assert!(matches!(error, DataError::UnknownLabel { items: 1, .. }), "{error}");
    assert!(error.to_string().contains("Dog"), "{error}");
}

#[test]
fn an_inner_node_of_the_name_of_a_class_is_what_the_label_says() {
    let groups = Groups::by(&Vocab::from_labels(["a", "b"]), str::to_owned);
    // The class a below the group a: the name is the group's, and its leaf is there.
    let block = NodeBlock::new(&Taxonomy::from_groups(&groups), parent_label).expect("a block");
    let (nodes, targets) = block.fit(&[Path::new("a/1.png")]).expect("targets");
    assert_eq!((targets[0].classes(), nodes.labels().len()), (&[0][..], 5));
}

#[test]
fn classes_that_nobody_labels_are_a_caution() {
    let block = NodeBlock::new(&tree(), parent_label).expect("a block");
    let train = ["pug/1.png", "dog/2.png", "beagle/3.png", "hound/4.png"].map(Path::new);
    let (nodes, targets) = block.fit(&train).expect("targets");
    assert_eq!(
        nodes.cautions(&targets),
        [
            r#"labels: no training item is labelled "Bengal" itself, so nothing tells these classes from those beside them; label some of each"#
        ]
    );
    let all = nodes.cautions(&targets[..1]);
    assert!(all[0].contains("every training item (1) is \"pug\""), "{all:?}");
}
