use std::path::Path;

use burn::module::Module;
use burn::store::{ModuleSnapshot, PyTorchToBurnAdapter, bridge};
use burn::tensor::Device;

use super::fit::Fit;
use super::names::Naming;
use super::positions;
use super::stem::adapted;
use super::{Checkpoint, LoadReport, WeightsError};
use crate::bodies::classifier::last_inputs;
use crate::{Arch, Body, BodyConfig, Classifier, Fresh};

/// A body with trained weights, of an [`Arch`] or of any [`BodyConfig`]; the file's last layer is left.
///
/// The first convolution of a file of three colours is adapted to other channels as timm's `adapt_input_conv` does it: one channel gets the
/// sum of the three colours' weights; more get the three in turn, times 3 over the channels. A file whose first convolution has the body's
/// channels is taken as it is.
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_models::weights::load_body;
/// use firelight_models::{Arch, BodyConfig};
///
/// let device = Device::flex();
/// let (body, report) = load_body(Arch::ResNet18, "resnet18.pth", &device)?;
/// assert_eq!(report.unused, ["fc.weight", "fc.bias"]);
/// let infrared = BodyConfig::new(Arch::ResNet18).with_channels(4);
/// assert_eq!(load_body(infrared, "resnet18.pth", &device)?.1.adapted, Some(4));
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
///
/// # Errors
///
/// Everything of [`Checkpoint::open`]; [`WeightsError::Mismatch`] where the tensors are not those of `arch`, with the
/// architecture they look like; [`WeightsError::FromScratch`] for one without published weights.
///
/// # Panics
///
/// If the config has a [`problem`](BodyConfig::problem).
pub fn load_body(
    config: impl Into<BodyConfig>,
    path: impl AsRef<Path>,
    device: &Device,
) -> Result<(Body, LoadReport), WeightsError> {
    let config = config.into();
    let body = config.fresh_body(&mut Fresh::zeros(), device);
    if !body.is_published() {
        return Err(WeightsError::FromScratch { arch: config.arch() });
    }
    load(body.clone(), &body, &config, &Checkpoint::open(path)?)
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
    let (config, fresh) = (BodyConfig::new(arch), &mut Fresh::zeros());
    let body = config.fresh_body(fresh, device);
    if !body.is_published() {
        return Err(WeightsError::FromScratch { arch });
    }
    let checkpoint = Checkpoint::open(path)?;
    // Memory is given to as many classes as the last layer has weights for, which are as many as the file has room for.
    let classes = checkpoint.tensors().find_map(|(name, shape)| match shape[..] {
        [classes, inputs] if inputs == last_inputs(arch) => {
            Naming::all(&body).iter().any(|naming| name.ends_with(&naming.of("fc.weight"))).then_some(classes)
        }
        _ => None,
    });
    let network = Classifier::new(body.clone(), arch, classes.unwrap_or(1000), fresh, device);
    load(network, &body, &config, &checkpoint)
}

/// Reads all that `module` needs before the first of its tensors changes.
fn load<M: Module>(
    mut module: M,
    body: &Body,
    config: &BodyConfig,
    checkpoint: &Checkpoint,
) -> Result<(M, LoadReport), WeightsError> {
    let devices = module.devices();
    let fit = Fit::new(&module, body, checkpoint);
    if !fit.is_whole() {
        return Err(fit.into_error(config, checkpoint, &devices));
    }
    let mut values = 0;
    let mut tensors = Vec::with_capacity(fit.pairs.len());
    for (ours, theirs) in &fit.pairs {
        let mut data = checkpoint.read(theirs)?;
        let damaged =
            |error| WeightsError::Damaged { path: checkpoint.path().to_owned(), cause: format!("{theirs}: {error}") };
        if let Some((_, shape)) = fit.adapted.as_ref().filter(|(stem, _)| stem == theirs) {
            data = adapted(data.as_slice().map_err(damaged)?, *shape);
        }
        if let Some((_, count)) = fit.positions.as_ref().filter(|(name, _)| name == theirs) {
            data = positions::of_another_grid(data, *count, &devices[0]).map_err(damaged)?;
        }
        values += data.num_elements();
        tensors.push(bridge::from_data(data, ours.clone(), None));
    }
    let result = module.apply(tensors, None, Some(Box::new(PyTorchToBurnAdapter)), true);
    if !result.errors.is_empty() || !result.missing.is_empty() {
        return Err(WeightsError::Damaged { path: checkpoint.path().to_owned(), cause: result.to_string() });
    }
    let report = LoadReport {
        path: checkpoint.path().to_owned(),
        arch: config.arch(),
        tensors: fit.pairs.len(),
        values,
        adapted: fit.adapted.map(|(_, [_, channels, ..])| channels),
        unused: fit.unused,
        digest_checked: checkpoint.digest_checked(),
    };
    Ok((module, report))
}
