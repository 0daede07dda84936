//! Operations on colours give torchvision's bytes; see `reference/policies.py`.

use std::sync::LazyLock;

use firelight_transforms::*;
use image::RgbImage;
use proptest::prelude::*;
use serde_json::Value;

use crate::pattern;

pub static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("reference/policies.json")).unwrap());

pub fn size(of: &Value) -> Size {
    Size::new(of[0].as_u64().unwrap() as u32, of[1].as_u64().unwrap() as u32)
}

fn hex(digits: &Value) -> Vec<u8> {
    let digits = digits.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

pub fn operation(name: &str, number: &Value) -> ColourOperation {
    let number = number.as_f64().unwrap_or(f64::NAN);
    match name {
        "brightness" => ColourOperation::Brightness(number),
        "saturation" => ColourOperation::Saturation(number),
        "contrast" => ColourOperation::Contrast(number),
        "sharpness" => ColourOperation::Sharpness(number),
        "posterize" => ColourOperation::Posterize(number as u32),
        "solarize" => ColourOperation::Solarize(number as f32),
        "auto_contrast" => ColourOperation::AutoContrast,
        "equalize" => ColourOperation::Equalize,
        "grayscale" => ColourOperation::Grayscale,
        "blur" => ColourOperation::GaussianBlur { sigma: number as f32 },
        other => panic!("{other}"),
    }
}

#[test]
fn colours_are_torchvisions_bytes() {
    let mut cases = 0;
    for picture in REFERENCE["pictures"].as_array().unwrap() {
        let (size, bytes) = (size(&picture["size"]), hex(&picture["bytes"]));
        for case in picture["became"].as_array().unwrap() {
            let (name, want) = (case[0].as_str().unwrap(), hex(&case[2]));
            let mut seen = RgbImage::from_raw(size.width, size.height, bytes.clone()).unwrap();
            operation(name, &case[1]).apply(&mut seen);
            let most = seen.as_raw().iter().zip(&want).map(|(got, want)| got.abs_diff(*want)).max().unwrap();
            assert!(most <= u8::from(name == "blur"), "{name} {} of {size}: {most}", case[1]);
            cases += 1;
        }
    }
    assert!(cases > 60, "{cases}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_number_of_an_operation_panics(width in 0_u32..5, height in 0_u32..5, number: f64, of in 0_usize..10, bits: u32) {
        let names = ["brightness", "saturation", "contrast", "sharpness", "posterize", "solarize", "auto_contrast", "equalize", "grayscale", "blur"];
        let mut picture = pattern(width, height);
        for number in [number, f64::from(bits), f64::NAN, f64::INFINITY, -1.0, 1e-40, 1e30] {
            operation(names[of], &serde_json::json!(number)).apply(&mut picture);
            ColourOperation::Posterize(bits).apply(&mut picture);
        }
    }
}
