//! Fine-tunes a model on pet pictures, where a wrong breed of the right species is a smaller mistake than the wrong
//! species.
//!
//! Without arguments it draws a sample set of its own and trains on it twice, with plain cross entropy and with soft
//! labels.

mod cli;
mod data;
mod doctor;
mod eyes;
mod loss;
mod memory;
mod outcome;
mod predict;
mod say;
#[cfg(feature = "serve")]
mod serve;
mod tasks;
mod train;
#[cfg(feature = "remote")]
mod worker;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use firelight::prelude::*;
use firelight::signals;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, LossName};
use outcome::Outcome;
use say::say;
use tasks::Task;

/// Training allocates and frees large tensors all the time, and the system's allocator returns each to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    signals::listen();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the lines has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", said(&error));
            signals::exit_code().unwrap_or(ExitCode::FAILURE)
        }
    }
}

/// What went wrong, in the words of the command line.
fn said(error: &firelight::Error) -> String {
    match error.downcast_ref() {
        Some(LearnerError::Interrupted { step, checkpoint: None }) => {
            format!("training: broken off after step {step}; nothing of it is kept, which takes --checkpoints")
        }
        _ => error.to_string(),
    }
}

fn is_broken_pipe(error: &firelight::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Some(Command::Predict(what)) => return predict::predict(what, cli),
        Some(Command::Doctor(what)) => return doctor::examine(what, cli),
        #[cfg(feature = "serve")]
        Some(Command::Serve(options)) => return serve::serve(options, &device_by_name(&cli.device)?),
        #[cfg(feature = "remote")]
        Some(Command::Worker(options)) => return worker::work(options, &cli.device),
        None => {}
    }
    tasks::check(cli)?;
    outcome::check(cli)?;
    let images = data::images(cli)?;
    if cli.task != Task::Breed {
        return tasks::run(cli, &images);
    }
    if cli.images.is_some() || cli.download {
        let outcome = train::train(cli, &images, cli.loss)?;
        return outcome::write_json(cli.json.as_deref(), &outcome);
    }
    let outcomes = [LossName::Plain, LossName::Soft]
        .into_iter()
        .map(|loss| train::train(cli, &images, loss))
        .collect::<Result<Vec<Outcome>>>()?;
    say(format_args!("\n{}", outcome::comparison(&outcomes)));
    outcome::write_json(cli.json.as_deref(), &outcomes)?;
    predict::show_one(cli, &images)
}
