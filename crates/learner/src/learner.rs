//! Data, a model, a loss and metrics, ready to train.

use burn::tensor::Device;
use firelight_datablock::{DataLoaders, FittedTarget};
use firelight_losses::{Caution, Decision, Loss};
use firelight_vocab::Vocab;

use crate::fit::{Best, KeepBest, Mix};
use crate::keep::Resumption;
use crate::models::{Arch, HeadConfig, Model, VisionModel};
use crate::observe::Progress;
use crate::optim::{Adam, GroupOptimizer, Rule, group};
use crate::{Event, Flow, History, LearnerError, Metric, Observer, Precision};

/// Norm weights: batch norm's scale and shift.
const NORMS: &str = r"(^|\.)(gamma|beta)$";

/// Trains a model on loaders with a loss, and tells how well it does.
///
/// [`vision_learner`](crate::vision_learner) makes one for pictures of classes; [`Learner::new`] takes any
/// [`Model`].
///
/// | option | default |
/// |---|---|
/// | [`with_loss`](Self::with_loss) | plain cross entropy (from `vision_learner`) |
/// | [`with_metrics`](Self::with_metrics) | accuracy |
/// | [`with_decision`](Self::with_decision) | the likeliest class |
/// | [`with_optimizer`](Self::with_optimizer) | [`Adam`] with fastai's settings |
/// | [`with_gradient_clip`](Self::with_gradient_clip) | none |
/// | [`with_accumulation`](Self::with_accumulation) | an update a batch |
/// | [`with_mix`](Self::with_mix) | none |
/// | [`with_precision`](Self::with_precision) | [`Precision::F32`] |
/// | [`with_best`](Self::with_best) | the last model of a fit stays |
/// | [`with_frozen_norms`](Self::with_frozen_norms) | `true` |
/// | [`with_seed`](Self::with_seed) | 42, for dropout |
/// | [`with_devices`](Self::with_devices) | the loaders' device alone |
/// | [`with_checkpoints`](Self::with_checkpoints) | none are kept |
/// | [`with_observer`](Self::with_observer) | a table an epoch and a bar a batch |
///
/// ```no_run
/// use firelight_datablock::{Categories, DataLoaders};
/// use firelight_learner::{LearnerError, accuracy, mean_recall, resnet18, vision_learner};
/// use firelight_losses::CrossEntropy;
///
/// fn train(dls: DataLoaders<Categories>) -> Result<(), Box<dyn std::error::Error>> {
///     let mut learn = vision_learner(dls, resnet18().with_weights("resnet18.pth"))?
///         .with_loss(CrossEntropy::new().with_label_smoothing(0.1)?)
///         .with_metrics([accuracy(), mean_recall()]);
///     learn.fine_tune(4, 2e-3)?;
///     learn.export("pets.firelight")?;
///     Ok(())
/// }
/// ```
pub struct Learner<F: FittedTarget, L, M = VisionModel> {
    pub(crate) data: DataLoaders<F>,
    pub(crate) model: M,
    pub(crate) loss: L,
    pub(crate) metrics: Vec<Box<dyn Metric<F::Target>>>,
    pub(crate) decision: Decision,
    pub(crate) optimizer: Option<GroupOptimizer>,
    pub(crate) observers: Vec<Box<dyn Observer>>,
    pub(crate) history: History,
    /// Epochs trained over all fits: the number that orders and augments the next one.
    pub(crate) epochs_done: usize,
    /// Fits begun: the number of the next one.
    pub(crate) fits: usize,
    /// Whether all that comes before the last group stays as it is, its norms' statistics too.
    pub(crate) body_is_frozen: bool,
    /// The best model of the last fit, where it was to be kept.
    pub(crate) best: Option<Best<M>>,
    pub(crate) options: Options,
    /// Where checkpoints are, if any are kept.
    pub(crate) resumption: Option<Resumption>,
    /// How the model was built, where `vision_learner` did: what an export has to tell.
    pub(crate) recipe: Option<(Arch, HeadConfig)>,
}

/// What can be chosen besides data, model, loss and metrics.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub rule: Rule,
    pub seed: u64,
    pub frozen_norms: bool,
    /// Those that share the training batches; none: the loaders' device alone.
    pub devices: Vec<Device>,
    /// The length that the gradients of all parameters together are cut to.
    pub most_gradient: Option<f64>,
    pub batches_an_update: usize,
    pub mix: Option<Mix>,
    pub precision: Precision,
    pub best: Option<KeepBest>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rule: Adam::default().into(),
            seed: 42,
            frozen_norms: true,
            devices: Vec::new(),
            most_gradient: None,
            batches_an_update: 1,
            mix: None,
            precision: Precision::F32,
            best: None,
        }
    }
}

