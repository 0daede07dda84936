use std::fmt;

use serde::{Deserialize, Serialize};

use super::stage::{check_size, within};
use crate::{Area, Chance, Filter, Frame, Size, TransformError};

/// Crops a random part of random area and aspect ratio and resizes it: fastai's `RandomResizedCrop`.
///
/// | parameter | default | range |
/// |---|---|---|
/// | `scale` | 0.08 to 1 | share of the picture's area that the part covers, 0 to 1 |
/// | `ratio` | ¾ to 4⁄3 | width ÷ height of the part, over 0, drawn evenly on a logarithmic scale |
/// | `margin` | 0.14 | validation: how much larger than the result the picture is made before the centre is cut out |
///
/// In validation the **whole** picture is stretched to the result's size plus the margin (rounded up to a multiple of 8
/// pixels) and its centre is cut out, which does not keep the aspect ratio: fastai's rule. With
/// [`keeping_aspect`](RandomResizedCrop::keeping_aspect) it is torchvision's instead: the shorter side is resized to the
/// result plus the margin, then the centre is cut out.
///
/// ```
/// use firelight_transforms::{PictureTransforms, RandomResizedCrop};
///
/// let crop = RandomResizedCrop::new(224).with_scale(0.35, 1.0).keeping_aspect();
/// let transforms = PictureTransforms::new().with_item(crop);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RandomResizedCrop {
    size: Size,
    scale: (f32, f32),
    ratio: (f32, f32),
    margin: f32,
    keep_aspect: bool,
    filter: Filter,
}

impl RandomResizedCrop {
    /// Parts of 0.08 to 1 of the area.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into(),
            scale: (0.08, 1.0),
            ratio: (3.0 / 4.0, 4.0 / 3.0),
            margin: 0.14,
            keep_aspect: false,
            filter: Filter::default(),
        }
    }

    /// Smallest and largest share of the area.
    pub fn with_scale(self, smallest: f32, largest: f32) -> Self {
        Self { scale: (smallest, largest), ..self }
    }

    /// Smallest and largest width ÷ height.
    pub fn with_ratio(self, smallest: f32, largest: f32) -> Self {
        Self { ratio: (smallest, largest), ..self }
    }

    /// The margin of validation, as a share of the result's longer side.
    pub fn with_margin(self, margin: f32) -> Self {
        Self { margin, ..self }
    }

    /// Validation keeps the aspect ratio, as torchvision's recipes do.
    pub fn keeping_aspect(self) -> Self {
        Self { keep_aspect: true, ..self }
    }

    /// How pixels are weighed where nothing but this crop (and flips) happens to a picture. Default: bilinear.
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

    /// The part of a picture of size `of` that validation takes.
    pub fn valid_area(&self, of: Size) -> Area {
        let (w, h) = (f64::from(of.width), f64::from(of.height));
        let (tw, th) = (f64::from(self.size.width), f64::from(self.size.height));
        let margin = self.margin(tw.max(th));
        let (sw, sh) = if self.keep_aspect {
            let ratio = ((tw + margin) / w).max((th + margin) / h);
            (ratio * w, ratio * h)
        } else {
            (tw + margin, th + margin)
        };
        // Positions in the stretched picture are whole pixels; the stretch takes them back to the picture's own.
        let (left, top) = (((sw - tw) / 2.0).floor(), ((sh - th) / 2.0).floor());
        Area::new(left * w / sw, top * h / sh, tw * w / sw, th * h / sh)
    }

    /// As wide and as high as the narrowest and the lowest part that it takes of a picture of size `of`.
    pub(crate) fn least_area(&self, of: Size) -> Area {
        let valid = self.valid_area(of);
        let area = f64::from(self.scale.0) * of.pixels() as f64;
        // Of a picture that is longer than any part, the whole of its short side.
        let (low, high) = (f64::from(self.ratio.0), f64::from(self.ratio.1));
        let width = (area * low).sqrt().min(f64::from(of.height) * high).min(valid.width);
        let height = (area / high).sqrt().min(f64::from(of.width) / low).min(valid.height);
        Area::new(0.0, 0.0, width.max(1.0), height.max(1.0))
    }

    fn margin(&self, longer: f64) -> f64 {
        (longer * f64::from(self.margin) / 8.0).ceil() * 8.0
    }

    pub(super) fn place(&self, frame: Frame, chance: Option<&mut Chance>) -> Frame {
        let area = match chance {
            Some(chance) => draw_crop(frame.size, self.scale, self.ratio, Some(chance)),
            None => self.valid_area(frame.size),
        };
        frame.through(area, self.size)
    }

    pub(super) fn check(&self) -> Result<(), TransformError> {
        let stage = "RandomResizedCrop";
        check_size(stage, self.size)?;
        check_crop(stage, self.scale, self.ratio)?;
        within(stage, "margin", self.margin, 0.0..=16.0, "0 to 16")
    }
}

