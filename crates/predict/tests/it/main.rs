//! What prediction promises, with exports that are made by hand: no learner, no data.

mod answers;
mod channels;
mod evidence;
mod exports;
mod files;
mod hostile;
#[cfg(feature = "onnx")]
mod onnx;
mod several;
mod trust;

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_costs::Decision;
use firelight_models::{Arch, HeadConfig, Model, VisionModel, weights};
use firelight_predict::{FORMAT, Manifest, NetworkConfig, Predictor, TargetKind, Trust, Vocab};
use firelight_transforms::{Chance, InputReader, Normalize, PictureTransforms, Resize};
use image::RgbImage;

/// A model of three classes with weights by chance, and the manifest for it: pictures of 32 pixels.
fn model(head: HeadConfig) -> (Manifest, VisionModel) {
    let device = Device::flex();
    let model = VisionModel::new(Arch::Small.body(7, &device), head.init(7, &device));
    let manifest = Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network: NetworkConfig::Vision { body: Arch::Small.into(), head },
        target: TargetKind::Category(Vocab::ordered(["ant", "bee", "a fly, drawn"]).expect("a vocab")),
        transforms: PictureTransforms::new().with_item(Resize::crop(32)).with_normalize(Normalize::imagenet()),
        input: InputReader::default(),
        decision: Decision::Argmax,
        trust: Trust::default(),
    };
    (manifest, model)
}

fn head() -> HeadConfig {
    HeadConfig::new(Arch::Small.features(), 3)
}

/// The file of an export.
fn export(folder: &Path, manifest: &Manifest, model: &VisionModel) -> PathBuf {
    let path = folder.join("model.firelight");
    FORMAT.write(&path, manifest, &[&weights::to_bytes(model).expect("bytes")]).expect("an export");
    path
}

fn predictor() -> Predictor {
    let (manifest, model) = model(head());
    Predictor::new(manifest, model.for_inference(), Device::flex()).expect("a predictor")
}

/// A picture of noise that depends on its number.
fn picture(number: u64, width: u32, height: u32) -> RgbImage {
    let mut chance = Chance::new(number, 0, 0);
    RgbImage::from_fn(width, height, |_, _| image::Rgb([0; 3].map(|_: u8| chance.below(256) as u8)))
}
