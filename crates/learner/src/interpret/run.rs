//! What a page tells of a run beside its predictions.

use firelight_datablock::DataLoaders;
use firelight_losses::{Loss, MatrixRows};
use firelight_vocab::{Groups, Vocab};

use crate::examples::Mixing;
use crate::task::decided_by;
use crate::{Evaluation, History, Learner, Part, TargetDefaults};
use firelight_models::Model;
use firelight_predict::{NetworkConfig, TargetKind};

/// Matrices of more classes than this are not drawn.
const MOST_DRAWN: usize = 400;

/// Kept from the learner when it was interpreted.
pub(crate) struct Run<F: TargetDefaults> {
    pub data: DataLoaders<F>,
    pub mixing: Mixing,
    pub history: History,
    /// Which part was interpreted.
    pub part: &'static str,
    pub evaluation: Evaluation,
    pub metrics: Vec<String>,
    /// Names and values, in the order to be read.
    pub configuration: Vec<(&'static str, String)>,
    pub matrices: Vec<MatrixRows>,
    pub groups: Option<Groups>,
}

impl<F: TargetDefaults> Run<F> {
    pub fn of<M: Model>(learn: &Learner<F, M>, part: Part, items: usize, evaluation: Evaluation) -> Self {
        let Learner { task, state, .. } = learn;
        let part = match part {
            Part::Train => "training",
            Part::Valid => "validation",
            Part::Test => "test",
        };
        let mut configuration = configuration(learn);
        configuration.push(("Interpreted", format!("{items} pictures of the {part} part")));
        let cautions = task.cautions().into_iter().chain(evaluation.cautions.iter().cloned());
        configuration.extend(cautions.map(|caution| ("Caution", caution.to_string())));
        let fitted = task.data.train().dataset().fitted();
        // Of two targets nothing tells whose classes a matrix is about.
        let is_pair = matches!(fitted.kind(), TargetKind::Pair(..));
        let classes = fitted.vocab().filter(|_| !is_pair).map_or(0, Vocab::len);
        let is_drawn = |matrix: &MatrixRows| classes <= MOST_DRAWN && matrix.rows.len() == classes;
        Self {
            data: task.data.clone(),
            mixing: task.mixing(),
            history: state.history.clone(),
            part,
            evaluation,
            metrics: task.metric_names(),
            configuration,
            matrices: task.loss.matrices().into_iter().filter(is_drawn).collect(),
            groups: None,
        }
    }
}

fn configuration<F: TargetDefaults, M: Model>(learn: &Learner<F, M>) -> Vec<(&'static str, String)> {
    let Learner { task, state, .. } = learn;
    let (train, valid) = (task.data.train(), task.data.valid());
    let model = task.network.as_ref().map_or_else(short_type_name::<M>, NetworkConfig::to_string);
    let trust = learn.trust();
    let mut configuration = vec![
        ("Model", format!("{model}, {} parameters", state.model.num_params())),
        ("Target", train.dataset().fitted().kind().to_string()),
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
    ];
    configuration.extend(trust.calibration.iter().map(|calibration| ("Calibration", calibration.to_string())));
    configuration.extend(trust.sets.iter().map(|sets| ("Prediction sets", sets.to_string())));
    configuration.extend(trust.nodes.iter().map(|nodes| ("Nodes", nodes.to_string())));
    configuration.extend(task.data.changes().map(|changes| ("Corrected", changes.to_string())));
    configuration
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
