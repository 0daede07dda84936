//! Pictures of any channels take the same way as colours of bytes.

use firelight_transforms::*;
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage, Rgba};
use proptest::prelude::*;

use crate::pattern;

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn read(channels: Channels, file: &[u8]) -> Bands {
    PictureReader::new(channels).decode(file).unwrap().into_bands().unwrap()
}

/// Recipes that take each of the ways: plain, turned, padded, bent, shrunk, lit, erased.
fn recipes() -> Vec<PictureTransforms> {
    let new = PictureTransforms::new;
    let all =
        aug_transforms().max_rotate(30.0).max_warp(0.3).zoom(1.0, 1.4).max_lighting(0.4).p_affine(1.0).p_lighting(1.0);
    let mut recipes = vec![
        new(),
        new().with_item(Resize::crop(24)).with_normalize(Normalize::imagenet()),
        new().with_item(Resize::pad(24).with_pad_mode(PadMode::Zeros)),
        new().with_item(DihedralItem::new(1.0)).with_item(Resize::squish(32)),
        new().with_item(RandomResizedCrop::new(20)),
        new().with_item(Resize::crop(64)).with_augment(all.clone().size(16)),
    ];
    for pad in [PadMode::Zeros, PadMode::Border, PadMode::Reflection] {
        recipes.push(new().with_item(Resize::crop(40)).with_augment(all.clone().pad_mode(pad)));
    }
    recipes
}

/// Colours of bytes as planes of floats: apart from the rounding to bytes after a resize, and the fine steps of lighting, the same.
#[test]
fn three_bands_of_bytes_are_the_colours() {
    let colours = pattern(70, 50);
    let bands = Bands::from(&colours);
    for (number, recipe) in recipes().into_iter().enumerate() {
        for item in 0..6 {
            let chance = || Chance::new(7, 0, item);
            let recipe = recipe.clone().with_normalize(Normalize::none());
            let (_, seen) = recipe.planes(&colours, Some(&mut chance()), &mut Scratch::default()).unwrap();
            let (_, floats) = recipe.planes(&bands, Some(&mut chance()), &mut Scratch::default()).unwrap();
            let furthest = seen.iter().zip(&floats).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(furthest < 5.0 / 255.0, "recipe {number}, item {item}: {furthest}");
        }
    }
}

/// Every plane is drawn alike, whatever stands beside it, and normalised by its own statistics.
#[test]
fn a_channel_does_not_know_the_others() {
    let colours = Bands::from(&pattern(70, 50));
    let one = |channel: usize| Bands::new(colours.size(), colours.plane(channel).unwrap().to_vec()).unwrap();
    let five = Bands::joined([one(2), one(0), one(0), one(1), one(2)]).unwrap();
    let statistics = |from: &[usize]| {
        let (mean, std) = ([0.4, 0.5, 0.6], [0.2, 0.3, 0.4]);
        let pick = |numbers: [f32; 3]| from.iter().map(|&at| numbers[at]).collect::<Vec<_>>();
        Normalize::new(pick(mean), pick(std))
    };
    for recipe in recipes() {
        let planes = |bands: &Bands, from: &[usize]| {
            let recipe = recipe.clone().with_normalize(statistics(from));
            recipe.planes(bands, Some(&mut Chance::new(3, 1, 4)), &mut Scratch::default()).unwrap()
        };
        let (size, all) = planes(&five, &[2, 0, 0, 1, 2]);
        for (channel, from) in [2, 0, 0, 1, 2].into_iter().enumerate() {
            let plane = size.pixels() as usize;
            assert_eq!(planes(&one(from), &[from]).1, all[channel * plane..][..plane]);
        }
    }
}

