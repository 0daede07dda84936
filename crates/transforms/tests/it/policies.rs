//! Policies draw what torchvision's do; see `reference/policies.py`.

use std::collections::BTreeMap;

use firelight_transforms::*;
use image::RgbImage;
use proptest::prelude::*;
use serde_json::Value;

use crate::operations::{REFERENCE, operation, size};
use crate::pattern;

/// A recipe of a policy alone.
fn only(policy: Policy) -> AugTransforms {
    let still = aug_transforms().flip(false).max_warp(0.0).max_rotate(0.0).zoom(1.0, 1.0).max_lighting(0.0);
    still.policy(policy)
}

/// One row of the reference, as this crate tells it.
struct Row {
    operation: String,
    level: Option<u64>,
    sign: i64,
    map: Map,
    colour: Option<ColourOperation>,
}

/// The rows of a policy, for pictures of [`side`].
fn rows(policy: &str) -> Vec<Row> {
    let of = size(&REFERENCE["size"]);
    let (x, y) = (f64::from(of.width) / 2.0, f64::from(of.height) / 2.0);
    let row = |row: &Value| {
        let matrix = |numbers: &Vec<Value>| {
            let at = |i: usize| numbers[i].as_f64().unwrap();
            // torchvision's is around the centre.
            let around = Map([[at(0), at(1), at(2)], [at(3), at(4), at(5)], [0.0, 0.0, 1.0]]);
            Map::translate(x, y).after(around).after(Map::translate(-x, -y))
        };
        Row {
            operation: row[0].as_str().unwrap().to_owned(),
            level: row[1].as_u64(),
            sign: row[2].as_i64().unwrap(),
            map: row[3].as_array().map_or(Map::IDENTITY, matrix),
            colour: row[4].as_str().map(|name| operation(name, &row[5])),
        }
    };
    REFERENCE[policy].as_array().unwrap().iter().map(row).collect()
}

fn near(a: &Map, b: &Map) -> bool {
    a.0.iter().flatten().zip(b.0.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-9)
}

/// The same operation; the number is read from JSON, which may miss its last bit.
fn same(a: Option<&ColourOperation>, b: Option<&ColourOperation>) -> bool {
    use ColourOperation::{Brightness, Contrast, Saturation, Sharpness};
    match (a, b) {
        (Some(Brightness(a)), Some(Brightness(b)))
        | (Some(Saturation(a)), Some(Saturation(b)))
        | (Some(Contrast(a)), Some(Contrast(b)))
        | (Some(Sharpness(a)), Some(Sharpness(b))) => (a - b).abs() < 1e-14,
        _ => a == b,
    }
}

fn drawn(policy: Policy, item: u64) -> Augmentation {
    only(policy).draw(size(&REFERENCE["size"]), Some(&mut Chance::new(11, 0, item)))
}

/// Every draw is a row of torchvision's, and every row is drawn.
fn draws_are_rows(policy: Policy, rows: &[Row], count: u64) -> Vec<u64> {
    let mut times = vec![0; rows.len()];
    for item in 0..count {
        let drawn = drawn(policy, item);
        assert!(drawn.operations.len() <= 1 && drawn.mix.is_none());
        let is = |row: &Row| near(&row.map, &drawn.map) && same(row.colour.as_ref(), drawn.operations.first());
        let mut found = false;
        for (times, _) in times.iter_mut().zip(rows).filter(|(_, row)| is(row)) {
            (*times, found) = (*times + 1, true);
        }
        assert!(found, "{item}: {drawn:?}");
    }
    times
}

