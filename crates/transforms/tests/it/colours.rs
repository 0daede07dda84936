//! Statistics of training data do not depend on order or on who counted.

use firelight_transforms::*;
use image::{Rgb, RgbImage};

use crate::pattern;

#[test]
fn planes_normalised_by_their_own_statistics_have_mean_0_and_deviation_1() {
    let picture = pattern(70, 50);
    let mut colours = Colours::default();
    colours.add(&picture).unwrap();
    let own = PictureTransforms::new().with_normalize(colours.normalize().unwrap());
    let (size, planes) = own.planes(&picture, None, &mut Scratch::default()).unwrap();
    for plane in planes.chunks(size.pixels() as usize) {
        let n = plane.len() as f64;
        let mean = plane.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
        let variance = plane.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{mean}, {variance}");
    }
}

#[test]
fn parts_merge_to_the_whole() {
    let pictures = [pattern(10, 20), pattern(33, 7), RgbImage::from_pixel(3, 3, Rgb([9, 0, 255]))];
    let count = |pictures: &[RgbImage]| {
        let mut colours = Colours::default();
        for picture in pictures {
            colours.add(picture).unwrap();
        }
        colours
    };
    assert_eq!(count(&pictures[1..]).merge(count(&pictures[..1])).unwrap(), count(&pictures));
    assert_eq!(count(&[]).normalize(), None);
    let flat = count(&pictures[2..]).normalize().unwrap();
    // F29: a byte's step at least, so that another colour is no huge number.
    assert_eq!(flat.std, [1.0 / 255.0; 3]);
    assert!(PictureTransforms::new().with_normalize(flat).check().is_ok());
}
