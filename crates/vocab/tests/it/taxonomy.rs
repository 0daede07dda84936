use firelight_vocab::{Groups, Taxonomy, Vocab};
use proptest::prelude::*;

const PATHS: [&str; 6] = [
    "animal/cat/Abyssinian",
    "animal/cat/Bengal",
    "animal/cat/Siamese",
    "animal/dog/hound/basset_hound",
    "animal/dog/hound/beagle",
    "animal/dog/pug",
];

fn pets() -> (Taxonomy, Vocab) {
    let names = PATHS.map(|path| path.rsplit('/').next().unwrap_or_default());
    (Taxonomy::from_paths(PATHS).unwrap(), Vocab::from_labels(names))
}

#[test]
fn heights_and_paths_are_counted_in_edges() {
    let (tree, vocab) = pets();
    let leaf = tree.align(&vocab).unwrap();
    let at = |name: &str| leaf[vocab.o2i(name).unwrap()];
    assert_eq!(tree.meeting_height(at("Bengal"), at("Siamese")), 1);
    assert_eq!(tree.meeting_height(at("beagle"), at("basset_hound")), 1);
    assert_eq!(tree.meeting_height(at("beagle"), at("pug")), 2);
    assert_eq!(tree.meeting_height(at("beagle"), at("Bengal")), 3);
    assert_eq!(tree.meeting_height(at("pug"), at("pug")), 0);
    assert_eq!(tree.path_length(at("beagle"), at("pug")), 3);
    assert_eq!(tree.path_length(at("beagle"), at("Bengal")), 5);
    assert_eq!(tree.depth(at("beagle")), 3);
    assert_eq!(tree.height(0), 3);
}

#[test]
fn the_same_tree_comes_from_every_form() {
    let (tree, _) = pets();
    let csv = "parent,child\nanimal,cat\nanimal,dog\ndog,hound\ndog,pug\ncat,Siamese\ncat,Abyssinian\n\
               cat,Bengal\nhound,beagle\nhound, basset_hound\n";
    assert_eq!(Taxonomy::from_parent_child_csv(csv).unwrap(), tree);
    for json in [
        r#"{"animal": {"cat": ["Bengal", "Siamese", "Abyssinian"], "dog": {"pug": null, "hound": ["beagle", "basset_hound"]}}}"#,
        r#"["animal", [["cat", ["Abyssinian", "Bengal", "Siamese"]], ["dog", [["hound", ["basset_hound", "beagle"]], "pug"]]]]"#,
        r#"{"name": "animal", "children": [{"cat": ["Abyssinian", "Bengal", "Siamese"]},
            {"name": "dog", "children": [{"name": "pug"}, {"hound": ["basset_hound", "beagle"]}]}]}"#,
    ] {
        assert_eq!(Taxonomy::from_nested_json(json).unwrap(), tree, "{json}");
    }
    let text = serde_json::to_string(&tree).unwrap();
    assert_eq!(serde_json::from_str::<Taxonomy>(&text).unwrap(), tree);
}

