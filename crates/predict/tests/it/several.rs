//! Several pictures at once have the answers that each has alone, bit for bit.

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::{Device, Tensor};
use firelight_models::{Arch, HeadConfig, Model, PositionNet, UNetConfig, VisionModel};
use firelight_predict::{
    Decision, Manifest, Network, NetworkConfig, Outputs, OwnModel, PredictError, Predictor, TargetKind, Trust, Vocab,
};
use firelight_transforms::{InputReader, Normalize, PictureTransforms, Resize};

use crate::picture;

fn vocab() -> Vocab {
    Vocab::ordered(["ant", "bee", "fly"]).expect("a vocab")
}

fn manifest(network: NetworkConfig, target: TargetKind, transforms: PictureTransforms) -> Manifest {
    let decision = if let TargetKind::Categories(_) = target { Decision::Threshold(0.5) } else { Decision::Argmax };
    Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network,
        target,
        transforms: transforms.with_normalize(Normalize::imagenet()),
        input: InputReader::default(),
        decision,
        trust: Trust::default(),
    }
}

fn crop() -> PictureTransforms {
    PictureTransforms::new().with_item(Resize::crop(32))
}

/// A predictor for each kind of target and network, weights by chance, and one of pictures of any size.
fn predictors() -> Vec<Predictor> {
    let device = Device::flex();
    let pair = || TargetKind::pair(TargetKind::Category(vocab()), TargetKind::Box);
    let rows = [TargetKind::Category(vocab()), TargetKind::Categories(vocab()), TargetKind::Values(2), pair()];
    let vision = |target: TargetKind, arch: Arch, transforms| {
        let head = HeadConfig::new(arch.features(), target.columns());
        let model = VisionModel::new(arch.body(7, &device), head.init(7, &device));
        (manifest(NetworkConfig::Vision { body: arch.into(), head }, target, transforms), Network::from(model))
    };
    let mut all: Vec<_> = rows.map(|target| vision(target, Arch::Small, crop())).into();
    all.push(vision(TargetKind::Category(vocab()), Arch::Small, PictureTransforms::new()));
    let maps = |outputs| UNetConfig::new(Arch::Small, outputs);
    let unet = maps(3);
    all.push((
        manifest(NetworkConfig::UNet(unet.clone()), TargetKind::Mask(vocab()), crop()),
        unet.init(5, &device).into(),
    ));
    let places = maps(3);
    all.push((
        manifest(NetworkConfig::Positions(places.clone()), TargetKind::Points(vocab()), crop()),
        PositionNet::new(places.init(5, &device)).into(),
    ));
    let made = |(manifest, network)| Predictor::new(manifest, network, device.clone()).expect("a predictor");
    all.into_iter().map(made).collect()
}

fn encoded(number: u64) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    // Three sizes among them.
    picture(number, 40 + (number % 3) as u32, 36).write_to(&mut file, image::ImageFormat::Png).expect("a file");
    file.into_inner()
}

#[test]
fn the_answers_of_many_are_those_of_each_alone_and_what_is_broken_spoils_none() {
    let mut files: Vec<Vec<u8>> = (0..19).map(encoded).collect();
    files[3] = b"not a picture".to_vec();
    files[11].truncate(50);
    for predictor in predictors() {
        let target = &predictor.manifest().target;
        for count in [0, 1, 2, 5, 19] {
            let answers = predictor.answer_each_bytes(&files[..count]);
            assert_eq!(answers.len(), count);
            for (number, answer) in answers.into_iter().enumerate() {
                match (answer, predictor.answer_bytes(&files[number])) {
                    (Ok(answer), Ok(alone)) => assert_eq!(answer, alone, "{target}, {number} of {count}"),
                    (Err(error), Err(alone)) => {
                        assert!([3, 11].contains(&number), "{error}");
                        assert_eq!(error.to_string(), alone.to_string());
                    }
                    other => panic!("{target}, {number} of {count}: {other:?}"),
                }
            }
        }
    }
}

