//! What is wrong with a folder of pictures, and a page to decide about it.

use std::path::PathBuf;

use clap::Args;
use firelight::doctor::Findings;
use firelight::prelude::*;

use crate::cli::Cli;
use crate::data;
use crate::outcome::write_json;
use crate::say::say;
use crate::train::{Recipe, started};

/// What to examine, by which eyes, and where to decide about it.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Folder of pictures named like `Abyssinian_1.jpg` and `beagle_7.jpg`
    folder: PathBuf,
    /// Architecture of the body whose features are looked at
    #[arg(long)]
    arch: Option<Arch>,
    /// Its trained weights: a .pth or .safetensors file (of EfficientNet-Lite0 where --arch does not say otherwise), or `download` for those
    /// that torchvision publishes. Without, a small network is trained on the pictures first, which finds fewer wrong labels
    #[arg(long, value_name = "FILE|download")]
    weights: Option<String>,
    /// Seed of the split and of the heads
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where decisions are kept, for `pets --corrections FILE`; what the file has is gone on from
    #[arg(long, value_name = "FILE", default_value = "corrections.csv")]
    corrections: PathBuf,
    /// Write all findings to this file, for scripts
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Serve a page to decide on, to this machine alone
    #[cfg(feature = "serve")]
    #[arg(long)]
    serve: bool,
    /// With --serve: the port; 0 for any free one
    #[cfg(feature = "serve")]
    #[arg(long, default_value_t = 8001, requires = "serve")]
    port: u16,
}

/// Prints what is found, and serves it where that is asked for.
pub fn examine(what: &Doctor, cli: &Cli) -> Result<()> {
    let pretrained = what.weights.is_some();
    let arch = what.arch.unwrap_or(if pretrained { Arch::EfficientNetLite0 } else { Arch::Small });
    let recipe = Recipe::usual(arch, pretrained);
    let dls = recipe
        .block(what.seed)?
        .with_progress(cli.progress())
        .dataloaders(&what.folder, &device_by_name(&cli.device)?)?;
    let batch_size = recipe.batch_size.min(dls.train().dataset().len());
    let dls = dls.with_batch_size(batch_size).with_on_error(OnError::Skip).with_seed(what.seed);
    data::check(dls.vocab(), &what.folder)?;
    let backbone = started(arch, what.seed, what.weights.as_deref(), &cli.progress())?;
    let mut learn = vision_learner(dls, backbone)?.with_seed(what.seed);
    if cli.quiet || pretrained {
        learn = learn.without_observers();
    }
    if !pretrained {
        recipe.fit(&mut learn, None, 0)?;
    }
    let findings = learn.examine()?;
    let loaders = [learn.data().train(), learn.data().valid()];
    let broken: Vec<_> = loaders.iter().flat_map(|loader| loader.skipped()).collect();
    // A page's address is the first line of a program that waits for it.
    if !cli.quiet {
        say(findings.to_string().trim_end());
        for (_, why) in &broken {
            say(format_args!("left out: {why}"));
        }
    }
    write_json(what.json.as_deref(), &findings)?;
    serve(what, findings)
}

#[cfg(feature = "serve")]
fn serve(what: &Doctor, findings: Findings) -> Result<()> {
    if !what.serve {
        return Ok(());
    }
    let files: Vec<PathBuf> = findings.items.iter().map(|name| what.folder.join(name)).collect();
    let limits = firelight::transforms::Limits::default();
    let open = move |item: usize| Ok(firelight::transforms::open(&files[item], &limits)?);
    let page = firelight::doctor::Page::new(findings, &what.corrections, open)?;
    let said = |address| say(format_args!("deciding on http://{address}"));
    Ok(page.serve(what.port, said)?)
}

#[cfg(not(feature = "serve"))]
fn serve(_: &Doctor, _: Findings) -> Result<()> {
    Ok(())
}
