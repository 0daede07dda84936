//! Items without targets.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use burn::tensor::Device;

use super::FittedTarget;
use crate::DataError;
use crate::item::Item;

/// No target: the kind of pictures to predict.
///
/// ```no_run
/// # use firelight_datablock::{Categories, DataLoader, DataLoaders, DataError, NoTarget, image_files};
/// # fn unlabelled(dls: DataLoaders<Categories>) -> Result<(), DataError> {
/// let unlabelled: DataLoader<NoTarget> = dls.test(image_files("inbox")?)?;
/// # Ok(())
/// # }
/// ```
pub struct NoTarget<I: ?Sized = Path>(PhantomData<fn(&I)>);

impl<I: ?Sized> NoTarget<I> {
    /// Of items of any type.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

// Derived, these would ask the same of the items.
impl<I: ?Sized> Default for NoTarget<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: ?Sized> Clone for NoTarget<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: ?Sized> Copy for NoTarget<I> {}

impl<I: ?Sized> fmt::Debug for NoTarget<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoTarget")
    }
}

impl<I: Item + ?Sized> FittedTarget for NoTarget<I> {
    type Item = I;
    type Target = ();
    type Tensor = ();

    fn target(&self, _item: &I) -> Result<(), DataError> {
        Ok(())
    }

    fn collate(&self, _targets: &[()], _device: &Device) {}

    fn describe(&self, _target: &()) -> String {
        String::new()
    }
}
