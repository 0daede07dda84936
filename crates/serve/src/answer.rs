//! What the model says of a picture, for people and programs.

use firelight_plots::jpeg_uri;
use firelight_predict::{Answer, HowSure, NamedAnswer, Prediction, TargetKind};
use firelight_vocab::{Groups, Vocab};
use image::RgbImage;
use serde::Serialize;

use crate::told::Told;

/// Classes listed.
const SHOWN: usize = 5;

#[derive(Debug, Serialize)]
pub(crate) struct Reply<'a> {
    #[serde(flatten)]
    said: Said<'a>,
    /// The picture as the model saw it, with the evidence drawn over it, as a data URI; only where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

/// What there is to say: of a class more than the library does.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Class(Box<OneClass<'a>>),
    Both { first: Box<Self>, second: Box<Self> },
    Other(NamedAnswer<'a>),
}

#[derive(Debug, Serialize)]
struct OneClass<'a> {
    /// What the model's decision rule picks.
    class: &'a str,
    /// Its group, and the probability of all classes of that together.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_probability: Option<f32>,
    /// What this answer costs on average, from 0 (certainly right) up to the dearest mistake.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_cost: Option<f32>,
    /// The likeliest classes, likeliest first.
    likeliest: Vec<Likely<'a>>,
    /// Whether probabilities are calibrated, the set and the node.
    #[serde(flatten)]
    sure: &'a HowSure,
}

#[derive(Debug, Serialize)]
struct Likely<'a> {
    class: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    probability: f32,
}

impl<'a> Reply<'a> {
    pub fn new(answer: NamedAnswer<'a>, told: &'a Told, evidence: Option<&RgbImage>) -> Self {
        // A picture that cannot be written is left out; the answer stands without it.
        Self { said: Said::of(answer, told), evidence: evidence.and_then(|picture| jpeg_uri(picture).ok()) }
    }
}

impl<'a> Said<'a> {
    fn of(answer: NamedAnswer<'a>, told: &'a Told) -> Self {
        match (answer.kind, answer.answer) {
            (TargetKind::Category(vocab), Answer::Category(prediction)) => {
                Self::Class(Box::new(OneClass::of(prediction, vocab, told)))
            }
            (TargetKind::Pair(one, other), Answer::Pair(first, second)) => {
                let of = |kind, answer| Box::new(Self::of(NamedAnswer { kind, answer }, told));
                Self::Both { first: of(one, first), second: of(other, second) }
            }
            _ => Self::Other(answer),
        }
    }
}

impl<'a> OneClass<'a> {
    fn of(prediction: &'a Prediction, vocab: &'a Vocab, told: &'a Told) -> Self {
        let Prediction { class, index, probabilities, sure } = prediction;
        let groups = told.groups(vocab);
        let group = |class: usize| groups.map(|groups| groups.names()[groups.of(class)].as_str());
        let together =
            |groups: &Groups| groups.members(groups.of(*index)).map(|class| probabilities[class]).sum::<f32>().min(1.0);
        let likely =
            |(class, probability): (usize, f32)| Likely { class: &vocab[class], group: group(class), probability };
        Self {
            class,
            group: group(*index),
            group_probability: groups.map(together),
            expected_cost: told.expected_cost(vocab, probabilities, *index),
            likeliest: prediction.likeliest(SHOWN).into_iter().map(likely).collect(),
            sure,
        }
    }
}
