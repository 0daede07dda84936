//! Laws of the metrics of masks, points and boxes, over whatever comes.

use firelight_costs::{CostMatrix, Decision};
use firelight_metrics::{
    BoxMetric, MaskMetric, Metric, Outcomes, PixelConfusion, PointMetric, VOID, box_accuracy, box_giou, box_iou,
    class_iou, decided_codes, dice, dice_multi, first, foreground_accuracy, foreground_iou, giou, iou, mean_iou, pck,
    pck_by, pixel_accuracy, point_error, second,
};
use firelight_vocab::Vocab;
use proptest::prelude::*;

const CLASSES: usize = 3;
const PIXELS: usize = 6;
const POINTS: usize = 3;

fn vocab() -> Vocab {
    Vocab::from_labels(["cat", "dog", "ground"])
}

fn mask_metrics() -> Vec<MaskMetric> {
    let vocab = vocab();
    let cat = class_iou(&vocab, "cat").expect("a metric");
    let rest = [dice(), foreground_iou(), pixel_accuracy(), foreground_accuracy(1)];
    [mean_iou(&vocab), dice_multi(&vocab), cat].into_iter().chain(rest).collect()
}

/// A number of a map: ties, infinities and what is no number among them.
fn output() -> impl Strategy<Value = f32> {
    prop_oneof![8 => -1.0_f32..1.0, 2 => Just(0.5), 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)]
}

fn coordinate() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -1.5_f32..1.5, 1 => Just(0.25), 1 => Just(-1.0)]
}

fn code() -> impl Strategy<Value = u8> {
    prop_oneof![5 => 0..CLASSES as u8, 1 => Just(VOID)]
}

fn point() -> impl Strategy<Value = Option<[f32; 2]>> {
    prop::option::weighted(0.8, [coordinate(), coordinate()])
}

fn corners() -> impl Strategy<Value = [f32; 4]> {
    [coordinate(), coordinate(), coordinate(), coordinate()]
}

/// Whose corners are the right way round.
fn proper() -> impl Strategy<Value = [f32; 4]> {
    corners().prop_map(|[a, b, c, d]| [a.min(c), b.min(d), a.max(c), b.max(d)])
}

type Examples<T> = Vec<(Vec<f32>, T)>;

fn maps() -> impl Strategy<Value = Examples<Vec<u8>>> {
    let map = prop::collection::vec(output(), CLASSES * PIXELS);
    prop::collection::vec((map, prop::collection::vec(code(), PIXELS)), 0..8)
}

fn points() -> impl Strategy<Value = Examples<Vec<Option<[f32; 2]>>>> {
    let row = prop::collection::vec(coordinate(), 2 * POINTS);
    prop::collection::vec((row, prop::collection::vec(point(), POINTS)), 0..8)
}

fn boxes() -> impl Strategy<Value = Examples<Option<[f32; 4]>>> {
    prop::collection::vec((corners().prop_map(Vec::from), prop::option::weighted(0.8, proper())), 0..8)
}

/// The value of examples that come in batches of this many.
fn value<T: Clone>(metric: &dyn Metric<T>, examples: &[(Vec<f32>, T)], batch: usize) -> Option<f64> {
    let mut sums = metric.start();
    for examples in examples.chunks(batch) {
        let outputs: Vec<f32> = examples.iter().flat_map(|(row, _)| row).copied().collect();
        let targets: Vec<T> = examples.iter().map(|(_, target)| target.clone()).collect();
        let (columns, decided, decision) = (examples[0].0.len(), vec![0; examples.len()], &Decision::Argmax);
        sums.update(&Outcomes { outputs: &outputs, columns, targets: &targets, decided: &decided, decision });
    }
    sums.value()
}

/// Not further apart than the rounding of sums; both may be undefined.
fn same(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1e-12)
}

/// What holds of every metric: its range, and that neither the order of examples nor where batches end matters.
fn lawful<T: Clone>(metric: &dyn Metric<T>, least: f64, examples: &[(Vec<f32>, T)], batch: usize) {
    let (name, all) = (metric.name(), value(metric, examples, 100));
    assert!(all.is_none_or(|value| (least..=1.0).contains(&value)), "{name} is {all:?}");
    assert!(same(value(metric, examples, batch), all), "{name} in batches of {batch}");
    let backwards: Vec<(Vec<f32>, T)> = examples.iter().rev().cloned().collect();
    assert!(same(value(metric, &backwards, 100), all), "{name} backwards");
}

