//! Looking at what a model learned.

mod losses;
mod marked;
mod mistakes;
pub(crate) mod pages;
mod results;
mod run;

pub(crate) use marked::side_by_side;

pub use losses::HighLoss;
pub use mistakes::Mistake;

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use firelight_datablock::{Categories, Dataset};

use self::run::Run;
use crate::error::guarded;
use crate::{Evaluation, Findings, Learner, LearnerError, Part, TargetDefaults};
use firelight_models::Model;
use firelight_plots::Mark;

/// How many examples are kept of those with the highest losses.
pub(crate) const KEPT: usize = 96;

/// What a model makes of a part of the data: what is found of the target's kind, and the pictures it is about.
///
/// It is used as the findings of its kind: `seen.report()` is [`MaskFindings::report`](crate::MaskFindings::report) where the target is a mask. What every kind has are
/// the examples with the highest losses and a page.
///
/// | target | findings |
/// |---|---|
/// | one class | [`ClassFindings`](crate::ClassFindings): confusions, what they cost, scores of every class |
/// | a node of a tree | [`NodeFindings`](crate::NodeFindings): of each label how often the picked class is below it |
/// | several classes | [`TagFindings`](crate::TagFindings): scores of every class, curves of thresholds, the best of these, items with most wrong classes |
/// | values | [`ValueFindings`](crate::ValueFindings): residuals, errors and correlations of every value |
/// | a mask | [`MaskFindings`](crate::MaskFindings): IoU and Dice of every class, confusions of pixels, the items of least overlap |
/// | points | [`PointFindings`](crate::PointFindings): how far off every point is, how many are found |
/// | a box | [`BoxFindings`](crate::BoxFindings): overlaps, and how far middles and sides are off |
/// | two targets | [`PairFindings`](crate::PairFindings): those of the `first()` and those of the `second()` |
///
/// ```no_run
/// # use firelight_datablock::Masks;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Masks>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report());
/// seen.plot_top_losses(9)?.save("worst.png").ok();
/// seen.save_report("out")?; // one page with all of it
/// # Ok(())
/// # }
/// ```
pub struct Interpretation<F: TargetDefaults = Categories> {
    dataset: Dataset<F>,
    findings: F::Findings,
    /// Highest loss first.
    high: Vec<High<F::Target>>,
    pub(crate) run: Run<F>,
}

/// An example with a high loss. What is drawn is read anew: outputs of masks are large.
pub(crate) struct High<T> {
    pub item: usize,
    pub loss: f32,
    pub said: T,
    pub title: Vec<String>,
    pub mark: Option<Mark>,
}

impl<F: TargetDefaults> Deref for Interpretation<F> {
    type Target = F::Findings;

    fn deref(&self) -> &F::Findings {
        &self.findings
    }
}

/// What is found, without the data.
impl<F: TargetDefaults> fmt::Debug for Interpretation<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interpretation").field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl<F: TargetDefaults, M: Model + Sync> Learner<F, M> {
    /// Runs the model over the validation part and keeps what is found.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn interpret(&self) -> Result<Interpretation<F>, LearnerError> {
        self.interpret_on(Part::Valid)
    }

    /// Runs the model over a part of the data and keeps what is found.
    ///
    /// # Errors
    ///
    /// As [`interpret`](Self::interpret).
    pub fn interpret_on(&self, part: Part) -> Result<Interpretation<F>, LearnerError> {
        let Self { task, state, .. } = self;
        let (loader, decision) = (task.part(part)?, &task.decision);
        let (dataset, train) = (loader.dataset().clone(), task.data.train().dataset().targets());
        let fitted = dataset.fitted();
        let start = || F::Findings::start(fitted, decision, train).trusting(&state.trusted, part);
        let mut findings = guarded(|| "an interpretation".into(), start)?;
        let mut high: Vec<High<F::Target>> = Vec::new();
        let evaluation = task.each_row(state.seeing(), &loader, true, |seen| {
            let path = || dataset.path(seen.item).into_owned();
            let at = || format!("an interpretation of {}", path().display());
            guarded(at, || {
                let place = high.partition_point(|other| other.loss.total_cmp(&seen.loss).is_ge());
                if place < KEPT {
                    let said = fitted.read(seen.outputs, seen.size, decision);
                    let (title, mark) = fitted.title(seen.outputs, &said, seen.target);
                    high.insert(place, High { item: seen.item, loss: seen.loss, said, title, mark });
                    high.truncate(KEPT);
                }
                findings.add(&seen)
            })?
            .map_err(|why| LearnerError::Misfit { path: path(), why })
        })?;
        let run = Run::of(self, part, dataset.len(), evaluation.warned());
        Ok(Interpretation { dataset, findings, high, run })
    }
}

impl<F: TargetDefaults> Interpretation<F> {
    /// Loss and metrics over the part.
    pub fn evaluation(&self) -> &Evaluation {
        &self.run.evaluation
    }

    /// The file of an item of that part of the data.
    ///
    /// # Panics
    ///
    /// If there is no such item.
    pub fn path(&self, item: usize) -> Cow<'_, Path> {
        self.dataset.path(item)
    }

    pub(crate) fn dataset(&self) -> &Dataset<F> {
        &self.dataset
    }

    pub(crate) fn findings(&self) -> &F::Findings {
        &self.findings
    }

    pub(crate) fn high(&self) -> &[High<F::Target>] {
        &self.high
    }

    /// What an item is called on a page.
    pub(crate) fn name(&self, item: usize) -> String {
        let path: PathBuf = self.path(item).into_owned();
        path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }
}
