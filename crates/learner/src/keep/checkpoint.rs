//! All that the rest of a run depends on, in a file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::setup::Setup;
use crate::fit::{Place, Plan};
use crate::stored::{self, Format, Versions};
use crate::{EpochRow, History, LearnerError};

pub(super) const FORMAT: Format =
    Format { magic: "firelight-checkpoint", version: 1, what: "checkpoint", writer: "with_checkpoints" };

/// A moment of a run.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    pub path: PathBuf,
    pub setup: Setup,
    pub state: State,
    pub weights: Vec<u8>,
    pub optimizer: Vec<u8>,
    /// The best model's weights; empty if none is kept.
    pub best: Vec<u8>,
}

/// What is neither weights nor optimizer. It is stored as CBOR: JSON has no infinite numbers, and its reader may be off
/// by the last bit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// Fits begun, in order.
    pub fits: Vec<Begun>,
    /// Where the last of them is.
    pub place: Place,
    pub epochs_done: usize,
    pub history: History,
    /// The row of the best model so far of the last fit.
    pub best: Option<EpochRow>,
}

/// A fit, and what had happened before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub plan: Plan,
    pub steps_before: usize,
    pub epochs_before: usize,
}

/// The part of the file that people can read.
#[derive(Serialize, Deserialize)]
struct Manifest {
    #[serde(flatten)]
    versions: Versions,
    fit: usize,
    epoch: usize,
    step: usize,
    setup: Setup,
    /// Bytes of the parts that follow: weights, optimizer, the best model's weights, state.
    parts: [usize; 4],
}

impl Checkpoint {
    pub fn write(&self) -> Result<(), LearnerError> {
        let Self { path, setup, state, weights, optimizer, best } = self;
        let mut packed = Vec::new();
        ciborium::into_writer(state, &mut packed)
            .map_err(|error| LearnerError::Unstorable { why: error.to_string() })?;
        let manifest = Manifest {
            versions: Versions::ours(),
            fit: state.fits.len(),
            epoch: state.place.epoch,
            step: state.history.steps.len(),
            setup: setup.clone(),
            parts: [weights.len(), optimizer.len(), best.len(), packed.len()],
        };
        stored::write(path, FORMAT, &manifest, &[weights, optimizer, best, &packed])
    }

    pub fn read(path: &Path) -> Result<Self, LearnerError> {
        let (manifest, mut weights): (Manifest, _) = stored::read(path, FORMAT)?;
        let refuse = |why: String| LearnerError::Unusable { path: path.to_path_buf(), what: FORMAT.what, why };
        let sum = manifest.parts.iter().try_fold(0_usize, |sum, &part| sum.checked_add(part));
        if sum != Some(weights.len()) {
            return Err(refuse("its manifest does not fit its length".into()));
        }
        let mut optimizer = weights.split_off(manifest.parts[0]);
        let mut best = optimizer.split_off(manifest.parts[1]);
        let packed = best.split_off(manifest.parts[2]);
        let state: State = ciborium::from_reader(packed.as_slice())
            .map_err(|error| refuse(format!("its state cannot be read: {error}")))?;
        Ok(Self { path: path.to_path_buf(), setup: manifest.setup, state, weights, optimizer, best })
    }
}
