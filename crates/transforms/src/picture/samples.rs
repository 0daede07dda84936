//! The numbers of a decoded file as the planes that are wanted.

use image::DynamicImage;

use super::Channels;
use crate::decode::Refusal;

/// What a pixel of a file has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub pixels: usize,
    pub channels: usize,
    /// Whether the first three are red, green and blue; the first one is gray otherwise.
    pub colours: bool,
    pub alpha: Alpha,
}

/// What the last channel of a pixel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    Straight,
    /// Which the colours were multiplied by.
    Multiplied,
}

impl Layout {
    /// A pixel of a picture of `pixels`, as its library has it: an even number of channels ends in alpha.
    fn of(pixels: usize, channels: usize) -> Self {
        let alpha = if channels.is_multiple_of(2) { Alpha::Straight } else { Alpha::None };
        Self { pixels, channels, colours: channels >= 3, alpha }
    }

    /// The wanted planes, one after the other, of what `number` says of a pixel and a channel; `ground` shows through what is clear.
    pub fn planes(
        self,
        wanted: Channels,
        ground: Option<[u8; 3]>,
        number: impl Fn(usize, usize) -> f32,
    ) -> Result<Vec<f32>, Refusal> {
        if let Channels::Own(wanted) = wanted
            && wanted != self.channels
        {
            return Err(Refusal::Channels { wanted, given: self.channels });
        }
        let ground = ground.filter(|_| self.alpha != Alpha::None).map(|ground| {
            let ground = ground.map(|byte| f32::from(byte) / 255.0);
            if self.colours { ground } else { [luminance(ground); 3] }
        });
        let seen = |pixel: usize, channel: usize| {
            let own = number(pixel, channel);
            let Some(ground) = ground else { return own };
            let alpha = number(pixel, self.channels - 1);
            let under = (1.0 - alpha) * ground[channel];
            if self.alpha == Alpha::Multiplied { own + under } else { alpha * own + under }
        };
        let mut planes = Vec::with_capacity(wanted.count() * self.pixels);
        let pixels = || 0..self.pixels;
        match (wanted, self.colours) {
            (Channels::Own(channels), _) => {
                (0..channels).for_each(|channel| planes.extend(pixels().map(|pixel| number(pixel, channel))));
            }
            (Channels::Gray, true) => {
                planes.extend(pixels().map(|pixel| luminance([0, 1, 2].map(|channel| seen(pixel, channel)))));
            }
            (Channels::Gray, false) => planes.extend(pixels().map(|pixel| seen(pixel, 0))),
            (Channels::Rgb | Channels::Rgb16, colours) => (0..3).for_each(|channel| {
                planes.extend(pixels().map(|pixel| seen(pixel, if colours { channel } else { 0 })));
            }),
        }
        Ok(planes)
    }
}

/// The wanted planes of a decoded picture: whole numbers become 0 to 1.
pub(super) fn planes(picture: &DynamicImage, wanted: Channels, ground: Option<[u8; 3]>) -> Result<Vec<f32>, Refusal> {
    let pixels = picture.width() as usize * picture.height() as usize;
    let channels = usize::from(picture.color().channel_count());
    let layout = Layout::of(pixels, channels);
    let byte = |numbers: &[u8]| layout.planes(wanted, ground, |at, c| f32::from(numbers[at * channels + c]) / 255.0);
    let short =
        |numbers: &[u16]| layout.planes(wanted, ground, |at, c| f32::from(numbers[at * channels + c]) / 65535.0);
    let float = |numbers: &[f32]| layout.planes(wanted, ground, |at, c| numbers[at * channels + c]);
    match picture {
        DynamicImage::ImageLuma8(picture) => byte(picture),
        DynamicImage::ImageLumaA8(picture) => byte(picture),
        DynamicImage::ImageRgb8(picture) => byte(picture),
        DynamicImage::ImageRgba8(picture) => byte(picture),
        DynamicImage::ImageLuma16(picture) => short(picture),
        DynamicImage::ImageLumaA16(picture) => short(picture),
        DynamicImage::ImageRgb16(picture) => short(picture),
        DynamicImage::ImageRgba16(picture) => short(picture),
        DynamicImage::ImageRgb32F(picture) => float(picture),
        DynamicImage::ImageRgba32F(picture) => float(picture),
        other => Err(Refusal::Broken(format!("its pixels are of the kind {:?}, which is not read", other.color()))),
    }
}

/// Luma of ITU-R 601-2, as Pillow's mode `L` has it: 0.299 r + 0.587 g + 0.114 b.
fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}
