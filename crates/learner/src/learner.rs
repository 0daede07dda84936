//! Data, a model, a loss and metrics, ready to train.

use std::fmt;

use burn::tensor::Device;
use firelight_datablock::{DataError, DataLoaders, FittedTarget};
use firelight_losses::{Caution, Decision, Loss};

use crate::error::guarded;
use crate::observe::{EpochTable, Observers};
use crate::optim::Rule;
use crate::runs::Runs;
use crate::state::State;
use crate::task::{Options, Task};
use crate::{Best, Ema, History, KeepBest, LearnerError, Metric, Mix, Norms, Observer, Precision, Readings, Sam};
use firelight_models::{Model, VisionModel};
use firelight_predict::NetworkConfig;

/// Trains a model on loaders with a loss, and tells how well it does.
///
/// [`vision_learner`](crate::vision_learner) makes one for pictures of classes; [`Learner::new`] takes any
/// [`Model`].
///
/// Every fit is a transaction: it comes to its end, or its error leaves the learner with the weights, the norms' statistics, the
/// optimizer and the history that it had before. A setting that makes no sense is refused by the next fit, before it begins.
/// Evaluation and prediction take the learner as it is (`&self`), also in several threads at once.
///
/// | option | default |
/// |---|---|
/// | [`with_loss`](Self::with_loss) | plain cross entropy (from `vision_learner`) |
/// | [`with_metrics`](Self::with_metrics) | accuracy |
/// | [`with_decision`](Self::with_decision) | the likeliest class |
/// | [`with_calibration`](Self::with_calibration), [`with_prediction_sets`](Self::with_prediction_sets), [`with_nodes`](Self::with_nodes) | none: see [`calibrate`](Self::calibrate) |
/// | [`with_optimizer`](Self::with_optimizer) | [`Adam`](crate::optim::Adam) with fastai's settings |
/// | [`with_gradient_clip`](Self::with_gradient_clip) | none |
/// | [`with_accumulation`](Self::with_accumulation) | an update a batch |
/// | [`with_mix`](Self::with_mix) | none |
/// | [`with_precision`](Self::with_precision) | [`Precision::F32`] |
/// | [`with_best`](Self::with_best) | the last model of a fit stays |
/// | [`with_ema`](Self::with_ema) | the weights themselves |
/// | [`with_sam`](Self::with_sam) | the gradient of the weights |
/// | [`with_frozen_norms`](Self::with_frozen_norms) | `true` |
/// | [`with_norms`](Self::with_norms) | what the body's weights call for |
/// | [`with_seed`](Self::with_seed) | 42, for dropout, mixing and the order of features |
/// | [`with_devices`](Self::with_devices) | the loaders' device alone |
/// | [`with_steps_ahead`](Self::with_steps_ahead) | where the device works by itself |
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
pub struct Learner<F: FittedTarget, M = VisionModel> {
    pub(crate) task: Task<F>,
    pub(crate) state: State<M>,
    pub(crate) observers: Observers,
    /// What the checkpoints know, if any are kept.
    pub(crate) runs: Option<Runs>,
}

/// What it was told and how far it is, without its data and weights.
impl<F: FittedTarget, M> fmt::Debug for Learner<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Task { data, loss, metrics, decision, options, network, .. } = &self.task;
        let metrics: Vec<String> = metrics.iter().map(|metric| metric.describe()).collect();
        f.debug_struct("Learner")
            .field("pictures", &[data.train().dataset().len(), data.valid().dataset().len()])
            .field("network", network)
            .field("loss", loss)
            .field("metrics", &metrics)
            .field("decision", decision)
            .field("options", options)
            .field("epochs", &self.state.history.epochs.len())
            .finish_non_exhaustive()
    }
}

