//! Any number of boxes with classes as target.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_transforms::{Draw, TransformError};
use firelight_vocab::Vocab;

use super::boxes::{has_area, in_words, within};
use super::cautions::{alike_names, shares_for_pixels, untrained_classes};
use super::targets::{read_targets, unknown};
use super::{Box4, FittedTarget, Marks, TargetBlock};
use crate::item::Item;
use crate::label::Interned;
use crate::{DataError, Labeller};

/// Every item has any number of boxes, none included, each of a class: fastai's `BBoxBlock` and `BBoxLblBlock` in one.
///
/// The labeller gives the class and the box of each object, in pixels as [`BoxBlock`](crate::BoxBlock) has them. The vocab is built from the
/// training items, sorted by code point, unless [`with_vocab`](Self::with_vocab) gives it. Boxes move with the picture: each is cut to it, and
/// one of which nothing is left is dropped with its class. In a batch they are from -1 to 1 over the final picture.
///
/// There is no detector among the models here: a model and a loss of your own learn these targets (`Learner::new`), and no export holds what
/// only they know of their numbers.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{FittedTarget, LabelledBoxBlock, TargetBlock};
/// use firelight_transforms::{PictureTransforms, Resize, Size};
///
/// let objects = |_: &Path| Ok(vec![("dog".to_owned(), [0.0, 0.0, 80.0, 160.0]), ("cat".to_owned(), [160.0, 40.0, 240.0, 120.0])]);
/// let (objects, targets) = LabelledBoxBlock::new(objects).fit(&[Path::new("a.jpg")])?;
/// let draw = PictureTransforms::new().with_item(Resize::crop(64)).draw(Size::new(320, 160), None)?; // columns 80 to 240
/// assert_eq!(objects.place(targets[0].clone(), &draw)?, [(0, [0.0, -0.5, 1.0, 0.5])]); // the dog has left the picture
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LabelledBoxBlock<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<(String, Box4)>, I>>,
    vocab: Option<Vocab>,
}

impl<I: ?Sized> LabelledBoxBlock<I> {
    /// Classes and boxes as `labeller` lists them.
    pub fn new(labeller: impl Labeller<Vec<(String, Box4)>, I> + 'static) -> Self {
        Self { labeller: Arc::new(labeller), vocab: None }
    }

    /// The classes, in the order of their numbers; a class that is not among them is an error.
    pub fn with_vocab(mut self, vocab: Vocab) -> Self {
        self.vocab = Some(vocab);
        self
    }
}

impl<I: ?Sized> Clone for LabelledBoxBlock<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for LabelledBoxBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelledBoxBlock").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for LabelledBoxBlock<I> {
    type Fitted = LabelledBoxes<I>;

    fn given(&self) -> Option<LabelledBoxes<I>> {
        let vocab = self.vocab.clone()?;
        Some(LabelledBoxes { labeller: self.labeller.clone(), vocab })
    }

    fn fit(&self, train: &[&I]) -> Result<(LabelledBoxes<I>, Vec<Vec<(usize, Box4)>>), DataError> {
        if let Some(boxes) = self.given() {
            let targets = read_targets(&boxes, train)?;
            return Ok((boxes, targets));
        }
        let labels = Interned::of(self.labeller.as_ref(), train, |objects: Vec<(String, Box4)>, intern| {
            objects.into_iter().map(|(class, area)| (intern(class), area)).collect::<Vec<_>>()
        })?;
        let numbered = |objects: Vec<(usize, Box4)>, class: &dyn Fn(usize) -> usize| -> Vec<(usize, Box4)> {
            objects.into_iter().map(|(label, area)| (class(label), area)).collect()
        };
        let (vocab, targets) = labels.into_classes(train, numbered)?;
        let boxes = LabelledBoxes { labeller: self.labeller.clone(), vocab };
        for (&item, target) in train.iter().zip(&targets) {
            boxes.check(item, target)?;
        }
        Ok((boxes, targets))
    }
}

/// A batch of [`LabelledBoxes`], with as many places an item as the item of the batch with most boxes has, at least one: the sides
/// `[batch, most, 4]`, the class numbers `[batch, most]`, and how many of its places an item has boxes in `[batch]`. Boxes come first; sides and
/// class of the places after them are 0.
///
/// ```
/// use burn::tensor::{Bool, Int, Tensor};
///
/// /// Which places have a box: `[batch, most]`.
/// fn taken(classes: &Tensor<2, Int>, counts: &Tensor<1, Int>) -> Tensor<2, Bool> {
///     let [batch, most] = classes.dims();
///     let place = Tensor::<1, Int>::arange(0..most as i64, &classes.device()).unsqueeze::<2>().expand([batch, most]);
///     place.lower(counts.clone().unsqueeze_dim::<2>(1).expand([batch, most]))
/// }
/// ```
pub type PaddedBoxes = (Tensor<3>, Tensor<2, Int>, Tensor<1, Int>);

/// Boxes with classes of a vocab. A target is a list of class numbers and boxes in the labeller's order, and a batch of targets
/// [`PaddedBoxes`].
///
/// [`outputs`](FittedTarget::outputs) is the number of classes: what a detector gives for an item is its own affair.
pub struct LabelledBoxes<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<Vec<(String, Box4)>, I>>,
    vocab: Vocab,
}