impl<F: FittedTarget, L: Loss<F::Tensor>, M: Model> Learner<F, L, M> {
    /// A learner of `model`, which moves to the loaders' device.
    pub fn new(data: DataLoaders<F>, model: M, loss: L) -> Self {
        let device = data.device().clone().inner().autodiff();
        Self {
            model: model.to_device(&device).train(),
            data,
            loss,
            metrics: Vec::new(),
            decision: Decision::Argmax,
            optimizer: None,
            observers: vec![Box::new(Progress::default())],
            history: History::default(),
            epochs_done: 0,
            fits: 0,
            body_is_frozen: false,
            best: None,
            options: Options::default(),
            resumption: None,
            recipe: None,
        }
    }

    /// The loss to train and validate with.
    pub fn with_loss<L2: Loss<F::Tensor>>(self, loss: L2) -> Learner<F, L2, M> {
        Learner {
            loss,
            data: self.data,
            model: self.model,
            metrics: self.metrics,
            decision: self.decision,
            optimizer: self.optimizer,
            observers: self.observers,
            history: self.history,
            epochs_done: self.epochs_done,
            fits: self.fits,
            body_is_frozen: self.body_is_frozen,
            best: self.best,
            options: self.options,
            resumption: self.resumption,
            recipe: self.recipe,
        }
        .warned()
    }

    /// The metrics to show after each epoch, in place of those given before.
    pub fn with_metrics(mut self, metrics: impl IntoIterator<Item = Box<dyn Metric<F::Target>>>) -> Self {
        self.metrics = metrics.into_iter().collect();
        self
    }

    /// How probabilities become a class, for metrics, interpretation, prediction and the export.
    pub fn with_decision(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self.warned()
    }

    /// What about the loss and the decision is allowed and yet often a mistake. Also logged, as warnings, when one of
    /// them is set.
    pub fn cautions(&self) -> Vec<Caution> {
        Caution::about(&self.loss.traits(), &self.decision)
    }

    fn warned(self) -> Self {
        for caution in self.cautions() {
            tracing::warn!("{caution}");
        }
        self
    }

    /// The optimizer: one of [`optim`](crate::optim), or a [`Rule`] of any of burn's. Its rates are the schedule's, and so is its
    /// momentum where the schedule has one.
    pub fn with_optimizer(mut self, rule: impl Into<Rule>) -> Self {
        self.options.rule = rule.into();
        self.optimizer = None;
        self
    }

    /// Shortens the gradients of all parameters together to the length `most`, if they are longer: fastai's `GradientClip`, whose
    /// default is 1.
    ///
    /// # Panics
    ///
    /// Unless `most` is over 0.
    pub fn with_gradient_clip(mut self, most: f64) -> Self {
        assert!(most > 0.0, "a gradient cannot be cut to the length {most}");
        self.options.most_gradient = Some(most);
        self
    }

    /// Updates once for `batches` batches together, with the mean of their gradients: as a batch that many times as large, but
    /// for batch norm, which sees each batch for itself. An epoch ends with an update, of fewer batches if need be.
    pub fn with_accumulation(mut self, batches: usize) -> Self {
        self.options.batches_an_update = batches.max(1);
        self
    }

    /// Mixes the pictures of training batches and their targets: `MixUp::default()` or `CutMix::default()` of
    /// `firelight_transforms`. It works with every loss and on several devices.
    pub fn with_mix(mut self, mix: impl Into<Mix>) -> Self {
        self.options.mix = Some(mix.into());
        self
    }

