//! Findings together: who leaks, what is shown, what is to be decided.

use firelight_doctor::{
    Corrections, FaultLimits, Features, Findings, Fingerprint, LabelErrors, Look, MetricEffect, NearDuplicates, Part,
};
use firelight_vocab::Vocab;
use image::{Rgb, RgbImage, imageops};

/// Two pictures, one of them mirrored in validation, and an empty one.
fn findings() -> Findings {
    let wave = |a: f32, b: f32| {
        RgbImage::from_fn(90, 60, |x, y| {
            let (x, y) = (x as f32 / 8.0, y as f32 / 6.0);
            Rgb([(127.0 + 60.0 * (a * x + y).sin() + 60.0 * (y * y * b - x).cos()) as u8; 3])
        })
    };
    let (one, other) = (wave(1.0, 0.2), wave(0.4, 0.6));
    let pictures = [one.clone(), other.clone(), RgbImage::new(50, 40), imageops::flip_horizontal(&one), other];
    let prints: Vec<Fingerprint> = pictures.iter().map(Fingerprint::of).collect();
    let looks: Vec<Look> = pictures.iter().map(Look::of).collect();
    let vocab = Vocab::from_labels(["cat", "dog"]);
    let probabilities = [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.95, 0.05], [0.2, 0.8]];
    Findings::of(["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"])
        .with_labels(&vocab, &[0, 0, 0, 1, 1], &probabilities, &LabelErrors::new())
        .and_then(|findings| findings.with_pictures(&prints, &NearDuplicates::new()))
        .and_then(|findings| findings.with_looks(&looks, &FaultLimits::default()))
        .and_then(|findings| findings.with_parts(&[Part::Train, Part::Train, Part::Train, Part::Valid, Part::Train]))
        .expect("findings")
}

