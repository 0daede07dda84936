//! Tables of every class, value, point and box: scikit-learn's numbers (`reference/reports.py` made them), and some by hand.

use firelight_metrics::{
    BoxReport, Decision, MultiReport, PixelConfusion, PointReport, ValueReport, Vocab, best_thresholds,
    precision_recall_curve, roc_curve,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    scores: Vec<Vec<f32>>,
    classes: Vec<Vec<usize>>,
    precision: [f64; 3],
    recall: [f64; 3],
    f1: [f64; 3],
    examples: [usize; 3],
    average_precision: [f64; 3],
    roc_auc: [f64; 3],
    roc_curve: Vec<(f64, f64)>,
    precision_recall_curve: Vec<(f64, f64)>,
    targets: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
    mae: [f64; 2],
    rmse: [f64; 2],
    bias: [f64; 2],
    r2: [f64; 2],
    pearson: [f64; 2],
    spearman: [f64; 2],
    quantiles: [f64; 5],
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/reports.json")).expect("the reference")
}

fn near(value: Option<f64>, expected: f64) {
    assert!(value.is_some_and(|value| (value - expected).abs() < 1e-5), "{value:?} is not {expected}");
}

fn tags() -> Vocab {
    Vocab::from_labels(["boat", "sea", "ship"])
}

#[test]
fn several_classes_have_the_scores_that_scikit_learn_gives_them() {
    let Reference { scores, classes, .. } = reference();
    let decision = Decision::thresholds([("boat", 0.3), ("sea", 0.5), ("ship", 0.7)], &tags()).expect("a decision");
    let report = MultiReport::of(&tags(), &scores, &classes, &decision);
    let expected = reference();
    for (class, row) in report.classes.iter().enumerate() {
        assert_eq!((row.name.as_str(), row.examples), (&tags()[class], expected.examples[class]));
        near(row.precision, expected.precision[class]);
        near(row.recall, expected.recall[class]);
        near(row.f1, expected.f1[class]);
        near(row.average_precision, expected.average_precision[class]);
        near(row.roc_auc, expected.roc_auc[class]);
        assert_eq!(row.best_threshold.zip(row.best_f1), best_thresholds(&scores, &classes)[class]);
    }
    near(report.mean.f1, expected.f1.iter().sum::<f64>() / 3.0);
    let text = report.to_string();
    assert_eq!(text.lines().count(), 5);
    let width = text.lines().next().expect("a header").len();
    assert!(text.lines().all(|line| line.len() == width), "{text}");
}

#[test]
fn curves_of_a_class_pass_through_scikit_learns_points() {
    let Reference { scores, classes, roc_curve: roc, precision_recall_curve: trade, .. } = reference();
    let compare = |curve: Option<Vec<(f64, f64)>>, expected: &[(f64, f64)]| {
        let curve = curve.expect("a curve");
        assert_eq!(curve.len(), expected.len());
        for (point, expected) in curve.iter().zip(expected) {
            near(Some(point.0), expected.0);
            near(Some(point.1), expected.1);
        }
    };
    compare(roc_curve(&scores, &classes, 1), &roc);
    compare(precision_recall_curve(&scores, &classes, 1), &trade);
    // Nothing to trade: all have the class, none has, there is no such class, or nothing is known of it.
    let rows = [[0.5, 0.2], [0.1, f32::NAN]];
    assert_eq!(roc_curve(&rows, &[0, 0], 0), None);
    assert_eq!(precision_recall_curve(&rows, &[0, 0], 0).expect("a curve").last(), Some(&(1.0, 1.0)));
    assert_eq!(precision_recall_curve(&rows, &[vec![], vec![]], 0), None);
    assert_eq!(roc_curve(&rows, &[0, 1], 2), None);
    assert_eq!(roc_curve(&rows, &[0, 1], 1), None);
}

#[test]
fn a_class_that_is_nowhere_has_no_scores() {
    let report = MultiReport::of(&tags(), &[[0.9, 0.1, 0.2]], &[vec![0]], &Decision::Threshold(0.5));
    let nowhere = &report.classes[1];
    assert_eq!((nowhere.precision, nowhere.recall, nowhere.f1, nowhere.best_f1), (None, None, None, None));
    assert_eq!((report.mean.f1, report.mean.roc_auc), (Some(1.0), None));
    assert!(report.to_string().contains("n/a"));
    let rows: [[f32; 3]; 0] = [];
    assert_eq!(MultiReport::of(&tags(), &rows, &[], &Decision::Threshold(0.5)).mean.f1, None);
}

#[test]
fn values_have_the_errors_and_correlations_that_scikit_learn_and_scipy_give_them() {
    let expected = reference();
    let report = ValueReport::of(["x", "y"], &expected.outputs, &expected.targets);
    for (value, row) in report.values.iter().enumerate() {
        near(row.mae, expected.mae[value]);
        near(row.rmse, expected.rmse[value]);
        near(row.bias, expected.bias[value]);
        near(row.r2, expected.r2[value]);
        near(row.pearson, expected.pearson[value]);
        near(row.spearman, expected.spearman[value]);
    }
    let constant = ValueReport::of(["x"], &[[1.0], [2.0]], &[vec![3.0], vec![3.0]]);
    assert_eq!((constant.values[0].mae, constant.values[0].r2, constant.values[0].spearman), (Some(1.5), None, None));
    let rows: [[f32; 1]; 0] = [];
    let none = ValueReport::of(["x"], &rows, &[]);
    assert_eq!((none.values[0].mae, none.values[0].bias), (None, None));
    assert!(none.to_string().contains("n/a"));
}

