use firelight_vocab::{Alike, Likeness, Vocab, VocabError, is_blank};
use proptest::prelude::*;

#[test]
fn labels_become_sorted_distinct_classes() {
    let vocab = Vocab::from_labels(["pug", "Bengal", "beagle", "pug", "Abyssinian"]);
    assert_eq!(vocab.names(), ["Abyssinian", "Bengal", "beagle", "pug"]);
    assert_eq!(vocab.o2i("beagle"), Ok(2));
    assert_eq!(vocab.name(4), None);
}

#[test]
fn an_order_of_ones_own_is_kept() {
    let vocab = Vocab::ordered(["small", "medium", "large"]).unwrap();
    assert_eq!(vocab.iter().collect::<Vec<_>>(), ["small", "medium", "large"]);
    assert_ne!(vocab, Vocab::from_labels(["small", "medium", "large"]));
}

#[test]
fn a_repeated_name_is_refused() {
    let error = Vocab::ordered(["a", "b", "a"]).unwrap_err();
    insta::assert_snapshot!(error, @r#"class "a" appears twice in the vocab (positions 0 and 2)"#);
}

#[test]
fn an_unknown_name_is_an_error_with_the_closest_class() {
    let vocab = Vocab::from_labels(["beagle", "pug", "Siamese"]);
    let error = vocab.o2i("beagel").unwrap_err();
    insta::assert_snapshot!(error, @r#"class "beagel" is not in the vocab; did you mean "beagle"?"#);
    assert_eq!(vocab.suggest("siamese"), Some("Siamese"));
    let error = vocab.o2i("zebra").unwrap_err();
    insta::assert_snapshot!(error, @r#"class "zebra" is not in the vocab of 3 classes"#);
    assert_eq!(error, VocabError::UnknownClass { name: "zebra".into(), suggestion: None, classes: 3 });
}

#[test]
fn it_prints_as_a_table() {
    let vocab = Vocab::ordered((0..11).map(|number| format!("class{number}"))).unwrap();
    let text = vocab.to_string();
    assert_eq!(text.lines().next(), Some(" 0  class0"));
    assert_eq!(text.lines().last(), Some("10  class10"));
}

#[test]
fn it_is_stored_as_a_list_of_names() {
    let vocab = Vocab::ordered(["b", "a"]).unwrap();
    let text = serde_json::to_string(&vocab).unwrap();
    assert_eq!(text, r#"["b","a"]"#);
    assert_eq!(serde_json::from_str::<Vocab>(&text).unwrap(), vocab);
    assert!(serde_json::from_str::<Vocab>(r#"["b","b"]"#).is_err());
}

/// F30: names that are surely or perhaps one.
#[test]
fn names_that_look_alike_are_found_with_the_first_of_them() {
    let of = |names: &[&str]| Vocab::ordered(names.iter().copied()).unwrap().alike();
    let pair = |first, second, likeness| Alike { first, second, likeness };
    assert_eq!(of(&["cat", "dog", "cat "]), [pair(0, 2, Likeness::Space)]);
    assert_eq!(
        of(&["big cat", "big\u{A0} cat", "\u{FEFF}big cat"]),
        [pair(0, 1, Likeness::Space), pair(0, 2, Likeness::Space)]
    );
    assert_eq!(of(&["caf\u{e9}", "cafe\u{301}"]), [pair(0, 1, Likeness::Unicode)]);
    assert_eq!(of(&["Cat", "cat", "cat "]), [pair(0, 1, Likeness::Case), pair(1, 2, Likeness::Space)]);
    assert_eq!(of(&["STRASSE", "stra\u{df}e"]), [pair(0, 1, Likeness::Case)]);
    assert_eq!(of(&["", " "]), [pair(0, 1, Likeness::Space)]);
    assert_eq!(of(&["a", "A"]), [pair(0, 1, Likeness::Case)]);
    // What more than one difference parts is said to differ in more than one.
    assert_eq!(of(&["Cat ", "cat"]), [pair(0, 1, Likeness::CaseAndOther)]);
    assert_eq!(of(&["Caf\u{e9}", "cafe\u{301}"]), [pair(0, 1, Likeness::CaseAndOther)]);
    assert_eq!(of(&["caf\u{e9} ", "cafe\u{301}"]), [pair(0, 1, Likeness::SpaceAndUnicode)]);
    assert_eq!(of(&["caf\u{e9} ", "cafe\u{301} "]), [pair(0, 1, Likeness::Unicode)]);
    assert_eq!(of(&["cat", "cats", "\u{2460}", "1", "cafe", "caf\u{e9}"]), []);
}

#[test]
fn a_name_of_which_a_reader_sees_nothing_is_blank() {
    for name in ["", " ", "\t\n", "\u{A0}", "\u{200B}", "\u{FEFF} \u{AD}"] {
        assert!(is_blank(name), "{name:?}");
    }
    assert!(!is_blank(" a ") && !is_blank("\u{200B}-"));
}

proptest! {
    #[test]
    fn every_label_finds_its_number_and_back(labels in prop::collection::vec(".{0,6}", 0..30)) {
        let vocab = Vocab::from_labels(labels.clone());
        for label in &labels {
            prop_assert_eq!(&vocab[vocab.o2i(label).unwrap()], label);
        }
        prop_assert!(vocab.names().windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_order_of_the_labels_does_not_matter(mut labels in prop::collection::vec("[a-d]{1,2}", 0..20)) {
        let vocab = Vocab::from_labels(labels.clone());
        labels.reverse();
        prop_assert_eq!(Vocab::from_labels(labels), vocab);
    }
}
