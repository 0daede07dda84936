//! The command line.

mod commands;
mod values;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use firelight::models::Arch;
use firelight::predict::Registry;
use firelight::prelude::*;

use crate::recipe::Augment;
use values::{gib, minutes, rate, share};

#[cfg(feature = "remote")]
pub use commands::Worker;
pub use commands::{Bench, Explain, Export, Info, Man, Rate, Resize};

/// From a folder of pictures to a model that predicts.
#[derive(Debug, Parser)]
#[command(name = "firelight", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Where to run: flex (any CPU), or what the program was built with, as wgpu or cuda:1
    #[arg(long, global = true, env = "FIRELIGHT_DEVICE", default_value = "flex", value_name = "DEVICE")]
    device: String,
    /// The most pixels that a model may be for, of models from whom you trust [default: 1048576, and 262144 of maps, points and boxes]
    #[arg(long, global = true, value_name = "PIXELS")]
    pixels: Option<u64>,
    /// Print nothing but errors and what was asked for
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Cli {
    /// A variable that is set to nothing names no device.
    pub fn device(&self) -> &str {
        if self.device.trim().is_empty() { "flex" } else { &self.device }
    }

    /// The model of a file.
    pub fn model(&self, file: &Path) -> Result<Predictor> {
        let registry = Registry::default();
        let registry = self.pixels.map_or(registry.clone(), |pixels| registry.with_pixels(pixels));
        Ok(Predictor::load_with(file, &registry, &device_by_name(self.device())?)?)
    }

    /// Bars on the terminal, if they are wanted.
    pub fn progress(&self) -> Progress {
        if self.quiet { Progress::hidden() } else { Progress::terminal() }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train on a folder of pictures, and write a model, a report and the recipe
    Train(Box<Train>),
    /// See what a folder holds before anything is trained: classes, sizes, broken files, twins, a batch
    Look(Look),
    /// Say what a model sees in pictures: a line, a row or a JSON object each
    Predict(Predict),
    /// Draw where in pictures the evidence for what a model says is
    Explain(Explain),
    /// Say how good a model is on pictures whose labels are known
    Evaluate(Evaluate),
    /// Find labels that are likely to be wrong, pictures that are there twice, outliers and faults, and decide about them on a page
    Doctor(Doctor),
    /// List the pictures of a folder that are most like one
    Similar(Similar),
    /// Try learning rates on what `train` would train, and say which to take
    Rate(Rate),
    /// Make smaller copies of a folder of pictures, masks and tables, which load faster
    Resize(Resize),
    /// Serve a model to this machine: a page to drop pictures on, and the same answers as JSON
    Serve(Serve),
    /// Write a model's body as a safetensors file that timm and torchvision load, or a model card
    Export(Export),
    /// Say what a model file is
    Info(Info),
    /// List the architectures
    Models,
    /// Time what training and answering take on this machine
    Bench(Bench),
    /// Lend this machine's device to training runs elsewhere, which name it --device ws://HOST:PORT
    #[cfg(feature = "remote")]
    Worker(Worker),
    /// Read every picture below a folder, and list those that are broken
    Verify {
        /// The folder
        folder: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// Which
        shell: Shell,
    },
    /// Print the manual page
    Man(Man),
}

/// Where labels are, and which pictures validate.
#[derive(Debug, Clone, Args)]
pub struct DataOptions {
    /// Where the labels are, where it is not guessed: folders (a folder for each class), a table's file, a COCO file (or two, TRAIN.json,VALID.json), YOLO's list of
    /// classes (data.yaml, classes.txt), a pattern whose group captures the class in a file's name (as '^(.+)_'), or masks=FOLDER
    #[arg(long, value_name = "WHERE")]
    pub labels: Option<String>,
    /// Of a table: the columns to learn
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Of a table, a COCO file or YOLO's labels: what is learned, where it is not guessed
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Of masks: names of the classes, lowest number first; of a COCO file or YOLO's labels: the categories that count
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Of a table or a COCO file: the folder that its pictures are in, where others have the same names
    #[arg(long, value_name = "FOLDER")]
    pub pictures: Option<String>,
    /// Leave out rows without a picture or a label, and pictures that cannot be read, instead of ending
    #[arg(long)]
    pub skip_broken: bool,
    /// Corrections of labels, as `firelight doctor` writes them: pictures relabelled and left out, classes merged
    #[arg(long, value_name = "CSV")]
    pub corrections: Option<PathBuf>,
    /// Share of the pictures that validate, where the data do not say which; of each class the same
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, allow_negative_numbers = true, value_parser = share)]
    pub valid: f64,
    /// Seed of that choice
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub split_seed: u64,
}

