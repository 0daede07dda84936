use std::collections::BTreeMap;

use burn::module::Module;
use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, bridge};
use burn::tensor::DType;
use safetensors::tensor::TensorView;

use super::names::Naming;
use crate::Body;

/// Whose names the tensors of a body have in a file for other programs.
///
/// | | `ResNet` | EfficientNet-Lite | small | all others |
/// |---|---|---|---|---|
/// | `Published` | torchvision's, timm's too | those of the port whose files [`load_body`](super::load_body) reads | the module's own | timm's |
/// | `Timm` | the same | those of timm's `tf_efficientnet_lite0`, `1`, `2` | the module's own | timm's |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Names {
    /// Of the files that the weights are published as.
    #[default]
    Published,
    /// Of timm's models.
    Timm,
}

/// A body's tensors as a safetensors file that `PyTorch` programs load: of its layout and its names, without a last layer. In timm that is a model of
/// no classes, and all of its keys are there (but the counters of steps, which torch does without):
///
/// ```python
/// timm.create_model("resnet18", num_classes=0, checkpoint_path="body.safetensors")
/// ```
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::Arch;
/// use firelight_models::weights::{Names, load_body, to_safetensors};
///
/// let device = Device::flex();
/// let body = Arch::ResNet18.body(42, &device);
/// # let place = tempfile::tempdir()?;
/// # let file = place.path().join("body.safetensors");
/// std::fs::write(&file, to_safetensors(&body, Names::Published)?)?;
/// assert!(load_body(Arch::ResNet18, &file, &device)?.1.unused.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the format says of a tensor.
pub fn to_safetensors(body: &Body, names: Names) -> Result<Vec<u8>, String> {
    let naming = Naming::new(body, names);
    let tensors = body.valid().collect(None, Some(Box::new(BurnToPyTorchAdapter)), true);
    let mut data = BTreeMap::new();
    for tensor in &tensors {
        let values = bridge::to_data(tensor).map_err(|error| error.to_string())?.convert_dtype(DType::F32);
        data.insert(naming.of(&tensor.name), values);
    }
    let view = |(name, values): (&String, _)| {
        let values: &burn::tensor::TensorData = values;
        let view = TensorView::new(safetensors::Dtype::F32, values.shape().to_vec(), values.as_bytes());
        Ok((name.clone(), view.map_err(|error| error.to_string())?))
    };
    let views: Vec<(String, TensorView)> = data.iter().map(view).collect::<Result<_, String>>()?;
    // Readers of such files ask whose layout it is.
    let layout = [("format".to_owned(), "pt".to_owned())].into_iter().collect();
    safetensors::serialize(views, Some(layout)).map_err(|error| error.to_string())
}
