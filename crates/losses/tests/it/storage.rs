use firelight_losses::{AlignedCost, ClassWeights, CostMatrix, Decision, Groups, PairWeights, SoftLabels, Vocab};

fn pets() -> (Vocab, Groups) {
    let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "pug"]);
    let groups = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    (vocab, groups)
}

#[test]
fn matrices_weights_and_decisions_survive_a_file() {
    let (vocab, groups) = pets();
    let labels = SoftLabels::from(SoftLabels::from_groups(&groups).within_mass(0.6)).allow_non_dominant();
    let text = serde_json::to_string(&labels).unwrap();
    assert_eq!(serde_json::from_str::<SoftLabels>(&text).unwrap(), labels);
    let cost = CostMatrix::from_groups(&groups, 0.25, 1.0);
    let decision = Decision::minimum_risk(&cost, &vocab).unwrap();
    for decision in [Decision::Argmax, Decision::Threshold(0.5), decision] {
        let text = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    }
    let weights = ClassWeights::inverse_sqrt([("a", 4), ("b", 1)]).unwrap();
    let text = serde_json::to_string(&weights).unwrap();
    assert_eq!(serde_json::from_str::<ClassWeights>(&text).unwrap(), weights);
}

#[test]
fn a_file_of_another_meaning_or_with_bad_entries_is_refused() {
    let (_, groups) = pets();
    let text = serde_json::to_string(&CostMatrix::from_groups(&groups, 0.25, 1.0)).unwrap();
    let error = serde_json::from_str::<PairWeights>(&text).unwrap_err();
    insta::assert_snapshot!(error, @"this is a cost matrix, not a pair weight matrix");
    let broken = text.replacen("0.25", "-1.0", 1);
    assert!(serde_json::from_str::<CostMatrix>(&broken).is_ok());
    let error = serde_json::from_str::<AlignedCost>(&broken).unwrap_err();
    insta::assert_snapshot!(error, @r#"cost["Bengal"]["Siamese"] is negative (-1); use a Similarity matrix for rewards"#);
}

#[test]
fn matrices_and_weights_print_as_tables() {
    let (_, groups) = pets();
    insta::assert_snapshot!(SoftLabels::from_groups(&groups).across_mass(0.01), @r"
    soft-label  Bengal  Siamese  beagle    pug
    Bengal        0.79      0.2   0.005  0.005
    Siamese        0.2     0.79   0.005  0.005
    beagle       0.005    0.005    0.79    0.2
    pug          0.005    0.005     0.2   0.79
    ");
    let weights = ClassWeights::balanced([("pug", 300), ("Bengal", 100)]).unwrap();
    insta::assert_snapshot!(weights, @r"
    pug     0.6667
    Bengal  2
    ");
}

#[test]
fn costs_name_a_pair_that_is_not_symmetric() {
    let (_, groups) = pets();
    let cost = CostMatrix::from_groups(&groups, 0.25, 1.0);
    assert_eq!(cost.asymmetric_pair(), None);
    let cost = cost.with("pug", "Bengal", 2.0).unwrap();
    assert_eq!(cost.asymmetric_pair(), Some(("Bengal", "pug")));
}

#[test]
fn normalised_pair_weights_have_a_mean_of_1_off_the_diagonal() {
    let (_, groups) = pets();
    let weights = PairWeights::from_groups(&groups, 1.5, 3.0).normalize();
    let off: f64 = (0..4)
        .flat_map(|t| (0..4).map(move |p| (t, p)))
        .filter(|(t, p)| t != p)
        .map(|(t, p)| weights.value(t, p))
        .sum();
    assert!((off - 12.0).abs() < 1e-12);
    assert_eq!(weights.get("pug", "pug"), Ok(1.0));
}
