//! U-Nets: shapes, counts, the first map they make, chunks, freezing, weights in and out.

use burn::module::{Module, ModuleMapper, Param, ParamGroup};
use burn::tensor::{Device, FloatDType, Int, Tensor};
use firelight_models::{Arch, BodyConfig, Features, Fresh, Model, UNet, UNetConfig, Upsampling, weights};

use crate::models::{Named, WithoutGradient, assert_close, device, pictures, values};

/// A network without weights: for what does not depend on them.
fn empty(config: &UNetConfig) -> UNet {
    config.fresh(&mut Fresh::zeros(), &device())
}

/// Values that training changes.
fn trainable<M: Module>(module: &M) -> usize {
    let shapes = weights::shapes(module).into_iter().filter(|(path, _)| !path.contains("running_"));
    shapes.map(|(_, shape)| shape.iter().product::<usize>()).sum()
}

#[test]
fn the_table_of_stages_is_what_bodies_give() {
    let device = device();
    for arch in Arch::all() {
        let body = BodyConfig::new(arch).fresh_body(&mut Fresh::zeros(), &device);
        let stages = body.stages(Tensor::zeros([1, 3, 64, 96], &device));
        let found: Vec<[usize; 4]> = stages.iter().map(Tensor::dims).collect();
        let expected = arch.stage_channels().iter().enumerate();
        let side = |side: usize, stage| side.div_ceil(arch.finest_stride() << stage);
        let expected: Vec<_> =
            expected.map(|(stage, &channels)| [1, channels, side(64, stage), side(96, stage)]).collect();
        assert_eq!(found, expected, "{arch}");
        assert_eq!(arch.stage_channels().last(), Some(&arch.features()), "{arch}");
    }
}

#[test]
fn a_map_has_the_size_of_the_pictures() {
    let device = device();
    for arch in [Arch::Small, Arch::ResNet18, Arch::EfficientNetLite0] {
        let model = empty(&UNetConfig::new(arch, 3));
        for [height, width] in [[64, 64], [50, 70], [32, 33]] {
            let pictures = Tensor::zeros([2, 3, height, width], &device);
            assert_eq!(model.maps(pictures.clone()).dims(), [2, 3, height, width], "{arch}");
            assert_eq!(model.forward(pictures).dims(), [2, 3 * height * width], "{arch}");
        }
    }
}

#[test]
fn the_output_is_the_map_with_channels_first() {
    let device = device();
    let model = UNetConfig::new(Arch::Small, 3).init(1, &device);
    let input = pictures([2, 3, 34, 40], &device);
    let map = model.maps(input.clone());
    let scores = model.forward(input);
    for (row, class, y, x) in [(0, 0, 0, 1), (1, 2, 33, 39), (1, 1, 7, 30)] {
        let flat = scores.clone().slice([row..row + 1, (class * 34 + y) * 40 + x..(class * 34 + y) * 40 + x + 1]);
        let here = map.clone().slice([row..row + 1, class..class + 1, y..y + 1, x..x + 1]);
        assert_eq!(values(flat), values(here));
    }
}

/// Worked out from fastai's layers; 41 224 168 for 32 classes on ResNet-34 is what fastai's own summary prints for `CamVid`.
#[test]
fn there_are_as_many_parameters_as_fastais() {
    for (arch, classes, parameters) in
        [(Arch::ResNet18, 2, 31_113_008), (Arch::ResNet34, 2, 41_221_168), (Arch::ResNet34, 32, 41_224_168)]
    {
        assert_eq!(trainable(&empty(&UNetConfig::new(arch, classes))), parameters, "{arch}");
    }
    // Two convolutions of 99 channels less, and three inputs less of the last one.
    let plain = UNetConfig::new(Arch::ResNet18, 2).with_last_cross(false);
    assert_eq!(trainable(&empty(&plain)), 31_113_008 - 2 * (99 * 99 * 9 + 99) - 3 * 2);
}