#[test]
fn trivial_augment_draws_torchvisions_operations_evenly() {
    let (rows, count) = (rows("trivial"), 28_000);
    let times = draws_are_rows(Policy::TrivialAugmentWide, &rows, count);
    let (mut operations, mut levels, mut signs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (row, times) in rows.iter().zip(times) {
        assert!(times > 0, "{} {:?} {}", row.operation, row.level, row.sign);
        // Rows that do the same are drawn as one: nothing moved, the bits of a posterization, a factor of 1.
        let alone = |other: &&Row| near(&other.map, &row.map) && other.colour == row.colour;
        let alike = rows.iter().filter(alone).count() as u64;
        if alike == 1 {
            *operations.entry(row.operation.clone()).or_insert(0) += times;
            *levels.entry(row.level).or_insert(0) += times;
            *signs.entry(row.sign).or_insert(0) += times;
        }
    }
    let each = count / 14;
    for (operation, times) in &operations {
        // Of the levels, the one that does nothing is not counted.
        let wanted = if row_has_sign(&rows, operation) { each * 30 / 31 } else { each };
        assert!(times.abs_diff(wanted) < each / 10, "{operation}: {times} of {wanted}");
    }
    // Nine operations of either sign, and solarize.
    for (level, times) in levels.iter().filter(|(level, _)| level.is_some_and(|level| level > 0)) {
        let wanted = 10 * each / 31;
        assert!(times.abs_diff(wanted) < wanted / 5, "level {level:?}: {times} of {wanted}");
    }
    let (plus, minus) = (draws_of(&rows, 1), draws_of(&rows, -1));
    assert!(plus.abs_diff(minus) < (plus + minus) / 25, "{plus} and {minus}");
    assert_eq!(signs.len(), 2);
}

fn row_has_sign(rows: &[Row], operation: &str) -> bool {
    rows.iter().any(|row| row.operation == operation && row.sign < 0)
}

/// How many draws have a sign that shows.
fn draws_of(rows: &[Row], sign: i64) -> u64 {
    let signed: Vec<&Row> =
        rows.iter().filter(|row| row.level > Some(0) && row_has_sign(rows, &row.operation)).collect();
    let with = |drawn: &Augmentation| {
        let is = |row: &&&Row| near(&row.map, &drawn.map) && same(row.colour.as_ref(), drawn.operations.first());
        signed.iter().find(is).is_some_and(|row| row.sign == sign)
    };
    (0..7000).filter(|item| with(&drawn(Policy::TrivialAugmentWide, *item))).count() as u64
}

#[test]
fn rand_augment_draws_torchvisions_operations() {
    for (name, magnitude) in [("rand_9", 9), ("rand_30", 30)] {
        let rows = rows(name);
        let times = draws_are_rows(Policy::RandAugment { operations: 1, magnitude }, &rows, 5000);
        for (row, times) in rows.iter().zip(times) {
            assert!(times > 100, "{} {}: {times}", row.operation, row.sign);
        }
        let (mut moved_twice, mut coloured_twice) = (0, 0);
        for item in 0..2000 {
            let drawn = drawn(Policy::RandAugment { operations: 2, magnitude }, item);
            let is = |first: &Row| rows.iter().any(|then| near(&first.map.after(then.map), &drawn.map));
            assert!(rows.iter().any(is), "{drawn:?}");
            let colours =
                |operation: &ColourOperation| rows.iter().any(|row| same(row.colour.as_ref(), Some(operation)));
            assert!(drawn.operations.len() <= 2 && drawn.operations.iter().all(colours));
            moved_twice += u32::from(drawn.operations.is_empty() && !rows.iter().any(|row| near(&row.map, &drawn.map)));
            coloured_twice += u32::from(drawn.operations.len() == 2);
        }
        assert!(moved_twice > 150 && coloured_twice > 500, "{moved_twice} {coloured_twice}");
    }
}

#[test]
fn three_augment_is_one_of_three() {
    let mut counts = [0; 3];
    for item in 0..3000 {
        let drawn = drawn(Policy::ThreeAugment, item);
        assert_eq!((drawn.map, drawn.operations.len()), (Map::IDENTITY, 1));
        match drawn.operations[0] {
            ColourOperation::Grayscale => counts[0] += 1,
            ColourOperation::Solarize(threshold) => counts[1] += usize::from(threshold == 128.0),
            ColourOperation::GaussianBlur { sigma } => counts[2] += usize::from((0.1..=2.0).contains(&sigma)),
            other => panic!("{other:?}"),
        }
    }
    assert!(
        counts.iter().sum::<usize>() == 3000 && counts.iter().all(|count| count.abs_diff(1000) < 100),
        "{counts:?}"
    );
}

#[test]
fn aug_mix_draws_torchvisions_operations_in_chains() {
    let (rows, mut depths, mut own) = (rows("aug_mix"), [0; 4], 0.0);
    for item in 0..2000 {
        let drawn = drawn(Policy::aug_mix(), item);
        assert!(drawn.map == Map::IDENTITY && drawn.operations.is_empty());
        let mix = drawn.mix.unwrap();
        let sum = mix.share + mix.chains.iter().map(|chain| chain.share).sum::<f32>();
        assert!((sum - 1.0).abs() < 1e-5 && mix.chains.len() == 3 && mix.share >= 0.0);
        own += mix.share;
        for chain in &mix.chains {
            assert!(chain.share >= 0.0);
            depths[chain.operations.len()] += 1;
            let known = |operation: &ColourOperation| rows.iter().any(|row| same(row.colour.as_ref(), Some(operation)));
            assert!(chain.operations.iter().all(known), "{:?}", chain.operations);
            if chain.operations.len() == 2 {
                // At most one is left to move.
                assert!(rows.iter().any(|row| near(&row.map, &chain.map)), "{:?}", chain.map);
            }
        }
    }
    assert!((own / 2000.0 - 0.5).abs() < 0.02, "{own}");
    assert!(depths.iter().all(|count| *count > 200), "{depths:?}");
}

const ALL: [Policy; 4] = [
    Policy::TrivialAugmentWide,
    Policy::RandAugment { operations: 3, magnitude: 20 },
    Policy::ThreeAugment,
    Policy::AugMix { severity: 5, width: 2, alpha: 0.5 },
];

/// Colours stay from 0 to 255.
fn bytes() -> Normalize {
    Normalize::new([0.0], [1.0 / 255.0])
}

/// Planes of 0 to 255, to the nearest.
fn rounded(planes: &[f32], size: Size) -> RgbImage {
    let pixels = size.pixels() as usize;
    let byte = |at: usize| (planes[at] + 0.5) as u8;
    RgbImage::from_fn(size.width, size.height, |x, y| {
        let at = (y * size.width + x) as usize;
        image::Rgb([byte(at), byte(at + pixels), byte(at + 2 * pixels)])
    })
}

fn seen(transforms: &PictureTransforms, picture: &RgbImage, item: u64) -> (Draw, RgbImage) {
    let mut chance = Chance::new(5, 1, item);
    let (draw, planes) = transforms.planes_drawn(picture, Some(&mut chance), &mut Scratch::default()).unwrap();
    let picture = rounded(&planes, draw.size);
    (draw, picture)
}

/// What a policy shows is what its map shows, with the operations done to its bytes; the other draws are those without it.
#[test]
fn colours_change_after_the_one_resampling() {
    let picture = pattern(150, 110);
    let base = aug_transforms().size(64).max_lighting(0.0);
    let recipe =
        |augment| PictureTransforms::new().with_item(Resize::crop(100)).with_augment(augment).with_normalize(bytes());
    let mut operated = 0;
    for (item, policy) in (0..60).flat_map(|item| ALL.map(|policy| (item, policy))) {
        let (draw, got) = seen(&recipe(base.clone().policy(policy)), &picture, item);
        let (plain, _) = seen(&recipe(base.clone()), &picture, item);
        assert_eq!((draw.lighting, draw.frame, draw.size), (plain.lighting, plain.frame, plain.size));
        let see = |map: Map, operations: &[ColourOperation]| {
            let draw = Draw { map, operations: Vec::new(), mix: None, ..draw.clone() };
            let planes = draw.planes(&picture, &bytes(), &mut Scratch::default()).unwrap();
            let mut seen = rounded(&planes, draw.size);
            for operation in operations {
                operation.apply(&mut seen);
            }
            seen
        };
        let Some(mix) = &draw.mix else {
            operated += usize::from(!draw.operations.is_empty());
            assert!(got == see(draw.map, &draw.operations), "{policy} {item}: {:?}", draw.operations);
            continue;
        };
        assert_eq!(draw.map, plain.map);
        let mut mean: Vec<f32> = see(draw.map, &[]).iter().map(|byte| mix.share * f32::from(*byte)).collect();
        for chain in &mix.chains {
            let seen = see(draw.map.after(chain.map), &chain.operations);
            mean.iter_mut().zip(seen.iter()).for_each(|(mean, byte)| *mean += chain.share * f32::from(*byte));
        }
        assert!(mean.iter().zip(got.iter()).all(|(mean, byte)| (mean - f32::from(*byte)).abs() < 0.51));
    }
    assert!(operated > 90, "{operated}");
}

#[test]
fn a_policy_is_for_training_alone_and_changes_no_other_draw() {
    let size = Size::new(120, 90);
    let base = aug_transforms().size(48).min_scale(0.6).erasing(RandomErasing::new(0.5));
    for policy in ALL {
        let with = base.clone().policy(policy);
        let valid = with.draw(size, None);
        assert_eq!(valid, base.draw(size, None));
        for item in 0..50 {
            let draw = |augment: &AugTransforms| augment.draw(size, Some(&mut Chance::new(2, 0, item)));
            let (with, without) = (draw(&with), draw(&base));
            assert_eq!((with.lighting, with.erasing, with.size), (without.lighting, without.erasing, without.size));
            assert!(without.operations.is_empty() && without.mix.is_none());
        }
    }
}

#[test]
fn policies_are_written_and_old_recipes_have_none() {
    let recipe = |augment| PictureTransforms::new().with_augment(augment);
    for policy in ALL {
        let written = serde_json::to_string(&recipe(aug_transforms().policy(policy))).unwrap();
        assert_eq!(
            serde_json::from_str::<PictureTransforms>(&written).unwrap(),
            recipe(aug_transforms().policy(policy))
        );
    }
    // Word for word what was written before there were policies.
    let old = r#"{"items":[],"augment":{"size":{"width":64,"height":64},"min_scale":0.75,"flip":true,"flip_vert":false,"max_rotate":10.0,"zoom":[1.0,1.1],"max_warp":0.2,"max_lighting":0.2,"max_saturation":0.0,"max_hue":0.0,"p_affine":0.75,"p_lighting":0.75,"mult":1.0,"pad_mode":"reflection","align_corners":false,"erasing":null},"normalize":null}"#;
    let read: PictureTransforms = serde_json::from_str(old).unwrap();
    assert_eq!(read, recipe(aug_transforms().size(64).min_scale(0.75)));
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}

#[test]
fn slips_of_policies_are_named() {
    let said = |policy| PictureTransforms::new().with_augment(only(policy)).check().unwrap_err().to_string();
    insta::assert_snapshot!(said(Policy::RandAugment { operations: 0, magnitude: 9 }), @"transform: RandAugment has operations = 0, which must be 1 to 10");
    insta::assert_snapshot!(said(Policy::RandAugment { operations: 2, magnitude: 31 }), @"transform: RandAugment has magnitude = 31, which must be 0 to 30");
    insta::assert_snapshot!(said(Policy::AugMix { severity: 11, width: 3, alpha: 1.0 }), @"transform: AugMix has severity = 11, which must be 1 to 10");
    insta::assert_snapshot!(said(Policy::AugMix { severity: 3, width: 0, alpha: 1.0 }), @"transform: AugMix has width = 0, which must be 1 to 10");
    insta::assert_snapshot!(said(Policy::AugMix { severity: 3, width: 3, alpha: f32::NAN }), @"transform: AugMix has alpha = NaN, which must be over 0 and at most 1000");
    let policies = ALL.map(|policy| policy.to_string()).join("\n");
    insta::assert_snapshot!(policies, @"
TrivialAugmentWide
RandAugment of 3 at magnitude 20
ThreeAugment
AugMix of 2 with severity 5, alpha = 0.5
");
    insta::assert_snapshot!(aug_transforms().policy(Policy::rand_augment()), @"aug_transforms (flip p = 0.5, warp ±0.2 p = 0.75, rotate ±10° p = 0.75, zoom 1 to 1.1 p = 0.75, RandAugment of 2 at magnitude 9, brightness and contrast 0.2 p = 0.75), padding with reflection");
    let json = r#"{"items": [], "augment": {"policy": {"rand_augment": {"operations": 2, "magnitude": 99}}}, "normalize": null}"#;
    insta::assert_snapshot!(serde_json::from_str::<PictureTransforms>(json).unwrap_err(), @"transform: RandAugment has magnitude = 99, which must be 0 to 30");
}

#[test]
fn pictures_without_colours_of_8_bits_are_refused() {
    let transforms = PictureTransforms::new().with_augment(only(Policy::TrivialAugmentWide));
    let refused = |channels: usize| {
        let bands = Bands::new(Size::square(4), vec![0.5; 16 * channels]).unwrap();
        transforms.planes(&Picture::from(bands), None, &mut Scratch::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused(3), @"transform: TrivialAugmentWide is for red, green and blue of 8 bits, and the picture has other numbers; leave it out, or read pictures as `Channels::Rgb`");
    insta::assert_snapshot!(refused(1), @"transform: TrivialAugmentWide is for red, green and blue, and the picture has 1 channel; leave it out");
    insta::assert_snapshot!(transforms.check_channels(&[3, 4]).unwrap_err(), @"transform: TrivialAugmentWide is for red, green and blue, and the picture has 4 channels; leave it out");
    assert!(transforms.check_channels(&[3]).is_ok());
}

#[test]
fn the_same_bits_for_any_threads_buffers_and_simd() {
    use rayon::prelude::*;
    let bits = |threads: usize, scratch: fn() -> Scratch| -> Vec<u32> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let jobs = (0..24_usize).into_par_iter().map_init(scratch, |scratch, item| {
            let recipe = PictureTransforms::new()
                .with_item(Resize::crop(80))
                .with_augment(aug_transforms().size(64).min_scale(0.9).policy(ALL[item % 4]))
                .with_normalize(Normalize::imagenet());
            let mut chance = Chance::new(42, 3, item as u64);
            let picture = pattern(90 + 7 * item as u32, 200 - 5 * item as u32);
            recipe.planes(&picture, Some(&mut chance), scratch).unwrap().1
        });
        pool.install(|| jobs.collect::<Vec<_>>()).concat().iter().map(|number| number.to_bits()).collect()
    };
    let one = bits(1, Scratch::default);
    assert!(one == bits(2, Scratch::default) && one == bits(8, Scratch::default));
    assert!(one == bits(1, Scratch::without_wide_simd));
    let digest = one
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, word| (hash ^ u64::from(*word)).wrapping_mul(0x0100_0000_01B3));
    // Pinned: SIMD width, processor and system must not change it.
    insta::assert_snapshot!(format!("{digest:016x}"), @"45e665cdc288e9d0");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn pictures_of_any_size_and_colours_become_numbers(
        width in 1_u32..9, height in 1_u32..9, side in 1_u32..9, item in 0_u64..1000, seed: u64, of in 0_usize..4, pad in 0_usize..3,
    ) {
        let mut bytes = Chance::new(seed, 0, 0);
        let picture = RgbImage::from_fn(width, height, |_, _| image::Rgb([0; 3].map(|_: u8| bytes.below(256) as u8)));
        let pad = [PadMode::Reflection, PadMode::Border, PadMode::Zeros][pad];
        let augment = aug_transforms().size(side).max_saturation(0.2).pad_mode(pad).policy(ALL[of]);
        let transforms = PictureTransforms::new().with_augment(augment);
        let mut chance = Chance::new(3, 0, item);
        let (_, planes) = transforms.planes(&picture, Some(&mut chance), &mut Scratch::default()).unwrap();
        prop_assert!(planes.iter().all(|number| (0.0..=1.0).contains(number)));
    }
}

/// Beside a strong tilt no chain shows what is behind its horizon.
#[test]
fn chains_stay_in_front_of_the_horizon() {
    let recipe = aug_transforms().size(64).max_warp(0.5).policy(Policy::AugMix { severity: 10, width: 3, alpha: 1.0 });
    let mut moved = 0;
    for item in 0..20_000 {
        let drawn = recipe.draw(Size::square(80), Some(&mut Chance::new(3, 0, item)));
        for chain in drawn.mix.expect("a mixture").chains {
            assert!(drawn.map.after(chain.map).is_in_front(64.0, 64.0), "item {item}");
            moved += usize::from(chain.map != Map::IDENTITY);
        }
    }
    assert!(moved > 30_000, "{moved}");
}
