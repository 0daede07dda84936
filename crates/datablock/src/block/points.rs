//! Points of a picture as targets.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use firelight_transforms::{Draw, TransformError};
use firelight_vocab::Vocab;

use super::cautions::shares_for_pixels;
use super::targets::read_targets;
use super::{FittedTarget, Marks, TargetBlock};
use crate::guard::guard;
use crate::item::Item;
use crate::{DataError, Labeller};

/// One point of a picture, x and y; `None` where it is not known.
pub type Point = Option<[f32; 2]>;

/// Every item has equally many points, as the eyes of a face: fastai's `PointBlock`.
///
/// The labeller gives x and y in pixels of the picture as its file has it (upright), from (0, 0), the outer corner of the first pixel.
/// Points move with the picture. In a batch they are from -1 to 1 over the final picture, whose outer edges these are (fastai's
/// scaling); one that has left it, or was not known, is marked. A flip moves points and renames none: a left eye stays the left eye.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, PointBlock, TargetBlock};
/// use firelight_transforms::{PictureTransforms, Resize, Size};
/// use firelight_vocab::Vocab;
///
/// let eyes = PointBlock::new(|_: &Path| Ok(vec![[120.0, 80.0], [200.0, 80.0]])).with_names(Vocab::ordered(["left eye", "right eye"])?);
/// let (eyes, targets) = eyes.fit(&[Path::new("a.jpg")])?;
/// let draw = PictureTransforms::new().with_item(Resize::squish(64)).draw(Size::new(320, 160), None)?;
/// assert_eq!(eyes.place(targets[0].clone(), &draw)?, [Some([-0.25, 0.0]), Some([0.25, 0.0])]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PointBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<Point>, I>>,
    names: Option<Vocab>,
}

impl<I: ?Sized + 'static> PointBlock<I> {
    /// Points as `labeller` gives them, all known.
    pub fn new(labeller: impl Labeller<Vec<[f32; 2]>, I> + 'static) -> Self {
        Self::some(move |item: &I| Ok(labeller.label(item)?.into_iter().map(Some).collect()))
    }

    /// Points of which some may be unknown, as of an eye that is hidden.
    pub fn some(labeller: impl Labeller<Vec<Point>, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller), names: None }
    }

    /// What the points are called, in their order. Default: `point 1`, `point 2` and so on.
    pub fn with_names(mut self, names: Vocab) -> Self {
        self.names = Some(names);
        self
    }
}

impl<I: ?Sized> Clone for PointBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), names: self.names.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for PointBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointBlock").field("names", &self.names).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for PointBlock<I> {
    type Fitted = Points<I>;

    fn given(&self) -> Option<Points<I>> {
        let names = self.names.clone()?;
        Some(Points { labeller: self.labeller.clone(), names })
    }

    fn fit(&self, train: &[&I]) -> Result<(Points<I>, Vec<Vec<Point>>), DataError> {
        let points = match (self.given(), train.first()) {
            (Some(points), _) => points,
            (None, None) => Points { labeller: self.labeller.clone(), names: numbered(0) },
            (None, Some(first)) => {
                let points = guard("labeller", first.path().display(), || self.labeller.label(first))?;
                Points { labeller: self.labeller.clone(), names: numbered(points.len()) }
            }
        };
        let targets = read_targets(&points, train)?;
        Ok((points, targets))
    }
}

fn numbered(points: usize) -> Vocab {
    // In numeric order, which names as labels would not have.
    Vocab::ordered((1..=points).map(|point| format!("point {point}"))).unwrap_or_else(|_| Vocab::from_labels([""; 0]))
}

/// Points with their names. A target is a list of points, and a batch of targets the coordinates `[batch, 2 · points]`, x before y, from
/// -1 to 1 and 0 where a point is not known, with which of them are known.
pub struct Points<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<Point>, I>>,
    names: Vocab,
}

impl<I: ?Sized> Points<I> {
    /// What the points are called, in their order.
    pub fn names(&self) -> &Vocab {
        &self.names
    }
}

impl<I: ?Sized> Clone for Points<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), names: self.names.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for Points<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Points").field("names", &self.names).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Points<I> {
    type Item = I;
    type Target = Vec<Point>;
    type Tensor = (Tensor<2>, Tensor<2, Bool>);

    fn target(&self, item: &I) -> Result<Vec<Point>, DataError> {
        let points = self.labeller.label(item)?;
        let refuse = |what: String, remedy: &str| {
            Err(DataError::Values { path: item.path().into_owned(), what, remedy: remedy.into() })
        };
        if points.len() != self.names.len() || points.is_empty() {
            let what = format!("{} point(s), and there are {} names for them", points.len(), self.names.len());
            return refuse(what, "give every item equally many, with `None` for one that is not known");
        }
        match points.iter().flatten().find(|point| point.iter().any(|number| !number.is_finite())) {
            Some([x, y]) => {
                refuse(format!("the point ({x}, {y})"), "give finite numbers, or `None` for one that is not known")
            }
            None => Ok(points),
        }
    }

    fn place(&self, target: Vec<Point>, draw: &Draw) -> Result<Vec<Point>, TransformError> {
        Ok(target.into_iter().map(|point| point.and_then(|[x, y]| draw.unit_point(x.into(), y.into()))).collect())
    }

    fn moves(&self) -> bool {
        true
    }

    fn marks(&self, target: &Vec<Point>) -> Marks {
        Marks { points: target.clone(), ..Marks::default() }
    }

    fn collate(&self, targets: &[Vec<Point>], device: &Device) -> (Tensor<2>, Tensor<2, Bool>) {
        located(targets.iter().map(|points| points.iter().copied()), self.names.len(), device)
    }

    fn cautions(&self, train: &[Vec<Point>]) -> Vec<String> {
        if train.iter().flatten().all(Option::is_none) {
            return vec!["points: no training item has one that is known; check the labeller".into()];
        }
        shares_for_pixels("points", train.iter().flatten().flatten().flatten()).into_iter().collect()
    }

    fn describe(&self, target: &Vec<Point>) -> String {
        let missing = target.iter().filter(|point| point.is_none()).count();
        match missing {
            0 => format!("{} point(s)", target.len()),
            missing => format!("{} point(s), {missing} of them not seen", target.len()),
        }
    }

    fn outputs(&self) -> usize {
        2 * self.names.len()
    }
}

/// Numbers of `each` example, of which some are not known, as a tensor with which of them are.
pub(super) fn located<const N: usize>(
    each: impl ExactSizeIterator<Item = impl Iterator<Item = Option<[f32; N]>>>,
    groups: usize,
    device: &Device,
) -> (Tensor<2>, Tensor<2, Bool>) {
    let shape = [each.len(), N * groups];
    let all: Vec<Option<[f32; N]>> = each.flatten().collect();
    let values: Vec<f32> = all.iter().flat_map(|numbers| numbers.unwrap_or([0.0; N])).collect();
    let known: Vec<bool> = all.iter().flat_map(|numbers| [numbers.is_some(); N]).collect();
    let tensor = |values| Tensor::from_data(TensorData::new(values, shape), device);
    (tensor(values), Tensor::from_data(TensorData::new(known, shape), device))
}