impl<I: ?Sized> LabelledBoxes<I> {
    /// Which class has which number.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

impl<I: ?Sized> Clone for LabelledBoxes<I> {
    fn clone(&self) -> Self {
        Self { labeller: self.labeller.clone(), vocab: self.vocab.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for LabelledBoxes<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelledBoxes").field("vocab", &self.vocab).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> LabelledBoxes<I> {
    /// Refuses sides that are exchanged or no numbers. A box without width or height, of which COCO itself has a few, is among the cautions.
    fn check(&self, item: &I, target: &[(usize, Box4)]) -> Result<(), DataError> {
        let is_wrong = |(_, [left, top, right, bottom]): &&(usize, Box4)| {
            ![left, top, right, bottom].iter().all(|side| side.is_finite()) || left > right || top > bottom
        };
        target.iter().find(is_wrong).map_or(Ok(()), |(class, area)| {
            let what = format!("the box {} of {:?}", in_words(area), self.name(*class));
            let remedy = "give left, top, right and bottom, finite and in this order".to_owned();
            Err(DataError::Values { path: item.path().into_owned(), what, remedy })
        })
    }

    fn name(&self, class: usize) -> &str {
        self.vocab.name(class).unwrap_or("?")
    }
}

impl<I: Item + ?Sized> FittedTarget for LabelledBoxes<I> {
    type Item = I;
    type Target = Vec<(usize, Box4)>;
    type Tensor = PaddedBoxes;

    fn target(&self, item: &I) -> Result<Vec<(usize, Box4)>, DataError> {
        let (mut target, mut others) = (Vec::new(), Vec::new());
        for (class, area) in self.labeller.label(item)? {
            match self.vocab.find(&class) {
                Some(class) => target.push((class, area)),
                None => others.push(class),
            }
        }
        if !others.is_empty() {
            return Err(unknown(others, item));
        }
        self.check(item, &target)?;
        Ok(target)
    }

    fn place(&self, target: Vec<(usize, Box4)>, draw: &Draw) -> Result<Vec<(usize, Box4)>, TransformError> {
        let mut placed = Vec::with_capacity(target.len());
        for (class, area) in target.into_iter().filter(|(_, area)| has_area(area)) {
            let of = format!(" of {:?}", self.name(class));
            let seen = draw.unit_box(within(area, &of, draw)?).filter(has_area);
            placed.extend(seen.map(|seen| (class, seen)));
        }
        Ok(placed)
    }

    fn moves(&self) -> bool {
        true
    }

    fn marks(&self, target: &Vec<(usize, Box4)>) -> Marks {
        let boxes = target.iter().map(|&(class, area)| (area, self.name(class).to_owned()));
        Marks { boxes: boxes.collect(), ..Marks::default() }
    }

    fn collate(&self, targets: &[Vec<(usize, Box4)>], device: &Device) -> PaddedBoxes {
        let (batch, most) = (targets.len(), targets.iter().map(Vec::len).max().unwrap_or(0).max(1));
        let (mut sides, mut classes) = (Vec::with_capacity(4 * batch * most), Vec::with_capacity(batch * most));
        for target in targets {
            let places = || target.iter().map(Some).chain(std::iter::repeat(None)).take(most);
            sides.extend(places().flat_map(|place| place.map_or([0.0; 4], |(_, area)| *area)));
            classes.extend(places().map(|place| place.map_or(0, |(class, _)| *class as i64)));
        }
        let counts: Vec<i64> = targets.iter().map(|target| target.len() as i64).collect();
        (
            Tensor::from_data(TensorData::new(sides, [batch, most, 4]), device),
            Tensor::from_data(TensorData::new(classes, [batch, most]), device),
            Tensor::from_data(TensorData::new(counts, [batch]), device),
        )
    }

    /// How many there are of each class: `dog × 2, cat`.
    fn describe(&self, target: &Vec<(usize, Box4)>) -> String {
        let mut counts = vec![0_usize; self.vocab.len()];
        for &(class, _) in target {
            if let Some(count) = counts.get_mut(class) {
                *count += 1;
            }
        }
        let seen = self.vocab.iter().zip(counts).filter(|(_, count)| *count > 0);
        let words: Vec<String> =
            seen.map(|(name, count)| if count == 1 { name.to_owned() } else { format!("{name} × {count}") }).collect();
        if words.is_empty() { "no box".into() } else { words.join(", ") }
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.vocab)
    }

    fn cautions(&self, train: &[Vec<(usize, Box4)>]) -> Vec<String> {
        let areas = || train.iter().flatten().map(|(_, area)| area);
        let (all, empty) = (areas().count(), areas().filter(|area| !has_area(area)).count());
        if all == 0 {
            return vec!["boxes: no training item has one; check the labeller".into()];
        }
        let mut cautions = Vec::new();
        if empty > 0 {
            cautions.push(format!(
                "boxes: {empty} of the {all} of the training items have no width or no height, and are in no batch; mend them, or let the \
                 labeller leave them out"
            ));
        }
        cautions.extend(shares_for_pixels("boxes", areas().flatten()));
        cautions.extend(untrained_classes(&self.vocab, train.iter().flatten().map(|(class, _)| *class)));
        cautions.extend(alike_names(&self.vocab));
        cautions
    }
}
