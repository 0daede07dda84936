//! What a page tells of a run beside its predictions.

use burn::tensor::{Int, Tensor};
use firelight_datablock::{Categories, DataLoaders};
use firelight_losses::{Decision, Loss, MatrixRows};
use firelight_vocab::Groups;

use crate::models::Model;
use crate::{Evaluation, History, Learner};

/// Matrices of more classes than this are not drawn.
const MOST_DRAWN: usize = 400;

/// Kept from the learner when it was interpreted.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub data: DataLoaders<Categories>,
    pub history: History,
    pub evaluation: Evaluation,
    pub metrics: Vec<String>,
    /// Names and values, in the order to be read.
    pub configuration: Vec<(&'static str, String)>,
    pub matrices: Vec<MatrixRows>,
    pub groups: Option<Groups>,
}

impl Run {
    pub fn of<L: Loss<Tensor<1, Int>>, M: Model>(learn: &Learner<Categories, L, M>, evaluation: Evaluation) -> Self {
        let classes = learn.data.vocab().len();
        Self {
            data: learn.data.clone(),
            history: learn.history.clone(),
            evaluation,
            metrics: learn.metrics.iter().map(|metric| metric.name()).collect(),
            configuration: configuration(learn),
            matrices: if classes <= MOST_DRAWN { learn.loss.matrices() } else { Vec::new() },
            groups: None,
        }
    }
}

fn configuration<L: Loss<Tensor<1, Int>>, M: Model>(learn: &Learner<Categories, L, M>) -> Vec<(&'static str, String)> {
    let (train, valid) = (learn.data.train(), learn.data.valid());
    let model = match &learn.recipe {
        Some((arch, _)) => arch.to_string(),
        None => short_type_name::<M>(),
    };
    let decision = match &learn.decision {
        Decision::Argmax => "the likeliest class".to_owned(),
        Decision::Threshold(least) => format!("every class from {least}"),
        Decision::MinimumRisk(_) => "the least expected cost".to_owned(),
    };
    vec![
        ("Model", format!("{model}, {} parameters", learn.model.num_params())),
        ("Loss", loss_name(learn)),
        ("Decision", decision),
        ("Optimizer", learn.options.rule.name().to_owned()),
        ("Training part", format!("{} pictures in batches of {}", train.dataset().len(), train.batch_size())),
        ("Validation part", format!("{} pictures", valid.dataset().len())),
        ("Transforms", learn.data.transforms().to_string()),
        ("Epochs", learn.history.epochs.len().to_string()),
        ("Seconds", format!("{:.1}", learn.history.epochs.iter().map(|row| row.seconds).sum::<f64>())),
        ("Seed", learn.options.seed.to_string()),
        ("Firelight", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

/// The type's name, or of a boxed loss what it says that it is: `PairWeighted { inner: Focal { … } … }` is
/// `PairWeighted<Focal>`.
fn loss_name<L: Loss<Tensor<1, Int>>, M: Model>(learn: &Learner<Categories, L, M>) -> String {
    let name = short_type_name::<L>();
    if !name.contains("dyn ") || learn.data.vocab().len() > MOST_DRAWN {
        return name;
    }
    let text = format!("{:?}", learn.loss);
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric()).collect::<String>();
    let names: Vec<String> = [word(&text)].into_iter().chain(text.split("inner: ").skip(1).map(word)).collect();
    names.join("<") + &">".repeat(names.len() - 1)
}

/// The type's name without the paths of modules: `PairWeighted<CrossEntropy>`.
fn short_type_name<T: ?Sized>() -> String {
    let full = std::any::type_name::<T>();
    let mut name = String::new();
    for part in full.split_inclusive(['<', '>', ',', ' ', '(', ')']) {
        name += part.rsplit("::").next().unwrap_or(part);
    }
    name
}
