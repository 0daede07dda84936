//! What a JPEG's markers tell without decoding it, and the codings that the usual decoder gets wrong.

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{ColorTransform, Decoder, ImageInfo, PixelFormat};
use memchr::memchr;

use crate::Size;

/// A picture's end.
const END: u8 = 0xD9;
/// A scan's head; entropy-coded data follows it.
const SCAN: u8 = 0xDA;
/// Heads of frames that are decoded: baseline, extended and progressive.
const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xC2;
const PROGRESSIVE: u8 = 0xC2;
/// Segments that say what the components are.
const JFIF: u8 = 0xE0;
const ADOBE: u8 = 0xEE;

/// The markers of a JPEG file in order, each with its segment; those inside of segments (an EXIF thumbnail's) are left out.
///
/// Entropy-coded data is passed over: a `0xFF` in it is followed by 0 or a restart marker.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let start = memchr(0xFF, rest)?;
            rest = &rest[start + 1..];
            match rest {
                [0 | 0x01 | 0xD0..=0xD7, tail @ ..] => rest = tail,
                [0xFF, ..] => {}
                [END, ..] => {
                    rest = &[];
                    return Some((END, rest));
                }
                [marker, high, low, ..] => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    let (marker, segment) = (*marker, rest.get(3..1 + length).unwrap_or_default());
                    rest = rest.get(1 + length..).unwrap_or_default();
                    return Some((marker, segment));
                }
                _ => return None,
            }
        }
    })
}

/// What the first frame's head says, of a picture as it lies in the file.
pub fn size(bytes: &[u8]) -> Option<Size> {
    let (_, frame) = segments(bytes).find(|(marker, _)| FRAMES.contains(marker))?;
    let side = |at: usize| Some(u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]).into());
    Some(Size::new(side(3)?, side(1)?))
}

/// Whether the first frame is progressive (marker SOF2).
pub fn is_progressive(bytes: &[u8]) -> bool {
    let first = segments(bytes).find(|(marker, _)| FRAMES.contains(marker) || *marker == SCAN);
    first.is_some_and(|(marker, _)| marker == PROGRESSIVE)
}

/// Whether the file goes on to the end of its picture. A file that was cut short does not, and its decoder fills what is
/// missing with gray.
pub fn is_whole(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, _)| marker == END)
}

/// Whether the coding is one that the usual decoder (zune-jpeg 0.5) may not know, or turn into stripes without a word: a
/// baseline picture whose components do not share one scan, any but the usual samplings of chroma, or contradictory words of what the
/// components are.
pub fn is_rare(bytes: &[u8]) -> bool {
    let Some((kind, frame)) = segments(bytes).find(|(marker, _)| FRAMES.contains(marker)) else { return false };
    // Precision, height, width, count, and then three bytes a component: its number, its sampling, its table.
    let factors = |component: &[u8]| (component[1] >> 4, component[1] & 15);
    let components: Vec<(u8, u8)> = frame.get(6..).unwrap_or_default().chunks_exact(3).map(factors).collect();
    let scan = segments(bytes).find(|(marker, _)| *marker == SCAN);
    let together = scan.and_then(|(_, scan)| scan.first().copied()).map_or(0, usize::from);
    let usual = match components.as_slice() {
        [luma, (1, 1), (1, 1)] => matches!(luma, (1 | 2, 1 | 2) | (4, 1)) && !Said::of(bytes).are_misread(),
        [_, _, _] => false,
        // Of four, the last is as fine as the first.
        others => others.iter().all(|&(h, v)| h <= others[0].0 && v <= others[0].1),
    };
    !usual || kind != PROGRESSIVE && together < components.len()
}

/// What a file says that its three components are.
struct Said {
    has_jfif: bool,
    adobe: Option<u8>,
    are_named_rgb: bool,
}

impl Said {
    fn of(bytes: &[u8]) -> Self {
        let head = || segments(bytes).take_while(|(marker, _)| *marker != SCAN);
        let frame = head().find(|(marker, _)| FRAMES.contains(marker)).map_or(&[][..], |(_, frame)| frame);
        let names = frame.get(6..).unwrap_or_default().chunks_exact(3).map(|component| component[0]);
        let adobe = head().filter(|(marker, segment)| *marker == ADOBE && segment.starts_with(b"Adobe"));
        Self {
            has_jfif: head().any(|(marker, segment)| marker == JFIF && segment.starts_with(b"JFIF\0")),
            // A name, a version and two flags, and then the byte that counts.
            adobe: adobe.filter_map(|(_, segment)| segment.get(11).copied()).last(),
            are_named_rgb: names.eq(*b"RGB"),
        }
    }

    /// By libjpeg's rule: JFIF's word counts before Adobe's, and this before the components' names.
    fn are_rgb(&self) -> bool {
        match self.adobe {
            _ if self.has_jfif => false,
            Some(transform) => transform == 0,
            None => self.are_named_rgb,
        }
    }

    /// Whether the usual decoder takes them for something else, to which either word is enough.
    fn are_misread(&self) -> bool {
        (self.adobe == Some(0) || self.are_named_rgb) != self.are_rgb()
    }
}

/// What [is rare](is_rare), or wanted smaller than it is, for another decoder: that is slower and right, and leaves out what smaller pictures do
/// not show.
pub struct Rare<'a> {
    decoder: Decoder<&'a [u8]>,
    info: ImageInfo,
    /// Of the result.
    size: Size,
}

impl<'a> Rare<'a> {
    /// Reads the head.
    pub fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let mut decoder = Decoder::new(bytes);
        decoder.read_info().map_err(|error| error.to_string())?;
        let info = decoder.info().ok_or("it has no frame")?;
        if info.pixel_format == PixelFormat::RGB24 {
            // By itself it goes by the components' names first.
            let are_rgb = Said::of(bytes).are_rgb();
            decoder.set_color_transform(if are_rgb { ColorTransform::RGB } else { ColorTransform::YCbCr });
        }
        let size = Size::new(info.width.into(), info.height.into());
        Ok(Self { decoder, info, size })
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Decodes to one `by`-th of both sides, rounded up; whether it can.
    pub fn shrink(&mut self, by: u32) -> bool {
        let wanted = Size::new(self.size.width.div_ceil(by), self.size.height.div_ceil(by));
        let found = self.decoder.scale(wanted.width as u16, wanted.height as u16);
        self.size = wanted;
        found.is_ok_and(|(width, height)| Size::new(width.into(), height.into()) == wanted)
    }

    /// Bytes of a pixel of the result.
    pub fn pixel_bytes(&self) -> u64 {
        self.info.pixel_format.pixel_bytes() as u64
    }

    pub fn exif(&self) -> Option<&[u8]> {
        self.decoder.exif_data()
    }

    pub fn decode(mut self) -> Result<DynamicImage, String> {
        let (width, height) = (self.size().width, self.size().height);
        let data = self.decoder.decode().map_err(|error| error.to_string())?;
        match self.info.pixel_format {
            PixelFormat::RGB24 => RgbImage::from_raw(width, height, data).map(DynamicImage::from),
            PixelFormat::L8 => GrayImage::from_raw(width, height, data).map(DynamicImage::from),
            _ => None,
        }
        .ok_or_else(|| "its coding is a rare one, whose colours are read as gray and RGB alone".into())
    }
}
