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
/// `ConvNeXt`s and `MobileNet`s of no classes have a layer in timm that comes after the pool, and so is of no body: `strict=False` leaves it as it was. A
/// [`Classifier`](crate::Classifier) has it, and is a whole model of as many classes, which timm and torchvision load strictly. What else has a body, as a
/// [`VisionModel`](crate::VisionModel), is written with its head or decoder under the module's own paths (`head.layers.0.norm.weight`,
/// `head.layers.0.linear.weight`), in torch's layout.
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
pub fn to_safetensors<M: Module + AsRef<Body>>(model: &M, names: Names) -> Result<Vec<u8>, String> {
    let naming = Naming::new(model.as_ref(), names);
    let tensors = model.valid().collect(None, Some(Box::new(BurnToPyTorchAdapter)), true);
    // Of a body within another module the path says so.
    let within = tensors.iter().any(|tensor| inner(&tensor.name).starts_with("body."));
    let in_file = |path: &str| {
        let path = inner(path);
        let known = !within || ["body.", "neck.", "fc."].iter().any(|part| path.starts_with(part));
        if known { naming.of(path) } else { path.to_owned() }
    };
    let mut data = BTreeMap::new();
    for tensor in &tensors {
        let values = bridge::to_data(tensor).map_err(|error| error.to_string())?.convert_dtype(DType::F32);
        data.insert(in_file(&tensor.name), values);
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

/// A path without the U-Net that a position net is.
fn inner(path: &str) -> &str {
    path.strip_prefix("unet.").unwrap_or(path)
}
