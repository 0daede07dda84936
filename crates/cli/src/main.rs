//! `firelight`: from a folder of pictures to a model that predicts, without writing Rust.

mod as_rust;
mod bench;
mod budget;
mod cli;
mod doctor;
mod evaluate;
mod explain;
mod export;
mod eyes;
mod files;
mod guess;
mod info;
mod kinds;
mod loaders;
mod look;
mod man;
mod objects;
mod outcome;
mod place;
mod plan;
mod predict;
mod rate;
mod recipe;
mod resize;
mod rows;
mod screen;
mod serve;
mod similar;
mod smaller;
mod survey;
mod train;
mod truth;
mod weights;
mod words;
#[cfg(feature = "remote")]
mod worker;
mod wrap;

use std::io::{IsTerminal, Stderr, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use firelight::prelude::*;
use firelight::signals;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command};
use screen::Screen;

/// Training allocates and frees large tensors all the time, and the system's allocator returns each to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let plain = tracing_subscriber::fmt().without_time().with_target(false).with_ansi(moves_cursor());
    plain.with_env_filter(filter).with_writer(over_bars).init();
    signals::listen();
    let screen = Screen::new(cli.quiet);
    match run(&cli, screen) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the lines has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            screen.complain(format_args!("error: {}", words::with_skipping(&error.to_string(), cli.command.skip())));
            signals::exit_code().unwrap_or(ExitCode::FAILURE)
        }
    }
}

/// Whether standard error is a terminal that does what it is told.
fn moves_cursor() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Standard error, for a warning: it takes the place of a bar that may be there, which is then drawn again below.
fn over_bars() -> Stderr {
    let mut stderr = std::io::stderr();
    if moves_cursor() {
        let _ = stderr.write_all(b"\r\x1b[2K");
    }
    stderr
}

fn is_broken_pipe(error: &firelight::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(cli: &Cli, screen: Screen) -> Result<()> {
    match &cli.command {
        Command::Train(options) => train::train(options, cli, screen),
        Command::Look(options) => look::look(options, cli, screen),
        Command::Predict(options) => predict::predict(options, cli, screen),
        Command::Explain(options) => explain::explain(options, cli, screen),
        Command::Evaluate(options) => evaluate::evaluate(options, cli, screen),
        Command::Doctor(options) => doctor::doctor(options, cli, screen),
        Command::Similar(options) => similar::similar(options, cli, screen),
        Command::Rate(options) => rate::rate(options, cli, screen),
        Command::Resize(options) => resize::resize(options, cli, screen),
        Command::Man(options) => man::man(options, screen),
        Command::Serve(options) => serve::serve(options, cli, screen),
        Command::Export(options) => export::export(options, cli, screen),
        Command::Info(options) => info::info(options, cli, screen),
        Command::Bench(options) => bench::bench(options, cli, screen),
        #[cfg(feature = "remote")]
        Command::Worker(options) => worker::work(options, cli, screen),
        Command::Models => Ok(screen.print_lines(info::models())?),
        Command::Verify { folder } => look::verify(folder, cli, screen),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "firelight", &mut text);
            Ok(screen.print_data(String::from_utf8_lossy(&text))?)
        }
    }
}
