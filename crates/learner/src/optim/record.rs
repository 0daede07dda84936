//! An optimizer's state as bytes.
//!
//! burn's own records are loaded onto the default device first, which may be a GPU that nobody asked for, and know a parameter
//! by a number that a model built anew does not have. These are loaded onto the device that is given, and know it by its path.

use std::collections::BTreeMap;

use burn::optim::{StateSink, StateSource};
use burn::tensor::{Bytes, Device, TensorData};
use burn_pack::{Reader, Scalar, Tensor as Packed, Writer};

use super::GroupOptimizer;
use crate::LearnerError;

/// Metadata key of the rule's name.
const RULE: &str = "rule";
/// Scalar below a parameter's path: how many dimensions it has.
const RANK: &str = "__rank";
/// The most dimensions that a tensor of burn's optimizers has.
const MOST_RANKS: usize = 8;

impl GroupOptimizer {
    /// The state of every parameter that was updated so far, in burn's pack format, under the parameters' paths.
    ///
    /// # Errors
    ///
    /// [`LearnerError::OptimizerState`] if it cannot be put into that format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LearnerError> {
        let (mut tensors, mut scalars) = (Vec::new(), BTreeMap::new());
        let pair = self.rule.at(None);
        for (path, known) in &self.known {
            let Some(state) = &known.state else { continue };
            let mut sink = StateSink::default();
            known.optimizer(&pair).state_flatten(path, state, &mut sink);
            scalars.insert(format!("{path}.{RANK}"), Scalar::from(state.rank()));
            scalars.extend(sink.scalars);
            tensors.extend(sink.tensors.into_iter().map(|(name, data)| {
                let (bytes, shape, dtype) = data.into_parts();
                Packed::new(name, dtype, shape, None, bytes)
            }));
        }
        let mut writer = Writer::new(tensors).with_metadata(RULE, self.rule.name());
        for (name, value) in scalars {
            writer = writer.with_scalar(&name, value);
        }
        let bytes = writer.into_bytes().map_err(|error| refused(error.to_string()))?;
        Ok(bytes.to_vec())
    }

    /// Takes over a state that [`to_bytes`](Self::to_bytes) gave, in place of its own, with its tensors on `device`.
    ///
    /// The format has no checksum of its own: check the bytes before, where they come from a file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::OptimizerState`] if the bytes are no such state, or one of another rule.
    pub fn load_bytes(&mut self, bytes: &[u8], device: &Device) -> Result<(), LearnerError> {
        let reader =
            Reader::from_bytes(Bytes::from_bytes_vec(bytes.to_vec())).map_err(|error| refused(error.to_string()))?;
        match reader.metadata().get(RULE) {
            Some(rule) if rule == self.rule.name() => {}
            Some(rule) => return Err(refused(format!("it is {rule:?}'s, and this is {:?}", self.rule.name()))),
            None => return Err(refused("it does not say which optimizer it is of".into())),
        }
        let scalars = reader.scalars().clone();
        let mut source = StateSource::new(scalars.clone());
        for tensor in reader.into_tensors().map_err(|error| refused(error.to_string()))? {
            let (name, dtype, shape, _, bytes) = tensor.into_parts().map_err(|error| refused(error.to_string()))?;
            source.insert_tensor(name, TensorData::from_bytes(bytes, shape, dtype));
        }
        let (plain, pair) = (device.clone().inner(), self.rule.at(None));
        let mut all = BTreeMap::new();
        for (name, rank) in scalars {
            let Some(path) = name.strip_suffix(RANK).and_then(|path| path.strip_suffix('.')) else { continue };
            let mut known = self.know(path);
            let rank = usize::try_from(rank).ok().filter(|&rank| rank <= MOST_RANKS);
            let state = rank.and_then(|rank| known.optimizer(&pair).state_unflatten(rank, path, &mut source, &plain));
            known.state = Some(state.ok_or_else(|| refused(format!("the part of {path} is not complete")))?);
            all.insert(path.to_owned(), known);
        }
        self.known = all;
        Ok(())
    }
}

fn refused(why: String) -> LearnerError {
    LearnerError::OptimizerState { why }
}
