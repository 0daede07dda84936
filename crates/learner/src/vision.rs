//! A learner for pictures of classes, from an architecture's name.

use std::path::PathBuf;

use firelight_datablock::{Categories, DataLoaders, FittedTarget, Item, MultiCategories, Values};
#[cfg(feature = "download")]
use firelight_download::Progress;
use firelight_losses::{BinaryCrossEntropy, CrossEntropy, Decision, Loss, MeanSquared};
use firelight_transforms::Normalize;

use crate::learner::check_data;
use crate::{Learner, LearnerError, Metric, accuracy, accuracy_multi, rmse};
use firelight_models::weights::load_body;
use firelight_models::{Arch, HeadConfig, VisionModel};

/// What to build a model on: an architecture, and the weights to start from.
///
/// | option | default | range |
/// |---|---|---|
/// | [`with_weights`](Self::with_weights) | none: random weights | a `.pth` or `.safetensors` file |
/// | [`with_dropout`](Self::with_dropout) | 0.5 | 0 to 1 (0 included), of the head's last layer; its first has half |
/// | [`with_seed`](Self::with_seed) | 42 | any, for the weights that start at random |
///
/// ```
/// use firelight_learner::models::Arch;
/// use firelight_learner::{Backbone, resnet34};
///
/// let pretrained = resnet34().with_weights("resnet34.pth").with_dropout(0.3);
/// let from_scratch = Backbone::from(Arch::Small).with_seed(7);
/// ```
#[derive(Debug, Clone)]
pub struct Backbone {
    arch: Arch,
    weights: Option<PathBuf>,
    dropout: f64,
    seed: u64,
}

impl From<Arch> for Backbone {
    fn from(arch: Arch) -> Self {
        Self { arch, weights: None, dropout: 0.5, seed: 42 }
    }
}

impl Backbone {
    /// Starts the body from a checkpoint file.
    pub fn with_weights(mut self, file: impl Into<PathBuf>) -> Self {
        self.weights = Some(file.into());
        self
    }

    /// Share of the head's inputs that dropout leaves out.
    pub fn with_dropout(mut self, dropout: f64) -> Self {
        self.dropout = dropout;
        self
    }

    /// Seed of the weights that start at random.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The architecture.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Starts the body from the weights that torchvision publishes, fetched once and kept under
    /// [`home`](firelight_download::home).
    ///
    /// # Errors
    ///
    /// [`LearnerError::Download`], also if there are no published weights for this architecture.
    #[cfg(feature = "download")]
    pub fn pretrained(self) -> Result<Self, LearnerError> {
        self.pretrained_with(&Progress::default())
    }

    /// [`pretrained`](Self::pretrained), which shows elsewhere how far it is.
    ///
    /// # Errors
    ///
    /// As [`pretrained`](Self::pretrained).
    #[cfg(feature = "download")]
    pub fn pretrained_with(self, progress: &Progress) -> Result<Self, LearnerError> {
        let weights = firelight_download::weights::find(self.arch.name())?;
        let file = weights.fetch_with(&firelight_download::home()?, progress)?;
        Ok(self.with_weights(file))
    }
}

/// ResNet-18, to be given weights.
pub fn resnet18() -> Backbone {
    Arch::ResNet18.into()
}

/// ResNet-34, to be given weights.
pub fn resnet34() -> Backbone {
    Arch::ResNet34.into()
}

/// ResNet-50, to be given weights.
pub fn resnet50() -> Backbone {
    Arch::ResNet50.into()
}

/// ResNet-101, to be given weights.
pub fn resnet101() -> Backbone {
    Arch::ResNet101.into()
}

/// EfficientNet-Lite0, to be given weights.
pub fn efficientnet_lite0() -> Backbone {
    Arch::EfficientNetLite0.into()
}

/// EfficientNet-Lite1, to be given weights.
pub fn efficientnet_lite1() -> Backbone {
    Arch::EfficientNetLite1.into()
}

/// EfficientNet-Lite2, to be given weights.
pub fn efficientnet_lite2() -> Backbone {
    Arch::EfficientNetLite2.into()
}

