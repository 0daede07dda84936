//! Stochastic depth: which blocks are left out, how often, and what is left of them.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, FloatDType, Tensor};
use firelight_layers::keep_statistics;
use firelight_models::weights::shapes;
use firelight_models::{Arch, Body, BodyConfig, HeadConfig, Model, Noise, Paths, UNetConfig, VisionModel};

use crate::models::{Named, assert_close, device, pictures, values};

/// A branch beside a shortcut, by the paths of its parameters.
struct Branch {
    /// Its block's number.
    block: usize,
    inside: String,
    /// Of its last layer, which its output is a multiple of.
    last: String,
}

/// A body whose branches count, and these.
fn bodies() -> Vec<(Arch, Vec<Branch>)> {
    let nested = |depths: &[usize]| -> Vec<(usize, [usize; 2])> {
        let places = depths.iter().enumerate().flat_map(|(stage, depth)| (0..*depth).map(move |block| [stage, block]));
        places.enumerate().collect()
    };
    let branch = |block, at: String, last: &str| Branch { block, last: format!("{at}{last}"), inside: at };
    let small = (0..3).map(|stage| branch(stage, format!("Small.stages.{stage}.refine."), "norm."));
    let resnet = nested(&[2; 4])
        .into_iter()
        .map(|(block, [layer, number])| branch(block, format!("ResNet.layer{}.{number}.conv", layer + 1), "2.norm."));
    let ys = nested(&[1, 1, 4, 7]).into_iter().flat_map(|(block, [stage, number])| {
        let at = format!("RegNet.stages.{stage}.{number}.");
        [branch(block, format!("{at}conv"), "3.norm.")]
    });
    let lite = [2, 4, 6, 7, 9, 10, 12, 13, 14]
        .map(|block| branch(block, format!("EfficientNetLite.blocks.{block}."), "project.norm."));
    let mobile = nested(&[1, 2, 3, 2, 3, 1])
        .into_iter()
        .filter(|(_, [stage, number])| (1..5).contains(stage) && *number > 0)
        .map(|(block, [stage, number])| branch(block, format!("MobileNet.blocks.{stage}.{number}."), "layers.2.norm."));
    let next = |last: &'static str| {
        let at = move |(block, [stage, number]): (usize, [usize; 2])| {
            branch(block, format!("ConvNeXt.stages.{stage}.blocks.{number}."), last)
        };
        nested(&[2, 2, 6, 2]).into_iter().map(at).collect()
    };
    let vit = (0..12).flat_map(|block| {
        let at = |inside: &str, last: &str| {
            let inside = format!("ViT.blocks.{block}.{inside}");
            Branch { block, last: format!("ViT.blocks.{block}.{last}"), inside }
        };
        [at("proj.", "proj."), at("fc", "fc2.")]
    });
    vec![
        (Arch::Small, small.collect()),
        (Arch::ResNet18, resnet.collect()),
        (Arch::RegNetY002, ys.collect()),
        (Arch::EfficientNetLite0, lite.into()),
        (Arch::MobileNetV3Small, mobile.collect()),
        (Arch::ConvNeXtAtto, next("gamma")),
        (Arch::ConvNeXtV2Atto, next("fc2.")),
        (Arch::ViTTiny, vit.collect()),
    ]
}

/// A body for training whose norms keep their statistics, so that rows have nothing to do with each other.
fn training(arch: Arch, rate: f64) -> Body {
    // Branches that are next to nothing at first, as `ConvNeXt`'s, are made to count.
    let body = arch.body(1, &device()).map(&mut Scaled::by("gamma", "ConvNeXt", 1e5));
    keep_statistics(body.train()).with_drop_path(rate)
}

fn wave(count: usize, side: usize) -> Tensor<4> {
    Tensor::from_inner(pictures([count, 3, side, side], &device()))
}

/// Multiplies parameters whose path begins so.
#[derive(Default)]
struct Scaled {
    factors: BTreeMap<String, f32>,
    /// Only those that end so, if any do.
    end: &'static str,
    path: Vec<String>,
}

impl Scaled {
    fn by(end: &'static str, start: &str, factor: f32) -> Self {
        Self { factors: [(start.to_owned(), factor)].into(), end, path: Vec::new() }
    }
}

impl ModuleMapper for Scaled {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        let factor = self.factors.iter().find(|(start, _)| path.starts_with(*start) && path.ends_with(self.end));
        match factor {
            Some((_, factor)) if !path.contains("running_") => param.map(|values| values * *factor),
            _ => param,
        }
    }
}

/// The largest gradient of each parameter that has one.
struct Largest<'a> {
    gradients: &'a burn::tensor::Gradients,
    path: Vec<String>,
    found: Vec<(String, f32)>,
}