#[test]
fn a_config_counts_the_weights_of_the_convolutions() {
    for config in [
        UNetConfig::new(Arch::Small, 5),
        UNetConfig::new(Arch::Small, 5).with_last_cross(false),
        UNetConfig::new(Arch::EfficientNetLite0, 2),
    ] {
        let decoder = config.decoder(&mut Fresh::zeros(), &device());
        let shapes = weights::shapes(&decoder).into_values().filter(|shape| shape.len() == 4);
        assert_eq!(config.numbers(), shapes.map(|shape| shape.iter().product::<usize>()).sum::<usize>(), "{config:?}");
    }
    assert_eq!(UNetConfig::new(Arch::Small, usize::MAX).numbers(), usize::MAX);
}

#[test]
fn a_config_without_classes_makes_no_sense() {
    assert_eq!(UNetConfig::new(Arch::Small, 0).problem().as_deref(), Some("a U-Net needs at least one class"));
    assert_eq!(UNetConfig::new(Arch::Small, 1).problem(), None);
}

#[test]
#[should_panic(expected = "a U-Net needs at least one class")]
fn no_class_is_a_programmer_error() {
    UNetConfig::new(Arch::Small, 0).init(0, &device());
}

#[test]
fn a_config_is_read_as_it_was_written() {
    let config = UNetConfig::new(Arch::ResNet34, 4).with_last_cross(false);
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(json, r#"{"arch":"resnet34","classes":4,"last_cross":false}"#);
    assert_eq!(serde_json::from_str::<UNetConfig>(&json).unwrap(), config);
}

#[test]
fn fresh_upsampling_gives_squares_of_equal_pixels() {
    let device = device();
    let twice = Upsampling::new([6, 5], &mut Fresh::seeded(3), &device);
    let map = twice.forward(pictures([2, 6, 4, 7], &device));
    let squares = values(map.clone().reshape([2, 5, 4, 2, 7, 2]).permute([0, 1, 2, 4, 3, 5]).reshape([280, 4]));
    for square in squares.chunks(4) {
        assert_eq!(square, [square[0]; 4]);
    }
    let seen = Named::of(&twice);
    let [(_, weights), (_, biases)] = seen.values.as_slice() else { panic!("a weight and a bias") };
    assert_eq!(biases, &vec![0.0; 20]);
    assert_ne!(weights[..6], weights[4 * 6..5 * 6], "other channels have other weights");
    assert!(map.max().into_scalar::<f32>() > 0.0);
}

#[test]
fn upsampling_puts_four_channels_into_squares_row_by_row() {
    struct Counted;
    impl ModuleMapper for Counted {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, shape) = (param.id, param.val().dims());
            let numbers: Tensor<1, Int> = Tensor::arange(1..5, &device());
            let numbers = if D == 4 { numbers.float() } else { Tensor::zeros([4], &device()) };
            Param::initialized(id, numbers.reshape(shape))
        }
    }
    let twice = Upsampling::new([1, 1], &mut Fresh::zeros(), &device()).map(&mut Counted);
    let map = twice.forward(Tensor::from_data([[[[1.0, 10.0]]]], &device()));
    assert_eq!(values(map), [1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0]);
}

#[test]
fn decoders_begin_as_fastais() {
    let model = UNetConfig::new(Arch::Small, 2).init(7, &device());
    let seen = Named::of(&model.decoder);
    let of = |path: &str| &seen.values.iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}")).1;
    let deviation =
        |path: &str| (of(path).iter().map(|value| value.powi(2)).sum::<f32>() / of(path).len() as f32).sqrt();
    for (path, inputs) in [("widen.weight", 9 * 128), ("narrow.weight", 9 * 256), ("blocks.0.conv1.weight", 9 * 128)] {
        let expected = (2.0 / inputs as f32).sqrt();
        assert!((deviation(path) / expected - 1.0).abs() < 0.02, "{path}: {} instead of {expected}", deviation(path));
    }
    let bound = 1.0 / (of("classes.weight").len() as f32 / 2.0).sqrt();
    assert!(of("classes.weight").iter().all(|weight| weight.abs() <= bound));
    assert!(of("classes.weight").iter().any(|weight| weight.abs() > 0.8 * bound));
    for bias in ["widen.bias", "blocks.2.conv2.bias", "blocks.1.up.conv.bias", "cross1.bias", "up.conv.bias"] {
        assert!(of(bias).iter().all(|bias| *bias == 0.0), "{bias}");
    }
    assert!(of("classes.bias").iter().all(|bias| *bias != 0.0 && bias.abs() < 0.06));
    assert_eq!(of("norm.gamma"), &vec![1.0; 128]);
    assert_eq!(of("blocks.0.norm.beta"), &vec![1e-3; 64]);
}

