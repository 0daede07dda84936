//! Masks as runs in a table.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::Path;

use firelight_files::open_regular;
use firelight_transforms::{Mask, RleOrder, Size, TransformError};
use firelight_vocab::Vocab;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, ImageReader};

use super::refusal;
use crate::{DataError, Item, Labeller, Row};

/// The masks of a [`Table`](crate::Table) that has them as runs of pixels, `start length start length …` from 1, a row or several for each
/// picture: Kaggle's `ImageId,EncodedPixels`. For [`MaskBlock::made`](crate::MaskBlock::made).
///
/// A row belongs to the item whose file name, with or without its ending, it has. Its pixels get code 1, or that of its class; others are
/// 0. A later row lies over an earlier one, and an empty cell, or `-1`, has no pixels.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_classes`](Self::with_classes) | all code 1 | the column that has the class of a row |
/// | [`with_size`](Self::with_size) | that of the item's picture, read from its file | the size of all masks |
/// | [`with_order`](Self::with_order) | [`RleOrder::Columns`] | in which order pixels are counted |
/// | [`or_none`](Self::or_none) | an error | an item without rows has code 0 everywhere |
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("train.csv");
/// # std::fs::write(&file, "ImageId,EncodedPixels\n17.jpg,1 1 3 2\n17.jpg,6 1\n18.jpg,\n")?;
/// use std::path::Path;
/// use firelight_datablock::{DataBlock, ImageBlock, Labeller, MaskBlock, RleMasks, Table};
/// use firelight_transforms::Size;
/// use firelight_vocab::Vocab;
///
/// let table = Table::read(&file)?; // of 17.jpg the runs `1 1 3 2` and `6 1`
/// let ships = RleMasks::new(table.rows(), "ImageId", "EncodedPixels")?.with_size(Size::new(3, 2));
/// assert_eq!(ships.label(Path::new("train/17.jpg"))?.codes(), [1, 1, 0, 0, 1, 1]);
/// let block = DataBlock::new(ImageBlock::rgb(), MaskBlock::made(Vocab::ordered(["sea", "ship"])?, ships));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RleMasks {
    rows: HashMap<String, Vec<Row>>,
    runs: String,
    classes: Option<(String, Vocab)>,
    size: Option<Size>,
    order: RleOrder,
    all: bool,
}

impl RleMasks {
    /// The masks of these rows: `file` is the column of file names, `runs` that of the runs.
    ///
    /// # Errors
    ///
    /// [`DataError::Table`] if there is no such column.
    pub fn new(rows: &[Row], file: &str, runs: &str) -> Result<Self, DataError> {
        let mut by_name = HashMap::<String, Vec<Row>>::new();
        for row in rows {
            row.get(runs)?;
            by_name.entry(row.get(file)?.to_owned()).or_default().push(row.clone());
        }
        let order = RleOrder::Columns;
        Ok(Self { rows: by_name, runs: runs.to_owned(), classes: None, size: None, order, all: true })
    }

    /// The class of a row's pixels is in this column. Codes are the places of its text among `names`, as the [`MaskBlock`](crate::MaskBlock) has
    /// them: code 0 is what lies in no run.
    pub fn with_classes(mut self, column: impl Into<String>, names: Vocab) -> Self {
        self.classes = Some((column.into(), names));
        self
    }

    /// The size of all masks, as of pictures that are all of one size.
    pub fn with_size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    /// In which order pixels are counted.
    pub fn with_order(mut self, order: RleOrder) -> Self {
        self.order = order;
        self
    }

    /// An item without rows has code 0 everywhere, where a table lists only pictures that have something in them.
    pub fn or_none(mut self) -> Self {
        self.all = false;
        self
    }

    fn rows_of(&self, item: &Path) -> Result<&[Row], DataError> {
        let mut named = [item.file_name(), item.file_stem()].into_iter().flatten();
        match named.find_map(|name| self.rows.get(name.to_str()?)) {
            Some(rows) => Ok(rows),
            None if !self.all => Ok(&[]),
            None => {
                let what = "the table of its mask has no row of its name";
                let remedy = "check the column of files, leave the item out, or let items without rows have no mask (`RleMasks::or_none`)";
                Err(refusal(item, None, what, remedy))
            }
        }
    }

    fn size_of(&self, item: &Path) -> Result<Size, DataError> {
        let size = match self.size {
            Some(size) => Ok(size),
            None => upright_size(item).map_err(|why| format!("the size of its mask cannot be read from it: {why}")),
        };
        let checked = size.and_then(|size| Mask::check_size(size).map(|()| size).map_err(|why| why.to_string()));
        checked.map_err(|what| refusal(item, None, what, "give the size of all masks (`RleMasks::with_size`)"))
    }

    fn code(&self, row: &Row) -> Result<u8, DataError> {
        let Some((column, names)) = &self.classes else { return Ok(1) };
        let class = row.get(column)?;
        let code = names.find(class).and_then(|code| u8::try_from(code).ok()).filter(|&code| code != Mask::VOID);
        code.ok_or_else(|| {
            let near = names.suggest(class).map(|near| format!(" (did you mean {near:?}?)")).unwrap_or_default();
            let what = format!("{column} is {class:?}, which is none of the {} classes{near}", names.len());
            row.error(what, "correct it, or name it in `RleMasks::with_classes`, which takes 255 at most")
        })
    }
}

/// The size of a picture as it is read, which is upright.
pub(super) fn upright_size(picture: &Path) -> Result<Size, ImageError> {
    let file = BufReader::new(open_regular(picture)?);
    let mut decoder = ImageReader::new(file).with_guessed_format()?.into_decoder()?;
    let (width, height) = decoder.dimensions();
    Ok(match decoder.orientation() {
        Ok(
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH,
        ) => Size::new(height, width),
        // A picture with broken EXIF is still a picture.
        _ => Size::new(width, height),
    })
}

impl std::fmt::Debug for RleMasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RleMasks").field("pictures", &self.rows.len()).field("runs", &self.runs).finish_non_exhaustive()
    }
}

impl<I: Item + ?Sized> Labeller<Mask, I> for RleMasks {
    fn label(&self, item: &I) -> Result<Mask, DataError> {
        let item = item.path();
        let rows = self.rows_of(&item)?;
        let mut mask = Mask::filled(self.size_of(&item)?, 0);
        for row in rows {
            let (runs, code) = (row.get(&self.runs)?, self.code(row)?);
            if runs != "-1" {
                mask = mask.with_rle(runs, self.order, code).map_err(|why| {
                    let why = if let TransformError::Runs { reason } = why { reason } else { why.to_string() };
                    row.error(format!("{}: {why}", self.runs), "mend it, or check the size and the order of the runs")
                })?;
            }
        }
        Ok(mask)
    }
}
