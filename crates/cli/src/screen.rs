//! Standard output, and standard error.

use std::fmt::Display;
use std::io::{self, Write};

/// Where lines are printed. One that reads no more, as `head`, ends nothing: what is said to it is lost, and no more.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    quiet: bool,
}

impl Screen {
    /// One that says nothing of how things go, if it is quiet.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Whether it says nothing of how things go.
    pub fn is_quiet(self) -> bool {
        self.quiet
    }

    /// How things go.
    pub fn say(self, line: impl Display) {
        if !self.quiet {
            let _ = self.print(line);
        }
    }

    /// What was asked for, however quiet it is.
    ///
    /// # Errors
    ///
    /// What the system says: a reader that has gone away is a broken pipe, with which a command ends that does nothing else.
    #[allow(clippy::unused_self)]
    pub fn print(self, line: impl Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{line}")
    }

    /// What went wrong.
    #[allow(clippy::unused_self)]
    pub fn complain(self, line: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}
