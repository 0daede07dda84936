//! Values of `SciPy` and MAPIE, and of formulas written out in Python (`reference/trust.py` made them).

use std::collections::BTreeMap;

use firelight_costs::{
    Calibrator, ClassTree, Climb, CostMatrix, Groups, HeldOut, Limit, NodeDecision, SetRule, Sets, Taxonomy, Vocab,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    names: Vec<String>,
    paths: Vec<String>,
    rows: Vec<Vec<f32>>,
    targets: Vec<usize>,
    calibration: Scalings,
    sets: BTreeMap<String, Vec<Vec<usize>>>,
    places: Vec<(usize, f64, f64, Option<usize>)>,
    decided: BTreeMap<String, (Vec<String>, Vec<f64>)>,
    climb: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Scalings {
    temperature: f64,
    plain: f64,
    groups: Vec<f64>,
    weights: Vec<f64>,
    biases: Vec<f64>,
    before: (f64, f64),
    inside: BTreeMap<String, (f64, f64)>,
}

impl Reference {
    fn read() -> Self {
        serde_json::from_str(include_str!("../reference/trust.json")).unwrap()
    }

    fn vocab(&self) -> Vocab {
        Vocab::ordered(self.names.iter().cloned()).unwrap()
    }

    fn held(&self, from: usize, to: usize) -> HeldOut {
        HeldOut::of_probabilities(&self.vocab(), &self.rows[from..to], &self.targets[from..to]).unwrap()
    }

    fn species(&self) -> Groups {
        Groups::by(&self.vocab(), |name| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" })
    }

    fn tree(&self) -> ClassTree {
        ClassTree::new(&Taxonomy::from_paths(&self.paths).unwrap(), &self.vocab()).unwrap()
    }
}

/// The numbers of a calibration, which are no part of its interface.
fn scaling(calibrator: &Calibrator, held: &HeldOut) -> serde_json::Value {
    serde_json::to_value(calibrator.fit(held).unwrap()).unwrap()["scaling"].take()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() < 1e-6, "{ours}, there {theirs}");
    }
}

#[test]
fn scalings_are_the_most_likely_ones_of_scipy() {
    let (reference, calibration) = (Reference::read(), Reference::read().calibration);
    let held = reference.held(0, 300);
    let temperature = scaling(&Calibrator::temperature(), &held);
    close(&[temperature["Temperature"].as_f64().unwrap()], &[calibration.temperature]);
    let plain = scaling(&Calibrator::temperature().with_penalty(0.0), &held);
    close(&[plain["Temperature"].as_f64().unwrap()], &[calibration.plain]);
    let groups = scaling(&Calibrator::per_group(&reference.species()), &held);
    close(&numbers(&groups["Groups"]["temperatures"]), &calibration.groups);
    let vector = scaling(&Calibrator::vector(), &held);
    close(&numbers(&vector["Vector"]["weights"]), &calibration.weights);
    close(&numbers(&vector["Vector"]["biases"]), &calibration.biases);
}

#[test]
fn likelihood_and_calibration_error_are_those_of_numpy() {
    let (reference, calibration) = (Reference::read(), Reference::read().calibration);
    let held = reference.held(0, 300);
    let quality = |held: &HeldOut| {
        let quality = held.quality().unwrap();
        [quality.negative_log_likelihood, quality.calibration_error]
    };
    close(&quality(&held), &[calibration.before.0, calibration.before.1]);
    let calibrators = [
        ("temperature", Calibrator::temperature()),
        ("groups", Calibrator::per_group(&reference.species())),
        ("vector", Calibrator::vector()),
    ];
    for (name, calibrator) in calibrators {
        let fitted = calibrator.fit(&held).unwrap();
        let theirs = calibration.inside[name];
        close(&quality(&held.calibrated(&fitted)), &[theirs.0, theirs.1]);
        assert_eq!(fitted.effect().before, held.quality().unwrap());
        // Out of fold, so worse than on what it was fitted on.
        assert!(fitted.effect().after.negative_log_likelihood > theirs.0);
    }
}

