//! Bars on standard error for what takes a while: with rate and time left, and nothing at all where that is no terminal.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

static SHOWN: AtomicBool = AtomicBool::new(true);

/// All bars of the process, each on a line of its own.
static BARS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8)));

/// A bar goes when its owner does, also where an error ends what it counts.
const FINISH: ProgressFinish = ProgressFinish::AndClear;

/// Whether this process draws bars from now on. Default: yes, where standard error is a terminal.
///
/// ```
/// firelight_datablock::show_progress(false); // for a program with a `--quiet`
/// ```
pub fn show_progress(shown: bool) {
    SHOWN.store(shown, Ordering::Relaxed);
}

/// A bar over `length` things.
///
/// ```
/// let bar = firelight_datablock::progress::bar(3, "files");
/// for _ in 0..3 {
///     bar.inc(1);
/// }
/// ```
pub fn bar(length: usize, what: &str) -> ProgressBar {
    let bar = drawn(ProgressBar::new(length as u64)).with_prefix(what.to_owned());
    bar.with_style(style("{prefix} [{bar:32}] {pos}/{len} [{elapsed} < {eta}, {per_sec}] {msg}")).with_finish(FINISH)
}

/// A count of things whose number nobody knows yet.
///
/// ```
/// let found = firelight_datablock::progress::count("found");
/// found.inc(1);
/// ```
pub fn count(what: &str) -> ProgressBar {
    let bar = drawn(ProgressBar::no_length()).with_prefix(what.to_owned());
    bar.with_style(style("{prefix} {human_pos} [{elapsed}, {per_sec}]")).with_finish(FINISH)
}

/// Draws a bar of any kind, or does not.
pub(crate) fn drawn(bar: ProgressBar) -> ProgressBar {
    if SHOWN.load(Ordering::Relaxed) {
        return BARS.add(bar);
    }
    bar.set_draw_target(ProgressDrawTarget::hidden());
    bar
}

/// A template that does not parse would leave the plain bar.
pub(crate) fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ")
}
