//! What a model starts from.

use std::path::Path;

use firelight::models::Arch;
use firelight::prelude::*;

use crate::cli::{Cli, ModelOptions};
use crate::files::absolute;
use crate::recipe::ModelPart;

/// The architecture, the weights and the size for them; what was chosen for the user is said.
pub fn choose(options: &ModelOptions, cli: &Cli, said: &mut Vec<String>) -> Result<ModelPart> {
    let pretrained = options.arch.unwrap_or(Arch::ResNet18);
    let known = match options.weights.as_str() {
        "none" => None,
        "download" => Some(torchvision(pretrained, cli)?),
        "auto" if firelight::download::weights::find(pretrained.name()).is_err() => None,
        "auto" => torchvision(pretrained, cli)
            .map_err(|error| {
                said.push(format!(
                    "from scratch, since trained weights are not to be had ({error}); --weights FILE takes some"
                ));
            })
            .ok(),
        named => Some(by_name(named, options.arch, cli, said)?),
    };
    let Some(backbone) = known else {
        let arch = options.arch.unwrap_or(Arch::Small);
        let size = options.size.unwrap_or(arch.picture_size() as u32);
        said.push(format!("{arch} at {size} px, from scratch"));
        return Ok(ModelPart { arch, weights: None, size });
    };
    let (arch, weights) = (backbone.arch(), backbone.weights().map(absolute));
    let size = options.size.unwrap_or(backbone.preset().size as u32);
    if let Some(file) = &weights {
        said.push(format!("{arch} at {size} px, from the weights in {}", file.display()));
    }
    Ok(ModelPart { arch, weights, size })
}

/// A file, a folder, or a name of timm's or torchvision's.
fn by_name(name: &str, asked: Option<Arch>, cli: &Cli, said: &mut Vec<String>) -> Result<Backbone> {
    let path = Path::new(name);
    if path.is_file()
        || path.extension().is_some_and(|end| ["pth", "pt", "bin", "safetensors"].iter().any(|one| end == *one))
    {
        return match asked {
            Some(arch) => Ok(Backbone::from(arch).with_weights(path)),
            None => Ok(Backbone::from_file(path, &device_by_name(cli.device())?)?),
        };
    }
    let backbone = firelight::learner::pretrained_with(name, &cli.progress())?;
    if let Some(asked) = asked.filter(|asked| *asked != backbone.arch()) {
        return Err(format!("{name} are weights of {}, not of {asked}; leave --arch out", backbone.arch()).into());
    }
    if let Some(licence) = &backbone.preset().licence {
        said.push(format!("the weights {name} are under {licence}"));
    }
    Ok(backbone)
}

/// torchvision's weights, fetched once.
fn torchvision(arch: Arch, cli: &Cli) -> Result<Backbone> {
    Ok(Backbone::from(arch).pretrained_with(&cli.progress())?)
}

impl ModelPart {
    /// The folder that its weights are in beside a config that tells of them, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        let file = self.weights.as_deref().filter(|file| file.ends_with("model.safetensors"))?;
        file.parent().filter(|folder| folder.join("config.json").is_file())
    }

    /// What to build on, before what training sets.
    pub fn begun(&self) -> Result<Backbone> {
        Ok(match (self.folder(), &self.weights) {
            (Some(folder), _) => Backbone::from_folder(folder)?,
            (None, Some(file)) => Backbone::from(self.arch).with_weights(file),
            (None, None) => Backbone::from(self.arch).with_dropout(0.2),
        })
    }
}

/// What to build on.
pub fn backbone(model: &ModelPart, seed: u64) -> Result<Backbone> {
    Ok(model.begun()?.with_seed(seed))
}
