use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use firelight_costs::{ClassFrame, ClassHead, ClassTree, Groups};

use super::{HeadLayer, Units};

/// What a [`Head`](crate::Head) does with the numbers of its last linear layer, where that is something: see [`ClassHead`].
#[derive(Module, Debug)]
pub enum HeadEnd {
    /// Products with fixed vectors.
    Frame(FixedFrame),
    /// Lengths in subspaces.
    Subspaces(Subspaces),
    /// Products with the probabilities of groups.
    Parents(ParentScores),
    /// Values in their units.
    Units(FixedUnits),
}

/// Mean and spread of values, which do not train and are in no file of weights: the head's config has them.
#[derive(Module, Debug)]
pub struct FixedUnits {
    /// `[1, values]`, both.
    mean: Tensor<2>,
    spread: Tensor<2>,
}

/// The vectors of a [`ClassFrame`], which do not train and are in no file: they follow from the tree.
#[derive(Module, Debug)]
pub struct FixedFrame {
    /// `[dimensions, classes]`.
    vectors: Tensor<2>,
}

/// Which axes span the subspace of which class.
#[derive(Module, Debug)]
pub struct Subspaces {
    /// `[axes, classes]` of 1 where a node is on the class's path, and 0.
    paths: Tensor<2>,
}

/// Layers for the scores of groups, on the same features as those of the classes.
#[derive(Module, Debug)]
pub struct ParentScores {
    layers: Vec<HeadLayer>,
    /// Of each class its group.
    group_of: Tensor<1, Int>,
}

impl HeadEnd {
    /// The end of a head, with layers for groups from `branch`.
    pub(crate) fn of(end: &ClassHead, branch: impl FnOnce() -> Vec<HeadLayer>, device: &Device) -> Option<Self> {
        match end {
            ClassHead::Frame(frame) => Some(Self::Frame(FixedFrame::of(frame, device))),
            ClassHead::Subspaces(tree) => Some(Self::Subspaces(Subspaces::of(tree, device))),
            ClassHead::Parents(groups) => Some(Self::Parents(ParentScores::of(groups, branch(), device))),
            _ => None,
        }
    }

    /// Values in these units.
    pub(crate) fn in_units(units: &Units, device: &Device) -> Self {
        let row = |numbers: &[f32]| Tensor::<1>::from_floats(numbers, device).unsqueeze::<2>();
        Self::Units(FixedUnits { mean: row(&units.mean), spread: row(&units.spread) })
    }

    /// The whole row of the last layer's numbers, `[n, outputs]`; `scores` are those of the layers of a branch for the same features.
    pub(crate) fn row(&self, last: Tensor<2>, scores: impl FnOnce(&[HeadLayer]) -> Tensor<2>) -> Tensor<2> {
        match self {
            Self::Frame(frame) => last.matmul(frame.vectors.clone()),
            Self::Subspaces(subspaces) => {
                // A root of 0 has no slope, and what nobody asks for would be none times infinity.
                let lengths = (last.clone().square().matmul(subspaces.paths.clone()) + 1e-30).sqrt();
                Tensor::cat(vec![lengths, last], 1)
            }
            Self::Parents(parents) => {
                let groups = scores(&parents.layers);
                let likely = activation::log_softmax(groups.clone(), 1).select(1, parents.group_of.clone());
                Tensor::cat(vec![last.clone() + likely, last, groups], 1)
            }
            Self::Units(units) => last * units.spread.clone() + units.mean.clone(),
        }
    }
}

impl FixedFrame {
    fn of(frame: &ClassFrame, device: &Device) -> Self {
        let classes = frame.tree().vocab().len();
        let vectors: Vec<f32> = frame.vectors().iter().map(|number| *number as f32).collect();
        let vectors = Tensor::<2>::from_data(TensorData::new(vectors, [classes, classes]), device);
        Self { vectors: vectors.transpose() }
    }
}

impl Subspaces {
    fn of(tree: &ClassTree, device: &Device) -> Self {
        let (axes, classes) = (tree.axes(), tree.vocab().len());
        let on_path = |at: usize| f32::from(u8::from(tree.holds(at / classes + 1, at % classes)));
        let paths: Vec<f32> = (0..axes * classes).map(on_path).collect();
        Self { paths: Tensor::from_data(TensorData::new(paths, [axes, classes]), device) }
    }
}

impl ParentScores {
    fn of(groups: &Groups, layers: Vec<HeadLayer>, device: &Device) -> Self {
        let group_of: Vec<i64> = groups.of_classes().iter().map(|group| *group as i64).collect();
        let count = group_of.len();
        Self { layers, group_of: Tensor::from_data(TensorData::new(group_of, [count]), device) }
    }
}
