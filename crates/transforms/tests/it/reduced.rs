//! JPEG files that are decoded no larger than they are looked at.

use std::io::Cursor;
use std::path::Path;

use firelight_transforms::{
    AugTransforms, Chance, CropPad, FlipItem, InputReader, Limits, Normalize, PadMode, Picture, PictureReader,
    PictureTransforms, Policy, RandomResizedCrop, RatioResize, Reduced, ReducedEnds, Resize, Scratch, Size,
    TransformError, aug_transforms, decode,
};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, RgbImage};

/// A photograph's worth of detail at every scale, of sides that are no multiple of 8.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let coarse = 90.0 * (x / 97.0).sin() * (y / 71.0).cos();
        let middle = 30.0 * (x / 11.0 + y / 17.0).sin();
        let fine = 12.0 * (x * 1.3).sin() * (y * 0.9).cos();
        image::Rgb([128.0 + coarse + middle, 120.0 + middle + fine, 128.0 - coarse + fine].map(|c| c as u8))
    })
}

/// As a file, with an EXIF block that says how it is to be turned.
fn file(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(Cursor::new(&mut file), 92);
    let exif = [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
    encoder.set_exif_metadata(exif).expect("EXIF");
    encoder.encode_image(picture).expect("a file");
    file
}

fn bent(size: u32) -> PictureTransforms {
    let augment = aug_transforms().size(size).min_scale(0.9).max_rotate(20.0);
    PictureTransforms::new().with_item(Resize::crop(size * 2)).with_augment(augment)
}

fn recipes() -> [PictureTransforms; 6] {
    let new = PictureTransforms::new;
    [
        bent(48),
        new().with_item(RandomResizedCrop::new(64).with_scale(0.35, 1.0)).with_item(FlipItem::new(0.5)),
        new().with_item(Resize::pad(56).with_pad_mode(PadMode::Zeros)),
        new().with_item(Resize::squish(64)).with_augment(aug_transforms().flip_vert(true).max_rotate(180.0)),
        new().with_item(RatioResize::new(60)),
        new().with_item(Resize::crop(60)).with_augment(aug_transforms().max_warp(0.0).policy(Policy::aug_mix())),
    ]
}

fn planes(recipe: &PictureTransforms, picture: &Picture, draw: u64) -> (firelight_transforms::Draw, Vec<f32>) {
    let mut chance = Chance::new(3, 0, draw);
    let recipe = recipe.clone().with_normalize(Normalize::none());
    recipe.planes_drawn(picture, (draw > 0).then_some(&mut chance), &mut Scratch::default()).expect("planes")
}

/// In steps of 255.
fn mean_distance(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    255.0 * one.iter().zip(other).map(|(a, b)| (a - b).abs()).sum::<f32>() / one.len() as f32
}

fn reduced(file: &[u8], recipe: &PictureTransforms) -> Picture {
    InputReader::default().decode_reduced(&[file], |size| recipe.reduction(size)).expect("a picture")
}

#[test]
fn what_is_seen_is_within_two_steps_and_where_it_lies_is_the_same() {
    for (width, height) in [(1203, 901), (907, 1210)] {
        let large = photograph(width, height);
        for orientation in 1..=8 {
            let file = file(&large, orientation);
            let whole = Picture::from(decode(&file, &Limits::default()).expect("a picture"));
            for recipe in recipes() {
                let small = reduced(&file, &recipe);
                let Picture::Reduced(pixels) = &small else { panic!("{recipe}: not reduced") };
                assert_eq!((small.size(), small.channels()), (whole.size(), 3));
                assert!(pixels.by() >= 2 && pixels.pixels().width() == small.size().width.div_ceil(pixels.by()));
                for draw in 0..4 {
                    let ((ours, seen), (drawn, exact)) = (planes(&recipe, &small, draw), planes(&recipe, &whole, draw));
                    assert_eq!(ours, drawn, "draws are of the whole picture");
                    let distance = mean_distance(&seen, &exact);
                    assert!(distance < 2.0, "{orientation} {draw}: {distance}\n{recipe}");
                }
            }
        }
    }
}

#[test]
fn real_photographs_are_within_two_steps_too() {
    let Some(folder) = super::originals() else { return };
    let mut distances = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let (recipe, reader) = (bent(48), PictureReader::default());
        let small = reader.open_reduced(&path, |size| recipe.reduction(size)).expect("a picture");
        if let Picture::Reduced(_) = small {
            let whole = reader.open(&path).expect("a picture");
            distances.extend(
                (0..3).map(|draw| mean_distance(&planes(&recipe, &small, draw).1, &planes(&recipe, &whole, draw).1)),
            );
        }
    }
    let worst = distances.iter().copied().fold(0.0, f32::max);
    let mean = distances.iter().sum::<f32>() / distances.len() as f32;
    assert!(distances.len() > 100 && mean < 2.0 && worst < 5.0, "{}: {mean}, at most {worst}", distances.len());
}

