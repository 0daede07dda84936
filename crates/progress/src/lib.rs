#![doc = include_str!("../README.md")]

use std::fmt;
use std::io::Read;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};

pub use indicatif;

/// Where what takes a while shows how far it is. Clones draw in the same place, each bar on a line of its own.
#[derive(Debug, Clone)]
pub struct Progress(Option<MultiProgress>);

impl Default for Progress {
    fn default() -> Self {
        Self::terminal()
    }
}

impl From<MultiProgress> for Progress {
    fn from(bars: MultiProgress) -> Self {
        Self(Some(bars))
    }
}

impl Progress {
    /// Bars on standard error, eight times a second at most; nothing where that is no terminal.
    pub fn terminal() -> Self {
        MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8)).into()
    }

    /// No bars.
    pub fn hidden() -> Self {
        Self(None)
    }

    /// A bar over `length` things, with rate and time left.
    pub fn bar(&self, length: usize, what: &str) -> Bar {
        let bar = ProgressBar::new(length as u64).with_prefix(what.to_owned());
        self.drawn(bar, "{prefix} [{bar:32}] {pos}/{len} [{elapsed} < {eta}, {rate}] {msg}")
    }

    /// A count of things whose number nobody knows yet.
    pub fn count(&self, what: &str) -> Bar {
        let bar = ProgressBar::no_length().with_prefix(what.to_owned());
        self.drawn(bar, "{prefix} {human_pos} [{elapsed}, {rate}]")
    }

    /// Bytes of `length`, or of nobody knows yet how many.
    pub fn bytes(&self, length: Option<u64>, what: &str) -> Bar {
        let bar = ProgressBar::no_length().with_prefix(what.to_owned());
        let bar = self.drawn(bar, "{prefix} {bytes} {bytes_per_sec}");
        if let Some(length) = length {
            bar.set_bytes(length);
        }
        bar
    }

    fn drawn(&self, bar: ProgressBar, template: &str) -> Bar {
        let bar = if let Some(bars) = &self.0 {
            bars.add(bar)
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
            bar
        };
        Bar(bar.with_style(style(template)).with_finish(ProgressFinish::AndClear))
    }
}

/// How far one thing is. It goes when it is dropped.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// So many more are done.
    pub fn inc(&self, more: u64) {
        self.0.inc(more);
    }

    /// So many are done.
    pub fn set_position(&self, done: u64) {
        self.0.set_position(done);
    }

    /// What is beside the numbers.
    pub fn set_message(&self, message: String) {
        self.0.set_message(message);
    }

    /// The number of bytes, once it is known.
    pub fn set_bytes(&self, length: u64) {
        self.0.set_length(length);
        self.0.set_style(style("{prefix} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec}, {eta} left"));
    }

    /// What comes next comes after `done`, which say nothing about the rate.
    pub fn go_on_from(&self, done: u64) {
        self.0.set_position(done);
        self.0.reset_eta();
    }

    /// A reader that counts the bytes read through it.
    pub fn wrap_read<R: Read>(&self, reader: R) -> impl Read {
        self.0.wrap_read(reader)
    }

    /// Does something that prints, while no bar is in the way.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }
}

/// A template that does not parse would leave the plain bar.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ").with_key("rate", |state: &ProgressState, f: &mut dyn fmt::Write| {
        let _ = f.write_str(&rate(state.per_sec()));
    })
}

/// In about three figures, so that a line of 80 columns has room for what is said beside it.
fn rate(per_second: f64) -> String {
    let places = match per_second {
        rate if rate < 10.0 => 2,
        rate if rate < 100.0 => 1,
        _ => 0,
    };
    format!("{per_second:.places$}/s")
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_said_in_few_figures() {
        assert_eq!([0.0567, 7.0, 56.8971, 1_187_844.97].map(rate), ["0.06/s", "7.00/s", "56.9/s", "1187845/s"]);
    }
}
