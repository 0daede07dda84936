use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{
    AugTransforms, Chance, Draw, Filter, Frame, ItemTransform, Lighting, Normalize, PadMode, PictureRef, Policy,
    Scratch, Size, TransformError,
};

/// The whole way from a decoded picture to normalised planes: item transforms, augmentation, normalisation.
///
/// It is a recipe: a value without pictures, which can be cloned, compared, printed and (but for closures) written to a
/// file. The stages run in the order they were given, item transforms first. Their geometry is composed and the picture
/// resampled **once**, antialiased where it shrinks.
///
/// ```
/// use firelight_transforms::{Chance, Normalize, PictureTransforms, Resize, Scratch, Size, aug_transforms};
///
/// let transforms = PictureTransforms::new()
///     .with_item(Resize::crop(460))
///     .with_augment(aug_transforms().size(224).min_scale(0.9))
///     .with_normalize(Normalize::imagenet());
///
/// let picture = image::RgbImage::new(500, 375);
/// let mut planes = vec![0.0; Size::square(224).planes()];
/// let mut scratch = Scratch::default();
/// let mut chance = Chance::new(42, 0, 0);
/// let size = transforms.apply(&picture, Some(&mut chance), &mut scratch, &mut planes)?;
/// assert_eq!(size, Size::square(224));
/// # Ok::<(), firelight_transforms::TransformError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct PictureTransforms {
    items: Vec<ItemTransform>,
    augment: Option<AugTransforms>,
    normalize: Option<Normalize>,
}

/// What looks at three channels at once.
pub(crate) const TURNS: &str = "lighting by hue or saturation";

/// A recipe as a file has it, before its parameters are checked.
#[derive(Deserialize)]
struct Stored {
    items: Vec<ItemTransform>,
    augment: Option<AugTransforms>,
    normalize: Option<Normalize>,
}

impl TryFrom<Stored> for PictureTransforms {
    type Error = TransformError;

    fn try_from(stored: Stored) -> Result<Self, TransformError> {
        let Stored { items, augment, normalize } = stored;
        let transforms = Self { items, augment, normalize };
        transforms.check()?;
        Ok(transforms)
    }
}

impl PictureTransforms {
    /// Without any stage: pictures keep their sizes, colours become 0 to 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an item transform after those given before.
    pub fn with_item(mut self, stage: impl Into<ItemTransform>) -> Self {
        self.items.push(stage.into());
        self
    }

    /// Sets the augmentation.
    pub fn with_augment(self, augment: AugTransforms) -> Self {
        Self { augment: Some(augment), ..self }
    }

    /// Sets the normalisation; [`Normalize::none`] is a choice like any other.
    pub fn with_normalize(self, normalize: Normalize) -> Self {
        Self { normalize: Some(normalize), ..self }
    }

    /// The item transforms, in order.
    pub fn items(&self) -> &[ItemTransform] {
        &self.items
    }

    /// The augmentation.
    pub fn augment(&self) -> Option<&AugTransforms> {
        self.augment.as_ref()
    }

    /// The normalisation: the one that was set, or none.
    pub fn normalize(&self) -> Normalize {
        self.statistics().clone()
    }

    /// The same, borrowed: what each picture asks for.
    pub(crate) fn statistics(&self) -> &Normalize {
        static NONE: LazyLock<Normalize> = LazyLock::new(Normalize::none);
        self.normalize.as_ref().unwrap_or(&NONE)
    }

    /// Whether a normalisation was set, if only to [`Normalize::none`].
    ///
    /// ```
    /// use firelight_transforms::{Normalize, PictureTransforms};
    ///
    /// assert!(!PictureTransforms::new().normalize_is_set());
    /// assert!(PictureTransforms::new().with_normalize(Normalize::none()).normalize_is_set());
    /// ```
    pub fn normalize_is_set(&self) -> bool {
        self.normalize.is_some()
    }

    /// The size of every result, or `None` when pictures keep sizes of their own.
    pub fn output_size(&self) -> Option<Size> {
        let items = self.items.iter().fold(None, |size, stage| stage.output_size(size));
        self.augment.as_ref().and_then(AugTransforms::output_size).or(items)
    }

    /// Checks every parameter, so that a slip is found before the first picture.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for the first parameter outside its range.
    pub fn check(&self) -> Result<(), TransformError> {
        self.items.iter().try_for_each(ItemTransform::check)?;
        self.augment.as_ref().map_or(Ok(()), AugTransforms::check)?;
        self.statistics().check()
    }

    /// As [`check`](Self::check), for items whose pictures have so many channels each.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), [`TransformError::Statistics`], and [`TransformError::NoColours`] for hue, saturation and policies of other
    /// than three channels.
    pub fn check_channels(&self, channels: &[usize]) -> Result<(), TransformError> {
        self.check()?;
        if channels.is_empty() || channels.contains(&0) {
            let (stage, parameter) = ("the input block", "channels");
            return Err(TransformError::Setting { stage, parameter, value: 0.0, range: "at least 1 of each picture" });
        }
        let other = channels.iter().find(|&&channels| channels != 3);
        let stage = self.augment.as_ref().and_then(|augment| {
            augment.chosen_policy().map(Policy::name).or_else(|| augment.turns_colours().then_some(TURNS))
        });
        if let (Some(&channels), Some(stage)) = (other, stage) {
            return Err(TransformError::NoColours { stage, channels });
        }
        self.statistics().check_channels(channels)
    }