impl fmt::Display for RandomResizedCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, scale, ratio, .. } = self;
        write!(f, "RandomResizedCrop to {size}, area {} to {}, ", scale.0, scale.1)?;
        write!(f, "aspect {:.3} to {:.3}, {}", ratio.0, ratio.1, self.filter)
    }
}

/// A part of a picture of size `of`, in whole pixels, with a random share of its area and a random aspect ratio.
///
/// Ten tries, as fastai and torchvision; then, and without a source of chance, the largest centred part within the aspect
/// ratios.
///
/// ```
/// use firelight_transforms::{Chance, Size, draw_crop};
///
/// let part = draw_crop(Size::new(640, 480), (0.5, 1.0), (0.75, 4.0 / 3.0), Some(&mut Chance::new(42, 0, 0)));
/// assert!(part.left >= 0.0 && part.left + part.width <= 640.0);
/// ```
pub fn draw_crop(of: Size, scale: (f32, f32), ratio: (f32, f32), chance: Option<&mut Chance>) -> Area {
    let (w, h) = (f64::from(of.width), f64::from(of.height));
    if let Some(chance) = chance {
        for _ in 0..10 {
            let area = f64::from(chance.range(scale.0, scale.1)) * w * h;
            let aspect = libm::exp(f64::from(chance.range(libm::logf(ratio.0), libm::logf(ratio.1))));
            let nw = (area * aspect).sqrt().round_ties_even().max(1.0);
            let nh = (area / aspect).sqrt().round_ties_even().max(1.0);
            if nw <= w && nh <= h {
                let left = chance.below((w - nw) as u64 + 1) as f64;
                let top = chance.below((h - nh) as u64 + 1) as f64;
                return Area::new(left, top, nw, nh);
            }
        }
    }
    let (low, high) = (f64::from(ratio.0), f64::from(ratio.1));
    let (nw, nh) = if w / h < low {
        (w, (w / low).trunc().clamp(1.0, h))
    } else if w / h > high {
        ((h * high).trunc().clamp(1.0, w), h)
    } else {
        (w, h)
    };
    Area::new(((w - nw) / 2.0).floor(), ((h - nh) / 2.0).floor(), nw, nh)
}

pub(crate) fn check_crop(stage: &'static str, scale: (f32, f32), ratio: (f32, f32)) -> Result<(), TransformError> {
    within(stage, "smallest scale", scale.0, f32::MIN_POSITIVE..=scale.1, "over 0 and at most the largest")?;
    within(stage, "largest scale", scale.1, f32::MIN_POSITIVE..=1.0, "over 0 and at most 1")?;
    within(stage, "smallest ratio", ratio.0, f32::MIN_POSITIVE..=ratio.1, "over 0 and at most the largest")?;
    within(stage, "largest ratio", ratio.1, f32::MIN_POSITIVE..=f32::MAX, "over 0 and finite")
}
