//! A class for every pixel as target.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use firelight_transforms::{Draw, Limits, Mask, MaskReader, TransformError};
use firelight_vocab::Vocab;

use super::targets::read_targets;
use super::{FittedTarget, Marks, TargetBlock};
use crate::item::Item;
use crate::{AnnotationError, DataError, Labeller};

/// Every pixel of a picture belongs to a class: fastai's `MaskBlock`.
///
/// A mask file has the picture's size and a class number in each pixel, in the order of the names: see [`MaskReader`] for the kinds of file, for
/// other numbers or colours, and for pixels that do not count. It moves with the picture, each pixel the nearest of the mask; where the
/// picture is padded with black, pixels do not count ([`Mask::VOID`]), which [`with_ground`](Self::with_ground) changes. Files are
/// read when a batch needs them; loaders check that they are there.
///
/// ```
/// use std::path::{Path, PathBuf};
/// use firelight_datablock::MaskBlock;
/// use firelight_transforms::MaskReader;
/// use firelight_vocab::Vocab;
///
/// let file = |item: &Path| Ok(PathBuf::from("annotations/trimaps").join(item.with_extension("png").file_name().unwrap_or_default()));
/// let trimaps = MaskBlock::new(Vocab::ordered(["ground", "animal"])?, file)
///     .with_reader(MaskReader::default().with_codes([(1, 1), (2, 0)]).with_void([3])); // Oxford's outline is not classified
/// # let _ = trimaps;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MaskBlock<I: ?Sized = Path>(Masks<I>);

impl<I: ?Sized + 'static> MaskBlock<I> {
    /// Masks in the files that `file` tells, with the names of their classes, code 0 first.
    pub fn new(names: Vocab, file: impl Labeller<PathBuf, I> + 'static) -> Self {
        Self::of(names, move |item: &I| file.label(item).map(MaskTarget::File))
    }

    /// Masks that are made otherwise, as from runs in a table: by `mask`, whenever a picture is read, so that none is kept.
    pub fn made(names: Vocab, mask: impl Labeller<Mask, I> + 'static) -> Self
    where
        I: Item,
    {
        let mask: Arc<dyn Labeller<Mask, I>> = Arc::new(mask);
        Self::of(names, move |item: &I| {
            let (mask, owned) = (mask.clone(), item.to_owned());
            let make = move || mask.label(owned.borrow());
            Ok(MaskTarget::Made(Made { item: item.path().into_owned(), make: Arc::new(make) }))
        })
    }

    fn of(names: Vocab, labeller: impl Labeller<MaskTarget, I> + 'static) -> Self {
        let (reader, limits) = (MaskReader::default(), Limits::default());
        Self(Masks { labeller: Arc::new(labeller), names, reader, limits, ground: Mask::VOID })
    }

    /// How mask files are read.
    pub fn with_reader(mut self, reader: MaskReader) -> Self {
        self.0.reader = reader;
        self
    }

    /// How large a mask may be before it is refused (see [`Limits`] for the defaults).
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.0.limits = limits;
        self
    }

    /// The class of pixels that stand where the picture is padded with black; fastai has 0. Default: they do not count.
    pub fn with_ground(mut self, code: u8) -> Self {
        self.0.ground = code;
        self
    }
}

impl<I: ?Sized> Clone for MaskBlock<I> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I: ?Sized> fmt::Debug for MaskBlock<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskBlock").field("names", &self.0.names).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> TargetBlock for MaskBlock<I> {
    type Fitted = Masks<I>;

    fn given(&self) -> Option<Masks<I>> {
        Some(self.0.clone())
    }

    fn fit(&self, train: &[&I]) -> Result<(Masks<I>, Vec<MaskTarget>), DataError> {
        let targets = read_targets(&self.0, train)?;
        Ok((self.0.clone(), targets))
    }
}

/// The mask of an item: where it is, and in a batch the mask itself as it lies in the final picture.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum MaskTarget {
    /// In a file.
    File(PathBuf),
    /// Made when it is wanted.
    Made(Made),
    /// At hand.
    Held(Arc<Mask>),
}

/// A mask that is made when it is wanted. What it prints, and is compared by, is its item's name.
#[derive(Clone)]
pub struct Made {
    item: PathBuf,
    make: Arc<dyn Fn() -> Result<Mask, DataError> + Send + Sync>,
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.item.fmt(f)
    }
}

impl PartialEq for Made {
    fn eq(&self, other: &Self) -> bool {
        self.item == other.item
    }
}

impl fmt::Debug for MaskTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Made(made) => made.fmt(f),
            Self::Held(mask) => mask.fmt(f),
        }
    }
}

/// The codes, rows from the top; of a mask that is not at hand none.
impl AsRef<[u8]> for MaskTarget {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::File(_) | Self::Made(_) => &[],
            Self::Held(mask) => mask.codes(),
        }
    }
}

/// Masks with the names of their classes. A target is a mask, and a batch of targets the codes `[batch, height, width]`.
pub struct Masks<I: ?Sized = Path> {
    labeller: Arc<dyn Labeller<MaskTarget, I>>,
    names: Vocab,
    reader: MaskReader,
    limits: Limits,
    ground: u8,
}

impl<I: ?Sized> Masks<I> {
    /// What the classes are called, code 0 first.
    pub fn vocab(&self) -> &Vocab {
        &self.names
    }
}

