//! A mask lies where its picture does, whatever the transforms.

use firelight_transforms::*;
use image::{Rgb, RgbImage};
use proptest::prelude::*;

/// Sides of the blocks that masks are made of: so large that several outputs fall into each.
const BLOCK: u32 = 30;

/// How many outputs around one a filter may mix.
const REACH: usize = 3;

/// Samples a side of an output that look for a border: a line of a black pixel is seen too, where the picture shrinks.
const FINE: usize = 4;

const PADS: [PadMode; 3] = [PadMode::Reflection, PadMode::Border, PadMode::Zeros];

fn colour(code: u8) -> [u8; 3] {
    [[0, 0, 0], [255, 60, 0], [20, 200, 90], [90, 90, 255], [240, 240, 240]][usize::from(code)]
}

/// Blocks of any codes, of which 0 is black as padding is.
fn mask(columns: u32, rows: u32, seed: u64) -> Mask {
    let size = Size::new(columns * BLOCK, rows * BLOCK);
    let mut chance = Chance::new(seed, 0, 0);
    let blocks: Vec<u8> = (0..columns * rows).map(|_| chance.below(5) as u8).collect();
    let code = |at: u32| blocks[(at / size.width / BLOCK * columns + at % size.width / BLOCK) as usize];
    Mask::new(size, (0..size.width * size.height).map(code).collect()).unwrap()
}

fn painted(mask: &Mask) -> RgbImage {
    RgbImage::from_fn(mask.size().width, mask.size().height, |x, y| Rgb(colour(mask.code(x, y).unwrap())))
}

/// The mask without the pixels near to another code, nearer than a filter may reach: these are void.
fn eroded(mask: &Mask, draw: &Draw) -> Mask {
    let (width, height) = (f64::from(draw.size.width), f64::from(draw.size.height));
    let strides = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)].map(|(x, y)| draw.map.stride(x, y));
    let reach = 1 + (1.5 * strides.iter().fold(0.0_f64, |most, (x, y)| most.max(*x).max(*y))).ceil() as i64;
    let size = mask.size();
    let along = |mask: &Mask, dx: i64, dy: i64| {
        let code = |x: i64, y: i64| {
            let here = mask.code(x as u32, y as u32).unwrap();
            let near = |step: i64| {
                let x = (x + step * dx).clamp(0, i64::from(size.width) - 1);
                let y = (y + step * dy).clamp(0, i64::from(size.height) - 1);
                mask.code(x as u32, y as u32).unwrap()
            };
            if (-reach..=reach).all(|step| near(step) == here) { here } else { Mask::VOID }
        };
        let rows = 0..i64::from(size.height);
        let codes = rows.flat_map(|y| (0..i64::from(size.width)).map(move |x| (x, y))).map(|(x, y)| code(x, y));
        Mask::new(size, codes.collect()).unwrap()
    };
    along(&along(mask, 1, 0), 0, 1)
}

/// The outputs that lie away from borders between codes, also in the picture, of which padding may repeat a single pixel; and at each
/// of these the worst difference.
fn worst(mask: &Mask, draw: &Draw, planes: &[f32]) -> (usize, f32) {
    let (width, height) = (draw.size.width as usize, draw.size.height as usize);
    let seen = mask.moved(draw, 0).unwrap();
    let shift =
        Map::translate(-(REACH as f64), -(REACH as f64)).after(Map::scale(1.0 / FINE as f64, 1.0 / FINE as f64));
    let side = |pixels: u32| FINE as u32 * (pixels + 2 * REACH as u32);
    let wider = Size::new(side(draw.size.width), side(draw.size.height));
    let wider = Draw { map: draw.map.after(shift), size: wider, ..draw.clone() };
    let around = eroded(mask, draw).moved(&wider, 0).unwrap();
    let mut worst = (0, 0.0_f32);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let code = seen.codes()[y * width + x];
        let window = FINE * (1 + 2 * REACH);
        let row = |dy: usize| &around.codes()[(FINE * y + dy) * around.size().width as usize + FINE * x..][..window];
        if (0..window).any(|dy| row(dy).iter().any(|other| *other != code)) {
            continue;
        }
        worst.0 += 1;
        for (channel, want) in colour(code).into_iter().enumerate() {
            let got = planes[(channel * height + y) * width + x] * 255.0;
            worst.1 = worst.1.max((got - f32::from(want)).abs());
        }
    }
    worst
}

