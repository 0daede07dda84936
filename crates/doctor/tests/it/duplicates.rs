//! Real pictures and what becomes of them: found, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use firelight_doctor::{Fingerprint, NearDuplicates};
use firelight_transforms::{Limits, open};
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};

/// Real pictures beside the checkout, in the order of their names.
fn pictures() -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("SHARED_PETS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pets/images"), PathBuf::from);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).ok()?.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    Some(paths)
}

fn encoded(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("a JPEG");
    firelight_transforms::decode(&bytes, &Limits::default()).expect("a picture")
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
    let place = |room: u32, of: usize| (room as usize * (number * of % 8) / 7) as u32;
    let (left, top) = (place(picture.width() - width, 3), place(picture.height() - height, 5));
    imageops::crop_imm(picture, left, top, width, height).to_image()
}

type Change = Box<dyn Fn(&RgbImage, usize) -> RgbImage>;

fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("JPEG of quality 30", Box::new(|picture, _| encoded(picture, 30))),
        ("JPEG of quality 70", Box::new(|picture, _| encoded(picture, 70))),
        ("mirrored", Box::new(|picture, _| imageops::flip_horizontal(picture))),
        ("brighter", Box::new(|picture, _| lit(picture, |value| value * 1.3))),
        ("darker", Box::new(|picture, _| lit(picture, |value| value * 0.6))),
        ("more contrast", Box::new(|picture, _| lit(picture, |value| (value - 128.0) * 1.4 + 128.0))),
        ("half the size", Box::new(|picture, _| imageops::thumbnail(picture, picture.width() / 2, picture.height() / 2))),
        ("95 % of each side", Box::new(|picture, number| cropped(picture, 0.95, number))),
        ("90 % of each side", Box::new(|picture, number| cropped(picture, 0.9, number))),
        ("80 % of each side", Box::new(|picture, number| cropped(picture, 0.8, number))),
        (
            "85 % of each side, mirrored, brighter, JPEG of quality 50",
            Box::new(|picture, number| {
                encoded(&lit(&imageops::flip_horizontal(&cropped(picture, 0.85, number)), |value| value * 1.15), 50)
            }),
        ),
    ]
}

#[test]
fn pictures_are_known_again_however_they_were_changed() {
    let Some(paths) = pictures() else {
        eprintln!("skipped: ../shared/pets is not there");
        return;
    };
    let originals: Vec<RgbImage> =
        paths.iter().step_by(10).take(100).map(|path| open(path, &Limits::default()).expect("a picture")).collect();
    let changes = changes();
    // Each picture first, then what became of it.
    let family = changes.len() + 1;
    let mut prints = Vec::new();
    for (number, picture) in originals.iter().enumerate() {
        prints.push(Fingerprint::of(picture));
        prints.extend(changes.iter().map(|(_, change)| Fingerprint::of(&change(picture, number))));
    }
    let start = std::time::Instant::now();
    let pairs = NearDuplicates::new().with_likeness(0.5).expect("l").find(&prints);
    println!("{:?}", start.elapsed());
    let mut low: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for pair in &pairs {
        let (one, other) = (pair.first / family, pair.second / family);
        if one == other {
            if pair.first % family == 0 { low.entry(changes[pair.second % family - 1].0).or_default().push(pair.likeness); }
        } else { wrong.push((pair.likeness, one, other, pair.how)); }
    }
    for (name, mut v) in low { v.sort_by(f32::total_cmp); println!("{name}: {} found, lowest {:?}", v.len(), &v[..6.min(v.len())]); }
    println!("wrong {} {:?}", wrong.len(), &wrong[..30.min(wrong.len())]);
    let all: Vec<Fingerprint> = paths.iter().map(|path| Fingerprint::of(&open(path, &Limits::default()).expect("p"))).collect();
    let start = std::time::Instant::now();
    for pair in NearDuplicates::new().with_likeness(0.5).expect("l").find(&all) {
        println!("{} {} {} {:?}", pair.likeness, paths[pair.first].file_name().unwrap().display(), paths[pair.second].file_name().unwrap().display(), pair.how);
    }
    println!("{:?}", start.elapsed());
}