/// What a plain resize gives is what Pillow's mode `F` gives: `reference/bands.py`.
#[test]
fn floats_are_resized_as_pillow_resizes_them() {
    #[derive(serde::Deserialize)]
    struct Case {
        size: [u32; 2],
        to: [u32; 2],
        plane: Vec<f32>,
        resized: Vec<f32>,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference/bands.json")).unwrap();
    assert!(cases.len() > 4);
    for Case { size: [width, height], to, plane, resized } in cases {
        let bands = Bands::new(Size::new(width, height), plane).unwrap();
        let recipe = PictureTransforms::new().with_item(Resize::squish(Size::new(to[0], to[1])));
        let (_, planes) = recipe.planes(&bands, None, &mut Scratch::default()).unwrap();
        for (ours, theirs) in planes.iter().zip(&resized) {
            assert!((ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0), "{ours} {theirs}");
        }
    }
}

/// 16 bits survive: two numbers that are one byte stay two.
#[test]
fn sixteen_bits_are_not_rounded_to_eight() {
    let scan = ImageBuffer::from_fn(2, 1, |x, _| Luma([0x1200_u16 + x as u16]));
    let gray = read(Channels::Gray, &png(scan.clone()));
    assert_eq!(gray.planes(), [4608.0 / 65535.0, 4609.0 / 65535.0]);
    assert_eq!(read(Channels::Rgb16, &png(scan)).planes(), gray.planes().repeat(3));
    let colour = ImageBuffer::from_pixel(1, 1, Rgb([1_u16, 300, 65535]));
    assert_eq!(read(Channels::Rgb16, &png(colour)).planes(), [1.0 / 65535.0, 300.0 / 65535.0, 1.0]);
}

#[test]
fn channels_are_those_that_are_asked_for() {
    let rgb = png(RgbImage::from_pixel(1, 1, Rgb([255, 0, 51])));
    let rgba = png(ImageBuffer::from_pixel(1, 1, Rgba([255_u8, 0, 51, 102])));
    let gray = png(ImageBuffer::from_pixel(1, 1, LumaA([51_u8, 102])));
    assert!((read(Channels::Gray, &rgb).planes()[0] - (0.299 + 0.2 * 0.114)).abs() < 1e-6);
    assert_eq!(read(Channels::Own(3), &rgb).planes(), [1.0, 0.0, 0.2]);
    assert_eq!(read(Channels::Own(4), &rgba).planes(), [1.0, 0.0, 0.2, 0.4]);
    assert_eq!(read(Channels::Rgb16, &rgba).planes(), [1.0, 0.0, 0.2]);
    assert_eq!(read(Channels::Own(2), &gray).planes(), [0.2, 0.4]);
    assert_eq!(read(Channels::Gray, &gray).planes(), [0.2]);
    let on_white = PictureReader::new(Channels::Gray).with_limits(Limits::default().with_ground([255; 3]));
    let seen = on_white.decode(&gray).unwrap().into_bands().unwrap();
    assert!((seen.planes()[0] - (0.4 * 0.2 + 0.6)).abs() < 1e-6);
    insta::assert_snapshot!(PictureReader::new(Channels::Own(5)).decode(&rgba).unwrap_err().to_string().replace(&rgba.len().to_string(), "[n]"), @"decode: a picture of [n] bytes in memory has 4 channels, and 5 are wanted; read its own (Channels::Own(4)), gray (Channels::Gray) or colours (Channels::Rgb)");
}

/// Of two pictures each draws what the other draws; their planes stand one after the other, each normalised by the same statistics.
#[test]
fn several_pictures_draw_the_same_numbers() {
    let (first, second) = (pattern(64, 64), Bands::from(&pattern(64, 64)));
    let item = Picture::Several(vec![first.clone().into(), second.clone().into(), first.clone().into()]);
    for recipe in recipes() {
        let mut chance = Chance::new(5, 2, 9);
        let (draw, planes) = recipe.planes_drawn(&item, Some(&mut chance), &mut Scratch::default()).unwrap();
        let mut alone_chance = Chance::new(5, 2, 9);
        let (alone, one) = recipe.planes_drawn(&first, Some(&mut alone_chance), &mut Scratch::default()).unwrap();
        assert_eq!((&draw, &chance), (&alone, &alone_chance), "as the first picture alone");
        assert_eq!(planes.len(), 3 * one.len());
        assert_eq!((&planes[..one.len()], &planes[2 * one.len()..]), (&one[..], &one[..]));
        let (_, two) = recipe.planes(&second, Some(&mut Chance::new(5, 2, 9)), &mut Scratch::default()).unwrap();
        assert_eq!(planes[one.len()..2 * one.len()], two);
    }
}

#[test]
fn statistics_count_every_channel() {
    let bands = Bands::new(Size::new(2, 1), vec![0.0, 1.0, -3.0, 5.0, 0.6, 0.6]).unwrap();
    let mut colours = Colours::default();
    colours.add(&bands).unwrap();
    let Normalize { mean, std } = colours.normalize().unwrap();
    assert_eq!(mean, [0.5, 1.0, 0.6]);
    assert!((std[0] - 0.5_f32.sqrt()).abs() < 1e-6 && (std[1] - 32.0_f32.sqrt()).abs() < 1e-5, "{std:?}");
    assert_eq!(std[2], 1e-6);
    insta::assert_snapshot!(colours.add(&Bands::new(Size::new(1, 1), vec![0.0]).unwrap()).unwrap_err(), @"transform: statistics of 3 channels do not fit 1 channel; give Normalize a mean and a deviation for each channel, or one for all");
}

#[test]
fn what_cannot_be_is_said() {
    let gray = Bands::new(Size::new(4, 4), vec![0.5; 16]).unwrap();
    let apply = |recipe: PictureTransforms, picture: &Picture| {
        recipe.planes(picture, Some(&mut Chance::new(0, 0, 0)), &mut Scratch::default()).unwrap_err().to_string()
    };
    let one = Picture::from(gray.clone());
    let two = Picture::Several(vec![gray.clone().into(), RgbImage::new(5, 4).into()]);
    let new = PictureTransforms::new;
    insta::assert_snapshot!(Bands::new(Size::new(2, 2), vec![0.0; 5]).unwrap_err(), @"input: 5 numbers are no planes of 2×2; give one number for each pixel and channel, plane by plane");
    insta::assert_snapshot!(Bands::joined([gray.clone(), Bands::new(Size::new(2, 2), vec![0.0; 4]).unwrap()]).unwrap_err(), @"input: this band is 2×2, and the first one 4×4; make the bands of a picture of one size");
    insta::assert_snapshot!(apply(new(), &two), @"transform: the first picture of the item becomes 4×4, and another one 5×4; add a Resize to the transforms, so that all get one size");
    insta::assert_snapshot!(apply(new().with_normalize(Normalize::imagenet()), &one), @"transform: statistics of 3 channels do not fit 1 channel; give Normalize a mean and a deviation for each channel, or one for all");
    insta::assert_snapshot!(apply(new().with_augment(aug_transforms().max_saturation(0.5)), &one), @"transform: lighting by hue or saturation is for red, green and blue, and the picture has 1 channel; leave it out");
    insta::assert_snapshot!(apply(new().with_item(Closure::new("sharpen", |picture, _| Ok(picture.clone()))), &one), @"transform: closure `sharpen` failed: it takes colours of 8 bits, and the picture has floats; change such pictures where they are read");
    insta::assert_snapshot!(apply(new(), &Picture::Several(vec![])), @"transform: the picture is 0×0 and has no pixels; remove it, or check what made it");
    insta::assert_snapshot!(new().with_normalize(Normalize::new([0.1, 0.2], [0.3])).check().unwrap_err(), @"transform: statistics of 1 channel do not fit 2 channels; give Normalize a mean and a deviation for each channel, or one for all");
    insta::assert_snapshot!(new().with_normalize(Normalize::new([0.1], [0.0])).check().unwrap_err(), @"transform: Normalize has std = 0, which must be at least 0.000001 (a channel of one colour: 1)");
    let bands = |files| InputReader::Bands { reader: PictureReader::new(Channels::Gray), files };
    insta::assert_snapshot!(bands(0).check().unwrap_err(), @"transform: InputReader has files = 0, which must be 1 to 4096");
    insta::assert_snapshot!(InputReader::Several(vec![]).check().unwrap_err(), @"transform: InputReader has files = 0, which must be 1 to 4096");
    insta::assert_snapshot!(InputReader::File(PictureReader::new(Channels::Own(0))).check().unwrap_err(), @"transform: Channels has channels = 0, which must be 1 to 4096");
    insta::assert_snapshot!(bands(2).open(&["a.png"]).unwrap_err(), @"input: an item has 2 file(s), and 1 are given; give one for each picture or band");
}

/// A reader says in a file what it is, and reads several files in their order.
#[test]
fn files_become_bands_and_pictures_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, value: u8, side: u32| {
        let path = folder.path().join(name);
        image::GrayImage::from_pixel(side, side, Luma([value])).save(&path).unwrap();
        path
    };
    let files = [file("a.png", 51, 2), file("b.png", 102, 2), file("c.png", 255, 3)];
    let bands = InputReader::Bands { reader: PictureReader::new(Channels::Gray), files: 2 };
    let both = InputReader::Several(vec![bands, InputReader::default()]);
    let again: InputReader = serde_json::from_str(&serde_json::to_string(&both).unwrap()).unwrap();
    assert_eq!(again, both);
    let Picture::Several(pictures) = both.open(&files).unwrap() else { panic!("several") };
    assert_eq!(pictures[0].clone().into_bands().unwrap().planes(), [0.2, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 0.4]);
    assert_eq!(pictures[1].shown()[0].get_pixel(2, 2).0, [255; 3]);
    let unequal = InputReader::Bands { reader: PictureReader::new(Channels::Gray), files: 2 };
    let error = unequal.open(&files[1..]).unwrap_err();
    assert!(error.is_broken_file());
    let text = error.to_string().replace(&folder.path().display().to_string(), "[folder]");
    insta::assert_snapshot!(text, @"[folder]/c.png: input: this band is 3×3, and the first one 2×2; make the bands of a picture of one size");
}