#[test]
fn findings_are_a_page_and_come_back_from_json() {
    let findings = findings();
    insta::assert_snapshot!(findings.to_string(), @r#"
    5 items

    in two parts: 1
      0.992  1.jpg [train, cat] = 4.jpg [valid, dog]  (mirrored)

    there twice: 1
      1.000  2.jpg [train, cat] = 5.jpg [train, dog]  (copy)

    labels that may be wrong (of all, 20.0 % are estimated to be): 1
      0.050  4.jpg  dog -> cat

    classes that look like one: 1
      0.200  cat = dog  (labels: 1)

    pictures with a fault: 1
      1000.00x  3.jpg  empty
    "#);
    let json = serde_json::to_string(&findings).expect("JSON");
    let again: Findings = serde_json::from_str(&json).expect("findings");
    assert_eq!((again.to_string(), &again.duplicates), (findings.to_string(), &findings.duplicates));
    assert_eq!(Findings::of(Vec::<String>::new()).to_string(), "0 items\n");
}

/// As a table with nothing decided, a table changes nothing; once somebody has decided, it does.
#[test]
fn a_review_is_a_table_to_decide_in() {
    let review = findings().review();
    let short: Vec<[&str; 3]> =
        review.iter().map(|row| [row.item.as_str(), row.given.as_str(), row.suggested.as_str()]).collect();
    insta::assert_debug_snapshot!(short, @r#"
    [
        [
            "4.jpg",
            "dog",
            "",
        ],
        [
            "4.jpg",
            "dog",
            "cat",
        ],
        [
            "",
            "cat",
            "dog",
        ],
        [
            "5.jpg",
            "dog",
            "",
        ],
        [
            "3.jpg",
            "cat",
            "",
        ],
    ]
    "#);
    let corrections = Corrections::of(review).expect("corrections");
    assert_eq!(corrections.label("4.jpg", "dog").expect("a label"), Some("dog"));
}

#[test]
fn leaks_come_first_and_only_the_later_part_leaks() {
    let findings = findings();
    assert!(findings.is_leak(&findings.duplicates[0]) && !findings.is_leak(&findings.duplicates[1]));
    assert_eq!((findings.leaked(Part::Valid), findings.leaked(Part::Train)), (vec![3], vec![]));
    let effect = findings.effect_of_leaks(Part::Valid, |items| (!items.is_empty()).then_some(1.0));
    assert_eq!((effect.with, effect.without, effect.leaked), (Some(1.0), None, 1));
}

#[test]
fn lists_of_other_lengths_and_classes_are_refused() {
    let two = || Findings::of(["1", "2"]);
    let vocab = Vocab::from_labels(["cat", "dog"]);
    let search = LabelErrors::new();
    let labels = |labels: &[usize], rows: &[Vec<f32>]| {
        two().with_labels(&vocab, labels, rows, &search).expect_err("refused").to_string()
    };
    insta::assert_snapshot!(labels(&[0], &[vec![0.5, 0.5]]), @"labels: there are 1 for 2 items; give one for each, in the same order");
    insta::assert_snapshot!(labels(&[0, 1], &[vec![0.5, 0.5]]), @"rows of probabilities: there are 1 for 2 items; give one for each, in the same order");
    insta::assert_snapshot!(labels(&[0, 1], &[vec![1.0], vec![1.0]]), @"probabilities: 1 columns for 2 classes; give a column for each class, in the vocab's order");
    insta::assert_snapshot!(labels(&[0, 1], &[vec![0.5, 0.5], vec![1.0]]), @"probabilities of item 1: 1 numbers, and 2 in the first row; give rows of one length");
    insta::assert_snapshot!(labels(&[0, 2], &[vec![0.5, 0.5], vec![0.5, 0.5]]), @"label of item 1: class 2 of 2; classes count from 0, one column of probabilities each");
    insta::assert_snapshot!(labels(&[0, 1], &[vec![0.5, 0.5], vec![0.5, f32::NAN]]), @"probabilities of item 1: NaN for class 1 is outside [0,1]; give probabilities (a softmax's or sigmoids'), not logits");
    insta::assert_snapshot!(labels(&[0, 1], &[vec![0.5, 0.5], vec![-2.0, 3.0]]), @"probabilities of item 1: -2 for class 0 is outside [0,1]; give probabilities (a softmax's or sigmoids'), not logits");
    insta::assert_snapshot!(two().with_parts(&[Part::Test]).expect_err("refused"), @"parts: there are 1 for 2 items; give one for each, in the same order");
    let features = Features::new(&[[1.0], [1.0]]).expect("features");
    insta::assert_snapshot!(two().with_features(&features, 1.5).expect_err("refused"), @"twin is 1.5, which must be from 0 to 1");
}

#[test]
fn one_class_and_no_items_are_no_errors() {
    let one = Vocab::from_labels(["cat"]);
    let alone =
        Findings::of(["1", "2"]).with_labels(&one, &[0, 0], &[[1.0], [1.0]], &LabelErrors::new()).expect("findings");
    assert_eq!((alone.label_errors.len(), alone.noise), (0, Some(0.0)));
    let rows: [[f32; 1]; 0] = [];
    let none = Findings::of(Vec::<String>::new()).with_labels(&one, &[], &rows, &LabelErrors::new()).expect("findings");
    assert_eq!((none.label_errors.len(), none.noise), (0, Some(0.0)));
}

#[test]
fn what_metrics_lose_is_told_below_the_leaks() {
    let mut findings = findings();
    let effect = findings.effect_of_leaks(Part::Valid, |items| (!items.is_empty()).then_some(items.len() as f64 / 4.0));
    assert_eq!((effect.with, effect.without, effect.leaked), (Some(0.25), None, 1));
    findings.effects = vec![MetricEffect { metric: "accuracy".into(), part: Part::Valid, effect }];
    let text = findings.to_string();
    assert!(
        text.contains("\naccuracy of the valid part: 0.2500, and nothing without what an earlier part has too\n"),
        "{text}"
    );
    let json = serde_json::to_string(&findings).expect("JSON");
    assert_eq!(serde_json::from_str::<Findings>(&json).expect("findings").effects, findings.effects);
}
