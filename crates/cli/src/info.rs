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
        return Ok(screen.print_data(serde_json::to_string_pretty(&about)?)?);
    }
    screen.print(format_args!(
        "{} by Firelight {} and burn {}",
        options.model.display(),
        about.firelight,
        about.burn
    ))?;
    screen.print(format_args!("tells      {}: {}", about.target, about.outputs.join(", ")))?;
    screen.print(format_args!("network    {}", about.network))?;
    for (at, line) in manifest.transforms.to_string().lines().enumerate() {
        screen.print(format_args!("{:<11}{line}", if at == 0 { "pictures" } else { "" }))?;
    }
    Ok(())
}

/// A row an architecture: what it costs, and what timm's weights for it are worth.
pub fn models() -> String {
    let mut table = format!(
        "{:<30}{:>7}{:>12}{:>16}{:>10}  --weights\n{:<30}{:>7}{:>12}{:>16}{:>10}",
        "--arch", "pixels", "parameters", "multiply-adds", "ImageNet", "", "", "millions", "billions", "top-1"
    );
    for arch in Arch::all() {
        let parameters = arch.parameters() as f64 / 1e6;
        let Some(told) = arch.published() else {
            let _ = write!(
                table,
                "\n{:<30}{:>7}{parameters:>12.1}{:>16}{:>10}  none",
                arch.name(),
                arch.picture_size(),
                "",
                ""
            );
            continue;
        };
        let top1 = told.top1.map_or_else(String::new, |share| format!("{share:.1} %"));
        let licence = if told.non_commercial { " (not for commercial use)" } else { "" };
        let _ = write!(
            table,
            "\n{:<30}{:>7}{parameters:>12.1}{:>16.2}{top1:>10}  {}{licence}",
            arch.name(),
            told.size,
            told.multiply_adds,
            arch.repository().unwrap_or_default()
        );
    }
    table
}
