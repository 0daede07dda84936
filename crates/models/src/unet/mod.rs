//! U-Nets: pictures to maps of the pictures' size.

mod block;
mod config;
mod decoder;
mod shuffle;

pub use block::UNetBlock;
pub use config::UNetConfig;
pub use decoder::Decoder;
pub use shuffle::Upsampling;

use burn::module::Module;
use burn::tensor::Tensor;
use firelight_layers::in_chunks;

use crate::{Body, Model, Noise};

/// Pictures that a thread takes at a time: maps of a picture's size with a hundred channels leave the caches with the first.
pub(crate) const CHUNK: usize = 1;

/// A [`Body`] and a [`Decoder`]: fastai's `DynamicUnet`, a map of the pictures' size for each class (Ronneberger and others,
/// *U-Net*, <https://arxiv.org/abs/1505.04597>).
///
/// Of several pictures an item, such as one before and one after a change, the decoder sees the body's maps of all, and all pictures.
///
/// As a [`Model`] it gives the map flattened, `[n, classes · h · w]`: channels first, then rows, then columns. Pictures are of any size
/// from 32 px, also odd ones; a training batch of one picture needs one of more than 32 px, since the deepest map of a smaller one is
/// a single value, of which batch norm makes nothing.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Arch, Model, UNetConfig};
///
/// let device = Device::flex();
/// let model = UNetConfig::new(Arch::Small, 3).init(42, &device);
/// assert_eq!(model.forward(Tensor::zeros([2, 3, 50, 70], &device)).dims(), [2, 3 * 50 * 70]);
/// ```
#[derive(Module, Debug)]
pub struct UNet {
    /// Pictures to maps of each resolution.
    pub body: Body,
    /// These maps to one of the pictures' size.
    pub decoder: Decoder,
}

impl AsRef<Body> for UNet {
    fn as_ref(&self) -> &Body {
        &self.body
    }
}

impl UNet {
    /// Joins the two; the decoder must be made for the body's [`BodyConfig`](crate::BodyConfig).
    pub fn new(body: Body, decoder: Decoder) -> Self {
        Self { body, decoder }
    }

    /// Normalised pictures `[n, channels, h, w]` to their maps `[n, classes, h, w]`.
    pub fn maps(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.decoder.forward(self.body.stages(pictures.clone()), pictures)
    }

    /// The map of features, which are the body's maps and then the pictures.
    pub(crate) fn map_of(&self, mut features: Vec<Tensor<4>>) -> Tensor<4> {
        let Some(pictures) = features.pop() else {
            panic!("the features of a U-Net end with the pictures; there are none")
        };
        self.decoder.forward(features, pictures)
    }
}

/// The features are the body's maps, finest first, and the pictures.
impl Model for UNet {
    type Features = Vec<Tensor<4>>;

    fn features(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let mut features = self.body.stages(pictures.clone());
        features.push(pictures);
        features
    }

    fn classify(&self, features: Vec<Tensor<4>>) -> Tensor<2> {
        self.map_of(features).flatten(1, 3)
    }

    fn groups(&self) -> Vec<String> {
        let body = self.body.groups().iter().map(|group| format!(r"^body\.{group}"));
        body.chain([r"^decoder\.".to_owned()]).collect()
    }

    fn features_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Vec<Tensor<4>> {
        let mut features = self.body.stages_in_training(pictures.clone(), noise);
        features.push(pictures);
        features
    }

    fn drop_path(&self) -> f64 {
        self.body.depth().rate()
    }

    fn draws_from_device(&self) -> bool {
        false
    }

    fn mixes_precision(&self) -> bool {
        true
    }

    /// Each chunk to its end, so that the maps of no more pictures than there are threads exist at a time.
    fn forward_in_chunks(&self, pictures: Tensor<4>) -> Tensor<2> {
        in_chunks(pictures, CHUNK, |some| self.forward(some))
    }

    /// The body's batch norms are folded into its convolutions; those of the decoder stand before an activation, and stay.
    fn for_inference(&self) -> Self {
        let valid = self.valid();
        Self { body: valid.body.folded(), decoder: valid.decoder }
    }
}
