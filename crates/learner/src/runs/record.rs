//! A checkpoint: all that the rest of a run depends on, in a file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::conditions::Conditions;
use super::item::{Item, Work};
use super::log::Extent;
use crate::plan::Position;
use crate::{EpochRow, LearnerError};
use firelight_files::{Format, Versions};

pub(super) const FORMAT: Format =
    Format { magic: "firelight-checkpoint", oldest: 3, version: 3, what: "checkpoint", writer: "with_checkpoints" };

/// A moment of a run.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub path: PathBuf,
    /// The run that it is of.
    pub run: String,
    pub past: Past,
    pub weights: Vec<u8>,
    pub optimizer: Vec<u8>,
    /// The best model's weights; empty if none is kept.
    pub best: Vec<u8>,
    /// Those of the moving average; empty if none is kept.
    pub average: Vec<u8>,
}

/// What is neither weights nor optimizer. It is stored as CBOR: JSON has no infinite numbers, and its reader may be off
/// by the last bit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Past {
    /// What the run has done, in order; the last one is under way.
    pub items: Vec<Item>,
    /// Those that the items were done under.
    pub conditions: Vec<Conditions>,
    /// Where the last item is.
    pub position: Position,
    pub epochs_done: usize,
    pub body_is_trained: bool,
    /// The rows so far, in the file beside.
    pub history: Extent,
    /// The row of the best model so far of the last fit.
    pub best: Option<EpochRow>,
    /// How many updates the moving average has followed, if there is one.
    pub averaged: Option<usize>,
}

/// The part of the file that people can read.
#[derive(Serialize, Deserialize)]
struct Manifest {
    #[serde(flatten)]
    versions: Versions,
    run: String,
    item: usize,
    epoch: usize,
    step: usize,
    /// Bytes of the parts that follow: weights, optimizer, the best model's weights, those of the average, the past.
    parts: [usize; 5],
}

impl Record {
    pub fn write(&self) -> Result<(), LearnerError> {
        let Self { path, run, past, weights, optimizer, best, average } = self;
        let mut packed = Vec::new();
        ciborium::into_writer(past, &mut packed)
            .map_err(|error| LearnerError::Unstorable { why: error.to_string() })?;
        let manifest = Manifest {
            versions: Versions::ours(),
            run: run.clone(),
            item: past.items.len(),
            epoch: past.position.epoch,
            step: past.history.rows.steps,
            parts: [weights.len(), optimizer.len(), best.len(), average.len(), packed.len()],
        };
        Ok(FORMAT.write(path, &manifest, &[weights, optimizer, best, average, &packed])?)
    }

    pub fn read(path: &Path) -> Result<Self, LearnerError> {
        let (manifest, mut weights): (Manifest, _) = FORMAT.read(path)?;
        let refuse = |why: String| unusable(path, why);
        let sum = manifest.parts.iter().try_fold(0_usize, |sum, &part| sum.checked_add(part));
        if sum != Some(weights.len()) {
            return Err(refuse("its manifest does not fit its length".into()));
        }
        let mut optimizer = weights.split_off(manifest.parts[0]);
        let mut best = optimizer.split_off(manifest.parts[1]);
        let mut average = best.split_off(manifest.parts[2]);
        let packed = average.split_off(manifest.parts[3]);
        let past: Past = ciborium::from_reader(packed.as_slice())
            .map_err(|error| refuse(format!("its state cannot be read: {error}")))?;
        past.check().map_err(refuse)?;
        // A fit that has taken a step has an optimizer that took it.
        if optimizer.is_empty() && past.items.last().is_some_and(|item| item.before.steps < past.history.rows.steps) {
            return Err(refuse("it has no state of the optimizer".into()));
        }
        if past.averaged.is_none() != average.is_empty() {
            return Err(refuse("its moving average is not whole".into()));
        }
        Ok(Self { path: path.to_path_buf(), run: manifest.run, past, weights, optimizer, best, average })
    }

    /// The run that a file says it is of, without reading the rest.
    pub fn run_of(path: &Path) -> Option<String> {
        let manifest: Manifest = FORMAT.manifest(path)?;
        Some(manifest.run)
    }
}

impl Past {
    /// Numbers that do not fit each other would be felt much later.
    fn check(&self) -> Result<(), String> {
        let Some(last) = self.items.last() else { return Err("it knows no work".into()) };
        if let Some(item) = self.items.iter().find(|item| item.conditions >= self.conditions.len()) {
            return Err(format!("an item has conditions number {}", item.conditions));
        }
        let rows = self.history.rows;
        let sorted = self.items.iter().map(|item| item.before).is_sorted_by_key(|before| (before.steps, before.epochs));
        if !sorted || last.before.steps > rows.steps || last.before.epochs > rows.epochs {
            return Err("its items have more rows than its history".into());
        }
        if let Work::Fit(plan) | Work::HeadFit { plan, .. } = &last.work
            && (self.position.epoch > plan.epochs || self.position.step > plan.steps)
        {
            return Err("it is beyond the end of its last item".into());
        }
        Ok(())
    }
}

pub(super) fn unusable(path: &Path, why: String) -> LearnerError {
    LearnerError::Unusable { path: path.to_path_buf(), what: FORMAT.what, why }
}
