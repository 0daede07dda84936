//! What a model starts from.

use std::path::{Path, PathBuf};

use firelight::models::Arch;
use firelight::prelude::*;

use crate::cli::{Cli, ModelOptions};
use crate::files::absolute;
use crate::recipe::ModelPart;

/// The architecture, the weights and the size for them; what was chosen for the user is said.
pub fn choose(options: &ModelOptions, cli: &Cli, said: &mut Vec<String>) -> Result<ModelPart> {
    let pretrained = options.arch.unwrap_or(Arch::ResNet18);
    let weights = match options.weights.as_str() {
        "none" => None,
        "download" => Some(published(pretrained, cli)?),
        "auto" if firelight::download::weights::find(pretrained.name()).is_err() => None,
        "auto" => published(pretrained, cli)
            .map_err(|error| {
                said.push(format!(
                    "from scratch, since trained weights are not to be had ({error}); --weights FILE takes some"
                ));
            })
            .ok(),
        file => Some(absolute(Path::new(file))),
    };
    let arch = if weights.is_some() { pretrained } else { options.arch.unwrap_or(Arch::Small) };
    let size = options.size.unwrap_or(arch.picture_size() as u32);
    said.push(match &weights {
        Some(file) => format!("{arch} at {size} px, from the weights in {}", file.display()),
        None => format!("{arch} at {size} px, from scratch"),
    });
    Ok(ModelPart { arch, weights, size })
}

/// torchvision's weights, fetched once.
fn published(arch: Arch, cli: &Cli) -> Result<PathBuf> {
    let weights = firelight::download::weights::find(arch.name())?;
    Ok(weights.fetch_with(&firelight::download::home()?, &cli.progress())?)
}

/// What to build on.
pub fn backbone(model: &ModelPart, seed: u64) -> Backbone {
    let backbone = Backbone::from(model.arch).with_seed(seed);
    match &model.weights {
        Some(file) => backbone.with_weights(file),
        None => backbone.with_dropout(0.2),
    }
}
