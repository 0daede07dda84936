//! The table an epoch and the bar a batch.

use std::fmt::Write;
use std::time::Duration;

use firelight_datablock::progress;
use indicatif::ProgressBar;

use super::{Event, Flow, Observer};
use crate::EpochRow;

/// Width of a table column.
const COLUMN: usize = 12;

/// Prints a row of losses and metrics an epoch to standard output, as fastai does, and keeps a bar on standard error while
/// it waits. The bar shows only on a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    header_printed: Vec<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { bar: ProgressBar::hidden(), header_printed: Vec::new() }
    }
}

impl Observer for Progress {
    fn observe(&mut self, event: &Event) -> Flow {
        match event {
            Event::Start { epochs, steps, metrics } => {
                self.bar = progress::bar(epochs * steps, "train");
                let mut names = vec!["epoch".to_string(), "train_loss".into(), "valid_loss".into()];
                names.extend(metrics.iter().cloned());
                names.push("time".into());
                // A second phase with the same columns goes on below the first.
                if self.header_printed != names {
                    self.print(&names);
                }
                self.header_printed = names;
            }
            Event::Step(step) => {
                self.bar.inc(1);
                self.bar.set_message(format!("loss {:.4}", step.smooth_loss));
            }
            Event::Epoch(row) => self.print(&cells(row)),
            Event::End => self.bar.finish_and_clear(),
        }
        Flow::Continue
    }
}

impl Progress {
    fn print(&self, cells: &[String]) {
        let widths = self.header_printed.iter().map(|name| name.len().max(COLUMN - 2) + 2);
        let widths: Vec<usize> = widths.chain(std::iter::repeat(COLUMN)).take(cells.len()).collect();
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:<w$}", w = width.max(cell.len() + 2));
        }
        self.bar.suspend(|| println!("{}", line.trim_end()));
    }
}

fn cells(row: &EpochRow) -> Vec<String> {
    let number = |value: f64| format!("{value:.6}");
    let mut cells = vec![row.epoch.to_string(), number(row.train_loss), number(row.valid_loss)];
    cells.extend(row.metrics.iter().map(|metric| metric.map_or("n/a".into(), number)));
    cells.push(clock(Duration::from_secs_f64(row.seconds)));
    cells
}

/// `mm:ss`, as fastai prints it.
fn clock(time: Duration) -> String {
    format!("{:02}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}