proptest! {
    /// Bands of any size go through any recipe without a panic, and give whole planes of finite numbers.
    #[test]
    fn any_size_and_number_of_channels_goes_through(
        width in 1_u32..40, height in 1_u32..40, channels in 1_usize..6, item in 0_u64..1000, which in 0_usize..9,
    ) {
        let size = Size::new(width, height);
        let numbers = (0..size.planes_of(channels)).map(|at| (at % 251) as f32 / 250.0).collect();
        let bands = Bands::new(size, numbers).unwrap();
        let recipe = recipes()[which].clone().with_normalize(Normalize::none());
        let (size, planes) = recipe.planes(&bands, Some(&mut Chance::new(1, 0, item)), &mut Scratch::default()).unwrap();
        prop_assert_eq!(planes.len(), size.planes_of(channels));
        prop_assert!(planes.iter().all(|number| number.is_finite()));
    }
}

/// What tifffile writes (`reference/bands.py`): of band `b` number `100 b + 10 row + column`.
#[test]
fn a_tiff_has_any_number_of_channels_of_any_kind() {
    let bands = |file: &[u8], channels: usize| read(Channels::Own(channels), file);
    let value = |at: usize| (100 * (at / 6) + 10 * (at % 6 / 3) + at % 3) as f32;
    let shorts: Vec<f32> = (0..30).map(|at| value(at) / 65535.0).collect();
    assert_eq!(bands(include_bytes!("reference/five16.tif"), 5).planes(), shorts);
    assert_eq!(bands(include_bytes!("reference/five16planar.tif"), 5).planes(), shorts);
    let floats: Vec<f32> = (0..6).map(|at| value(at) * -0.5).collect();
    assert_eq!(read(Channels::Gray, include_bytes!("reference/one32f.tif")).planes(), floats);
    let signed: Vec<f32> = (0..12).map(|at| value(at) - 50.0).collect();
    assert_eq!(bands(include_bytes!("reference/two16s.tif"), 2).planes(), signed);
    let bytes: Vec<f32> = (0..24).map(|at| (value(at).min(255.0) / 2.0).floor() / 255.0).collect();
    let infrared = include_bytes!("reference/infrared.tif");
    assert_eq!(bands(infrared, 4).planes(), bytes);
    assert_eq!(read(Channels::Rgb16, infrared).planes(), &bytes[..18]);
    let small = PictureReader::new(Channels::Own(5)).with_limits(Limits::default().with_bytes(100));
    assert!(small.decode(include_bytes!("reference/five16.tif")).unwrap_err().is_broken_file());
}

