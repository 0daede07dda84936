//! What came of a run, for people and for scripts.

use std::fmt::Write;
use std::io;
use std::path::Path;

use firelight::learner::can_write;
use firelight::prelude::*;
use serde::Serialize;

use crate::cli::Cli;

/// One run's results.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    pub loss: &'static str,
    pub seed: u64,
    pub device: String,
    pub arch: String,
    pub epochs: Vec<EpochRow>,
    /// Names of the metrics in the epochs' rows.
    pub metrics: Vec<String>,
    /// Share of validation pictures whose breed is right.
    pub accuracy: f64,
    /// Mean over the breeds of the share that is right.
    pub mean_recall: f64,
    /// Share whose species is right.
    pub group_accuracy: f64,
    /// Pictures whose breed is wrong.
    pub mistakes: usize,
    /// Those of them whose species is wrong too.
    pub cross_group_errors: usize,
    pub valid_pictures: usize,
    pub seconds: f64,
    /// Most memory that the process ever held, where the system tells.
    pub peak_rss_bytes: Option<u64>,
}

impl Outcome {
    /// Counts from the validation part's predictions; the caller adds what it alone knows.
    pub fn new(history: &History, interpretation: &Interpretation, species: &Groups) -> Self {
        let counts = interpretation.confusion();
        let cells =
            || counts.iter().enumerate().flat_map(|(t, row)| row.iter().enumerate().map(move |(p, n)| (t, p, *n)));
        let valid_pictures: usize = cells().map(|(_, _, n)| n).sum();
        let mistakes = cells().filter(|(t, p, _)| t != p).map(|(_, _, n)| n).sum::<usize>();
        let crossed = cells().filter(|&(t, p, _)| species.of(t) != species.of(p)).map(|(_, _, n)| n).sum::<usize>();
        let recalls: Vec<f64> = counts
            .iter()
            .enumerate()
            .filter_map(|(t, row)| {
                let all: usize = row.iter().sum();
                (all > 0).then(|| row[t] as f64 / all as f64)
            })
            .collect();
        let share = |part: usize| part as f64 / valid_pictures.max(1) as f64;
        Self {
            loss: "",
            seed: 0,
            device: String::new(),
            arch: String::new(),
            epochs: history.epochs.clone(),
            metrics: history.metrics.clone(),
            accuracy: share(valid_pictures - mistakes),
            mean_recall: recalls.iter().sum::<f64>() / recalls.len().max(1) as f64,
            group_accuracy: share(valid_pictures - crossed),
            mistakes,
            cross_group_errors: crossed,
            valid_pictures,
            seconds: 0.0,
            peak_rss_bytes: None,
        }
    }

    /// Share of the mistakes that cross the species; `None` without mistakes.
    fn crossing_share(&self) -> Option<f64> {
        (self.mistakes > 0).then(|| self.cross_group_errors as f64 / self.mistakes as f64)
    }
}

/// The runs side by side.
pub fn comparison(outcomes: &[Outcome]) -> String {
    let mut table = format!(
        "{:<8}{:>10}{:>13}{:>11}{:>27}\n",
        "loss", "accuracy", "mean recall", "mistakes", "of them across species"
    );
    for outcome in outcomes {
        let crossing = outcome.crossing_share().map_or("n/a".into(), |share| format!("{:.0} %", 100.0 * share));
        let crossing = format!("{} ({crossing})", outcome.cross_group_errors);
        let (accuracy, recall) = (100.0 * outcome.accuracy, 100.0 * outcome.mean_recall);
        let _ = writeln!(
            table,
            "{:<8}{accuracy:>8.1} %{recall:>11.1} %{:>11}{crossing:>27}",
            outcome.loss, outcome.mistakes
        );
    }
    table
}

/// Whether the model and the results of a run can be written, found out before the first epoch.
pub fn check(cli: &Cli) -> Result<()> {
    let model = cli.out.join("model.firelight");
    let places = [(Some(&model), "out"), (cli.json.as_ref(), "json")];
    for (path, option) in places.into_iter().filter_map(|(path, option)| Some((path?, option))) {
        made(path.parent()).and_then(|()| can_write(path)).map_err(|error| unwritten(option, path, &error))?;
    }
    Ok(())
}

fn made(folder: Option<&Path>) -> io::Result<()> {
    folder.map_or(Ok(()), std::fs::create_dir_all)
}

fn unwritten(option: &str, path: &Path, error: &io::Error) -> String {
    format!("{option}: cannot write {}: {error}; choose another --{option}", path.display())
}

/// Writes `value` as JSON where a file for it is told, whole or not at all; its folder is made if it is not there.
pub fn write_json(path: Option<&Path>, value: &impl Serialize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    Ok(firelight::files::write_json(path, value).map_err(|error| unwritten("json", path, &error))?)
}
