//! Items without targets.

use std::path::Path;

use burn::tensor::Device;

use super::FittedTarget;
use crate::DataError;

/// No target: the kind of pictures to predict.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataLoader, DataLoaders, DataError, NoTarget, image_files};
/// # fn unlabelled(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// let unlabelled: DataLoader<NoTarget> = dls.test(image_files("inbox")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTarget;

impl FittedTarget for NoTarget {
    type Target = ();
    type Tensor = ();

    fn target(&self, _item: &Path) -> Result<(), DataError> {
        Ok(())
    }

    fn collate(&self, _targets: &[()], _device: &Device) {}

    fn describe(&self, _target: &()) -> String {
        String::new()
    }
}