#[test]
fn weights_of_a_unet_depend_on_the_seed_alone() {
    let all = |seed, device: &Device| Named::of(&UNetConfig::new(Arch::Small, 2).init(seed, device)).values;
    let first = all(3, &device());
    assert_eq!(first, all(3, &device().autodiff()));
    assert_ne!(first, all(4, &device()));
}

#[test]
fn chunks_change_no_map() {
    let device = device();
    let model = UNetConfig::new(Arch::Small, 2).init(1, &device).for_inference();
    for count in [1, 2, 5] {
        let input = pictures([count, 3, 48, 40], &device);
        let whole = values(model.forward(input.clone()));
        assert_eq!(values(model.forward_in_chunks(input.clone())), whole, "{count} pictures");
        assert_eq!(values(model.classify(model.features_in_chunks(input))), whole, "{count} pictures");
    }
}

#[test]
fn chunks_change_no_score() {
    let device = device();
    let head = firelight_models::HeadConfig::new(Arch::Small.features(), 3).init(2, &device);
    let model = firelight_models::VisionModel::new(Arch::Small.body(1, &device), head).for_inference();
    for count in [1, 4, 5, 11] {
        let input = pictures([count, 3, 64, 64], &device);
        let scores = model.classify(model.features_in_chunks(input.clone()));
        assert_eq!(values(model.forward_in_chunks(input)), values(scores), "{count} pictures");
    }
}

#[test]
fn every_parameter_of_a_unet_gets_a_gradient() {
    let device = device().autodiff();
    for arch in [Arch::Small, Arch::ResNet18] {
        let model = UNetConfig::new(arch, 2).init(1, &device);
        let loss = model.forward(pictures([2, 3, 50, 64], &device)).powf_scalar(2.0).mean();
        let gradients = loss.backward();
        let without = WithoutGradient::of(&model, &gradients);
        assert!(without.visited > 30);
        assert_eq!(without.missing, Vec::<String>::new(), "{arch}");
    }
}

#[test]
fn every_parameter_of_a_unet_is_in_exactly_one_group() {
    let groups = UNetConfig::new(Arch::ResNet18, 2);
    let groups = empty(&groups).groups();
    assert_eq!(
        groups,
        [r"^body\.ResNet\.(stem|conv1|layer1|layer2)\.", r"^body\.ResNet\.(layer3|layer4)\.", r"^decoder\."]
    );
    for arch in [Arch::Small, Arch::ResNet18, Arch::EfficientNetLite0] {
        let model = empty(&UNetConfig::new(arch, 2));
        let groups: Vec<ParamGroup> =
            model.groups().iter().map(|group| ParamGroup::from_regex(group).unwrap()).collect();
        for (path, id) in &Named::of(&model).ids {
            let count = groups.iter().filter(|group| group.matches(id, Some(path))).count();
            assert_eq!(count, 1, "{path}");
        }
    }
}

#[test]
fn a_frozen_body_gives_the_decoder_what_a_plain_copy_gives() {
    let device = device();
    let mut model = UNetConfig::new(Arch::ResNet18, 2).init(1, &device.clone().autodiff());
    let groups = model.groups();
    for group in &groups[..groups.len() - 1] {
        model = model.freeze_group(ParamGroup::from_regex(group).unwrap());
    }
    let input = pictures([2, 3, 64, 50], &device);
    let tracked = model.features(Tensor::from_inner(input.clone()));
    assert!(tracked.iter().all(|map| !map.is_tracked()));
    let plain: Vec<Tensor<4>> = Features::from_inner(model.for_inference().features_in_chunks(input));
    assert_eq!(plain.len(), 6);
    let scores = model.classify(plain);
    assert!(scores.is_tracked());
    assert_close(&values(scores.inner()), &values(model.classify(tracked).inner()), 1e-4);
}

