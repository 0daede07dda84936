//! Pictures to positions: where in the picture each of some points is.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData, activation};
use firelight_layers::in_chunks;

use crate::unet::CHUNK;
use crate::{Body, Model, Noise, UNet};

/// A [`UNet`] with a map for each point: the softmax of the map over all pixels is the chance that the point is there, and the mean position
/// by the squares of these chances is where it is told to be (Nibali and others, *Numerical Coordinate Regression with Convolutional
/// Neural Networks*, <https://arxiv.org/abs/1801.07372>). The squares keep what little stands all over the picture out of the mean.
///
/// A body's pooled features hardly know where something is; this does, to a fraction of a pixel, and needs no layer of its own. As a
/// [`Model`] it gives `[n, 2 · points + points · h · w]`: x and y of each point, from -1 to 1 over the picture, and then the maps, which are
/// for the loss (`firelight-losses`' `PointMaps`). Two points are a box: its left top and its right bottom corner.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{Arch, Model, PositionNet, UNetConfig};
///
/// let device = Device::flex();
/// let eyes = PositionNet::new(UNetConfig::new(Arch::Small, 2).init(42, &device));
/// assert_eq!(eyes.forward(Tensor::zeros([3, 3, 48, 64], &device)).dims(), [3, 2 * 2 + 2 * 48 * 64]);
/// ```
#[derive(Module, Debug)]
pub struct PositionNet {
    /// A map for each point.
    pub unet: UNet,
}

impl AsRef<Body> for PositionNet {
    fn as_ref(&self) -> &Body {
        &self.unet.body
    }
}

impl PositionNet {
    /// With the maps of `unet`, one a point.
    pub fn new(unet: UNet) -> Self {
        Self { unet }
    }
}

impl Model for PositionNet {
    type Features = Vec<Tensor<4>>;

    fn features(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        self.unet.features(pictures)
    }

    fn classify(&self, features: Vec<Tensor<4>>) -> Tensor<2> {
        positions(self.unet.map_of(features))
    }

    fn groups(&self) -> Vec<String> {
        self.unet.groups().into_iter().map(|group| group.replacen('^', r"^unet\.", 1)).collect()
    }

    fn features_in_training(&self, pictures: Tensor<4>, noise: &mut Noise) -> Vec<Tensor<4>> {
        self.unet.features_in_training(pictures, noise)
    }

    fn drop_path(&self) -> f64 {
        self.unet.drop_path()
    }

    fn draws_from_device(&self) -> bool {
        false
    }

    fn mixes_precision(&self) -> bool {
        true
    }

    fn forward_in_chunks(&self, pictures: Tensor<4>) -> Tensor<2> {
        in_chunks(pictures, CHUNK, |some| self.forward(some))
    }

    fn for_inference(&self) -> Self {
        Self { unet: self.unet.for_inference() }
    }
}

/// The positions of maps `[n, points, h, w]` and the maps, `[n, 2 · points + points · h · w]`.
fn positions(map: Tensor<4>) -> Tensor<2> {
    let [pictures, points, height, width] = map.dims();
    let device = map.device();
    let map: Tensor<2> = map.reshape([pictures * points, height * width]);
    // Of the chances' squares: what little stands all over the picture would draw the mean to its middle.
    let chances = activation::softmax(map.clone() * 2.0, 1);
    // The middle of each pixel.
    let unit = |pixel: usize, side: usize| (2 * pixel + 1) as f32 / side as f32 - 1.0;
    let places: Vec<f32> =
        (0..height * width).flat_map(|pixel| [unit(pixel % width, width), unit(pixel / width, height)]).collect();
    let places = Tensor::<2>::from_data(TensorData::new(places, [height * width, 2]), &device);
    let means = chances.matmul(places).reshape([pictures, 2 * points]);
    Tensor::cat(vec![means, map.reshape([pictures, points * height * width])], 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::positions;

    #[test]
    fn a_map_with_one_peak_is_the_middle_of_its_pixel() {
        let mut scores = vec![0.0_f32; 2 * 12];
        scores[6] = 100.0; // x 2, y 1 of 4 by 3
        scores[12 + 8] = 100.0; // x 0, y 2
        let map = Tensor::<1>::from_floats(scores.as_slice(), &Device::flex()).reshape([1, 2, 3, 4]);
        let found: Vec<f32> = positions(map).into_data().iter().collect();
        for (found, expected) in found.iter().zip([0.25, 0.0, -0.75, 2.0 / 3.0]) {
            assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
        }
    }
}
