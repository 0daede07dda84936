use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Area, Chance, Filter, Frame, PadMode, Size, TransformError};

/// Brings every picture to one size: fastai's `Resize`.
///
/// | constructor | what happens to another aspect ratio |
/// |---|---|
/// | [`Resize::crop`] | the longer side is cropped: at the centre, in training at a random position |
/// | [`Resize::pad`] | the shorter side is padded (by default mirrored): evenly, in training at a random share |
/// | [`Resize::squish`] | the picture is stretched |
///
/// Two draws, one a side, as in fastai; the side that is not cropped ignores its draw. Shrinking is antialiased.
///
/// ```
/// use firelight_transforms::{PadMode, Resize, Size};
///
/// let square = Resize::crop(460);
/// let wide = Resize::pad(Size::new(256, 128)).with_pad_mode(PadMode::Zeros);
/// assert_eq!(wide.to_string(), "Resize to 256×128 by padding with zeros, bilinear");
/// # let _ = square;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Resize {
    size: Size,
    method: ResizeMethod,
    pad_mode: PadMode,
    filter: Filter,
}

/// What [`Resize`] does with a picture of another aspect ratio.
///
/// ```
/// use firelight_transforms::{Resize, ResizeMethod, Size};
///
/// assert_eq!(Resize::by(Size::new(256, 128), ResizeMethod::Pad), Resize::pad(Size::new(256, 128)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResizeMethod {
    /// Cut off what is too long.
    Crop,
    /// Fill up what is too short.
    Pad,
    /// Stretch.
    Squish,
}

impl Resize {
    /// Crops the longer side to the aspect ratio of `size`.
    pub fn crop(size: impl Into<Size>) -> Self {
        Self::by(size, ResizeMethod::Crop)
    }

    /// Pads the shorter side to the aspect ratio of `size`, mirroring the picture.
    pub fn pad(size: impl Into<Size>) -> Self {
        Self::by(size, ResizeMethod::Pad)
    }

    /// Stretches to `size`.
    pub fn squish(size: impl Into<Size>) -> Self {
        Self::by(size, ResizeMethod::Squish)
    }

    /// Any of the three methods.
    pub fn by(size: impl Into<Size>, method: ResizeMethod) -> Self {
        Self { size: size.into(), method, pad_mode: PadMode::default(), filter: Filter::default() }
    }

    /// What [`Resize::pad`] fills with. Default: reflection.
    pub fn with_pad_mode(self, pad_mode: PadMode) -> Self {
        Self { pad_mode, ..self }
    }

    /// How pixels are weighed where nothing but this resize (and flips) happens to a picture. Default: bilinear.
    pub fn with_filter(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }

    /// The size of the result.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The filter of the resize.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// The part of a picture of size `of` that becomes the result; for padding it reaches beyond the picture.
    ///
    /// `place` is where the part lies, 0 to 1 along each axis: (½, ½) in validation, drawn in training. Its position and
    /// sides are whole pixels, truncated as fastai's are.
    pub fn area(&self, of: Size, place: (f32, f32)) -> Area {
        let (w, h) = (f64::from(of.width), f64::from(of.height));
        let (tw, th) = (f64::from(self.size.width), f64::from(self.size.height));
        let ratio = match self.method {
            ResizeMethod::Squish => return Area::new(0.0, 0.0, w, h),
            ResizeMethod::Crop => (w / tw).min(h / th),
            ResizeMethod::Pad => (w / tw).max(h / th),
        };
        // A very long picture must keep a pixel of its short side.
        let (cw, ch) = ((ratio * tw).trunc().max(1.0), (ratio * th).trunc().max(1.0));
        let at = |place: f32, room: f64| (f64::from(place) * room).trunc();
        Area::new(at(place.0, w - cw), at(place.1, h - ch), cw, ch)
    }

    pub(super) fn place(&self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        let place = chance.map_or((0.5, 0.5), |chance| (chance.uniform(), chance.uniform()));
        let seen = frame.through(self.area(frame.size, place), self.size);
        if self.method == ResizeMethod::Pad { Frame { pad: self.pad_mode, ..seen } } else { seen }
    }

    pub(super) fn check(&self) -> Result<(), TransformError> {
        super::stage::check_size("Resize", self.size)
    }
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resize to {} by ", self.size)?;
        match self.method {
            ResizeMethod::Crop => f.write_str("cropping")?,
            ResizeMethod::Pad => write!(f, "padding with {}", self.pad_mode)?,
            ResizeMethod::Squish => f.write_str("stretching")?,
        }
        write!(f, ", {}", self.filter)
    }
}
