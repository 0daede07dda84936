//! What no picture shows by itself: how texts are shortened and how axes choose their ticks.

use crate::axis::{Axis, short};
use crate::text::Style;

#[test]
fn a_text_that_fits_stays_and_one_that_does_not_keeps_both_ends() {
    let style = Style::LABEL;
    assert_eq!(style.fit("beagle", 200.0), "beagle");
    assert_eq!(style.fit("two\nlines", 200.0), "two lines");
    let name = "german_shorthaired_pointer";
    for room in [20.0, 60.0, 100.0, 150.0] {
        let short = style.fit(name, room);
        assert!(style.width(&short) <= room, "{short} is wider than {room}");
        let (head, tail) = short.split_once('…').expect("an ellipsis says that letters are missing");
        assert!(name.starts_with(head) && name.ends_with(tail));
    }
    assert_eq!(style.fit(name, 1.0), "");
}

#[test]
fn a_text_is_shortened_no_more_than_needed() {
    let style = Style::LABEL;
    let name = "staffordshire_bull_terrier";
    assert!(style.fit(name, style.width(name) - 1.0).chars().count() + 3 >= name.len());
}

#[test]
fn ticks_are_round_and_lie_on_the_axis() {
    let labels = |axis: Axis| axis.ticks(5).into_iter().map(|tick| tick.1).collect::<Vec<_>>();
    assert_eq!(labels(Axis::around([0.0, 2.5].into_iter())), ["0", "1", "2"]);
    assert_eq!(labels(Axis::steps(1)), ["0", "1"]);
    assert_eq!(labels(Axis::steps(50)), ["0", "10", "20", "30", "40", "50"]);
    assert_eq!(labels(Axis::log([1e-5, 1e-1].into_iter())), ["1e-5", "1e-4", "0.001", "0.01", "0.1"]);
    for (low, high) in [(-1e30, 1e30), (5.0, 5.0), (1e-30, 2e-30), (f64::from(f32::MIN), f64::from(f32::MAX))] {
        let axis = Axis::around([low, high, f64::NAN].into_iter());
        let ticks = axis.ticks(6);
        assert!((2..=14).contains(&ticks.len()), "{} ticks between {low} and {high}", ticks.len());
        assert!(ticks.iter().all(|tick| (-1e-6..=1.000001).contains(&axis.place(tick.0))));
    }
}

#[test]
fn numbers_are_short() {
    let cases =
        [(0.0, "0"), (0.25, "0.25"), (0.00314, "0.00314"), (2e-6, "2e-6"), (12_000.0, "12000"), (3.21e7, "3.2e7")];
    for (value, text) in cases {
        assert_eq!(short(value), text);
    }
}