fn stage(kind: usize, side: u32, pad: PadMode) -> Vec<ItemTransform> {
    let wide = Size::new(side, side * 3 / 4);
    match kind {
        0 => vec![Resize::crop(wide).into()],
        1 => vec![Resize::pad(wide).with_pad_mode(pad).into()],
        2 => vec![Resize::squish(wide).with_filter(Filter::Bicubic).into()],
        3 => vec![RandomResizedCrop::new(wide).into()],
        4 => vec![CropPad::new(wide).with_pad_mode(pad).into()],
        5 => vec![RandomCrop::new(wide).into()],
        6 => vec![RatioResize::new(side).into(), FlipItem::new(1.0).into()],
        _ => vec![
            DihedralItem::default().into(),
            FlipItem::default().into(),
            Resize::pad(side).with_pad_mode(pad).into(),
        ],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_painted_mask_is_the_mask_of_what_is_seen(
        seed in 0_u64..10_000, columns in 2_u32..6, rows in 2_u32..6, kind in 0_usize..8, side in 70_u32..110,
        pad in 0_usize..3, outer in 0_usize..3, augmented: bool, vertical: bool, trained: bool, policy: bool, rand: bool,
    ) {
        let mask = mask(columns, rows, seed);
        let mut transforms = PictureTransforms::new();
        for stage in stage(kind, side, PADS[pad]) {
            transforms = transforms.with_item(stage);
        }
        if augmented {
            let mut augment = aug_transforms().max_lighting(0.0).max_rotate(45.0).zoom(0.75, 1.5).flip_vert(vertical);
            if policy {
                augment = augment.policy(if rand { Policy::rand_augment() } else { Policy::TrivialAugmentWide });
            }
            transforms = transforms.with_augment(augment.pad_mode(PADS[outer]).size(side));
        }
        let mut chance = Chance::new(seed, 1, 1);
        let chance = trained.then_some(&mut chance);
        let draw = transforms.draw(mask.size(), chance).unwrap();
        // Codes have no colours that a policy would change.
        let draw = Draw { operations: Vec::new(), ..draw };
        let planes = draw.planes(&painted(&mask), &Normalize::none(), &mut Scratch::default()).unwrap();
        let (_, difference) = worst(&mask, &draw, &planes);
        prop_assert!(difference < 2.0, "{difference} of 255 with\n{transforms}");
    }
}

/// The law above compares something: many outputs lie away from borders.
#[test]
fn many_outputs_of_a_mask_are_compared() {
    let mask = mask(5, 4, 3);
    let transforms = PictureTransforms::new()
        .with_item(Resize::crop(150))
        .with_augment(aug_transforms().size(140).max_lighting(0.0).max_rotate(30.0));
    let mut chance = Chance::new(5, 0, 0);
    let (draw, planes) = transforms.planes_drawn(&painted(&mask), Some(&mut chance), &mut Scratch::default()).unwrap();
    assert!(!draw.map.is_affine() || draw.map.0[0][1] != 0.0, "turned or tilted");
    let (compared, difference) = worst(&mask, &draw, &planes);
    assert!(compared > 140 * 140 / 4, "{compared}");
    assert!(difference < 2.0, "{difference}");
    // and it can fail: the mask of another draw is another mask
    let other = transforms.draw(mask.size(), Some(&mut Chance::new(6, 0, 0))).unwrap();
    assert!(worst(&mask, &other, &planes).1 > 50.0);
}

/// See `reference/nearest.py`. Where two columns are exactly as near, Pillow's sum of steps rounds to either.
#[test]
fn a_plain_resize_takes_the_columns_of_pillows_nearest() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("reference/nearest.json")).unwrap();
    let mut ties = 0;
    for case in cases.as_array().unwrap() {
        let number = |name: &str| case[name].as_u64().unwrap();
        let (width, left, part, result) = (number("width"), number("left"), number("part"), number("result"));
        let plain = PictureTransforms::new().draw(Size::new(width as u32, 1), None).unwrap();
        let map = Area::new(left as f64, 0.0, part as f64, 1.0).map_from(result as f64, 1.0);
        let columns: Vec<u64> = (0..width).collect();
        let taken = Draw { map, size: Size::new(result as u32, 1), ..plain }.mask(&columns, 0);
        for (at, (got, want)) in taken.iter().zip(case["taken"].as_array().unwrap()).enumerate() {
            let want = want.as_u64().unwrap();
            if *got != want {
                // the centre at (at + ½) · part / result is a border of two columns
                assert_eq!((2 * at as u64 + 1) * part % (2 * result), 0, "column {at} of {case}: {got}");
                assert_eq!(got.abs_diff(want), 1);
                ties += 1;
            }
        }
    }
    assert!(ties < 40, "{ties}");
}

