use burn::module::Module;
use burn::tensor::Tensor;
use firelight_layers::in_parts;

use crate::{Features, Noise};

/// Pictures that a thread takes at a time: for EfficientNet-Lite0 on two cores 7 % faster than 4, whose maps leave the second cache, and for
/// ResNet-18, whose weights are read for each, as fast; 1 is slower for that.
const CHUNK: usize = 2;

/// A network a learner can train: pictures in, a row of numbers out, such as one score (logit) a class.
///
/// An implementor says where its last part begins: [`features`](Self::features) is everything before it. While all
/// groups but the last are frozen a learner may compute the features once and train [`classify`](Self::classify) alone.
///
/// A model that makes maps, `[n, channels, h, w]`, gives them flattened: channels first, then rows, then columns.
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Model;
///
/// /// Scores from the mean colour.
/// #[derive(Module, Debug)]
/// struct MeanColour {
///     fc: Linear,
/// }
///
/// impl Model for MeanColour {
///     type Features = Tensor<2>;
///     fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
///         pictures.mean_dims(&[2, 3]).flatten(1, 3)
///     }
///     fn classify(&self, features: Tensor<2>) -> Tensor<2> {
///         self.fc.forward(features)
///     }
///     fn groups(&self) -> Vec<String> {
///         vec!["^fc\\.".into()]
///     }
/// }
///
/// let device = Device::flex();
/// let model = MeanColour { fc: LinearConfig::new(3, 2).init(&device) };
/// assert_eq!(model.forward(Tensor::ones([4, 3, 8, 8], &device)).dims(), [4, 2]);
/// ```
pub trait Model: Module {
    /// What the last part sees of pictures: mostly `Tensor<2>`, a row of numbers for each.
    type Features: Features;

    /// Normalised pictures `[n, channels, h, w]` to what the last part sees, `[n, f]` where that is a `Tensor<2>`.
    fn features(&self, pictures: Tensor<4>) -> Self::Features;

    /// Features of `n` pictures to scores `[n, classes]`.
    fn classify(&self, features: Self::Features) -> Tensor<2>;

    /// Parameter groups from input to output, each a regular expression with an anchor (`^head\.`) over the paths of
    /// the module's parameters. Every parameter matches exactly one; the last group is all that
    /// [`classify`](Self::classify) uses.
    fn groups(&self) -> Vec<String>;

    /// Normalised pictures `[n, channels, h, w]` to scores `[n, classes]`.
    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.classify(self.features(pictures))
    }

    /// [`features`](Self::features) in a training step. A model with chance in it, such as stochastic depth, draws it from `noise`
    /// here; provided for those without.
    fn features_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Self::Features {
        let _ = noise;
        self.features(pictures)
    }

    /// [`classify`](Self::classify) in a training step: likewise.
    fn classify_in_training(&self, features: Self::Features, noise: &mut Noise) -> Tensor<2> {
        let _ = noise;
        self.classify(features)
    }

    /// How often a training step leaves blocks out ([`Body::with_drop_path`](crate::Body::with_drop_path)), at most: from 0 to under 1. A run goes
    /// on only with the rate that it began with. Provided for those that leave out none.
    fn drop_path(&self) -> f64 {
        0.0
    }

    /// Whether chance in a training step comes from the device's own stream of random numbers, as that of burn's `Dropout` does.
    /// A learner then seeds that stream at each step, so that a run is the same again; but everybody on the device shares it, and
    /// two such learners that train side by side disturb each other. `false` is for models whose chance is all from the noise.
    fn draws_from_device(&self) -> bool {
        true
    }

    /// The fewest pictures that a training batch may have: 2 where a norm sees one value a picture and channel, whose spread a single
    /// picture does not have.
    fn least_batch(&self) -> usize {
        1
    }

    /// Whether [`features`](Self::features) takes pictures in half precision, with its weights in `f32`, and
    /// [`classify`](Self::classify) what comes of them, to scores in `f32`. The layers of `firelight_layers` take such maps; burn's own
    /// refuse numbers of two kinds.
    fn mixes_precision(&self) -> bool {
        false
    }

    /// [`features`](Self::features) without training, on a CPU a few pictures at a time by all threads. The result is the
    /// same, and needs less memory.
    fn features_in_chunks(&self, pictures: Tensor<4>) -> Self::Features
    where
        Self: Sync,
    {
        Features::join(in_parts(pictures, CHUNK, |some| self.features(some)))
    }

    /// [`forward`](Self::forward) without training, on a CPU likewise a few pictures at a time: provided as the scores of
    /// [`features_in_chunks`](Self::features_in_chunks). A model whose features are large computes the scores of each chunk with them.
    fn forward_in_chunks(&self, pictures: Tensor<4>) -> Tensor<2>
    where
        Self: Sync,
    {
        self.classify(self.features_in_chunks(pictures))
    }

    /// A copy on the plain device for evaluation: the same function, perhaps rearranged for speed, not for training.
    fn for_inference(&self) -> Self
    where
        Self: Sized,
    {
        self.valid()
    }
}
