//! Two targets an example.

use firelight_costs::{CostMatrix, Decision, Groups};
use firelight_metrics::{
    Better, BoxMetric, ClassMetric, MaskMetric, PairMetric, accuracy, box_accuracy, box_iou, dice, error_rate, first,
    mean_cost, mean_iou, mean_recall, measure, named, of_classes, precision_multi, second, top_k,
};
use firelight_vocab::Vocab;

type Boxed = Option<[f32; 4]>;

const BREEDS: [[f32; 3]; 4] = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5], [0.45, 0.15, 0.4]];
const HEADS: [[f32; 4]; 4] =
    [[-1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [-0.5, 0.0, 0.5, 1.0], [0.0, -1.0, 1.0, 0.0]];
const ACTUAL: [(usize, Boxed); 4] =
    [(0, Some([-1.0, -1.0, 0.0, 1.0])), (1, None), (1, Some([-0.5, 0.0, 0.5, 1.0])), (2, Some([-1.0, 0.0, 0.0, 1.0]))];

fn rows() -> Vec<Vec<f32>> {
    BREEDS.iter().zip(HEADS).map(|(breed, head)| [&breed[..], &head].concat()).collect()
}

fn vocab() -> Vocab {
    Vocab::from_labels(["Bengal", "beagle", "pug"])
}

fn costs() -> CostMatrix {
    let species = Groups::by(&vocab(), |breed| if breed == "Bengal" { "cat" } else { "dog" });
    CostMatrix::from_groups(&species, 0.25, 1.0)
}

/// Under either decision, which is about the breeds.
#[test]
fn a_metric_of_a_part_is_what_it_is_alone() {
    let minimum_risk = Decision::minimum_risk(&costs(), &vocab()).expect("a decision");
    let breeds: [fn() -> ClassMetric; 4] =
        [accuracy, || top_k(2), mean_recall, || mean_cost(&costs(), &vocab()).expect("a metric")];
    let heads: [fn() -> BoxMetric; 2] = [box_iou, || box_accuracy(0.5)];
    let (actual, boxes): (Vec<usize>, Vec<Boxed>) = ACTUAL.into_iter().unzip();
    for decision in [Decision::Argmax, minimum_risk] {
        for metric in breeds {
            let alone = measure(metric(), &BREEDS, &actual, &decision);
            assert!(alone.is_some_and(|value| value > 0.0));
            let part = first(of_classes(metric(), &vocab()), 3);
            assert_eq!(measure(part, &rows(), &ACTUAL, &decision), alone, "{}", metric().name());
        }
        for metric in heads {
            let alone = measure(metric(), &HEADS, &boxes, &Decision::Argmax);
            assert!(alone.is_some_and(|value| value > 0.0));
            assert_eq!(measure(second(metric(), 3), &rows(), &ACTUAL, &decision), alone, "{}", metric().name());
        }
    }
    let cost = || mean_cost(&costs(), &vocab()).expect("a metric");
    let risk = |decision: &Decision| measure(first(cost(), 3), &rows(), &ACTUAL, decision);
    let minimum_risk = Decision::minimum_risk(&costs(), &vocab()).expect("a decision");
    assert_ne!(risk(&Decision::Argmax), risk(&minimum_risk), "the decision reaches the part");
}

#[test]
fn each_target_has_the_decision_that_is_about_it() {
    let minimum_risk = Decision::minimum_risk(&costs(), &vocab()).expect("a decision");
    // A breed, and a mask of two classes and two pixels; then the other way round.
    let masks = [vec![0, 1], vec![1, 1], vec![0, 0], vec![1, 0]];
    let maps = [[0.9, 0.4, 0.1, 0.6], [0.4, 0.9, 0.6, 0.1], [0.9, 0.9, 0.1, 0.1], [0.2, 0.7, 0.8, 0.3]];
    let after: Vec<Vec<f32>> = BREEDS.iter().zip(maps).map(|(breed, map)| [&breed[..], &map].concat()).collect();
    let before: Vec<Vec<f32>> = BREEDS.iter().zip(maps).map(|(breed, map)| [&map[..], breed].concat()).collect();
    let actual: Vec<(usize, Vec<u8>)> = ACTUAL.iter().zip(masks.clone()).map(|(pair, mask)| (pair.0, mask)).collect();
    let swapped: Vec<(Vec<u8>, usize)> = actual.iter().map(|(breed, mask)| (mask.clone(), *breed)).collect();
    let alone = measure(dice() as MaskMetric, &maps, &masks, &Decision::Argmax);
    assert_eq!(alone, Some(6.0 / 7.0));
    for decision in [Decision::Argmax, minimum_risk] {
        assert_eq!(measure(second(dice(), 3), &after, &actual, &decision), alone);
        assert_eq!(measure(first(dice(), 4), &before, &swapped, &decision), alone);
        let breed = |decision| measure(first(accuracy(), 3), &after, &actual, decision);
        assert_eq!(measure(second(accuracy(), 4), &before, &swapped, &decision), breed(&decision));
    }
    // Costs about the mask's classes, which are as many as a coat's.
    let ground = Vocab::ordered(["ground", "animal"]).expect("a vocab");
    let cost = CostMatrix::from_fn(&ground, |actual, picked| match (actual, picked) {
        ("animal", "ground") => 100.0,
        _ => f64::from(actual != picked),
    });
    let decision = Decision::minimum_risk(&cost, &ground).expect("a decision");
    let mask: MaskMetric = mean_iou(&ground);
    let under_costs = measure(&mask, &maps, &masks, &decision);
    assert_ne!(under_costs, measure(&mask, &maps, &masks, &Decision::Argmax));
    assert_eq!(measure(second(mean_iou(&ground), 3), &after, &actual, &decision), under_costs);
    let breed = |decision| measure(first(accuracy(), 3), &after, &actual, decision);
    assert_eq!(breed(&decision), breed(&Decision::Argmax));
}

/// Two breeds and two coats: a row whose likeliest is the first of both, and costs that make the second the better choice.
#[test]
fn costs_of_one_target_never_decide_another_of_equally_many_classes() {
    let (breeds, coats) = (Vocab::from_labels(["beagle", "pug"]), Vocab::from_labels(["long", "short"]));
    let for_costs = |vocab: &Vocab| {
        let cost = CostMatrix::from_fn(vocab, |actual, picked| match (actual, picked) {
            ("pug", "beagle") | ("short", "long") => 9.0,
            _ => f64::from(actual != picked),
        });
        Decision::minimum_risk(&cost, vocab).expect("a decision")
    };
    let rows = [[0.6, 0.4, 0.6, 0.4]];
    let picks = |metrics: [PairMetric<usize, usize>; 2], decision: &Decision| {
        metrics.map(|metric| i32::from(measure(metric, &rows, &[(1, 1)], decision) == Some(1.0)))
    };
    let told = || -> [PairMetric<usize, usize>; 2] {
        [first(of_classes(accuracy(), &breeds), 2), second(of_classes(accuracy(), &coats), 2)]
    };
    assert_eq!(picks(told(), &Decision::Argmax), [0, 0]);
    assert_eq!(picks(told(), &for_costs(&breeds)), [1, 0]);
    assert_eq!(picks(told(), &for_costs(&coats)), [0, 1]);
    // A metric that knows no classes is never decided by those of others.
    assert_eq!(picks([first(accuracy(), 2), second(accuracy(), 2)], &for_costs(&breeds)), [0, 0]);
    // Through a pair within a pair.
    let third = measure(
        second(first::<usize, usize>(of_classes(accuracy(), &coats), 2), 0),
        &rows,
        &[((), (1, 0))],
        &for_costs(&coats),
    );
    assert_eq!(third, Some(1.0));
    // Tags have their usual threshold where costs are for the breeds, and are not just the likeliest one.
    let tags: PairMetric<usize, Vec<usize>> = second(precision_multi(), 2);
    let found = measure(tags, &[[0.6, 0.4, 0.8, 0.7]], &[(0, vec![0, 1])], &for_costs(&breeds));
    assert_eq!(found, Some(1.0));
    // A mask, too, of which pixels are decided.
    let mask: PairMetric<usize, Vec<u8>> = second(mean_iou(&coats), 2);
    assert_eq!(measure(&mask, &rows, &[(0, vec![0])], &for_costs(&breeds)), Some(1.0));
    assert_eq!(measure(&mask, &rows, &[(0, vec![1])], &for_costs(&coats)), Some(1.0));
}

#[test]
fn a_part_that_is_no_number_spoils_its_own_metric_alone() {
    let mut rows = rows();
    rows[0][4] = f32::NAN;
    let breed: PairMetric<usize, Boxed> = first(accuracy(), 3);
    assert_eq!(measure(breed, &rows, &ACTUAL, &Decision::Argmax), Some(0.5));
    assert_eq!(measure(second(box_iou(), 3), &rows, &ACTUAL, &Decision::Argmax), None);
    rows[0][4] = 0.0;
    rows[0][0] = f32::NAN;
    assert_eq!(measure(first(accuracy(), 3), &rows, &ACTUAL, &Decision::Argmax), Some(0.25));
    assert!(measure(second(box_iou(), 3), &rows, &ACTUAL, &Decision::Argmax).is_some());
}

#[test]
fn rows_without_a_part_have_no_value() {
    assert_eq!(measure(first(accuracy(), 8), &rows(), &ACTUAL, &Decision::Argmax), None);
    assert_eq!(measure(second(box_iou(), 8), &rows(), &ACTUAL, &Decision::Argmax), None);
    assert_eq!(measure(second(box_iou(), 7), &rows(), &ACTUAL, &Decision::Argmax), None, "an empty part");
    let none: PairMetric<usize, Boxed> = first(accuracy(), 3);
    assert_eq!(none.start().value(), None);
}

#[test]
fn a_part_is_described_by_its_metric() {
    let cost = mean_cost(&costs(), &vocab()).expect("a metric");
    let described = cost.describe();
    let part: PairMetric<usize, Boxed> = first(cost, 3);
    assert_eq!((part.name(), part.better(), part.vocab()), ("cost".into(), Better::Less, Some(&vocab())));
    assert_eq!(part.describe(), format!("{described} of the first target, 3 numbers are the first's"));
    let part: PairMetric<usize, Boxed> = named(second(box_iou(), 3), "head");
    assert_eq!((part.name(), part.better(), part.vocab()), ("head".into(), Better::More, None));
    assert_eq!(part.describe(), "head: box_iou of the second target, 3 numbers are the first's");
    assert!(!part.reads_decided());
    let breed = named(error_rate(), "breed");
    assert!(breed.reads_decided());
    assert_eq!(measure(breed, &BREEDS, &[0, 1, 1, 2], &Decision::Argmax), Some(0.5));
}