/// The bound is of every draw: in the strongest of many, √2 pixels of what is left are there for one of the result, or nearly so where a
/// turned tilt looks closer at a part than the mean does.
#[test]
fn no_draw_looks_closer_than_was_decoded() {
    let size = Size::new(4032, 3024);
    let recipes = recipes().into_iter().chain([bent(224), bent(160), bent(64)]);
    for recipe in recipes {
        for size in [size, Size::new(3024, 4032)] {
            let by = recipe.reduction(size);
            assert!((2..=8).contains(&by), "{recipe}: {by}");
            for item in 0..300 {
                let draw = recipe.draw(size, Some(&mut Chance::new(1, 0, item))).expect("a draw");
                let (width, height) = (f64::from(draw.size.width), f64::from(draw.size.height));
                let (x, y) = draw.map.stride(width / 2.0, height / 2.0);
                assert!(x.min(y) / f64::from(by) > 1.3, "{item}: {x} × {y} of {by}\n{recipe}");
            }
        }
    }
}

/// The same of policies, for the smallest picture that is reduced at all: there a policy that looked closer than was thought would show.
#[test]
fn no_policy_looks_closer_than_was_decoded() {
    let augments: [(fn() -> AugTransforms, f64); 3] = [
        (|| aug_transforms().max_warp(0.0).max_rotate(0.0), 1.414),
        (|| aug_transforms().max_warp(0.0).max_rotate(45.0), 1.414),
        (aug_transforms, 1.3),
    ];
    let policies = [
        Policy::TrivialAugmentWide,
        Policy::rand_augment(),
        Policy::RandAugment { operations: 3, magnitude: 30 },
        Policy::ThreeAugment,
        Policy::aug_mix(),
    ];
    for ((augment, enough), policy) in augments.iter().flat_map(|augment| policies.map(|policy| (augment, policy))) {
        let augment = augment().size(96).policy(policy);
        let recipe = PictureTransforms::new().with_item(Resize::squish(200)).with_augment(augment);
        let side = (1..4096).find(|side| recipe.reduction(Size::square(*side)) == 2).expect("a size");
        let mut closest = f64::INFINITY;
        for item in 0..4000 {
            let draw = recipe.draw(Size::square(side), Some(&mut Chance::new(1, 0, item))).expect("a draw");
            let chains = draw.mix.iter().flat_map(|mix| &mix.chains).map(|chain| draw.map.after(chain.map));
            for map in chains.chain([draw.map]) {
                let places = [(48.0, 48.0), (0.0, 0.0), (96.0, 0.0), (0.0, 96.0), (96.0, 96.0)];
                let strides = places.map(|(x, y)| map.stride(x, y));
                let mean = |of: fn(&(f64, f64)) -> f64| strides.iter().map(of).sum::<f64>() / 5.0;
                closest = closest.min(mean(|stride| stride.0).min(mean(|stride| stride.1)) / 2.0);
            }
        }
        assert!(closest > *enough, "{closest} at {side}\n{recipe}");
    }
}

#[test]
fn what_is_looked_at_closely_is_decoded_in_full() {
    let new = PictureTransforms::new;
    let large = Size::new(4000, 3000);
    let as_it_is = firelight_transforms::Closure::new("as it is", |picture: &RgbImage, _| Ok(picture.clone()));
    for recipe in [
        new(),
        new().with_item(CropPad::new(224)),
        new().with_item(Resize::crop(2500)),
        new().with_item(Resize::crop(224)).with_item(as_it_is),
        new().with_item(Resize::crop(224)).with_augment(aug_transforms().zoom(1.0, 20.0)),
    ] {
        assert_eq!(recipe.reduction(large), 1, "{recipe}");
    }
    assert_eq!(bent(224).reduction(Size::new(500, 375)), 1);
    // Of formats that are decoded in full all the same, too.
    let mut png = Vec::new();
    let picture = photograph(600, 500);
    picture.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).expect("a file");
    assert_eq!(reduced(&png, &bent(16)), Picture::from(picture));
}

#[test]
fn limits_and_damage_are_those_of_the_whole_file() {
    let (recipe, file) = (bent(16), file(&photograph(1000, 800), 1));
    let read = |file: &[u8], limits: Limits| {
        let reader = InputReader::File(PictureReader::default().with_limits(limits));
        reader.decode_reduced(&[file], |size| recipe.reduction(size))
    };
    for limits in [Limits::default().with_pixels(799_999), Limits::default().with_bytes(2_400_000)] {
        let (said, whole) =
            (read(&file, limits).expect_err("too large"), decode(&file, &limits).expect_err("too large"));
        assert!(matches!(said, TransformError::TooLarge { .. }));
        assert_eq!(said.to_string(), whole.to_string());
    }
    for length in [3, 200, file.len() / 2, file.len() - 2] {
        let cut = &file[..length];
        let (said, whole) = (read(cut, Limits::default()), decode(cut, &Limits::default()));
        assert_eq!(said.expect_err("cut").to_string(), whole.expect_err("cut").to_string());
    }
    let missing = PictureReader::default().open_reduced(Path::new("nowhere.jpg"), |_| 8).expect_err("no file");
    assert!(missing.to_string().contains("nowhere.jpg"), "{missing}");
}

#[test]
fn only_blocks_that_fit_stand_for_a_picture() {
    let new =
        |width, height, by| Reduced::new(RgbImage::new(3, 2), Size::new(width, height), by, ReducedEnds::default());
    for (width, height, by) in [(24, 16, 8), (17, 9, 8), (3, 2, 1), (5, 3, 2)] {
        assert!(new(width, height, by).is_ok(), "{width}×{height} by {by}");
    }
    for (width, height, by) in [(25, 16, 8), (16, 9, 8), (3, 2, 0), (3, 2, 2)] {
        assert!(new(width, height, by).is_err(), "{width}×{height} by {by}");
    }
}
