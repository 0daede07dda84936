//! Masks, points and boxes: values of scikit-learn and numpy (`reference/maps.py` made them), and what is not defined.

use std::collections::BTreeMap;

use firelight_costs::{CostMatrix, Decision};
use firelight_metrics::{
    BoxMetric, MaskMetric, MaskReport, Metric, MetricError, Outcomes, PixelConfusion, PointMetric, VOID, box_accuracy,
    box_giou, box_iou, class_iou, decided_codes, dice, dice_multi, foreground_accuracy, foreground_iou, giou, iou,
    mean_iou, measure, pck, pck_by, pixel_accuracy, point_error,
};
use firelight_vocab::Vocab;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    masks: Vec<Case<Vec<u8>>>,
    points: Vec<Case<Vec<Option<[f32; 2]>>>>,
    boxes: Vec<Case<Option<[f32; 4]>>>,
}

#[derive(Deserialize)]
struct Case<T> {
    rows: Vec<Vec<f32>>,
    targets: Vec<T>,
    values: BTreeMap<String, f64>,
    #[serde(default)]
    classes: usize,
    #[serde(default)]
    iou: Vec<Option<f64>>,
    #[serde(default)]
    confusion: Vec<Vec<u64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/maps.json")).expect("the reference")
}

fn vocab(classes: usize) -> Vocab {
    Vocab::ordered((0..classes).map(|class| format!("class {class}"))).expect("a vocab")
}

/// All metrics of the case, by name, in batches of any size.
fn agree<T>(metrics: Vec<Box<dyn Metric<T>>>, case: &Case<T>) {
    assert_eq!(metrics.len(), case.values.len());
    for metric in metrics {
        let name = metric.name();
        for batch in [1, 2, case.targets.len()] {
            let mut sums = metric.start();
            for (rows, targets) in case.rows.chunks(batch).zip(case.targets.chunks(batch)) {
                let (outputs, columns, decided) = (rows.concat(), rows[0].len(), vec![0; rows.len()]);
                let decision = &Decision::Argmax;
                sums.update(&Outcomes { outputs: &outputs, columns, targets, decided: &decided, decision });
            }
            let (value, expected) = (sums.value().expect("a value"), case.values[&name]);
            assert!((value - expected).abs() < 1e-6, "{name}: {value}, there {expected}");
        }
    }
}

#[test]
fn values_of_masks_are_those_of_scikit_learn() {
    for case in reference().masks {
        let vocab = vocab(case.classes);
        let metrics: Vec<MaskMetric> = vec![
            mean_iou(&vocab),
            dice_multi(&vocab),
            dice(),
            foreground_iou(),
            pixel_accuracy(),
            foreground_accuracy(0),
            foreground_accuracy(1),
        ];
        agree(metrics, &case);

        let mut pixels = PixelConfusion::new(case.classes);
        for (row, target) in case.rows.iter().zip(&case.targets) {
            pixels.add(row, target, &Decision::Argmax).expect("a map of its mask");
        }
        let report = MaskReport::of(&vocab, &pixels);
        for (class, expected) in case.iou.iter().enumerate() {
            let counts: Vec<u64> = (0..case.classes).map(|picked| pixels.count(class, picked)).collect();
            assert_eq!(counts, case.confusion[class]);
            let name = vocab.name(class).expect("a class");
            let value =
                measure(class_iou(&vocab, name).expect("a metric"), &case.rows, &case.targets, &Decision::Argmax);
            let close = |value: f64| expected.is_some_and(|expected| (value - expected).abs() < 1e-9);
            assert!(value.map_or(expected.is_none(), close), "{name}: {value:?}, there {expected:?}");
            assert_eq!(report.classes[class].iou, value);
        }
    }
}

#[test]
fn values_of_points_are_those_of_numpy() {
    for case in reference().points {
        let metrics: Vec<PointMetric> = vec![pck(0.05), pck(0.1), point_error(), pck_by(0.2, 0, 1)];
        agree(metrics, &case);
    }
}

#[test]
fn values_of_boxes_are_those_of_counted_cells() {
    for case in reference().boxes {
        let metrics: Vec<BoxMetric> = vec![box_iou(), box_giou(), box_accuracy(0.5)];
        agree(metrics, &case);
    }
}

