//! A model: manifest and tensors by chance, and its answer if it is taken.

#![no_main]

use firelight::burn::tensor::Device;
use firelight::image::RgbImage;
use firelight::prelude::*;
use firelight_fuzz::model::MODEL;
use firelight_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin("export", &[MODEL.seed()]), |data: &[u8]| {
    let path = file("model", &MODEL.file("firelight-export 4", data));
    if let Ok(predictor) = Predictor::load(path, &Device::flex()) {
        let _ = predictor.answer_picture(&RgbImage::new(40, 30)).map(|answer| serde_json::to_vec(&predictor.named(&answer)));
    }
});
