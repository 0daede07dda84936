//! What is frozen, and what batch norms do.

use burn::module::{Flag, ModuleMapper, Param, ParamGroup};

use crate::LearnerError;
use crate::optim::group;
use firelight_models::Model;

/// Norm weights: batch norm's scale and shift.
const NORMS: &str = r"(^|\.)(gamma|beta)$";

/// What the batch norms of a body do while the body trains.
///
/// A body whose weights come from a file was trained with large batches over many pictures, and its running statistics are worth
/// more than those of a few pictures of yours: with [`Kept`](Self::Kept) they stay, and scales and shifts train. From scratch there
/// is nothing to keep, and [`Trained`](Self::Trained) is the way. The head's norms, which are always new, train in either case.
///
/// | body | default of a learner |
/// |---|---|
/// | made with weights from a file (`with_weights`, `pretrained`) | [`Kept`](Self::Kept) |
/// | from scratch | [`Trained`](Self::Trained), fastai's for both |
///
/// The figures behind the default are in the book's page on training.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, Norms};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// learn.with_norms(Norms::Trained).fine_tune(4, 2e-3)?; // fastai's way
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Norms {
    /// Normalise by the batch's statistics and move the running ones.
    Trained,
    /// Normalise by the running statistics, which stay as they are.
    Kept,
}

/// A copy of the model with its first `frozen` groups frozen and the others thawed.
///
/// Norms of frozen groups are frozen with them, or with `frozen_norms` off go on training. With `thawed` norms kept, those of the
/// thawed groups before the last one keep their statistics.
pub(crate) fn freeze<M: Model>(model: &M, frozen: usize, frozen_norms: bool, thawed: Norms) -> Result<M, LearnerError> {
    let groups = model.groups();
    let mut model = model.clone().unfreeze();
    for pattern in &groups[..frozen] {
        model = if frozen_norms {
            model.freeze_group(group(&[pattern])?)
        } else {
            model
                .set_require_grad_group(group(&[pattern])?, false)
                .set_require_grad_group(group(&[pattern, NORMS])?, true)
        };
    }
    let body = &groups[frozen..groups.len().saturating_sub(1).max(frozen)];
    if thawed == Norms::Kept && !body.is_empty() {
        let groups = body.iter().map(|pattern| group(&[pattern])).collect::<Result<_, _>>()?;
        model = model.map(&mut Keep { groups, path: Vec::new() });
    }
    Ok(model)
}

/// Switches off the training behaviour of the batch norms in some groups, whose weights go on training.
struct Keep {
    groups: Vec<ParamGroup>,
    /// Names and containers from the root on.
    path: Vec<(String, bool)>,
}

impl ModuleMapper for Keep {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.into(), container.ends_with("BatchNorm")));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        let path = self.path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".");
        let of_norm = self.path.last().is_some_and(|(_, of_norm)| *of_norm);
        let keep = of_norm && self.groups.iter().any(|group| group.matches(&flag.id, Some(&path)));
        if keep { flag.with_value(false) } else { flag }
    }
}