fn of_mask(metric: &MaskMetric, map: &[f32], mask: &[u8]) -> Option<f64> {
    measure(metric, &[map], &[mask.to_vec()], &Decision::Argmax)
}

#[test]
fn masks_that_do_not_fit_their_maps_have_no_value_and_do_not_panic() {
    let (two, map) = (vocab(2), [0.9, 0.4, 0.2, 0.1, 0.6, 0.8]);
    let with_vocab =
        || -> Vec<MaskMetric> { vec![mean_iou(&two), dice_multi(&two), class_iou(&two, "class 1").expect("a metric")] };
    let without: fn() -> Vec<MaskMetric> =
        || vec![dice(), foreground_iou(), pixel_accuracy(), foreground_accuracy(VOID)];
    for metric in with_vocab().iter().chain(&without()) {
        let name = metric.name();
        assert!(of_mask(metric, &map, &[0, 0, 1]).is_some(), "{name} fits");
        assert_eq!(metric.start().value(), None, "{name} of nothing");
        assert_eq!(of_mask(metric, &map, &[VOID; 3]), None, "{name} of pixels without a class");
        for mask in [&[0, 1][..], &[0, 0, 0, 1], &[], &[0, 0, 2], &[0, 254, 0]] {
            // Two pixels of three classes are possible where no vocab says how many there are.
            if mask.len() == 2 && metric.vocab().is_none() {
                continue;
            }
            assert_eq!(of_mask(metric, &map, mask), None, "{name} of {mask:?}");
        }
        // One that fits afterwards does not make it good.
        let masks = [vec![0, 0, 1, 1, 1], vec![0, 0, 1]];
        assert_eq!(measure(metric, &[map, map], &masks, &Decision::Argmax), None, "{name} after a misfit");
        assert_eq!(measure(metric, &[[0.0; 0]; 2], &[vec![], vec![]], &Decision::Argmax), None, "{name} of no pixels");
    }
    // Maps of two classes and then of three.
    let masks = [vec![0, 1, 0], vec![0, 1]];
    assert_eq!(measure(dice(), &[map, map], &masks, &Decision::Argmax), None);
}

#[test]
fn a_pixel_that_is_no_number_is_of_its_class_and_not_recognised() {
    let (two, nan) = (vocab(2), f32::NAN);
    for map in [[0.9, nan, 0.2, 0.1, 0.6, 0.8], [0.9, 0.4, 0.2, 0.1, nan, 0.8], [0.9, nan, 0.2, 0.1, nan, 0.8]] {
        assert_eq!(decided_codes(&map, 2, &Decision::Argmax), [0, VOID, 1]);
        assert_eq!(of_mask(&pixel_accuracy(), &map, &[0, 1, 1]), Some(2.0 / 3.0));
        assert_eq!(of_mask(&foreground_accuracy(0), &map, &[0, 1, 1]), Some(0.5));
        assert_eq!(of_mask(&dice(), &map, &[0, 1, 1]), Some(2.0 / 3.0));
        assert_eq!(of_mask(&mean_iou(&two), &map, &[0, 1, 1]), Some(0.75));
        assert_eq!(of_mask(&dice_multi(&two), &map, &[0, 1, 1]), Some(f64::midpoint(1.0, 2.0 / 3.0)));
        // Nor is it a false alarm.
        assert_eq!(of_mask(&foreground_iou(), &map, &[0, 0, 1]), Some(1.0));
    }
    assert_eq!(decided_codes(&[f32::NEG_INFINITY; 4], 2, &Decision::Argmax), [0, 0], "the first of equals");
}

#[test]
fn one_class_and_no_class_are_no_special_case() {
    assert_eq!(of_mask(&mean_iou(&vocab(1)), &[0.3, 0.4], &[0, 0]), Some(1.0));
    assert_eq!(of_mask(&dice(), &[0.3, 0.4], &[0, 0]), None, "no foreground");
    assert_eq!(of_mask(&mean_iou(&vocab(0)), &[], &[]), None);
    assert_eq!(decided_codes(&[], 0, &Decision::Argmax), [0_u8; 0]);
    assert_eq!(decided_codes(&[0.5], 2, &Decision::Argmax), [0_u8; 0]);
    // The last classes have no code.
    let mut map = vec![0.0; 300];
    map[254] = 1.0;
    assert_eq!(decided_codes(&map, 300, &Decision::Argmax), [254]);
    map[255] = 2.0;
    assert_eq!(decided_codes(&map, 300, &Decision::Argmax), [VOID]);
    map[299] = 3.0;
    assert_eq!(decided_codes(&map, 300, &Decision::Argmax), [VOID]);
}