/// What the columns of a table hold, or what is learned of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// One class
    Class,
    /// Any number of classes
    Tags,
    /// Numbers
    Numbers,
    /// Which pixels each class has
    Masks,
    /// Where the one thing in each picture is
    Box,
}

/// What a recipe says itself.
const OF_THE_RECIPE: [&str; 22] = [
    "labels",
    "target",
    "kind",
    "classes",
    "pictures",
    "skip_broken",
    "corrections",
    "valid",
    "split_seed",
    "arch",
    "weights",
    "epochs",
    "unfrozen_epochs",
    "minutes",
    "rate",
    "batch_size",
    "size",
    "seed",
    "augment",
    "ema",
    "costs",
    "taxonomy",
];

/// What the pictures are seen with.
#[derive(Debug, Args)]
pub struct ModelOptions {
    /// Architecture (see `firelight models`); resnet18 with trained weights, small without
    #[arg(long)]
    pub arch: Option<Arch>,
    /// Trained weights to start from: a .pth or .safetensors file; a name, such as timm/resnet18.a1 of the Hugging Face hub or
    /// torchvision/resnet50.v2; a folder with config.json and model.safetensors; download, for those that torchvision publishes; none; or auto:
    /// download them where that is possible
    #[arg(long, value_name = "FILE|NAME|download|none|auto", default_value = "auto")]
    pub weights: String,
    /// Side of the square pictures that the model sees, in pixels; by default the architecture's
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..=2048))]
    pub size: Option<u32>,
}

#[derive(Debug, Args)]
#[allow(clippy::doc_markdown)] // it is read on a terminal
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Train {
    /// A folder of pictures, or a table or COCO file that names them
    #[arg(required_unless_present = "recipe", conflicts_with = "recipe")]
    pub data: Option<PathBuf>,
    /// Train as this file says, which an earlier run wrote; what is to be otherwise is changed in the file
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_THE_RECIPE)]
    pub recipe: Option<PathBuf>,
    #[command(flatten)]
    pub labels: DataOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Epochs: with trained weights of the head, 20; else of all, 12
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub epochs: Option<usize>,
    /// With trained weights: epochs of the whole network after those
    #[arg(long, value_name = "EPOCHS", value_parser = RangedU64ValueParser::<usize>::new().range(0..=1000))]
    pub unfrozen_epochs: Option<usize>,
    /// Take about so long, instead of so many epochs
    #[arg(long, conflicts_with_all = ["epochs", "unfrozen_epochs"], allow_negative_numbers = true, value_parser = minutes)]
    pub minutes: Option<f64>,
    /// The highest learning rate, of the head where the weights are trained ones, as `firelight rate` finds it; by default 0.006 from scratch and 0.005
    /// of a head
    #[arg(long, allow_negative_numbers = true, value_parser = rate)]
    pub rate: Option<f64>,
    /// What training pictures go through besides crops and flips, in place of a little zoom and light
    #[arg(long, value_enum)]
    pub augment: Option<Augment>,
    /// Let the model be a moving average of its weights
    #[arg(long)]
    pub ema: bool,
    /// Pictures in a batch; by default 32, and half of the pictures where there are few
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(2..=4096))]
    pub batch_size: Option<usize>,
    /// Seed of weights, order and augmentation
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Keep decoded pictures from epoch to epoch: in memory, or in a folder, where the next run finds them
    #[arg(long, value_name = "memory|DIR")]
    pub cache: Option<String>,
    /// With --cache: the most that it may take, in GiB
    #[arg(long, requires = "cache", value_name = "GIB", default_value_t = 4.0, allow_negative_numbers = true, value_parser = gib)]
    pub cache_gib: f64,
    /// What mistakes cost, actual,predicted,cost: the model answers the class of the least expected cost
    #[arg(long, value_name = "CSV", conflicts_with = "taxonomy")]
    pub costs: Option<PathBuf>,
    /// The same by a tree of classes: a nested JSON object, or a table parent,child
    #[arg(long, value_name = "JSON|CSV")]
    pub taxonomy: Option<PathBuf>,
    /// Folder for the model, the report, the recipe and the checkpoints; by default firelight-out/NAME, or NAME-2 and so on where that has another run
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With --out: begin anew where it has another run
    #[arg(long, requires = "out")]
    pub restart: bool,
    /// Write what came of it to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write losses, rates and metrics for TensorBoard to this folder
    #[arg(long, value_name = "DIR")]
    pub tensorboard: Option<PathBuf>,
    /// Write settings, losses, rates, metrics, model and report to this folder, a file store of MLflow
    #[arg(long, value_name = "DIR")]
    pub mlflow: Option<PathBuf>,
    /// Devices that share every batch, comma-separated, such as cuda:0,cuda:1; --device keeps the weights and validates
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    pub devices: Vec<String>,
    /// Print the recipe as it would be, and train nothing (with --minutes some steps are timed)
    #[arg(long)]
    pub dry_run: bool,
    /// Print the recipe as a Rust program, and train nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub as_rust: bool,
}

