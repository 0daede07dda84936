use super::Names;
use crate::Body;

/// How a file names the tensors of a body, what is behind it and its last layer.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    body: &'a Body,
    names: Names,
}

impl<'a> Naming<'a> {
    pub fn new(body: &'a Body, names: Names) -> Self {
        Self { body, names }
    }

    /// Those that a file may have.
    pub fn all(body: &'a Body) -> [Self; 2] {
        [Self::new(body, Names::Published), Self::new(body, Names::Timm)]
    }

    /// The name of a tensor by its path in a module of ours, with torch's `weight` and `bias` for norms.
    pub fn of(&self, ours: &str) -> String {
        let ours = ours.strip_prefix("body.").unwrap_or(ours);
        match self.names {
            Names::Published => self.body.published(ours),
            Names::Timm => self.body.timm(ours),
        }
    }

    /// The name of the weights that see the pictures.
    pub fn stem(&self) -> String {
        self.of(self.body.stem())
    }
}

/// Whether a file may hold this tensor beside those of a body: what the published network has after it, and the counter of training
/// steps that torch keeps in every batch norm.
pub(super) fn is_accessory(name: &str) -> bool {
    let last = ["fc.", "_fc.", "classifier.", "head.", "conv_head.", "norm_head."];
    last.iter().any(|layer| name.starts_with(layer)) || name.ends_with(".num_batches_tracked")
}

/// Whose names these are, if they are known and not read.
pub(super) fn origin<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    // The body of a fastai learner is the first part of a sequence, and a sequence of numbered parts itself.
    let fastai = |name: &str| {
        let name = name.strip_prefix("model.").unwrap_or(name);
        name.starts_with("0.0.") || ["0.4.0.conv1.", "0.7.1.conv1."].iter().any(|part| name.starts_with(part))
    };
    names.any(fastai).then_some("a fastai learner")
}
