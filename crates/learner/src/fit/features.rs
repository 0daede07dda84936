//! What a frozen body makes of the pictures.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_datablock::{DataError, DataLoader, Dataset, FittedTarget};
use firelight_progress::Bar;

use crate::LearnerError;
use crate::error::guarded;
use crate::examples::Examples;
use crate::part::Part;
use crate::runs::Outcome;
use crate::sample::BodyMark;
use crate::task::Task;
use firelight_models::Model;

/// What the frozen part of a model makes of the pictures, computed once by
/// [`Learner::head_features`](crate::Learner::head_features).
///
/// Cheap to keep and to share: learners of the same data and the same body (with other losses, other heads, other rates) train
/// on it by [`Learner::fit_head_on`](crate::Learner::fit_head_on), so that what differs between them is what was meant to. A learner
/// whose body is another, or has been trained since, refuses it.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn train(mut learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let features = learn.head_features(1)?; // plain, and one draw of the augmentation
/// learn.fit_head_on(&features, 20, 5e-3)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct HeadFeatures<F: FittedTarget> {
    pub(super) draws: usize,
    pub(super) body: BodyMark,
    train: Dataset<F>,
    valid: Dataset<F>,
    /// Training items that have some, where they are not computed yet.
    expected: usize,
    /// Computed when they are needed: a run that goes on may need them no more.
    values: Arc<OnceLock<Values<F>>>,
}

#[derive(Debug)]
pub(super) struct Values<F: FittedTarget> {
    /// The training part, once for each view: first as validation sees it, then augmented.
    pub views: Vec<Features<F>>,
    /// Of the validation part, if there is one.
    pub valid: Option<Features<F>>,
}

/// What a frozen body makes of a part of the data.
#[derive(Debug)]
pub(crate) struct Features<F: FittedTarget> {
    pub values: Tensor<2>,
    pub items: Vec<usize>,
    /// As they lie in the pictures of this view.
    pub targets: Vec<F::Target>,
}

impl<F: FittedTarget> HeadFeatures<F> {
    /// Features of a body, still to be computed.
    pub(super) fn of(task: &Task<F>, body: BodyMark, draws: usize) -> Self {
        let (train, valid) = (task.data.train().dataset().clone(), task.data.valid().dataset().clone());
        Self { draws, body, train, valid, expected: 0, values: Arc::default() }
    }

    /// A run knows that they are of this body, and of how many training items.
    pub(super) fn expect(&mut self, body: BodyMark, rows: usize) {
        (self.body, self.expected) = (body, rows);
    }

    /// Training items that have some.
    pub(super) fn rows(&self) -> usize {
        self.values.get().map_or(self.expected, |values| values.views[0].items.len())
    }

    /// What a run remembers of them.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Features { body: self.body.clone(), rows: self.rows() }
    }

    /// The numbers for a learner whose data and body must be those that they are of; computed with it where they are not there yet.
    pub(super) fn values<M>(&self, task: &Task<F>, model: &M) -> Result<&Values<F>, LearnerError>
    where
        M: Model<Features = Tensor<2>> + Sync,
    {
        task.check_classes_of("the feature set", self.train.fitted().vocab())?;
        let (train, valid) = (task.data.train().dataset(), task.data.valid().dataset());
        if !(same(train, &self.train) && same(valid, &self.valid)) {
            return Err(LearnerError::Features { what: "other items, targets or transforms" });
        }
        if BodyMark::of(model)? != self.body {
            return Err(LearnerError::Features { what: "a body with other weights" });
        }
        if let Some(values) = self.values.get() {
            return Ok(values);
        }
        let values = self.pass(task, model)?;
        Ok(self.values.get_or_init(|| values))
    }

    /// Computes the numbers with the model that they are of.
    pub(super) fn compute<M>(&self, task: &Task<F>, model: &M) -> Result<(), LearnerError>
    where
        M: Model<Features = Tensor<2>> + Sync,
    {
        let values = self.pass(task, model)?;
        self.values.get_or_init(|| values);
        Ok(())
    }

    fn pass<M>(&self, task: &Task<F>, model: &M) -> Result<Values<F>, LearnerError>
    where
        M: Model<Features = Tensor<2>> + Sync,
    {
        let pass = || {
            let body = model.for_inference();
            let train = task.part(Part::Train)?;
            let valid = task.data.validates().then(|| task.part(Part::Valid)).transpose()?;
            let batches = (self.draws + 1) * train.num_batches() + valid.as_ref().map_or(0, DataLoader::num_batches);
            let bar = task.data.progress().bar(batches, "features");
            let view = |view| Features::of(&body, &train.view().with_augment(view > 0), view, &bar);
            let views = (0..=self.draws).map(view).collect::<Result<_, _>>()?;
            Ok(Values { views, valid: valid.map(|valid| Features::of(&body, &valid, 0, &bar)).transpose()? })
        };
        guarded(|| "a pass for features".into(), pass)?
    }
}

/// Whether two data sets give the same pictures with the same targets.
fn same<F: FittedTarget>(one: &Dataset<F>, other: &Dataset<F>) -> bool {
    // A target's `Debug` says all of it, the words for titles may not.
    let said = |value: &dyn Debug| format!("{value:?}");
    let mut targets = one.targets().iter().zip(other.targets());
    // Clones share what they are made of, however large, and features are mostly used with the loaders that they are of.
    let shared = std::ptr::eq(one.items(), other.items()) && std::ptr::eq(one.targets(), other.targets());
    said(one.transforms()) == said(other.transforms())
        && one.input().reader() == other.input().reader()
        && (shared
            || one.len() == other.len()
                && (0..one.len()).all(|item| one.path(item) == other.path(item) && same_file(one, other, item))
                && targets.all(|(one, other)| said(one) == said(other)))
}

/// Whether an item's picture is read from the same file.
fn same_file<F: FittedTarget>(one: &Dataset<F>, other: &Dataset<F>, item: usize) -> bool {
    matches!((one.files(item), other.files(item)), (Ok(one), Ok(other)) if one == other)
}

impl<F: FittedTarget> Features<F> {
    /// One pass of the body over a part of the data.
    pub fn of<M: Model<Features = Tensor<2>> + Sync>(
        body: &M,
        loader: &DataLoader<F>,
        epoch: usize,
        bar: &Bar,
    ) -> Result<Self, DataError> {
        let (mut values, mut items, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        for batch in loader.batches(epoch)? {
            let batch = batch?;
            values.push(body.features_in_chunks(batch.inputs));
            items.extend(batch.items);
            targets.extend(batch.placed);
            bar.inc(1);
        }
        Ok(Self { values: Tensor::cat(values, 0), items, targets })
    }

    /// Some rows as a batch on the training device.
    pub fn take(&self, fitted: &F, rows: &[usize], number: usize, device: &Device) -> Examples<2, F> {
        let numbers: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let plain = self.values.device();
        let numbers: Tensor<1, Int> = Tensor::from_data(TensorData::new(numbers, [rows.len()]), &plain);
        let targets: Vec<F::Target> = rows.iter().map(|&row| self.targets[row].clone()).collect();
        let items = rows.iter().map(|&row| self.items[row]).collect();
        let inputs = Tensor::from_inner(self.values.clone().select(0, numbers));
        let tensor = fitted.collate(&targets, device);
        Examples { inputs, targets: tensor, placed: targets, items, mixed: None, number, first: 0 }
    }
}