    /// Writes the normalised planes of a picture (red, green, blue; rows from the top) to `out`, and says their size.
    ///
    /// `chance` is the source of the random draws in training; `None` is validation, which has none. `scratch` holds
    /// buffers that a worker reuses from picture to picture. Of [several pictures](crate::Picture::Several) each is drawn by the same
    /// numbers, as fastai draws a tuple, and their planes stand one after the other.
    ///
    /// # Errors
    ///
    /// [`TransformError::OutputLength`] when `out` is not `channels · height · width` of the result, [`TransformError::Setting`]
    /// for a parameter outside its range, [`TransformError::Closure`] from a closure, [`TransformError::Empty`] for a
    /// picture without pixels, [`TransformError::Statistics`], [`TransformError::NoColours`] and [`TransformError::NoBytes`] for pictures of
    /// other channels than the transforms are for, and [`TransformError::SeveralSizes`].
    pub fn apply<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> Result<Size, TransformError> {
        self.apply_drawn(picture, chance, scratch, out).map(|draw| draw.size)
    }

    /// As [`apply`](Self::apply), and gives what was drawn: it moves the picture's masks, points and boxes along. Of several pictures that is
    /// the draw of the first.
    ///
    /// ```
    /// use firelight_transforms::{Chance, FlipItem, PictureTransforms, Resize, Scratch, Size};
    ///
    /// let transforms = PictureTransforms::new().with_item(Resize::squish(8)).with_item(FlipItem::new(1.0));
    /// let mut planes = vec![0.0; Size::square(8).planes()];
    /// let (picture, mut chance) = (image::RgbImage::new(16, 16), Chance::new(42, 0, 0));
    /// let draw = transforms.apply_drawn(&picture, Some(&mut chance), &mut Scratch::default(), &mut planes)?;
    /// assert_eq!(draw.point(2.0, 6.0), Some((7.0, 3.0)));
    /// assert!(!draw.through_closure);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn apply_drawn<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> Result<Draw, TransformError> {
        let decided = self.decide(picture.into(), chance, scratch)?;
        let (size, channels) = (decided.draw.size, decided.channels);
        let needed = size.planes_of(channels);
        if out.len() != needed {
            return Err(TransformError::OutputLength { size, channels, needed, given: out.len() });
        }
        Ok(self.render(decided, scratch, out))
    }

    /// As [`apply`](Self::apply), for pictures whose result may have any size.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply), without the length of the output.
    pub fn planes<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<(Size, Vec<f32>), TransformError> {
        self.planes_drawn(picture, chance, scratch).map(|(draw, planes)| (draw.size, planes))
    }

    /// As [`apply_drawn`](Self::apply_drawn), for pictures whose result may have any size.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply), without the length of the output.
    pub fn planes_drawn<'p>(
        &self,
        picture: impl Into<PictureRef<'p>>,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<(Draw, Vec<f32>), TransformError> {
        let decided = self.decide(picture.into(), chance, scratch)?;
        let mut out = vec![0.0; decided.draw.size.planes_of(decided.channels)];
        let draw = self.render(decided, scratch, &mut out);
        Ok((draw, out))
    }

    /// The decisions for a picture of size `picture`, without making its result: what [`apply`](Self::apply) does with the
    /// same `chance`, as long as there are no closures, which need the picture itself and are passed over here.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] and [`TransformError::Empty`], as [`apply`](Self::apply).
    pub fn draw(&self, picture: Size, mut chance: Option<&mut Chance>) -> Result<Draw, TransformError> {
        self.check()?;
        let frame =
            self.items.iter().fold(Frame::of(picture)?, |frame, stage| stage.place(frame, chance.as_deref_mut()));
        Ok(self.finish(picture, frame, chance))
    }

    pub(crate) fn finish(&self, picture: Size, frame: Frame, chance: Option<&mut Chance>) -> Draw {
        let plain = self.plain(picture, frame);
        let Some(augment) = &self.augment else {
            return plain;
        };
        let drawn = augment.draw(frame.size, chance);
        Draw {
            map: frame.map.after(drawn.map),
            size: drawn.size,
            pad: augment.padding(),
            lighting: drawn.lighting,
            erasing: drawn.erasing,
            operations: drawn.operations,
            mix: drawn.mix,
            ..plain
        }
    }

    /// What a frame shows without augmentation.
    pub(crate) fn plain(&self, picture: Size, frame: Frame) -> Draw {
        Draw {
            map: frame.map,
            size: frame.size,
            picture,
            frame: frame.map.bounds(f64::from(frame.size.width), f64::from(frame.size.height)),
            frame_pad: frame.pad,
            pad: PadMode::default(),
            filter: self.items.iter().rev().find_map(ItemTransform::filter).unwrap_or(Filter::Bilinear),
            lighting: Lighting::NONE,
            erasing: None,
            operations: Vec::new(),
            mix: None,
            through_closure: false,
        }
    }
}

/// One stage a line.
impl fmt::Display for PictureTransforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stage in &self.items {
            writeln!(f, "{stage}")?;
        }
        if let Some(augment) = &self.augment {
            writeln!(f, "{augment}")?;
        }
        write!(f, "{}", self.statistics())
    }
}