/// Whether loaders can train or at least predict. Too few pictures for a batch are enough for `fit_head`, and to predict with.
pub(crate) fn check_data<F: FittedTarget>(data: &DataLoaders<F>) -> Result<(), LearnerError> {
    match data.check() {
        Ok(()) | Err(DataError::NoBatch { .. } | DataError::NoItems { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// A learner of `model`, which moves to the loaders' device. The model may be of another learner, which it then shares nothing
    /// with.
    #[expect(clippy::needless_pass_by_value, reason = "a learner has a model of its own")]
    pub fn new(data: DataLoaders<F>, model: M, loss: impl Loss<F::Tensor> + 'static) -> Self {
        let mut observers = Observers::default();
        observers.add(EpochTable::new(data.progress().clone()));
        let task = Task {
            data,
            loss: Box::new(loss),
            metrics: Vec::new(),
            decision: Decision::Argmax,
            options: Options::default(),
            readings: Readings::default(),
            network: None,
        };
        // A copy without a graph can be moved; one with a graph, whose parameters are its leaves, cannot.
        let state = State::new(model.valid().to_device(&task.plain_device()).train());
        for caution in task.data.cautions() {
            tracing::warn!("{caution}");
        }
        Self { task, state, observers, runs: None }
    }

    /// Other loaders for what comes next: larger pictures (progressive resizing), another augmentation, batch size or split. Weights, optimizer and
    /// history stay as they are; checkpoints know which loaders a fit had. What was fitted on the data before, as a calibration, goes.
    ///
    /// Batches are put where the model is. Pictures are normalised as before, unless the loaders were given statistics.
    ///
    /// ```no_run
    /// # use burn::tensor::Device;
    /// # use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, parent_label};
    /// # use firelight_learner::{resnet18, vision_learner};
    /// # use firelight_transforms::{Resize, aug_transforms};
    /// # fn train() -> Result<(), Box<dyn std::error::Error>> {
    /// let of_size = |side| {
    ///     let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label));
    ///     let block = block.with_item_transform(Resize::crop(256)).with_batch_transforms(aug_transforms().size(side));
    ///     block.dataloaders("flowers", &Device::flex())
    /// };
    /// let mut learn = vision_learner(of_size(128)?, resnet18().with_weights("resnet18.pth"))?;
    /// learn.fine_tune(4, 2e-3)?;
    /// learn.set_data(of_size(224)?)?;
    /// learn.fit_one_cycle(2, 1e-5..1e-3)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LearnerError::OtherClasses`] unless the classes are those of the loaders before, in the same order,
    /// [`LearnerError::Setting`] for another number of outputs or pictures of other channels, and [`LearnerError::Data`] for loaders that
    /// make no sense. The learner is then as it was.
    pub fn set_data(&mut self, data: DataLoaders<F>) -> Result<(), LearnerError> {
        check_data(&data)?;
        let [fitted, before] = [&data, &self.task.data].map(|data| data.train().dataset().fitted());
        let (ours, outputs) = guarded(|| "the data's classes".into(), || (fitted.vocab().cloned(), fitted.outputs()))?;
        if let (Some(model), Some(data)) = (before.vocab(), &ours)
            && model != data
        {
            let (what, theirs, ours) = ("the model".into(), model.len(), data.len());
            return Err(LearnerError::OtherClasses { what, theirs, ours });
        }
        if outputs != before.outputs() {
            let remedy = "give data with as many numbers an item as the model has outputs";
            return Err(LearnerError::Setting { setting: "data", value: format!("of {outputs} outputs"), remedy });
        }
        if let Some(body) = self.task.network.as_ref().and_then(NetworkConfig::body) {
            let pictures = data.train().dataset().channels();
            if pictures != vec![body.channels(); body.pictures()] {
                let remedy = "give data with as many pictures an item as the model sees, of as many channels";
                return Err(LearnerError::Setting {
                    setting: "data",
                    value: format!("of channels {pictures:?}"),
                    remedy,
                });
            }
        }
        let data = if !data.normalize_is_set() && self.task.data.normalize_is_set() {
            data.with_normalize(self.task.data.transforms().normalize())
        } else {
            data
        };
        self.task.data = data.with_device(self.task.data.device());
        self.state.forget_fitted();
        if let Some(runs) = &mut self.runs {
            runs.forget_data();
        }
        for caution in self.task.data.cautions() {
            tracing::warn!("{caution}");
        }
        Ok(())
    }

    /// [`set_data`](Self::set_data) of a learner that is given away, and is gone where the data are refused.
    ///
    /// # Errors
    ///
    /// As [`set_data`](Self::set_data).
    pub fn with_data(mut self, data: DataLoaders<F>) -> Result<Self, LearnerError> {
        self.set_data(data)?;
        Ok(self)
    }

    /// The loss to train and validate with.
    pub fn with_loss(mut self, loss: impl Loss<F::Tensor> + 'static) -> Self {
        self.state.forget_fitted();
        self.task.loss = Box::new(loss);
        self.warned()
    }

    /// The metrics to show after each epoch, in place of those given before.
    pub fn with_metrics(mut self, metrics: impl IntoIterator<Item = Box<dyn Metric<F::Target>>>) -> Self {
        self.task.metrics = metrics.into_iter().collect();
        self
    }

    /// How probabilities become a class, for metrics, interpretation, prediction and the export.
    pub fn with_decision(mut self, decision: Decision) -> Self {
        self.task.decision = decision;
        self.warned()
    }

    /// What about the loss and the decision is allowed and yet often a mistake. Also logged, as warnings, when one of
    /// them is set.
    pub fn cautions(&self) -> Vec<Caution> {
        self.task.cautions()
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
        self.task.options.rule = rule.into();
        self.state.optimizer = None;
        self
    }

    /// Shortens the gradients of all parameters together to the length `most`, over 0, if they are longer: fastai's `GradientClip`,
    /// whose default is 1.
    pub fn with_gradient_clip(mut self, most: f64) -> Self {
        self.task.options.most_gradient = Some(most);
        self
    }

    /// Updates once for `batches` batches together, at least 1: as for one batch that many times as large, with any loss, weights
    /// and ignored rows, but for batch norm, which sees each batch for itself. An epoch ends with an update, of fewer batches if need
    /// be.
    pub fn with_accumulation(mut self, batches: usize) -> Self {
        self.task.options.batches_an_update = batches;
        self
    }

    /// Mixes the pictures of training batches and their targets: `MixUp::default()` or `CutMix::default()` of
    /// `firelight_transforms`. It works with every loss and on several devices.
    pub fn with_mix(mut self, mix: impl Into<Mix>) -> Self {
        self.task.options.mix = Some(mix.into());
        self
    }

    /// What training steps on pictures calculate with: mixed precision in half the memory, on devices that have it.
    ///
    /// A fit is refused with [`LearnerError::Setting`](crate::LearnerError::Setting) where a device does not support it, or where the model does not say
    /// that it [`mixes_precision`](Model::mixes_precision); those of [`Arch`](firelight_models::Arch) do.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.task.options.precision = precision;
        self
    }

    /// Keeps the best model of each fit, and ends the fit with it unless told otherwise.
    pub fn with_best(mut self, best: KeepBest) -> Self {
        self.task.options.best = Some(best);
        self
    }

    /// Keeps a moving average of the weights over each fit, validates with it and ends the fit with it.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Ema, Learner, LearnerError};
    /// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// learn.with_ema(Ema::default()).fit_one_cycle(20, 1e-3)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_ema(mut self, ema: Ema) -> Self {
        self.task.options.ema = Some(ema);
        self
    }

    /// Steps by the gradient of where the loss is highest nearby, at twice the cost; see [`Sam`].
    pub fn with_sam(mut self, sam: Sam) -> Self {
        self.task.options.sam = Some(sam);
        self
    }

    /// What batch norms do in frozen groups.
    ///
    /// `true` (default): they are frozen too and use their running statistics; the frozen body builds no graph, with its norms
    /// folded into its convolutions, which makes the frozen phase more than three times as fast. `false`: their scales, shifts and statistics go on training, as in fastai
    /// (`train_bn=True`), which needs the graph through the whole body.
    pub fn with_frozen_norms(mut self, frozen_norms: bool) -> Self {
        self.task.options.frozen_norms = frozen_norms;
        if self.state.frozen > 0 { self.frozen_again() } else { self }
    }

    /// What batch norms do in thawed groups before the last, in place of what the body's weights call for; see [`Norms`].
    pub fn with_norms(mut self, norms: Norms) -> Self {
        self.task.options.norms = Some(norms);
        self.frozen_again()
    }

    /// Trains on several devices at once: each gets an equal share of every batch and a copy of the model, and their gradients are
    /// gathered on the loaders' device, which keeps the weights, does the steps and validates. It takes a share only if it is
    /// among `devices`. They may be of other backends.
    ///
    /// The gradient is that of one device on the whole batch, the numbers of [`Noise`](firelight_models::Noise) (dropout's) too, but for one
    /// thing. Batch norms in training normalise with the statistics of their share, and their running statistics become the mean of the devices': give each device
    /// at least 8 pictures or so, or keep the norms' statistics ([`with_norms`](Self::with_norms)).
    ///
    /// A device that fails ends the fit with [`LearnerError::Device`](crate::LearnerError::Device); the learner then is as it was, and a checkpoint can be gone on
    /// from with other devices. Each step moves the weights to the devices and the gradients back.
    pub fn with_devices(mut self, devices: impl IntoIterator<Item = Device>) -> Self {
        self.task.options.devices = devices.into_iter().collect();
        self
    }

    /// Whether a training step is queued before loss and gradients of the one before are read, so that the device never waits for the host.
    ///
    /// Without this call it is where a device works by itself: on all but `flex` and `ndarray`, whose numbers are there at once. It costs the memory of
    /// the weights, and of what the optimizer knows of them, once or twice more, and observers hear of a step when the next one is queued;
    /// `false` is for a device whose memory is short. What comes of a fit is the same, but for the last bits of gradients that are
    /// [cut](Self::with_gradient_clip), since the device then finds their factor itself.
    ///
    /// A fit that adds gradients up, of several batches or devices, reads each batch at once.
    pub fn with_steps_ahead(mut self, ahead: bool) -> Self {
        self.task.options.steps_ahead = Some(ahead);
        self
    }

    /// Seed of dropout, of mixing, of the order in which a head trains on features, and of the pictures that
    /// `show_results` shows. The loaders have a seed of their own.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.task.options.seed = seed;
        self
    }

    /// Adds an observer.
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.add(observer);
        self
    }

    /// Removes the progress table and all other observers.
    pub fn without_observers(mut self) -> Self {
        self.observers.clear();
        self
    }

    /// The loaders.
    pub fn data(&self) -> &DataLoaders<F> {
        &self.task.data
    }

    /// The model on its training device.
    pub fn model(&self) -> &M {
        &self.state.model
    }

    /// The best model of the last fit, if [`with_best`](Self::with_best) asked for it.
    pub fn best(&self) -> Option<&Best<M>> {
        self.state.best.as_deref()
    }

    /// What happened in training so far.
    pub fn history(&self) -> &History {
        &self.state.history
    }

    /// How often fits and evaluations of this learner wait for a device.
    pub fn readings(&self) -> Readings {
        self.task.readings.clone()
    }

    /// Where training runs.
    pub fn device(&self) -> &Device {
        self.task.data.device()
    }
}