proptest! {
    #[test]
    fn masks_have_values_from_0_to_1_whatever_the_order_and_the_batches(examples in maps(), batch in 1_usize..4) {
        for metric in mask_metrics() {
            lawful(&*metric, 0.0, &examples, batch);
        }
    }

    #[test]
    fn points_have_values_from_0_to_1_whatever_the_order_and_the_batches(examples in points(), batch in 1_usize..4) {
        let metrics: [PointMetric; 3] = [pck(0.1), pck(0.5), pck_by(0.5, 0, 2)];
        for metric in metrics {
            lawful(&*metric, 0.0, &examples, batch);
        }
        let error: PointMetric = point_error();
        prop_assert!(same(value(&*error, &examples, batch), value(&*error, &examples, 100)));
        prop_assert!(value(&*error, &examples, 100).is_none_or(|error| (0.0..=1.5 * 1.5).contains(&error)));
    }

    #[test]
    fn boxes_have_values_from_0_to_1_whatever_the_order_and_the_batches(examples in boxes(), batch in 1_usize..4) {
        let metrics: [(BoxMetric, f64); 3] = [(box_iou(), 0.0), (box_accuracy(0.3), 0.0), (box_giou(), -1.0)];
        for (metric, least) in metrics {
            lawful(&*metric, least, &examples, batch);
        }
    }

    #[test]
    fn parts_of_pairs_have_the_values_of_the_parts(maps in maps(), boxes in boxes(), batch in 1_usize..4) {
        let pairs = || maps.iter().zip(&boxes);
        let both: Examples<(Vec<u8>, Option<[f32; 4]>)> =
            pairs().map(|((map, mask), (row, corners))| ([&map[..], row].concat(), (mask.clone(), *corners))).collect();
        let (maps, boxes): (Vec<_>, Vec<_>) = pairs().map(|(map, boxed)| (map.clone(), boxed.clone())).unzip();
        for (alone, part) in mask_metrics().into_iter().zip(mask_metrics()) {
            prop_assert_eq!(value(&*first(part, CLASSES * PIXELS), &both, batch), value(&*alone, &maps, 100));
        }
        let part = second(box_giou(), CLASSES * PIXELS);
        prop_assert_eq!(value(&*part, &both, batch), value(&*box_giou(), &boxes, 100));
    }

    #[test]
    fn codes_are_what_the_decision_picks_for_each_pixel(map in prop::collection::vec(output(), CLASSES * PIXELS), least in 0.0_f32..1.0) {
        let names = vocab();
        let cost = CostMatrix::uniform(&names);
        let thresholds = Decision::thresholds(names.iter().map(|name| (name, least)), &names).expect("a decision");
        let minimum_risk = Decision::minimum_risk(&cost, &names).expect("a decision");
        for decision in [Decision::Argmax, Decision::Threshold(least), thresholds, minimum_risk] {
            let codes = decided_codes(&map, CLASSES, &decision);
            prop_assert_eq!(codes.len(), PIXELS);
            for (pixel, &code) in codes.iter().enumerate() {
                let column: Vec<f32> = map.iter().skip(pixel).step_by(PIXELS).copied().collect();
                let known = !column.iter().any(|output| output.is_nan());
                let best = if known { decision.best(&column) } else { None };
                prop_assert_eq!(usize::from(code), best.unwrap_or(usize::from(VOID)));
            }
        }
    }

    #[test]
    fn counts_of_pixels_add_up(picked in prop::collection::vec(code(), 20), actual in prop::collection::vec(code(), 20)) {
        let mut pixels = PixelConfusion::new(CLASSES);
        pixels.add_codes(&picked, &actual).expect("codes of the classes");
        prop_assert_eq!(pixels.pixels(), actual.iter().filter(|&&code| code != VOID).count() as u64);
        prop_assert_eq!((0..CLASSES).map(|class| pixels.actual(class)).sum::<u64>(), pixels.pixels());
        // What is known of both sides is the same from either side.
        let known: Vec<(u8, u8)> = picked.into_iter().zip(actual).filter(|&(a, b)| a != VOID && b != VOID).collect();
        let (picked, actual): (Vec<u8>, Vec<u8>) = known.into_iter().unzip();
        let (mut there, mut back) = (PixelConfusion::new(CLASSES), PixelConfusion::new(CLASSES));
        there.add_codes(&picked, &actual).expect("counted");
        back.add_codes(&actual, &picked).expect("counted");
        for class in 0..CLASSES {
            prop_assert_eq!((there.iou(class), there.dice(class)), (back.iou(class), back.dice(class)));
            // The one is the other, D = 2 J / (1 + J).
            let dice = there.iou(class).map(|iou| 2.0 * iou / (1.0 + iou));
            prop_assert!(same(there.dice(class), dice));
        }
    }

    #[test]
    fn overlaps_are_symmetric_and_in_range(a in corners(), b in corners(), whole in proper()) {
        prop_assert_eq!((iou(a, b), giou(a, b)), (iou(b, a), giou(b, a)));
        prop_assert!((0.0..=1.0).contains(&iou(a, b)));
        prop_assert!((-1.0..=1.0).contains(&giou(a, b)) && giou(a, b) <= iou(a, b));
        let [left, top, right, bottom] = whole;
        if left < right && top < bottom {
            prop_assert_eq!((iou(whole, whole), giou(whole, whole)), (1.0, 1.0));
        }
    }

    /// The areas of boxes do not depend on the unit, here a power of two.
    #[test]
    fn overlaps_do_not_depend_on_the_unit(a in corners(), b in corners()) {
        let scaled = |corners: [f32; 4]| corners.map(|number| number * 16.0);
        prop_assert_eq!((iou(a, b), giou(a, b)), (iou(scaled(a), scaled(b)), giou(scaled(a), scaled(b))));
    }
}
