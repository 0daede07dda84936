use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Mask, numbers};
use crate::decode::{Refusal, guarded, in_memory, unturned};
use crate::{Limits, Size, TransformError, file};

/// How mask files are read: which numbers or colours stand for which codes.
///
/// | file | its numbers |
/// |---|---|
/// | PNG with a palette, TIFF with one of 256 colours | those of the palette, never its colours |
/// | gray PNG of 1, 2, 4 or 8 bits | the gray values as they are stored: 0 and 1 for one bit |
/// | gray of 16 bits | the gray values, which have to be below 256 |
/// | gray of another format (BMP, TIFF, PNM, …) | the gray values; where one bit is stored, 0 and 255 |
/// | RGB | the gray value where red, green and blue are the same; colours need [`with_colours`](Self::with_colours) |
///
/// Without settings a number is its code, and 255 is [`Mask::VOID`]. Alpha and the EXIF orientation are passed over. JPEG and lossy
/// WebP are refused: they store numbers that are nearly right, and a class that is nearly right is another class. Masks of
/// 0 and 255 alone are refused too, as all they show would not count, until a setting names 255.
///
/// ```
/// use firelight_transforms::{Limits, Mask, MaskReader};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("trimap.png");
/// image::GrayImage::from_raw(3, 1, vec![1, 2, 3]).unwrap().save(&path)?;
/// let trimaps = MaskReader::default().with_codes([(1, 1), (2, 0)]).with_void([3]); // Oxford's: animal, ground, outline
/// assert_eq!(trimaps.open(&path, &Limits::default())?.codes(), [1, 0, Mask::VOID]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MaskReader {
    colours: Vec<([u8; 3], u8)>,
    codes: Vec<(u8, u8)>,
    void: Vec<u8>,
}

impl MaskReader {
    /// Reads every file by its colours, also where it has a palette: each red, green and blue with its number. Of a colour that
    /// is given again the last number counts. A colour of a file that is not among them is an error.
    ///
    /// ```
    /// use firelight_transforms::{Mask, MaskReader};
    ///
    /// // a part of Pascal VOC's colours: ground, aeroplane, and the outlines that do not count
    /// let voc = MaskReader::default().with_colours([([0, 0, 0], 0), ([128, 0, 0], 1), ([224, 224, 192], Mask::VOID)]);
    /// ```
    pub fn with_colours(mut self, colours: impl IntoIterator<Item = ([u8; 3], u8)>) -> Self {
        self.colours.extend(colours);
        self
    }

    /// Gives numbers of a file their codes: pairs of a number and a code. A number of a file that is neither among them, nor
    /// [void](Self::with_void), nor 255 is then an error. Default: every number is its code.
    pub fn with_codes(mut self, codes: impl IntoIterator<Item = (u8, u8)>) -> Self {
        self.codes.extend(codes);
        self
    }

    /// Numbers of a file that do not count: they become [`Mask::VOID`], whatever [`with_codes`](Self::with_codes) says.
    pub fn with_void(mut self, numbers: impl IntoIterator<Item = u8>) -> Self {
        self.void.extend(numbers);
        self
    }

    /// Reads and decodes a mask file; the format is found from the content. The limits are those of pictures.
    ///
    /// # Errors
    ///
    /// Those of [`open`](crate::open), and [`TransformError::MaskFile`] for a picture that is no mask, or not one of these settings.
    pub fn open(&self, path: &Path, limits: &Limits) -> Result<Mask, TransformError> {
        let bytes = file::read(path, limits)?;
        guarded(&bytes, || path.display().to_string(), || self.read(&bytes, limits))
    }

    /// Decodes a mask from memory; otherwise as [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// Those of [`decode`](crate::decode), and [`TransformError::MaskFile`] as [`open`](Self::open).
    pub fn decode(&self, bytes: &[u8], limits: &Limits) -> Result<Mask, TransformError> {
        let name = in_memory(bytes, limits, "a mask")?;
        guarded(bytes, || name.clone(), || self.read(bytes, limits))
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Mask, Refusal> {
        numbers::lossless(bytes)?;
        let (size, mut codes) =
            if self.colours.is_empty() { numbers::of(bytes, limits)? } else { self.by_colour(bytes, limits)? };
        self.check_white(&codes)?;
        let table = self.table();
        for (place, code) in codes.iter_mut().enumerate() {
            *code = table[usize::from(*code)].ok_or_else(|| {
                Refusal::Mask(format!(
                    "it has the number {code} at {}, which has no code; give it one (MaskReader::with_codes), or leave it out \
                     (MaskReader::with_void)",
                    numbers::place(place, size)
                ))
            })?;
        }
        Mask::new(size, codes).map_err(|error| Refusal::Broken(error.to_string()))
    }

    /// The numbers that the colours of a file stand for.
    fn by_colour(&self, bytes: &[u8], limits: &Limits) -> Result<(Size, Vec<u8>), Refusal> {
        let table: HashMap<[u8; 3], u8> = self.colours.iter().copied().collect();
        let picture = unturned(bytes, limits)?.0.into_rgb8();
        let size = Size::of(&picture);
        // Neighbours mostly have one colour.
        let mut last = None;
        let number = |(at, pixel): (usize, &image::Rgb<u8>)| match last {
            Some((colour, number)) if colour == pixel.0 => Ok(number),
            _ => {
                let [red, green, blue] = pixel.0;
                let &number = table.get(&pixel.0).ok_or_else(|| {
                    Refusal::Mask(format!(
                        "it has the colour ({red}, {green}, {blue}) at {}, which is none of the {} that are told; add it \
                         (MaskReader::with_colours)",
                        numbers::place(at, size),
                        table.len()
                    ))
                })?;
                last = Some((pixel.0, number));
                Ok(number)
            }
        };
        let numbers = picture.pixels().enumerate().map(number).collect::<Result<_, Refusal>>()?;
        Ok((size, numbers))
    }

    /// Refuses black and white without a word on what white is: as [`Mask::VOID`] it would leave nothing to learn.
    fn check_white(&self, numbers: &[u8]) -> Result<(), Refusal> {
        let told = !self.colours.is_empty()
            || self.codes.iter().any(|&(number, _)| number == Mask::VOID)
            || self.void.contains(&Mask::VOID);
        if told || !numbers.contains(&Mask::VOID) || numbers.iter().any(|number| !matches!(number, 0 | &Mask::VOID)) {
            return Ok(());
        }
        Err(Refusal::Mask(
            "its numbers are 0 and 255 alone, and 255 does not count; where it is a class, say so \
             (MaskReader::with_codes([(0, 0), (255, 1)])), and where it is not, too (MaskReader::with_void([255]))"
                .into(),
        ))
    }

    /// The code of every number.
    fn table(&self) -> [Option<u8>; 256] {
        let mut table = [None; 256];
        if self.codes.is_empty() {
            table = std::array::from_fn(|number| Some(number as u8));
        }
        table[usize::from(Mask::VOID)] = Some(Mask::VOID);
        for &(number, code) in &self.codes {
            table[usize::from(number)] = Some(code);
        }
        for &number in &self.void {
            table[usize::from(number)] = Some(Mask::VOID);
        }
        table
    }
}
