//! The network of an export: which it is, and the model itself.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use firelight_layers::in_chunks;
use firelight_models::weights::{filled, not_finite};
use firelight_models::{Arch, Body, BodyConfig, Fresh, HeadConfig, Model, PositionNet, UNet, UNetConfig, VisionModel};
#[cfg(feature = "onnx")]
use firelight_onnx::{Export, OnnxError, OnnxModel, Output};
use firelight_transforms::panic_message;
use serde::{Deserialize, Serialize};

use crate::ceiling::Ceiling;

/// What a network is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
// One a model: what it takes beside the weights is nothing.
#[allow(clippy::large_enum_variant)]
pub enum NetworkConfig {
    /// A body with a head on its pooled map.
    Vision {
        /// The body; its settings stand beside the head.
        #[serde(flatten)]
        body: BodyConfig,
        /// The head.
        head: HeadConfig,
    },
    /// A body with a decoder that gives a map.
    #[serde(rename = "unet")]
    UNet(UNetConfig),
    /// A U-Net whose maps become positions, a map for two numbers of the target.
    Positions(UNetConfig),
    /// A model of the user's, which the program that loads the export knows by name (see [`Registry`]).
    Own(OwnModel),
}

/// A model of your own in an export: its name, and the settings that it is made from.
///
/// ```
/// use firelight_predict::OwnModel;
///
/// let model = OwnModel::new("mean-colour", &serde_json::json!({ "classes": 3 }));
/// assert_eq!(model.settings["classes"], 3);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnModel {
    /// The name that [`Registry::with`] knows it by.
    pub name: String,
    /// What it is made from.
    pub settings: serde_json::Value,
}

impl OwnModel {
    /// A model that is called `name` and made from `settings`.
    pub fn new(name: impl Into<String>, settings: &serde_json::Value) -> Self {
        Self { name: name.into(), settings: settings.clone() }
    }
}

/// As a table has it: what the body is made from ([`BodyConfig`] as text), or the name of the user's model.
impl fmt::Display for NetworkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vision { body, .. } => body.fmt(f),
            Self::UNet(config) => write!(f, "U-Net on {}", config.body()),
            Self::Positions(config) => write!(f, "position net on {}", config.body()),
            Self::Own(own) => f.write_str(&own.name),
        }
    }
}

impl NetworkConfig {
    /// What makes no sense in it for so many columns and bytes of weights, if anything does.
    pub(crate) fn problem(&self, columns: usize, weights: usize) -> Option<String> {
        let (problem, given, numbers) = match self {
            Self::Vision { body, head } => {
                let features = || {
                    let [takes, gives] = [head.features(), body.features()];
                    (takes != gives).then(|| format!("its head takes {takes} features and {body} gives {gives}"))
                };
                (body.problem().or_else(|| head.problem()).or_else(features), head.classes(), head.numbers())
            }
            Self::UNet(config) => (config.problem(), config.classes(), config.numbers()),
            Self::Positions(config) => (config.problem(), config.classes().saturating_mul(2), config.numbers()),
            Self::Own(_) => return None,
        };
        if problem.is_some() {
            return problem;
        }
        if given != columns {
            let what = if matches!(self, Self::Vision { .. }) { "head" } else { "network" };
            return Some(format!("its {what} gives {given} scores for {columns} classes"));
        }
        let holds = weights / size_of::<f32>();
        let lacking = |part: &str| format!("its {part} needs more weights than it holds");
        // Of the least width that numbers have, since those of another one get a sentence of their own.
        let body = self.body().is_some_and(|body| least(body) > weights / 2).then(|| lacking("body"));
        (numbers > holds).then(|| lacking("head")).or(body)
    }

    /// The body's architecture, of networks of ours.
    pub fn arch(&self) -> Option<Arch> {
        self.body().map(BodyConfig::arch)
    }

    /// What the body is made from, of networks of ours: also which pictures it sees.
    pub fn body(&self) -> Option<&BodyConfig> {
        match self {
            Self::Vision { body, .. } => Some(body),
            Self::UNet(config) | Self::Positions(config) => Some(config.body()),
            Self::Own(_) => None,
        }
    }