/// Missing the cat costs ten times as much as an alarm.
#[test]
fn costs_decide_pixel_by_pixel() {
    let names = Vocab::ordered(["ground", "cat"]).expect("a vocab");
    let cost = CostMatrix::from_fn(&names, |actual, picked| match (actual, picked) {
        ("cat", "ground") => 10.0,
        _ => f64::from(actual != picked),
    });
    let decision = Decision::minimum_risk(&cost, &names).expect("a decision");
    let map = [0.95, 0.8, 0.2, 0.05, 0.2, 0.8];
    assert_eq!(decided_codes(&map, 2, &Decision::Argmax), [0, 0, 1]);
    assert_eq!(decided_codes(&map, 2, &decision), [0, 1, 1]);
    assert_eq!(decided_codes(&[0.95, f32::NAN, 0.05, 0.2], 2, &decision), [0, VOID]);
    // Of three classes these costs say nothing.
    assert_eq!(decided_codes(&map, 3, &decision), decided_codes(&map, 3, &Decision::Argmax));
    let recall: MaskMetric = foreground_accuracy(0);
    let value = |decision| measure(&recall, &[map], &[vec![0, 1, 1]], decision);
    assert_eq!((value(&Decision::Argmax), value(&decision)), (Some(0.5), Some(1.0)));
}