/// A photograph of 12 megapixels is within the usual limits as gray, upright or turned.
#[test]
fn a_large_photograph_is_read_as_gray() {
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::new(4000, 3000)).write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let picture = PictureReader::new(Channels::Gray).decode(file.get_ref()).unwrap();
    assert_eq!((picture.size(), picture.channels()), (Size::new(4000, 3000), 1));
}

/// Numbers that stand for none are said; so are measurements that would be lit.
#[test]
fn measurements_are_neither_none_nor_lit() {
    let bands = |number: f32| Bands::new(Size::new(2, 1), vec![0.5, number]);
    for none in [f32::NAN, f32::INFINITY, -3.402_823_5e38] {
        assert!(matches!(bands(none), Err(TransformError::BandNumber { .. })), "{none}");
    }
    insta::assert_snapshot!(bands(f32::NAN).unwrap_err(), @"input: the picture has the number NaN, which stands for none; fill such pixels before, with what is likely there");
    let kelvin = bands(280.5).unwrap();
    let lit = PictureTransforms::new().with_augment(aug_transforms().p_lighting(1.0));
    let mut chance = Chance::new(1, 0, 0);
    insta::assert_snapshot!(lit.planes(&kelvin, Some(&mut chance), &mut Scratch::default()).unwrap_err(), @"transform: lighting is for numbers from 0 to 1, and the picture has 280.5; leave it out (`aug_transforms().max_lighting(0.0)`)");
    let unlit = PictureTransforms::new().with_augment(aug_transforms().max_lighting(0.0));
    assert!(unlit.planes(&kelvin, Some(&mut chance), &mut Scratch::default()).is_ok());
    let three = Normalize::new([280.0, 281.0, 290.0], [9.0, 12.0, 7.0]);
    assert!(three.check().is_ok(), "measurements of three channels");
    assert!(Normalize::new([123.7, 116.3, 103.5], [58.4, 57.1, 57.4]).check().is_err(), "colours of bytes");
}

