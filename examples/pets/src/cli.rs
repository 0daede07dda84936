//! The command line.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, StringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use firelight::models::Arch;
use firelight::prelude::Progress;

use crate::tasks::Task;

/// Fine-tunes a model on pet pictures; without arguments, on a sample set that it draws itself.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = false)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Folder of pictures named like `Abyssinian_1.jpg` and `beagle_7.jpg` (cats capitalised), such as the Oxford set's
    /// `images`
    #[arg(long, value_name = "DIR", conflicts_with = "download")]
    pub images: Option<PathBuf>,
    /// Download the Oxford-IIIT Pet data set (kept under `FIRELIGHT_HOME`)
    #[arg(long)]
    pub download: bool,
    /// What to learn; without trained weights on the sample set each takes less than a minute on two cores
    #[arg(long, value_enum, default_value_t = Task::Breed)]
    pub task: Task,
    #[command(flatten)]
    pub training: Training,
    /// What mistakes cost
    #[arg(long, value_enum, default_value_t = LossName::Soft)]
    pub loss: LossName,
    /// Where to run: flex, wgpu, cuda, … (see the README)
    #[arg(long, global = true, env = "FIRELIGHT_DEVICE", default_value = "flex", value_parser = StringValueParser::new().map(device_name))]
    pub device: String,
    /// Write what came of it to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Folder for pictures, exports and the sample set
    #[arg(long, value_name = "DIR", default_value = "pets-out")]
    pub out: PathBuf,
    /// Print nothing but errors and the results
    #[arg(long, global = true)]
    pub quiet: bool,
}

impl Cli {
    /// Bars on the terminal, if they are wanted.
    pub fn progress(&self) -> Progress {
        if self.quiet { Progress::hidden() } else { Progress::terminal() }
    }
}

/// How to train.
#[derive(Debug, Args)]
pub struct Training {
    /// Architecture: small, resnet18, resnet34, resnet50, efficientnet-lite0, …
    #[arg(long, default_value_t = Arch::Small)]
    pub arch: Arch,
    /// Trained weights to start from: a .pth or .safetensors file, or `download` for those that torchvision publishes
    #[arg(long, value_name = "FILE|download")]
    pub weights: Option<String>,
    /// Epochs. With weights: of the head, on features that are computed once
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    pub epochs: Option<usize>,
    /// With weights: further epochs of the whole network after the head's
    #[arg(long, default_value_t = 0, requires = "weights", value_parser = RangedU64ValueParser::<usize>::new().range(..=100_000))]
    pub unfrozen_epochs: usize,
    /// Of the breed: calibrate probabilities on the validation part, for reports, predictions and the export
    #[arg(long)]
    pub calibrate: bool,
    /// Of the breed: tell which breeds a picture may be of; so often, as 0.05, the actual one is not among them
    #[arg(long, value_name = "RATE")]
    pub sets: Option<f64>,
    /// Pictures in a batch
    #[arg(long)]
    pub batch_size: Option<usize>,
    /// Side of the square pictures that the model sees, in pixels
    #[arg(long)]
    pub size: Option<u32>,
    /// Seed of the split, the weights, the order and the augmentation
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads that read pictures; 0 for one a core
    #[arg(long, default_value_t = 0)]
    pub workers: usize,
    /// Keep checkpoints in this folder, and go on from the newest where there is one: run the same command again after a
    /// crash
    #[arg(long, value_name = "DIR")]
    pub checkpoints: Option<PathBuf>,
    /// With --checkpoints: write one after so many steps too, not only at the end of an epoch
    #[arg(long, value_name = "STEPS", requires = "checkpoints")]
    pub checkpoint_every: Option<usize>,
    /// Corrections of breeds, as `pets doctor` writes them: `item,given,suggested,action`
    #[arg(long, value_name = "FILE")]
    pub corrections: Option<PathBuf>,
    /// Devices that share every batch, comma-separated, such as `cuda:0,cuda:1` or, of workers,
    /// `ws://one:7000,ws://two:7000`; --device keeps the weights and validates
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    pub devices: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell the breeds of pictures, or what else the model tells
    Predict(Predict),
    /// Look for wrong labels, pictures that are there twice, outliers and faults, and decide about them
    Doctor(crate::doctor::Doctor),
    /// Serve a page to try a model on, with the same as JSON at /predict
    #[cfg(feature = "serve")]
    Serve(crate::serve::Serve),
    /// Lend this machine's device to training runs elsewhere: they name it `--devices ws://HOST:PORT`
    #[cfg(feature = "remote")]
    Worker(crate::worker::Worker),
}

/// What to predict, and where to write it.
#[derive(Debug, Args)]
pub struct Predict {
    /// A model that a training run exported
    pub export: PathBuf,
    /// Pictures, and folders of pictures
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Write a table with a row a picture instead of printing
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    pub csv: Option<PathBuf>,
    /// Write a JSON object a picture, each on a line of its own, instead of printing
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<PathBuf>,
    /// In the table: the probability of every breed, not of the likeliest alone
    #[arg(long)]
    pub probabilities: bool,
    /// Go on without pictures that cannot be read, and list them
    #[arg(long)]
    pub skip_broken: bool,
    /// Write each picture with the evidence for what the model says of it drawn over it to this folder
    #[arg(long, value_name = "DIR")]
    pub explain: Option<PathBuf>,
}

/// The losses to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LossName {
    /// Cross entropy
    Plain,
    /// Cross entropy with label smoothing 0.1
    Smooth,
    /// Soft labels: 0.8 for the breed, 0.2 shared among the others of its species
    Soft,
    /// Cross entropy times a factor: 1 within the species, 3 across
    Pair,
}

impl LossName {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Smooth => "smooth",
            Self::Soft => "soft",
            Self::Pair => "pair",
        }
    }
}

/// A variable that is set to nothing names no device, as in `device_from_env`.
fn device_name(text: String) -> String {
    if text.trim().is_empty() { "flex".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;
    use crate::train::{FROM_SCRATCH, OF_THE_HEAD};

    /// F26, B29: the README's table of options has the program's options with the program's defaults.
    #[test]
    fn the_readme_has_the_programs_defaults() {
        let readme = include_str!("../../../README.md");
        let row = |option: &str| {
            let row = readme.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{option}")));
            row.unwrap_or_else(|| panic!("{option} is not in the table"))
                .split('|')
                .nth(2)
                .unwrap_or_default()
                .to_owned()
        };
        let command = Cli::command();
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let Some(name) = argument.get_long().filter(|name| !["help", "version"].contains(name)) else { continue };
            let stands = row(&format!("--{name}"));
            for value in argument.get_default_values().iter().filter(|_| argument.get_action().takes_values()) {
                let value = value.to_string_lossy();
                assert!(stands.contains(&*value), "--{name} is {value}, and the README says{stands}");
            }
        }
        let rows = readme.lines().filter(|line| line.starts_with("| `--"));
        for option in rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split(',')) {
            let name = option.trim().trim_matches(['`', '-']).split(' ').next().unwrap_or_default();
            assert!(command.get_arguments().any(|known| known.get_long() == Some(name)), "the program has no --{name}");
        }
        assert_eq!(row("--epochs").trim(), format!("{OF_THE_HEAD}, or {FROM_SCRATCH} from scratch"));
    }
}