#[test]
fn sets_are_those_of_mapie_and_of_the_formulas() {
    let reference = Reference::read();
    let (fit, test) = (reference.held(0, 200), reference.held(200, 300));
    let average = |rate| Limit::on_average(rate).unwrap();
    let species = reference.species();
    let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
    let by_cost = |rule: SetRule, limit| rule.fit_costs(&fit, &cost, limit).unwrap();
    let cases: [(&str, Sets); 9] = [
        ("mapie lac", SetRule::lac().may_be_empty().fit(&fit, average(0.1)).unwrap()),
        ("mapie aps", SetRule::aps().may_be_empty().fit(&fit, average(0.1)).unwrap()),
        ("aps", SetRule::aps().fit(&fit, average(0.1)).unwrap()),
        ("raps", SetRule::raps(0.05, 2).may_be_empty().fit(&fit, average(0.1)).unwrap()),
        ("lac per class", SetRule::lac().per_class().fit(&fit, average(0.1)).unwrap()),
        ("aps per group", SetRule::aps().per_group(&species).may_be_empty().fit(&fit, average(0.1)).unwrap()),
        ("lac cost", by_cost(SetRule::lac(), average(0.05))),
        ("aps cost", by_cost(SetRule::aps(), average(0.03))),
        ("lac cost sure", by_cost(SetRule::lac(), Limit::with_confidence(0.1, 0.9).unwrap())),
    ];
    assert_eq!(reference.sets.len(), cases.len());
    for (name, sets) in cases {
        for (row, theirs) in test.rows().zip(&reference.sets[name]) {
            let mut ours = sets.of(row);
            if name == "mapie aps" && ours.is_empty() {
                // MAPIE lets in the likeliest class after the threshold was chosen.
                ours.extend(firelight_costs::Decision::Argmax.best(row));
            }
            ours.sort_unstable();
            assert_eq!(&ours, theirs, "{name} of {row:?}");
        }
    }
}

/// The threshold of a limit with confidence is that of as many examples as the binomial tail of `SciPy` says.
#[test]
fn limits_with_confidence_are_binomial_tails() {
    let vocab = Vocab::ordered(["a", "b"]).unwrap();
    for (examples, rate, confidence, place) in Reference::read().places {
        // Scores 0, 1/n, 2/n, …: the threshold says which example it is of.
        let rows: Vec<[f32; 2]> = (0..examples).map(|i| [1.0 - i as f32 / 8192.0, i as f32 / 8192.0]).collect();
        let held = HeldOut::of_probabilities(&vocab, &rows, &vec![0; examples]).unwrap();
        let sets = SetRule::lac().may_be_empty().fit(&held, Limit::with_confidence(rate, confidence).unwrap()).unwrap();
        let found = serde_json::to_value(&sets).unwrap()["thresholds"][0]["highest"].as_f64();
        let found = found.map(|threshold| (threshold * 8192.0).round() as usize);
        assert_eq!(found, place, "{examples} examples, {rate}, {confidence}");
    }
}

#[test]
fn nodes_and_climbs_are_those_of_the_formulas() {
    let reference = Reference::read();
    let (fit, test, tree) = (reference.held(0, 200), reference.held(200, 300), reference.tree());
    let decisions = [
        ("path length", NodeDecision::path_length(&tree)),
        ("wu palmer", NodeDecision::wu_palmer(&tree)),
        ("f0.5", NodeDecision::f_beta(&tree, 0.5).unwrap()),
        ("f2", NodeDecision::f_beta(&tree, 2.0).unwrap()),
    ];
    assert_eq!(reference.decided.len(), decisions.len());
    for (name, decision) in decisions {
        let (names, expected) = &reference.decided[name];
        for ((row, theirs), least) in test.rows().zip(names).zip(expected) {
            let node = decision.decide(row).unwrap();
            close(&[decision.expected(row)[node]], &[*least]);
            assert_eq!(tree.taxonomy().name(node), theirs, "{name} of {row:?}");
        }
    }
    for (rate, names) in &reference.climb {
        let climb = Climb::fit(&tree, &fit, Limit::on_average(rate.parse().unwrap()).unwrap()).unwrap();
        for (row, theirs) in test.rows().zip(names) {
            assert_eq!(tree.taxonomy().name(climb.decide(row).unwrap()), theirs, "{rate} of {row:?}");
        }
    }
}
