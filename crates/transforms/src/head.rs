//! What decoding a file may take, told by its first bytes.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::{ImageFormat, ImageReader};

use crate::{Channels, PictureReader, Size, decode, jpeg};

impl PictureReader {
    /// The most bytes that decoding this file may take, told by its first bytes without decoding it: what to go by before several are decoded
    /// at once. Never more than the limits allow ([`Limits::with_bytes`](crate::Limits::with_bytes)), which it is where the format does not tell it
    /// at once.
    ///
    /// ```
    /// use firelight_transforms::PictureReader;
    ///
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// image::RgbImage::new(400, 300).write_to(&mut file, image::ImageFormat::Jpeg)?;
    /// let reader = PictureReader::default();
    /// assert!((360_000..1_000_000).contains(&reader.decoding_bytes(file.get_ref())));
    /// assert_eq!(reader.decoding_bytes(b"a letter"), 0); // It is refused at once.
    /// # Ok::<(), image::ImageError>(())
    /// ```
    pub fn decoding_bytes(&self, file: &[u8]) -> u64 {
        let (most, Ok(format)) = (self.limits().bytes(), decode::format(file)) else { return 0 };
        let planes = |size| if self.channels() == Channels::Rgb { 0 } else { self.channels().bytes(size) };
        let told = head(format, file)
            .map(|(size, a_pixel)| size.pixels().saturating_mul(a_pixel).saturating_add(planes(size)));
        told.map_or(most, |bytes| bytes.min(most))
    }
}

/// The size, and the bytes that each pixel takes at most while it is decoded: the result, and what is held beside it.
fn head(format: ImageFormat, file: &[u8]) -> Option<(Size, u64)> {
    match format {
        ImageFormat::Jpeg => {
            // Three or four components, and as much again that is turned, or all coefficients.
            Some((jpeg::size(file)?, if jpeg::is_progressive(file) { 12 } else { 8 }))
        }
        ImageFormat::Png => {
            let [_, _, _, _, sides @ .., depth, colours] = file.get(12..26)? else { return None };
            let (width, height) = sides.split_at(4);
            let number = |bytes: &[u8]| bytes.try_into().map(u32::from_be_bytes).ok();
            // With the alpha that a transparent colour becomes, and the colours that it is converted to.
            let channels = if matches!(colours, 0 | 4) { 2 } else { 4 };
            Some((Size::new(number(width)?, number(height)?), channels * if *depth == 16 { 2 } else { 1 } + 3))
        }
        // Files of other files, and of tags in any place.
        ImageFormat::Ico | ImageFormat::Tiff => None,
        // Four bytes, a canvas of as many, and colours.
        _ => {
            let told = || ImageReader::with_format(Cursor::new(file), format).into_dimensions().ok();
            let (width, height) = catch_unwind(told).ok()??;
            Some((Size::new(width, height), 11))
        }
    }
}

#[cfg(test)]
mod tests {
    use image::ImageFormat as F;
    use image::{DynamicImage, ImageBuffer, Rgba};

    use super::*;
    use crate::Limits;

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).expect("a file");
        file.into_inner()
    }

    /// Whatever is decoded within limits is told to be within them.
    #[test]
    fn no_picture_takes_more_than_its_head_tells() {
        let deep: ImageBuffer<Rgba<u16>, Vec<u16>> = ImageBuffer::from_pixel(61, 47, Rgba([1, 2, 3, 4]));
        let deep = DynamicImage::from(deep);
        let plain = DynamicImage::from(deep.to_rgb8());
        let gray = DynamicImage::from(deep.to_luma8());
        let formats = [F::Jpeg, F::Png, F::Gif, F::Bmp, F::WebP, F::Qoi, F::Pnm];
        let mut files: Vec<Vec<u8>> = formats.map(|format| written(&plain, format)).into();
        files.extend([written(&deep, F::Png), written(&gray, F::Png), written(&gray, F::Jpeg)]);
        for file in files {
            let told = PictureReader::default().decoding_bytes(&file);
            assert!(told < 61 * 47 * 16, "{told}");
            let limits = Limits::default().with_bytes(told);
            crate::decode(&file, &limits).expect("a picture within what was told");
            let narrow = PictureReader::default().with_limits(limits.with_bytes(1000));
            assert_eq!(narrow.decoding_bytes(&file), 1000);
        }
        let most = Limits::default().bytes();
        for format in [F::Tiff, F::Ico] {
            assert_eq!(PictureReader::default().decoding_bytes(&written(&plain, format)), most);
        }
        let png = written(&plain, F::Png);
        assert_eq!(PictureReader::default().decoding_bytes(&png[..20]), most);
        let planes = PictureReader::new(Channels::Rgb16).decoding_bytes(&png);
        assert_eq!(planes - PictureReader::default().decoding_bytes(&png), 61 * 47 * 12);
    }
}
