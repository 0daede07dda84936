use firelight_costs::{
    Calibration, Calibrator, ClassTree, Climb, CostMatrix, HeldOut, Limit, NodeDecision, SetRule, Sets,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Draws, examples, halves, tree};

fn read_again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn parts() -> (HeldOut, HeldOut) {
    examples(300, 4, 2.0, &mut Draws::new(5)).split(0.6, 1).unwrap()
}

#[test]
fn what_was_fitted_says_the_same_after_a_file() {
    let (held, fresh) = parts();
    let groups = halves(held.vocab());
    for calibrator in [Calibrator::temperature(), Calibrator::per_group(&groups), Calibrator::vector()] {
        let calibration = calibrator.fit(&held).unwrap();
        let again = read_again(&calibration);
        for row in fresh.rows() {
            let bits = |row: Vec<f32>| row.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(calibration.apply(row)), bits(again.apply(row)));
        }
        assert_eq!(again.to_string(), calibration.to_string());
    }
    let cost = CostMatrix::from_groups(&groups, 0.25, 1.0);
    let limit = Limit::on_average(0.1).unwrap();
    let tree = tree(&[vec![0, 0], vec![0, 0], vec![0, 1], vec![1]]);
    let sets = [
        SetRule::lac().per_class().fit(&held, limit).unwrap(),
        SetRule::aps().randomised(1).per_group(&groups).fit(&held, Limit::with_confidence(0.1, 0.9).unwrap()).unwrap(),
        SetRule::raps(0.1, 2).may_be_empty().fit_costs(&held, &cost, limit).unwrap(),
        // Of too few examples.
        SetRule::lac().per_class().fit(&fresh.split(0.05, 1).unwrap().0, limit).unwrap(),
    ];
    for sets in sets {
        let again = read_again(&sets);
        // The examples that it was fitted on lie on the thresholds themselves.
        assert!(held.rows().chain(fresh.rows()).all(|row| sets.of(row) == again.of(row)), "{sets}");
        assert_eq!(again.to_string(), sets.to_string());
    }
    let climb = Climb::fit(&tree, &held, limit).unwrap();
    let again = read_again(&climb);
    assert!(held.rows().all(|row| climb.decide(row) == again.decide(row)));
    assert_eq!(read_again(&tree), tree);
    let own = NodeDecision::from_fn(&tree, |node, class| (node + class) as f64).unwrap();
    for decision in [
        NodeDecision::path_length(&tree),
        NodeDecision::f_beta(&tree, 0.5).unwrap(),
        NodeDecision::wu_palmer(&tree),
        own,
    ] {
        let again = read_again(&decision);
        assert!(fresh.rows().all(|row| decision.decide(row) == again.decide(row)));
        assert_eq!(again.to_string(), decision.to_string());
    }
}

/// The text of what is wrong with a value of which one part was replaced.
fn refused<T: Serialize + DeserializeOwned + std::fmt::Debug>(value: &T, from: &str, to: &str) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert!(text.contains(from), "{text}");
    serde_json::from_str::<T>(&text.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn what_a_file_says_is_checked() {
    let (held, _) = parts();
    let fit = |calibrator: Calibrator| calibrator.fit(&held).unwrap();
    let none = "the numbers of a calibration do not fit its 4 classes; fit it again";
    let calibration: Calibration = fit(Calibrator::temperature());
    assert!(refused(&calibration, r#""Temperature":"#, r#""Temperature":-"#).starts_with(none));
    assert!(refused(&fit(Calibrator::vector()), r#""biases":["#, r#""biases":[0.5,"#).starts_with(none));
    let groups = fit(Calibrator::per_group(&halves(held.vocab())));
    assert!(refused(&groups, r#""temperatures":["#, r#""temperatures":[1.5,"#).starts_with(none));
    let other_order = r#""vocab":["c1","c0","c2","c3"]"#;
    assert!(refused(&groups, r#""vocab":["c0","c1","c2","c3"]"#, other_order).starts_with(none));
    let sets: Sets = SetRule::lac().per_class().fit(&held, Limit::on_average(0.1).unwrap()).unwrap();
    let text = refused(&sets, r#""thresholds":["#, r#""thresholds":[{"name":null,"examples":1,"highest":0.5},"#);
    assert!(text.starts_with("the thresholds of sets do not fit their 4 classes; fit them again"), "{text}");
    let raps = SetRule::raps(0.5, 1).fit(&held, Limit::on_average(0.1).unwrap()).unwrap();
    assert!(refused(&raps, r#""penalty":0.5"#, r#""penalty":-0.5"#).starts_with("penalty must be finite and >= 0"));
    assert!(refused(&sets, r#""rate":0.1"#, r#""rate":1.1"#).starts_with("rate 1.1 must be above 0 and below 1"));
    let tree: ClassTree = tree(&[vec![0], vec![0], vec![1]]);
    assert!(refused(&tree, r#""vocab":["c0""#, r#""vocab":["c9""#).contains("c0"));
    let decision = NodeDecision::from_fn(&tree, |_, class| class as f64).unwrap();
    let text = refused(&decision, r#""costs":["#, r#""costs":[1.0,"#);
    assert!(refused(&NodeDecision::f_beta(&tree, 0.5).unwrap(), "0.5", "-0.5").starts_with("beta must be finite"));
    assert!(text.starts_with("there are 19 costs of 6 nodes and 3 classes"), "{text}");
}
