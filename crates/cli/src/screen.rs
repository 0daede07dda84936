//! Standard output.

use std::fmt::Display;
use std::io::Write;

/// Where lines are printed. One that reads no more, as `head`, ends nothing: what is printed after it is lost, and no more.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    quiet: bool,
}

impl Screen {
    /// One that says nothing of how things go, if it is quiet.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// How things go.
    pub fn say(self, line: impl Display) {
        if !self.quiet {
            self.print(line);
        }
    }

    /// What was asked for, however quiet it is.
    #[allow(clippy::unused_self)]
    pub fn print(self, line: impl Display) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}
