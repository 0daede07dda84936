use burn::tensor::{Bool, Tensor};

use crate::regression::check_partners;
use crate::scores::{nothing, wide, wide_dtype};
use crate::{Loss, Pointwise};

/// Values of which some are not known, and which ones are: `[batch, values]` both. The targets of points and boxes.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::{KnownValues, Known, Loss, MeanSquared, Reduction};
///
/// let device = Device::flex();
/// let values = Tensor::<2>::from_floats([[0.5, -0.5, 0.0, 0.0]], &device); // x and y of two points
/// let known = Tensor::<2, Bool>::from_data([[true, true, false, false]], &device); // the second has left the picture
/// let targets: KnownValues = (values, known);
/// let output = Tensor::<2>::from_floats([[0.5, 0.5, 7.0, 7.0]], &device);
/// assert_eq!(Known::new(MeanSquared).forward(output, targets, Reduction::Mean).into_scalar::<f32>(), 0.5);
/// ```
pub type KnownValues = (Tensor<2>, Tensor<2, Bool>);

/// A regression loss on values of which some are not known: points that have left the picture, numbers that nobody measured.
///
/// A mean is over the known values of all examples. The loss of one example is the sum over its known values divided by all its values, so
/// that an example in which all are known has the plain loss, and one without any has none. An unknown value costs nothing and has a
/// gradient of 0, whatever the output is and whatever stands in its place.
///
/// ```
/// use firelight_losses::{Known, KnownValues, Loss, SmoothL1};
///
/// let loss: Box<dyn Loss<KnownValues>> = Box::new(Known::new(SmoothL1::new(0.1)?));
/// assert_eq!(loss.describe(), "smooth L1 (beta 0.1) of known values");
/// # Ok::<(), firelight_losses::LossError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<L> {
    inner: L,
}

impl<L> Known<L> {
    /// The loss `inner` of the known values.
    pub fn new(inner: L) -> Self {
        Self { inner }
    }
}

impl<L: Pointwise> Loss<KnownValues> for Known<L> {
    /// # Panics
    /// If output, values and flags differ in shape.
    fn per_example(&self, output: Tensor<2>, targets: KnownValues) -> Tensor<1> {
        check(&output, &targets);
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [batch, _] = output.dims();
        let (values, known) = targets;
        let unknown = known.bool_not();
        let output = wide(output).mask_fill(unknown.clone(), 0.0);
        let values = wide(values.inner()).cast(output.dtype()).mask_fill(unknown.clone(), 0.0);
        self.inner.of_gaps(output - values).mask_fill(unknown, 0.0).mean_dim(1).reshape([batch])
    }

    /// The share of the values that are known.
    fn mean_weights(&self, output: &Tensor<2>, targets: &KnownValues) -> Option<Tensor<1>> {
        check(output, targets);
        let [batch, _] = output.dims();
        let known = || targets.1.clone().float().cast(wide_dtype(output));
        (batch > 0).then(|| known().mean_dim(1).reshape([batch]))
    }

    fn describe(&self) -> String {
        format!("{} of known values", self.inner.describe())
    }

    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        self.inner.activation(output)
    }
}

/// # Panics
/// If output, values and flags differ in shape.
pub(crate) fn check(output: &Tensor<2>, (values, known): &KnownValues) {
    check_partners(output, values);
    assert!(values.dims() == known.dims(), "values are {:?}, flags are {:?}", values.dims(), known.dims());
}
