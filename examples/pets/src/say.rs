//! Lines on standard output, whose reader may go away.

use std::fmt::Display;
use std::io::{self, Write};

/// Says something beside the work: where nobody reads it any more, as behind `| head -1`, the work goes on all the same.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes a line that is the work.
///
/// # Errors
///
/// What the system says; a reader that has gone away has [`io::ErrorKind::BrokenPipe`].
pub fn write(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
