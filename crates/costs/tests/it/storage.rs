use firelight_costs::{AlignedCost, ClassWeights, CostMatrix, Decision, Groups, PairWeights, SoftLabels, Vocab};

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
    let own = vocab.iter().zip([0.1, 0.2, 0.3, 0.4]);
    let own = Decision::thresholds(own, &vocab).unwrap();
    for decision in [Decision::Argmax, Decision::Threshold(0.5), decision, own] {
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

/// B26. As many weights as names, and each of them a weight, however they were stored.
#[test]
fn class_weights_that_are_none_are_refused_when_they_are_read() {
    let refused = |text: &str| serde_json::from_str::<ClassWeights>(text).unwrap_err().to_string();
    insta::assert_snapshot!(refused(r#"{"names":["a","b"],"weights":[1.0]}"#), @"there are 1 class weights for 2 names");
    insta::assert_snapshot!(refused(r#"{"names":["a"],"weights":[1.0,2.0]}"#), @"there are 2 class weights for 1 names");
    insta::assert_snapshot!(refused(r#"{"names":[],"weights":[]}"#), @"there is no class to weigh; count the labels of the training part first");
    insta::assert_snapshot!(refused(r#"{"names":["a","b"],"weights":[1.0,-2.0]}"#), @r#"class weight of "b" is -2; use a value >= 0 that is finite in single precision"#);
    insta::assert_snapshot!(refused(r#"{"names":["a","b"],"weights":[1e300,2.0]}"#), @r#"class weight of "a" is 1e300; use a value >= 0 that is finite in single precision"#);
    assert!(refused(r#"{"names":["a","a"],"weights":[1.0,2.0]}"#).contains("\"a\""));
    // What JSON cannot say other formats can.
    let numbers = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(
        [("names", Field::Names(vec!["a", "b"])), ("weights", Field::Numbers(vec![f64::NAN, 1.0]))].into_iter(),
    );
    let error = <ClassWeights as serde::Deserialize>::deserialize(numbers).unwrap_err();
    insta::assert_snapshot!(error, @r#"class weight of "a" is NaN; use a value >= 0 that is finite in single precision"#);
}

#[derive(Clone)]
enum Field {
    Names(Vec<&'static str>),
    Numbers(Vec<f64>),
}

impl serde::de::IntoDeserializer<'_, serde::de::value::Error> for Field {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> serde::Deserializer<'de> for Field {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Names(names) => visitor.visit_seq(serde::de::value::SeqDeserializer::new(names.into_iter())),
            Self::Numbers(numbers) => visitor.visit_seq(serde::de::value::SeqDeserializer::new(numbers.into_iter())),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// B26 as well: what a decision is read with is checked before anybody decides by it.
#[test]
fn decisions_that_are_none_are_refused_when_they_are_read() {
    let refused = |text: &str| serde_json::from_str::<Decision>(text).unwrap_err().to_string();
    insta::assert_snapshot!(refused(r#"{"Threshold":1.5}"#), @"threshold 1.5 is outside [0,1]");
    insta::assert_snapshot!(refused(r#"{"Threshold":-0.5}"#), @"threshold -0.5 is outside [0,1]");
    insta::assert_snapshot!(refused(r#"{"MinimumRisk":{"kind":"cost","allow_non_dominant":false,"names":["a","b"],"rows":[[0.0,-1.0],[1.0,0.0]]}}"#), @r#"cost["a"]["b"] is negative (-1); use a Similarity matrix for rewards"#);
    let own = |least: &str| format!(r#"{{"Thresholds":{{"vocab":["a","b"],"least":{least}}}}}"#);
    assert!(serde_json::from_str::<Decision>(&own("[0.5,0.25]")).is_ok());
    insta::assert_snapshot!(refused(&own("[0.5]")), @"there are 1 thresholds for 2 classes");
    insta::assert_snapshot!(refused(&own("[0.5,-1.0]")), @"threshold -1 is outside [0,1]");
    assert!(refused(r#"{"Other":1}"#).contains("Other"));
    insta::assert_snapshot!(Decision::threshold(f32::NAN).unwrap_err(), @"threshold NaN is outside [0,1]");
    for decision in [Decision::threshold(0.0), Decision::threshold(1.0)] {
        let text = serde_json::to_string(&decision.clone().unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision.unwrap());
    }
}
