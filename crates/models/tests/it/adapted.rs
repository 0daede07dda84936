//! Published weights of three colours in bodies of other channels, of every family: what the adapted stem makes of a picture follows from
//! what the whole body makes of the colours that stand for it.

use std::fs;

use burn::tensor::Tensor;
use firelight_models::weights::{Names, load_body, to_safetensors};
use firelight_models::{Arch, BodyConfig};

use crate::models::{assert_close, device, pictures, values};

const FAMILIES: [&str; 12] = [
    "resnet18",
    "resnet26d",
    "resnext50_32x4d",
    "efficientnet-lite0",
    "efficientnet_b0",
    "tf_efficientnet_b0",
    "mobilenetv3_small_100",
    "mobilenetv4_conv_small",
    "regnety_002",
    "convnext_atto",
    "convnextv2_atto",
    "vit_tiny_patch16_224",
];

/// The colours that a body of three sees as `adapt_input_conv` has the stem see `channels`: a grey picture in each of them; of more the sum of
/// those that a colour's weights are repeated for, times 3 over the channels.
fn colours(picture: &Tensor<4>, channels: usize) -> Tensor<4> {
    let channel = |at: usize| picture.clone().narrow(1, at, 1);
    if channels == 1 {
        return picture.clone().repeat_dim(1, 3);
    }
    let colour = |colour: usize| {
        let same = (colour..channels).step_by(3).map(channel);
        same.reduce(|sum, channel| sum + channel).expect("three channels and more") * (3.0 / channels as f32)
    };
    Tensor::cat((0..3).map(colour).collect(), 1)
}

#[test]
fn stems_of_every_family_are_adapted_to_other_channels() {
    let (place, device) = (tempfile::tempdir().unwrap(), device());
    for name in FAMILIES {
        let arch: Arch = name.parse().unwrap();
        let body = arch.body(3, &device);
        let file = place.path().join(format!("{name}.safetensors"));
        let names = if name.starts_with("efficientnet-lite") { Names::Published } else { Names::Timm };
        fs::write(&file, to_safetensors(&body, names).unwrap()).unwrap();
        for channels in [1, 4, 7] {
            let (other, report) = load_body(BodyConfig::new(arch).with_channels(channels), &file, &device).unwrap();
            assert!(report.unused.is_empty(), "{name}: {report}");
            let side = if name.starts_with("vit") { 224 } else { 64 };
            let picture = pictures([1, channels, side, side], &device);
            // Relative to the largest: maps of fresh weights are small at some families' ends.
            let scale = |maps: &[f32]| maps.iter().fold(0.0_f32, |most, number| most.max(number.abs()));
            for (found, due) in other.stages(picture.clone()).into_iter().zip(body.stages(colours(&picture, channels)))
            {
                let (found, due) = (values(found), values(due));
                let most = scale(&due);
                assert!(most > 1e-12, "{name}");
                let relative = |maps: Vec<f32>| maps.into_iter().map(|number| number / most).collect::<Vec<_>>();
                assert_close(&relative(found), &relative(due), 1e-4);
            }
        }
    }
}
