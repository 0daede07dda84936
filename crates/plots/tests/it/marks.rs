//! What is drawn over a picture lies where it belongs, is told apart, and never fails.

use firelight_plots::{LabelledBox, Role, boxed, class_color, legend, masked, pointed, stacked};
use image::{Rgb, RgbImage};
use proptest::collection::vec;
use proptest::prelude::*;

const GROUND: [u8; 3] = [10, 200, 10];
const BLUE: [u8; 3] = [0, 104, 170];
const ORANGE: [u8; 3] = [206, 84, 0];

fn ground(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(GROUND))
}

fn count(picture: &RgbImage, color: [u8; 3]) -> usize {
    picture.pixels().filter(|pixel| pixel.0 == color).count()
}

/// The middle of the pixels of a colour, and the box around them: left, top, right, bottom.
fn place_of(picture: &RgbImage, color: [u8; 3]) -> ([f32; 2], [u32; 4]) {
    let of_it: Vec<(u32, u32)> =
        picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == color).map(|(x, y, _)| (x, y)).collect();
    assert!(!of_it.is_empty(), "no pixel has the colour {color:?}");
    let mean = |side: fn(&(u32, u32)) -> u32| of_it.iter().map(|at| side(at) as f32).sum::<f32>() / of_it.len() as f32;
    let (left, right) = (of_it.iter().map(|at| at.0).min(), of_it.iter().map(|at| at.0).max());
    let (top, bottom) = (of_it.iter().map(|at| at.1).min(), of_it.iter().map(|at| at.1).max());
    ([mean(|at| at.0), mean(|at| at.1)], [left, top, right, bottom].map(Option::unwrap))
}

fn one_box(rect: [f32; 4], label: &str, role: Role) -> LabelledBox {
    LabelledBox { rect, label: label.to_owned(), role }
}

