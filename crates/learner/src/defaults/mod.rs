//! What a learner uses for a kind of target where it is not told otherwise.

mod pair;

use std::sync::Arc;

use firelight_datablock::{
    Box4, Boxes, Categories, FittedTarget, Item, MaskTarget, Masks, MultiCategories, NodeLabel, Nodes, Point, Points,
    Values,
};
use firelight_losses::{
    BinaryCrossEntropy, BoxLoss, ClassHead, CrossEntropy, Decision, Known, Loss, MarginalCrossEntropy, MeanSquared,
    PerPixel, SmoothL1, loss_of,
};
use firelight_metrics::{
    Metric, PixelConfusion, accuracy, accuracy_multi, box_iou, class_label_accuracy, decided_codes,
    foreground_accuracy, iou, mean_iou, pck, point_distance, point_error, rmse, within_label,
};
use firelight_models::Units;
use firelight_plots::Mark;
use firelight_predict::TargetKind;
use firelight_transforms::{Mask, Size};

use crate::said::Said;
use crate::{
    BoxFindings, ClassFindings, Findings, MaskFindings, NodeFindings, PointFindings, TagFindings, ValueFindings,
};

/// A kind of target whose loss, metrics and decision are known, and that outputs can be read as.
///
/// | target | loss | metrics | decision |
/// |---|---|---|---|
/// | [`Categories`] | cross entropy, or that of its head | accuracy | the likeliest class |
/// | [`Nodes`] | marginal cross entropy | how often the class is below the label, accuracy of labels that are classes | the likeliest class |
/// | [`MultiCategories`] | binary cross entropy | accuracy of each class | every class from 0.5 |
/// | [`Values`] | mean squared error | its root | – |
/// | [`Masks`] | cross entropy per pixel | mean IoU, foreground accuracy | the likeliest class of each pixel |
/// | [`Points`] | smooth L1 of the known ones | PCK at a twentieth of the picture, mean distance | – |
/// | [`Boxes`] | smooth L1 and generalized IoU | IoU | – |
/// | a pair | both, on their own outputs | both, `second_…` where two have one name | the first's, or the second's where that is the likeliest class |
#[diagnostic::on_unimplemented(
    message = "targets of `{Self}` have no usual loss and metrics, and no file holds a model of them",
    label = "no predictor knows what numbers of a model say of `{Self}`",
    note = "such targets are learned by a model and a loss of your own (`Learner::new`), and what their numbers mean is code, which a file does not \
            hold; keep the weights by `Learner::save`"
)]
pub trait TargetDefaults: FittedTarget {
    /// What [`interpret`](crate::Learner::interpret) finds of a model: `()` is nothing but the highest losses.
    type Findings: Findings<Self>;

    /// The loss.
    fn loss(&self) -> Box<dyn Loss<Self::Tensor>>;

    /// The loss of a head, of the usual one that of [`loss`](Self::loss); `None` for a head that makes no sense of this target.
    fn loss_of(&self, head: &ClassHead) -> Option<Box<dyn Loss<Self::Tensor>>> {
        head.is_linear().then(|| self.loss())
    }

    /// The metrics.
    fn metrics(&self) -> Vec<Box<dyn Metric<Self::Target>>>;

    /// How probabilities become classes.
    fn decision(&self) -> Decision {
        Decision::Argmax
    }

    /// What an export says of the outputs.
    fn kind(&self) -> TargetKind;

    /// In which units the head tells the target's numbers, from the targets of the training part: none, unless these may be of any size.
    fn units(&self, train: &[Self::Target]) -> Option<Units> {
        let _ = train;
        None
    }

    /// The classes that a target is, so that wrong ones can be looked for ([`examine`](crate::Learner::examine)): one of a
    /// [`TargetKind::Category`], any number of [`TargetKind::Categories`]. `None`, the default, where targets are not classes.
    fn labels(&self, target: &Self::Target) -> Option<Vec<usize>> {
        let _ = target;
        None
    }

    /// What is written below a picture: what the model says, and what is true where it is something else, with whether that is right where
    /// there is such a thing.
    fn title(&self, row: &[f32], said: &Self::Target, truth: &Self::Target) -> (Vec<String>, Option<Mark>) {
        let _ = row;
        let (said, truth) = (self.describe(said), self.describe(truth));
        if said == truth { (vec![said], None) } else { (vec![format!("said {said}"), format!("is {truth}")], None) }
    }

    /// A row of activated outputs for a picture of this size as a target: what the model says.
    fn read(&self, row: &[f32], size: Size, decision: &Decision) -> Self::Target;
}

