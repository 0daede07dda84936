//! A model of the smallest network, in the parts that are searched: its manifest, the head of its tensors, and their numbers, which stay.

use std::sync::LazyLock;

use firelight::burn::tensor::Device;
use firelight::models::{Arch, HeadConfig, VisionModel, weights};
use firelight::predict::{Manifest, NetworkConfig, TargetKind, Trust};
use firelight::prelude::*;
use firelight::transforms::{InputReader, PictureTransforms, Resize};

use crate::sealed;

pub struct Model {
    pub manifest: Vec<u8>,
    pub head: Vec<u8>,
    numbers: Vec<u8>,
}

/// Of two classes.
pub static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let (device, vocab) = (Device::flex(), Vocab::ordered(["ant", "bee"]).expect("a vocab"));
    let head = HeadConfig::new(Arch::Small.features(), 2).with_hidden([4]);
    let net = VisionModel::new(Arch::Small.body(7, &device), head.init(7, &device));
    let decision = Decision::minimum_risk(&CostMatrix::uniform(&vocab), &vocab).expect("a rule");
    let manifest = Manifest {
        firelight: "0.1.0".into(),
        burn: "0.22.1".into(),
        network: NetworkConfig::Vision { body: Arch::Small.into(), head },
        target: TargetKind::Category(vocab),
        transforms: PictureTransforms::new()
            .with_item(Resize::crop(32))
            .with_augment(aug_transforms().size(32))
            .with_normalize(Normalize::imagenet()),
        input: InputReader::default(),
        decision,
        trust: Trust::default(),
    };
    Model::of(serde_json::to_vec(&manifest).expect("JSON"), &weights::to_bytes(&net).expect("bytes"))
});

impl Model {
    /// A manifest, and safetensors: eight bytes of their head's length, the head, and numbers.
    pub fn of(manifest: Vec<u8>, tensors: &[u8]) -> Self {
        let length = tensors.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)) as usize;
        let (head, numbers) = tensors[8..].split_at(length);
        Self { manifest, head: head.into(), numbers: numbers.into() }
    }

    /// What is searched: two lines of JSON.
    pub fn seed(&self) -> Vec<u8> {
        [&self.manifest[..], b"\n", &self.head].concat()
    }

    /// The file of two such lines.
    pub fn file(&self, kind: &str, lines: &[u8]) -> Vec<u8> {
        let end = lines.iter().position(|byte| *byte == b'\n').unwrap_or(lines.len());
        let (manifest, head) = (&lines[..end], lines.get(end + 1..).unwrap_or_default());
        sealed(kind, &[manifest, b"\n", &(head.len() as u64).to_le_bytes(), head, &self.numbers])
    }
}
