//! What came of each row, and the table of them.

use std::fmt::Write;
use std::time::Instant;

use firelight::prelude::*;
use serde::Serialize;

use crate::parts::Part;

#[derive(Debug, Clone, Serialize)]
pub struct Row {
    set: &'static str,
    part: &'static str,
    seed: u64,
    accuracy: f64,
    /// Expected calibration error of the likeliest class.
    calibration_error: f64,
    seconds: f64,
}

impl Row {
    /// Trains by `fit`, which gives how good the model is.
    pub fn of(
        set: &'static str,
        part: &Part,
        seed: u64,
        learn: Learner<Categories>,
        fit: impl FnOnce(&mut Learner<Categories>) -> Result<Evaluation>,
    ) -> Result<Self> {
        let learn = learn.with_metrics([accuracy(), calibration_error()]).with_seed(seed).without_observers();
        let mut learn = (part.learner)(learn)?;
        let start = Instant::now();
        let found = fit(&mut learn)?;
        let metric = |column: usize| found.metrics[column].unwrap_or(f64::NAN);
        let (accuracy, calibration_error) = (metric(0), metric(1));
        let seconds = start.elapsed().as_secs_f64();
        let row = Self { set, part: part.name, seed, accuracy, calibration_error, seconds };
        eprintln!("seed {seed}: {}: accuracy {accuracy:.3}, {seconds:.0} s", row.part);
        Ok(row)
    }
}

/// Means over seeds; of accuracies also by how much they differ from the first row's of the same seed.
pub fn markdown(set: &str, rows: &[Row]) -> String {
    let mut text = format!(
        "## {set}\n\n| | accuracy | than the first | each seed's | calibration error | seconds |\n|---|---|---|---|---|---|\n"
    );
    let mut parts: Vec<&str> = rows.iter().map(|row| row.part).collect();
    let mut seen = Vec::new();
    parts.retain(|part| {
        !seen.contains(part) && {
            seen.push(*part);
            true
        }
    });
    let of = |part: &str| -> Vec<&Row> { rows.iter().filter(|row| row.part == part).collect() };
    let mean =
        |rows: &[&Row], value: fn(&Row) -> f64| rows.iter().map(|row| value(row)).sum::<f64>() / rows.len() as f64;
    let first = parts.first().map(|part| of(part)).unwrap_or_default();
    for part in parts {
        let own = of(part);
        let apart: Vec<String> =
            own.iter().zip(&first).map(|(row, first)| format!("{:+.3}", row.accuracy - first.accuracy)).collect();
        let accuracy = mean(&own, |row| row.accuracy);
        let _ = writeln!(
            text,
            "| {part} | {accuracy:.3} | {:+.3} | {} | {:.3} | {:.0} |",
            accuracy - mean(&first, |row| row.accuracy),
            apart.join(", "),
            mean(&own, |row| row.calibration_error),
            mean(&own, |row| row.seconds)
        );
    }
    text
}
