//! A reader that stops before an archive becomes too large for the disk or for memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// What may stand between one entry's content and the next: headers, long names, extensions. `tar` keeps them in
/// memory, and an archive of a few bytes can claim a name of gigabytes.
const BETWEEN_ENTRIES: u64 = 1 << 20;

/// Reads through to `inner` and counts.
pub(crate) struct Meter<R> {
    inner: R,
    gauge: Gauge,
}

/// The counts of a [`Meter`], readable while an archive owns it.
#[derive(Clone)]
pub(crate) struct Gauge(Rc<Counts>);

struct Counts {
    left: Cell<u64>,
    left_between: Cell<u64>,
    passed: Cell<Option<Passed>>,
}

/// Which limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// The limit on the whole archive.
    Bytes,
    /// The limit on what stands between two entries.
    Header,
}

impl<R: Read> Meter<R> {
    pub(crate) fn new(inner: R, max_bytes: u64) -> Self {
        let (left, left_between) = (Cell::new(max_bytes), Cell::new(BETWEEN_ENTRIES));
        Self { inner, gauge: Gauge(Rc::new(Counts { left, left_between, passed: Cell::new(None) })) }
    }

    pub(crate) fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }
}

impl Gauge {
    /// An entry's content follows: only the limit on the whole counts.
    pub(crate) fn open_entry(&self) {
        self.0.left_between.set(u64::MAX);
    }

    /// The entry's content has been read.
    pub(crate) fn close_entry(&self) {
        self.0.left_between.set(BETWEEN_ENTRIES);
    }

    pub(crate) fn passed(&self) -> Option<Passed> {
        self.0.passed.get()
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let counts = &self.gauge.0;
        for (left, passed) in [(&counts.left, Passed::Bytes), (&counts.left_between, Passed::Header)] {
            let Some(rest) = left.get().checked_sub(read as u64) else {
                counts.passed.set(Some(passed));
                return Err(io::Error::other("a limit on the archive's size is passed"));
            };
            left.set(rest);
        }
        Ok(read)
    }
}
