//! What a model starts from.

use firelight::models::Arch;
use firelight::prelude::*;

use crate::cli::{Cli, Train};
use crate::recipe::ModelPart;

/// The architecture, the weights and the size for them; what was chosen for the user is said.
pub fn choose(options: &Train, cli: &Cli, said: &mut Vec<String>) -> Result<ModelPart> {
    let weights = match options.weights.as_str() {
        "none" => None,
        "download" => Some(published(options.arch.unwrap_or(Arch::ResNet18), cli)?),
        "auto" => {
            let arch = options.arch.unwrap_or(Arch::ResNet18);
            match firelight::download::weights::find(arch.name()) {
                Ok(_) => published(arch, cli)
                    .map_err(|error| {
                        said.push(format!(
                            "from scratch, since trained weights are not to be had ({error}); --weights FILE takes some"
                        ));
                    })
                    .ok(),
                Err(_) => None,
            }
        }
        file => Some(file.into()),
    };
    let usual = if weights.is_some() { Arch::ResNet18 } else { Arch::Small };
    let arch = options.arch.unwrap_or(usual);
    let size = options.size.unwrap_or(arch.picture_size() as u32);
    said.push(match &weights {
        Some(file) => format!("{arch} at {size} px, from the weights in {}", file.display()),
        None => format!("{arch} at {size} px, from scratch"),
    });
    Ok(ModelPart { arch: arch.to_string(), weights, size })
}

/// torchvision's weights, fetched once.
fn published(arch: Arch, cli: &Cli) -> Result<std::path::PathBuf> {
    let weights = firelight::download::weights::find(arch.name())?;
    Ok(weights.fetch_with(&firelight::download::home()?, &cli.progress())?)
}

/// What to build on.
pub fn backbone(arch: Arch, model: &ModelPart, seed: u64) -> Backbone {
    let backbone = Backbone::from(arch).with_seed(seed);
    match &model.weights {
        Some(file) => backbone.with_weights(file),
        None => backbone.with_dropout(0.2),
    }
}