    /// The body with weights of its file, and its batch norms.
    pub(crate) fn body_with(&self, weights: Vec<u8>, device: &Device) -> Result<Body, String> {
        let fresh = &mut Fresh::zeros();
        match self {
            Self::Vision { body, head } => {
                let model = VisionModel::new(body.fresh_body(fresh, device), head.fresh(fresh, device));
                Ok(as_written(model, weights, self)?.body)
            }
            Self::UNet(config) | Self::Positions(config) => {
                Ok(as_written(config.fresh(fresh, device), weights, self)?.body)
            }
            Self::Own(own) => {
                Err(format!("its model {:?} is its maker's own: which part is a body, nobody else knows", own.name))
            }
        }
    }

    /// The network with weights of its file.
    pub(crate) fn load(&self, weights: Vec<u8>, registry: &Registry, device: &Device) -> Result<Network, String> {
        let fresh = &mut Fresh::zeros();
        match self {
            Self::Vision { body, head } => {
                let model = VisionModel::new(body.fresh_body(fresh, device), head.fresh(fresh, device));
                Ok(Network::Vision(weighed(model, weights, self)?))
            }
            Self::UNet(config) => {
                let model = config.fresh(fresh, device);
                Ok(Network::UNet(weighed(model, weights, self)?))
            }
            Self::Positions(config) => {
                let model = PositionNet::new(config.fresh(fresh, device));
                Ok(Network::Positions(weighed(model, weights, self)?))
            }
            Self::Own(own) => registry.load(own, weights, device).map(Network::Own),
        }
    }
}

/// Numbers that a body has at least: its first convolution may see one colour in place of three.
fn least(body: &BodyConfig) -> usize {
    let parameters = body.arch().parameters();
    parameters - parameters / 20
}

/// A model with these weights, for inference.
fn weighed<M: Model>(model: M, weights: Vec<u8>, name: impl fmt::Display) -> Result<M, String> {
    Ok(as_written(model, weights, name)?.for_inference())
}

/// A model with these weights.
fn as_written<M: Model>(model: M, weights: Vec<u8>, name: impl fmt::Display) -> Result<M, String> {
    let model =
        filled(model, weights).map_err(|error| format!("its weights do not fit its architecture {name}: {error}"))?;
    match not_finite(&model) {
        Some(tensor) => Err(format!("its weights {tensor} are not finite numbers")),
        None => Ok(model),
    }
}

/// A network that is ready to predict.
#[derive(Clone)]
#[non_exhaustive]
pub enum Network {
    /// A body with a head.
    Vision(VisionModel),
    /// A U-Net.
    UNet(UNet),
    /// A U-Net whose maps become positions.
    Positions(PositionNet),
    /// A model of the user's.
    Own(Arc<dyn Outputs>),
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vision(_) => "Vision",
            Self::UNet(_) => "UNet",
            Self::Positions(_) => "Positions",
            Self::Own(_) => "Own",
        })
    }
}

impl From<VisionModel> for Network {
    fn from(model: VisionModel) -> Self {
        Self::Vision(model)
    }
}

impl From<PositionNet> for Network {
    fn from(model: PositionNet) -> Self {
        Self::Positions(model)
    }
}

impl From<UNet> for Network {
    fn from(model: UNet) -> Self {
        Self::UNet(model)
    }
}

/// What prediction asks of a network: every [`Model`] has it.
pub trait Outputs: Send + Sync {
    /// Scores of pictures `[batch, channels, height, width]`, `[batch, columns]`.
    fn outputs(&self, pictures: Tensor<4>) -> Tensor<2>;

    /// The network as an ONNX file, whose outputs `read` makes of the scores: of every module, and so of every [`Model`].
    ///
    /// # Errors
    ///
    /// As [`Export::module`](firelight_onnx::Export::module), and of what is no module.
    #[cfg(feature = "onnx")]
    fn written(&self, export: &Export, read: &dyn Fn(Tensor<2>) -> Vec<Output>) -> Result<OnnxModel, OnnxError> {
        let _ = (export, read);
        Err(OnnxError::Unrecorded { why: "the network is no module of burn's".into() })
    }
}

impl<M: Model + Send + Sync> Outputs for M {
    fn outputs(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.forward_in_chunks(pictures)
    }

    #[cfg(feature = "onnx")]
    fn written(&self, export: &Export, read: &dyn Fn(Tensor<2>) -> Vec<Output>) -> Result<OnnxModel, OnnxError> {
        export.module(self, |model: &M, pictures: Tensor<4>| read(model.forward(pictures)))
    }
}

