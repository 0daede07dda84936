//! A box of a picture as target.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor};
use firelight_transforms::{Draw, TransformError};

use super::cautions::shares_for_pixels;
use super::points::located;
use super::targets::read_targets;
use super::{FittedTarget, Marks, TargetBlock};
use crate::item::Item;
use crate::{DataError, Labeller};

/// An upright rectangle: left, top, right and bottom.
pub type Box4 = [f32; 4];

/// Every item has one box, or none, as the head of an animal.
///
/// The labeller gives left, top, right and bottom in pixels of the picture as its file has it (upright), from (0, 0), the outer corner of
/// the first pixel; VOC counts pixels from 1, so that its `xmin` and `ymin` are one more ([`Voc`](crate::Voc) knows). The box moves with
/// the picture: where that is turned or tilted it is the upright box around the turned one, and it is cut to the picture. In a batch it
/// is from -1 to 1 over the final picture, whose outer edges these are (fastai's scaling), and marked where nothing of it is left.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{BoxBlock, FittedTarget, TargetBlock};
/// use firelight_transforms::{PictureTransforms, Resize, Size};
///
/// let (head, targets) = BoxBlock::new(|_: &Path| Ok([80.0, 40.0, 240.0, 120.0])).fit(&[Path::new("a.jpg")])?;
/// let draw = PictureTransforms::new().with_item(Resize::squish(64)).draw(Size::new(320, 160), None)?;
/// assert_eq!(head.place(targets[0], &draw)?, Some([-0.5, -0.5, 0.5, 0.5]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BoxBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Option<Box4>, I>>,
}

impl<I: ?Sized + 'static> BoxBlock<I> {
    /// Boxes as `labeller` gives them.
    pub fn new(labeller: impl Labeller<Box4, I> + 'static) -> Self {
        Self::some(move |item: &I| labeller.label(item).map(Some))
    }

    /// Boxes of which some are not known.
    pub fn some(labeller: impl Labeller<Option<Box4>, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller) }
    }
}

impl<I: ?Sized> Clone for BoxBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for BoxBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxBlock").finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for BoxBlock<I> {
    type Fitted = Boxes<I>;

    fn given(&self) -> Option<Boxes<I>> {
        Some(Boxes { labeller: self.labeller.clone() })
    }

    fn fit(&self, train: &[&I]) -> Result<(Boxes<I>, Vec<Option<Box4>>), DataError> {
        let boxes = Boxes { labeller: self.labeller.clone() };
        let targets = read_targets(&boxes, train)?;
        Ok((boxes, targets))
    }
}

/// A box an item. A target is a box or `None`, and a batch of targets `[batch, 4]` numbers from -1 to 1, 0 where there is no box, with
/// which of them are known.
pub struct Boxes<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Option<Box4>, I>>,
}

impl<I: ?Sized> Clone for Boxes<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for Boxes<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boxes").finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Boxes<I> {
    type Item = I;
    type Target = Option<Box4>;
    type Tensor = (Tensor<2>, Tensor<2, Bool>);

    fn target(&self, item: &I) -> Result<Option<Box4>, DataError> {
        let Some(area) = self.labeller.label(item)? else { return Ok(None) };
        if area.iter().all(|side| side.is_finite()) && has_area(&area) {
            return Ok(Some(area));
        }
        let what = format!("the box {}", in_words(&area));
        let remedy = "give left, top, right and bottom, finite and in this order, or `None`".to_owned();
        Err(DataError::Values { path: item.path().into_owned(), what, remedy })
    }

    fn place(&self, target: Option<Box4>, draw: &Draw) -> Result<Option<Box4>, TransformError> {
        target.map_or(Ok(None), |area| Ok(draw.unit_box(within(area, "", draw)?)))
    }

    fn moves(&self) -> bool {
        true
    }

    fn marks(&self, target: &Option<Box4>) -> Marks {
        Marks { boxes: target.iter().map(|&area| (area, String::new())).collect(), ..Marks::default() }
    }

    fn collate(&self, targets: &[Option<Box4>], device: &Device) -> (Tensor<2>, Tensor<2, Bool>) {
        located(targets.iter().map(|&area| std::iter::once(area)), 1, device)
    }

    fn describe(&self, target: &Option<Box4>) -> String {
        target.map_or_else(|| "no box".into(), |area| format!("box {}", in_words(&area)))
    }

    fn outputs(&self) -> usize {
        4
    }

    fn cautions(&self, train: &[Option<Box4>]) -> Vec<String> {
        if train.iter().all(Option::is_none) {
            return vec!["boxes: no training item has one; check the labeller".into()];
        }
        shares_for_pixels("boxes", train.iter().flatten().flatten()).into_iter().collect()
    }
}

/// Whether the sides, left before right and top before bottom, have something between them.
pub(super) fn has_area([left, top, right, bottom]: &Box4) -> bool {
    left < right && top < bottom
}

/// The box in numbers that are whole where they are.
pub(super) fn in_words(area: &Box4) -> String {
    let side = |number: f32| format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
    area.map(side).join(" ")
}

/// The box, which has to have a part in the picture; `of` is what it is of, in words, or nothing.
pub(super) fn within(area: Box4, of: &str, draw: &Draw) -> Result<[f64; 4], TransformError> {
    let [left, top, right, bottom] = area.map(f64::from);
    let (width, height) = (f64::from(draw.picture.width), f64::from(draw.picture.height));
    if left < width && top < height && right > 0.0 && bottom > 0.0 {
        return Ok([left, top, right, bottom]);
    }
    let reason = format!(
        "the box {}{of} lies outside the picture of {}; give left, top, right and bottom in pixels of the upright picture, or leave \
         it out",
        in_words(&area),
        draw.picture
    );
    Err(TransformError::Input { reason })
}
