//! A model's tensors as bytes and back.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::store::{ModuleSnapshot, ModuleStore, SafetensorsStore};
use burn::tensor::Tensor;

use crate::LearnerError;
use crate::weights::{Misshapen, differences};

/// All tensors of a model as safetensors, running statistics included, under the parameters' paths.
///
/// A model with numbers that are none is of no use to anybody: [`LearnerError::Unstorable`].
pub(crate) fn to_bytes<M: Module>(model: &M) -> Result<Vec<u8>, LearnerError> {
    finite_bytes(model)?.map_err(|path| {
        let why = format!("the weights {path} are not finite numbers");
        LearnerError::Unstorable { why }
    })
}

/// The bytes of [`to_bytes`], or the path of the first tensor with a number that is not finite.
pub(crate) fn finite_bytes<M: Module>(model: &M) -> Result<Result<Vec<u8>, String>, LearnerError> {
    // The usual metadata come in another order every time; without them, equal weights are equal bytes.
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    // The plain copy has the running statistics of the last step; the training model's would be a step behind.
    let plain = model.valid();
    if let Some(path) = not_finite(&plain) {
        return Ok(Err(path));
    }
    let bytes = plain.save_into(&mut store).and_then(|()| store.get_bytes());
    bytes.map(Ok).map_err(|error| LearnerError::Unstorable { why: error.to_string() })
}

/// The path of the first tensor with a number that is not finite, if there is one.
pub(crate) fn not_finite<M: Module>(model: &M) -> Option<String> {
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

/// A copy of the model with the tensors of `bytes`, trained or frozen as it is; `Err` says what does not fit.
///
/// The model itself stays as it is, also where loading fails half-way.
pub(crate) fn from_bytes<M: Module>(model: &M, bytes: Vec<u8>) -> Result<M, String> {
    let copy = model.valid();
    let ours = shapes(&copy);
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
    let mut copy = copy;
    copy.load_from(&mut store).map_err(|error| error.to_string())?;
    Ok(copy.train())
}

/// Names and shapes of a model's tensors.
pub(crate) fn shapes<M: Module>(model: &M) -> BTreeMap<String, Vec<usize>> {
    model.collect(None, None, false).into_iter().map(|tensor| (tensor.name.clone(), tensor.shape.to_vec())).collect()
}
