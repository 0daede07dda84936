//! Running a model over items without training it.

use burn::tensor::{Tensor, TensorData, Transaction};
use firelight_datablock::{Batch, DataError, DataLoader, FittedTarget};
use firelight_losses::{Caution, Loss, Totals};

use super::confidences::Confidences;
use super::predictions::{Predictions, SeenItem};
use crate::error::guarded;
use crate::part::Part;
use crate::state::Seeing;
use crate::task::Task;
use crate::{Learner, LearnerError};
use firelight_metrics::{Accumulator, Outcomes};
use firelight_models::Model;
use firelight_predict::Trust;
use firelight_transforms::Size;
use firelight_vocab::Vocab;

/// Loss and metrics over a part of the data.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let evaluation = learn.evaluate()?;
/// println!("loss {:.3}, metrics {:?}", evaluation.loss, evaluation.metrics);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// Mean loss: the formula that is trained, over all batches together. NaN where nothing counts, as of points of which none is known.
    pub loss: f64,
    /// Metrics in the learner's order; `None` where one is not defined.
    pub metrics: Vec<Option<f64>>,
    /// What is known to be a mistake only once probabilities are seen: a decision by cost over such that do not mean what they say. Also logged,
    /// as warnings.
    pub cautions: Vec<Caution>,
    /// Whether anything counts.
    counts: bool,
}

impl Evaluation {
    /// The same, with what there is to be cautious about logged.
    pub(crate) fn warned(self) -> Self {
        for caution in &self.cautions {
            tracing::warn!("{caution}");
        }
        self
    }

    /// The mean loss; `None` where nothing counts.
    pub(crate) fn known_loss(&self) -> Option<f64> {
        self.counts.then_some(self.loss)
    }
}

/// Adds up loss and metrics batch by batch.
pub(super) struct Tally<'a, F: FittedTarget> {
    task: &'a Task<F>,
    trust: Option<&'a Trust>,
    metrics: Vec<Box<dyn Accumulator<F::Target> + 'a>>,
    totals: Totals,
    /// Where they are weighed as they are.
    confidences: Option<Confidences>,
}

/// What a model gives for the items of a batch, on the host.
pub(super) struct Rows {
    pub outputs: Vec<f32>,
    /// The same before a calibration, where there is one.
    pub uncalibrated: Option<Vec<f32>>,
    pub columns: usize,
    pub decided: Vec<usize>,
    pub losses: Vec<f32>,
}

/// The examples of a batch: which they are, and their targets as they lie in the pictures.
struct Seen<T> {
    items: Vec<usize>,
    size: Size,
    placed: Vec<T>,
}

impl<'a, F: FittedTarget> Tally<'a, F> {
    /// With the task's metrics, or without any.
    pub fn new(task: &'a Task<F>, trust: Option<&'a Trust>, metrics: bool) -> Self {
        let metrics = if metrics { &task.metrics[..] } else { &[] };
        let confidences = trust.and_then(|trust| Confidences::weighed(&task.decision, trust));
        let metrics = metrics.iter().map(|metric| metric.start()).collect();
        Self { task, trust, metrics, totals: Totals::default(), confidences }
    }

    /// Adds a batch of raw outputs. What is wanted of it is read in one reading.
    pub fn add(&mut self, output: Tensor<2>, tensor: F::Tensor, targets: &[F::Target]) -> Rows {
        let parts = self.task.loss.parts(output.clone(), tensor);
        let (columns, reading) = self.task.activated(output);
        let reading = parts.register(reading.register(parts.per_example().inner()));
        let mut read = self.task.readings.read(reading).into_iter();
        let [outputs, losses] = [read.next(), read.next()].map(|read| floats(read.as_ref()));
        self.totals.add_read(&parts, read);
        let rows = self.task.decided(outputs, columns, self.trust);
        let Rows { outputs, decided, .. } = &rows;
        let decision = &self.task.decision;
        let outcomes = Outcomes { outputs, columns, targets, decided, decision };
        for metric in &mut self.metrics {
            metric.update(&outcomes);
        }
        if let Some(confidences) = &mut self.confidences {
            confidences.add(&outcomes);
        }
        Rows { losses, ..rows }
    }

