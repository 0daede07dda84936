use serde::{Deserialize, Serialize};

use crate::TransformError;

/// How much a single picture may take, and what is seen through it; a file that is larger or announces more is refused before
/// it is decoded.
///
/// | limit | default | meaning |
/// |---|---|---|
/// | `pixels` | 64 million | width × height |
/// | `bytes` | 224 MiB | estimate of the memory that decoding takes, the result included and the file not |
/// | `file_bytes` | 256 MiB | length of the file, still encoded |
///
/// The [ground](Limits::with_ground) of transparent pictures is here because everything that reads a picture is given its limits.
///
/// ```
/// use firelight_transforms::Limits;
///
/// let thumbnails = Limits::default().with_pixels(4_000_000).with_bytes(32 << 20).with_file_bytes(4 << 20);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Limits {
    pixels: u64,
    bytes: u64,
    file_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<[u8; 3]>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 64_000_000, bytes: 224 << 20, file_bytes: 256 << 20, ground: None }
    }
}

impl Limits {
    /// Refuse pictures of more pixels than this, at least 1.
    pub fn with_pixels(self, pixels: u64) -> Self {
        Self { pixels, ..self }
    }

    /// Refuse pictures whose decoding would take more bytes than this, at least 1.
    pub fn with_bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Refuse files that are longer than this, at least 1, before they are read.
    pub fn with_file_bytes(self, file_bytes: u64) -> Self {
        Self { file_bytes, ..self }
    }

    /// The red, green and blue that show through transparent pixels.
    ///
    /// A pixel becomes `(alpha · colour + (255 − alpha) · ground) / 255`, in 8 bits. Default: none, and alpha is dropped: a
    /// transparent pixel shows the colour that its file stores below, mostly black or white, as fastai's pictures do.
    ///
    /// ```
    /// use firelight_transforms::{Limits, decode};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clear = image::RgbaImage::from_pixel(1, 1, image::Rgba([200, 100, 50, 0]));
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// clear.write_to(&mut file, image::ImageFormat::Png)?;
    /// let on_white = Limits::default().with_ground([255; 3]);
    /// assert_eq!(decode(file.get_ref(), &on_white)?.get_pixel(0, 0).0, [255; 3]);
    /// assert_eq!(decode(file.get_ref(), &Limits::default())?.get_pixel(0, 0).0, [200, 100, 50]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_ground(self, ground: [u8; 3]) -> Self {
        Self { ground: Some(ground), ..self }
    }

    /// The most pixels of a picture.
    pub fn pixels(&self) -> u64 {
        self.pixels
    }

    /// The most bytes that decoding may take.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The most bytes of a file.
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// The colour that shows through transparent pixels, where one was chosen.
    pub fn ground(&self) -> Option<[u8; 3]> {
        self.ground
    }

    /// Checks that a picture can be within the limits at all.
    ///
    /// # Errors
    ///
    /// [`TransformError::Setting`] for a limit of 0.
    pub fn check(&self) -> Result<(), TransformError> {
        for (parameter, value) in [("pixels", self.pixels), ("bytes", self.bytes), ("file_bytes", self.file_bytes)] {
            if value == 0 {
                return Err(TransformError::Setting { stage: "Limits", parameter, value: 0.0, range: "at least 1" });
            }
        }
        Ok(())
    }
}

/// Limits as a file has them, before they are checked.
#[derive(Deserialize)]
struct Stored {
    pixels: u64,
    bytes: u64,
    file_bytes: u64,
    #[serde(default)]
    ground: Option<[u8; 3]>,
}

impl TryFrom<Stored> for Limits {
    type Error = TransformError;

    fn try_from(Stored { pixels, bytes, file_bytes, ground }: Stored) -> Result<Self, TransformError> {
        let limits = Self { pixels, bytes, file_bytes, ground };
        limits.check()?;
        Ok(limits)
    }
}
