//! From a recipe and the pictures of an item to what is rendered.

use std::borrow::Cow;

use image::RgbImage;

use crate::picture::Single;
use crate::pictures::TURNS;
use crate::{
    Bands, Chance, Draw, Frame, ItemTransform, Lighting, PadMode, PictureRef, PictureTransforms, Scratch, Size,
    TransformError,
};

/// The pictures of an item and what was drawn for each.
pub(crate) struct Decided<'a> {
    /// The draw of the first picture.
    pub draw: Draw,
    /// How many planes all pictures become.
    pub channels: usize,
    pictures: Vec<(Seen<'a>, Draw)>,
}

/// A picture after the closures.
enum Seen<'a> {
    Rgb(Cow<'a, RgbImage>),
    Bands(&'a Bands),
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
        let (mut pictures, mut each) = (Vec::with_capacity(singles.len()), Vec::with_capacity(singles.len()));
        for single in singles {
            each.push(single.channels());
            // Each picture draws the same numbers; what the item has drawn is what its first picture has.
            let mut again = start.clone();
            let decided = self.decide_one(single, first_chance.take().or(again.as_mut()), scratch)?;
            pictures.push(decided);
        }
        let Some((_, draw)) = pictures.first() else {
            return Err(TransformError::Empty { size: Size::new(0, 0) });
        };
        let draw = draw.clone();
        if let Some((_, other)) = pictures.iter().find(|(_, other)| other.size != draw.size) {
            return Err(TransformError::SeveralSizes { first: draw.size, other: other.size });
        }
        self.normalize().check_channels(&each)?;
        Ok(Decided { draw, channels: each.iter().sum(), pictures })
    }

    fn decide_one<'a>(
        &self,
        picture: Single<'a>,
        mut chance: Option<&mut Chance>,
        scratch: &mut Scratch,
    ) -> Result<(Seen<'a>, Draw), TransformError> {
        let channels = picture.channels();
        let (mut size, mut seen) = match picture {
            Single::Rgb(picture) => (Size::of(picture), Seen::Rgb(Cow::Borrowed(picture))),
            Single::Bands(bands) => (bands.size(), Seen::Bands(bands)),
        };
        let mut frame = Frame::of(size)?;
        let mut through_closure = false;
        for stage in self.items() {
            let ItemTransform::Closure(closure) = stage else {
                frame = stage.place(frame, chance.as_deref_mut());
                continue;
            };
            let Seen::Rgb(picture) = &seen else {
                return Err(closure.needs_bytes());
            };
            let changed = if frame == Frame::of(size)? {
                closure.call(picture, chance.as_deref_mut())?
            } else {
                let plain = Draw { pad: PadMode::Reflection, ..self.plain(size, frame) };
                closure.call(&scratch.picture(picture, &plain), chance.as_deref_mut())?
            };
            size = Size::of(&changed);
            seen = Seen::Rgb(Cow::Owned(changed));
            frame = Frame::of(size)?;
            through_closure = true;
        }
        let draw = self.finish(size, frame, chance);
        if channels != 3 && !draw.lighting.is_per_channel() {
            return Err(TransformError::NoColours { stage: TURNS, channels });
        }
        if let (Seen::Bands(bands), true) = (&seen, draw.lighting != Lighting::NONE)
            && let Some(&number) = bands.planes().iter().find(|number| !(-1.0..=2.0).contains(*number))
        {
            return Err(TransformError::Lit { number });
        }
        Ok((seen, Draw { through_closure, ..draw }))
    }

    pub(crate) fn render(&self, decided: Decided<'_>, scratch: &mut Scratch, out: &mut [f32]) -> Draw {
        let (normalize, mut first, mut rest) = (self.normalize(), 0, out);
        for (picture, draw) in &decided.pictures {
            let picture = match picture {
                Seen::Rgb(picture) => Single::Rgb(picture),
                Seen::Bands(bands) => Single::Bands(bands),
            };
            let (own, others) = rest.split_at_mut(draw.size.planes_of(picture.channels()));
            scratch.render(picture, draw, (&normalize, first), own);
            (first, rest) = (first + picture.channels(), others);
        }
        decided.draw
    }
}
