//! Residuals and the curves of thresholds.

use firelight_costs::{Binning, Reliability};
use firelight_plots::{found_curves, overlaps, precision_recall_curves, reliability, residuals, roc_curves};
use image::RgbImage;
use proptest::collection::vec;
use proptest::prelude::*;

const BLUE: [u8; 3] = [0, 104, 170];
const ORANGE: [u8; 3] = [206, 84, 0];
const INK: [u8; 3] = [34, 38, 46];
const OTHERS: [u8; 3] = [206, 210, 216];

type Curve = (String, Vec<(f64, f64)>);

fn count(picture: &RgbImage, color: [u8; 3]) -> usize {
    picture.pixels().filter(|pixel| pixel.0 == color).count()
}

/// Of the pixels of about this colour, for a thin line has soft edges, within the panel on the right.
fn mean_column(picture: &RgbImage, color: [u8; 3]) -> f32 {
    let within = |x: u32, y: u32| (645..975).contains(&x) && (80..470).contains(&y);
    let columns: Vec<f32> = picture
        .enumerate_pixels()
        .filter(|(x, y, pixel)| within(*x, *y) && pixel.0.iter().zip(color).all(|(level, of)| level.abs_diff(of) < 60))
        .map(|(x, _, _)| x as f32)
        .collect();
    columns.iter().sum::<f32>() / columns.len() as f32
}

/// A receiver's curve of an area of `2/3`, `3/4`, …: the larger the power, the larger the area.
fn curve(name: &str, power: i32) -> Curve {
    let points = (0..=50).map(|step| f64::from(step) / 50.0).map(|x| (x, 1.0 - (1.0 - x).powi(power)));
    (name.to_owned(), points.collect())
}

#[test]
fn the_mean_residual_stands_on_the_side_of_its_sign() {
    let targets: Vec<f32> = (0..100).map(|item| item as f32).collect();
    let shifted = |by: f32| {
        let outputs: Vec<f32> =
            targets.iter().enumerate().map(|(item, target)| target + by + (item % 7) as f32 - 3.0).collect();
        residuals(&targets, &outputs, "age")
    };
    let (low, high) = (shifted(-2.0), shifted(2.0));
    assert_eq!(low.dimensions(), (1000, 540));
    assert!(mean_column(&low, ORANGE) + 50.0 < mean_column(&low, INK));
    assert!(mean_column(&high, ORANGE) > mean_column(&high, INK) + 50.0);
}

#[test]
fn a_pair_without_numbers_is_left_out_and_counted() {
    let whole = residuals(&[1.0, 2.0], &[1.1, 1.9], "age");
    let with = |target: f32, output: f32| residuals(&[1.0, 2.0, target], &[1.1, 1.9, output], "age");
    assert_eq!(with(f32::NAN, 1.0), with(3.0, f32::INFINITY));
    assert_ne!(with(f32::NAN, 1.0), whole);
    // A target without an output, too; the panels are otherwise the same.
    assert_eq!(residuals(&[1.0, 2.0, 3.0], &[1.1, 1.9], "age"), with(f32::NAN, 1.0));
    let below_the_legend = |picture: &RgbImage| picture.rows().skip(70).flatten().copied().collect::<Vec<_>>();
    assert_eq!(below_the_legend(&whole), below_the_legend(&with(f32::NAN, 1.0)));
}

#[test]
fn exact_outputs_one_pair_and_none_are_drawn() {
    for pairs in [&[][..], &[5.0], &[0.0, 0.0], &[-3.0, 2.0, 8.0], &[f32::MAX, f32::MIN]] {
        assert_eq!(residuals(pairs, pairs, "age").dimensions(), (1000, 540));
    }
    let nothing = residuals(&[], &[], "age");
    assert_eq!(count(&nothing, BLUE) + count(&nothing, ORANGE), 0);
    assert!(count(&residuals(&[5.0], &[5.0], "age"), BLUE) > 10);
}

