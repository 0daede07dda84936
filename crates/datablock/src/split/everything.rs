//! No validation.

use super::{Split, Splitter};
use crate::DataError;

/// Trains on every item and validates on none, as for the model that is handed in once the settings are found. Epochs then have no
/// validation loss and no metrics.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, TrainOnAll, parent_label};
///
/// let items: Vec<_> = (0..10).map(|n| format!("{}/{n}.jpg", ["pug", "beagle"][n % 2]).into()).collect();
/// let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(TrainOnAll);
/// let dls = block.dataloaders_of(&items, &Device::flex())?;
/// assert!(dls.train().dataset().len() == 10 && !dls.validates());
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrainOnAll;

impl<T> Splitter<T> for TrainOnAll {
    fn split(&self, items: &[T]) -> Result<Split, DataError> {
        Split::new((0..items.len()).collect(), Vec::new(), items.len())
    }

    fn validates(&self) -> bool {
        false
    }
}
