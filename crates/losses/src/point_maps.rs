//! Maps whose peaks are points.

use burn::tensor::{Tensor, TensorData, activation};

use crate::error::within;
use crate::scores::{nothing, wide, wide_dtype};
use crate::{KnownValues, Loss, LossError};

/// The cross entropy of a map over all pixels against a small Gaussian around the point: what a network is trained with that sees where
/// something is (Tompson and others, *Joint Training of a Convolutional Network and a Graphical Model for Human Pose Estimation*,
/// <https://arxiv.org/abs/1406.2984>; with a softmax over the pixels).
///
/// Targets are [`KnownValues`], `[batch, values]`, x and y of each point from -1 to 1. Outputs are rows of the positions that the
/// network reads from its maps, `[batch, 2 · points]`, and then of the maps, a logit for each point and pixel, as of `firelight-models`'
/// `PositionNet`: `[batch, 2 · points + points · height · width]`. The maps alone are trained; what is predicted
/// ([`activation`](Loss::activation)) are the positions. A point that is not known counts neither in the loss nor in what a mean divides by.
///
/// | setting | default | what it does |
/// |---|---|---|
/// | [`with_aspect`](Self::with_aspect) | 1 | width over height of the pictures, which a row does not say |
/// | [`with_deviation`](Self::with_deviation) | 1.5 | of the Gaussian, in pixels of the map |
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::{PointMaps, Loss, Reduction};
///
/// let device = Device::flex();
/// let known = Tensor::<2, Bool>::from_data([[true, true]], &device);
/// let targets = (Tensor::<2>::from_floats([[-0.5, -0.5]], &device), known); // the first of four pixels
/// let output = Tensor::<2>::from_floats([[-0.5, -0.5, 9.0, 0.0, 0.0, 0.0]], &device);
/// let loss = PointMaps::new(1).with_deviation(0.1)?.forward(output, targets, Reduction::Mean);
/// assert!(loss.into_scalar::<f32>() < 1e-3);
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointMaps {
    points: usize,
    aspect: f64,
    deviation: f64,
}

impl PointMaps {
    /// For so many points, of two values each.
    pub fn new(points: usize) -> Self {
        Self { points, aspect: 1.0, deviation: 1.5 }
    }

    /// Width over height of the pictures.
    ///
    /// # Errors
    /// [`LossError::NotPositive`] unless it is above 0, [`LossError::OutsideRange`] unless it is in 1e-3..=1e3.
    pub fn with_aspect(self, aspect: f64) -> Result<Self, LossError> {
        Ok(Self { aspect: within("aspect", aspect, [1e-3, 1e3])?, ..self })
    }

    /// How wide the Gaussian is around each point, in pixels of the map.
    ///
    /// # Errors
    /// [`LossError::NotPositive`] unless it is above 0, [`LossError::OutsideRange`] unless it is in 1e-3..=1e3.
    pub fn with_deviation(self, deviation: f64) -> Result<Self, LossError> {
        Ok(Self { deviation: within("deviation", deviation, [1e-3, 1e3])?, ..self })
    }

    /// Height and width of maps of so many pixels.
    fn sides(&self, pixels: usize) -> [usize; 2] {
        let height = ((pixels as f64 / self.aspect).sqrt().round() as usize).max(1);
        let sides = [height, pixels / height];
        let fits = sides[0] * sides[1] == pixels && (height as f64 * self.aspect).round() as usize == sides[1];
        assert!(fits, "{}", LossError::OtherAspect { pixels, aspect: self.aspect });
        sides
    }
}

impl Loss<KnownValues> for PointMaps {
    /// # Panics
    /// If an output has not a map for each point, or one of another aspect.
    fn per_example(&self, output: Tensor<2>, (targets, known): KnownValues) -> Tensor<1> {
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let ([batch, numbers], points) = (output.dims(), self.points);
        let maps = numbers.saturating_sub(2 * points);
        assert!(points > 0 && maps > 0 && maps % points == 0, "{}", LossError::NoMaps { numbers, points });
        let pixels = maps / points;
        let [height, width] = self.sides(pixels);
        let map = wide(output).narrow(1, 2 * points, maps).reshape([batch * points, pixels]);
        let (device, dtype) = (map.device().inner(), map.dtype());

        let unknown = known.bool_not().reshape([batch * points, 2]).narrow(1, 0, 1);
        let places = wide(targets.inner()).cast(dtype).reshape([batch * points, 2]);
        let axis = |side: usize, of: fn(usize, usize) -> usize| -> Tensor<2> {
            let middles: Vec<f32> =
                (0..pixels).map(|pixel| (2 * of(pixel, width) + 1) as f32 / side as f32 - 1.0).collect();
            Tensor::<2>::from_data(TensorData::new(middles, [1, pixels]), &device).cast(dtype)
        };
        // In deviations: a side of the picture is 2 wide.
        let away = |column: usize, middles: Tensor<2>, side: usize| {
            let gap = middles - places.clone().narrow(1, column, 1);
            (gap * (side as f64 / 2.0 / self.deviation)).powi_scalar(2)
        };
        let squares = away(0, axis(width, |pixel, width| pixel % width), width)
            + away(1, axis(height, |pixel, width| pixel / width), height);
        let wanted =
            activation::softmax(squares * -0.5, 1).mask_fill(unknown.clone().expand([batch * points, pixels]), 0.0);
        // What is not known may have any map.
        let map = map.mask_fill(unknown.expand([batch * points, pixels]), 0.0);
        let losses = (activation::log_softmax(map, 1) * Tensor::from_inner(wanted)).sum_dim(1).neg();
        losses.reshape([batch, points]).mean_dim(1).reshape([batch])
    }

    /// The share of the points that are known.
    fn mean_weights(&self, output: &Tensor<2>, targets: &KnownValues) -> Option<Tensor<1>> {
        let [batch, _] = output.dims();
        let known = || targets.1.clone().float().cast(wide_dtype(output));
        (batch > 0).then(|| known().mean_dim(1).reshape([batch]))
    }

    fn describe(&self) -> String {
        format!("maps of {} points (deviation {})", self.points, self.deviation)
    }

    /// The positions.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        let values = (2 * self.points).min(output.dims()[1]);
        output.narrow(1, 0, values)
    }
}
