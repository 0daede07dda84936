//! Every text of an error.

use firelight_costs::{
    ClassWeights, Confusion, CostError, CostMatrix, Distance, Groups, PairWeights, Similarity, SoftLabels, Vocab,
};
use insta::assert_snapshot;

fn ab() -> Vocab {
    Vocab::from_labels(["a", "b"])
}

fn soft(rows: [[f64; 2]; 2]) -> CostError {
    SoftLabels::from_rows(["Bengal", "Siamese"], &rows).unwrap().check().unwrap_err()
}

#[test]
fn names_that_are_not_the_vocab() {
    let cost = CostMatrix::uniform(&Vocab::from_labels(["a", "c"]));
    let error = cost.align(&Vocab::from_labels(["a", "b", "c"])).unwrap_err();
    assert_snapshot!(error, @r#"class matrix has 2 names but the vocab has 3; missing: ["b"]; not in vocab: []"#);
    let error = cost.align(&ab()).unwrap_err();
    assert_snapshot!(error, @r#"class matrix has 2 names but the vocab has 2; missing: ["b"]; not in vocab: ["c"]"#);
    let weights = ClassWeights::new([("a", 1.0)]).unwrap();
    let error = weights.aligned(&ab()).unwrap_err();
    assert_snapshot!(error, @r#"class matrix has 1 names but the vocab has 2; missing: ["b"]; not in vocab: []"#);
}

#[test]
fn unknown_names() {
    let vocab = Vocab::from_labels(["beagle", "pug"]);
    let error = CostMatrix::from_csv_long("beagel,pug,1", &vocab, 0.0).unwrap_err();
    assert_snapshot!(error, @r#"class "beagel" is not in the vocab; did you mean "beagle"?"#);
}

#[test]
fn tables_of_the_wrong_shape() {
    let wide = |text: &str| CostMatrix::from_csv_wide(text).unwrap_err();
    assert_snapshot!(wide(",pug,b,pug\npug,0,1,1\nb,1,0,1\n"), @r#"class "pug" appears twice in the matrix header (columns 1 and 3)"#);
    assert_snapshot!(wide(",a,b\na,0,1\na,1,0\n"), @r#"class "a" appears twice in the first column (rows 1 and 2)"#);
    assert_snapshot!(wide(",b,c\na,0,1\nc,1,0\n"), @r#"row names and column names differ: only in rows ["a"], only in columns ["b"]"#);
    assert_snapshot!(wide(",a,b\na,0\nb,1,0\n"), @r#"matrix row "a" has 1 values, expected 2"#);
    assert_snapshot!(wide(",a,b\na,0,x\nb,1,0\n"), @r#"CSV line 2: "x" is no number"#);
    let long = |text: &str| CostMatrix::from_csv_long(text, &ab(), 0.0).unwrap_err();
    assert_snapshot!(long("a,b\n"), @"CSV line 1: expected true,predicted,value");
    assert_snapshot!(long("a,b,1,symmetric\nb,a,2\n"), @r#"the pair "b", "a" appears twice (lines 1 and 2)"#);
    let error = CostMatrix::from_rows(["a", "b"], &[[0.0, 1.0]]).unwrap_err();
    assert_snapshot!(error, @"matrix has 1 rows for 2 names");
    let error = CostMatrix::from_rows(["a", "b"], &[[0.0], [1.0]]).unwrap_err();
    assert_snapshot!(error, @r#"matrix row "a" has 1 values, expected 2"#);
}

#[test]
fn entries_that_are_no_numbers() {
    let cost = CostMatrix::uniform(&Vocab::from_labels(["boxer", "pug"]));
    let error = cost.clone().with("pug", "boxer", f64::NAN).unwrap().check().unwrap_err();
    assert_snapshot!(error, @r#"matrix["pug"]["boxer"] is NaN; every entry must be finite in single precision"#);
    let error = cost.with("pug", "boxer", f64::INFINITY).unwrap().check().unwrap_err();
    assert_snapshot!(error, @r#"matrix["pug"]["boxer"] is inf; every entry must be finite in single precision"#);
}

#[test]
fn soft_labels_that_are_none() {
    assert_snapshot!(soft([[0.9, 0.3], [0.1, 0.9]]), @r#"soft-label row "Bengal" sums to 1.200000, expected 1 (tolerance 1e-4); call .normalize_rows() if you meant proportions"#);
    assert_snapshot!(soft([[1.0, 0.0], [0.0, 0.0]]), @r#"soft-label row "Siamese" is all zero; give it at least its own class, or use ignore"#);
    assert_snapshot!(soft([[1.1, -0.1], [0.0, 1.0]]), @r#"soft-label["Bengal"]["Siamese"] = -0.100000 is negative"#);
    assert_snapshot!(soft([[0.4, 0.6], [0.0, 1.0]]), @r#"soft-label row "Bengal": "Siamese" (0.60) is not below "Bengal" (0.40); the target would no longer be the label. Pass .allow_non_dominant() to accept"#);
    let vocab = Vocab::from_labels(('a'..='l').map(String::from));
    let one = Groups::by(&vocab, |_| "all");
    let error = SoftLabels::from(SoftLabels::from_groups(&one).within_each(0.1)).align(&vocab);
    assert_snapshot!(error.unwrap_err(), @r#"soft-label["a"]["a"] = -0.100000 is negative; 11 siblings × 0.1 exceed 1: use within_mass(0.2), not within_each(0.1)"#);
}

#[test]
fn costs_weights_similarities_and_counts_that_are_none() {
    let uniform = CostMatrix::uniform(&ab());
    let cost = |truth, predicted, value| uniform.clone().with(truth, predicted, value).unwrap().check().unwrap_err();
    assert_snapshot!(cost("a", "a", 0.3), @r#"cost["a"]["a"] = 0.3; a correct prediction must cost 0"#);
    assert_snapshot!(cost("a", "b", -1.0), @r#"cost["a"]["b"] is negative (-1); use a Similarity matrix for rewards"#);
    let nothing = CostMatrix::from_fn(&ab(), |_, _| 0.0);
    assert_snapshot!(nothing.soft_labels(1.0, 1.0).unwrap_err(), @"every cost is 0; costs are measured against the highest one, so one must be > 0");
    let pair = |a, b| PairWeights::from_rows(["a", "b"], &[[a, b], [1.0, 1.0]]).unwrap().check().unwrap_err();
    assert_snapshot!(pair(0.0, 1.0), @r#"pair weight["a"]["a"] = 0 would stop training on correct predictions; use a value > 0"#);
    assert_snapshot!(pair(1.0, -1.0), @r#"pair weight["a"]["b"] = -1 is negative; use a value >= 0"#);
    let alike = |a, b| Similarity::from_rows(["a", "b"], &[[a, b], [0.0, 1.0]]).unwrap().check().unwrap_err();
    assert_snapshot!(alike(1.0, 1.5), @r#"similarity["a"]["b"] = 1.5 is outside [0,1]"#);
    assert_snapshot!(alike(0.5, 0.0), @r#"similarity["a"]["a"] = 0.5; a class is like itself, so it must be 1"#);
    let counts = Confusion::from_rows(["a", "b"], &[[1.0, -1.0], [0.0, 1.0]]).unwrap();
    assert_snapshot!(counts.check().unwrap_err(), @r#"count["a"]["b"] = -1 is negative"#);
    assert_snapshot!(Confusion::count(&ab(), [(0, 2)]).unwrap_err(), @"target 2 is out of range for 2 classes");
}

#[test]
fn class_weights_and_embeddings_that_are_none() {
    assert_snapshot!(ClassWeights::new([("a", -1.0)]).unwrap_err(), @r#"class weight of "a" is -1; use a value >= 0 that is finite in single precision"#);
    assert_snapshot!(ClassWeights::balanced([("a", 1), ("b", 0)]).unwrap_err(), @r#"class "b" has no examples, so its weight has no value; leave it out of the vocab or set its weight by hand"#);
    let vectors = |b: &'static [f64]| {
        CostMatrix::from_embeddings([("a", &[1.0, 0.0][..]), ("b", b)], Distance::Cosine).unwrap_err()
    };
    assert_snapshot!(vectors(&[0.0, 0.0]), @r#"embedding of "b" is all zero; a cosine needs a direction"#);
    assert_snapshot!(vectors(&[1.0]), @r#"embedding of "b" has 1 values, expected 2"#);
    // A cosine with NaN used to be a distance of 0.
    assert_snapshot!(vectors(&[f64::NAN, 1.0]), @r#"embedding of "b" has the value NaN; every value must be finite"#);
    assert_snapshot!(vectors(&[f64::INFINITY, 1.0]), @r#"embedding of "b" has the value inf; every value must be finite"#);
    // B51: weights of nothing.
    let none: [(&str, usize); 0] = [];
    for error in [
        ClassWeights::balanced(none).unwrap_err(),
        ClassWeights::inverse_sqrt(none).unwrap_err(),
        ClassWeights::effective_number(none, 0.9).unwrap_err(),
        ClassWeights::new(none.map(|(name, _)| (name, 1.0))).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "there is no class to weigh; count the labels of the training part first");
    }
}

#[test]
fn parameters_out_of_range() {
    let cost = CostMatrix::uniform(&ab());
    assert_snapshot!(cost.soft_labels(f64::NAN, 0.3).unwrap_err(), @"beta must be finite and >= 0");
    assert_snapshot!(cost.soft_labels(4.0, 1.5).unwrap_err(), @"eps 1.5 is outside [0,1]");
    assert_snapshot!(cost.pair_weights(1e300).unwrap_err(), @"lambda must be finite and >= 0");
    assert_snapshot!(cost.clone().with("a", "b", 1e300).unwrap().check().unwrap_err(), @r#"matrix["a"]["b"] is 1e300; every entry must be finite in single precision"#);
}
