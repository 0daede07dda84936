use std::collections::BTreeSet;

use burn::module::Module;
use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot};
use burn::tensor::Device;

use super::names::{self, Naming};
use super::stem::adapted_shape;
use super::{Checkpoint, Misshapen, WeightsError};
use crate::{Arch, BodyConfig, Fresh};

/// How the tensors of a file and those of a module pair up.
pub(super) struct Fit {
    /// Name in the module (with torch's parameter names, without enum variants) and name in the file.
    pub pairs: Vec<(String, String)>,
    /// Name in the file of the first convolution, and the shape that its weights are to be adapted to.
    pub adapted: Option<(String, [usize; 4])>,
    /// Tensors of the file that belong to no module, or to a last layer that is not asked for.
    pub unused: Vec<String>,
    missing: Vec<(String, Vec<usize>)>,
    unexpected: Vec<(String, Vec<usize>)>,
    misshapen: Vec<Misshapen>,
}

/// A tensor of a module: its own name, its published name, its shape in torch's layout.
struct Wanted {
    ours: String,
    theirs: String,
    shape: Vec<usize>,
}

impl Fit {
    pub fn new<M: Module>(module: &M, naming: Naming, checkpoint: &Checkpoint) -> Self {
        let wanted = wanted(module, naming);
        let prefix = prefix(&wanted, checkpoint);
        let mut fit = Self {
            pairs: vec![],
            adapted: None,
            unused: vec![],
            missing: vec![],
            unexpected: vec![],
            misshapen: vec![],
        };
        let mut taken = BTreeSet::new();
        for Wanted { ours, theirs, shape } in wanted {
            let name = format!("{prefix}{theirs}");
            match checkpoint.shape(&name) {
                None => fit.missing.push((name, shape)),
                Some(found) => {
                    let adapted = adapted_shape(&found, &shape).filter(|_| theirs == naming.stem);
                    if let Some(shape) = adapted {
                        fit.adapted = Some((name.clone(), shape));
                    }
                    if found == shape || adapted.is_some() {
                        fit.pairs.push((ours, name.clone()));
                    } else {
                        fit.misshapen.push(Misshapen { name: name.clone(), expected: shape, found });
                    }
                    taken.insert(name);
                }
            }
        }
        for (name, shape) in checkpoint.tensors().filter(|(name, _)| !taken.contains(*name)) {
            match name.strip_prefix(&prefix) {
                Some(inner) if !names::is_accessory(inner) => {
                    fit.unexpected.push((name.to_owned(), shape));
                }
                _ => fit.unused.push(name.to_owned()),
            }
        }
        fit
    }

    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.misshapen.is_empty()
    }

    /// The error for a fit that is not whole; looks for the architecture whose body the file does fit.
    pub fn into_error(self, config: &BodyConfig, checkpoint: &Checkpoint, devices: &[Device]) -> WeightsError {
        let arch = config.arch();
        let fits = |other: &Arch| {
            let device = devices.first().filter(|_| *other != arch)?;
            let body = BodyConfig::new(*other).with_channels(config.channels());
            let body = body.fresh_body(&mut Fresh::zeros(), device);
            names::naming(&body).map(|naming| Self::new(&body, naming, checkpoint).is_whole())
        };
        let looks_like = Arch::ALL.into_iter().find(|other| fits(other) == Some(true));
        if looks_like.is_none()
            && let Some(origin) = names::origin(checkpoint.tensors().map(|(name, _)| name))
        {
            return WeightsError::OtherNames { path: checkpoint.path().to_owned(), arch, origin };
        }
        WeightsError::Mismatch {
            path: checkpoint.path().to_owned(),
            arch,
            looks_like,
            missing: self.missing,
            unexpected: self.unexpected,
            misshapen: self.misshapen,
        }
    }
}

fn wanted<M: Module>(module: &M, naming: Naming) -> Vec<Wanted> {
    module
        .collect(None, Some(Box::new(BurnToPyTorchAdapter)), true)
        .into_iter()
        .map(|tensor| Wanted {
            theirs: (naming.published)(tensor.name.strip_prefix("body.").unwrap_or(&tensor.name)),
            shape: tensor.shape.to_vec(),
            ours: tensor.name,
        })
        .collect()
}

/// What stands before the published names in this file (`state_dict.module.`): of all that could, the one under which
/// most names are found; the shortest of equals.
fn prefix(wanted: &[Wanted], checkpoint: &Checkpoint) -> String {
    let candidates: BTreeSet<&str> = checkpoint
        .tensors()
        .flat_map(|(name, _)| wanted.iter().filter_map(move |tensor| name.strip_suffix(tensor.theirs.as_str())))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .collect();
    let found = |prefix: &&str| {
        wanted.iter().filter(|tensor| checkpoint.shape(&format!("{prefix}{}", tensor.theirs)).is_some()).count()
    };
    let best = candidates.iter().max_by_key(|prefix| (found(prefix), std::cmp::Reverse(prefix.len())));
    best.map_or_else(String::new, |prefix| (*prefix).to_owned())
}
