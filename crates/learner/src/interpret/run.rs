//! What a page tells of a run beside its predictions.

use firelight_datablock::{Categories, DataLoaders, Item};
use firelight_losses::{Loss, MatrixRows};
use firelight_vocab::Groups;

use crate::examples::Mixing;
use crate::task::decided_by;
use crate::{Evaluation, History, Learner};
use firelight_models::Model;
use firelight_predict::NetworkConfig;

/// Matrices of more classes than this are not drawn.
const MOST_DRAWN: usize = 400;

/// Kept from the learner when it was interpreted.
#[derive(Debug, Clone)]
pub(crate) struct Run<I: Item + ?Sized> {
    pub data: DataLoaders<Categories<I>>,
    pub mixing: Mixing,
    pub history: History,
    pub evaluation: Evaluation,
    pub metrics: Vec<String>,
    /// Names and values, in the order to be read.
    pub configuration: Vec<(&'static str, String)>,
    pub matrices: Vec<MatrixRows>,
    pub groups: Option<Groups>,
}

impl<I: Item + ?Sized> Run<I> {
    pub fn of<M: Model>(learn: &Learner<Categories<I>, M>, evaluation: Evaluation) -> Self {
        let Learner { task, state, .. } = learn;
        let classes = task.data.vocab().len();
        Self {
            data: task.data.clone(),
            mixing: task.mixing(),
            history: state.history.clone(),
            evaluation,
            metrics: task.metric_names(),
            configuration: configuration(learn),
            matrices: if classes <= MOST_DRAWN { task.loss.matrices() } else { Vec::new() },
            groups: None,
        }
    }
}

fn configuration<I: Item + ?Sized, M: Model>(learn: &Learner<Categories<I>, M>) -> Vec<(&'static str, String)> {
    let Learner { task, state, .. } = learn;
    let (train, valid) = (task.data.train(), task.data.valid());
    let model = task.network.as_ref().map_or_else(short_type_name::<M>, NetworkConfig::to_string);
    vec![
        ("Model", format!("{model}, {} parameters", state.model.num_params())),
        ("Loss", task.loss.describe()),
        ("Decision", decided_by(&task.decision)),
        ("Optimizer", task.options.rule.describe().to_owned()),
        ("Training part", format!("{} pictures in batches of {}", train.dataset().len(), train.batch_size())),
        ("Validation part", format!("{} pictures", valid.dataset().len())),
        ("Transforms", task.data.transforms().to_string()),
        ("Epochs", state.history.epochs.len().to_string()),
        ("Seconds", format!("{:.1}", state.history.epochs.iter().map(|row| row.seconds).sum::<f64>())),
        ("Seed", task.options.seed.to_string()),
        ("Firelight", env!("CARGO_PKG_VERSION").to_owned()),
    ]
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
