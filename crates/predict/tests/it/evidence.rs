use std::sync::Arc;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use firelight_models::{Arch, HeadConfig, Model, PositionNet, UNetConfig};
use firelight_predict::{Network, NetworkConfig, OwnModel, PredictError, Predictor, TargetKind, Vocab};
use firelight_transforms::{Normalize, PictureTransforms, Resize, Scratch, Size};

use crate::{head, model, picture};

/// With average pooling and one linear layer the gradient of an output is that layer's column over the number of cells, so the
/// evidence is known in closed form (a class activation map): what is above zero of a class, how much there is of a number.
#[test]
fn evidence_of_a_linear_head_is_the_weighted_sum_of_the_map() {
    let names = |names: &[&str]| Vocab::ordered(names.iter().copied()).expect("names");
    let kinds = [
        (TargetKind::Category(names(&["a", "b", "c"])), [true; 3]),
        (TargetKind::Categories(names(&["a", "b", "c"])), [true; 3]),
        (TargetKind::Values(3), [false; 3]),
        (TargetKind::pair(TargetKind::Category(names(&["a", "b"])), TargetKind::Values(1)), [true, true, false]),
        (
            TargetKind::pair(TargetKind::Points(names(&["nose"])), TargetKind::Categories(names(&["a"]))),
            [false, false, true],
        ),
    ];
    for (kind, scores) in kinds {
        is_the_weighted_sum(&kind, &scores);
    }
    is_the_weighted_sum(&TargetKind::Box, &[false; 4]);
}

/// `scores` says of which outputs what is below zero is left out.
fn is_the_weighted_sum(kind: &TargetKind, scores: &[bool]) {
    let outputs = scores.len();
    let linear = HeadConfig::new(Arch::Small.features(), outputs);
    let linear = linear.with_hidden([]).with_concat_pool(false).with_first_norm(false).with_dropout(0.0);
    let (mut manifest, model) = model(linear);
    manifest.target = kind.clone();
    let predictor = Predictor::new(manifest.clone(), model.for_inference(), Device::flex()).expect("a predictor");
    let seen = picture(5, 32, 32);
    let planes = manifest.transforms.planes(&seen, None, &mut Scratch::default()).expect("planes").1;
    let map = model.body.forward(Tensor::from_data(TensorData::new(planes, [1, 3, 32, 32]), &Device::flex()));
    let [_, channels, rows, columns] = map.dims();
    let map: Vec<f32> = map.into_data().iter::<f32>().collect();
    let Matrices(weights) = {
        let mut matrices = Matrices(Vec::new());
        model.head.visit(&mut matrices);
        matrices
    };
    assert_eq!(weights.len(), channels * outputs, "the one linear layer, [channels, outputs]");
    let (mut some, mut below) = (false, false);
    for (output, &score) in scores.iter().enumerate() {
        let found = predictor.explain(&seen, Some(output)).expect("evidence");
        assert_eq!((found.output, found.columns, found.heat.len()), (output, columns, rows * columns));
        let sum = |cell: usize| -> f32 {
            (0..channels).map(|c| map[c * rows * columns + cell] * weights[outputs * c + output]).sum()
        };
        let sums: Vec<f32> = (0..rows * columns).map(sum).collect();
        below |= sums.iter().any(|&sum| sum < 0.0);
        let heat: Vec<f32> = sums.iter().map(|sum| if score { sum.max(0.0) } else { sum.abs() }).collect();
        let most = heat.iter().copied().fold(0.0, f32::max);
        some |= most > 0.0;
        for (found, heat) in found.heat.iter().zip(heat) {
            let expected = if most > 0.0 { heat / most } else { 0.0 };
            assert!((found - expected).abs() < 1e-4, "{kind}, {output}: {found} instead of {expected}");
        }
    }
    assert!(some && below, "{kind}: evidence for some output, and against some");
}

/// Pictures of 32 by 24 pixels, so that rows and columns cannot be taken for each other.
fn mapped(network: NetworkConfig, model: impl Into<Network>, target: TargetKind) -> Predictor {
    let (mut manifest, _) = crate::model(head());
    let transforms = PictureTransforms::new().with_item(Resize::squish(Size::new(32, 24)));
    (manifest.network, manifest.target, manifest.transforms) =
        (network, target, transforms.with_normalize(Normalize::imagenet()));
    Predictor::new(manifest, model, Device::flex()).expect("a predictor")
}

