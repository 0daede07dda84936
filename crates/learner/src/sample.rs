//! Telling by a few numbers whether two models have the same weights.

use burn::module::{ModuleVisitor, Param, ParamGroup};
use burn::tensor::{Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::LearnerError;
use crate::optim::group;
use firelight_files::hex;
use firelight_models::Model;

/// A digest of a frozen body: which features are its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BodyMark(pub String);

impl BodyMark {
    /// Of all groups of a model but the last.
    pub fn of<M: Model>(model: &M) -> Result<Self, LearnerError> {
        let groups = model.groups();
        let body = &groups[..groups.len().saturating_sub(1)];
        let groups = body.iter().map(|pattern| group(&[pattern])).collect::<Result<_, _>>()?;
        Ok(Self(sample(model, Some(groups))))
    }
}

/// Numbers of each tensor that a mark is made of. A step of training moves all of them.
const SAMPLE: usize = 32;

/// A digest of some numbers of each tensor of a model, of all groups or of some.
pub(crate) fn sample<M: Model>(model: &M, groups: Option<Vec<ParamGroup>>) -> String {
    let mut sample = Sample { groups, path: Vec::new(), digest: Sha256::new() };
    model.valid().visit(&mut sample);
    hex(&sample.digest.finalize()[..8])
}

struct Sample {
    groups: Option<Vec<ParamGroup>>,
    path: Vec<String>,
    digest: Sha256,
}

impl ModuleVisitor for Sample {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        let within = |groups: &Vec<ParamGroup>| groups.iter().any(|group| group.matches(&parameter.id, Some(&path)));
        if !self.groups.as_ref().is_none_or(within) {
            return;
        }
        let values = parameter.val();
        let count = values.shape().num_elements();
        let places: Vec<i64> = (0..SAMPLE.min(count)).map(|i| (i * count / SAMPLE.min(count)) as i64).collect();
        let places: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(places.clone(), [places.len()]), &values.device());
        let sample = values.reshape([count]).select(0, places).into_data();
        self.digest.update(format!("{path} {:?}\n", parameter.shape()));
        for number in sample.iter::<f32>() {
            self.digest.update(number.to_le_bytes());
        }
    }
}
