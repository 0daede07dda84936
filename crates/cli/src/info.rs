//! `firelight info` and `firelight models`: what a file is, and what there is to build on.

use std::fmt::Write;

use firelight::models::Arch;
use firelight::prelude::*;
use serde::Serialize;

use crate::cli::{Cli, Info};
use crate::screen::Screen;

/// What `info --json` prints.
#[derive(Debug, Serialize)]
struct About {
    firelight: String,
    burn: String,
    /// What the model tells, in words.
    target: String,
    /// The architecture, in words.
    network: String,
    /// Names of the model's outputs, in their order.
    outputs: Vec<String>,
    /// Channels of each picture of an item.
    channels: Vec<usize>,
}

/// Prints what a model file says of itself.
pub fn info(options: &Info, cli: &Cli, screen: Screen) -> Result<()> {
    let predictor = cli.model(&options.model)?;
    let manifest = predictor.manifest();
    let about = About {
        firelight: manifest.firelight.clone(),
        burn: manifest.burn.clone(),
        target: manifest.target.to_string(),
        network: manifest.network.body().map_or_else(|| "a model of your own".into(), ToString::to_string),
        outputs: manifest.target.names(),
        channels: manifest.input.channels(),
    };
    if options.json {
        return Ok(screen.print(serde_json::to_string_pretty(&about)?)?);
    }
    screen.print(format_args!(
        "{} by Firelight {} and burn {}",
        options.model.display(),
        about.firelight,
        about.burn
    ))?;
    screen.print(format_args!("tells      {}: {}", about.target, about.outputs.join(", ")))?;
    screen.print(format_args!("network    {}", about.network))?;
    screen.print(format_args!("pictures   {}", manifest.transforms))?;
    Ok(())
}

/// A row an architecture.
pub fn models() -> String {
    let mut table = format!("{:<20}{:>8}  {}", "architecture", "pixels", "trained weights to download");
    for arch in Arch::ALL {
        let weights = firelight::download::weights::find(arch.name());
        let published = if weights.is_ok() { "torchvision's" } else { "" };
        let _ = write!(table, "\n{:<20}{:>8}  {published}", arch.name(), arch.picture_size());
    }
    table
}
