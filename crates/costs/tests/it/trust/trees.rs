use firelight_costs::{ClassTree, Climb, CostMatrix, HeldOut, Limit, NodeDecision, Taxonomy, Vocab};
use proptest::prelude::*;

use super::{Draws, examples, softmax, tree, vocab};

/// What it costs to answer a node where a class is true.
type Cost<'a> = &'a dyn Fn(usize, usize) -> f64;

/// Trees of 1 to 7 classes, each below up to three inner nodes of two names.
fn trees() -> impl Strategy<Value = ClassTree> {
    prop::collection::vec(prop::collection::vec(0_usize..2, 0..4), 1..8).prop_map(|shape| tree(&shape))
}

fn row(classes: usize, seed: u64) -> Vec<f32> {
    softmax(&Draws::new(seed).scores(classes, 1.5)).iter().map(|p| *p as f32).collect()
}

/// The nodes from the root down to one, which is included.
fn path(tree: &ClassTree, node: usize) -> Vec<usize> {
    tree.taxonomy().up_from(node).collect()
}

/// From precision and recall of the two paths, as sets.
fn f_beta(tree: &ClassTree, node: usize, class: usize, beta: f64) -> f64 {
    let (said, actual) = (path(tree, node), path(tree, tree.leaf(class)));
    let both = said.iter().filter(|node| actual.contains(node)).count() as f64;
    let (precision, recall) = (both / said.len() as f64, both / actual.len() as f64);
    (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall)
}