fn apart(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

#[test]
fn twenty_classes_have_distinct_colours_and_so_have_the_next_forty() {
    let color = |class| class_color(class).map(f32::from);
    for a in 0..20 {
        for b in 0..a {
            assert!(apart(color(a), color(b)) > 60.0, "{a} and {b}: {}", apart(color(a), color(b)));
        }
        assert!(apart(color(a), color(a + 20)) > 30.0 && apart(color(a), color(a + 40)) > 20.0, "{a}");
    }
    assert_eq!(class_color(usize::MAX), class_color(usize::MAX));
}

/// Deuteranopia and protanopia after Viénot, Brettel and Mollon, *Digital video colourmaps for checking the legibility of displays by
/// dichromats*, 1999: on linear levels, red and green become one.
#[test]
fn the_first_classes_are_told_apart_without_red_and_green() {
    let simulated = |class: usize, [red, green]: [f32; 2], blue_shift: f32| {
        let [r, g, b] = class_color(class).map(|level| (f32::from(level) / 255.0).powf(2.2));
        let mixed = red * r + green * g;
        let blue = blue_shift * (r - g) + b;
        [mixed, mixed, blue].map(|level| level.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0)
    };
    for (share, blue) in [([0.29275, 0.70725], -0.02234), ([0.11238, 0.88762], 0.00401)] {
        for a in 0..7 {
            for b in 0..a {
                let distance = apart(simulated(a, share, blue), simulated(b, share, blue));
                assert!(distance > 25.0, "{a} and {b} look {distance} apart");
            }
        }
    }
}

#[test]
fn a_mask_lies_over_its_pixels_and_what_has_no_code_is_clear() {
    let picture = ground(4, 2);
    let sheet = masked(&picture, &[0, 1, 2, 3, 4, 5], &[[250, 0, 0]]);
    assert_eq!(sheet.dimensions(), (288, 144));
    let at = |column: u32, row: u32| sheet.get_pixel(column * 72 + 36, row * 72 + 36).0;
    let half = |color: [u8; 3]| -> [u8; 3] {
        std::array::from_fn(|channel| {
            (f32::midpoint(f32::from(GROUND[channel]), f32::from(color[channel]))).round() as u8
        })
    };
    assert_eq!(at(0, 0), half([250, 0, 0]));
    assert_eq!(at(3, 0), half(class_color(3)));
    assert_eq!(at(1, 1), half(class_color(5)));
    assert_eq!(at(2, 1), GROUND);
    // A line where two classes meet, and none inside one.
    assert!(sheet.get_pixel(71, 36).0.iter().all(|level| *level > 200));
    assert_eq!(count(&masked(&picture, &[1; 8], &[]), half(class_color(1))), 288 * 144);
}

#[test]
fn void_is_hatched_in_two_tones_and_has_no_class_colour() {
    let sheet = masked(&ground(8, 8), &[255; 64], &[]);
    let mut tones: Vec<[u8; 3]> = sheet.pixels().map(|pixel| pixel.0).collect();
    tones.sort_unstable();
    tones.dedup();
    assert_eq!(tones.len(), 2);
    assert_ne!(sheet, masked(&ground(8, 8), &[254; 64], &[]));
}

#[test]
fn a_box_is_where_it_says_in_either_order_of_its_sides() {
    for side in [(96, 48), (288, 144), (1152, 576)] {
        let sheet = boxed(&ground(side.0, side.1), &[one_box([-0.5, -0.5, 0.5, 0.0], "", Role::Truth)]);
        let (width, height) = (sheet.width() as f32, sheet.height() as f32);
        let sides = place_of(&sheet, BLUE).1.map(|side| side as f32);
        let wanted = [0.25 * width, 0.25 * height, 0.75 * width, 0.5 * height];
        for (side, wanted) in sides.iter().zip(wanted) {
            assert!((side - wanted).abs() <= 2.5 * (width / 288.0).max(1.0), "{sides:?} instead of {wanted:?}");
        }
    }
    let drawn = |rect| boxed(&ground(50, 50), &[one_box(rect, "pug", Role::Truth)]);
    assert_eq!(drawn([-0.5, -0.2, 0.5, 0.6]), drawn([0.5, 0.6, -0.5, -0.2]));
    let clean = boxed(&ground(50, 50), &[]);
    assert_ne!(drawn([-1.0, -1.0, 1.0, 1.0]), clean);
    for rect in
        [[f32::NAN, 0.0, 0.5, 0.5], [0.0, f32::INFINITY, 0.5, 0.5], [1.5, 0.0, 2.0, 0.5], [0.0, -3.0, 0.5, -2.0]]
    {
        assert_eq!(drawn(rect), clean);
    }
}

#[test]
fn truth_and_prediction_differ_in_colour_in_dashes_and_in_place_of_label() {
    let drawn = |label, role| boxed(&ground(288, 288), &[one_box([-0.5, -0.5, 0.5, 0.5], label, role)]);
    let (truth, prediction) = (drawn("", Role::Truth), drawn("", Role::Prediction));
    assert!(count(&truth, BLUE) > 1000 && count(&truth, ORANGE) == 0);
    assert!(count(&prediction, ORANGE) > 300 && count(&prediction, BLUE) == 0);
    // The gaps show the white edge.
    assert!(count(&prediction, ORANGE) < count(&truth, BLUE) * 3 / 4);
    let (above, below) = (drawn("pug", Role::Truth), drawn("pug", Role::Prediction));
    assert!(place_of(&above, BLUE).1[1] < 60 && place_of(&below, ORANGE).1[3] > 228);
}

#[test]
fn a_label_stays_on_the_picture() {
    for rect in [[0.8, -1.0, 1.0, 1.0], [-1.0, -1.0, -0.9, -0.9], [0.9, 0.9, 3.0, 3.0], [-4.0, -4.0, 4.0, 4.0]] {
        for (role, color) in [(Role::Truth, BLUE), (Role::Prediction, ORANGE)] {
            let drawn = |label: &str| count(&boxed(&ground(100, 100), &[one_box(rect, label, role)]), color);
            assert!(drawn("a pug") > drawn("") + 150, "{rect:?} {role:?}");
            assert!(drawn(&"long ".repeat(400)) > 2000, "{rect:?} {role:?}");
        }
    }
}

#[test]
fn points_are_where_they_say_and_unknown_ones_are_not_there() {
    for side in [(96, 48), (288, 144), (1152, 576)] {
        let sheet = pointed(&ground(side.0, side.1), &[Some([-0.5, 0.0])], &[Some([0.5, 0.5])]);
        let (width, height) = (sheet.width() as f32, sheet.height() as f32);
        let [x, y] = place_of(&sheet, BLUE).0;
        assert!((x - 0.25 * width).abs() <= 2.0 && (y - 0.5 * height).abs() <= 2.0, "({x}, {y}) of {width} x {height}");
    }
    let clean = pointed(&ground(50, 50), &[], &[]);
    for none in [None, Some([f32::NAN, 0.0]), Some([1.5, 0.0]), Some([0.0, f32::NEG_INFINITY])] {
        assert_eq!(pointed(&ground(50, 50), &[none], &[none, none]), clean);
    }
    // Without a prediction there is nothing orange, and the other way round.
    let (truth, prediction) = ([Some([0.0, 0.0])], [Some([0.7, 0.7])]);
    assert_eq!(count(&pointed(&ground(50, 50), &truth, &[]), ORANGE), 0);
    assert_eq!(count(&pointed(&ground(50, 50), &[], &prediction), BLUE), 0);
    // A line joins the two.
    let (alone, both) = (pointed(&ground(50, 50), &[], &prediction), pointed(&ground(50, 50), &truth, &prediction));
    assert!(count(&both, GROUND) + 200 < count(&alone, GROUND));
}

#[test]
fn what_is_drawn_can_be_drawn_on_again() {
    let once = masked(&ground(20, 30), &[1; 600], &[]);
    let again = boxed(&pointed(&once, &[Some([0.0, 0.0])], &[]), &[one_box([-0.5, -0.5, 0.5, 0.5], "", Role::Truth)]);
    assert_eq!(once.dimensions(), (192, 288));
    assert_eq!(again.dimensions(), once.dimensions());
    let (middle, _) = place_of(&again, BLUE);
    assert!((middle[0] - 96.0).abs() < 2.0 && (middle[1] - 144.0).abs() < 2.0);
}

#[test]
fn a_legend_shows_each_colour_in_its_width_and_counts_what_it_leaves_out() {
    let names: Vec<String> = (0..40).map(|class| format!("class {class}")).collect();
    let strip = legend(&names, &[[1, 2, 3]], 500);
    assert_eq!(strip.width(), 500);
    assert!(count(&strip, [1, 2, 3]) >= 22 * 14);
    for class in 1..40 {
        assert!(count(&strip, class_color(class)) >= 22 * 14, "{class}");
    }
    let many = vec!["a".to_owned(); 3000];
    assert!(legend(&many, &[], 500).height() > legend(&many[..256], &[], 500).height());
    assert_eq!(legend(&many, &[], 0).width(), 160);
    assert_eq!(legend(&many, &[], u32::MAX).width(), 2000);
    assert!(legend(&[], &[], 300).height() > 1);
    assert_eq!(stacked(&[]).dimensions(), (1, 1));
    let both = stacked(&[ground(4, 3), RgbImage::new(2, 2)]);
    assert_eq!((both.dimensions(), count(&both, GROUND), count(&both, [0; 3])), ((4, 5), 12, 4));
}

fn odd() -> impl Strategy<Value = f32> {
    prop_oneof![-2.0f32..2.0, proptest::num::f32::ANY, Just(f32::MAX), Just(f32::MIN), Just(-1.0), Just(1.0)]
}

fn odd_point() -> impl Strategy<Value = Option<[f32; 2]>> {
    proptest::option::of((odd(), odd()).prop_map(|(x, y)| [x, y]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn marks_are_drawn_over_pictures_of_any_size(
        size in (0u32..500, 0u32..500),
        codes in vec(any::<u8>(), 0..5000),
        rects in vec((odd(), odd(), odd(), odd()), 0..4),
        label in prop_oneof!["[a-z ]{0,12}", any::<String>(), Just("long ".repeat(5000))],
        truth in vec(odd_point(), 0..5),
        prediction in vec(odd_point(), 0..5),
    ) {
        let picture = ground(size.0, size.1);
        let boxes: Vec<LabelledBox> = rects
            .iter()
            .enumerate()
            .map(|(number, &(a, b, c, d))| {
                one_box([a, b, c, d], &label, if number % 2 == 0 { Role::Truth } else { Role::Prediction })
            })
            .collect();
        for sheet in [masked(&picture, &codes, &[]), boxed(&picture, &boxes), pointed(&picture, &truth, &prediction)] {
            if size.0 == 0 || size.1 == 0 {
                prop_assert_eq!(sheet.dimensions(), size);
            } else {
                prop_assert_eq!(sheet.width().max(sheet.height()), size.0.max(size.1).max(288));
            }
        }
        prop_assert!(legend(&[label.clone(), label], &[], size.0).width() <= 500);
    }
}