/// A target of so many numbers a picture, which [`vision_learner`](crate::vision_learner) learns.
pub trait VisionTarget: TargetDefaults {}

/// A target of so many numbers a pixel, which [`unet_learner`](crate::unet_learner) learns.
pub trait MapTarget: TargetDefaults {}

/// A target of positions in the picture, x before y, which [`position_learner`](crate::position_learner) learns.
pub trait PositionTarget: TargetDefaults {}

impl<I: Item + ?Sized> TargetDefaults for Categories<I> {
    type Findings = ClassFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(CrossEntropy::new())
    }

    fn loss_of(&self, head: &ClassHead) -> Option<Box<dyn Loss<Self::Tensor>>> {
        Some(loss_of(head))
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<usize>>> {
        vec![accuracy()]
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Category(self.vocab().clone())
    }

    fn labels(&self, target: &usize) -> Option<Vec<usize>> {
        Some(vec![*target])
    }

    fn title(&self, row: &[f32], said: &usize, truth: &usize) -> (Vec<String>, Option<Mark>) {
        let (title, mark) = Said { predicted: *said, actual: *truth }.title(self.vocab(), |class| row[class]);
        (title, Some(mark))
    }

    fn read(&self, row: &[f32], _size: Size, decision: &Decision) -> usize {
        decision.about(self.vocab(), &Decision::Argmax).best(row).unwrap_or_default()
    }
}

impl<I: Item + ?Sized> VisionTarget for Categories<I> {}

impl<I: Item + ?Sized> TargetDefaults for Nodes<I> {
    type Findings = NodeFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(MarginalCrossEntropy)
    }

    /// That of scores, which a frame has too.
    fn loss_of(&self, head: &ClassHead) -> Option<Box<dyn Loss<Self::Tensor>>> {
        matches!(head, ClassHead::Linear | ClassHead::Frame(_)).then(|| self.loss())
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<NodeLabel>>> {
        vec![within_label(), class_label_accuracy()]
    }

    /// A model of such labels tells classes.
    fn kind(&self) -> TargetKind {
        TargetKind::Category(self.vocab().clone())
    }

    /// The class, and the label where that is not above it.
    fn title(&self, row: &[f32], said: &NodeLabel, truth: &NodeLabel) -> (Vec<String>, Option<Mark>) {
        let probability: f32 = said.classes().iter().filter_map(|class| row.get(*class)).sum();
        let class = format!("{} {:.0} %", self.describe(said), 100.0 * probability);
        if said.classes().iter().all(|class| truth.classes().contains(class)) {
            let label = (said != truth).then(|| format!("is {}", self.describe(truth)));
            return (std::iter::once(class).chain(label).collect(), Some(Mark::Right));
        }
        (vec![format!("said {class}"), format!("is {}", self.describe(truth))], Some(Mark::Wrong))
    }

    fn read(&self, row: &[f32], _size: Size, decision: &Decision) -> NodeLabel {
        let class = decision.about(self.vocab(), &Decision::Argmax).best(row).unwrap_or_default();
        // There is a leaf for each class, and a root above all.
        self.leaf(class).unwrap_or(&self.labels()[0]).clone()
    }
}

impl<I: Item + ?Sized> VisionTarget for Nodes<I> {}

impl<I: Item + ?Sized> TargetDefaults for MultiCategories<I> {
    type Findings = TagFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(BinaryCrossEntropy::default())
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<Vec<usize>>>> {
        vec![accuracy_multi()]
    }

    fn decision(&self) -> Decision {
        Decision::Threshold(0.5)
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Categories(self.vocab().clone())
    }

    fn labels(&self, target: &Vec<usize>) -> Option<Vec<usize>> {
        Some(target.clone())
    }

    fn read(&self, row: &[f32], _size: Size, decision: &Decision) -> Vec<usize> {
        decision.about(self.vocab(), &Decision::Threshold(0.5)).decide(row)
    }
}

impl<I: Item + ?Sized> VisionTarget for MultiCategories<I> {}

impl<I: Item + ?Sized> TargetDefaults for Values<I> {
    type Findings = ValueFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(MeanSquared)
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<Vec<f32>>>> {
        vec![rmse()]
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Values(self.outputs())
    }