impl ModuleVisitor for Largest<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad(self.gradients) {
            self.found.push((self.path.join("."), gradient.abs().max().into_scalar::<f32>()));
        }
    }
}

/// Which branches a noise keeps for the one picture of a batch: a number for each branch with a rate, one after the other.
fn kept(body: &Body, branches: &[Branch], mut noise: Noise) -> Vec<bool> {
    let rates = body.depth().rates();
    let mut draw = |branch: &Branch| match rates[branch.block] {
        rate if rate > 0.0 => noise.keep([1, 1], 1.0 - rate, &device()).into_scalar::<f32>() > 0.5,
        _ => true,
    };
    branches.iter().map(&mut draw).collect()
}

#[test]
fn blocks_have_timms_rates() {
    let reference: BTreeMap<String, Vec<f64>> =
        serde_json::from_str(include_str!("reference/depth.json")).expect("rates");
    assert!(reference.len() > 20);
    for (name, expected) in reference {
        let arch: Arch = name.parse().expect("an architecture");
        let body = BodyConfig::new(arch).fresh_body(&mut firelight_models::Fresh::zeros(), &device());
        assert!(body.depth().rates().iter().all(|rate| *rate == 0.0), "{arch}");
        let found = body.with_drop_path(0.3).depth().rates();
        assert_eq!(found.len(), expected.len(), "{arch}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{arch}: {found} is not {expected}");
        }
    }
}

#[test]
fn a_rate_of_the_last_block_alone_is_that_of_the_small_net() {
    let body = Arch::Small.body(1, &device()).with_drop_path(0.2);
    assert_eq!((body.depth().rates(), body.depth().rate()), (vec![0.0, 0.1, 0.2], 0.2));
}

/// A branch that is left out is one whose last layer is 0, and one that is kept has as much more as keeps its mean.
#[test]
fn a_picture_has_a_branch_wholly_or_not_at_all() {
    for (arch, branches) in bodies() {
        let body = training(arch, 0.6);
        let (mut out, mut all) = (0, 0);
        for seed in 0..4 {
            let noise = Noise::new(seed, 3);
            let kept = kept(&body, &branches, noise.clone());
            (out, all) = (out + kept.iter().filter(|kept| !**kept).count(), all + kept.len());
            let share = |branch: &Branch| 1.0 - body.depth().rates()[branch.block];
            let factor = |(branch, kept): (&Branch, &bool)| if *kept { (1.0 / share(branch)) as f32 } else { 0.0 };
            let factors = branches.iter().map(|branch| branch.last.clone()).zip(branches.iter().zip(&kept).map(factor));
            let oracle = body.valid().map(&mut Scaled { factors: factors.collect(), ..Scaled::default() });

            let map = body.forward_in_training(wave(1, 64), &mut noise.clone());
            assert_close(&values(map.clone()), &values(oracle.forward(wave(1, 64).inner())), 1e-4);

            let gradients = map.powf_scalar(2.0).mean().backward();
            let mut largest = Largest { gradients: &gradients, path: vec![], found: vec![] };
            body.visit(&mut largest);
            for (branch, kept) in branches.iter().zip(&kept) {
                let inside = largest.found.iter().filter(|(path, _)| path.starts_with(&branch.inside));
                let inside: Vec<f32> = inside.map(|(_, gradient)| *gradient).collect();
                assert!(inside.len() >= 2, "{arch}: {}", branch.inside);
                assert_eq!(inside.iter().any(|gradient| *gradient > 0.0), *kept, "{arch}: {}", branch.inside);
            }
        }
        assert!(out > 0 && out < all, "{arch}: {out} of {all}");
    }
}

/// `EfficientNetV2`'s lone convolutions have their activation before the shortcut.
#[test]
fn a_lone_convolution_is_left_out_with_its_activation() {
    let body = training(Arch::TfEfficientNetV2S, 0.9);
    let branch = [Branch { block: 1, inside: String::new(), last: String::new() }];
    let seed = (0..1000_u64).find(|seed| !kept(&body, &branch, Noise::new(*seed, 0))[0]).expect("a seed");
    let map = body.forward_in_training(wave(1, 32), &mut Noise::new(seed, 0));
    let gradients = map.powf_scalar(2.0).mean().backward();
    let mut largest = Largest { gradients: &gradients, path: vec![], found: vec![] };
    body.visit(&mut largest);
    let of = |block: &str| largest.found.iter().filter(|(path, _)| path.starts_with(block)).collect::<Vec<_>>();
    assert!(of("MobileNet.blocks.0.1.").iter().all(|(_, gradient)| *gradient == 0.0));
    assert!(of("MobileNet.blocks.0.0.").iter().any(|(_, gradient)| *gradient > 0.0));
}

