//! A model's tensors as bytes and back.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::store::{ModuleSnapshot, ModuleStore, SafetensorsStore};

use crate::LearnerError;
use crate::weights::{Misshapen, differences};

/// All tensors of a model as safetensors, running statistics included, under the parameters' paths.
pub(crate) fn to_bytes<M: Module>(model: &M) -> Result<Vec<u8>, LearnerError> {
    // The usual metadata come in another order every time; without them, equal weights are equal bytes.
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    // The plain copy has the running statistics of the last step; the training model's would be a step behind.
    let bytes = model.valid().save_into(&mut store).and_then(|()| store.get_bytes());
    bytes.map_err(|error| LearnerError::Unstorable { why: error.to_string() })
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
fn shapes<M: Module>(model: &M) -> BTreeMap<String, Vec<usize>> {
    model.collect(None, None, false).into_iter().map(|tensor| (tensor.name.clone(), tensor.shape.to_vec())).collect()
}