    /// What training steps on pictures calculate with: mixed precision in half the memory, on devices that have it.
    ///
    /// A fit is refused with [`LearnerError::Setting`] where a device does not support it, or where the model does not say
    /// that it [`mixes_precision`](Model::mixes_precision); those of [`Arch`] do.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.options.precision = precision;
        self
    }

    /// Keeps the best model of each fit, and ends the fit with it unless told otherwise.
    pub fn with_best(mut self, best: KeepBest) -> Self {
        self.options.best = Some(best);
        self
    }

    /// What batch norms do in frozen groups.
    ///
    /// `true` (default): they are frozen too and use their running statistics; the frozen body builds no graph, with its norms
    /// folded into its convolutions, which makes the frozen phase more than three times as fast. `false`: their scales, shifts and statistics go on training, as in fastai
    /// (`train_bn=True`), which needs the graph through the whole body.
    pub fn with_frozen_norms(mut self, frozen_norms: bool) -> Self {
        self.options.frozen_norms = frozen_norms;
        self
    }

    /// Trains on several devices at once: each gets an equal share of every batch and a copy of the model, and their gradients are
    /// gathered on the loaders' device, which keeps the weights, does the steps and validates. It takes a share only if it is
    /// among `devices`. They may be of other backends.
    ///
    /// The gradient is that of one device on the whole batch, but for two things. Batch norms in training normalise with the
    /// statistics of their share, and their running statistics become the mean of the devices': give each device at least 8
    /// pictures or so, or freeze the norms. And dropout draws other numbers; on a processor, where devices share one stream of random
    /// numbers, not the same ones in every run.
    ///
    /// A device that fails ends the fit with [`LearnerError::Device`]; the model then is as it was at the epoch's start, and a
    /// checkpoint can be gone on from with other devices. Each step moves the weights to the devices and the gradients back.
    pub fn with_devices(mut self, devices: impl IntoIterator<Item = Device>) -> Self {
        self.options.devices = devices.into_iter().collect();
        self
    }

    /// Seed of dropout. The loaders have a seed of their own.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Adds an observer.
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Removes the progress table and all other observers.
    pub fn without_observers(mut self) -> Self {
        self.observers.clear();
        self
    }

    /// The loaders.
    pub fn data(&self) -> &DataLoaders<F> {
        &self.data
    }

    /// The model on its training device.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The best model of the last fit, if [`with_best`](Self::with_best) asked for it.
    pub fn best(&self) -> Option<&Best<M>> {
        self.best.as_ref()
    }

    /// What happened in training so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Where training runs.
    pub fn device(&self) -> &Device {
        self.data.device()
    }

    /// Freezes all parameter groups before number `group` and thaws the others; `0` thaws all. The optimizer's running
    /// means are forgotten, as in fastai.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Groups`] if the model's own patterns are wrong, and [`LearnerError::Setting`] if there is no such
    /// group.
    pub fn freeze_to(&mut self, group_number: usize) -> Result<(), LearnerError> {
        let groups = self.model.groups();
        if group_number >= groups.len() {
            return Err(LearnerError::Setting {
                setting: "freeze_to",
                value: format!("group {group_number} of {}", groups.len()),
                remedy: "groups count from 0 and the last must stay trainable",
            });
        }
        let mut model = self.model.clone().unfreeze();
        for pattern in &groups[..group_number] {
            model = if self.options.frozen_norms {
                model.freeze_group(group(&[pattern])?)
            } else {
                model
                    .set_require_grad_group(group(&[pattern])?, false)
                    .set_require_grad_group(group(&[pattern, NORMS])?, true)
            };
        }
        self.model = model;
        self.body_is_frozen = self.options.frozen_norms && group_number > 0 && group_number + 1 == groups.len();
        self.optimizer = None;
        Ok(())
    }

    /// Freezes everything but the last group, the head.
    ///
    /// # Errors
    ///
    /// As [`freeze_to`](Self::freeze_to).
    pub fn freeze(&mut self) -> Result<(), LearnerError> {
        self.freeze_to(self.model.groups().len().saturating_sub(1))
    }

    /// Trains everything.
    ///
    /// # Errors
    ///
    /// As [`freeze_to`](Self::freeze_to).
    pub fn unfreeze(&mut self) -> Result<(), LearnerError> {
        self.freeze_to(0)
    }

    /// The optimizer with what it knows; a new one if there is none, or if the model was frozen or thawed since.
    pub(crate) fn optimizer(&mut self) -> Result<&mut GroupOptimizer, LearnerError> {
        let optimizer = match self.optimizer.take() {
            Some(optimizer) => optimizer,
            None => GroupOptimizer::new(self.options.rule.clone(), &self.model.groups())?,
        };
        Ok(self.optimizer.insert(optimizer))
    }

    /// Tells every observer; stops if one wants to.
    pub(crate) fn tell(observers: &mut [Box<dyn Observer>], event: Event) -> Flow {
        let stop =
            observers.iter_mut().map(|observer| observer.observe(&event)).filter(|&flow| flow == Flow::Stop).count();
        if stop > 0 { Flow::Stop } else { Flow::Continue }
    }

    /// The loss, every metric and the decision must be built for the data's own classes.
    pub(crate) fn check_classes(&self) -> Result<(), LearnerError> {
        let loss = self.loss.vocab().map(|vocab| ("the loss".to_string(), vocab));
        let metrics = self.metrics.iter().filter_map(|m| Some((format!("the metric {:?}", m.name()), m.vocab()?)));
        let decision = self.decision.vocab().map(|vocab| ("the decision".to_string(), vocab));
        let mut all = loss.into_iter().chain(metrics).chain(decision);
        all.try_for_each(|(what, theirs)| self.check_classes_of(&what, Some(theirs)))
    }

    /// The model and all devices must do the steps' precision.
    pub(crate) fn check_precision(&self) -> Result<(), LearnerError> {
        let Options { precision, devices, .. } = &self.options;
        let home = std::slice::from_ref(self.data.device());
        precision.check(&self.model, if devices.is_empty() { home } else { devices })
    }

    /// `what` must be built for the data's own classes, if it is built for classes.
    pub(crate) fn check_classes_of(&self, what: &str, theirs: Option<&Vocab>) -> Result<(), LearnerError> {
        match (self.data.train().dataset().fitted().vocab(), theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Err(LearnerError::OtherClasses { what: what.to_owned(), theirs: theirs.len(), ours: ours.len() })
            }
            _ => Ok(()),
        }
    }
}