#[test]
fn for_inference_is_the_same_function() {
    let device = device();
    for arch in [Arch::Small, Arch::ResNet18] {
        let model = UNetConfig::new(arch, 2).init(1, &device.clone().autodiff());
        // Statistics that are not those of a new norm.
        model.forward(Tensor::from_inner(pictures([3, 3, 64, 64], &device) * 2.0 + 0.5));
        let input = pictures([2, 3, 50, 64], &device);
        let folded = model.for_inference();
        assert!(weights::shapes(&folded.body).len() < weights::shapes(&model.body).len());
        assert_close(&values(folded.forward(input.clone())), &values(model.valid().forward(input)), 1e-4);
    }
}

#[test]
fn features_join_map_by_map() {
    let device = device();
    let part = |from: i64, count: usize| -> Vec<Tensor<4>> {
        let numbers = |scale: usize| {
            let shape = [count, 1, 1, scale];
            Tensor::<1, Int>::arange(from..from + (count * scale) as i64, &device).float().reshape(shape)
        };
        vec![numbers(1), numbers(2)]
    };
    let joined = Features::join(vec![part(0, 1), part(10, 2)]);
    assert_eq!(values(joined[0].clone()), [0.0, 10.0, 11.0]);
    assert_eq!(values(joined[1].clone()), [0.0, 1.0, 10.0, 11.0, 12.0, 13.0]);
    assert_eq!(<Vec<Tensor<4>> as Features>::join(vec![]).len(), 0);
}

#[test]
fn half_precision_gives_scores_in_single() {
    let device = device();
    if !device.supports_dtype(FloatDType::BF16) {
        return;
    }
    let model = UNetConfig::new(Arch::Small, 2).init(1, &device);
    let input = pictures([2, 3, 64, 50], &device);
    let scores = model.forward(input.clone().cast(FloatDType::BF16));
    assert_eq!(scores.dtype(), Tensor::<1>::zeros([1], &device).dtype());
    // Eight bits of each factor, over some twenty layers.
    assert_close(&values(scores), &values(model.forward(input)), 0.1);
}

#[test]
fn the_weights_of_a_unet_come_back_from_bytes() {
    let device = device();
    let (config, input) = (UNetConfig::new(Arch::Small, 2), pictures([1, 3, 40, 40], &device));
    let model = config.init(1, &device);
    let bytes = weights::to_bytes(&model).unwrap();
    let again = weights::filled(empty(&config), bytes.clone()).unwrap();
    assert_eq!(values(again.forward(input.clone())), values(model.forward(input)));
    let other = weights::filled(empty(&config.clone().with_last_cross(false)), bytes).unwrap_err();
    assert!(other.contains("decoder.cross1"), "{other}");
}

#[test]
fn what_is_no_number_reaches_the_map() {
    let device = device();
    let model = UNetConfig::new(Arch::Small, 2).init(1, &device);
    let map = model.maps(Tensor::full([1, 3, 32, 32], f32::NAN, &device));
    assert!(values(map).iter().all(|score| score.is_nan()));
}