#[test]
fn errors_say_what_does_not_fit() {
    let mut pixels = PixelConfusion::new(2);
    let text = |result: Result<(), MetricError>| result.expect_err("refused").to_string();
    assert_eq!(
        text(pixels.add(&[0.0; 5], &[0, 1, 0], &Decision::Argmax)),
        "a row of 5 numbers is no map of 2 classes and 3 pixels; masks must have the size of the model's maps"
    );
    assert_eq!(
        text(pixels.add(&[0.0; 6], &[0, 1, 7], &Decision::Argmax)),
        "pixel 2 of the mask has code 7, but there are 2 classes; give a pixel that has none of them code 255"
    );
    assert_eq!(
        text(pixels.add_codes(&[0, 1], &[0, 1, 1])),
        "the picked mask has 2 pixels, the actual one 3; masks must have the size of the model's maps"
    );
    assert_eq!(pixels.add_codes(&[0, 2], &[0, 1]), Err(MetricError::UnknownCode { pixel: 1, code: 2, classes: 2 }));
    assert_eq!(pixels, PixelConfusion::new(2), "nothing of them is counted");
    let Err(error) = class_iou::<Vec<u8>>(&vocab(2), "class 3") else { panic!("refused") };
    assert_eq!(error.to_string(), r#"class "class 3" is not in the vocab; did you mean "class 0"?"#);
}

#[test]
#[should_panic(expected = "the classes that were counted, and those of the vocab")]
fn a_report_of_other_classes_is_refused() {
    MaskReport::of(&vocab(3), &PixelConfusion::new(2));
}

#[test]
fn a_report_of_masks_prints_as_a_table() {
    let names = Vocab::ordered(["ground", "cat", "dog"]).expect("a vocab");
    let mut pixels = PixelConfusion::new(3);
    pixels.add_codes(&[0, 0, 1, 1, VOID], &[0, 1, 1, 1, 0]).expect("counted");
    insta::assert_snapshot!(MaskReport::of(&names, &pixels), @r"
                      iou   dice  recall      pixels
    ground          0.333  0.500   0.500           2
    cat             0.667  0.800   0.667           3
    dog               n/a    n/a     n/a           0
    mean            0.500  0.650   0.583           5
    pixel accuracy                 0.600
    ");
    let nothing = MaskReport::of(&names, &PixelConfusion::new(3)).to_string();
    assert!(nothing.ends_with("n/a"), "{nothing}");
}

#[test]
fn points_that_are_no_numbers_are_not_found() {
    let targets = [vec![Some([0.0, 0.0]), Some([0.5, 0.0]), None]];
    let rows = [[0.0, 0.0, 0.5, f32::NAN, f32::NAN, f32::NAN]];
    let of = |metric: PointMetric| measure(metric, &rows, &targets, &Decision::Argmax);
    assert_eq!(of(pck(0.1)), Some(0.5));
    assert_eq!(of(pck_by(0.1, 0, 1)), Some(0.5));
    assert_eq!(of(point_error()), None);
}

#[test]
fn what_points_are_not_measured_by_has_no_value() {
    let of = |metric: PointMetric, row: &[f32], points: Vec<Option<[f32; 2]>>| {
        measure(metric, &[row], &[points], &Decision::Argmax)
    };
    let all: [fn() -> PointMetric; 3] = [|| pck(0.5), point_error, || pck_by(0.5, 0, 1)];
    for metric in all {
        let two = vec![Some([0.0, 0.0]), Some([1.0, 0.0])];
        assert!(of(metric(), &[0.0, 0.0, 1.0, 0.0], two.clone()).is_some());
        assert_eq!(metric().start().value(), None, "no examples");
        assert_eq!(of(metric(), &[0.0; 4], vec![None, None]), None, "no known points");
        for misfit in [&[0.0; 3][..], &[0.0; 5], &[0.0; 6], &[0.0; 2]] {
            assert_eq!(of(metric(), misfit, two.clone()), None, "{} numbers", misfit.len());
        }
    }
    let eyes = |a, b, points| of(pck_by(0.5, a, b), &[0.0; 4], points);
    assert_eq!(eyes(0, 1, vec![Some([0.0, 0.0]), None]), None, "one eye");
    assert_eq!(eyes(0, 1, vec![Some([0.1, 0.0]), Some([0.1, 0.0])]), None, "both in one place");
    assert_eq!(eyes(0, 9, vec![Some([0.0, 0.0]), Some([0.1, 0.0])]), None, "no such point");
    for share in [-0.1, f32::NAN, f32::INFINITY] {
        assert_eq!(of(pck(share), &[0.0, 0.0], vec![Some([0.0, 0.0])]), None, "{share}");
    }
}

/// The distance is a share of the side, which is 2 long, and the boundary is within.
#[test]
fn a_point_at_the_boundary_is_found() {
    for (share, off) in [(0.05, 0.1), (0.1, 0.2), (0.2, 0.4), (0.3, 0.6), (0.0, 0.0)] {
        let of = |off: f32| measure(pck(share), &[[0.0, off]], &[vec![Some([0.0, 0.0])]], &Decision::Argmax);
        assert_eq!((of(off), of(off + 1e-4)), (Some(1.0), Some(0.0)), "{share}");
    }
}

#[test]
fn boxes_that_are_empty_or_no_numbers_are_not_found() {
    let unit = [0.0, 0.0, 1.0, 1.0];
    for empty in [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.5; 4]] {
        assert_eq!((iou(empty, unit), iou(unit, empty), iou(empty, empty)), (0.0, 0.0, 0.0), "{empty:?}");
        assert_eq!((giou(empty, unit), giou(unit, empty)), (0.0, 0.0), "nothing around the unit box: {empty:?}");
    }
    assert_eq!(
        (iou([0.5; 4], [0.5; 4]), giou([0.5; 4], [0.5; 4])),
        (0.0, 0.0),
        "a point is in itself and covers nothing"
    );
    let rows = [unit, [0.0, f32::NAN, 1.0, 1.0]];
    let of = |metric: BoxMetric, targets: [Option<[f32; 4]>; 2]| measure(metric, &rows, &targets, &Decision::Argmax);
    assert_eq!(of(box_accuracy(0.5), [Some(unit), Some(unit)]), Some(0.5));
    assert_eq!(of(box_iou(), [Some(unit), Some(unit)]), None);
    assert_eq!(of(box_giou(), [Some(unit), Some(unit)]), None);
    // Where there is no box, nobody looks.
    assert_eq!(of(box_iou(), [Some(unit), None]), Some(1.0));
    assert_eq!(of(box_iou(), [None, None]), None);
    assert_eq!(of(box_accuracy(f32::NAN), [Some(unit), None]), None);
    assert_eq!(measure(box_iou(), &[[0.0; 5]], &[Some(unit)], &Decision::Argmax), None, "five numbers");
    assert_eq!(box_accuracy(0.75).name(), "box_accuracy_0.75");
}
