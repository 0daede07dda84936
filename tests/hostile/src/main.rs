//! What strangers may send, and what comes of it: `firelight-hostile [SUITE…] [--long]`.
//!
//! Each suite runs in a process of its own, so that one that dies is counted too, and prints a line of JSON: how many attacks were tried,
//! answered, refused with a sentence and lost, the most memory that the process had, and the longest that one took.
//! It ends with 1 where any was lost.

mod archives;
mod change;
mod checkpoints;
mod downloads;
mod exports;
mod kills;
mod outputs;
mod pictures;
mod profiles;
mod requests;
#[cfg(unix)]
mod small_disk;
mod tables;
mod tally;
mod weights;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, ValueEnum};
use firelight::prelude::*;

use tally::Tally;

/// Attacks on everything that reads what strangers wrote, with counts.
#[derive(Debug, Parser)]
struct Options {
    /// Which suites; by default all
    suites: Vec<Suite>,
    /// As many attacks as the book's table tells, instead of a few
    #[arg(long)]
    long: bool,
    /// Other attacks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Every file below a folder as a picture instead, such as the test pictures of another library
    #[arg(long, value_name = "FOLDER")]
    set: Option<PathBuf>,
    /// Runs the one suite in this process
    #[arg(long, hide = true)]
    here: bool,
    /// Serves a model instead, to be attacked
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
    /// Trains one instead, likewise
    #[arg(long, hide = true)]
    train: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Models: manifests, tensors, damage
    Exports,
    /// Weights and checkpoints of a learner
    Checkpoints,
    /// Weights of other programs
    Weights,
    /// Pictures and masks
    Pictures,
    /// Tables, taxonomies, corrections, annotations
    Tables,
    /// Archives
    Archives,
    /// Servers of downloads that lie
    Downloads,
    /// A server of a model under load
    Requests,
    /// What is written over
    Outputs,
    /// Ends of a training run
    Kills,
}

impl Suite {
    /// How many attacks, of the short and of the long form.
    fn count(self, long: bool) -> usize {
        let [short, all] = match self {
            Self::Exports => [60, 1200],
            Self::Checkpoints | Self::Weights => [30, 400],
            Self::Pictures => [500, 10_000],
            Self::Tables => [200, 4000],
            Self::Archives => [60, 150],
            Self::Downloads => [14, 28],
            Self::Requests => [300, 5000],
            Self::Outputs => [4, 25],
            Self::Kills => [15, 300],
        };
        if long { all } else { short }
    }

    fn run(self, tally: &mut Tally, count: usize) -> Result<()> {
        match self {
            Self::Exports => exports::attack(tally, count),
            Self::Checkpoints => checkpoints::attack(tally, count),
            Self::Weights => weights::attack(tally, count),
            Self::Pictures => {
                pictures::attack(tally, count);
                Ok(())
            }
            Self::Tables => tables::attack(tally, count),
            Self::Archives => archives::attack(tally, count),
            Self::Downloads => downloads::attack(tally, count),
            Self::Requests => requests::attack(tally, count),
            Self::Outputs => outputs::attack(tally, count),
            Self::Kills => kills::attack(tally, count),
        }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let victim = match (&options.serve, &options.train) {
        (Some(file), _) => Some(requests::serve(file)),
        (None, place) => place.as_deref().map(kills::train),
    };
    if let Some(told) = victim {
        return told.map_or_else(
            |error| {
                eprintln!("{error}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        );
    }
    if let Some(folder) = &options.set {
        let mut tally = Tally::new(folder.display().to_string(), options.seed);
        return end(&mut tally, |tally| pictures::set(tally, folder));
    }
    let suites = if options.suites.is_empty() { Suite::value_variants().to_vec() } else { options.suites.clone() };
    let well = match suites.as_slice() {
        [suite] if options.here => {
            let mut tally = Tally::new(name(*suite), options.seed);
            return end(&mut tally, |tally| suite.run(tally, suite.count(options.long)));
        }
        suites => suites.iter().filter(|suite| !elsewhere(**suite, &options)).count() == 0,
    };
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Attacks in this process, and tells what came of it.
fn end(tally: &mut Tally, attack: impl FnOnce(&mut Tally) -> Result<()>) -> ExitCode {
    if let Err(error) = attack(tally) {
        tally.lose("the suite", &error.to_string());
    }
    tally.print();
    if tally.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a suite in a process of its own.
fn elsewhere(suite: Suite, options: &Options) -> bool {
    let Ok(program) = std::env::current_exe() else { return false };
    let mut command = with_files(&program);
    command.args([name(suite), "--here".into(), "--seed".into(), options.seed.to_string()]);
    if options.long {
        command.arg("--long");
    }
    match command.status() {
        Ok(status) if status.code().is_some() => status.success(),
        died => {
            eprintln!("{}: it died: {died:?}", name(suite));
            false
        }
    }
}

/// A program with as many open files as it may have.
fn with_files(program: &Path) -> Command {
    if cfg!(not(unix)) {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn $(ulimit -Hn); exec \"$0\" \"$@\""]).arg(program);
    command
}

fn name(suite: Suite) -> String {
    suite.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