    fn units(&self, train: &[Vec<f32>]) -> Option<Units> {
        let count = train.len().max(1) as f64;
        let mean_of = |of: &dyn Fn(&Vec<f32>) -> f64| train.iter().map(of).sum::<f64>() / count;
        let (mut means, mut spreads) = (Vec::new(), Vec::new());
        for column in 0..self.outputs() {
            let number = |row: &Vec<f32>| row.get(column).copied().map_or(0.0, f64::from);
            let mean = mean_of(&number);
            let spread = mean_of(&|row| (number(row) - mean).powi(2)).sqrt() as f32;
            means.push(mean as f32);
            // Numbers that are all one have no spread to be told in.
            spreads.push(if spread.is_normal() { spread } else { 1.0 });
        }
        Some(Units::new(means, spreads))
    }

    fn read(&self, row: &[f32], _size: Size, _decision: &Decision) -> Vec<f32> {
        row.to_vec()
    }
}

impl<I: Item + ?Sized> VisionTarget for Values<I> {}

impl<I: Item + ?Sized> TargetDefaults for Masks<I> {
    type Findings = MaskFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(PerPixel::new(CrossEntropy::new()).with_vocab(self.vocab()))
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<MaskTarget>>> {
        vec![mean_iou(self.vocab()), foreground_accuracy(0)]
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Mask(self.vocab().clone())
    }

    /// The mean `IoU` of the classes that are there or said.
    fn title(&self, _row: &[f32], said: &MaskTarget, truth: &MaskTarget) -> (Vec<String>, Option<Mark>) {
        let mut pixels = PixelConfusion::new(self.vocab().len());
        let counted = pixels.add_codes(said.as_ref(), truth.as_ref()).is_ok();
        let title = match pixels.mean_iou().filter(|_| counted) {
            Some(iou) => format!("mean IoU {iou:.2}"),
            None => self.describe(truth),
        };
        (vec![title], None)
    }

    fn read(&self, row: &[f32], size: Size, decision: &Decision) -> MaskTarget {
        let codes = decided_codes(row, self.vocab().len(), decision.about(self.vocab(), &Decision::Argmax));
        // Nothing counts in a mask of a row that has not a number for each pixel.
        let mask = Mask::new(size, codes).unwrap_or_else(|_| Mask::filled(size, Mask::VOID));
        MaskTarget::Held(Arc::new(mask))
    }
}

impl<I: Item + ?Sized> MapTarget for Masks<I> {}

impl<I: Item + ?Sized> TargetDefaults for Points<I> {
    type Findings = PointFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(Known::new(SmoothL1::default()))
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<Vec<Point>>>> {
        vec![pck(0.05), point_error()]
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Points(self.names().clone())
    }

    /// How far the known points are from where the model sees them, in shares of the picture's side.
    fn title(&self, _row: &[f32], said: &Vec<Point>, truth: &Vec<Point>) -> (Vec<String>, Option<Mark>) {
        let both = said.iter().zip(truth).filter_map(|(said, truth)| (*said).zip(*truth));
        let apart: Vec<f64> = both.map(|(said, truth)| point_distance(said, truth)).collect();
        let mean = apart.iter().sum::<f64>() / apart.len().max(1) as f64;
        let title = if apart.is_empty() { self.describe(truth) } else { format!("off by {:.1} %", 100.0 * mean) };
        (vec![title], None)
    }

    fn read(&self, row: &[f32], _size: Size, _decision: &Decision) -> Vec<Point> {
        row.chunks_exact(2).map(|point| Some([point[0], point[1]])).collect()
    }
}

impl<I: Item + ?Sized> VisionTarget for Points<I> {}
impl<I: Item + ?Sized> PositionTarget for Points<I> {}

impl<I: Item + ?Sized> TargetDefaults for Boxes<I> {
    type Findings = BoxFindings;

    fn loss(&self) -> Box<dyn Loss<Self::Tensor>> {
        Box::new(BoxLoss::default())
    }

    fn metrics(&self) -> Vec<Box<dyn Metric<Option<Box4>>>> {
        vec![box_iou()]
    }

    fn kind(&self) -> TargetKind {
        TargetKind::Box
    }

    /// How much of both boxes they have in common.
    fn title(&self, _row: &[f32], said: &Option<Box4>, truth: &Option<Box4>) -> (Vec<String>, Option<Mark>) {
        let title = match (said, truth) {
            (Some(said), Some(truth)) => format!("IoU {:.2}", iou(*said, *truth)),
            _ => self.describe(truth),
        };
        (vec![title], None)
    }

    fn read(&self, row: &[f32], _size: Size, _decision: &Decision) -> Option<Box4> {
        row.try_into().ok()
    }
}

impl<I: Item + ?Sized> VisionTarget for Boxes<I> {}
impl<I: Item + ?Sized> PositionTarget for Boxes<I> {}