proptest! {
    #[test]
    fn nodes_are_as_likely_as_their_classes(tree in trees(), seed in 1_u64..99) {
        let row = row(tree.vocab().len(), seed);
        let nodes = tree.probabilities(&row);
        for (node, probability) in nodes.iter().enumerate() {
            let below = (0..row.len()).filter(|class| path(&tree, tree.leaf(*class)).contains(&node));
            let sum: f64 = below.clone().map(|class| f64::from(row[class])).sum();
            prop_assert!((probability - sum).abs() < 1e-9);
            prop_assert!((0..row.len()).all(|class| tree.holds(node, class) == below.clone().any(|below| below == class)));
        }
    }

    #[test]
    fn no_node_has_a_lower_expected_cost(tree in trees(), seed in 1_u64..99, beta in 0.0_f64..3.0) {
        let row = row(tree.vocab().len(), seed);
        let (taxonomy, classes) = (tree.taxonomy(), 0..row.len());
        let path_length = |node: usize, class: usize| {
            let (a, b) = (path(&tree, node), path(&tree, tree.leaf(class)));
            (a.iter().filter(|node| !b.contains(node)).count() + b.iter().filter(|node| !a.contains(node)).count()) as f64
        };
        let f = |node, class| 1.0 - f_beta(&tree, node, class, beta);
        let wu_palmer = |node, class| 1.0 - f_beta(&tree, node, class, 1.0);
        let cases: [(NodeDecision, Cost); 4] = [
            (NodeDecision::path_length(&tree), &path_length),
            (NodeDecision::f_beta(&tree, beta).unwrap(), &f),
            (NodeDecision::wu_palmer(&tree), &wu_palmer),
            (NodeDecision::from_fn(&tree, |node, class| path_length(node, class).sqrt()).unwrap(), &|node, class| path_length(node, class).sqrt()),
        ];
        for (decision, cost) in cases {
            let expected = |node: usize| classes.clone().map(|class| f64::from(row[class]) * cost(node, class)).sum::<f64>();
            let least = (0..taxonomy.len()).map(expected).fold(f64::INFINITY, f64::min);
            let node = decision.decide(&row).unwrap();
            prop_assert!((expected(node) - least).abs() < 1e-9, "{decision}: {} instead of {least}", expected(node));
            for node in 0..taxonomy.len() {
                prop_assert!((decision.expected(&row)[node] - expected(node)).abs() < 1e-9);
                prop_assert!(classes.clone().all(|class| (decision.cost(node, class) - cost(node, class)).abs() < 1e-9));
            }
        }
    }

    /// By path length the optimum is the lowest node that is likelier than a half.
    #[test]
    fn edges_are_fewest_from_the_lowest_node_above_one_half(tree in trees(), seed in 1_u64..99) {
        let row = row(tree.vocab().len(), seed);
        let nodes = tree.probabilities(&row);
        let clear = nodes.iter().all(|probability| (probability - 0.5).abs() > 1e-6);
        let lowest = (0..nodes.len()).filter(|node| nodes[*node] > 0.5).max_by_key(|node| tree.taxonomy().depth(*node));
        prop_assert!(!clear || NodeDecision::path_length(&tree).decide(&row) == lowest);
    }

    #[test]
    fn no_other_choice_of_as_few_nodes_holds_fewer_classes(tree in trees(), picks in prop::collection::vec(any::<bool>(), 7), nodes in 1_usize..4) {
        let classes: Vec<usize> = (0..tree.vocab().len()).filter(|class| picks[*class]).collect();
        let held = |nodes: &[usize]| (0..tree.vocab().len()).filter(|class| nodes.iter().any(|node| tree.holds(*node, *class))).collect::<Vec<_>>();
        let cover = tree.cover(&classes, nodes);
        prop_assert!(cover.len() <= nodes);
        prop_assert!(classes.iter().all(|class| held(&cover).contains(class)));
        // All choices of at most so many nodes.
        let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
        for _ in 0..nodes {
            let longer = choices.iter().flat_map(|choice| {
                let from = choice.last().map_or(0, |last| last + 1);
                (from..tree.taxonomy().len()).map(|node| [&choice[..], &[node]].concat())
            });
            let longer: Vec<_> = longer.collect();
            choices.extend(longer);
        }
        let fits = choices.iter().filter(|choice| classes.iter().all(|class| held(choice).contains(class)));
        let key = |choice: &[usize]| (held(choice).len(), choice.len());
        prop_assert_eq!(key(&cover), fits.map(|choice| key(choice)).min().unwrap());
    }

    /// Against every threshold that there is: the least under which few enough of the held-out examples are wrong.
    #[test]
    fn a_climb_goes_as_high_as_it_must_and_no_higher(tree in trees(), seed in 1_u64..99, rate in 0.1_f64..0.6) {
        let held = examples(25, tree.vocab().len(), 1.5, &mut Draws::new(seed));
        // The way up from the likeliest class, with the probability of each node.
        let ways: Vec<Vec<(usize, f64)>> = held
            .rows()
            .map(|row| {
                let likeliest = (0..row.len()).rev().max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
                let nodes = tree.probabilities(row);
                tree.path(likeliest).map(|node| (node, nodes[node])).collect()
            })
            .collect();
        let answer = |way: &[(usize, f64)], threshold| way.iter().find(|node| node.1 > threshold).map_or(0, |node| node.0);
        let mut thresholds: Vec<f64> = ways.iter().flatten().map(|node| node.1).chain([-1.0, 2.0]).collect();
        thresholds.sort_by(f64::total_cmp);
        let allowed = thresholds.into_iter().find(|threshold| {
            let answers = ways.iter().zip(held.targets());
            let wrong = answers.filter(|(way, target)| !tree.holds(answer(way, *threshold), **target)).count();
            (wrong as f64 + 1.0) / 26.0 <= rate + 1e-9
        });
        let climb = Climb::fit(&tree, &held, Limit::on_average(rate).unwrap()).unwrap();
        for (row, way) in held.rows().zip(&ways) {
            prop_assert_eq!(climb.decide(row), Some(allowed.map_or(0, |threshold| answer(way, threshold))));
        }
    }
}

