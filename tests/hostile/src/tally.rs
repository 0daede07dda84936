//! What came of attacks.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde::Serialize;

/// An attack's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was taken for what it is.
    Answered,
    /// This was said of it.
    Refused(String),
    /// Something else came of it, which must not be.
    Lost(String),
}

impl Fate {
    /// Whatever it says, it is well.
    pub fn of<T, E: std::fmt::Display>(told: Result<T, E>) -> Self {
        match told {
            Ok(_) => Self::Answered,
            Err(error) => Self::Refused(error.to_string()),
        }
    }
}

/// The counts of a suite.
#[derive(Debug, Serialize)]
pub struct Tally {
    suite: String,
    #[serde(skip)]
    pub seed: u64,
    tried: usize,
    answered: usize,
    refused: usize,
    lost: usize,
    /// The most memory that the process, or that which was attacked, had during an attack, with all that attacks are made of, in MB.
    peak_mb: f64,
    /// Which took it.
    largest: String,
    longest_ms: f64,
    /// Which took it.
    longest: String,
    /// The most that one kept all processors busy with, which other programs make no longer.
    busiest_ms: f64,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// The longest sentence.
const SENTENCE: usize = 2000;

impl Tally {
    pub fn new(suite: String, seed: u64) -> Self {
        Self {
            suite,
            seed,
            tried: 0,
            answered: 0,
            refused: 0,
            lost: 0,
            peak_mb: 0.0,
            largest: String::new(),
            longest_ms: 0.0,
            longest: String::new(),
            busiest_ms: 0.0,
            notes: Vec::new(),
        }
    }

    /// Makes an attack in this process.
    pub fn attack(&mut self, what: &str, attack: impl FnOnce() -> Fate) {
        // Where the system lets it, the peak is this attack's own from here on.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (begun, busy) = (Instant::now(), busy());
        let fate = catch_unwind(AssertUnwindSafe(attack)).unwrap_or_else(|_| Fate::Lost("it panicked".into()));
        let took = begun.elapsed();
        self.busiest_ms = self.busiest_ms.max(self::busy() - busy);
        self.peak(what, peak_of("self").unwrap_or(0.0));
        self.count(what, fate, took);
    }

    /// So many MB were taken.
    pub fn peak(&mut self, what: &str, mb: f64) {
        if mb > self.peak_mb {
            self.peak_mb = mb;
            what.clone_into(&mut self.largest);
        }
    }

    /// Counts one that was made elsewhere.
    pub fn count(&mut self, what: &str, fate: Fate, took: Duration) {
        self.tried += 1;
        let took = took.as_secs_f64() * 1e3;
        if took > self.longest_ms {
            self.longest_ms = took.round();
            what.clone_into(&mut self.longest);
        }
        match fate {
            Fate::Answered => self.answered += 1,
            Fate::Refused(sentence) if sentence.len() < SENTENCE && sentence.contains(' ') => self.refused += 1,
            Fate::Refused(sentence) => self.lose(what, &format!("no sentence: {sentence:.200}")),
            Fate::Lost(why) => self.lose(what, &why),
        }
    }

    pub fn lose(&mut self, what: &str, why: &str) {
        self.lost += 1;
        eprintln!("lost: {}: {what}: {why}", self.suite);
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn is_well(&self) -> bool {
        self.lost == 0
    }

    pub fn print(&self) {
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}

/// The most memory that a process had, in MB, where the system tells.
pub fn peak_of(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes: f64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())?;
    Some(kilobytes / 1000.0)
}

/// How long this process has kept processors busy, in ms, in steps of 10, where the system tells.
fn busy() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may have anything in it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
