//! The numbers of a decoded file, before anyone says which channels are wanted.

use image::DynamicImage;

/// Numbers of all channels, pixel by pixel in rows from the top, of 0 to 1 where the file has whole numbers without a sign.
pub(crate) struct Samples {
    pub channels: usize,
    /// Whether the first three are red, green and blue.
    pub colours: bool,
    /// Whether the last one is alpha.
    pub alpha: bool,
    pub numbers: Vec<f32>,
}

impl Samples {
    pub fn of(picture: DynamicImage) -> Self {
        let of = |channels: usize, numbers: Vec<f32>| Self {
            channels,
            colours: channels >= 3,
            alpha: channels.is_multiple_of(2),
            numbers,
        };
        match picture {
            DynamicImage::ImageLuma8(picture) => of(1, bytes(&picture)),
            DynamicImage::ImageLumaA8(picture) => of(2, bytes(&picture)),
            DynamicImage::ImageRgb8(picture) => of(3, bytes(&picture)),
            DynamicImage::ImageRgba8(picture) => of(4, bytes(&picture)),
            DynamicImage::ImageLuma16(picture) => of(1, shorts(&picture)),
            DynamicImage::ImageLumaA16(picture) => of(2, shorts(&picture)),
            DynamicImage::ImageRgb16(picture) => of(3, shorts(&picture)),
            DynamicImage::ImageRgba16(picture) => of(4, shorts(&picture)),
            DynamicImage::ImageRgba32F(picture) => of(4, picture.into_raw()),
            other => of(3, other.into_rgb32f().into_raw()),
        }
    }

    /// Its colours before `ground` (red, green and blue, 0 to 255), where it has alpha, which is taken away.
    pub fn before(self, ground: [u8; 3]) -> Self {
        if !self.alpha {
            return self;
        }
        let kept = self.channels - 1;
        let ground = ground.map(|byte| f32::from(byte) / 255.0);
        let ground = if self.colours { ground.to_vec() } else { vec![luminance(ground)] };
        let seen = self.numbers.chunks_exact(self.channels).flat_map(|pixel| {
            let alpha = pixel[kept];
            pixel.iter().zip(&ground).take(kept).map(move |(number, ground)| alpha * number + (1.0 - alpha) * ground)
        });
        Self { channels: kept, colours: self.colours, alpha: false, numbers: seen.collect() }
    }

    /// One number a pixel: the first channel, or of colours their luminance.
    pub fn gray(&self) -> Vec<f32> {
        let pixels = self.numbers.chunks_exact(self.channels);
        if self.colours {
            pixels.map(|pixel| luminance([pixel[0], pixel[1], pixel[2]])).collect()
        } else {
            pixels.map(|pixel| pixel[0]).collect()
        }
    }

    /// The first `channels` channels, plane by plane.
    pub fn planes(&self, channels: usize) -> Vec<f32> {
        let plane = |channel: usize| self.numbers.iter().skip(channel).step_by(self.channels).copied();
        (0..channels.min(self.channels)).flat_map(plane).collect()
    }
}

/// Luma of ITU-R 601-2, as Pillow's mode `L` has it: 0.299 r + 0.587 g + 0.114 b.
fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn bytes(numbers: &[u8]) -> Vec<f32> {
    numbers.iter().map(|&number| f32::from(number) / 255.0).collect()
}

fn shorts(numbers: &[u16]) -> Vec<f32> {
    numbers.iter().map(|&number| f32::from(number) / 65535.0).collect()
}
