//! A model's tensors as bytes and back: for files that are not the published ones but a program's own.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::store::{ModuleSnapshot, ModuleStore, SafetensorsStore};
use burn::tensor::{DType, Tensor};

use super::Misshapen;
use super::error::differences;

/// All tensors of a model as safetensors, running statistics included, under the parameters' paths. Equal weights are equal bytes.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::HeadConfig;
/// use firelight_models::weights::{from_bytes, to_bytes};
///
/// let device = Device::flex();
/// let (head, other) = (HeadConfig::new(8, 3).init(1, &device), HeadConfig::new(8, 3).init(2, &device));
/// let bytes = to_bytes(&head)?;
/// assert_eq!(to_bytes(&from_bytes(&other, bytes.clone())?)?, bytes);
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
///
/// What the format says of a tensor. [`not_finite`] finds numbers that are none.
pub fn to_bytes<M: Module>(model: &M) -> Result<Vec<u8>, String> {
    // The usual metadata come in another order every time.
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    // The plain copy has the running statistics of the last step; the training model's would be a step behind.
    let saved = model.valid().save_into(&mut store).and_then(|()| store.get_bytes());
    saved.map_err(|error| error.to_string())
}

/// The path of the first tensor with a number that is not finite, if there is one. Ask a model without a graph (`model.valid()`).
pub fn not_finite<M: Module>(model: &M) -> Option<String> {
    let mut looks = NotFinite::default();
    model.visit(&mut looks);
    looks.found
}

/// Looks for the first tensor with a number that is not finite.
#[derive(Default)]
struct NotFinite {
    path: Vec<String>,
    found: Option<String>,
}

impl ModuleVisitor for NotFinite {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let finite = || parameter.val().into_data().iter::<f32>().all(f32::is_finite);
        if self.found.is_none() && !finite() {
            self.found = Some(self.path.join("."));
        }
    }
}

/// A copy of the model with the tensors of `bytes`, trained or frozen as it is.
///
/// The model itself stays as it is, also where loading fails half-way.
///
/// # Errors
///
/// What does not fit, with the tensors at fault.
pub fn from_bytes<M: Module>(model: &M, bytes: Vec<u8>) -> Result<M, String> {
    filled(model.valid(), bytes).map(Module::train)
}

/// A model without a graph, filled with the tensors of `bytes`: all of its own, and no others.
///
/// # Errors
///
/// What does not fit, with the tensors at fault.
pub fn filled<M: Module>(mut model: M, bytes: Vec<u8>) -> Result<M, String> {
    let ours = shapes(&model);
    let mut store = SafetensorsStore::from_bytes(Some(bytes));
    let stored = store.get_all_tensors().map_err(|error| error.to_string())?;
    let theirs: BTreeMap<String, Vec<usize>> =
        stored.iter().map(|(name, tensor)| (name.clone(), tensor.shape.to_vec())).collect();

    let lacking = |these: &BTreeMap<String, Vec<usize>>, those: &BTreeMap<String, Vec<usize>>| -> Vec<_> {
        these.iter().filter(|(name, _)| !those.contains_key(*name)).map(|(n, s)| (n.clone(), s.clone())).collect()
    };
    let misshapen: Vec<Misshapen> = ours
        .iter()
        .filter_map(|(name, expected)| {
            let found = theirs.get(name).filter(|found| *found != expected)?;
            Some(Misshapen { name: name.clone(), expected: expected.clone(), found: found.clone() })
        })
        .collect();
    let (missing, unexpected) = (lacking(&ours, &theirs), lacking(&theirs, &ours));
    if !(missing.is_empty() && unexpected.is_empty() && misshapen.is_empty()) {
        return Err(format!("its tensors are another model's{}", differences(&missing, &unexpected, &misshapen)));
    }
    // A tensor of another precision would be taken as it is, and meet the others in the first product.
    let precisions: BTreeMap<String, DType> =
        model.collect(None, None, false).into_iter().map(|tensor| (tensor.name.clone(), tensor.dtype)).collect();
    if let Some((name, tensor)) = stored.iter().find(|(name, tensor)| precisions.get(*name) != Some(&tensor.dtype)) {
        return Err(format!(
            "its tensor {name} is of {:?}, and this model's is of {:?}",
            tensor.dtype,
            precisions.get(name)
        ));
    }
    model.load_from(&mut store).map_err(|error| error.to_string())?;
    Ok(model)
}

/// Names and shapes of a model's tensors.
pub fn shapes<M: Module>(model: &M) -> BTreeMap<String, Vec<usize>> {
    model.collect(None, None, false).into_iter().map(|tensor| (tensor.name.clone(), tensor.shape.to_vec())).collect()
}