#[test]
fn points_that_are_not_known_do_not_count() {
    let rows = [[0.0, 0.0, 0.5, 0.5], [0.0, 0.08, 9.0, 9.0]];
    let targets = [vec![Some([0.0, 0.0]), Some([0.5, -0.5])], vec![Some([0.06, 0.0]), None]];
    let report = PointReport::of(["eye", "nose"], &rows, &targets, &[[100, 50], [200, 100]]);
    let [eye, nose] = &report.points[..] else { panic!("{report:?}") };
    // 0 and half of 0.1; of 200 by 100 pixels, 6 to the left and 4 down.
    near(eye.error, 0.025);
    near(eye.pixels, 52.0_f64.sqrt() / 2.0);
    assert_eq!((eye.known, eye.found), (2, [Some(0.5), Some(1.0), Some(1.0)]));
    assert_eq!((nose.known, nose.error, nose.pixels), (1, Some(0.5), Some(25.0)));
    near(report.all.error, 0.55 / 3.0);
    let unknown = PointReport::of(["eye"], &[[0.0, 0.0]], &[vec![None]], &[[9, 9]]);
    assert_eq!((unknown.all.known, unknown.all.error, unknown.all.found), (0, None, [None; 3]));
    assert!(unknown.to_string().lines().all(|line| line.contains("n/a") || line.contains("within")));
}

#[test]
fn overlaps_of_boxes_are_ordered_and_those_of_none_are_nothing() {
    // As wide as the actual one by 0.1, 0.4, 0.5 and 0.95 of it.
    let shares = [0.5_f32, 0.1, 0.95, 0.4];
    let rows = shares.map(|share| [-1.0, -1.0, 2.0 * share - 1.0, 1.0]);
    let report = BoxReport::of(&rows, &[Some([-1.0, -1.0, 1.0, 1.0]); 4], &[[40, 20]; 4]);
    near(report.mean_iou, 0.4875);
    for (value, expected) in report.quantiles.into_iter().zip(reference().quantiles) {
        near(value, expected);
    }
    assert_eq!(report.found, [Some(0.5), Some(0.25)]);
    near(report.width, 0.5125);
    near(report.centre, 0.5125 / 2.0);
    near(report.centre_pixels, 40.0 * 0.5125 / 2.0);
    assert_eq!(report.height, Some(0.0));
    let none = BoxReport::of(&rows, &[None; 4], &[[40, 20]; 4]);
    assert_eq!((none.boxes, none.mean_iou, none.quantiles, none.found), (0, None, [None; 5], [None; 2]));
    assert!(none.to_string().ends_with("height off by                n/a"), "{none}");
}

#[test]
fn pixels_are_confused_most_where_most_are() {
    let mut pixels = PixelConfusion::new(3);
    pixels.add_codes(&[0, 1, 1, 2, 2, 2, 255, 0], &[0, 0, 2, 1, 1, 255, 1, 1]).expect("masks");
    assert_eq!(pixels.most_confused(), [(1, 2, 2), (0, 1, 1), (1, 0, 1), (2, 1, 1)]);
    assert_eq!(PixelConfusion::new(0).most_confused(), []);
}

/// One output of two is no number: what orders and counts goes on, and there are no means, as `measure` has it.
#[test]
fn outputs_that_are_no_numbers_leave_no_means() {
    let whole = [-1.0, -1.0, 1.0, 1.0];
    let boxes = BoxReport::of(&[[f32::NAN; 4], whole], &[Some(whole); 2], &[[8, 8]; 2]);
    assert_eq!((boxes.boxes, boxes.mean_iou, boxes.centre, boxes.centre_pixels), (2, None, None, None));
    assert_eq!((boxes.width, boxes.height, boxes.found), (None, None, [Some(0.5); 2]));
    assert_eq!(boxes.quantiles[2], Some(0.5), "between 0 and 1");
    let points = PointReport::of(["eye"], &[[f32::NAN, 0.0], [0.0, 0.0]], &vec![vec![Some([0.0; 2])]; 2], &[[8, 8]; 2]);
    assert_eq!(
        (points.all.known, points.all.error, points.all.pixels, points.all.found),
        (2, None, None, [Some(0.5); 3])
    );
    let values = ValueReport::of(["x"], &[[f32::NAN], [1.0]], &[vec![1.0], vec![1.0]]);
    assert_eq!((values.values[0].mae, values.values[0].bias), (None, None));
}

#[test]
#[should_panic(expected = "rows, and targets and sizes")]
fn boxes_of_fewer_pictures_are_refused() {
    BoxReport::of(&[[0.0; 4]; 2], &[None; 2], &[[8, 8]]);
}

/// A class that is listed twice is there once.
#[test]
fn a_class_counts_once_an_example() {
    let rows = [[0.9, 0.1, 0.2], [0.1, 0.9, 0.2]];
    let report = MultiReport::of(&tags(), &rows, &[vec![1, 0, 1], vec![1, 1]], &Decision::Threshold(0.5));
    let counts: Vec<_> = report.classes.iter().map(|class| (class.examples, class.picked, class.recall)).collect();
    assert_eq!(counts, [(1, 1, Some(1.0)), (2, 1, Some(0.5)), (0, 0, None)]);
}

proptest::proptest! {
    /// The threshold that is read from a table picks what the threshold picks.
    #[test]
    fn thresholds_are_told_as_no_more_than_they_are(threshold in 0.0_f32..=1.0, small in 0..6) {
        let threshold = threshold / 10_f32.powi(small);
        let report = MultiReport::of(&Vocab::from_labels(["x"]), &[[threshold]], &[vec![0]], &Decision::Threshold(0.5));
        let text = report.classes[0].best_threshold_text();
        let read: f32 = text.parse().expect("a number");
        proptest::prop_assert!(read <= threshold && threshold - read <= 0.001, "{text} of {threshold}");
    }
}