#[test]
fn a_mask_that_cannot_be_moved_is_named() {
    let draw = PictureTransforms::new().with_item(Resize::crop(8)).draw(Size::new(20, 10), None).unwrap();
    let error = Mask::filled(Size::new(10, 20), 0).moved(&draw, 0).unwrap_err();
    insta::assert_snapshot!(error, @"transform: the mask is 10×20, but its picture 20×10; a mask has one code for each pixel of the upright picture, so check that it is this picture's, and of its full size");
    let error = Mask::new(Size::new(3, 2), vec![0; 5]).unwrap_err();
    insta::assert_snapshot!(error, @"mask: a mask of 3×2 has 6 codes, and 5 are given; give one for each pixel, in rows");
    let noop = Closure::new("noop", |picture, _| Ok(picture.clone()));
    let transforms = PictureTransforms::new().with_item(noop).with_item(Resize::crop(8));
    let (draw, _) = transforms.planes_drawn(&RgbImage::new(20, 10), None, &mut Scratch::default()).unwrap();
    assert!(draw.through_closure);
    let error = Mask::filled(Size::new(20, 10), 0).moved(&draw, 0).unwrap_err();
    insta::assert_snapshot!(error, @"transform: a closure has changed the picture, and a mask that belongs to it cannot be moved along; use transforms of this crate alone, or change pictures before they are read");
    assert!(!error.is_broken_file());
    assert!(!transforms.draw(Size::new(20, 10), None).unwrap().through_closure);
}

#[test]
fn what_was_drawn_is_what_was_shown() {
    let transforms = PictureTransforms::new()
        .with_item(RandomResizedCrop::new(40))
        .with_augment(aug_transforms().size(32))
        .with_normalize(Normalize::imagenet());
    let picture = crate::pattern(90, 70);
    for item in 0..20 {
        let chance = || Chance::new(3, 1, item);
        let mut written = vec![0.0; Size::square(32).planes()];
        let mut scratch = Scratch::default();
        let drawn = transforms.apply_drawn(&picture, Some(&mut chance()), &mut scratch, &mut written).unwrap();
        assert_eq!(drawn, transforms.draw(Size::new(90, 70), Some(&mut chance())).unwrap());
        assert!(drawn.planes(&picture, &transforms.normalize(), &mut scratch).unwrap() == written);
        let (again, planes) = transforms.planes_drawn(&picture, Some(&mut chance()), &mut scratch).unwrap();
        assert_eq!((again, planes == written), (drawn.clone(), true));
        let size = transforms.apply(&picture, Some(&mut chance()), &mut scratch, &mut written).unwrap();
        assert_eq!(size, drawn.size);
        assert!(transforms.planes(&picture, Some(&mut chance()), &mut scratch).unwrap() == (size, written));
    }
}