impl Outputs for Network {
    fn outputs(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self {
            // Products with one row round otherwise than with several, and a picture's answer is not to depend on what goes beside it.
            Self::Vision(model) => in_chunks(model.features_in_chunks(pictures), 1, |row| model.classify(row)),
            Self::UNet(model) => model.outputs(pictures),
            Self::Positions(model) => model.outputs(pictures),
            Self::Own(model) => model.outputs(pictures),
        }
    }

    #[cfg(feature = "onnx")]
    fn written(&self, export: &Export, read: &dyn Fn(Tensor<2>) -> Vec<Output>) -> Result<OnnxModel, OnnxError> {
        match self {
            Self::Vision(model) => model.written(export, read),
            Self::UNet(model) => model.written(export, read),
            Self::Positions(model) => model.written(export, read),
            Self::Own(model) => model.written(export, read),
        }
    }
}

type Loader = dyn Fn(&serde_json::Value, Vec<u8>, &Device) -> Result<Arc<dyn Outputs>, String> + Send + Sync;

/// What a program that loads exports knows and allows: models of your own by name, since a file holds no code, and how large the pictures of a
/// model may be.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_models::{Arch, HeadConfig, VisionModel};
/// use firelight_predict::{PredictError, Predictor, Registry};
///
/// // A model of one's own would stand here.
/// let registry = Registry::default().with("tiny", |settings, device| {
///     let classes = settings["classes"].as_u64().ok_or("`classes` is missing")? as usize;
///     Ok(VisionModel::new(Arch::Small.body(0, device), HeadConfig::new(Arch::Small.features(), classes).init(0, device)))
/// });
/// let predictor = Predictor::load_with("tiny.firelight", &registry, &Device::flex())?;
/// # Ok::<(), PredictError>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    makers: BTreeMap<String, Arc<Loader>>,
    ceiling: Ceiling,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.makers.keys().collect();
        f.debug_struct("Registry").field("makers", &names).field("ceiling", &self.ceiling).finish()
    }
}

impl Registry {
    /// Loads models for pictures of up to `pixels` (width × height), if their makers are to be trusted with the memory and time that these take.
    ///
    /// Default: 1,048,576, those of 1024×1024, and for U-Nets, whose maps are of the pictures' size, 262,144, those of 512×512. An item of more than
    /// three channels, or of several pictures, counts as as many pictures of three. A model in memory, as `Learner::predictor` makes it, has no limit.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_predict::{PredictError, Predictor, Registry};
    ///
    /// // A U-Net of our own for pictures of 1024×1024.
    /// let predictor = Predictor::load_with("scans.firelight", &Registry::default().with_pixels(1 << 20), &Device::flex())?;
    /// # Ok::<(), PredictError>(())
    /// ```
    pub fn with_pixels(self, pixels: u64) -> Self {
        Self { ceiling: Ceiling::of(pixels), ..self }
    }

    pub(crate) fn ceiling(&self) -> Ceiling {
        self.ceiling
    }

    /// Knows the model `name`, which `make` makes from its settings, with any weights: the file's follow.
    pub fn with<M: Model + Send + Sync + 'static>(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&serde_json::Value, &Device) -> Result<M, String> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let own = name.clone();
        let load = move |settings: &serde_json::Value, weights: Vec<u8>, device: &Device| {
            weighed(make(settings, device)?, weights, &own).map(|model| Arc::new(model) as Arc<dyn Outputs>)
        };
        self.makers.insert(name, Arc::new(load));
        self
    }

    fn load(&self, own: &OwnModel, weights: Vec<u8>, device: &Device) -> Result<Arc<dyn Outputs>, String> {
        let Some(load) = self.makers.get(&own.name) else {
            let known: Vec<&str> = self.makers.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(format!(
                "its model {:?} is its maker's own, and this program knows {known}; give it to a `Registry` and load with that",
                own.name
            ));
        };
        catch_unwind(AssertUnwindSafe(|| load(&own.settings, weights, device))).unwrap_or_else(|panic| {
            Err(format!("making its model {:?} panicked: {}", own.name, panic_message(panic.as_ref())))
        })
    }
}