/// Of a hundred times as many pictures as a batch has: by the number of those that keep each of the last two branches.
#[test]
fn as_many_pictures_keep_a_branch_as_its_rate_says() {
    const COUNT: usize = 1600;
    let body = training(Arch::Small, 0.5);
    let one = pictures([1, 3, 32, 32], &device());
    let outcome = |[first, second]: [f32; 2]| {
        let factors =
            [("Small.stages.1.refine.norm.".to_owned(), first), ("Small.stages.2.refine.norm.".into(), second)];
        values(body.valid().map(&mut Scaled { factors: factors.into(), ..Scaled::default() }).forward(one.clone()))
    };
    let (kept, share) = ([1.0 / 0.75, 1.0 / 0.5], [0.75, 0.5]);
    let same = Tensor::from_inner(one.clone().expand([COUNT, 3, 32, 32]));
    let map = values(body.forward_in_training(same, &mut Noise::new(5, 0)));
    let mut told = 0;
    for which in [[true, true], [true, false], [false, true], [false, false]] {
        let factor = |branch: usize| if which[branch] { kept[branch] } else { 0.0 };
        let expected = outcome([factor(0), factor(1)]);
        let scale = expected.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let near = |row: &&[f32]| row.iter().zip(&expected).all(|(found, own)| (found - own).abs() < 1e-4 * scale);
        let count = map.chunks(expected.len()).filter(near).count();
        told += count;
        let chance = |branch: usize| if which[branch] { share[branch] } else { 1.0 - share[branch] };
        let chance = chance(0) * chance(1);
        // Four standard deviations.
        let room = 4.0 * (COUNT as f64 * chance * (1.0 - chance)).sqrt();
        assert!((count as f64 - COUNT as f64 * chance).abs() < room, "{count} of {COUNT} have {which:?}");
    }
    assert_eq!(told, COUNT);
}

#[test]
fn a_branch_keeps_its_mean() {
    const COUNT: usize = 100_000;
    let body = Arch::Small.body(1, &device()).with_drop_path(0.4);
    let mut noise = Noise::new(9, 1);
    let mut paths = Paths::drawn(body.depth(), 1, &mut noise);
    let ones = Tensor::<2>::ones([COUNT, 2], &device().autodiff());
    for rate in body.depth().rates() {
        let path = paths.next_branch(&ones, true);
        assert_eq!(path.is_whole(), rate == 0.0);
        let rows = values(path.of(ones.clone()));
        let most = (1.0 / (1.0 - rate)) as f32;
        assert!(rows.chunks(2).all(|row| row == [0.0; 2] || row.iter().all(|value| (value - most).abs() < 1e-6)));
        let mean = rows.iter().map(|value| f64::from(*value)).sum::<f64>() / rows.len() as f64;
        // Four standard deviations.
        let room = 4.0 * (rate / (1.0 - rate) / COUNT as f64).sqrt() + 1e-6;
        assert!((mean - 1.0).abs() < room, "{mean} at a rate of {rate}");
    }
}

#[test]
fn evaluation_has_all_branches_bit_for_bit() {
    for (arch, _) in bodies() {
        let (plain, deep) = (training(arch, 0.0), training(arch, 0.5));
        let input = wave(2, 64);
        let bits = |body: &Body| values(body.forward(input.clone()));
        assert_eq!(bits(&plain), bits(&deep), "{arch}, on a graph");
        let bits = |body: &Body| values(body.valid().forward(input.clone().inner()));
        assert_eq!(bits(&plain), bits(&deep), "{arch}");
        let bits = |body: &Body| values(body.valid().folded().forward(input.clone().inner()));
        assert_eq!(bits(&plain), bits(&deep), "{arch}, folded");
        // Nor is there anything to leave out on a plain device.
        let noise = Noise::new(1, 1);
        let mut used = noise.clone();
        let bits = values(deep.valid().forward_in_training(input.clone().inner(), &mut used));
        assert_eq!(bits, values(plain.valid().forward(input.clone().inner())), "{arch}");
        assert_eq!(used, noise, "{arch}");
    }
}

#[test]
fn a_rate_of_0_changes_nothing_and_draws_nothing() {
    for (arch, _) in bodies() {
        let body = arch.body(1, &device().autodiff());
        let again = body.valid().train();
        let (noise, input) = (Noise::new(1, 1), wave(2, 64));
        let mut used = noise.clone();
        let before = values(body.forward(input.clone()));
        assert_eq!(values(again.forward_in_training(input.clone(), &mut used)), before, "{arch}");
        let stages = again.valid().train().stages_in_training(input, &mut used);
        assert!(!stages.is_empty());
        assert_eq!(used, noise, "{arch}");
        assert_eq!(Named::of(&body.valid()).values.len(), Named::of(&again.valid()).values.len(), "{arch}");
    }
}

