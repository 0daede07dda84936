//! Pictures are drawn from any data, in bounds, and show what they are given.

use firelight_costs::{CostMatrix, SoftLabels};
use firelight_plots::{HeatMap, Mark, Tile, confusion, grid, heat_map, loss_curve, lr_find_curve, rate_curve};
use firelight_vocab::{Groups, Vocab};
use image::{Rgb, RgbImage};
use proptest::collection::vec;
use proptest::prelude::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn tile(side: u32, title: &str, mark: Option<Mark>) -> Tile {
    Tile { picture: RgbImage::from_pixel(side, side, Rgb([10, 200, 10])), title: vec![title.to_owned()], mark }
}

/// How many pixels have exactly this colour.
fn count(picture: &RgbImage, color: [u8; 3]) -> usize {
    picture.pixels().filter(|pixel| pixel.0 == color).count()
}

const BLUE: [u8; 3] = [0, 104, 170];
const ORANGE: [u8; 3] = [206, 84, 0];

#[test]
fn every_width_is_at_most_two_thousand_pixels() {
    let many = names(&["a_name_of_a_class_that_is_longer_than_most_names_of_classes"; 200]);
    let counts = vec![vec![123_456; 200]; 200];
    assert!(confusion(&many, &counts, Some(&many)).width() <= 2000);
    assert!(heat_map("title ".repeat(99).as_str(), &many, &many, &vec![vec![0.123; 200]; 200], None).width() <= 2000);
    assert!(grid(&vec![tile(500, "a", None); 40], 40).width() <= 2000);
    let thousands: Vec<String> = (0..3000).map(|class| format!("class {class}")).collect();
    assert!(confusion(&thousands, &[], Some(&thousands)).width() <= 2000);
    assert!(heat_map("", &thousands, &names(&["a"]), &[], None).height() < 7000);
    assert_eq!(loss_curve(&[1.0], &[]).dimensions(), (1000, 600));
    assert_eq!(lr_find_curve(&[], &[], &[]).dimensions(), (1000, 600));
    assert_eq!(rate_curve(&[], &[]).dimensions(), (1000, 860));
}

#[test]
fn names_on_both_axes_change_the_picture() {
    let counts = vec![vec![3, 1], vec![0, 4]];
    let pets = confusion(&names(&["pug", "cat"]), &counts, None);
    let cars = confusion(&names(&["bus", "car"]), &counts, None);
    assert_eq!(pets.dimensions(), cars.dimensions());
    assert_ne!(pets, cars);
    let rows =
        |rows: &[&str], columns: &[&str]| heat_map("t", &names(rows), &names(columns), &vec![vec![1.0, 2.0]; 2], None);
    assert_ne!(rows(&["a", "b"], &["x", "y"]), rows(&["a", "c"], &["x", "y"]));
    assert_ne!(rows(&["a", "b"], &["x", "y"]), rows(&["a", "b"], &["x", "z"]));
}

#[test]
fn right_is_blue_and_wrong_is_orange_and_their_signs_differ() {
    let right = grid(&[tile(64, "a", Some(Mark::Right))], 1);
    let wrong = grid(&[tile(64, "a", Some(Mark::Wrong))], 1);
    assert!(count(&right, BLUE) > 1000 && count(&right, ORANGE) == 0);
    assert!(count(&wrong, ORANGE) > 1000 && count(&wrong, BLUE) == 0);
    let white_in = |picture: &RgbImage| {
        let inside = |x: u32, y: u32| (150..200).contains(&x) && (16..50).contains(&y);
        picture
            .enumerate_pixels()
            .filter(|(x, y, pixel)| inside(*x, *y) && pixel.0 == [255; 3])
            .map(|(x, y, _)| (x, y))
            .collect::<Vec<_>>()
    };
    assert_ne!(white_in(&right), white_in(&wrong));
    assert_eq!(count(&grid(&[tile(64, "a", None)], 1), BLUE), 0);
}

#[test]
fn a_mistake_shows_in_another_hue_than_what_is_right() {
    let warm = |picture: &RgbImage| picture.pixels().filter(|pixel| pixel.0[0] > pixel.0[2].saturating_add(60)).count();
    let pets = names(&["pug", "cat"]);
    // The scale of the mistakes is there in both pictures.
    let clean = warm(&confusion(&pets, &[vec![5, 0], vec![0, 5]], None));
    let mistaken = warm(&confusion(&pets, &[vec![5, 0], vec![2, 3]], None));
    assert!(mistaken > clean + 2000, "{mistaken} warm pixels with mistakes, {clean} without");
}

#[test]
fn members_of_a_group_stand_together() {
    let groups = names(&["cat", "dog", "cat"]);
    let mixed = confusion(&names(&["a", "b", "c"]), &[vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]], Some(&groups));
    let sorted_groups = names(&["cat", "cat", "dog"]);
    let sorted =
        confusion(&names(&["a", "c", "b"]), &[vec![1, 3, 2], vec![7, 9, 8], vec![4, 6, 5]], Some(&sorted_groups));
    assert_eq!(mixed, sorted);
}

#[test]
fn a_value_that_is_not_a_number_is_grey_and_breaks_lines() {
    let pets = names(&["a", "b"]);
    let grey = |value| count(&heat_map("", &pets, &pets, &[vec![1.0, 2.0], vec![3.0, value]], None), [214, 216, 220]);
    assert_eq!(grey(4.0), 0);
    assert!(grey(f32::NAN) > 1000);
    let (whole, broken) = (vec![1.0; 100], [vec![1.0; 40], vec![f32::NAN; 20], vec![1.0; 40]].concat());
    assert!(count(&loss_curve(&broken, &[]), BLUE) < count(&loss_curve(&whole, &[]), BLUE));
}