/// Statistics are of one channel, of all, or of each of equal pictures; nothing else.
#[test]
fn statistics_are_of_whole_pictures() {
    let fit = |count: usize, channels: &[usize]| {
        Normalize::new(vec![0.5; count], vec![0.5; count]).check_channels(channels).is_ok()
    };
    assert!(fit(1, &[6]) && fit(6, &[6]) && fit(3, &[3, 3]) && fit(4, &[1, 3]));
    assert!(!fit(3, &[6]) && !fit(2, &[1, 3]) && !fit(2, &[6]));
    let several = Picture::Several(vec![RgbImage::new(4, 4).into(), RgbImage::new(2, 2).into()]);
    assert!(matches!(Colours::default().add(&several), Err(TransformError::BandSizes { .. })));
}

/// What is clear shows the ground, whichever way its colours were kept.
#[test]
fn a_tiff_with_alpha_is_seen_before_a_ground() {
    let gray = |file: &[u8]| {
        let reader = PictureReader::new(Channels::Gray).with_limits(Limits::default().with_ground([255; 3]));
        reader.decode(file).unwrap().into_bands().unwrap().planes()[0]
    };
    // A gray of 128 at half, and what is left of it by that: `reference/bands.py`.
    let half = 128.0 / 255.0;
    assert!((gray(include_bytes!("reference/straight.tif")) - (half * half + 1.0 - half)).abs() < 1e-6);
    assert!((gray(include_bytes!("reference/multiplied.tif")) - (half + 1.0 - half)).abs() < 1e-6);
}