    pub fn finish(self) -> Evaluation {
        let metrics = self.metrics.iter().map(|metric| metric.value().filter(|value| !value.is_nan())).collect();
        let nothing = |[numerator, denominator]: &[f64; 2]| *denominator == 0.0 && !numerator.is_nan();
        let counts = !self.totals.terms().iter().all(nothing);
        let cautions = self.confidences.and_then(Confidences::caution).into_iter().collect();
        Evaluation { loss: if counts { self.totals.mean() } else { f64::NAN }, metrics, cautions, counts }
    }
}

/// What was read of a tensor, row by row.
fn floats(read: Option<&TensorData>) -> Vec<f32> {
    read.into_iter().flat_map(|read| read.iter::<f32>()).collect()
}

impl<F: FittedTarget> Task<F> {
    /// A loader that serves a part as validation does, on the plain device.
    pub fn part(&self, part: Part) -> Result<DataLoader<F>, DataError> {
        let loader = match part {
            Part::Train => {
                let train = self.data.train().view().without_sampling();
                train.with_shuffle(false).with_augment(false).with_drop_last(false)
            }
            Part::Valid => self.data.valid().view(),
            Part::Test => self.data.test_part().ok_or(DataError::NoTestPart)?.view(),
        };
        Ok(loader.with_device(&self.plain_device()))
    }

    /// A loader from elsewhere on the plain device, with the classes of ours; normalised as ours where it was not told how, since it may be
    /// older than what the model's weights ask for.
    fn as_ours<G: FittedTarget>(&self, loader: &DataLoader<G>) -> Result<DataLoader<G>, LearnerError> {
        let vocab = guarded(|| "the loader's classes".into(), || loader.dataset().fitted().vocab().cloned())?;
        self.check_classes_of("the loader", vocab.as_ref())?;
        let loader = loader.view().with_device(&self.plain_device());
        let (theirs, ours) = (loader.dataset().transforms(), self.data.valid().dataset().transforms());
        if theirs.normalize_is_set() || !ours.normalize_is_set() {
            return Ok(loader);
        }
        let normalize = ours.normalize();
        Ok(loader.with_normalize(normalize))
    }

