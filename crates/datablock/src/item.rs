//! What a recipe's items are.

use std::borrow::Cow;
use std::fmt::Debug;
use std::path::Path;

use firelight_progress::Progress;

use crate::DataError;

/// One thing that a data set has: a file ([`Path`], the usual case), a row of a table, a value of your own.
///
/// Blocks, labellers and splitters get items by reference. Loaders hold them in their owned form, as [`ToOwned`] has it: a
/// `PathBuf` of a `Path`, and a clone of any type that is `Clone`.
///
/// ```
/// use std::borrow::Cow;
/// use std::path::Path;
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, Item};
///
/// /// A picture with what its doctor wrote.
/// #[derive(Debug, Clone)]
/// struct Scan {
///     file: std::path::PathBuf,
///     finding: String,
/// }
///
/// impl Item for Scan {
///     fn path(&self) -> Cow<'_, Path> {
///         Cow::Borrowed(&self.file)
///     }
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// # for n in 0..10 { std::fs::write(format!("{n}.png"), "")?; }
/// let scan = |n: usize| Scan { file: format!("{n}.png").into(), finding: ["clear", "cloudy"][n % 2].into() };
/// let scans: Vec<Scan> = (0..10).map(scan).collect();
/// let block = DataBlock::new(
///     ImageBlock::rgb().with_file(|scan: &Scan| Ok(scan.file.clone())),
///     CategoryBlock::new(|scan: &Scan| Ok(scan.finding.clone())),
/// );
/// let dls = block.dataloaders_of(&scans, &Device::flex())?;
/// assert_eq!(dls.vocab().names(), ["clear", "cloudy"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Item: Debug + Send + Sync + ToOwned<Owned: Clone + Debug + Send + Sync + 'static> + 'static {
    /// The item's file, or, where it is none, what names it in errors, tables and pictures, as `labels.csv:17`. No two items
    /// of a data set have the same, and an item has the same in every process: training that goes on compares the last part.
    fn path(&self) -> Cow<'_, Path>;

    /// The items below a folder, where a recipe is not [told](crate::DataBlock::with_source) where they come from: of paths the
    /// picture files. Types of your own have none.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSource`] unless a type has its own, and what that says.
    fn below(root: &Path, progress: &Progress) -> Result<Vec<Self::Owned>, DataError> {
        let _ = (root, progress);
        Err(DataError::NoSource { item: std::any::type_name::<Self>() })
    }

    /// The item that a file is, where items are files: what predicting a file with an input block of your own takes. `None` of other types.
    fn of_file(file: &Path) -> Option<&Self> {
        let _ = file;
        None
    }
}

/// An item in the form that loaders hold.
pub type Owned<I> = <I as ToOwned>::Owned;
