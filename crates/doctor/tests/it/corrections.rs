//! Corrections are followed, and those that say nothing or two things are refused.

use firelight_doctor::{Action, Correction, Corrections};
use proptest::prelude::*;

fn read(text: &str) -> Result<Corrections, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("corrections.csv");
    std::fs::write(&path, text).expect("a file");
    Corrections::read(&path).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
}

fn refused(text: &str) -> String {
    read(text).expect_err("refused")
}

#[test]
fn items_are_relabelled_left_out_and_kept_and_classes_merged() {
    let text = "\u{feff}action;note;item;given;suggested\r\nrelabel;;a.jpg;pug;beagle\r\nLeave_Out;dark;b.jpg;;\r\n\
                keep;;c.jpg;pug;boxer\r\nmerge;;;beagle;hound\r\nmerge;;;hound;dog\r\n;;d.jpg;;\r\n";
    let corrections = read(text).expect("corrections");
    assert_eq!(corrections.rows().len(), 6);
    assert_eq!(corrections.label("a.jpg", "pug").expect("a label"), Some("dog"));
    // They may have been followed already.
    assert_eq!(corrections.label("a.jpg", "beagle").expect("a label"), Some("dog"));
    assert_eq!(corrections.label("b.jpg", "pug").expect("a label"), None);
    assert_eq!(corrections.label("c.jpg", "pug").expect("a label"), Some("pug"));
    assert_eq!(corrections.label("e.jpg", "hound").expect("a label"), Some("dog"));
    assert_eq!(corrections.labels("e.jpg", &["hound", "beagle", "cat"]).expect("labels"), Some(vec!["dog", "cat"]));
    assert_eq!(corrections.labels("b.jpg", &["hound"]).expect("labels"), None);
}

#[test]
fn several_labels_are_added_taken_away_and_replaced() {
    let text = "item,given,suggested,action\n1,cat,,relabel\n1,,sofa,relabel\n1,dog,fox,relabel\n";
    let corrections = read(text).expect("corrections");
    assert_eq!(corrections.labels("1", &["cat", "dog"]).expect("labels"), Some(vec!["fox", "sofa"]));
    assert_eq!(corrections.labels("1", &["fox", "sofa"]).expect("labels"), Some(vec!["fox", "sofa"]));
    assert_eq!(corrections.labels("2", &[]).expect("labels"), Some(vec![]));
}

