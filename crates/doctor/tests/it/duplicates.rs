//! Real pictures and what becomes of them: found, and nothing else.

use std::path::{Path, PathBuf};

use firelight_doctor::{Fingerprint, NearDuplicates, Pair, Twin, groups};
use firelight_transforms::{Limits, decode, open};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, imageops};
use proptest::prelude::*;

/// Real pictures, in the order of their names; `None`, and a message, where they are not.
pub fn pictures() -> Option<Vec<PathBuf>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pets/images");
    let Ok(entries) = std::fs::read_dir(&shared) else {
        eprintln!("skipped: {} is not there", shared.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    Some(paths)
}

fn encoded(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("a JPEG");
    decode(&bytes, &Limits::default()).expect("a picture")
}

fn lit(picture: &RgbImage, light: impl Fn(f32) -> f32) -> RgbImage {
    let mut picture = picture.clone();
    for channel in picture.iter_mut() {
        *channel = light(f32::from(*channel)) as u8;
    }
    picture
}

/// A part that keeps a share of each side, at a place by the picture's number.
fn cropped(picture: &RgbImage, share: f32, number: usize) -> RgbImage {
    let (width, height) = ((picture.width() as f32 * share) as u32, (picture.height() as f32 * share) as u32);
    let place = |room: u32, step: usize| (room as usize * (number * step % 8) / 7) as u32;
    let (left, top) = (place(picture.width() - width, 3), place(picture.height() - height, 5));
    imageops::crop_imm(picture, left, top, width, height).to_image()
}

/// What is done to the picture of a number.
type Change = fn(&RgbImage, usize) -> RgbImage;

const CHANGES: [(&str, Change); 11] = [
    ("JPEG of quality 30", |picture, _| encoded(picture, 30)),
    ("JPEG of quality 70", |picture, _| encoded(picture, 70)),
    ("half the size", |picture, _| imageops::thumbnail(picture, picture.width() / 2, picture.height() / 2)),
    ("mirrored", |picture, _| imageops::flip_horizontal(picture)),
    ("1.3 times as bright", |picture, _| lit(picture, |value| value * 1.3)),
    ("0.6 times as bright", |picture, _| lit(picture, |value| value * 0.6)),
    ("1.4 times the contrast", |picture, _| lit(picture, |value| (value - 128.0) * 1.4 + 128.0)),
    ("95 % of each side", |picture, number| cropped(picture, 0.95, number)),
    ("90 % of each side", |picture, number| cropped(picture, 0.9, number)),
    ("80 % of each side", |picture, number| cropped(picture, 0.8, number)),
    ("85 % of each side, mirrored, brighter, JPEG of quality 50", |picture, number| {
        let part = imageops::flip_horizontal(&cropped(picture, 0.85, number));
        encoded(&lit(&part, |value| value * 1.15), 50)
    }),
];

/// A hundred pictures beside what became of them (`--nocapture` prints how many of each are found). They are others than those on which the
/// defaults were chosen.
#[test]
fn pictures_are_known_again_however_they_were_changed() {
    let Some(paths) = pictures() else { return };
    let originals: Vec<RgbImage> = paths
        .iter()
        .skip(5)
        .step_by(10)
        .take(100)
        .map(|path| open(path, &Limits::default()).expect("a picture"))
        .collect();
    let prints: Vec<Fingerprint> = originals.iter().map(Fingerprint::of).collect();
    let (mut found, mut wrong) = (0, 0);
    for (name, change) in CHANGES {
        let mut all = prints.clone();
        all.extend(originals.iter().enumerate().map(|(number, picture)| Fingerprint::of(&change(picture, number))));
        let pairs = NearDuplicates::new().find(&all);
        let right = pairs.iter().filter(|pair| pair.second - pair.first == originals.len()).count();
        println!("{name}: {right} of {} found, {} false", originals.len(), pairs.len() - right);
        assert!(right >= 95, "{name}: {right}");
        (found, wrong) = (found + right, wrong + pairs.len() - right);
    }
    assert!(wrong * 100 <= found, "{wrong} false of {found}");
}

/// All of the real pictures as they are: ten pairs in eight groups, each of which is one picture to a person who looks.
#[test]
fn the_twins_among_the_real_pictures_are_found() {
    let Some(paths) = pictures() else { return };
    let print = |path: &PathBuf| Fingerprint::of(&open(path, &Limits::default()).expect("a picture"));
    let prints: Vec<Fingerprint> = paths.iter().map(print).collect();
    let name = |item: usize| paths[item].file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut found: Vec<String> = groups(NearDuplicates::new().find(&prints))
        .iter()
        .map(|group| group.items.iter().map(|&item| name(item)).collect::<Vec<_>>().join(" "))
        .collect();
    found.sort();
    let expected = [
        "Abyssinian_11 Abyssinian_177",
        "Abyssinian_122 Abyssinian_172",
        "Abyssinian_151 Abyssinian_99",
        "Abyssinian_24 Abyssinian_56 Abyssinian_80",
        "Abyssinian_40 Abyssinian_63",
        "Abyssinian_5 Abyssinian_87",
        "Abyssinian_66 Abyssinian_82",
        "Bengal_83 Bengal_85",
    ];
    assert_eq!(found, expected);
}

/// A picture that no other seed has: eight by eight random greys, and what lies between them.
fn drawn(seed: u64) -> RgbImage {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let greys = RgbImage::from_fn(8, 8, |_, _| {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Rgb([(state >> 40) as u8; 3])
    });
    imageops::resize(&greys, 80, 60, imageops::FilterType::CatmullRom)
}

#[test]
fn pictures_without_content_are_no_twins() {
    let plain: Vec<Fingerprint> =
        [0, 7, 255].map(|grey| Fingerprint::of(&RgbImage::from_pixel(30, 20, Rgb([grey; 3])))).to_vec();
    assert!(NearDuplicates::new().find(&plain).is_empty());
    assert!(NearDuplicates::new().find(&[]).is_empty());
    let tiny = [RgbImage::from_pixel(1, 1, Rgb([9; 3])), RgbImage::new(1, 400), RgbImage::new(0, 9)]
        .map(|tiny| Fingerprint::of(&tiny));
    assert!(NearDuplicates::new().find(&tiny).is_empty());
    assert!(
        NearDuplicates::new().with_likeness(0.0).is_err() && NearDuplicates::new().with_likeness(f32::NAN).is_err()
    );
}

/// Hashes lie in the index by bands; what it finds is what comparing everything finds.
#[test]
fn every_pair_of_copies_is_found_once() {
    let prints: Vec<Fingerprint> = (0..60).map(|number| Fingerprint::of(&drawn(number % 20))).collect();
    let pairs = NearDuplicates::new().find(&prints);
    let mut places: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.first, pair.second)).collect();
    places.sort_unstable();
    let mut expected: Vec<(usize, usize)> =
        (0..60).flat_map(|first| (first + 20..60).step_by(20).map(move |second| (first, second))).collect();
    expected.sort_unstable();
    assert_eq!(places, expected);
    assert!(pairs.iter().all(|pair| pair.how == Twin::Copy && pair.likeness > 0.999));
}

