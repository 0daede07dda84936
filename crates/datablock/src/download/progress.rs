//! Bars on standard error, silent where that is no terminal.

use std::path::Path;

use indicatif::ProgressBar;

use crate::progress::{drawn, style};

/// A bar for a file on its way, without a length until the server tells it.
pub(super) fn transfer(name: &str) -> ProgressBar {
    let bar = drawn(ProgressBar::no_length()).with_message(name.to_owned());
    bar.set_style(style("{msg} {bytes} {bytes_per_sec}"));
    bar
}

/// The bytes from `position` on come next. Those before it say nothing about the rate.
pub(super) fn start_at(bar: &ProgressBar, position: u64, size: Option<u64>) {
    if let Some(size) = size {
        bar.set_length(size);
        bar.set_style(style("{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec}, {eta} left"));
    }
    bar.set_position(position);
    bar.reset_eta();
}

/// A bar over the compressed bytes of an archive.
pub(super) fn unpacking(archive: &Path, bytes: u64) -> ProgressBar {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let bar = drawn(ProgressBar::new(bytes)).with_message(format!("unpacking {name}"));
    bar.set_style(style("{msg} [{bar:30}] {percent}% {eta} left"));
    bar
}