#[test]
fn of_more_than_ten_classes_the_worst_and_the_best_are_named() {
    let classes = |names: [&str; 14]| {
        names.iter().enumerate().map(|(rank, name)| curve(name, rank as i32 + 1)).collect::<Vec<_>>()
    };
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"];
    let drawn = roc_curves(&classes(names));
    let swapped = |a: usize, b: usize| {
        let mut names = names;
        names.swap(a, b);
        roc_curves(&classes(names))
    };
    // The middle four are grey and nameless: whose they are does not show.
    assert_eq!(drawn, swapped(5, 8));
    assert_ne!(drawn, swapped(0, 1));
    assert_ne!(drawn, swapped(4, 5));
    assert_ne!(drawn, swapped(9, 13));
    assert!(count(&drawn, OTHERS) > 200);
    assert_eq!(count(&roc_curves(&classes(names)[..10]), OTHERS), 0);
    // The order in which they come is nothing to the picture.
    let mut turned = classes(names);
    turned.reverse();
    assert_eq!(roc_curves(&turned), drawn);
}

#[test]
fn an_area_is_that_of_the_definition() {
    // Two curves through other points of the same area have the same legend; one of another area has not.
    let legend = |picture: RgbImage| picture.rows().skip(40).take(32).flatten().copied().collect::<Vec<_>>();
    let roc = |points: &[(f64, f64)]| legend(roc_curves(&[("a".to_owned(), points.to_vec())]));
    let step = roc(&[(0.0, 0.0), (0.0, 0.5), (1.0, 1.0)]);
    assert_eq!(step, roc(&[(1.0, 1.0), (0.5, 1.0), (0.0, 0.0)]));
    assert_ne!(step, roc(&[(0.0, 0.0), (1.0, 1.0)]));
    assert_ne!(roc(&[(0.0, 0.0), (0.5, f64::NAN), (1.0, 1.0)]), roc(&[(0.0, 0.0)]));
    // 0.5 * 1 + 0.5 * 0.6, from either end.
    let points = vec![(0.0, 1.0), (0.5, 1.0), (1.0, 0.6)];
    let precision = |points: &[(f64, f64)]| legend(precision_recall_curves(&[("a".to_owned(), points.to_vec())]));
    let turned: Vec<(f64, f64)> = points.iter().rev().copied().collect();
    assert_eq!(precision(&points), precision(&turned));
    assert_eq!(precision(&points), precision(&[(0.0, 0.8), (1.0, 0.8)]));
}

#[test]
fn no_class_one_class_and_one_point_are_drawn() {
    for draw in [roc_curves, precision_recall_curves] {
        let size = draw(&[]).dimensions();
        assert_eq!(size, (760, 780));
        for points in [vec![], vec![(0.5, 0.5)], vec![(f64::NAN, 0.5); 3]] {
            assert_eq!(draw(&[("pug".to_owned(), points.clone())]).dimensions(), size);
            assert_eq!(draw(&vec![("pug".to_owned(), points); 12]).dimensions(), size);
        }
    }
}