#[test]
fn it_prints_as_an_indented_list_with_leaves_in_order() {
    let (tree, _) = pets();
    insta::assert_snapshot!(tree, @r"
    animal
      cat
        Abyssinian
        Bengal
        Siamese
      dog
        hound
          basset_hound
          beagle
        pug
    ");
    let leaves: Vec<&str> = tree.leaves().map(|leaf| tree.name(leaf)).collect();
    assert_eq!(leaves, ["Abyssinian", "Bengal", "Siamese", "basset_hound", "beagle", "pug"]);
}

#[test]
fn trees_without_a_common_root_get_one() {
    let tree = Taxonomy::from_paths(["cat/Bengal", "dog/pug"]).unwrap();
    assert_eq!(tree.name(0), "root");
    assert_eq!(tree.height(0), 2);
}

#[test]
fn groups_make_a_tree_of_two_levels_even_where_a_group_is_named_like_a_class() {
    let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
    let groups = Groups::by(&vocab, |name| if name == "pug" { "pug" } else { "other" });
    let tree = Taxonomy::from_groups(&groups);
    let leaves = tree.align(&vocab).unwrap();
    assert!(leaves.iter().all(|leaf| tree.depth(*leaf) == 2));
    assert_eq!(tree.groups_at(1, &vocab).unwrap().of_classes(), groups.of_classes());
}

#[test]
fn two_parents_are_refused() {
    let error = Taxonomy::from_paths(["animal/dog/hound/beagle", "animal/hound/basset"]).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: node "hound" has two parents"#);
}

#[test]
fn a_cycle_is_refused() {
    let rows = [("hound", "beagle"), ("beagle", "hound"), ("animal", "cat")];
    let error = Taxonomy::from_parent_child(rows).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: has a cycle through "hound""#);
}

#[test]
fn leaves_and_classes_must_be_the_same() {
    let tree = Taxonomy::from_paths(["dog/hound/beagle", "dog/pug"]).unwrap();
    let error = tree.align(&Vocab::from_labels(["beagle"])).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: leaf "pug" is not in the vocab"#);
    let vocab = Vocab::from_labels(["beagle", "hound", "pug"]);
    let error = tree.align(&vocab).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: class "hound" is not a leaf"#);
    let mended = tree.with_leaves_for(&vocab).unwrap();
    let leaves = mended.align(&vocab).unwrap();
    assert_eq!(mended.meeting_height(leaves[0], leaves[1]), 1);
}

#[test]
fn a_large_tree_is_pruned_to_the_classes_in_use() {
    let (tree, _) = pets();
    let vocab = Vocab::from_labels(["Bengal", "pug"]);
    let pruned = tree.pruned_to(&vocab).unwrap();
    assert_eq!(pruned.to_string(), "animal\n  cat\n    Bengal\n  dog\n    pug");
    let error = tree.pruned_to(&Vocab::from_labels(["Bengal", "zebra"])).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: class "zebra" is not a leaf"#);
}

#[test]
fn broken_texts_say_the_line() {
    let error = Taxonomy::from_parent_child_csv("animal,cat\nanimal\n").unwrap_err();
    insta::assert_snapshot!(error, @"taxonomy: line 2: expected parent,child");
    let error = Taxonomy::from_nested_json("{\"dog\":\n 3}").unwrap_err();
    insta::assert_snapshot!(error, @"taxonomy: line 2: invalid type: integer `3`, expected a name, a list of nodes or an object of nodes at line 2 column 2");
}

#[test]
fn stored_trees_that_are_none_are_refused() {
    let error = |json: &str| serde_json::from_str::<Taxonomy>(json).unwrap_err().to_string();
    let misfit = "names and parents of a taxonomy do not fit";
    assert!(error(r#"{"names": ["a", "b"], "parents": [null]}"#).starts_with(misfit));
    assert!(error(r#"{"names": ["a", "b"], "parents": [null, 7]}"#).starts_with(misfit));
    assert!(error(r#"{"names": ["a", "b"], "parents": [1, 0]}"#).starts_with("taxonomy: has a cycle through"));
    let twice = r#"{"names": ["animal", "cat", "cat"], "parents": [null, 0, 0]}"#;
    assert!(error(twice).starts_with("taxonomy: two leaves are called \"cat\""));
    // An inner node may be a class too, and then has a leaf of its name.
    let inner = r#"{"names": ["animal", "cat", "cat"], "parents": [null, 0, 1]}"#;
    assert!(serde_json::from_str::<Taxonomy>(inner).is_ok());
}

proptest! {
    #[test]
    fn meeting_is_symmetric_and_ultrametric(above in prop::collection::vec(0usize..8, 2..12)) {
        // Node i hangs below node above[i] % i, so every draw is a tree.
        let rows = above.iter().enumerate().map(|(at, up)| (format!("n{}", up % (at + 1)), format!("n{}", at + 1)));
        let tree = Taxonomy::from_parent_child(rows).unwrap();
        let leaves: Vec<usize> = tree.leaves().collect();
        for a in &leaves {
            for b in &leaves {
                prop_assert_eq!(tree.meet(*a, *b), tree.meet(*b, *a));
                for c in &leaves {
                    let longest = tree.meeting_height(*a, *b).max(tree.meeting_height(*b, *c));
                    prop_assert!(tree.meeting_height(*a, *c) <= longest);
                }
            }
        }
        let text = serde_json::to_string(&tree).unwrap();
        prop_assert_eq!(serde_json::from_str::<Taxonomy>(&text).unwrap(), tree);
    }
}
