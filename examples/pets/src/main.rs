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
mod sample;
#[cfg(feature = "serve")]
mod serve;
mod tasks;
mod train;
#[cfg(feature = "remote")]
mod worker;

use std::process::ExitCode;

use clap::Parser;
use firelight::prelude::*;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, LossName};
use outcome::Outcome;
use tasks::Task;

/// Training allocates and frees large tensors all the time, and the system's allocator returns each to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
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
    println!("\n{}", outcome::comparison(&outcomes));
    predict::show_one(cli, &images)?;
    outcome::write_json(cli.json.as_deref(), &outcomes)
}
