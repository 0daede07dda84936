//! The table an epoch and the bar a batch.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use firelight_progress::{Bar, Progress};

use super::{Event, Flow, Observer};
use crate::EpochRow;

/// Width of a number: four digits and more behind the point.
const NUMBER: usize = 8;

/// Prints a row of losses and metrics an epoch to standard output, as fastai does, and keeps a bar on standard error while
/// it waits. The bar shows only on a terminal.
#[derive(Debug)]
pub(crate) struct EpochTable {
    progress: Progress,
    /// Of the fit that runs.
    bar: Option<Bar>,
    header_printed: Vec<String>,
}

impl Observer for EpochTable {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { epochs, steps, metrics, .. } => {
                self.bar = Some(self.progress.bar(epochs.saturating_mul(*steps), "train"));
                let mut names = vec!["epoch".to_string(), "train_loss".into(), "valid_loss".into()];
                names.extend(metrics.iter().cloned());
                names.push("time".into());
                // A second phase with the same columns goes on below the first.
                if self.header_printed != names {
                    self.header_printed.clone_from(&names);
                    self.print(&names);
                }
            }
            Event::Step(step) => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                    bar.set_message(format!("loss {:.4}", step.smooth_loss));
                }
            }
            Event::Epoch(row) => self.print(&cells(row)),
            Event::Notice(text) => self.line(text),
            Event::Failed(_) => {}
            Event::End => self.bar = None,
        }
        Flow::Continue
    }
}

impl EpochTable {
    /// Prints, and draws its bar there.
    pub fn new(progress: Progress) -> Self {
        Self { progress, bar: None, header_printed: Vec::new() }
    }

    fn print(&self, cells: &[String]) {
        let mut line = String::new();
        for (place, (cell, name)) in cells.iter().zip(&self.header_printed).enumerate() {
            // The number of the epoch, before all others, is never wide.
            let width = if place == 0 { name.len() } else { name.len().max(NUMBER) };
            let _ = write!(line, "{cell:<width$}  ");
        }
        self.line(line.trim_end());
    }

    fn line(&self, line: &str) {
        // A reader that has gone away is no reason to end a training run.
        let print = || drop(writeln!(std::io::stdout(), "{line}"));
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

fn cells(row: &EpochRow) -> Vec<String> {
    // Six digits behind the point, of a large number fewer, of one that is larger still its power of ten.
    let number = |value: f64| {
        let digits = [6, 4, 2].map(|digits| format!("{value:.digits$}"));
        digits.into_iter().find(|text| text.len() <= NUMBER).unwrap_or_else(|| format!("{value:.2e}"))
    };
    let mut cells = vec![row.epoch.to_string(), number(row.train_loss)];
    cells.extend([row.valid_loss].iter().chain(&row.metrics).map(|value| value.map_or("n/a".into(), number)));
    cells.push(clock(Duration::try_from_secs_f64(row.seconds).unwrap_or_default()));
    cells
}

/// `mm:ss`, as fastai prints it.
fn clock(time: Duration) -> String {
    format!("{:02}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}