#[derive(Debug, Args)]
pub struct Look {
    /// A folder of pictures, or a table or COCO file that names them
    pub data: PathBuf,
    #[command(flatten)]
    pub labels: DataOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Write a batch as the model would see it to this picture
    #[arg(long, value_name = "PNG")]
    pub batch: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Predict {
    /// A model that `train` wrote
    pub model: PathBuf,
    /// Pictures, and folders of pictures
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Write a table with a row a picture instead of printing
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    pub csv: Option<PathBuf>,
    /// Write a JSON object a picture, each on a line of its own, instead of printing
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<PathBuf>,
    /// In the table: the probability of every class, not of the likeliest alone
    #[arg(long)]
    pub probabilities: bool,
    /// Go on without pictures that cannot be read, and list them
    #[arg(long)]
    pub skip_broken: bool,
    /// Write each picture with the evidence for what the model says of it drawn over it to this folder
    #[arg(long, value_name = "DIR")]
    pub explain: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Evaluate {
    /// A model that `train` wrote
    pub model: PathBuf,
    /// A folder of pictures, or a table or COCO file that names them
    pub data: PathBuf,
    #[command(flatten)]
    pub labels: DataOptions,
    /// Write the figures to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// A folder of pictures, or a table or COCO file that names them
    pub data: PathBuf,
    #[command(flatten)]
    pub labels: DataOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Seed of the heads that judge labels
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where decisions are kept, for --corrections; what the file has is gone on from
    #[arg(long, value_name = "CSV", default_value = "corrections.csv")]
    pub decisions: PathBuf,
    /// Write all findings to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Serve a page to decide on, to this machine alone
    #[arg(long)]
    pub serve: bool,
    /// With --serve: the port; 0 for any free one
    #[arg(long, default_value_t = 8001, requires = "serve")]
    pub port: u16,
}

#[derive(Debug, Args)]
pub struct Similar {
    /// A folder of pictures, or a table or COCO file that names them
    pub data: PathBuf,
    /// The picture that others are to be like
    pub picture: PathBuf,
    /// How many
    #[arg(short, default_value_t = 10, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    pub k: usize,
    #[command(flatten)]
    pub labels: DataOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Print them as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// A model that `train` wrote
    pub model: PathBuf,
    /// Address to listen on; the default is reached from this machine alone
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// A name besides `localhost` that it answers to on this machine's own address, as where a proxy hands it on
    #[arg(long = "name", value_name = "NAME")]
    pub names: Vec<String>,
    /// Largest upload in MiB, 1 to 64
    #[arg(long, default_value_t = 8, value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    pub megabytes: usize,
    /// Seconds that an upload may take; an answer may wait four times as long for its turn
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
}
