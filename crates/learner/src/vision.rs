//! A learner for pictures of classes, from an architecture's name.

use std::path::{Path, PathBuf};

use firelight_datablock::{DataLoaders, FittedTarget};
#[cfg(feature = "download")]
use firelight_download::Progress;
use firelight_losses::{ClassHead, KnownValues, PointMaps};
use firelight_models::weights::{Preset, load_body};
use firelight_models::{Arch, Body, BodyConfig, Fresh, HeadConfig, Model, PositionNet, UNet, UNetConfig, VisionModel};
use firelight_predict::NetworkConfig;
use firelight_transforms::Normalize;
use firelight_vocab::Vocab;

use crate::learner::check_data;
use crate::{Learner, LearnerError, MapTarget, PositionTarget, TargetDefaults, VisionTarget};

/// What to build a model on: an architecture, and the weights to start from.
///
/// | option | default | range |
/// |---|---|---|
/// | [`with_weights`](Self::with_weights) | none: random weights | a `.pth` or `.safetensors` file |
/// | [`with_dropout`](Self::with_dropout) | 0.5 | 0 to 1 (0 included), of the head's last layer; its first has half |
/// | [`with_drop_path`](Self::with_drop_path) | 0 | 0 to 1 (0 included), how often steps leave out the last block of the body; others less |
/// | [`with_head`](Self::with_head) | linear | for one class an item: what the last layer is |
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
    preset: Preset,
    weights: Option<PathBuf>,
    dropout: f64,
    drop_path: f64,
    last_cross: bool,
    head: ClassHead,
    seed: u64,
}

impl From<Arch> for Backbone {
    fn from(arch: Arch) -> Self {
        Preset::from(arch).into()
    }
}

