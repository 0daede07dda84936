//! Points and boxes from -1 to 1, there and back.

use firelight_transforms::*;
use proptest::prelude::*;

fn drawn(seed: u64, size: Size) -> Draw {
    let augment =
        aug_transforms().size(64).max_rotate(40.0).zoom(0.7, 1.6).max_warp(0.3).flip_vert(seed.is_multiple_of(2));
    let transforms = PictureTransforms::new().with_item(Resize::pad(96)).with_augment(augment);
    transforms.draw(size, Some(&mut Chance::new(seed, 0, 0))).unwrap()
}

proptest! {
    #[test]
    fn a_point_comes_back_to_its_pixel(
        seed in 0_u64..10_000, width in 20_u32..200, height in 20_u32..200, x in 0.0..1.0_f64, y in 0.0..1.0_f64,
    ) {
        let draw = drawn(seed, Size::new(width, height));
        let (x, y) = (x * f64::from(width), y * f64::from(height));
        let (u, v) = draw.point(x, y).unwrap();
        let inside = (0.0..=64.0).contains(&u) && (0.0..=64.0).contains(&v);
        match draw.unit_point(x, y) {
            None => prop_assert!(!inside),
            Some(unit) => {
                prop_assert!(inside && unit.iter().all(|at| (-1.0..=1.0).contains(at)));
                prop_assert!((f64::from(unit[0]) - (u / 32.0 - 1.0)).abs() < 1e-6);
                let back = draw.picture_point(unit).unwrap();
                prop_assert!((back.0 - x).abs() < 1e-3 && (back.1 - y).abs() < 1e-3, "{back:?}");
            }
        }
    }

    #[test]
    fn a_box_holds_all_its_points_that_are_seen(
        seed in 0_u64..10_000, left in 0.0..80.0_f64, top in 0.0..60.0_f64, width in 1.0..60.0_f64, height in 1.0..60.0_f64,
    ) {
        let draw = drawn(seed, Size::new(140, 120));
        let (right, bottom) = (left + width, top + height);
        let seen = draw.unit_box([left, top, right, bottom]);
        if let Some([l, t, r, b]) = seen {
            prop_assert!(-1.0 <= l && l < r && r <= 1.0 && -1.0 <= t && t < b && b <= 1.0, "{seen:?}");
        }
        let mut points = 0;
        for (i, j) in (0..=10).flat_map(|i| (0..=10).map(move |j| (f64::from(i) / 10.0, f64::from(j) / 10.0))) {
            if let Some([x, y]) = draw.unit_point(left + i * width, top + j * height) {
                let [l, t, r, b] = seen.expect("a box of which a point is seen");
                prop_assert!(l - 1e-5 <= x && x <= r + 1e-5 && t - 1e-5 <= y && y <= b + 1e-5, "{x}, {y} and {seen:?}");
                points += 1;
            }
        }
        // Seen whole, it comes back as a box around itself, upright or not.
        if points == 121 {
            let back = draw.picture_box(seen.unwrap()).unwrap();
            prop_assert!(back[0] < left + 1e-3 && back[1] < top + 1e-3 && back[2] > right - 1e-3 && back[3] > bottom - 1e-3);
        }
    }
}

#[test]
fn edges_are_one_and_what_is_beyond_is_none() {
    let draw = PictureTransforms::new().with_item(Resize::squish(16)).draw(Size::new(40, 20), None).unwrap();
    assert_eq!(draw.unit_point(0.0, 20.0), Some([-1.0, 1.0]));
    assert_eq!(draw.unit_point(40.1, 10.0), None);
    assert_eq!(draw.unit_point(f64::NAN, 10.0), None);
    assert_eq!(draw.unit_box([0.0, 0.0, 40.0, 20.0]), Some([-1.0, -1.0, 1.0, 1.0]));
    assert_eq!(draw.unit_box([-9.0, 5.0, 20.0, 99.0]), Some([-1.0, -0.5, 0.0, 1.0]));
    for nothing in [[40.0, 0.0, 50.0, 20.0], [10.0, 5.0, 10.0, 9.0], [9.0, 5.0, 3.0, 9.0], [f64::NAN, 0.0, 9.0, 9.0]] {
        assert_eq!(draw.unit_box(nothing), None, "{nothing:?}");
    }
    assert_eq!(draw.picture_box([-1.0, -0.5, 0.0, 1.0]), Some([0.0, 5.0, 20.0, 20.0]));
    assert_eq!(draw.picture_point([2.0, 0.0]), Some((60.0, 10.0)));
    assert_eq!(draw.picture_point([f32::NAN, 0.0]), None);
}

#[test]
fn a_flip_moves_points_and_does_not_rename_them() {
    let transforms = PictureTransforms::new().with_item(FlipItem::new(1.0));
    let draw = transforms.draw(Size::new(10, 10), Some(&mut Chance::new(0, 0, 0))).unwrap();
    let eyes = [(3.0, 4.0), (7.0, 4.0)].map(|(x, y)| draw.unit_point(x, y).unwrap());
    assert!(eyes[0][0] > 0.0 && eyes[1][0] < 0.0);
    let [left, _, right, _] = draw.unit_box([1.0, 2.0, 4.0, 8.0]).unwrap();
    assert!((left - 0.2).abs() < 1e-6 && (right - 0.8).abs() < 1e-6, "left stays smaller: {left} {right}");
}

/// The inverse of a tilt gives positions also for what lies behind it, where nothing is seen.
#[test]
fn what_lies_beyond_the_horizon_is_nowhere() {
    let plain = PictureTransforms::new().draw(Size::new(100, 100), None).unwrap();
    // outputs at y come from 100 · y / (100 + y): nothing at or over 100 is ever seen
    let map = Map([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.01, 1.0]]);
    let draw = Draw { map, ..plain };
    let (x, y) = draw.point(0.0, 50.0).unwrap();
    assert!(x.abs() < 1e-9 && (y - 100.0).abs() < 1e-9);
    assert_eq!(draw.point(0.0, 100.0), None);
    assert_eq!(draw.point(50.0, 150.0), None);
    assert_eq!(draw.unit_point(50.0, 150.0), None);
    // a box that reaches over the horizon is seen up to the border of the output
    let seen = draw.area(Area::new(0.0, 20.0, 10.0, 500.0)).unwrap();
    assert!((seen.top - 25.0).abs() < 1e-6 && (seen.top + seen.height - 100.0).abs() < 1e-6, "{seen:?}");
    assert_eq!(draw.area(Area::new(0.0, 120.0, 10.0, 50.0)), None);
    // and back: a box of outputs behind the viewer
    assert_eq!(draw.picture_box([-1.0, -9.0, 1.0, -7.0]), None);
    assert!(draw.picture_point([0.0, 1.0]).is_some_and(|(_, y)| (y - 50.0).abs() < 1e-9));
    assert_eq!(draw.picture_point([0.0, -7.0]), None);
}
