//! The fast path shows what the exact map says.

use firelight_transforms::*;
use image::{Rgb, RgbImage};
use proptest::prelude::*;

use crate::pattern;

/// The largest difference, of 255, between a draw's planes and its exact samples.
fn worst(picture: &RgbImage, draw: &Draw) -> f32 {
    let planes = draw.planes(picture, &Normalize::none(), &mut Scratch::default()).unwrap();
    let pixels = draw.size.pixels() as usize;
    let mut worst = 0.0_f32;
    for channel in 0..3 {
        let plane: Vec<f32> = picture.pixels().map(|pixel| f32::from(pixel.0[channel])).collect();
        for (got, want) in planes[channel * pixels..][..pixels].iter().zip(draw.sample(&plane)) {
            worst = worst.max((got * 255.0 - want).abs());
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sampling_without_shrinking_is_exact(
        item in 0_u64..1000, width in 1_u32..90, height in 1_u32..90, pad in 0_usize..3, side in 1_u32..80, padded: bool,
    ) {
        let pad = [PadMode::Reflection, PadMode::Border, PadMode::Zeros][pad];
        let resize = if padded { Resize::pad(side).with_pad_mode(pad) } else { Resize::crop(side) };
        let augment = aug_transforms().max_lighting(0.0).max_rotate(40.0).zoom(0.5, 3.0).pad_mode(pad);
        let picture = pattern(width, height);
        let size = Size::new(width, height);
        let transforms = PictureTransforms::new().with_item(resize).with_augment(augment);
        let mut draw = transforms.draw(size, Some(&mut Chance::new(9, 0, item))).unwrap();
        // Enlarge until no output looks at more than a pixel, so that nothing is antialiased.
        let (sx, sy) = (f64::from(draw.size.width), f64::from(draw.size.height));
        let stride = [(0.0, 0.0), (sx, 0.0), (0.0, sy), (sx, sy)]
            .map(|(x, y)| draw.map.stride(x, y)).iter().fold(1.0_f64, |most, (x, y)| most.max(*x).max(*y));
        draw.map = draw.map.after(Map::scale(1.0 / stride, 1.0 / stride)).after(tilt());
        prop_assert!(worst(&picture, &draw) < 0.25, "{}", worst(&picture, &draw));
    }

    #[test]
    fn a_white_picture_stays_white_under_reflection(item in 0_u64..1000, width in 1_u32..200, height in 1_u32..200) {
        let picture = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        let augment = aug_transforms().size(32).max_lighting(0.0).max_rotate(180.0).zoom(0.2, 2.0).max_warp(0.4);
        let transforms = PictureTransforms::new().with_item(Resize::pad(64)).with_augment(augment);
        let mut chance = Chance::new(7, 0, item);
        let (_, planes) = transforms.planes(&picture, Some(&mut chance), &mut Scratch::default()).unwrap();
        prop_assert!(planes.iter().all(|x| (x - 1.0).abs() < 1e-5));
    }

    #[test]
    fn a_map_and_its_inverse_meet(item in 0_u64..1000, x in -50.0..300.0_f64, y in -50.0..300.0_f64) {
        let transforms = PictureTransforms::new().with_item(Resize::crop(200)).with_augment(aug_transforms().size(100));
        let draw = transforms.draw(Size::new(300, 250), Some(&mut Chance::new(1, 0, item))).unwrap();
        let (u, v) = draw.map.point(x, y);
        let [a, b, c] = draw.map.0[2];
        let depth = a * x + b * y + c;
        prop_assume!(depth.abs() > 1e-3);
        match draw.point(u, v) {
            Some((back_x, back_y)) if depth > 0.0 => {
                prop_assert!((back_x - x).abs() < 1e-6 && (back_y - y).abs() < 1e-6);
            }
            seen => prop_assert!(depth < 0.0 && seen.is_none(), "beyond the horizon, where nothing is seen: {seen:?}"),
        }
    }
}

#[test]
fn a_turn_of_nothing_is_the_resize_it_replaces() {
    // the same shrink through both paths: the mean difference is that of two filters, not of two positions
    let picture = pattern(400, 300);
    let plain = PictureTransforms::new().with_item(Resize::crop(100));
    let base = plain.draw(Size::new(400, 300), None).unwrap();
    let tiny = Map::from_unit(100.0, 100.0, false).after(rotate_matrix(1e-4)).after(Map::to_unit(100.0, 100.0, false));
    let bent = Draw { map: base.map.after(tiny), ..base.clone() };
    let see = |draw: &Draw| draw.planes(&picture, &Normalize::none(), &mut Scratch::default()).unwrap();
    let (base, bent) = (see(&base), see(&bent));
    let shift: f32 = base.iter().zip(&bent).map(|(a, b)| a - b).sum::<f32>() / base.len() as f32;
    assert!(shift.abs() < 0.002, "{shift}");
}

/// B42: positions are floats that count to 2²²; a longer side is shrunk to that first, and its end is not its beginning.
#[test]
fn a_picture_longer_than_positions_count_is_sampled_to_its_end() {
    let height = 4_400_000;
    let picture = RgbImage::from_fn(2, height, |_, y| Rgb([(y / 17_500) as u8; 3]));
    let plain = PictureTransforms::new().draw(Size::new(2, height), None).unwrap();
    let draw = Draw { map: tilt(), ..plain };
    let planes = draw.planes(&picture, &Normalize::none(), &mut Scratch::default()).unwrap();
    for y in (0..height).step_by(50_021).chain([height - 1]) {
        let (got, want) = (planes[2 * y as usize] * 255.0, (y / 17_500) as f32);
        assert!((got - want).abs() < 1.5, "row {y}: {got} is not {want}");
    }
}

#[test]
fn lighting_in_the_pass_is_the_formula() {
    // Not quite to black and white, where logits are infinitely steep.
    let mut picture = pattern(64, 64);
    picture.iter_mut().for_each(|byte| *byte = 20 + *byte / 5 * 4);
    let plain = PictureTransforms::new().draw(Size::square(64), None).unwrap();
    let lightings = [
        Lighting { brightness: Some(0.6), contrast: Some(0.8), ..Lighting::NONE },
        Lighting { contrast: Some(3.0), ..Lighting::NONE },
        Lighting { saturation: Some(0.5), brightness: Some(0.4), ..Lighting::NONE },
        Lighting { hue: Some(0.93), ..Lighting::NONE },
    ];
    for lighting in lightings {
        let straight = Draw { lighting, ..plain.clone() };
        let turned = Draw { lighting, map: tilt(), ..plain.clone() };
        for (draw, tolerance) in [(straight, 1e-6), (turned, 1e-3)] {
            let planes = draw.planes(&picture, &Normalize::none(), &mut Scratch::default()).unwrap();
            for (i, pixel) in picture.pixels().enumerate() {
                let want = lighting.apply(pixel.0.map(|x| f32::from(x) / 255.0));
                for channel in 0..3 {
                    let got = planes[channel * 64 * 64 + i];
                    assert!((got - want[channel]).abs() < tolerance, "{lighting:?}: {got} is not {}", want[channel]);
                }
            }
        }
    }
}

/// So small a tilt that every sample hits its pixel, but no plain resize.
fn tilt() -> Map {
    Map([[1.0, 1e-8, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
}
