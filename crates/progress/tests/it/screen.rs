//! A terminal of nothing but lines.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use firelight_progress::indicatif::TermLike;

const WIDTH: u16 = 120;

/// Lines, and on which of them the cursor is.
#[derive(Debug, Clone, Default)]
pub struct Screen(Arc<Mutex<(Vec<String>, usize)>>);

impl Screen {
    /// What stands there, without empty lines.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lock().0.clone();
        lines.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<String>, usize)> {
        self.0.lock().expect("the screen")
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        WIDTH
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        let (_, cursor) = &mut *self.lock();
        *cursor = cursor.saturating_sub(n);
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.lock().1 += n;
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.move_cursor_down(1)
    }

    /// A row that is full goes on in the next, which is how a bar that is padded to the width ends its own.
    fn write_str(&self, text: &str) -> io::Result<()> {
        let (lines, cursor) = &mut *self.lock();
        for letter in text.chars() {
            let full = lines.get(*cursor).is_some_and(|line| line.chars().count() >= WIDTH.into());
            *cursor += usize::from(letter == '\n' || full);
            let rows = lines.len().max(*cursor + 1);
            lines.resize(rows, String::new());
            lines[*cursor].extend((letter != '\n').then_some(letter));
        }
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let (lines, cursor) = &mut *self.lock();
        if let Some(line) = lines.get_mut(*cursor) {
            line.clear();
        }
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