impl<I: ?Sized> Clone for Masks<I> {
    fn clone(&self) -> Self {
        let Self { labeller, names, reader, limits, ground } = self;
        Self {
            labeller: labeller.clone(),
            names: names.clone(),
            reader: reader.clone(),
            limits: *limits,
            ground: *ground,
        }
    }
}

impl<I: ?Sized> fmt::Debug for Masks<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { names, reader, limits, ground, .. } = self;
        let mut shown = f.debug_struct("Masks");
        shown
            .field("names", names)
            .field("reader", reader)
            .field("limits", limits)
            .field("ground", ground)
            .finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> FittedTarget for Masks<I> {
    type Item = I;
    type Target = MaskTarget;
    type Tensor = Tensor<3, Int>;

    fn target(&self, item: &I) -> Result<MaskTarget, DataError> {
        let (classes, ground) = (self.names.len(), self.ground);
        if classes > usize::from(Mask::VOID) || (ground != Mask::VOID && usize::from(ground) >= classes) {
            let (value, remedy) = (
                format!("{classes} classes and the ground {ground}"),
                "name 1 to 255 classes, and give the ground a code of one of them",
            );
            return Err(DataError::Setting { setting: "masks", value, remedy: remedy.into() });
        }
        let target = self.labeller.label(item)?;
        match &target {
            MaskTarget::File(file) if !file.is_file() => {
                Err(AnnotationError::NoMask { item: item.path().into_owned(), file: file.clone() }.into())
            }
            _ => Ok(target),
        }
    }

    fn place(&self, target: MaskTarget, draw: &Draw) -> Result<MaskTarget, TransformError> {
        let placed = match &target {
            MaskTarget::File(file) => {
                let placed = || self.placed(&self.reader.open(file, &self.limits)?, draw);
                placed().map_err(|error| error.in_file(file))?
            }
            MaskTarget::Made(made) => {
                let mask = (made.make)().map_err(|error| TransformError::Input { reason: error.to_string() })?;
                self.placed(&mask, draw)?
            }
            MaskTarget::Held(mask) => self.placed(mask, draw)?,
        };
        Ok(MaskTarget::Held(Arc::new(placed)))
    }

    fn moves(&self) -> bool {
        true
    }

    fn marks(&self, target: &MaskTarget) -> Marks {
        Marks { mask: target.as_ref().to_vec(), ..Marks::default() }
    }

    fn collate(&self, targets: &[MaskTarget], device: &Device) -> Tensor<3, Int> {
        let size = targets.iter().find_map(|target| match target {
            MaskTarget::Held(mask) => Some(mask.size()),
            MaskTarget::File(_) | MaskTarget::Made(_) => None,
        });
        let [height, width] = size.map_or([0, 0], |size| [size.height as usize, size.width as usize]);
        let codes: Vec<i64> = targets.iter().flat_map(AsRef::as_ref).map(|&code| code.into()).collect();
        Tensor::from_data(TensorData::new(codes, [targets.len(), height, width]), device)
    }

    fn describe(&self, target: &MaskTarget) -> String {
        let MaskTarget::Held(mask) = target else { return "a mask".into() };
        let pixels = mask.codes().len().max(1) as f64;
        let mut seen: Vec<(u8, usize)> = mask.counts().into_iter().collect();
        seen.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
        let name = |code: u8| self.names.name(code.into()).unwrap_or("not counted");
        let share = |&(code, count): &(u8, usize)| format!("{} {:.0} %", name(code), 100.0 * count as f64 / pixels);
        seen.iter().take(3).map(share).collect::<Vec<_>>().join(", ")
    }

    fn vocab(&self) -> Option<&Vocab> {
        Some(&self.names)
    }

    fn cautions(&self, train: &[MaskTarget]) -> Vec<String> {
        let files =
            train.iter().filter_map(|target| if let MaskTarget::File(file) = target { Some(file) } else { None });
        let mut known = HashSet::new();
        let again: Vec<&PathBuf> = files.filter(|file| !known.insert(*file)).collect();
        let caution = |first: &&PathBuf| {
            format!(
                "masks: {} training item(s) have the mask of another one, the first {}; give each its own, as by \
                 `Beside::with_folders_below`",
                again.len(),
                first.display()
            )
        };
        again.first().map(caution).into_iter().collect()
    }
}

impl<I: ?Sized> Masks<I> {
    /// The mask as it lies in the final picture, of known codes alone.
    fn placed(&self, mask: &Mask, draw: &Draw) -> Result<Mask, TransformError> {
        let classes = self.names.len();
        let unknown = |&code: &u8| code != Mask::VOID && usize::from(code) >= classes;
        if let Some(place) = mask.codes().iter().position(unknown) {
            let (code, width) = (mask.codes()[place], mask.size().width as usize);
            let (x, y) = (place % width, place / width);
            let reason = format!(
                "the mask has the code {code} at column {x}, row {y}, and codes of {classes} classes are 0 to {}; name more classes, or \
                 read it as another (`MaskReader::with_codes`) or as one that does not count (`with_void`)",
                classes.saturating_sub(1)
            );
            return Err(TransformError::Input { reason });
        }
        mask.moved(draw, self.ground)
    }
}
