use firelight_predict::{Answer, Decision, HowSure, NamedAnswer, Prediction, TargetKind, Vocab};
use firelight_transforms::{Mask, RleOrder, Size};
use serde_json::Value;

use crate::picture;

fn names<const N: usize>(names: [&str; N]) -> Vocab {
    Vocab::ordered(names).expect("names")
}

fn json(kind: &TargetKind, answer: &Answer) -> String {
    serde_json::to_string(&NamedAnswer { kind, answer }).expect("JSON")
}

fn breed() -> (TargetKind, Answer) {
    let prediction =
        Prediction { class: "pug".into(), index: 1, probabilities: vec![0.25, 0.75], sure: HowSure::default() };
    // Not in the order of the alphabet.
    (TargetKind::Category(names(["shiba", "pug"])), Answer::Category(prediction))
}

fn mask() -> Mask {
    Mask::new(Size::new(3, 2), vec![0, 1, 1, Mask::VOID, 1, 0]).expect("a mask")
}

#[test]
fn the_json_of_each_kind_has_its_fields_by_name() {
    let (breeds, told) = breed();
    assert_eq!(
        json(&breeds, &told),
        r#"{"class":"pug","probability":0.75,"probabilities":{"shiba":0.25,"pug":0.75},"calibrated":false}"#
    );

    let values = Answer::Values(vec![0.1, -2.5]);
    assert_eq!(json(&TargetKind::Values(2), &values), r#"{"values":{"value 1":0.1,"value 2":-2.5}}"#);
    assert_eq!(json(&TargetKind::Values(1), &Answer::Values(vec![7.0])), r#"{"values":{"value":7.0}}"#);

    let classes = TargetKind::Mask(names(["ground", "cat", "dog"]));
    assert_eq!(
        json(&classes, &Answer::Mask(mask())),
        r#"{"mask":{"width":3,"height":2,"classes":{"ground":{"pixels":2,"share":0.4,"runs":"1 1 6 1"},"cat":{"pixels":3,"share":0.6,"runs":"3 3"},"dog":{"pixels":0,"share":0.0,"runs":""}},"unseen":1}}"#
    );

    let points = Answer::Points(vec![[1.5, 2.0], [f32::NAN, f32::NAN]]);
    assert_eq!(
        json(&TargetKind::Points(names(["nose", "tail"])), &points),
        r#"{"points":{"nose":[1.5,2.0],"tail":null}}"#
    );
    let area = Answer::Box([1.0, 2.0, 30.5, 40.0]);
    assert_eq!(json(&TargetKind::Box, &area), r#"{"box":[1.0,2.0,30.5,40.0]}"#);
    assert_eq!(json(&TargetKind::Box, &Answer::Box([f32::NAN; 4])), r#"{"box":null}"#);

    let kind = TargetKind::pair(breeds, TargetKind::pair(TargetKind::Values(1), TargetKind::Box));
    let answer = pair(told, pair(Answer::Values(vec![3.0]), area));
    assert_eq!(
        json(&kind, &answer),
        r#"{"first":{"class":"pug","probability":0.75,"probabilities":{"shiba":0.25,"pug":0.75},"calibrated":false},"second":{"first":{"values":{"value":3.0}},"second":{"box":[1.0,2.0,30.5,40.0]}}}"#
    );
}

fn pair(first: Answer, second: Answer) -> Answer {
    Answer::Pair(Box::new(first), Box::new(second))
}

/// As a model gives them: `Tags` is made by a predictor alone.
#[test]
fn several_classes_are_those_that_are_taken_and_the_probability_of_all() {
    let (mut manifest, model) = crate::model(crate::head());
    manifest.target = TargetKind::Categories(names(["ant", "bee", "fly"]));
    manifest.decision = Decision::Threshold(0.5);
    let predictor = firelight_predict::Predictor::new(manifest, model, burn::tensor::Device::flex()).expect("one");
    let answer = predictor.answer_picture(&picture(2, 40, 36)).expect("an answer");
    let tags = answer.as_categories().expect("tags");
    let said: Value = serde_json::to_value(predictor.named(&answer)).expect("JSON");
    assert_eq!(said["classes"], serde_json::json!(tags.classes));
    let probabilities = said["probabilities"].as_object().expect("an object");
    assert_eq!(probabilities.len(), 3);
    for (name, probability) in ["ant", "bee", "fly"].iter().zip(&tags.probabilities) {
        let told = probabilities[*name].as_f64().expect("a number") as f32;
        assert_eq!(told.to_bits(), probability.to_bits(), "{name}");
        assert_eq!(*probability >= 0.5, tags.classes.iter().any(|class| class == name), "{name}");
    }
    let likeliest = (0..3).max_by(|&a, &b| tags.probabilities[a].total_cmp(&tags.probabilities[b]));
    assert_eq!(Some(answer.output()), likeliest);
}

#[test]
fn a_mask_is_made_of_its_runs_again() {
    for number in 0..20 {
        let noise = picture(number, 7 + number as u32, 9);
        let codes: Vec<u8> = noise.pixels().map(|pixel| [0, 1, 2, Mask::VOID][usize::from(pixel.0[0]) % 4]).collect();
        let mask = Mask::new(Size::new(noise.width(), noise.height()), codes).expect("a mask");
        let kind = TargetKind::Mask(names(["a", "b", "c"]));
        let said: Value = serde_json::from_str(&json(&kind, &Answer::Mask(mask.clone()))).expect("JSON");
        let said = &said["mask"];
        let mut read = Mask::filled(mask.size(), Mask::VOID);
        let mut pixels = said["unseen"].as_u64().expect("a number");
        for (code, name) in (0..).zip(["a", "b", "c"]) {
            let class = &said["classes"][name];
            read = read.with_rle(class["runs"].as_str().expect("runs"), RleOrder::Columns, code).expect("runs");
            pixels += class["pixels"].as_u64().expect("a number");
        }
        assert_eq!(read, mask);
        assert_eq!(pixels, mask.size().pixels());
    }
}

#[test]
fn an_answer_is_of_its_own_kind_alone() {
    let points = vec![[1.0, 2.0]];
    let told = breed().1;
    let all = [
        told.clone(),
        Answer::Values(vec![1.0]),
        Answer::Mask(mask()),
        Answer::Points(points.clone()),
        Answer::Box([1.0, 2.0, 3.0, 4.0]),
        pair(told, Answer::Values(vec![1.0])),
    ];
    let of = |answer: &Answer| {
        [
            answer.as_category().is_some(),
            answer.as_values().is_some(),
            answer.as_mask().is_some(),
            answer.as_points().is_some(),
            answer.as_box().is_some(),
            answer.as_pair().is_some(),
            answer.as_categories().is_some(),
        ]
    };
    for (number, answer) in all.iter().enumerate() {
        assert_eq!(of(answer), std::array::from_fn(|other| other == number), "{answer}");
    }
    assert_eq!(all[0].as_category().map(|told| told.class.as_str()), Some("pug"));
    assert_eq!(all[1].as_values(), Some(&[1.0][..]));
    assert_eq!(all[2].as_mask(), Some(&mask()));
    assert_eq!(all[3].as_points(), Some(&points[..]));
    assert_eq!(all[4].as_box(), Some([1.0, 2.0, 3.0, 4.0]));
    assert_eq!(all[5].as_pair(), Some((&all[0], &all[1])));
}

#[test]
fn the_output_that_an_answer_is_about_is_the_class_that_it_names() {
    let told = breed().1;
    assert_eq!(told.output(), 1);
    assert_eq!(pair(told, Answer::Values(vec![1.0])).output(), 1);
    assert_eq!(Answer::Box([0.0; 4]).output(), 0);
    let mask = |codes: &[u8]| Answer::Mask(Mask::new(Size::new(codes.len() as u32, 1), codes.to_vec()).expect("one"));
    // The ground, which is first, only where it is alone; the first of two that are as large.
    for (codes, class) in
        [(&[0, 0, 0, 2][..], 2), (&[0, 1, 1, 2, 255, 255, 255], 1), (&[0, 2, 1], 1), (&[0, 255], 0), (&[255], 0)]
    {
        assert_eq!(mask(codes).output(), class, "{codes:?}");
    }
}

#[test]
fn the_names_of_a_pair_are_each_there_once() {
    let pair = TargetKind::pair(TargetKind::Values(1), TargetKind::pair(TargetKind::Values(1), TargetKind::Box));
    assert_eq!(pair.names(), ["value", "second value", "left", "top", "right", "bottom"]);
    let kinds = [TargetKind::Values(3), TargetKind::Points(names(["nose", "tail"])), breed().0, TargetKind::Box, pair];
    for kind in kinds {
        assert_eq!(kind.names().len(), kind.columns(), "{kind}");
    }
}
