//! Metrics of trust: values of formulas written out in Python (`reference/trust.py` made them), and laws.

use std::collections::BTreeMap;

use firelight_costs::{Limit, NodeDecision, TreeDistance};
use firelight_metrics::{
    ClassMetric, ClassTree, CostMatrix, Decision, Groups, HeldOut, NodeReport, RiskCoverage, SetReport, SetRule, Vocab,
    accuracy, adaptive_calibration_error, ancestor_f_beta, ancestor_precision, ancestor_recall, aurc,
    calibration_error, classwise_calibration_error, full_path_accuracy, hops, measure, path_consistency, set_coverage,
    set_size,
};
use firelight_vocab::Taxonomy;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    paths: Vec<String>,
    grades: f32,
    values: BTreeMap<String, f64>,
    tied: BTreeMap<String, f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/trust.json")).expect("the reference")
}

/// The table of the example.
fn predictions() -> HeldOut {
    let mut table = csv::Reader::from_reader(include_str!("../../examples/predictions.csv").as_bytes());
    let vocab = Vocab::ordered(table.headers().expect("a header").iter().skip(1)).expect("a vocab");
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for line in table.records() {
        let line = line.expect("a line");
        targets.push(vocab.o2i(&line[0]).expect("a class"));
        rows.push(line.iter().skip(1).map(|cell| cell.parse().expect("a number")).collect::<Vec<f32>>());
    }
    HeldOut::of_probabilities(&vocab, &rows, &targets).expect("probabilities")
}

fn tree(paths: &[String], vocab: &Vocab) -> (ClassTree, CostMatrix) {
    let taxonomy = Taxonomy::from_paths(paths).expect("a tree");
    let cost = CostMatrix::from_taxonomy(&taxonomy, TreeDistance::MeetingHeight).expect("costs");
    (ClassTree::new(&taxonomy, vocab).expect("a tree"), cost)
}

/// Every metric of a tree and costs, and those of neither.
fn metrics(tree: &ClassTree, cost: &CostMatrix) -> Vec<ClassMetric> {
    let hops = |k| hops(cost, tree.vocab(), k).expect("a metric");
    vec![
        classwise_calibration_error(),
        adaptive_calibration_error(),
        aurc(),
        ancestor_precision(tree),
        ancestor_recall(tree),
        ancestor_f_beta(tree, 1.0),
        ancestor_f_beta(tree, 0.5),
        full_path_accuracy(tree),
        path_consistency(tree),
        hops(1),
        hops(2),
        hops(4),
        hops(usize::MAX),
    ]
}

fn value(metric: &ClassMetric, rows: &[&[f32]], targets: &[usize]) -> Option<f64> {
    measure(metric, rows, targets, &Decision::Argmax)
}

#[test]
fn values_are_those_of_the_formulas() {
    let (reference, held) = (reference(), predictions());
    let (tree, cost) = tree(&reference.paths, held.vocab());
    let rows: Vec<&[f32]> = held.rows().collect();
    let metrics = metrics(&tree, &cost);
    assert_eq!(metrics.len(), reference.values.len());
    for metric in &metrics {
        let (value, theirs) = (value(metric, &rows, held.targets()), reference.values[&metric.name()]);
        assert!((value.expect("a value") - theirs).abs() < 1e-6, "{}: {value:?}, there {theirs}", metric.name());
    }
    // Of probabilities with ties, which share their hits.
    let grades = reference.grades;
    let tied: Vec<Vec<f32>> =
        rows.iter().map(|row| row.iter().map(|p| (p * grades).round_ties_even() / grades).collect()).collect();
    let tied: Vec<&[f32]> = tied.iter().map(Vec::as_slice).collect();
    for (metric, (name, theirs)) in
        [adaptive_calibration_error(), aurc(), classwise_calibration_error()].iter().zip(&reference.tied)
    {
        assert_eq!(&metric.name(), name);
        let value = value(metric, &tied, held.targets()).expect("a value");
        assert!((value - theirs).abs() < 1e-6, "{name}: {value}, there {theirs}");
    }
}