#[test]
fn not_knowing_costs_what_it_costs() {
    let vocab = Vocab::ordered(["a", "b", "c"]).unwrap();
    let cost = CostMatrix::uniform(&vocab).with("a", "b", 4.0).unwrap();
    for seed in 1..200 {
        let row = row(3, seed);
        let risk = |class: usize| (0..3).map(|truth| f64::from(row[truth]) * cost.value(truth, class)).sum::<f64>();
        let best = (0..3).min_by(|a, b| risk(*a).total_cmp(&risk(*b))).unwrap();
        let decision = NodeDecision::or_unknown(&cost, &vocab, 0.4).unwrap();
        let expected = if risk(best) < 0.4 { vocab.name(best).unwrap() } else { "unknown" };
        let node = decision.decide(&row).unwrap();
        assert_eq!(decision.tree().taxonomy().name(node), expected, "{row:?}");
    }
    let error = NodeDecision::or_unknown(&CostMatrix::uniform(&vocab), &vocab, f64::NAN).unwrap_err();
    insta::assert_snapshot!(error, @"unknown must be finite and >= 0");
    let named = Vocab::ordered(["a", "unknown"]).unwrap();
    let error = NodeDecision::or_unknown(&CostMatrix::uniform(&named), &named, 0.1).unwrap_err();
    insta::assert_snapshot!(error, @r#"taxonomy: has a cycle through "unknown""#);
}

#[test]
fn rows_that_are_no_numbers_and_trees_of_nothing_decide_nothing() {
    let tree = tree(&[vec![0], vec![0], vec![1]]);
    let climb = Climb::fit(&tree, &examples(60, 3, 1.0, &mut Draws::new(1)), Limit::on_average(0.1).unwrap()).unwrap();
    let nan = [0.5, f32::NAN, 0.5];
    for decision in [NodeDecision::path_length(&tree), NodeDecision::wu_palmer(&tree)] {
        assert_eq!((decision.decide(&nan), climb.decide(&nan)), (None, None));
    }
    let none = Vocab::ordered(Vec::<String>::new()).unwrap();
    let bare = ClassTree::flat(&none, "unknown").unwrap();
    assert_eq!(NodeDecision::path_length(&bare).decide(&[]), None);
    assert!(bare.cover(&[], 2).is_empty());
    let held = HeldOut::of_probabilities(&none, &[[0.0_f32; 0]; 0], &[]).unwrap();
    let climb = Climb::fit(&bare, &held, Limit::on_average(0.1).unwrap()).unwrap();
    assert_eq!(climb.decide(&[]), None);
    insta::assert_snapshot!(climb, @"always climbs to the root, since 0 examples are too few: wrong at most 0.1 on average");
}

/// One class is always right, and so is the answer that says it.
#[test]
fn a_tree_of_one_class_has_one_answer() {
    let tree = ClassTree::flat(&vocab(1), "root").unwrap();
    assert_eq!(NodeDecision::path_length(&tree).decide(&[1.0]), Some(tree.leaf(0)));
    let held = HeldOut::of_probabilities(&vocab(1), &[[1.0_f32]; 20], &[0; 20]).unwrap();
    let climb = Climb::fit(&tree, &held, Limit::on_average(0.1).unwrap()).unwrap();
    assert_eq!(climb.decide(&[1.0]), Some(tree.leaf(0)));
    insta::assert_snapshot!(climb, @"never climbs: wrong at most 0.1 on average (20 examples)");
}

#[test]
fn trees_and_costs_that_do_not_fit_are_refused() {
    let taxonomy = Taxonomy::from_paths(["root/c0", "root/c1"]).unwrap();
    insta::assert_snapshot!(ClassTree::new(&taxonomy, &vocab(3)).unwrap_err(), @r#"taxonomy: class "c2" is not a leaf"#);
    let tree = ClassTree::new(&taxonomy, &vocab(2)).unwrap();
    insta::assert_snapshot!(NodeDecision::from_fn(&tree, |node, _| if node == 1 { -1.0 } else { 0.0 }).unwrap_err(), @r#"to answer "c0" of a "c0" costs -1; use a value >= 0 that is finite in single precision"#);
    insta::assert_snapshot!(NodeDecision::f_beta(&tree, f64::INFINITY).unwrap_err(), @"beta must be finite and >= 0");
    let held = examples(20, 3, 1.0, &mut Draws::new(1));
    let error = Climb::fit(&tree, &held, Limit::on_average(0.1).unwrap()).unwrap_err();
    insta::assert_snapshot!(error, @r#"class matrix has 2 names but the vocab has 3; missing: ["c2"]; not in vocab: []"#);
}