    /// Loss and metrics of a model over a loader. Nothing is kept of a batch when the next one comes.
    pub fn evaluate<M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<F>,
    ) -> Result<Evaluation, LearnerError> {
        self.run(seeing, loader, 0, true, |_, _| Ok(()))
    }

    /// What a model makes of a loader's items; `epoch` draws its augmentation, where it has one.
    pub fn predict<M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<F>,
        epoch: usize,
        metrics: bool,
    ) -> Result<(Evaluation, Predictions<F::Target>), LearnerError> {
        let mut all = Predictions::default();
        let evaluation = self.run(seeing, loader, epoch, metrics, |seen, rows| all.add(loader, seen, rows))?;
        Ok((evaluation, all))
    }

    /// Calls `each` with every item of the loader's part. Nothing is kept of a batch when the next one comes.
    pub fn each_row<M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<F>,
        metrics: bool,
        mut each: impl FnMut(SeenItem<F::Target>) -> Result<(), LearnerError>,
    ) -> Result<Evaluation, LearnerError> {
        self.run(seeing, loader, 0, metrics, |seen, rows| {
            refuse_nan(loader, &seen.items, &rows)?;
            let (size, columns) = (seen.size, rows.columns.max(1));
            // As they are where they are not calibrated.
            let before = rows.uncalibrated.as_ref().unwrap_or(&rows.outputs).chunks(columns);
            let outputs = rows.outputs.chunks(columns).zip(before);
            let mut examples = seen.items.iter().zip(&seen.placed).zip(outputs).zip(&rows.losses);
            examples.try_for_each(|(((&item, target), (outputs, uncalibrated)), &loss)| {
                each(SeenItem { item, size, outputs, uncalibrated, target, loss })
            })
        })
    }

    /// What a model makes of items that need not have targets: no losses.
    fn predict_unlabelled<G: FittedTarget, M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<G>,
    ) -> Result<Predictions<G::Target>, LearnerError> {
        let mut all = Predictions::default();
        let rows = |output: Tensor<2>, _, _: &[G::Target]| {
            let (columns, reading) = self.activated(output);
            self.decided(floats(self.readings.read(reading).first()), columns, seeing.trust)
        };
        self.pass(seeing, loader, 0, rows, |seen, rows| all.add(loader, seen, rows))?;
        Ok(all)
    }

    /// Activated outputs, still to be read, and how many there are of a row.
    fn activated(&self, output: Tensor<2>) -> (usize, Transaction) {
        // An activation may leave out what is for the loss alone.
        let activated = self.loss.activation(output).inner();
        (activated.dims()[1], Transaction::default().register(activated))
    }

    /// Calibrated outputs, and the class that the rule picks for each row; no losses.
    fn decided(&self, outputs: Vec<f32>, columns: usize, trust: Option<&Trust>) -> Rows {
        let is_of = |trust: &&Trust| trust.calibration.as_ref().is_some_and(|of| of.vocab().len() == columns);
        let (outputs, uncalibrated) = match trust.filter(is_of) {
            Some(trust) => (trust.calibrated(outputs.clone()), Some(outputs)),
            None => (outputs, None),
        };
        let decided = self.picks(&outputs, columns);
        Rows { outputs, uncalibrated, columns, decided, losses: Vec::new() }
    }

    /// The class that the rule picks for each row of activated outputs.
    pub fn picks(&self, outputs: &[f32], columns: usize) -> Vec<usize> {
        let rows = outputs.chunks(columns.max(1));
        let classes = self.data.train().dataset().fitted().vocab().map(Vocab::len);
        // One class a row is picked where a row is one class's number each: a map or a pair of targets picks elsewhere.
        if classes.is_some_and(|classes| classes != columns) {
            return vec![0; rows.len()];
        }
        rows.map(|row| self.decision.best(row).unwrap_or_default()).collect()
    }

    /// Loss and metrics of one pass over a loader.
    fn run<M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<F>,
        epoch: usize,
        metrics: bool,
        each: impl FnMut(Seen<F::Target>, Rows) -> Result<(), LearnerError>,
    ) -> Result<Evaluation, LearnerError> {
        let at = || "an evaluation".to_owned();
        let mut tally = guarded(at, || Tally::new(self, seeing.trust, metrics))?;
        let rows = |output, tensor, placed: &[F::Target]| tally.add(output, tensor, placed);
        self.pass(seeing, loader, epoch, rows, each)?;
        guarded(at, || tally.finish())
    }

    /// One pass over a loader: `rows` makes numbers on the host of a batch's raw outputs and targets, `each` takes them.
    fn pass<G: FittedTarget, M: Model + Sync>(
        &self,
        seeing: Seeing<M>,
        loader: &DataLoader<G>,
        epoch: usize,
        mut rows: impl FnMut(Tensor<2>, G::Tensor, &[G::Target]) -> Rows,
        mut each: impl FnMut(Seen<G::Target>, Rows) -> Result<(), LearnerError>,
    ) -> Result<(), LearnerError> {
        self.check_classes()?;
        seeing.trust.map_or(Ok(()), |trust| self.check_trust(trust))?;
        let model = seeing.model.for_inference();
        let bar = self.data.progress().bar(loader.num_batches(), "valid");
        for batch in loader.batches(epoch)? {
            let Batch { inputs, targets, placed, items, .. } = batch?;
            let here = || {
                let first = loader.dataset().path(items[0]).into_owned();
                format!("an evaluation, on a batch of {}, whose first item is {}", items.len(), first.display())
            };
            let [_, _, height, width] = inputs.dims();
            let size = Size::new(width as u32, height as u32);
            let rows = guarded(here, || rows(model.forward_in_chunks(inputs), targets, &placed))?;
            each(Seen { items, size, placed }, rows)?;
            bar.inc(1);
        }
        Ok(())
    }
}

