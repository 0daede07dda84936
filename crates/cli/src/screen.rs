//! Standard output, and standard error.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use terminal_size::{Height, Width, terminal_size_of};

use crate::words::of_the_tool;
use crate::wrap::wrapped;

/// Where lines are printed. One that reads no more, as `head`, ends nothing: what is said to it is lost, and no more.
///
/// Names of files and classes are other people's text: what of it a terminal would take for a command is shown escaped, here alone. What
/// programs read (JSON, recipes) is written as it is.
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

    /// How things go, in a line.
    pub fn say(self, line: impl Display) {
        if !self.quiet {
            let _ = self.print(line);
        }
    }

    /// The same in several lines.
    pub fn say_lines(self, text: impl Display) {
        if !self.quiet {
            let _ = self.print_lines(text);
        }
    }

    /// A line that was asked for, however quiet it is.
    ///
    /// # Errors
    ///
    /// What the system says: a reader that has gone away is a broken pipe, with which a command ends that does nothing else.
    pub fn print(self, line: impl Display) -> io::Result<()> {
        self.write(&fitted(&shown(&of_the_tool(&line.to_string()), false), terminal_size_of(io::stdout())))
    }

    /// The same of several lines.
    pub fn print_lines(self, text: impl Display) -> io::Result<()> {
        self.write(&fitted(&shown(&of_the_tool(&text.to_string()), true), terminal_size_of(io::stdout())))
    }

    /// What another program reads.
    pub fn print_data(self, text: impl Display) -> io::Result<()> {
        self.write(&text.to_string())
    }

    /// What went wrong, in a line.
    #[allow(clippy::unused_self)]
    pub fn complain(self, line: impl Display) {
        let line = of_the_tool(&line.to_string()).into_owned();
        let _ = writeln!(io::stderr().lock(), "{}", fitted(&shown(&line, false), terminal_size_of(io::stderr())));
    }

    #[allow(clippy::unused_self)]
    fn write(self, text: &str) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }
}

/// Lines as wide as the terminal at most, if it is one; a file or another program is given them whole.
fn fitted(text: &str, terminal: Option<(Width, Height)>) -> Cow<'_, str> {
    match terminal {
        Some((Width(width), _)) if width > 0 => {
            text.split('\n').map(|line| wrapped(line, width.into())).collect::<Vec<_>>().join("\n").into()
        }
        _ => text.into(),
    }
}

/// Text without what moves a terminal's cursor, colours it, or turns the direction of writing.
fn shown(text: &str, lines: bool) -> Cow<'_, str> {
    let turns = |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_command = |letter: char| (letter.is_control() || turns(letter)) && !(lines && letter == '\n');
    if !text.contains(is_command) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' if is_command(letter) => plain.extend(letter.escape_default()),
            _ if is_command(letter) => plain.extend(letter.escape_unicode()),
            _ => plain.push(letter),
        }
    }
    plain.into()
}
