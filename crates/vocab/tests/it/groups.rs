use firelight_vocab::{Groups, Vocab};
use proptest::prelude::*;

fn pets() -> Vocab {
    Vocab::from_labels(["Bengal", "Siamese", "beagle", "boxer", "pug"])
}

#[test]
fn a_rule_puts_every_class_in_one_group() {
    let species = Groups::by(&pets(), |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    assert_eq!(species.names(), ["cat", "dog"]);
    assert_eq!(species.of_classes(), [0, 0, 1, 1, 1]);
    assert_eq!(species.members(1).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(species.siblings(3).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(species.vocab(), &pets());
}

#[test]
fn lists_number_the_groups_in_their_own_order() {
    let lists: [(&str, &[&str]); 2] = [("dog", &["pug", "boxer", "beagle"]), ("cat", &["Siamese", "Bengal"])];
    let species = Groups::from_lists(&pets(), &lists).unwrap();
    assert_eq!(species.names(), ["dog", "cat"]);
    assert_eq!(species.of_classes(), [1, 1, 0, 0, 0]);
}

#[test]
fn a_class_in_two_groups_is_refused() {
    let lists: [(&str, &[&str]); 2] = [("dog", &["beagle", "boxer", "pug"]), ("toy", &["pug"])];
    let error = Groups::from_lists(&pets(), &lists).unwrap_err();
    insta::assert_snapshot!(error, @r#"class "pug" is in two groups: "dog", "toy""#);
}

#[test]
fn classes_in_no_group_are_refused_or_take_the_default() {
    let lists: [(&str, &[&str]); 1] = [("dog", &["beagle", "boxer", "pug"])];
    let error = Groups::from_lists(&pets(), &lists).unwrap_err();
    insta::assert_snapshot!(error, @r#"classes in no group: ["Bengal", "Siamese"]; add .default_group("other")"#);
    let groups = Groups::default_group("other").from_lists(&pets(), &lists).unwrap();
    assert_eq!(groups.names(), ["dog", "other"]);
    assert_eq!(groups.of_classes(), [1, 1, 0, 0, 0]);
}

#[test]
fn an_unknown_class_in_a_list_is_refused() {
    let lists: [(&str, &[&str]); 1] = [("dog", &["beagel"])];
    let error = Groups::from_lists(&pets(), &lists).unwrap_err();
    insta::assert_snapshot!(error, @r#"class "beagel" is not in the vocab; did you mean "beagle"?"#);
}

#[test]
fn stored_groups_that_are_none_are_refused() {
    let error = |json: &str| serde_json::from_str::<Groups>(json).unwrap_err().to_string();
    assert!(error(r#"{"vocab": ["a", "b"], "groups": [["x", ["a"]]]}"#).starts_with("classes in no group: [\"b\"]"));
    assert!(
        error(r#"{"vocab": ["a"], "groups": [["x", ["a"]], ["y", ["a"]]]}"#)
            .starts_with("class \"a\" is in two groups")
    );
    assert!(error(r#"{"vocab": ["a"], "groups": [["x", ["a", "c"]]]}"#).starts_with("class \"c\" is not in the vocab"));
    assert!(error(r#"{"vocab": ["a", "a"], "groups": [["x", ["a"]]]}"#).starts_with("class \"a\" appears twice"));
}

proptest! {
    #[test]
    fn groups_are_a_partition_and_survive_storage(of in prop::collection::vec(0usize..4, 1..20)) {
        let vocab = Vocab::ordered((0..of.len()).map(|class| format!("c{class}"))).unwrap();
        let groups = Groups::by(&vocab, |name| format!("g{}", of[vocab.find(name).unwrap()]));
        let members: usize = (0..groups.len()).map(|group| groups.members(group).count()).sum();
        prop_assert_eq!(members, vocab.len());
        for (class, group) in of.iter().enumerate() {
            prop_assert_eq!(groups.siblings(class).count() + 1, groups.members(groups.of(class)).count());
            prop_assert_eq!(&groups.names()[groups.of(class)], &format!("g{group}"));
        }
        let text = serde_json::to_string(&groups).unwrap();
        prop_assert_eq!(serde_json::from_str::<Groups>(&text).unwrap(), groups);
    }
}