#[test]
fn evidence_of_a_u_net_is_its_own_map() {
    let config = UNetConfig::new(Arch::Small, 3);
    let model = config.init(7, &Device::flex()).for_inference();
    let names = Vocab::ordered(["ground", "cat", "dog"]).expect("names");
    let predictor = mapped(NetworkConfig::UNet(config), model, TargetKind::Mask(names));
    let seen = picture(3, 50, 40);
    let shares = predictor.outputs_of(&seen).expect("shares");
    for class in 0..3 {
        let found = predictor.explain(&seen, Some(class)).expect("evidence");
        assert_eq!((found.output, found.columns), (class, 32));
        assert_eq!(found.heat, shares[class * 32 * 24..][..32 * 24]);
    }
    let usual = predictor.explain(&seen, None).expect("evidence");
    assert_eq!(usual.output, predictor.answer_picture(&seen).expect("an answer").output());
}

/// A position is told to be the mean place by the squares of the chances, which the heat has.
#[test]
fn evidence_of_a_position_is_where_the_chance_is() {
    let config = UNetConfig::new(Arch::Small, 2);
    let model = PositionNet::new(config.init(9, &Device::flex())).for_inference();
    let predictor = mapped(NetworkConfig::Positions(config), model, TargetKind::Box);
    let seen = picture(4, 50, 40);
    let told = predictor.outputs_of(&seen).expect("positions");
    for (side, told) in told.into_iter().enumerate() {
        let found = predictor.explain(&seen, Some(side)).expect("evidence");
        assert_eq!((found.output, found.columns, found.heat.len()), (side, 32, 32 * 24));
        assert!((found.heat.iter().copied().fold(0.0, f32::max) - 1.0).abs() < 1e-6);
        let place = |at: usize| {
            if side % 2 == 0 { (2 * (at % 32) + 1) as f32 / 32.0 } else { (2 * (at / 32) + 1) as f32 / 24.0 }
        };
        let all: f32 = found.heat.iter().map(|heat| heat * heat).sum();
        let mean = found.heat.iter().enumerate().map(|(at, heat)| heat * heat * (place(at) - 1.0)).sum::<f32>() / all;
        assert!((mean - told).abs() < 1e-4, "side {side}: {mean} instead of {told}");
    }
    assert_eq!(predictor.explain(&seen, None).expect("evidence").output, 0);
}

#[test]
fn evidence_that_there_is_none_of_is_refused_with_a_sentence() {
    let seen = picture(1, 40, 36);
    let error = crate::predictor().explain(&seen, Some(3)).unwrap_err().to_string();
    assert_eq!(error, "evidence: the model has no output 3; it has 3, counted from 0 (`TargetKind::names`)");
    let (mut manifest, model) = model(head());
    manifest.network = NetworkConfig::Own(OwnModel::new("a net of mine", &serde_json::Value::Null));
    let network = Network::Own(Arc::new(model.for_inference()));
    let own = Predictor::new(manifest, network, Device::flex()).expect("a predictor");
    own.answer_picture(&seen).expect("an answer");
    for output in [None, Some(0)] {
        let error = own.explain(&seen, output).unwrap_err().to_string();
        assert_eq!(
            error,
            "evidence: the model \"a net of mine\" is its maker's own, and where its evidence is only the program that made it can \
             tell; ask for its answer (`Predictor::answer`)"
        );
    }
}

/// The numbers of all matrices of a module.
struct Matrices(Vec<f32>);

impl ModuleVisitor for Matrices {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if D == 2 {
            self.0.extend(parameter.val().into_data().iter::<f32>());
        }
    }
}

/// Finite weights so large that the map overflows: no evidence is made of what is no number.
#[test]
fn evidence_that_is_no_number_is_an_error() {
    struct Huge;
    impl ModuleMapper for Huge {
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            parameter.map(|tensor| if D == 4 { tensor * 1e30 } else { tensor })
        }
    }
    let (manifest, model) = model(head());
    let predictor =
        Predictor::new(manifest, model.map(&mut Huge).for_inference(), Device::flex()).expect("a predictor");
    for class in [None, Some(0), Some(2)] {
        let error = predictor.explain(&picture(1, 40, 36), class).expect_err("no evidence");
        assert!(matches!(error, PredictError::NoNumbers { .. }), "{class:?}: {error}");
    }
}
