use burn::tensor::Tensor;

use crate::known::check;
use crate::scores::{nothing, wide, wide_dtype};
use crate::{KnownValues, Loss, LossError};

/// What keeps a quotient of areas defined, as torchvision's.
const LEAST: f64 = 1e-7;

/// `1 - GIoU` of boxes: how little a predicted box and the true one overlap, and how far apart they are (Rezatofighi et al., 2019).
///
/// `GIoU` is the intersection over the union, minus the share of the smallest box around both that neither covers. So the loss is 0
/// for equal boxes, 1 where they just touch, and nears 2 far apart, with a gradient everywhere. It has no unit: a small
/// box counts as much as a large one. Values are those of torchvision's `generalized_box_iou_loss`.
///
/// Outputs and targets are `[batch, 4]`: left, top, right, bottom, in any unit. A box whose flags are not all true is not known: it costs
/// nothing, whatever the output is, and a mean is over the known ones.
///
/// A model may put corners the wrong way round, and a fresh one does. There ours is not torchvision's loss, which takes the product of
/// two reversed sides for an area, falls without end as such a box grows, and has no slope at a box without a size. Ours has the true height
/// times the (negative) width for the area of a box with left and right reversed, likewise for top and bottom, so that it is above 1
/// and grows with the distance that a corner has to go back. Targets are to be the right way round.
///
/// ```
/// use burn::tensor::{Bool, Device, Tensor};
/// use firelight_losses::{GeneralizedIou, Loss, Reduction};
///
/// let device = Device::flex();
/// let truth = Tensor::<2>::from_floats([[0.0, 0.0, 2.0, 2.0]], &device);
/// let known = Tensor::<2, Bool>::from_data([[true; 4]], &device);
/// let output = Tensor::<2>::from_floats([[1.0, 0.0, 3.0, 2.0]], &device);
/// let loss = GeneralizedIou.forward(output, (truth, known), Reduction::Mean).into_scalar::<f32>();
/// assert!((loss - 2.0 / 3.0).abs() < 1e-6); // a third in common, nothing uncovered
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GeneralizedIou;

impl Loss<KnownValues> for GeneralizedIou {
    /// # Panics
    /// If output, values and flags are not of four numbers an example.
    fn per_example(&self, output: Tensor<2>, targets: KnownValues) -> Tensor<1> {
        check_boxes(&output, &targets);
        if let Some(nothing) = nothing(&output) {
            return nothing;
        }
        let [batch, _] = output.dims();
        let (truth, known) = targets;
        let unknown = known.all_dim(1).bool_not();
        let output = wide(output).mask_fill(unknown.clone().expand([batch, 4]), 0.0);
        let truth = wide(truth.inner()).cast(output.dtype()).mask_fill(unknown.clone().expand([batch, 4]), 0.0);
        let ([start, end], [true_start, true_end]) = (corners(output), corners(truth));

        let common = end.clone().min_pair(true_end.clone()) - start.clone().max_pair(true_start.clone());
        let apart = common.clone().inner().lower_equal_elem(0.0).any_dim(1);
        let common = product(common).mask_fill(apart.clone(), 0.0);
        let (sides, true_sides) = (end.clone() - start.clone(), true_end.clone() - true_start.clone());
        let reversed = sides.clone().clamp_max(0.0) * true_sides.clone().flip([1]);
        let own = product(sides.clamp_min(0.0)) + reversed.sum_dim(1) + product(true_sides);
        let union = own - common.clone();
        // Reversed corners can make the union 0; where nothing is in common, what it is divided by does not matter.
        let overlap = common / (union.clone().mask_fill(apart, 1.0) + LEAST);
        let around = product(end.max_pair(true_end) - start.min_pair(true_start));
        let uncovered = (around.clone() - union) / (around + LEAST);
        (uncovered - overlap + 1.0).mask_fill(unknown, 0.0).reshape([batch])
    }

    /// 1 for a known box, 0 for another.
    fn mean_weights(&self, output: &Tensor<2>, targets: &KnownValues) -> Option<Tensor<1>> {
        check_boxes(output, targets);
        let [batch, _] = output.dims();
        let known = || targets.1.clone().all_dim(1).float().cast(wide_dtype(output));
        (batch > 0).then(|| known().reshape([batch]))
    }

    fn describe(&self) -> String {
        "generalized IoU".to_owned()
    }

    /// The output is the prediction itself.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }
}

/// # Panics
/// If these are no boxes.
fn check_boxes(output: &Tensor<2>, targets: &KnownValues) {
    check(output, targets);
    let [_, numbers] = output.dims();
    assert!(numbers == 4, "{}", LossError::NotBoxes { numbers });
}

/// Left and top, right and bottom: `[batch, 2]` each.
fn corners(boxes: Tensor<2>) -> [Tensor<2>; 2] {
    [boxes.clone().narrow(1, 0, 2), boxes.narrow(1, 2, 2)]
}

/// Width times height: `[batch, 1]`.
fn product(sides: Tensor<2>) -> Tensor<2> {
    sides.clone().narrow(1, 0, 1) * sides.narrow(1, 1, 1)
}