/// A kind of target that [`vision_learner`] knows what to do with.
///
/// | target | loss | metric | decision |
/// |---|---|---|---|
/// | [`Categories`] | [`CrossEntropy`] | [`accuracy`] | the likeliest class |
/// | [`MultiCategories`] | [`BinaryCrossEntropy`] | [`accuracy_multi`] | every class from 0.5 |
/// | [`Values`] | [`MeanSquared`] | [`rmse`] | – |
pub trait VisionTarget: FittedTarget {
    /// Its usual loss.
    type Loss: Loss<Self::Tensor> + Default;

    /// Its usual metrics.
    fn metrics() -> Vec<Box<dyn Metric<Self::Target>>>;

    /// How outputs become classes.
    fn decision() -> Decision {
        Decision::Argmax
    }
}

impl<I: Item + ?Sized> VisionTarget for Categories<I> {
    type Loss = CrossEntropy;

    fn metrics() -> Vec<Box<dyn Metric<usize>>> {
        vec![accuracy()]
    }
}

impl<I: Item + ?Sized> VisionTarget for MultiCategories<I> {
    type Loss = BinaryCrossEntropy;

    fn metrics() -> Vec<Box<dyn Metric<Vec<usize>>>> {
        vec![accuracy_multi()]
    }

    fn decision() -> Decision {
        Decision::Threshold(0.5)
    }
}

impl<I: Item + ?Sized> VisionTarget for Values<I> {
    type Loss = MeanSquared;

    fn metrics() -> Vec<Box<dyn Metric<Vec<f32>>>> {
        vec![rmse()]
    }
}

/// A learner for the targets of `data` on an architecture: its body, fastai's head over it with an output for each class or
/// number, and the usual loss and metric of these targets (see [`VisionTarget`]).
///
/// Pictures are normalised as the body's weights expect, unless the loaders were given statistics, be it
/// [`Normalize::none`](firelight_transforms::Normalize::none). A body with weights from a file starts frozen, as fastai's, and its
/// batch norms keep their statistics when it thaws (see [`Norms`](crate::Norms)).
///
/// ```no_run
/// use firelight_datablock::{Categories, DataLoaders};
/// use firelight_learner::{LearnerError, efficientnet_lite0, vision_learner};
///
/// fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
///     let mut learn = vision_learner(dls, efficientnet_lite0().with_weights("efficientnet-lite0.pth"))?;
///     learn.fit_head(10, 5e-3, 1)
/// }
/// ```
///
/// # Errors
///
/// [`LearnerError::Weights`] if the weights do not fit, [`LearnerError::Setting`] for a dropout outside 0 to 1, and
/// [`LearnerError::Data`] for loaders without a class or with a setting that makes no sense.
pub fn vision_learner<F: VisionTarget>(
    data: DataLoaders<F>,
    backbone: impl Into<Backbone>,
) -> Result<Learner<F>, LearnerError> {
    let Backbone { arch, weights, dropout, seed } = backbone.into();
    if !(0.0..1.0).contains(&dropout) {
        let remedy = "give a share from 0 up to, but not including, 1";
        return Err(LearnerError::Setting { setting: "dropout", value: dropout.to_string(), remedy });
    }
    check_data(&data)?;
    let device = data.device().clone().inner();
    let body = match &weights {
        Some(file) => load_body(arch, file, &device)?.0,
        None => arch.body(seed, &device),
    };
    let head = HeadConfig::new(arch.features(), data.train().dataset().fitted().outputs()).with_dropout(dropout);
    let model = VisionModel::new(body, head.init(seed.wrapping_add(1), &device));
    let data = if data.normalize_is_set() {
        data
    } else {
        let (mean, std) = arch.normalization();
        data.with_normalize(Normalize { mean, std })
    };
    let mut learner =
        Learner::new(data, model, F::Loss::default()).with_metrics(F::metrics()).with_decision(F::decision());
    learner.task.recipe = Some((arch, head));
    if weights.is_some() {
        (learner.state.body_was_loaded, learner.state.body_is_trained) = (true, true);
        learner.freeze()?;
    }
    Ok(learner)
}
