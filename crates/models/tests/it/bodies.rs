//! Every family against timm: names, maps of each resolution, scores, gradients, and a pass of training. `reference/bodies.py` says how the numbers came.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use firelight_layers::keep_statistics;
use firelight_models::weights::{Checkpoint, Names, load_classifier, to_safetensors};
use firelight_models::{Arch, Classifier};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde::Deserialize;

use crate::models::{device, values};

#[derive(Deserialize)]
struct Member {
    keys: BTreeMap<String, Vec<usize>>,
    sizes: Vec<Size>,
    gradient: Told,
    moved: BTreeMap<String, Told>,
}

#[derive(Deserialize)]
struct Size {
    #[serde(rename = "size")]
    pixels: [usize; 2],
    stages: Vec<Told>,
    logits: Vec<Vec<f32>>,
}

/// A map: its shape, and of each picture the mean and the largest absolute value.
#[derive(Deserialize)]
struct Told {
    shape: Vec<usize>,
    mean: Vec<f32>,
    most: Vec<f32>,
}

impl Told {
    /// That it is this one, to `tolerance` of its largest.
    #[track_caller]
    fn is<const D: usize>(&self, what: &str, tensor: Tensor<D>, tolerance: f32) {
        assert_eq!(tensor.dims().to_vec(), self.shape, "{what}");
        let rows: Tensor<2> = tensor.flatten(1, D - 1);
        let mean = values(rows.clone().mean_dim(1));
        let most = values(rows.abs().max_dim(1));
        for (index, (theirs, largest)) in self.mean.iter().zip(&self.most).enumerate() {
            let room = tolerance * largest;
            assert!((mean[index] - theirs).abs() <= room, "{what}: mean {} is not {theirs}", mean[index]);
            assert!((most[index] - largest).abs() <= room, "{what}: largest {} is not {largest}", most[index]);
        }
    }
}

/// The members that the file beside this holds, or that of `FIRELIGHT_BODIES`.
fn members() -> BTreeMap<String, Member> {
    let other = std::env::var_os("FIRELIGHT_BODIES").map(|path| std::fs::read_to_string(path).unwrap());
    serde_json::from_str(other.as_deref().unwrap_or(include_str!("reference/bodies.json"))).unwrap()
}

