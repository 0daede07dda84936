//! The calibration error that is left after a calibration, as a metric.

use firelight::costs::{Calibrator, HeldOut};
use firelight::metrics::{Accumulator, Better, ClassMetric, Metric, Outcomes};
use firelight::prelude::*;

/// Expected calibration error out of fold: each fifth of the examples with a calibration of the others.
pub fn calibrated_error(name: &'static str, calibrator: Calibrator, vocab: &Vocab) -> ClassMetric {
    Box::new(Calibrated { name, calibrator, vocab: vocab.clone() })
}

struct Calibrated {
    name: &'static str,
    calibrator: Calibrator,
    vocab: Vocab,
}

impl Metric<usize> for Calibrated {
    fn name(&self) -> String {
        self.name.into()
    }

    fn better(&self) -> Better {
        Better::Less
    }

    fn start(&self) -> Box<dyn Accumulator<usize> + '_> {
        Box::new(Seen { of: self, rows: Vec::new(), targets: Vec::new() })
    }
}

struct Seen<'a> {
    of: &'a Calibrated,
    rows: Vec<Vec<f32>>,
    targets: Vec<usize>,
}

impl Accumulator<usize> for Seen<'_> {
    fn update(&mut self, outcomes: &Outcomes<usize>) {
        self.rows.extend(outcomes.rows().map(<[f32]>::to_vec));
        self.targets.extend(outcomes.targets);
    }

    fn value(&self) -> Option<f64> {
        let held = HeldOut::of_probabilities(&self.of.vocab, &self.rows, &self.targets).ok()?;
        Some(self.of.calibrator.fit(&held).ok()?.effect().after.calibration_error)
    }
}