#[test]
fn a_right_model_that_orders_its_classes_has_the_best_values() {
    let paths = ["a/b/x", "a/b/y", "a/z"].map(str::to_owned);
    let vocab = Vocab::ordered(["x", "y", "z"]).expect("a vocab");
    let (tree, cost) = tree(&paths, &vocab);
    let rows: [&[f32]; 3] = [&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]];
    for metric in metrics(&tree, &cost) {
        let best = if metric.better() == firelight_metrics::Better::More { 1.0 } else { 0.0 };
        let name = metric.name();
        // Behind an x comes a y, and behind a z both alike.
        assert_eq!(value(&metric, &rows, &[0, 1, 2]), Some(best), "{name}");
        assert_eq!(metric.start().value(), None, "{name} has no examples");
        let depends = !["classwise_ece", "ace", "aurc"].contains(&name.as_str());
        assert_eq!(metric.vocab(), depends.then_some(&vocab), "{name}");
    }
}

#[test]
fn rows_that_are_no_numbers_are_wrong_or_leave_nothing_to_say() {
    let paths = ["a/b/x", "a/b/y", "a/z"].map(str::to_owned);
    let vocab = Vocab::ordered(["x", "y", "z"]).expect("a vocab");
    let (tree, cost) = tree(&paths, &vocab);
    let rows: [&[f32]; 2] = [&[0.9, 0.1, 0.0], &[f32::NAN, 0.5, 0.5]];
    let of = |metric: ClassMetric| value(&metric, &rows, &[0, 1]);
    for metric in [calibration_error(), classwise_calibration_error(), adaptive_calibration_error()] {
        assert_eq!(of(metric), None);
    }
    assert_eq!(of(hops(&cost, &vocab, 2).expect("a metric")), None);
    assert_eq!(of(ancestor_precision(&tree)), Some(1.0));
    assert_eq!(of(ancestor_recall(&tree)), Some(0.5));
    assert_eq!((of(full_path_accuracy(&tree)), of(path_consistency(&tree))), (Some(0.5), Some(0.5)));
    assert_eq!(of(aurc()), Some(0.25)); // of the first none, of both one
    let sets = SetRule::lac().fit(&predictions(), Limit::on_average(0.5).expect("a limit")).expect("sets");
    let of = |metric: ClassMetric| value(&metric, &[&[f32::NAN; 6]], &[3]);
    assert_eq!((of(set_coverage(&sets)), of(set_size(&sets))), (Some(1.0), Some(6.0)));
}

/// Where all classes hang below the root, a pick has one node in common with the class, or none.
#[test]
fn of_a_flat_tree_metrics_of_nodes_are_accuracy() {
    let held = predictions();
    let flat = ClassTree::flat(held.vocab(), "root").expect("a tree");
    let rows: Vec<&[f32]> = held.rows().collect();
    let accuracy = value(&accuracy(), &rows, held.targets());
    for metric in
        [ancestor_precision(&flat), ancestor_recall(&flat), ancestor_f_beta(&flat, 2.0), full_path_accuracy(&flat)]
    {
        let value = value(&metric, &rows, held.targets());
        assert!((value.expect("a value") - accuracy.expect("a value")).abs() < 1e-12, "{}", metric.name());
    }
    assert_eq!(value(&path_consistency(&flat), &rows, held.targets()), Some(1.0));
    let hops = hops(&CostMatrix::uniform(held.vocab()), held.vocab(), 1).expect("a metric");
    assert_eq!(value(&hops, &rows, held.targets()), accuracy);
}

#[test]
#[should_panic(expected = "k = 1 and more")]
fn the_order_of_the_first_none_is_refused() {
    let vocab = Vocab::from_labels(["a", "b"]);
    let _ = hops(&CostMatrix::uniform(&vocab), &vocab, 0);
}

