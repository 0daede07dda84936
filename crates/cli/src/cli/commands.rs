//! Options of what looks at models and data, and of what makes smaller copies.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use firelight::models::Arch;
use firelight::models::weights::Names;
use firelight::transforms::Size;

use super::{Command, DataOptions, Evaluate, ModelOptions, Predict};

#[derive(Debug, Args)]
pub struct Explain {
    /// A model that `train` wrote
    pub model: PathBuf,
    /// Pictures, and folders of pictures
    #[arg(required = true, value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Folder for the drawn pictures
    #[arg(long, value_name = "DIR", default_value = "explained")]
    pub out: PathBuf,
    /// The class or number to show the evidence for, as `firelight info` calls it; by default what the model says of each picture
    #[arg(long, value_name = "NAME")]
    pub of: Option<String>,
    /// Go on without pictures that cannot be read, and list them
    #[arg(long)]
    pub skip_broken: bool,
    /// Write which picture shows what to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Info {
    /// A model that `train` wrote
    pub model: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Rate {
    /// A folder of pictures, or a table or COCO file that names them
    pub data: PathBuf,
    #[command(flatten)]
    pub labels: DataOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Pictures in a batch; by default as many as `train` takes
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(2..=4096))]
    pub batch_size: Option<usize>,
    /// Seed of weights, order and augmentation
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// What training pictures go through, as in `train`
    #[arg(long, value_enum)]
    pub augment: Option<crate::recipe::Augment>,
    /// Training steps, each with a higher rate than the last
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<usize>::new().range(7..=10_000))]
    pub steps: usize,
    /// The picture of the losses over the rates
    #[arg(long, value_name = "PNG", default_value = "rates.png")]
    pub plot: PathBuf,
    /// Write rates, losses and suggestions to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// Architectures (see `firelight models`); by default four that a CPU trains
    pub arch: Vec<Arch>,
    /// Side of the square pictures, in pixels
    #[arg(long, default_value_t = 224, value_parser = clap::value_parser!(u32).range(32..=1024))]
    pub size: u32,
    /// Pictures in a batch
    #[arg(long, default_value_t = 8, value_parser = RangedU64ValueParser::<usize>::new().range(2..=256))]
    pub batch_size: usize,
    /// Seconds for each figure, at least
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    pub seconds: f64,
    /// Write the figures to this file, for scripts
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "seconds are a number, as 2")?;
    if (0.0..=600.0).contains(&seconds) { Ok(seconds) } else { Err("give from 0 to 600 seconds".into()) }
}

#[cfg(feature = "remote")]
#[derive(Debug, Args)]
pub struct Worker {
    /// Address to listen on; the default is reached from this machine alone, and any other wants FIRELIGHT_TOKEN. Traffic is not
    /// encrypted
    #[arg(long, default_value = "127.0.0.1")]
    pub host: std::net::IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 7000)]
    pub port: u16,
}

#[derive(Debug, Args)]
pub struct Resize {
    /// A folder of pictures
    pub data: PathBuf,
    /// The folder for the copies, which is made
    pub out: PathBuf,
    /// Pixels of the shorter side; no picture is made larger
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(8..=8192))]
    pub size: u32,
    /// Quality of JPEG files
    #[arg(long, default_value_t = 92, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quality: u8,
    /// The folder of masks, below the data, where it is not guessed; none: there are no masks
    #[arg(long, value_name = "FOLDER|none")]
    pub masks: Option<String>,
    /// Go on without pictures that cannot be read, and list them
    #[arg(long)]
    pub skip_broken: bool,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each command to this folder, instead of printing the program's
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["weights", "onnx", "card"]))]
pub struct Export {
    /// The model file
    pub model: PathBuf,
    /// Where the body's weights go, as safetensors
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Whose names the weights have: timm's, or those of the files that are published
    #[arg(long, value_enum, default_value_t = WeightNames::Timm)]
    pub names: WeightNames,
    /// Where the whole model goes, as an ONNX file: pictures in, scores, probabilities or numbers out
    #[arg(long, value_name = "FILE")]
    pub onnx: Option<PathBuf>,
    /// For ONNX: the size of the pictures, where the model takes any, as 224 or 320x240
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: Option<Size>,
    /// Where a model card goes, as the Hugging Face hub has it (README.md)
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
    /// For the card and ONNX: the licence's short name, such as apache-2.0
    #[arg(long, value_parser = licence)]
    pub license: Option<String>,
    /// For the card: which data it was trained on, in words
    #[arg(long, value_name = "WORDS")]
    pub data: Option<String>,
    /// For the card: what `train --json` or `evaluate --json` wrote
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// A side, or width and height.
fn size(text: &str) -> Result<Size, String> {
    let side = |text: &str| text.parse().ok().filter(|side| (1..=1 << 16).contains(side));
    let (width, height) = text.split_once('x').unwrap_or((text, text));
    match (side(width), side(height)) {
        (Some(width), Some(height)) => Ok(Size::new(width, height)),
        _ => Err("give a number of pixels, as 224, or width and height, as 320x240".into()),
    }
}

/// A word, as the hub's names of licences are: with a line break it would say other things of the model.
fn licence(text: &str) -> Result<String, String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-+_".contains(letter);
    if text.is_empty() || !text.chars().all(fits) {
        return Err("give its short name, as apache-2.0: letters, digits, '.', '-', '+' and '_'".into());
    }
    Ok(text.to_owned())
}

/// Whose names weights have.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WeightNames {
    /// timm's
    Timm,
    /// Those of the published files: torchvision's, or the EfficientNet-Lite port's
    Published,
}

impl From<WeightNames> for Names {
    fn from(names: WeightNames) -> Self {
        match names {
            WeightNames::Timm => Self::Timm,
            WeightNames::Published => Self::Published,
        }
    }
}

impl Command {
    /// How pictures that cannot be read are left out, where the command can and was not told to.
    pub fn skip(&self) -> Option<&'static str> {
        let skips = match self {
            Self::Train(train) if train.recipe.is_some() => return Some("`skip_broken = true` in the recipe"),
            Self::Train(train) => train.labels.skip_broken,
            Self::Evaluate(Evaluate { labels, .. }) | Self::Rate(Rate { labels, .. }) => labels.skip_broken,
            Self::Predict(Predict { skip_broken, .. }) | Self::Explain(Explain { skip_broken, .. }) => *skip_broken,
            _ => true,
        };
        (!skips).then_some("--skip-broken")
    }
}
