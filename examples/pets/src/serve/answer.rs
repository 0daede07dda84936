//! What the model says of a picture, for people and programs.

use firelight::plots::jpeg_uri;
use firelight::predict::{HowSure, NamedAnswer, TargetKind};
use firelight::prelude::*;
use image::RgbImage;
use serde::Serialize;

use crate::data::species;

/// Breeds listed.
const SHOWN: usize = 5;
/// Cost of another breed of the same species, where one of the other species costs 1.
const NEAR: f32 = 0.25;

#[derive(Debug, Serialize)]
pub struct Reply<'a> {
    #[serde(flatten)]
    said: Said<'a>,
    /// The picture as the model saw it, with the evidence drawn over it, as a data URI; only where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

/// What there is to say: of a class more than the library does, since here it is a breed.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Breed(Box<Breed>),
    Both { first: Box<Self>, second: Box<Self> },
    Other(NamedAnswer<'a>),
}

#[derive(Debug, Serialize)]
struct Breed {
    /// What the model's decision rule picks.
    class: String,
    /// Its species.
    group: &'static str,
    /// Probability of the species, all its breeds together.
    group_probability: f32,
    /// Cost that this answer has on average, from 0 (certainly right) to 1 (certainly the other species).
    expected_cost: f32,
    /// The likeliest breeds, likeliest first.
    likeliest: Vec<Likely>,
    /// Whether probabilities are calibrated, the set and the node.
    #[serde(flatten)]
    sure: HowSure,
}

#[derive(Debug, Serialize)]
struct Likely {
    class: String,
    group: &'static str,
    probability: f32,
}

impl<'a> Reply<'a> {
    pub fn new(answer: NamedAnswer<'a>, evidence: Option<&RgbImage>) -> Self {
        // A picture that cannot be written is left out; the answer stands without it.
        Self { said: Said::of(answer), evidence: evidence.and_then(|picture| jpeg_uri(picture).ok()) }
    }
}

impl<'a> Said<'a> {
    fn of(told: NamedAnswer<'a>) -> Self {
        match (told.kind, told.answer) {
            (TargetKind::Category(vocab), Answer::Category(prediction)) => {
                Self::Breed(Box::new(Breed::of(prediction, vocab)))
            }
            (TargetKind::Pair(one, other), Answer::Pair(first, second)) => {
                let of = |kind, answer| Box::new(Self::of(NamedAnswer { kind, answer }));
                Self::Both { first: of(one, first), second: of(other, second) }
            }
            _ => Self::Other(told),
        }
    }
}

impl Breed {
    fn of(prediction: &Prediction, vocab: &Vocab) -> Self {
        let group = species(&prediction.class);
        let (mut near, mut right) = (0.0, 0.0);
        for (name, probability) in vocab.names().iter().zip(&prediction.probabilities) {
            near += if species(name) == group { *probability } else { 0.0 };
            right += if *name == prediction.class { *probability } else { 0.0 };
        }
        let likely = |(class, probability): (usize, f32)| {
            let name = &vocab[class];
            Likely { class: name.to_string(), group: species(name), probability }
        };
        Self {
            class: prediction.class.clone(),
            group,
            group_probability: near.min(1.0),
            expected_cost: (NEAR * (near - right) + (1.0 - near)).clamp(0.0, 1.0),
            likeliest: prediction.likeliest(SHOWN).into_iter().map(likely).collect(),
            sure: prediction.sure.clone(),
        }
    }
}