/// Nothing is told of a picture for which the model has no numbers.
fn refuse_nan<F: FittedTarget>(loader: &DataLoader<F>, items: &[usize], rows: &Rows) -> Result<(), LearnerError> {
    let mut each = rows.outputs.chunks(rows.columns.max(1));
    match each.position(|row| row.iter().any(|output| output.is_nan())) {
        Some(row) => Err(LearnerError::NoNumbers { path: Some(loader.dataset().path(items[row]).into_owned()) }),
        None => Ok(()),
    }
}

impl<T: Clone> Predictions<T> {
    /// Adds what a model gives for the items of a batch.
    fn add<F: FittedTarget<Target = T>>(
        &mut self,
        loader: &DataLoader<F>,
        seen: Seen<T>,
        rows: Rows,
    ) -> Result<(), LearnerError> {
        refuse_nan(loader, &seen.items, &rows)?;
        let Seen { items, placed, .. } = seen;
        let Rows { outputs, columns, decided, losses, .. } = rows;
        self.columns = columns;
        self.items.extend(items);
        self.outputs.extend(outputs);
        self.targets.extend(placed);
        self.decided.extend(decided);
        self.losses.extend(losses);
        Ok(())
    }
}

impl<F: FittedTarget, M: Model + Sync> Learner<F, M> {
    /// Loss and metrics over the validation part.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn evaluate(&self) -> Result<Evaluation, LearnerError> {
        self.evaluate_on(Part::Valid)
    }

    /// Loss and metrics over a part of the data.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_on(&self, part: Part) -> Result<Evaluation, LearnerError> {
        Ok(self.task.evaluate(self.state.seeing(), &self.task.part(part)?)?.warned())
    }

    /// Loss and metrics over a loader of your own, as [`DataLoaders::test_labelled`](firelight_datablock::DataLoaders::test_labelled) makes it
    /// of pictures that came later: fastai's `validate(dl=…)`.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate), and [`LearnerError::OtherClasses`] for a loader of other classes.
    pub fn evaluate_of(&self, loader: &DataLoader<F>) -> Result<Evaluation, LearnerError> {
        Ok(self.task.evaluate(self.state.seeing(), &self.task.as_ours(loader)?)?.warned())
    }

    /// What the model makes of the validation part, in its order: fastai's `get_preds`.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes, and [`LearnerError::NoNumbers`] where the model gives NaN.
    pub fn predictions(&self) -> Result<Predictions<F::Target>, LearnerError> {
        self.predictions_on(Part::Valid)
    }

    /// What the model makes of a part of the data, in its order.
    ///
    /// # Errors
    ///
    /// As [`predictions`](Self::predictions).
    pub fn predictions_on(&self, part: Part) -> Result<Predictions<F::Target>, LearnerError> {
        let (_, predictions) = self.task.predict(self.state.seeing(), &self.task.part(part)?, 0, false)?;
        Ok(predictions)
    }

    /// What the model makes of the items of a loader of your own, in its order: of pictures without labels, as
    /// [`DataLoaders::test`](firelight_datablock::DataLoaders::test) serves them. There are no [losses](Predictions::losses). Pictures are
    /// normalised as the learner's, unless the loader was given statistics.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, image_files};
    /// # use firelight_learner::{Learner, LearnerError};
    /// # fn submit(learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// let inbox = learn.data().test(image_files("inbox")?)?;
    /// let seen = learn.predictions_of(&inbox)?;
    /// for (&item, &class) in seen.items.iter().zip(&seen.decided) {
    ///     println!("{},{}", inbox.dataset().path(item).display(), &learn.data().vocab()[class]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predictions`](Self::predictions), and [`LearnerError::OtherClasses`] for a loader of other classes.
    pub fn predictions_of<G: FittedTarget>(
        &self,
        loader: &DataLoader<G>,
    ) -> Result<Predictions<G::Target>, LearnerError> {
        self.task.predict_unlabelled(self.state.seeing(), &self.task.as_ours(loader)?)
    }
}