/// What weights expect of pictures; the weights themselves are given to [`with_weights`](Backbone::with_weights).
impl From<Preset> for Backbone {
    fn from(preset: Preset) -> Self {
        let (weights, head) = (None, ClassHead::Linear);
        Self { preset, weights, dropout: 0.5, drop_path: 0.0, last_cross: true, head, seed: 42 }
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

    /// Leaves blocks of the body out of training steps, picture by picture, and takes their shortcut alone: stochastic depth, timm's
    /// `drop_path_rate`. The first block stays, and the last is left out in about `rate` of the steps
    /// ([`StochasticDepth`](firelight_models::StochasticDepth) has the rule and its source). Default 0, none.
    ///
    /// It is for bodies that train for long, above all large ones: from 0.05 to 0.2, and less for fine-tuning. Frozen blocks, features that are
    /// computed once, validation, predictions and exports have all blocks; weights and their files are the same with it and without.
    ///
    /// ```no_run
    /// use firelight_datablock::{Categories, DataLoaders};
    /// use firelight_learner::models::Arch;
    /// use firelight_learner::{Backbone, LearnerError, vision_learner};
    ///
    /// fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    ///     let mut learn = vision_learner(dls, Backbone::from(Arch::ConvNeXtAtto).with_drop_path(0.1))?;
    ///     learn.fit_one_cycle(50, 1e-3)
    /// }
    /// ```
    pub fn with_drop_path(mut self, rate: f64) -> Self {
        self.drop_path = rate;
        self
    }

    /// Whether the pictures join the last map of [`unet_learner`], before two more convolutions (fastai's `last_cross`): finer edges, for about
    /// twice the work. Default `true`.
    pub fn with_last_cross(mut self, last_cross: bool) -> Self {
        self.last_cross = last_cross;
        self
    }

    /// What the head's last layer is: one that knows a tree makes nearer mistakes. The learner then has the loss that goes with it
    /// ([`loss_of`](firelight_losses::loss_of)) instead of cross entropy, unless it is given another one that reads such rows.
    ///
    /// ```no_run
    /// use firelight_datablock::{Categories, DataLoaders};
    /// use firelight_learner::{LearnerError, efficientnet_lite0, vision_learner};
    /// use firelight_losses::{ClassHead, ClassTree, Taxonomy};
    ///
    /// fn train(dls: DataLoaders<Categories>) -> Result<(), LearnerError> {
    ///     let kinds = Taxonomy::from_paths(["cat/Bengal", "cat/Siamese", "dog/hound/beagle", "dog/pug"]).unwrap();
    ///     let tree = ClassTree::new(&kinds, dls.vocab())?;
    ///     let body = efficientnet_lite0().with_weights("efficientnet-lite0.pth");
    ///     let mut learn = vision_learner(dls, body.with_head(ClassHead::frame(&tree)?))?;
    ///     learn.fit_head(10, 5e-3, 1)?;
    ///     learn.export("pets.firelight") // as any classifier
    /// }
    /// ```
    pub fn with_head(mut self, head: ClassHead) -> Self {
        self.head = head;
        self
    }

    /// Seed of the weights that start at random.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The architecture.
    pub fn arch(&self) -> Arch {
        self.preset.arch
    }

    /// What its weights expect of pictures: normalisation, size, resampling and crop. Learners normalise by it; a recipe's `Resize` is the
    /// program's.
    pub fn preset(&self) -> &Preset {
        &self.preset
    }

    /// The weights' file, if it starts from one.
    pub fn weights(&self) -> Option<&Path> {
        self.weights.as_deref()
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
        let weights = firelight_download::weights::find(self.preset.arch.name())?;
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

/// A learner for the targets of `data` on an architecture: its body, fastai's head over it with an output for each class or
/// number, and the usual loss and metric of these targets (see [`TargetDefaults`](crate::TargetDefaults)).
///
/// Values are told in units of the training part, whose mean and spread the head has ([`Units`](firelight_models::Units)), so that ages and prices are
/// learned alike. An optimizer whose steps are as long as gradients, as [`Sgd`](crate::optim::Sgd), takes a rate for these units.
///
/// Pictures are normalised as the body's weights expect, unless the loaders were given statistics, be it
/// [`Normalize::none`](firelight_transforms::Normalize::none). A body with weights from a file starts frozen, as fastai's, and its
/// batch norms keep their statistics when it thaws (see [`Norms`](crate::Norms)).
///
/// The body is made for the pictures of the data, of as many channels and as many an item as their input block says
/// ([`InputBlock::channels`](firelight_datablock::InputBlock::channels)): see [`BodyConfig`] for what it makes of several, and for their
/// normalisation. The first convolution of trained weights is adapted ([`load_body`]) and frozen with the body, as fastai's is: the less
/// the channels are like colours, the sooner the body should thaw.
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
/// [`LearnerError::Weights`] if the weights do not fit, [`LearnerError::Setting`] for a dropout or a drop path outside 0 to 1, pictures of an item with different
/// channels or a head that knows a tree for anything but one class an item, [`LearnerError::OtherClasses`] for a head of other classes, and
/// [`LearnerError::Data`] for loaders without a class or with a setting that makes no sense.
pub fn vision_learner<F: VisionTarget>(
    data: DataLoaders<F>,
    backbone: impl Into<Backbone>,
) -> Result<Learner<F>, LearnerError> {
    let backbone = backbone.into();
    check_share("dropout", backbone.dropout)?;
    let config = backbone.config(&data)?;
    let body = backbone.body(&config, &data)?;
    let fitted = data.train().dataset().fitted();
    if let Some(theirs) = backbone.head.vocab().filter(|theirs| !fitted.knows(theirs)) {
        let (what, ours) = ("the head".into(), fitted.vocab().map_or(0, Vocab::len));
        return Err(LearnerError::OtherClasses { what, theirs: theirs.len(), ours });
    }
    let head = HeadConfig::new(config.features(), fitted.outputs()).with_dropout(backbone.dropout);
    let head = head.with_end(backbone.head.clone()).with_units(fitted.units(data.train().dataset().targets()));
    let model = VisionModel::new(body, head.init(backbone.seed.wrapping_add(1), &data.device().clone().inner()));
    backbone.learner(data, model, NetworkConfig::Vision { body: config, head })
}

/// A learner for masks on an architecture: its body with a decoder over it that gives a score for each class and pixel, fastai's
/// `unet_learner`, and the usual loss and metrics (see [`TargetDefaults`](crate::TargetDefaults)).
///
/// Normalisation, freezing and batch norms are as of [`vision_learner`]. Pictures are of any size from 32 pixels.
///
/// ```no_run
/// use firelight_datablock::{DataLoaders, Masks};
/// use firelight_learner::{LearnerError, resnet34, unet_learner};
///
/// fn train(dls: DataLoaders<Masks>) -> Result<(), LearnerError> {
///     let mut learn = unet_learner(dls, resnet34().with_weights("resnet34.pth"))?;
///     learn.fine_tune(8, 1e-3)
/// }
/// ```
///
/// # Errors
///
/// As [`vision_learner`]; the backbone's dropout has no part.
pub fn unet_learner<F: MapTarget>(
    data: DataLoaders<F>,
    backbone: impl Into<Backbone>,
) -> Result<Learner<F, UNet>, LearnerError> {
    let backbone = backbone.into();
    let classes = data.train().dataset().fitted().outputs();
    let config = UNetConfig::new(backbone.config(&data)?, classes).with_last_cross(backbone.last_cross);
    let model = backbone.unet(&config, &data)?;
    backbone.learner(data, model, NetworkConfig::UNet(config))
}

/// A learner for points or a box on an architecture: its body with a decoder over it that gives a map for each point, whose mean position
/// is the point (see [`PositionNet`]), the loss of such maps ([`PointMaps`]), and the usual metrics (see
/// [`TargetDefaults`](crate::TargetDefaults)). Pictures are of one size, and of one shape where the data change.
///
/// Where something is, is told to a fraction of a pixel, while [`vision_learner`], which learns the same targets, tells it from pooled
/// features: roughly, and in less time. Normalisation, freezing and batch norms are as of [`vision_learner`].
///
/// ```no_run
/// use firelight_datablock::{DataLoaders, Points};
/// use firelight_learner::{LearnerError, position_learner, resnet18};
///
/// fn train(eyes: DataLoaders<Points>) -> Result<(), LearnerError> {
///     let mut learn = position_learner(eyes, resnet18().with_weights("resnet18.pth"))?;
///     learn.fine_tune(8, 1e-3)
/// }
/// ```
///
/// # Errors
///
/// As [`vision_learner`], and [`LearnerError::Setting`] for transforms that give pictures no size; the backbone's dropout has no part.
pub fn position_learner<F: PositionTarget<Tensor = KnownValues>>(
    data: DataLoaders<F>,
    backbone: impl Into<Backbone>,
) -> Result<Learner<F, PositionNet>, LearnerError> {
    let backbone = backbone.into();
    // A mean position needs no edges: the pictures stay out of the last map, which halves the work.
    let points = data.train().dataset().fitted().outputs().div_ceil(2);
    let config = UNetConfig::new(backbone.config(&data)?, points).with_last_cross(false);
    let model = PositionNet::new(backbone.unet(&config, &data)?);
    let size = data.transforms().output_size().ok_or_else(|| {
        let remedy = "maps need pictures of one size; give the recipe a transform that makes them so, such as `Resize`";
        LearnerError::Setting { setting: "transforms", value: "none that gives pictures a size".into(), remedy }
    })?;
    let loss = PointMaps::new(points).with_aspect(f64::from(size.width) / f64::from(size.height));
    let learner = backbone.learner(data, model, NetworkConfig::Positions(config))?;
    Ok(learner.with_loss(loss.map_err(|error| LearnerError::Setting {
        setting: "transforms",
        value: error.to_string(),
        remedy: "give pictures a usual shape",
    })?))
}

/// What is left out of a step may not be all.
fn check_share(setting: &'static str, share: f64) -> Result<(), LearnerError> {
    if (0.0..1.0).contains(&share) {
        return Ok(());
    }
    let (value, remedy) = (share.to_string(), "give a share from 0 up to, but not including, 1");
    Err(LearnerError::Setting { setting, value, remedy })
}

impl Backbone {
    /// What the body for the pictures of loaders is made from, if these are fit for training.
    fn config<F: FittedTarget>(&self, data: &DataLoaders<F>) -> Result<BodyConfig, LearnerError> {
        check_share("drop path", self.drop_path)?;
        check_data(data)?;
        let pictures = data.train().dataset().channels();
        let refused = |remedy| LearnerError::Setting { setting: "channels", value: format!("{pictures:?}"), remedy };
        let channels = pictures.first().copied().unwrap_or(0);
        if pictures.iter().any(|other| *other != channels) {
            let remedy = "one body sees all pictures of an item: give them the same number of channels each";
            return Err(refused(remedy));
        }
        let config = BodyConfig::new(self.preset.arch).with_channels(channels).with_pictures(pictures.len());
        match config.problem() {
            Some(_) => Err(refused("give an item from 1 to 256 pictures of 1 to 4096 channels each")),
            None => Ok(config),
        }
    }

    /// The body with its weights.
    fn body<F: FittedTarget>(&self, config: &BodyConfig, data: &DataLoaders<F>) -> Result<Body, LearnerError> {
        let device = data.device().clone().inner();
        let body = match &self.weights {
            Some(file) => load_body(config.clone(), file, &device)?.0,
            None => config.body(self.seed, &device),
        };
        Ok(body.with_drop_path(self.drop_path))
    }

    /// The body with a decoder on it, whose weights follow the body's seed as a head's do.
    fn unet<F: FittedTarget>(&self, config: &UNetConfig, data: &DataLoaders<F>) -> Result<UNet, LearnerError> {
        let fresh = &mut Fresh::seeded(self.seed.wrapping_add(1));
        let body = self.body(config.body(), data)?;
        Ok(UNet::new(body, config.decoder(fresh, &data.device().clone().inner())))
    }

    /// A learner of a model on this body.
    fn learner<F: TargetDefaults, M: Model>(
        &self,
        data: DataLoaders<F>,
        model: M,
        network: NetworkConfig,
    ) -> Result<Learner<F, M>, LearnerError> {
        let data = match network.body() {
            Some(body) if !data.normalize_is_set() => {
                let (mean, std) = body.normalization_of(self.preset.mean, self.preset.deviation);
                data.with_normalize(Normalize::new(mean, std))
            }
            _ => data,
        };
        let target = data.train().dataset().fitted().clone();
        let loss = target.loss_of(&self.head).ok_or_else(|| {
            let value = format!("{} for {}", self.head, target.kind());
            let remedy = "a head that knows a tree is for one class an item; leave it out";
            LearnerError::Setting { setting: "head", value, remedy }
        })?;
        let (metrics, decision) = (target.metrics(), target.decision());
        let mut learner = Learner::new(data, model, loss).with_metrics(metrics).with_decision(decision);
        learner.task.network = Some(network);
        if self.weights.is_some() {
            (learner.state.body_was_loaded, learner.state.body_is_trained) = (true, true);
            learner.freeze()?;
        }
        Ok(learner)
    }
}
