use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::Mask;
use crate::{Size, TransformError};

/// In which order runs count a mask's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RleOrder {
    /// Down each column, then the next to the right: Kaggle's and COCO's.
    #[default]
    Columns,
    /// Along each row, then the next below.
    Rows,
}

impl RleOrder {
    /// The index, in rows, of the pixel that is `place`th in this order, both from 0.
    fn index(self, place: usize, size: Size) -> usize {
        let (width, height) = (size.width as usize, size.height as usize);
        match self {
            Self::Columns => place % height * width + place / height,
            Self::Rows => place,
        }
    }
}

impl Mask {
    /// Code 1 in the runs and 0 elsewhere, of Kaggle's `start length start length …`: pixels count from 1, down each column.
    ///
    /// Other orders and codes, and masks of several classes: [`with_rle`](Mask::with_rle).
    ///
    /// ```
    /// use firelight_transforms::{Mask, RleOrder, Size};
    ///
    /// let mask = Mask::from_rle("1 1 3 2", Size::new(3, 2))?;
    /// assert_eq!(mask.codes(), [1, 1, 0, 0, 1, 0]);
    /// assert_eq!(mask.to_rle(1, RleOrder::Columns), "1 1 3 2");
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TransformError::Runs`] for what is no pair of numbers, and for runs that are empty, overlap, go back or leave the mask.
    pub fn from_rle(runs: &str, size: Size) -> Result<Self, TransformError> {
        Self::filled(size, 0).with_rle(runs, RleOrder::Columns, 1)
    }

    /// Gives the pixels of the runs this code, over whatever they had; text without a run changes nothing.
    ///
    /// ```
    /// use firelight_transforms::{Mask, RleOrder, Size};
    ///
    /// let mask = Mask::filled(Size::new(4, 1), 0).with_rle("1 2", RleOrder::Rows, 1)?.with_rle("4 1", RleOrder::Rows, 2)?;
    /// assert_eq!(mask.codes(), [1, 1, 0, 2]);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_rle`](Mask::from_rle).
    pub fn with_rle(mut self, runs: &str, order: RleOrder, code: u8) -> Result<Self, TransformError> {
        let size = self.size();
        let refuse = |reason: String| TransformError::Runs { reason };
        let pixels = self.codes().len();
        let mut numbers = runs.split_whitespace();
        let mut end = 0;
        while let Some(start) = numbers.next() {
            let length = numbers.next().ok_or_else(|| refuse(format!("the start {start} has no length after it")))?;
            let number = |text: &str| match text.parse::<usize>() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(refuse(format!("`{text}` is no whole number from 1"))),
            };
            let (from, length) = (number(start)? - 1, number(length)?);
            if from < end {
                return Err(refuse(format!(
                    "the run `{start} {length}` begins before the end of the one before it, which is {end}"
                )));
            }
            end = from.saturating_add(length);
            if end > pixels {
                return Err(refuse(format!(
                    "the run `{start} {length}` ends at {end}, and a mask of {size} has {pixels} pixels"
                )));
            }
            let codes = self.codes_mut();
            for place in from..end {
                codes[order.index(place, size)] = code;
            }
        }
        Ok(self)
    }

    /// Code 1 and 0 of COCO's uncompressed counts: how many pixels are 0, then how many 1, and so on, down each column.
    ///
    /// ```
    /// use firelight_transforms::{Mask, Size};
    ///
    /// assert_eq!(Mask::from_counts(&[0, 1, 1, 2, 2], Size::new(3, 2))?.codes(), [1, 1, 0, 0, 1, 0]);
    /// # Ok::<(), firelight_transforms::TransformError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TransformError::Runs`] when the counts do not add up to the pixels of the mask.
    pub fn from_counts(counts: &[u32], size: Size) -> Result<Self, TransformError> {
        let sum: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        if sum != size.pixels() {
            let pixels = size.pixels();
            let reason = format!("the counts add up to {sum}, and a mask of {size} has {pixels} pixels");
            return Err(TransformError::Runs { reason });
        }
        let mut mask = Self::filled(size, 0);
        let mut from = 0;
        for (number, &count) in counts.iter().enumerate() {
            let end = from + count as usize;
            if number % 2 == 1 {
                let codes = mask.codes_mut();
                for place in from..end {
                    codes[RleOrder::Columns.index(place, size)] = 1;
                }
            }
            from = end;
        }
        Ok(mask)
    }

    /// The runs of a code, as `start length start length …` from 1: what a submission to Kaggle has in a cell. Empty without a pixel of it.
    pub fn to_rle(&self, code: u8, order: RleOrder) -> String {
        let pixels = self.codes().len();
        let is_in = |place: usize| place < pixels && self.codes()[order.index(place, self.size())] == code;
        let mut text = String::new();
        let mut start = None;
        for place in 0..=pixels {
            match (start, is_in(place)) {
                (None, true) => start = Some(place),
                (Some(from), false) => {
                    let space = if text.is_empty() { "" } else { " " };
                    let _ = write!(text, "{space}{} {}", from + 1, place - from);
                    start = None;
                }
                _ => {}
            }
        }
        text
    }
}