#[test]
fn nothing_is_left_out_of_what_is_frozen() {
    for (arch, _) in bodies() {
        let body = training(arch, 0.6);
        let (noise, input) = (Noise::new(2, 2), wave(2, 64));
        assert_ne!(
            values(body.forward_in_training(input.clone(), &mut noise.clone())),
            values(body.forward(input.clone())),
            "{arch}"
        );
        let frozen = body.clone().freeze();
        let mut used = noise.clone();
        let found = values(frozen.forward_in_training(input.clone(), &mut used));
        assert!(found == values(frozen.forward(input)), "{arch}");
        assert_eq!(used, noise, "{arch}");
    }
}

#[test]
fn rows_of_a_share_of_the_batch_leave_out_what_the_whole_does() {
    for arch in [Arch::Small, Arch::ConvNeXtAtto, Arch::ViTTiny] {
        let config = BodyConfig::new(arch).with_pictures(2);
        let body = keep_statistics(config.body(1, &device()).train()).with_drop_path(0.6);
        let input: Tensor<4> = Tensor::from_inner(pictures([6, 6, 32, 32], &device()));
        let whole = body.forward_in_training(input.clone(), &mut Noise::new(3, 1));
        let part = body.forward_in_training(input.clone().narrow(0, 2, 3), &mut Noise::new(3, 1).from_row(2));
        assert_close(&values(part), &values(whole.clone().narrow(0, 2, 3)), 1e-5);
        let other = body.forward_in_training(input, &mut Noise::new(3, 2));
        assert_ne!(values(other), values(whole), "{arch}: another step leaves out others");
    }
}

#[test]
fn stages_and_the_last_map_leave_out_the_same() {
    for (arch, _) in bodies() {
        let body = training(arch, 0.6);
        let stages = body.stages_in_training(wave(2, 64), &mut Noise::new(4, 4));
        let map = body.forward_in_training(wave(2, 64), &mut Noise::new(4, 4));
        assert_eq!(values(stages[stages.len() - 1].clone()), values(map), "{arch}");
    }
}

#[test]
fn models_train_their_bodies_so() {
    let device = Device::flex();
    let input = wave(3, 32);
    let rate = 0.6;
    let head = HeadConfig::new(Arch::Small.features(), 2).init(2, &device);
    let vision = VisionModel::new(training(Arch::Small, rate), head.train());
    assert!((vision.drop_path() - rate).abs() < f64::EPSILON);
    let features = |noise: &mut Noise| values(vision.features_in_training(input.clone(), noise));
    assert_eq!(features(&mut Noise::new(1, 1)), features(&mut Noise::new(1, 1)));
    assert_ne!(features(&mut Noise::new(1, 1)), values(vision.features(input.clone())));

    let unet = UNetConfig::new(Arch::Small, 2).init(1, &device).train();
    assert!(unet.drop_path() == 0.0);
    let unet = firelight_models::UNet::new(training(Arch::Small, rate), unet.decoder);
    let net = firelight_models::PositionNet::new(unet.clone());
    assert_eq!((unet.drop_path(), net.drop_path()), (rate, rate));
    let last = |maps: Vec<Tensor<4>>| values(maps[3].clone());
    let drawn = last(unet.features_in_training(input.clone(), &mut Noise::new(1, 1)));
    assert_eq!(drawn, last(net.features_in_training(input.clone(), &mut Noise::new(1, 1))));
    assert_ne!(drawn, last(unet.features(input)));
}

#[test]
fn half_precision_stays_half() {
    let body = training(Arch::Small, 0.6);
    let map = body.forward_in_training(wave(2, 32).cast(FloatDType::BF16), &mut Noise::new(1, 1));
    assert_eq!(map.dtype(), FloatDType::BF16.into());
}

#[test]
fn it_is_in_no_record() {
    for (arch, _) in bodies() {
        let (plain, deep) = (arch.body(1, &device()), arch.body(1, &device()).with_drop_path(0.5));
        assert_eq!(shapes(&plain), shapes(&deep), "{arch}");
        assert_eq!(Named::of(&plain).values, Named::of(&deep).values, "{arch}");
    }
}

#[test]
#[should_panic(expected = "a drop path must be at least 0 and below 1, not 1")]
fn leaving_out_everything_is_a_programmer_error() {
    let _ = Arch::Small.body(1, &device()).with_drop_path(1.0);
}

#[test]
#[should_panic(expected = "a drop path must be at least 0 and below 1, not NaN")]
fn a_rate_is_a_number() {
    let _ = Arch::Small.body(1, &device()).with_drop_path(f64::NAN);
}
