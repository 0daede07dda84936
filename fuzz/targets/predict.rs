//! The body of a request to `/predict`: the bytes of a picture, and the answer as JSON.

#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use firelight::burn::tensor::Device;
use firelight::image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use firelight::prelude::*;
use firelight_fuzz::model::MODEL;
use firelight_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

static PREDICTOR: LazyLock<Predictor> = LazyLock::new(|| {
    let path = file("model", &MODEL.file("firelight-export 4", &MODEL.seed()));
    Predictor::load(path, &Device::flex()).expect("a model")
});

fn seeds() -> Vec<Vec<u8>> {
    let small = RgbImage::from_fn(17, 11, |x, y| Rgb([(x * 5) as u8, (y * 9) as u8, (x * y) as u8]));
    let picture = DynamicImage::from(small);
    let kinds = [picture.clone(), picture.to_luma8().into(), picture.to_rgba8().into(), picture.to_rgb16().into()];
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::Pnm,
        ImageFormat::Qoi,
        ImageFormat::Ico,
    ];
    let all = formats.iter().flat_map(|format| kinds.iter().map(move |kind| (format, kind)));
    let written = all.filter_map(|(format, kind)| {
        let mut bytes = Cursor::new(Vec::new());
        kind.write_to(&mut bytes, *format).ok().map(|()| bytes.into_inner())
    });
    written.collect()
}

fuzz_target!(init: begin("predict", &seeds()), |data: &[u8]| {
    let answer = PREDICTOR.answer_bytes(data);
    let _ = answer.map(|answer| serde_json::to_vec(&PREDICTOR.named(&answer)));
});
