use std::path::Path;

use burn::module::Module;
use burn::store::{ModuleSnapshot, PyTorchToBurnAdapter, bridge};
use burn::tensor::Device;

use super::fit::Fit;
use super::names::{self, Naming};
use super::{Checkpoint, LoadReport, WeightsError};
use crate::{Arch, Body, Classifier, Fresh};

/// A body with trained weights; the file's last layer is left.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_models::Arch;
///
/// let (body, report) = firelight_models::weights::load_body(Arch::ResNet18, "resnet18.pth", &Device::flex())?;
/// assert_eq!(report.unused, ["fc.weight", "fc.bias"]);
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
///
/// # Errors
///
/// Everything of [`Checkpoint::open`]; [`WeightsError::Mismatch`] where the tensors are not those of `arch`, with the
/// architecture they look like; [`WeightsError::FromScratch`] for one without published weights.
pub fn load_body(arch: Arch, path: impl AsRef<Path>, device: &Device) -> Result<(Body, LoadReport), WeightsError> {
    let body = arch.fresh_body(&mut Fresh::zeros(), device);
    let naming = names::naming(&body).ok_or(WeightsError::FromScratch { arch })?;
    load(body, arch, naming, &Checkpoint::open(path)?)
}

/// The whole published network with its weights; the number of classes is the file's.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_models::Arch;
///
/// let (network, _) = firelight_models::weights::load_classifier(Arch::ResNet18, "resnet18.pth", &Device::flex())?;
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
///
/// # Errors
///
/// As [`load_body`].
pub fn load_classifier(
    arch: Arch,
    path: impl AsRef<Path>,
    device: &Device,
) -> Result<(Classifier, LoadReport), WeightsError> {
    let fresh = &mut Fresh::zeros();
    let body = arch.fresh_body(fresh, device);
    let naming = names::naming(&body).ok_or(WeightsError::FromScratch { arch })?;
    let checkpoint = Checkpoint::open(path)?;
    let bias = naming("fc.bias");
    let classes =
        checkpoint.tensors().find(|(name, _)| name.ends_with(&bias)).map_or(1000, |(_, shape)| shape.iter().product());
    load(Classifier::new(body, arch.features(), classes, fresh, device), arch, naming, &checkpoint)
}

/// Reads all that `module` needs before the first of its tensors changes.
fn load<M: Module>(
    mut module: M,
    arch: Arch,
    naming: Naming,
    checkpoint: &Checkpoint,
) -> Result<(M, LoadReport), WeightsError> {
    let fit = Fit::new(&module, naming, checkpoint);
    if !fit.is_whole() {
        return Err(fit.into_error(arch, checkpoint, &module.devices()));
    }
    let mut values = 0;
    let mut tensors = Vec::with_capacity(fit.pairs.len());
    for (ours, theirs) in &fit.pairs {
        let data = checkpoint.read(theirs)?;
        values += data.num_elements();
        tensors.push(bridge::from_data(data, ours.clone(), None));
    }
    let result = module.apply(tensors, None, Some(Box::new(PyTorchToBurnAdapter)), true);
    if !result.errors.is_empty() || !result.missing.is_empty() {
        return Err(WeightsError::Damaged { path: checkpoint.path().to_owned(), cause: result.to_string() });
    }
    let report = LoadReport {
        path: checkpoint.path().to_owned(),
        arch,
        tensors: fit.pairs.len(),
        values,
        unused: fit.unused,
        digest_checked: checkpoint.digest_checked(),
    };
    Ok((module, report))
}
