//! Pictures with something wrong whatever they show.

use firelight_doctor::{Fault, FaultLimits, Look};
use firelight_transforms::{Limits, open};
use image::{Rgb, RgbImage, imageops};

use crate::duplicates::pictures;

fn faults(picture: &RgbImage) -> Vec<Fault> {
    Look::of(picture).faults(&FaultLimits::default()).into_iter().map(|fault| fault.0).collect()
}

/// Stripes of every grey.
fn sharp() -> RgbImage {
    RgbImage::from_fn(200, 150, |x, y| Rgb([(x * 37 + y * 91) as u8; 3]))
}

#[test]
fn each_fault_is_seen_and_a_good_picture_has_none() {
    assert_eq!(faults(&sharp()), []);
    let lit = |light: fn(f32) -> f32| {
        let mut picture = sharp();
        picture.iter_mut().for_each(|value| *value = light(f32::from(*value)) as u8);
        picture
    };
    assert_eq!(faults(&lit(|value| value * 0.2)), [Fault::Dark]);
    assert_eq!(faults(&lit(|value| 215.0 + value * 0.15)), [Fault::Bright]);
    assert_eq!(faults(&lit(|value| if value < 128.0 { 20.0 } else { 230.0 })), [Fault::LittleInformation]);
    assert_eq!(faults(&RgbImage::from_pixel(90, 60, Rgb([120; 3]))), [Fault::Empty]);
    let smooth = RgbImage::from_fn(200, 150, |x, y| Rgb([(x / 2 + y / 2) as u8; 3]));
    assert_eq!(faults(&smooth), [Fault::Blurred]);
    let long = RgbImage::from_fn(200, 50, |x, y| Rgb([(x * 37 + y * 91) as u8; 3]));
    assert_eq!(faults(&long), [Fault::OddShape]);
    assert_eq!(faults(&RgbImage::new(0, 0)), [Fault::Empty]);
    assert_eq!(faults(&RgbImage::new(0, 900)), [Fault::Empty, Fault::OddShape]);
    assert_eq!(faults(&RgbImage::new(1, 9)), [Fault::Empty, Fault::OddShape]);
}

/// What is measured does not change with what it should not.
#[test]
fn sharpness_does_not_follow_light_and_size_hardly_matters() {
    let mut dark = sharp();
    dark.iter_mut().for_each(|value| *value /= 2);
    let (bright, dark) = (Look::of(&sharp()), Look::of(&dark));
    assert!((bright.sharpness / dark.sharpness - 1.0).abs() < 0.02);
    assert!((bright.contrast / dark.contrast - 2.0).abs() < 0.05);
}

/// Of all real pictures one is dark, and each is blurred that was made so.
#[test]
fn real_pictures_are_judged_as_a_person_would() {
    let Some(paths) = pictures() else { return };
    let mut found = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let picture = open(path, &Limits::default()).expect("a picture");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        found.extend(faults(&picture).into_iter().map(|fault| (name.clone().into_owned(), fault)));
        if number % 40 == 0 {
            let blurred = imageops::fast_blur(&picture, 6.0);
            assert!(faults(&blurred).contains(&Fault::Blurred), "{name}: {:?}", Look::of(&blurred));
        }
    }
    assert_eq!(found, [("Abyssinian_4".to_owned(), Fault::Dark)]);
}