/// fastai's network with weights by a rule: `reference/unet.py` says which.
#[test]
fn a_unet_gives_fastais_map() {
    let device = device();
    let cases: serde_json::Value = serde_json::from_str(include_str!("reference/unet.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let [height, width] = [0, 1].map(|axis| case["size"][axis].as_u64().unwrap() as usize);
        let names = case["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let config = UNetConfig::new(Arch::ResNet18, 2).with_last_cross(case["last_cross"].as_bool().unwrap());
        let mut rule = Rule { names, path: vec![], filled: 0 };
        let model = empty(&config).map(&mut rule);
        let counters = rule.names.iter().filter(|name| name.ends_with("num_batches_tracked")).count();
        assert_eq!(rule.filled, rule.names.len() - counters, "each of fastai's tensors is one of ours");

        let input: Vec<f32> = (0..2 * 3 * height * width).map(|i| (3.0 * Rule::number(i, 0)) as f32).collect();
        let map = model.maps(Tensor::<1>::from_floats(input.as_slice(), &device).reshape([2, 3, height, width]));
        let map = values(map);
        let theirs: Vec<f32> = case["sampled"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect();
        let mut ours = Vec::new();
        for plane in map.chunks(height * width) {
            for row in (0..height).step_by(7) {
                ours.extend((0..width).step_by(9).map(|column| plane[row * width + column]));
            }
        }
        assert_close(&ours, &theirs, 1e-4);
    }
}

/// Fills a network by the rule.
struct Rule {
    /// Of fastai's state dict, in its order.
    names: Vec<String>,
    path: Vec<String>,
    filled: usize,
}

impl Rule {
    fn number(index: usize, place: usize) -> f64 {
        ((7 * index * index + 11 * index + 13 * place + 3) % 1009) as f64 / 1009.0 - 0.5
    }

    /// fastai's name for a path of ours.
    fn theirs(&self, ours: &str) -> String {
        // Behind the upsampling, which no block has after it: 8, then without the pictures 10, with them 11 and 12.
        let last =
            if self.names.iter().any(|name| name.starts_with("layers.12.")) { "layers.12.0." } else { "layers.10.0." };
        let renamed = [
            ("body.ResNet.conv1.conv.", "layers.0.0."),
            ("body.ResNet.conv1.norm.", "layers.0.1."),
            ("body.ResNet.layer1.", "layers.0.4."),
            ("body.ResNet.layer2.", "layers.0.5."),
            ("body.ResNet.layer3.", "layers.0.6."),
            ("body.ResNet.layer4.", "layers.0.7."),
            ("conv1.norm.", "bn1."),
            ("conv2.norm.", "bn2."),
            ("conv1.conv.", "conv1."),
            ("conv2.conv.", "conv2."),
            ("downsample.conv.", "downsample.0."),
            ("downsample.norm.", "downsample.1."),
            ("decoder.norm.", "layers.1."),
            ("decoder.widen.", "layers.3.0.0."),
            ("decoder.narrow.", "layers.3.1.0."),
            ("decoder.up.conv.", "layers.8.0.0."),
            ("decoder.cross1.", "layers.11.convpath.0.0."),
            ("decoder.cross2.", "layers.11.convpath.1.0."),
            ("decoder.classes.", last),
            ("gamma", "weight"),
            ("beta", "bias"),
        ];
        let name = renamed.iter().fold(ours.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs));
        let Some(block) = name.strip_prefix("decoder.blocks.") else { return name };
        let (index, rest) = block.split_once('.').unwrap();
        let parts = [("up.conv.", "shuf.0.0."), ("norm.", "bn."), ("conv1.", "conv1.0."), ("conv2.", "conv2.0.")];
        let (ours, theirs) = parts.iter().find(|(ours, _)| rest.starts_with(ours)).unwrap();
        format!("layers.{}.{theirs}{}", 4 + index.parse::<usize>().unwrap(), &rest[ours.len()..])
    }
}

impl ModuleMapper for Rule {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.theirs(&self.path.join("."));
        let place = self.names.iter().position(|theirs| *theirs == name).unwrap_or_else(|| panic!("no {name}"));
        self.filled += 1;
        let (id, shape) = (param.id, param.val().dims());
        let count: usize = shape.iter().product();
        let of = |number: f64| match name.rsplit('.').next() {
            _ if D == 4 => number * 2.0 * (3.0 / (count / shape[0]) as f64).sqrt(),
            Some("bias" | "running_mean") => number / 5.0,
            _ => 1.0 + number / 2.0,
        };
        let numbers: Vec<f32> = (0..count).map(|index| of(Self::number(index, place)) as f32).collect();
        Param::initialized(id, Tensor::<1>::from_floats(numbers.as_slice(), &device()).reshape(shape))
    }
}