/// Entry `index` of a tensor, even within ±√3: `SplitMix64`'s mix.
fn even(index: u64, seed: u64) -> f64 {
    let mut x = (index + 1).wrapping_add(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    ((x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0) * 3.0_f64.sqrt()
}

/// `reference/bodies.py` has the rule.
fn by_rule(name: &str, shape: &[usize]) -> Vec<f32> {
    let seed = name.bytes().map(u64::from).sum::<u64>() << 32;
    let fan: usize = shape.iter().skip(1).product();
    let tenth = ["bias", "running_mean", "token", "pos_embed", "grn.weight"].iter().any(|end| name.ends_with(end));
    let value = |u: f64| match name {
        _ if name.ends_with("running_var") => 1.0 + u / 2.0,
        _ if name.ends_with("gamma") => (1.0 + u / 10.0) / 5.0,
        _ if tenth => u / 10.0,
        _ if shape.len() == 1 => 1.0 + u / 10.0,
        _ => u / (fan as f64).sqrt(),
    };
    (0..shape.iter().product::<usize>() as u64).map(|index| value(even(index, seed)) as f32).collect()
}

fn pictures(count: usize, [height, width]: [usize; 2]) -> Tensor<4> {
    let wave: Vec<f32> = (0..count * 3 * height * width).map(|i| (i as f64 * 0.01 + 0.3).sin() as f32).collect();
    Tensor::<1>::from_floats(wave.as_slice(), &device()).reshape([count, 3, height, width])
}

/// The network that timm's file of weights by the rule makes.
fn network(name: &str, member: &Member, folder: &std::path::Path) -> Classifier {
    let arch: Arch = name.parse().unwrap();
    let file = folder.join(format!("{name}.safetensors"));
    let numbers = member
        .keys
        .iter()
        .map(|(key, shape)| (key, shape, by_rule(key, shape).iter().flat_map(|x| x.to_le_bytes()).collect()));
    let numbers: Vec<(_, _, Vec<u8>)> = numbers.collect();
    let views =
        numbers.iter().map(|(key, shape, bytes)| (*key, TensorView::new(Dtype::F32, (*shape).clone(), bytes).unwrap()));
    std::fs::write(&file, safetensors::serialize(views, None).unwrap()).unwrap();
    let (network, report) = load_classifier(arch, &file, &device()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!((report.tensors, &report.unused[..]), (member.keys.len(), &[][..]), "{name}");
    network
}

fn check(family: impl Fn(&str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    for (name, member) in members().iter().filter(|(name, _)| family(name)) {
        let network = network(name, member, folder.path());
        for Size { pixels: size, stages, logits } in &member.sizes {
            let maps = network.body.stages(pictures(2, *size));
            assert_eq!(maps.len(), stages.len(), "{name}");
            let arch: Arch = name.parse().unwrap();
            let channels: Vec<usize> = maps.iter().map(|map| map.dims()[1]).collect();
            assert_eq!(channels, arch.stage_channels(), "{name}");
            for (index, (map, told)) in maps.into_iter().zip(stages).enumerate() {
                told.is(&format!("{name} at {size:?}, map {index}"), map, 1e-4);
            }
            let theirs: Vec<f32> = logits.concat();
            for net in [network.clone(), network.folded()] {
                let ours = values(net.forward(pictures(2, *size)));
                let largest = theirs.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert!((ours - theirs).abs() <= 1e-4 * largest, "{name} at {size:?}: {ours} is not {theirs}");
                }
            }
        }
        trains(name, &network, member);
    }
}

/// The gradient that reaches pictures, and what batch norms keep of a pass of training.
fn trains(name: &str, network: &Classifier, told: &Member) {
    let kept = keep_statistics(network.clone().train());
    let x = Tensor::from_inner(pictures(2, [64, 64])).require_grad();
    let scores = kept.forward(x.clone());
    let gradients = (scores.clone() * scores).mean().backward();
    // A sum near a bend of an activation may fall on its other side: all that comes of it is another gradient.
    told.gradient.is(&format!("{name}, the gradient"), x.grad(&gradients).unwrap(), 1e-2);

    let network = network.clone().train();
    drop(network.forward(Tensor::from_inner(pictures(4, [64, 64]))));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("moved.safetensors");
    std::fs::write(&file, to_safetensors(&network.valid().body, Names::Timm).unwrap()).unwrap();
    let kept = Checkpoint::open(&file).unwrap();
    // EfficientNet-Lite's statistics move by a hundredth of a batch's, as TensorFlow's did; timm's by a tenth.
    let moved = told.moved.iter().filter(|(key, _)| !key.starts_with("norm_head") && !name.contains("lite"));
    for (key, told) in moved {
        let moved: Tensor<2> = Tensor::<1>::from_data(kept.read(key).unwrap(), &device()).unsqueeze();
        told.is(&format!("{name}, {key} after a pass"), moved, 1e-4);
    }
}

#[test]
fn resnets_are_timms() {
    check(|name| name.contains("resne"));
}

#[test]
fn regnets_are_timms() {
    check(|name| name.starts_with("regnet"));
}

#[test]
fn efficientnets_are_timms() {
    check(|name| name.contains("efficientnet"));
}

#[test]
fn mobilenets_are_timms() {
    check(|name| name.starts_with("mobilenet"));
}

#[test]
fn convnexts_are_timms() {
    check(|name| name.starts_with("convnext"));
}

#[test]
fn transformers_are_timms() {
    check(|name| name.starts_with("vit") || name.starts_with("deit"));
}