#[test]
fn labels_that_are_no_longer_what_was_corrected_are_refused() {
    let corrections = Corrections::of(vec![Correction {
        item: "1".into(),
        given: "cat".into(),
        suggested: "dog".into(),
        action: Action::Relabel,
    }])
    .expect("corrections");
    insta::assert_snapshot!(corrections.label("1", "fox").expect_err("stale"), @r#"corrections: corrections.csv, line 2: "1" was "cat", and is "fox" now; examine the labels again, or remove the line"#);
    insta::assert_snapshot!(corrections.labels("1", &["fox", "cow"]).expect_err("stale"), @r#"corrections: corrections.csv, line 2: "1" was "cat", and is "fox, cow" now; examine the labels again, or remove the line"#);
    let away = read("item,given,suggested,action\n1,cat,,relabel\n").expect("corrections");
    insta::assert_snapshot!(away.label("1", "cat").expect_err("none is left").to_string().split_once(", ").expect("a path").1, @r#"line 2: "1" would have no label; suggest another one, or leave the item out"#);
}

#[test]
fn tables_that_cannot_be_followed_name_the_line_and_what_to_do() {
    let header = "item,given,suggested,action\n";
    insta::assert_snapshot!(refused(""), @r#"corrections: /corrections.csv, line 1: it has no column "item"; let its first line be item,given,suggested,action"#);
    insta::assert_snapshot!(refused("item,given,action\n"), @r#"corrections: /corrections.csv, line 1: it has no column "suggested"; let its first line be item,given,suggested,action"#);
    insta::assert_snapshot!(refused(&format!("{header}1,a,b,drop\n")), @r#"corrections: /corrections.csv, line 2: "drop" is no action; write keep, relabel, leave out or merge"#);
    insta::assert_snapshot!(refused(&format!("{header}1,a,b,keep\n2,a,b\n")), @"corrections: /corrections.csv, line 3: it has 3 fields, and the first line 4; put names with commas into double quotes");
    insta::assert_snapshot!(refused(&format!("{header},a,b,relabel\n")), @"corrections: /corrections.csv, line 2: relabel names no item; fill the column item");
    insta::assert_snapshot!(refused(&format!("{header}1,a,a,relabel\n")), @"corrections: /corrections.csv, line 2: relabel has nothing to change; fill the column suggested, or write keep");
    insta::assert_snapshot!(refused(&format!("{header}1,a,b,relabel\n1,a,c,relabel\n")), @r#"corrections: /corrections.csv, line 3: "1" has another correction in line 2; leave one of them, or write keep"#);
    insta::assert_snapshot!(refused(&format!("{header}1,a,b,relabel\n1,,,leave out\n")), @r#"corrections: /corrections.csv, line 3: "1" has another correction in line 2; leave one of them, or write keep"#);
    insta::assert_snapshot!(refused(&format!("{header}1,a,b,merge\n")), @r#"corrections: /corrections.csv, line 2: merge is about all items of a class, and names "1"; leave the column item empty, or write relabel"#);
    insta::assert_snapshot!(refused(&format!("{header},a,,merge\n")), @"corrections: /corrections.csv, line 2: merge needs two classes; fill the columns given and suggested");
    insta::assert_snapshot!(refused(&format!("{header},a,b,merge\n,a,c,merge\n")), @r#"corrections: /corrections.csv, line 3: class "a" is merged into "b" and "c"; leave one of them"#);
    insta::assert_snapshot!(refused(&format!("{header},a,b,merge\n,b,c,merge\n,c,a,merge\n")), @r#"corrections: /corrections.csv, line 2: class "a" is merged into others, and these into one another; leave out one of the lines, so that one class stays"#);
    assert!(read(&format!("{header}1,a,b,relabel\n1,a,b,relabel\n")).is_ok(), "said twice is said once");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latin.csv");
    std::fs::write(&path, b"item,given,suggested,action\n1,caf\xe9,b,relabel\n").expect("a file");
    let error = Corrections::read(&path).expect_err("refused").to_string();
    insta::assert_snapshot!(error.split_once("latin.csv").expect("the path").1, @", line 2: its text is not UTF-8; save it as UTF-8");
    let error = Corrections::read(folder.path().join("none.csv")).expect_err("refused").to_string();
    insta::assert_snapshot!(error.replace(&folder.path().display().to_string(), ""), @"corrections: cannot read /none.csv: No such file or directory (os error 2); check the path and its permissions");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(("[a-z ,;\"é\n]{1,6}", "[a-z ,\"]{0,4}", "[a-z \t]{0,4}", 0_usize..4), 0..20),
    ) {
        let rows: Vec<Correction> = rows
            .into_iter()
            .map(|(item, given, suggested, action)| Correction { item, given, suggested, action: Action::ALL[action] })
            .collect();
        if let Ok(corrections) = Corrections::of(rows) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("corrections.csv");
            corrections.write(&path).expect("written");
            let again = Corrections::read(&path).expect("read");
            prop_assert_eq!(again.rows(), corrections.rows());
        }
    }
}

#[test]
fn lines_are_compared_with_the_data_that_they_are_about() {
    let text =
        "item,given,suggested,action\n1,cat,dog,relabel\n2,,,leave out\n3,,,keep\n,cow,cat,merge\n,cat,dog,merge\n";
    let corrections = read(text).expect("corrections");
    assert_eq!(corrections.merges().collect::<Vec<_>>(), [("cow", "dog"), ("cat", "dog")]);
    assert_eq!(["cow", "cat", "dog", "fox"].map(|class| corrections.class(class)), ["dog", "dog", "dog", "fox"]);
    assert_eq!(["1", "2", "3", "4"].map(|item| corrections.leaves_out(item)), [false, true, false, false]);
    corrections.check_items(|item| item.len() == 1).expect("all are there");
    corrections.check_classes(|_| true).expect("all are there");
    let line = |error: firelight_doctor::DoctorError| error.to_string().split_once(", ").expect("a path").1.to_owned();
    insta::assert_snapshot!(line(corrections.check_items(|item| item != "3").expect_err("3 is not")), @r#"line 4: there is no item "3"; write its name from the folder on, or remove the line"#);
    insta::assert_snapshot!(line(corrections.check_classes(|class| class != "cow").expect_err("no cow")), @r#"line 5: no item is labelled "cow"; write the class as the labels have it, or remove the line"#);
}
