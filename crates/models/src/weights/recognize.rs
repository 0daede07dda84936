use std::path::Path;

use burn::tensor::Device;

use super::fit::Fit;
use super::{Checkpoint, WeightsError};
use crate::{Arch, BodyConfig, Fresh};

/// The architecture whose body a file of weights fits, by names and shapes; the first of several, which share all of them.
///
/// ```no_run
/// use burn::tensor::Device;
///
/// let arch = firelight_models::weights::recognize("model.safetensors", &Device::flex())?;
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
///
/// # Errors
///
/// Everything of [`Checkpoint::open`]; [`WeightsError::Unrecognized`] where it fits none.
pub fn recognize(path: impl AsRef<Path>, device: &Device) -> Result<Arch, WeightsError> {
    let checkpoint = Checkpoint::open(path)?;
    of(&checkpoint, 3, device, |_| true).ok_or_else(|| {
        let names = checkpoint.tensors().map(|(name, _)| name.to_owned()).take(3).collect();
        WeightsError::Unrecognized { path: checkpoint.path().to_owned(), names }
    })
}

/// The first architecture among those `asked` whose body for pictures of `channels` the file fits.
pub(super) fn of(
    checkpoint: &Checkpoint,
    channels: usize,
    device: &Device,
    asked: impl Fn(Arch) -> bool,
) -> Option<Arch> {
    // A damaged file may claim any shape.
    let product = |shape: Vec<usize>| shape.into_iter().fold(1, usize::saturating_mul);
    let values = checkpoint.tensors().map(|(_, shape)| product(shape)).fold(0, usize::saturating_add);
    Arch::all().filter(|arch| asked(*arch) && near(arch.parameters(), values)).find(|arch| {
        let body = BodyConfig::new(*arch).with_channels(channels).fresh_body(&mut Fresh::zeros(), device);
        body.is_published() && Fit::new(&body, &body, checkpoint).is_whole()
    })
}

/// Whether a file of so many values may be that of a body of so many parameters, with a last layer of up to 22,000 classes. A body of
/// zeros is made of each that may be, and so none is made that is much larger than the file.
fn near(parameters: usize, values: usize) -> bool {
    // The first convolution may see one colour.
    values >= parameters - parameters / 20 && values <= parameters + parameters / 10 + 50_000_000
}