proptest! {
    /// Groups are what pairs connect, in any order.
    #[test]
    fn groups_are_the_connected_items(links in prop::collection::vec((0_usize..30, 0_usize..30), 0..40), turn in 0_usize..40) {
        let mut pairs: Vec<Pair> = links
            .iter()
            .filter(|(one, other)| one != other)
            .map(|&(one, other)| Pair { first: one.min(other), second: one.max(other), likeness: 1.0, how: Twin::Copy })
            .collect();
        let found = groups(pairs.clone());
        let mut label: Vec<usize> = (0..30).collect();
        for _ in 0..30 {
            for pair in &pairs {
                let least = label[pair.first].min(label[pair.second]);
                (label[pair.first], label[pair.second]) = (least, least);
            }
        }
        for group in &found {
            let alike: Vec<usize> = (0..30).filter(|&item| label[item] == label[group.items[0]]).collect();
            prop_assert_eq!(&group.items, &alike);
            prop_assert!(group.pairs.iter().all(|pair| group.items.contains(&pair.first)));
        }
        let members: usize = found.iter().map(|group| group.items.len()).sum();
        let linked = (0..30).filter(|item| pairs.iter().any(|pair| pair.first == *item || pair.second == *item)).count();
        prop_assert_eq!(members, linked);
        if !pairs.is_empty() {
            let places = pairs.len();
            pairs.rotate_left(turn % places);
        }
        let items = |groups: Vec<firelight_doctor::Group>| -> Vec<Vec<usize>> {
            let mut items: Vec<Vec<usize>> = groups.into_iter().map(|group| group.items).collect();
            items.sort();
            items
        };
        prop_assert_eq!(items(groups(pairs)), items(found));
    }
}