fn odd() -> impl Strategy<Value = f32> {
    prop_oneof![-3.0f32..3.0, proptest::num::f32::ANY, Just(f32::MAX), Just(f32::MIN), Just(0.0)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_of_any_kind_are_drawn(
        targets in vec(odd(), 0..50),
        outputs in vec(odd(), 0..50),
        name in any::<String>(),
        curves in vec(vec((odd(), odd()), 0..9), 0..15),
    ) {
        prop_assert_eq!(residuals(&targets, &outputs, &name).dimensions(), (1000, 540));
        let classes: Vec<Curve> = curves
            .iter()
            .map(|points| (name.clone(), points.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect()))
            .collect();
        prop_assert_eq!(roc_curves(&classes).dimensions(), (760, 780));
        prop_assert_eq!(precision_recall_curves(&classes).dimensions(), (760, 780));
    }
}

fn of_points(distances: &[&[f64]]) -> RgbImage {
    let named = distances.iter().enumerate().map(|(point, distances)| (format!("point {point}"), distances.to_vec()));
    found_curves(&named.collect::<Vec<_>>())
}

/// What lies below the legend, whose means differ.
fn panel(picture: &RgbImage) -> Vec<[u8; 3]> {
    picture.rows().skip(80).flatten().map(|pixel| pixel.0).collect()
}

#[test]
fn nearer_points_have_a_curve_that_rises_earlier() {
    let height = |picture: &RgbImage| {
        let blue = picture.enumerate_pixels().filter(|(_, y, pixel)| *y > 80 && pixel.0 == BLUE);
        let rows: Vec<u32> = blue.map(|(_, y, _)| y).collect();
        f64::from(rows.iter().sum::<u32>()) / rows.len() as f64
    };
    let (near, far) = (of_points(&[&[0.01, 0.02, 0.03]]), of_points(&[&[0.05, 0.07, 0.09]]));
    assert_eq!(near.dimensions(), (760, 560));
    assert!(height(&near) + 30.0 < height(&far));
    // In whichever order they come; and what is no number is far away.
    assert_eq!(of_points(&[&[0.03, 0.01, 0.02]]), near);
    assert_eq!(panel(&of_points(&[&[0.01, 0.02, 9.0]])), panel(&of_points(&[&[0.01, 0.02, f64::NAN]])));
    let nothing = of_points(&[&[]]);
    assert_eq!((count(&nothing, BLUE), nothing), (0, of_points(&[])));
}

#[test]
fn boxes_stand_in_the_bar_of_their_overlap() {
    // Of twenty bars over the panel the first is at its left, the last at its right.
    let left = |picture: &RgbImage| {
        let ground = picture.enumerate_pixels().filter(|(_, y, pixel)| *y > 80 && pixel.0 == [214, 230, 244]);
        ground.map(|(x, _, _)| x).min()
    };
    let (low, high) = (overlaps(&[0.0, 0.01]), overlaps(&[1.0, 0.99]));
    assert!(left(&low).zip(left(&high)).is_some_and(|(low, high)| low + 500 < high));
    assert_eq!(panel(&overlaps(&[f32::NAN, 0.3, -2.0, 7.0])), panel(&overlaps(&[0.0, 0.3, 0.0, 1.0])));
    assert_eq!(count(&overlaps(&[]), ORANGE), 0);
    assert!(count(&overlaps(&[0.4, 0.6]), ORANGE) > 50);
}

/// Above the diagonal where a model is not sure enough, below where it is too sure; without a bin there is no line.
#[test]
fn a_reliability_diagram_has_its_dots_on_the_side_of_the_error() {
    let pairs = |right: usize| {
        let pairs = (0..100).map(|at| (0.05 + 0.009 * at as f64, (at * 37 + right) % 100 < right));
        Reliability::of_pairs(pairs, Binning::Width(15))
    };
    let height = |diagram: &Reliability| {
        let picture = reliability(&[("this model", diagram)]);
        assert_eq!(picture.dimensions(), (760, 1000));
        let rows = picture.enumerate_pixels().filter(|(_, y, pixel)| (100..650).contains(y) && pixel.0 == ORANGE);
        let rows: Vec<f32> = rows.map(|(_, y, _)| y as f32).collect();
        assert!(rows.len() > 200, "{}", rows.len());
        rows.iter().sum::<f32>() / rows.len() as f32
    };
    assert!(height(&pairs(90)) + 100.0 < height(&pairs(10)));
    let nothing = Reliability::of_pairs([], Binning::Width(15));
    assert_eq!(count(&reliability(&[("before", &nothing)]), ORANGE), 0);
    assert_eq!(reliability(&[("before", &nothing), ("after", &nothing)]), reliability(&[]));
    // One with bins beside one without, and bins of equal counts, which may have no width.
    let one = Reliability::of_pairs([(0.5, true), (0.5, false)], Binning::Count(15));
    assert!(count(&reliability(&[("before", &nothing), ("after", &one)]), INK) > 0);
}