/// U10: one validation of a diverging epoch does not press the rest flat.
#[test]
fn a_spike_leaves_the_panel_and_the_bulk_fills_it() {
    let train: Vec<f32> = (0..60).map(|step| 2.0 - step as f32 / 40.0).collect();
    let curve = |valid: &[f32]| {
        let points: Vec<(usize, f32)> =
            valid.iter().enumerate().map(|(epoch, loss)| (10 * (epoch + 1), *loss)).collect();
        loss_curve(&train, &points)
    };
    let height = |picture: &RgbImage, color: [u8; 3]| {
        let below_the_legend = |&(_, y, pixel): &(u32, u32, &Rgb<u8>)| y > 75 && pixel.0 == color;
        let rows = || picture.enumerate_pixels().filter(below_the_legend).map(|(_, y, _)| y);
        rows().max().expect("a line") - rows().min().expect("a line")
    };
    for spike in [50.0, 1e15, f32::INFINITY] {
        for at in 0..6 {
            let mut valid = [1.9, 1.6, 1.4, 1.2, 1.0, 0.8];
            valid[at] = spike;
            let spiked = curve(&valid);
            assert!(height(&spiked, BLUE) > 250, "{spike} at {at}");
        }
    }
    // Half of them are no spike.
    assert!(height(&curve(&[1.9, 50.0, 1.4, 50.0, 1.0, 50.0]), BLUE) < 60);
}

#[test]
fn more_tiles_than_fit_are_counted_in_a_note() {
    let picture = grid(&vec![tile(8, "a", None); 2000], 2);
    assert!(picture.height() <= 12100);
    assert!(grid(&[], 3).width() > 1);
}

#[test]
fn a_class_matrix_is_drawn_by_name_and_parted_by_groups() {
    let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "pug"]);
    let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let labels = SoftLabels::from_groups(&species).within_mass(0.2);
    assert_ne!(labels.heat_map(), CostMatrix::from_groups(&species, 0.2, 0.0).heat_map());
    // In whatever order the classes are written, grouped they are drawn in the order of the groups' first classes.
    let order = ["Siamese", "Bengal", "pug", "beagle"];
    let mixed = ["Siamese", "pug", "Bengal", "beagle"];
    let cost = |names: [&str; 4]| {
        CostMatrix::from_fn(&Vocab::ordered(names).expect("a vocab"), |truth, predicted| {
            (truth.len() * predicted.len()) as f64
        })
    };
    assert_ne!(cost(order).heat_map(), cost(mixed).heat_map());
    assert_eq!(cost(order).heat_map_by(&species), cost(mixed).heat_map_by(&species));
    // A class that no group knows is drawn, too.
    let other = CostMatrix::uniform(&Vocab::from_labels(["Bengal", "hamster"]));
    assert!(other.heat_map_by(&species).width() > 1);
}

/// Ordinary numbers and everything else a run can bring forth.
fn odd() -> impl Strategy<Value = f32> {
    prop_oneof![-3.0f32..3.0, proptest::num::f32::ANY, Just(f32::MAX), Just(f32::MIN), Just(f32::MIN_POSITIVE)]
}

/// Names of any letters, none, and far too many.
fn odd_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,12}", any::<String>(), Just("猫🐱\u{301}\n\t".to_owned()), Just("long ".repeat(5000))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn curves_are_drawn_from_any_numbers(
        train in vec(odd(), 0..40),
        valid in vec((prop_oneof![0usize..50, any::<usize>()], odd()), 0..4),
        rates in vec(vec(odd(), 0..20), 0..20),
        suggestions in vec((odd_name(), odd()), 0..4),
    ) {
        prop_assert_eq!(loss_curve(&train, &valid).dimensions(), (1000, 600));
        prop_assert_eq!(rate_curve(&rates, &train).dimensions(), (1000, 860));
        let suggestions: Vec<(&str, f32)> = suggestions.iter().map(|(name, rate)| (name.as_str(), *rate)).collect();
        let rates = rates.first().cloned().unwrap_or_default();
        prop_assert_eq!(lr_find_curve(&rates, &train, &suggestions).dimensions(), (1000, 600));
    }

    #[test]
    fn matrices_are_drawn_from_ragged_rows_and_odd_names(
        rows in vec(odd_name(), 0..6),
        columns in vec(odd_name(), 0..6),
        counts in vec(vec(prop_oneof![0usize..9, any::<usize>()], 0..6), 0..6),
        values in vec(vec(odd(), 0..6), 0..6),
    ) {
        let picture = confusion(&rows, &counts, Some(&columns));
        prop_assert!(picture.width() <= 2000);
        let picture = heat_map(rows.first().map_or("", String::as_str), &rows, &columns, &values, Some(&rows));
        prop_assert!(picture.width() <= 2000);
    }

    #[test]
    fn grids_are_drawn_from_pictures_of_any_size(
        sizes in vec((0u32..300, 0u32..300), 0..6),
        title in vec(odd_name(), 0..12),
        columns in prop_oneof![0usize..9, any::<usize>()],
    ) {
        let tile = |&(width, height): &(u32, u32)| Tile {
            picture: RgbImage::new(width, height),
            title: title.clone(),
            mark: Some(Mark::Wrong),
        };
        let tiles: Vec<Tile> = sizes.iter().map(tile).collect();
        prop_assert!(grid(&tiles, columns).width() <= 2000);
    }
}
