use std::collections::BTreeSet;

use burn::module::Module;
use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot};
use burn::tensor::Device;

use super::names::{self, Naming};
use super::stem::adapted_shape;
use super::{Checkpoint, Misshapen, WeightsError};
use super::{positions, recognize};
use crate::{Body, BodyConfig};

/// How the tensors of a file and those of a module pair up.
pub(super) struct Fit {
    /// Name in the module (with torch's parameter names, without enum variants) and name in the file.
    pub pairs: Vec<(String, String)>,
    /// Name in the file of the first convolution, and the shape that its weights are to be adapted to.
    pub adapted: Option<(String, [usize; 4])>,
    /// Name in the file of learned positions, and how many there are to be.
    pub positions: Option<(String, usize)>,
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
    /// By those of a body's namings under which the file has the most tensors; the first of equals.
    pub fn new<M: Module>(module: &M, body: &Body, checkpoint: &Checkpoint) -> Self {
        let [published, timm] = Naming::all(body);
        let fit = Self::by(module, published, checkpoint);
        if fit.is_whole() || published.stem() == timm.stem() {
            return fit;
        }
        let other = Self::by(module, timm, checkpoint);
        let found = |fit: &Self| fit.pairs.len() + fit.misshapen.len();
        if found(&other) > found(&fit) { other } else { fit }
    }

    fn by<M: Module>(module: &M, naming: Naming, checkpoint: &Checkpoint) -> Self {
        let wanted = wanted(module, naming);
        let prefix = prefix(&wanted, checkpoint);
        let stem = naming.stem();
        let mut fit = Self {
            pairs: vec![],
            adapted: None,
            positions: None,
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
                    let adapted = adapted_shape(&found, &shape).filter(|_| theirs == stem);
                    if let Some(shape) = adapted {
                        fit.adapted = Some((name.clone(), shape));
                    }
                    let other = positions::fit(&theirs, &found, &shape);
                    if let Some(count) = other {
                        fit.positions = Some((name.clone(), count));
                    }
                    if found == shape || adapted.is_some() || other.is_some() {
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
        let looks_like = devices
            .first()
            .and_then(|device| recognize::of(checkpoint, config.channels(), device, |other| other != arch));
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
        .map(|tensor| Wanted { theirs: naming.of(&tensor.name), shape: tensor.shape.to_vec(), ours: tensor.name })
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
