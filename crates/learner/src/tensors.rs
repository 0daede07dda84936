//! A model's tensors as bytes, checked.

use burn::module::Module;
use firelight_models::weights;

use crate::LearnerError;

/// All tensors of a model as safetensors, running statistics included, under the parameters' paths.
///
/// A model with numbers that are none is of no use to anybody: [`LearnerError::Unstorable`].
pub(crate) fn to_bytes<M: Module>(model: &M) -> Result<Vec<u8>, LearnerError> {
    finite_bytes(model)?.map_err(|path| not_finite(&path))
}

/// Whether all numbers of a model are finite.
pub(crate) fn check_finite<M: Module>(model: &M) -> Result<(), LearnerError> {
    weights::not_finite(&model.valid()).map_or(Ok(()), |path| Err(not_finite(&path)))
}

fn not_finite(path: &str) -> LearnerError {
    LearnerError::Unstorable { why: format!("the weights {path} are not finite numbers") }
}

/// The bytes of [`to_bytes`], or the path of the first tensor with a number that is not finite.
pub(crate) fn finite_bytes<M: Module>(model: &M) -> Result<Result<Vec<u8>, String>, LearnerError> {
    if let Some(path) = weights::not_finite(&model.valid()) {
        return Ok(Err(path));
    }
    weights::to_bytes(model).map(Ok).map_err(|why| LearnerError::Unstorable { why })
}

/// A copy of the model with the tensors of `bytes`, trained or frozen as it is. Numbers that are none were written by nobody here.
pub(crate) fn from_bytes<M: Module>(model: &M, bytes: Vec<u8>) -> Result<M, String> {
    let model = weights::from_bytes(model, bytes)?;
    match weights::not_finite(&model.valid()) {
        Some(path) => Err(format!("its weights {path} are not finite numbers")),
        None => Ok(model),
    }
}