/// Of each family.
#[test]
fn no_body_sees_what_goes_beside_a_picture() {
    let (device, families) = (
        Device::flex(),
        [
            ("efficientnet-lite0", 64),
            ("resnet18", 64),
            ("mobilenetv3_small_100", 64),
            ("regnety_002", 64),
            ("convnext_atto", 64),
            ("vit_tiny_patch16_224", 224),
        ],
    );
    for (name, side) in families {
        let arch: Arch = name.parse().expect("a body");
        let head = HeadConfig::new(arch.features(), 3);
        let model = VisionModel::new(arch.body(7, &device), head.init(7, &device));
        let transforms = PictureTransforms::new().with_item(Resize::crop(side));
        let network = NetworkConfig::Vision { body: arch.into(), head };
        let manifest = manifest(network, TargetKind::Category(vocab()), transforms);
        let predictor = Predictor::new(manifest, model.for_inference(), device.clone()).expect("a predictor");
        let seen: Vec<_> = (0..5).map(|number| predictor.see(&picture(number, 70, 66)).expect("seen")).collect();
        for (answer, seen) in predictor.answer_seen(&seen).into_iter().zip(&seen) {
            let alone = predictor.answer_seen(std::slice::from_ref(seen)).remove(0).expect("an answer");
            assert_eq!(answer.expect("an answer"), alone, "{name}");
        }
    }
}

/// The evidence is that of the picture, whether it was decoded for that or before.
#[test]
fn what_was_seen_is_explained_as_its_picture_is() {
    for predictor in predictors() {
        let picture = picture(4, 50, 44);
        let seen = predictor.see(&picture).expect("a picture");
        for output in [None, Some(1)] {
            let evidence = predictor.explain_seen(&seen, output).expect("evidence");
            assert_eq!(evidence, predictor.explain(&picture, output).expect("evidence"));
        }
        let error = predictor.explain_seen(&seen, Some(1000)).expect_err("no such output");
        assert!(matches!(error, PredictError::NoOutput { .. }), "{error}");
    }
}

/// A model that gives the first number of a picture twice, and panics on more than one or on a bright one.
struct Timid {
    alone: bool,
    asked: AtomicUsize,
}

impl Outputs for Timid {
    fn outputs(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let [count, ..] = pictures.dims();
        let numbers = pictures.slice([0..count, 0..1, 0..1, 0..2]).reshape([count, 2]);
        let brightest = numbers.clone().max().into_scalar::<f32>();
        assert!(!(self.alone && count > 1) && brightest < 0.9, "a bright one");
        // Where it is dark, no number at all.
        numbers.clone().mask_fill(numbers.lower_elem(0.05), f32::NAN)
    }
}

#[test]
fn those_on_which_a_model_panics_and_those_of_which_it_says_nothing_are_errors_of_their_own() {
    for alone in [false, true] {
        let own = NetworkConfig::Own(OwnModel::new("timid", &serde_json::json!({})));
        let manifest = manifest(own, TargetKind::Values(2), crop()).clone();
        let manifest = Manifest { transforms: crop().with_normalize(Normalize::none()), ..manifest };
        let model: std::sync::Arc<dyn Outputs> = std::sync::Arc::new(Timid { alone, asked: AtomicUsize::new(0) });
        let predictor = Predictor::new(manifest, Network::Own(model), Device::flex()).expect("a predictor");
        let gray = |brightness: u8| image::RgbImage::from_pixel(32, 32, image::Rgb([brightness; 3]));
        let seen: Vec<_> =
            [100, 255, 0, 120, 255].map(|gray_of| predictor.see(&gray(gray_of)).expect("a picture")).into();
        let answers = predictor.answer_seen(&seen);
        assert!(
            matches!(
                &answers[..],
                [
                    Ok(_),
                    Err(PredictError::Unfit { .. }),
                    Err(PredictError::NoNumbers { .. }),
                    Ok(_),
                    Err(PredictError::Unfit { .. })
                ]
            ),
            "{answers:?}"
        );
        let together = predictor.answer_seen(&[seen[0].clone(), seen[2].clone(), seen[3].clone()]);
        assert!(matches!(&together[..], [Ok(_), Err(PredictError::NoNumbers { .. }), Ok(_)]), "{together:?}");
    }
}