#[test]
fn reports_of_sets_add_up_and_print_as_tables() {
    let (held, fresh) = predictions().split(0.5, 3).expect("two parts");
    let sets = SetRule::lac().fit(&held, Limit::on_average(0.1).expect("a limit")).expect("sets");
    let rows: Vec<&[f32]> = fresh.rows().collect();
    let report = SetReport::of(&sets, &fresh);
    assert_eq!(report.all.coverage, value(&set_coverage(&sets), &rows, fresh.targets()));
    assert_eq!(report.all.size, value(&set_size(&sets), &rows, fresh.targets()));
    let mean = |report: &SetReport| {
        let parts = report.rows.iter().map(|row| row.coverage.unwrap_or(0.0) * row.examples as f64);
        parts.sum::<f64>() / report.all.examples as f64
    };
    // The groups name their classes in another order.
    let other_order = Vocab::ordered(held.vocab().names().iter().rev().cloned()).expect("a vocab");
    let species = |name: &str| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" };
    let groups = Groups::by(&other_order, species);
    let by_group = SetReport::by_group(&sets, &fresh, &groups).expect("a report");
    for report in [&report, &by_group] {
        assert!((mean(report) - report.all.coverage.expect("a share")).abs() < 1e-12);
        assert_eq!(report.rows.iter().map(|row| row.examples).sum::<usize>(), fresh.len());
    }
    let cats = fresh.targets().iter().filter(|target| species(&fresh.vocab()[**target]) == "cat").count();
    assert_eq!((by_group.rows[1].name.as_str(), by_group.rows[1].examples), ("cat", cats));
    let few = Groups::by(&Vocab::from_labels(["pug"]), |_| "dog");
    assert!(SetReport::by_group(&sets, &fresh, &few).expect_err("too few").to_string().contains("Bengal"));

    let vocab = Vocab::ordered(["cat", "dog"]).expect("a vocab");
    let tiny = HeldOut::of_probabilities(&vocab, &[[0.75, 0.25], [0.5, 0.5]], &[0, 0]).expect("examples");
    let sets = SetRule::lac().fit(&tiny, Limit::on_average(0.4).expect("a limit")).expect("sets");
    insta::assert_snapshot!(SetReport::of(&sets, &tiny), @r"
         coverage   size  single  examples
    cat     1.000  1.000   1.000         2
    dog       n/a    n/a     n/a         0
    all     1.000  1.000   1.000         2
    ");
}

#[test]
fn curves_and_node_reports_print_and_take_nothing() {
    let curve = RiskCoverage::of([(0.9, 0.0), (0.8, 0.0), (0.6, 1.0), (f64::NAN, 1.0)]);
    insta::assert_snapshot!(curve, @r"
    coverage   risk  confidence
       0.250  0.000       0.900
       0.500  0.000       0.800
       0.750  0.333       0.600
       1.000  0.500        -inf
    aurc      0.208
    ");
    let none = RiskCoverage::of([]);
    assert_eq!((none.aurc, none.at_risk(1.0)), (None, None));
    let vocab = Vocab::ordered(["a", "b"]).expect("a vocab");
    let tree = ClassTree::flat(&vocab, "root").expect("a tree");
    insta::assert_snapshot!(NodeReport::of(&tree, []), @"right n/a, exact n/a, nothing said n/a; precision n/a, recall n/a, F1 n/a (0 examples)");
    // The root says nothing and is right; no answer says nothing and is not.
    insta::assert_snapshot!(NodeReport::of(&tree, [(0, Some(0)), (1, None)]), @"right 0.500, exact 0.000, nothing said 1.000; precision n/a, recall 0.000, F1 0.000 (2 examples)");
}

/// Whatever rule is asked for, the answer by F wins by F when it is measured by itself, over leaves and over the other rule.
#[test]
fn a_decision_for_a_measure_is_the_best_by_its_own_probabilities() {
    let (reference, held) = (reference(), predictions());
    let (tree, _) = tree(&reference.paths, held.vocab());
    let rules = [
        NodeDecision::path_length(&tree),
        NodeDecision::wu_palmer(&tree),
        NodeDecision::f_beta(&tree, 2.0).expect("a rule"),
    ];
    for measured in &rules {
        let expected = |rule: &NodeDecision| -> f64 {
            held.rows().filter_map(|row| Some(measured.expected(row)[rule.decide(row)?])).sum()
        };
        assert!(rules.iter().all(|other| expected(measured) <= expected(other) + 1e-9));
    }
}

fn examples() -> impl Strategy<Value = Vec<(Vec<f32>, usize)>> {
    let score = prop_oneof![3 => 0.0_f32..1.0, 1 => Just(0.5), 1 => Just(0.0)];
    let row = prop::collection::vec(score, 4).prop_map(|mut row| {
        row[0] += 0.01;
        let sum: f32 = row.iter().sum();
        row.into_iter().map(|number| number / sum).collect::<Vec<f32>>()
    });
    prop::collection::vec((row, 0_usize..4), 1..20)
}

proptest! {
    #[test]
    fn values_are_from_0_to_1_whatever_the_order_and_the_batches(examples in examples(), batch in 1_usize..5) {
        let vocab = Vocab::ordered(["w", "x", "y", "z"]).expect("a vocab");
        let (tree, cost) = tree(&["a/b/w", "a/b/x", "a/c/y", "a/z"].map(str::to_owned), &vocab);
        let mut all = metrics(&tree, &cost);
        all.push(calibration_error());
        for metric in &all {
            let of = |examples: &[(Vec<f32>, usize)], batch: usize| {
                let mut sums = metric.start();
                for examples in examples.chunks(batch) {
                    let outputs: Vec<f32> = examples.iter().flat_map(|(row, _)| row).copied().collect();
                    let targets: Vec<usize> = examples.iter().map(|(_, target)| *target).collect();
                    let decided: Vec<usize> = examples.iter().filter_map(|(row, _)| Decision::Argmax.best(row)).collect();
                    let decision = &Decision::Argmax;
                    sums.update(&firelight_metrics::Outcomes { outputs: &outputs, columns: 4, targets: &targets, decided: &decided, decision });
                }
                sums.value()
            };
            let (name, whole) = (metric.name(), of(&examples, 100));
            prop_assert!(whole.is_some_and(|value| (0.0..=1.0 + 1e-12).contains(&value)), "{name} is {whole:?}");
            let backwards: Vec<_> = examples.iter().rev().cloned().collect();
            for other in [of(&examples, batch), of(&backwards, 100)] {
                prop_assert!((whole.unwrap_or(9.0) - other.unwrap_or(-9.0)).abs() < 1e-9, "{name}: {whole:?}, {other:?}");
            }
        }
    }

    /// The curve ends at the mean loss of all, its coverage grows, and constant confidence says nothing: the mean loss everywhere.
    #[test]
    fn risk_and_coverage_end_at_all_examples(pairs in prop::collection::vec((prop_oneof![Just(0.5), 0.0_f64..1.0], 0.0_f64..1.0), 1..30)) {
        let curve = RiskCoverage::of(pairs.iter().copied());
        let mean = pairs.iter().map(|pair| pair.1).sum::<f64>() / pairs.len() as f64;
        let last = curve.points.last().expect("a point");
        prop_assert!((last.risk - mean).abs() < 1e-9 && (last.coverage - 1.0).abs() < 1e-12);
        prop_assert!(curve.points.windows(2).all(|pair| pair[0].coverage < pair[1].coverage && pair[0].confidence > pair[1].confidence));
        let same = RiskCoverage::of(pairs.iter().map(|pair| (0.3, pair.1)));
        prop_assert!((same.aurc.expect("an area") - mean).abs() < 1e-9 && same.points.len() == 1);
        for risk in [0.0, 0.3, 1.0] {
            let most = curve.points.iter().filter(|point| point.risk <= risk).map(|point| point.coverage).reduce(f64::max);
            prop_assert_eq!(curve.at_risk(risk).map(|point| point.coverage), most);
        }
    }

    /// The area is the mean of the curve's risks where no two confidences are alike, and a better order has less of it.
    #[test]
    fn an_order_by_loss_has_the_least_area(losses in prop::collection::vec(any::<bool>(), 1..30)) {
        let area = |losses: &[bool]| {
            RiskCoverage::of(losses.iter().enumerate().map(|(i, loss)| (-(i as f64), f64::from(*loss)))).aurc.expect("an area")
        };
        let mut sorted = losses.clone();
        sorted.sort_unstable();
        prop_assert!(area(&sorted) <= area(&losses) + 1e-12);
        let mean = (1..=losses.len()).map(|n| losses[..n].iter().filter(|loss| **loss).count() as f64 / n as f64).sum::<f64>();
        prop_assert!((area(&losses) - mean / losses.len() as f64).abs() < 1e-9);
    }
}

/// Each part by sets of the others, added up: what it is by hand, and no part by sets that it was in.
#[test]
fn sets_are_judged_out_of_fold_as_by_hand() {
    let (held, limit) = (predictions(), Limit::on_average(0.2).expect("a limit"));
    let report = SetReport::out_of_fold(&SetRule::lac(), limit, &held, 4).expect("a report");
    let (mut covered, mut size, mut examples) = (0.0, 0.0, 0);
    for (part, others) in held.parts(4) {
        let one = SetReport::of(&SetRule::lac().fit(&others, limit).expect("sets"), &part).all;
        covered += one.coverage.expect("examples") * one.examples as f64;
        size += one.size.expect("examples") * one.examples as f64;
        examples += one.examples;
    }
    assert_eq!((report.all.examples, examples), (held.len(), held.len()));
    assert!((report.all.coverage.expect("examples") - covered / examples as f64).abs() < 1e-12);
    assert!((report.all.size.expect("examples") - size / examples as f64).abs() < 1e-12);
    assert_eq!(report.rows.iter().map(|row| row.examples).sum::<usize>(), held.len());
}
