//! From a recipe and the pictures of an item to what is rendered.

use image::RgbImage;

use crate::picture::Single;
use crate::pictures::TURNS;
use crate::{
    AugTransforms, Chance, Draw, Frame, ItemTransform, Lighting, PadMode, PictureRef, PictureTransforms, Scratch, Size,
    TransformError,
};

/// The pictures of an item and what was drawn for each.
pub(crate) struct Decided<'a> {
    /// The draw of the first picture.
    pub draw: Draw,
    /// How many planes all pictures become.
    pub channels: usize,
    pictures: Vec<One<'a>>,
}

/// A picture, what closures made of it, and what was drawn for that.
struct One<'a> {
    picture: Single<'a>,
    changed: Option<RgbImage>,
    draw: Draw,
}

impl One<'_> {
    fn seen(&self) -> Single<'_> {
        self.changed.as_ref().map_or(self.picture, Single::Rgb)
    }
}

impl PictureTransforms {
    pub(crate) fn decide<'a>(
        &self,
        picture: PictureRef<'a>,
        chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<Decided<'a>, TransformError> {
        self.check()?;
        let start = chance.as_deref().cloned();
        let mut first_chance = chance;
        let singles = picture.each();
        let (mut pictures, mut each) =
            (Vec::<One<'_>>::with_capacity(singles.len()), Vec::with_capacity(singles.len()));
        for single in singles {
            each.push(single.channels());
            // Each picture draws the same numbers; what the item has drawn is what its first picture has.
            let mut again = start.clone();
            let decided = self.decide_one(single, first_chance.take().or(again.as_mut()), scratch)?;
            pictures.push(decided);
        }
        let Some(draw) = pictures.first().map(|one| one.draw.clone()) else {
            return Err(TransformError::Empty { size: Size::new(0, 0) });
        };
        if let Some(other) = pictures.iter().map(|one| one.draw.size).find(|other| *other != draw.size) {
            return Err(TransformError::SeveralSizes { first: draw.size, other });
        }
        self.statistics().check_channels(&each)?;
        Ok(Decided { draw, channels: each.iter().sum(), pictures })
    }

    fn decide_one<'a>(
        &self,
        picture: Single<'a>,
        mut chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<One<'a>, TransformError> {
        let (mut size, mut changed) = (picture.size(), None);
        let mut frame = Frame::of(size)?;
        for stage in self.items() {
            let ItemTransform::Closure(closure) = stage else {
                frame = stage.place(frame, chance.as_deref_mut());
                continue;
            };
            let Single::Rgb(seen) = changed.as_ref().map_or(picture, Single::Rgb) else {
                return Err(closure.needs_bytes());
            };
            let next = if frame == Frame::of(size)? {
                closure.call(seen, chance.as_deref_mut())?
            } else {
                let plain = Draw { pad: PadMode::Reflection, ..self.plain(size, frame) };
                closure.call(&scratch.picture(seen, &plain), chance.as_deref_mut())?
            };
            size = Size::of(&next);
            frame = Frame::of(size)?;
            changed = Some(next);
        }
        if let (Single::Bands(_), Some(policy)) = (picture, self.augment().and_then(AugTransforms::chosen_policy)) {
            let (stage, channels) = (policy.name(), picture.channels());
            return Err(if channels == 3 {
                TransformError::NoBytes { stage }
            } else {
                TransformError::NoColours { stage, channels }
            });
        }
        let draw = self.finish(size, frame, chance);
        let channels = picture.channels();
        if channels != 3 && !draw.lighting.is_per_channel() {
            return Err(TransformError::NoColours { stage: TURNS, channels });
        }
        if let (Single::Bands(bands), true) = (picture, draw.lighting != Lighting::NONE)
            && let Some(&number) = bands.planes().iter().find(|number| !(-1.0..=2.0).contains(*number))
        {
            return Err(TransformError::Lit { number });
        }
        let draw = Draw { through_closure: changed.is_some(), ..draw };
        Ok(One { picture, changed, draw })
    }

    pub(crate) fn render(&self, decided: Decided<'_>, scratch: &mut Scratch, out: &mut [f32]) -> Draw {
        let (mut first, mut rest) = (0, out);
        for one in &decided.pictures {
            let seen = one.seen();
            let (own, others) = rest.split_at_mut(one.draw.size.planes_of(seen.channels()));
            scratch.render(seen, &one.draw, (self.statistics(), first), own);
            (first, rest) = (first + seen.channels(), others);
        }
        decided.draw
    }
}
