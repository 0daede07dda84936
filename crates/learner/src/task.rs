//! What training reads and never changes.

use burn::tensor::Device;
use firelight_datablock::{DataLoaders, FittedTarget};
use firelight_losses::{Caution, ClassHead, Decision, Loss};
use firelight_transforms::{AugTransforms, Policy};
use firelight_vocab::Vocab;

use crate::average::Ema;
use crate::best::KeepBest;
use crate::examples::{Mix, Mixing};
use crate::optim::{Adam, Rule};
use crate::readings::Readings;
use crate::{Better, LearnerError, Metric, Monitor, Norms, Precision, Sam};
use firelight_models::Model;
use firelight_predict::{NetworkConfig, Trust};

/// Data, loss, metrics and settings: what a learner was told. Beside it stands [`State`](crate::state::State), what it has learned.
pub(crate) struct Task<F: FittedTarget> {
    pub data: DataLoaders<F>,
    pub loss: Box<dyn Loss<F::Tensor>>,
    pub metrics: Vec<Box<dyn Metric<F::Target>>>,
    pub decision: Decision,
    pub options: Options,
    /// Of fits and evaluations.
    pub readings: Readings,
    /// How the model was built, where `vision_learner` did: what an export has to tell.
    pub network: Option<NetworkConfig>,
}

/// What can be chosen besides data, model, loss and metrics.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub rule: Rule,
    pub seed: u64,
    pub frozen_norms: bool,
    /// What thawed norms before the last group do; `None` leaves it to what the body's weights are.
    pub norms: Option<Norms>,
    /// Those that share the training batches; none: the loaders' device alone.
    pub devices: Vec<Device>,
    /// The length that the gradients of all parameters together are cut to.
    pub most_gradient: Option<f64>,
    pub batches_an_update: usize,
    /// Whether a step is queued before the one before is looked at; `None` leaves it to the device.
    pub steps_ahead: Option<bool>,
    pub mix: Option<Mix>,
    pub precision: Precision,
    pub best: Option<KeepBest>,
    pub ema: Option<Ema>,
    pub sam: Option<Sam>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rule: Adam::default().into(),
            seed: 42,
            frozen_norms: true,
            norms: None,
            devices: Vec::new(),
            most_gradient: None,
            batches_an_update: 1,
            steps_ahead: None,
            mix: None,
            precision: Precision::F32,
            best: None,
            ema: None,
            sam: None,
        }
    }
}

impl Options {
    /// What thawed norms do.
    pub fn thawed_norms(&self, body_was_loaded: bool) -> Norms {
        self.norms.unwrap_or(if body_was_loaded { Norms::Kept } else { Norms::Trained })
    }

    /// Whether every setting makes sense.
    fn check(&self) -> Result<(), LearnerError> {
        let refused = |setting, value, remedy| Err(LearnerError::Setting { setting, value, remedy });
        if let Some(problem) = self.rule.problem() {
            return refused(
                "optimizer",
                problem.into(),
                "give means from 0 to under 1, and finite amounts of at least 0",
            );
        }
        if let Some(most) = self.most_gradient.filter(|most| !(most.is_finite() && *most > 0.0)) {
            return refused("gradient clip", most.to_string(), "give the gradients a length over 0");
        }
        if self.batches_an_update == 0 {
            return refused("accumulation", "an update of 0 batches".into(), "update for one batch at least");
        }
        if let Some(sam) = self.sam {
            sam.check()?;
            let alone = self.devices.is_empty() && self.batches_an_update == 1 && self.precision != Precision::F16;
            if !alone {
                let remedy = "train on one device by itself, with an update a batch and a precision other than F16, or leave it out";
                return refused("sharpness", sam.to_string(), remedy);
            }
        }
        self.ema.map_or(Ok(()), Ema::check)
    }
}

impl<F: FittedTarget> Task<F> {
    /// Where training runs, without a graph.
    pub fn plain_device(&self) -> Device {
        self.data.device().clone().inner()
    }

    /// Where training runs.
    pub fn training_device(&self) -> Device {
        self.plain_device().autodiff()
    }

    pub fn metric_names(&self) -> Vec<String> {
        self.metrics.iter().map(|metric| metric.name()).collect()
    }

    pub fn directions(&self) -> Vec<Better> {
        self.metrics.iter().map(|metric| metric.better()).collect()
    }

    /// How training batches are mixed.
    pub fn mixing(&self) -> Mixing {
        Mixing { mix: self.options.mix, seed: self.options.seed }
    }

    /// What is allowed and yet often a mistake.
    pub fn cautions(&self) -> Vec<Caution> {
        Caution::about(&self.loss.traits(), &self.decision)
    }

    /// Whether a fit of `model` can begin: settings, classes and precision.
    pub fn check<M: Model>(&self, model: &M) -> Result<(), LearnerError> {
        self.options.check()?;
        self.check_classes()?;
        if let Some(best) = &self.options.best {
            best.check(&self.metric_names())?;
            if !self.data.validates() && best.monitor != Monitor::TrainLoss {
                let (value, remedy) =
                    (best.monitor.to_string(), "there is no validation part; watch `train_loss`, or leave it out");
                return Err(LearnerError::Setting { setting: "best model", value, remedy });
            }
        }
        if matches!(self.options.mix, Some(Mix::Cut(_))) && self.data.train().dataset().fitted().moves() {
            let remedy = "a patch would bring its part of a target that moves with the picture along; use `MixUp`, or leave it out";
            return Err(LearnerError::Setting { setting: "mix", value: "CutMix".into(), remedy });
        }
        let train = self.data.train().dataset();
        let policy = train.transforms().augment().and_then(AugTransforms::chosen_policy);
        if matches!(policy, Some(Policy::AugMix { .. })) && train.fitted().moves() {
            let remedy = "its chains would show several places, and a target that moves with the picture has one; take another policy, or none";
            return Err(LearnerError::Setting { setting: "policy", value: "AugMix".into(), remedy });
        }
        let Options { precision, devices, .. } = &self.options;
        let home = std::slice::from_ref(self.data.device());
        precision.check(model, if devices.is_empty() { home } else { devices })
    }

    /// The loss, every metric and the decision must be built for the data's own classes, and the loss for the model's head.
    pub fn check_classes(&self) -> Result<(), LearnerError> {
        let loss = self.loss.vocab().map(|vocab| ("the loss".to_string(), vocab));
        let metrics = self.metrics.iter().filter_map(|m| Some((format!("the metric {:?}", m.name()), m.vocab()?)));
        let decision = self.decision.vocab().map(|vocab| ("the decision".to_string(), vocab));
        let mut all = loss.into_iter().chain(metrics).chain(decision);
        all.try_for_each(|(what, theirs)| self.check_classes_of(&what, Some(theirs)))?;
        self.check_head()
    }

    /// What comes last in the model's head, where that knows a tree.
    pub fn head(&self) -> Option<&ClassHead> {
        match &self.network {
            Some(NetworkConfig::Vision { head, .. }) => Some(head.end()).filter(|end| !end.is_linear()),
            _ => None,
        }
    }

    /// The loss must read what the model's head gives.
    fn check_head(&self) -> Result<(), LearnerError> {
        if self.network.is_none() {
            // What a model of the user's gives is known to its maker.
            return Ok(());
        }
        let classes = self.data.train().dataset().fitted().outputs();
        let gives = self.head().filter(|head| head.outputs(classes) > classes);
        let reads = self.loss.head();
        if reads == gives {
            return Ok(());
        }
        let rows = |head: Option<&ClassHead>| {
            head.map_or_else(|| "one score for each class".into(), |head| format!("rows of a head that ends in {head}"))
        };
        let remedy = if reads.is_some() {
            "give the backbone the head of this loss (`with_head`), or leave the loss out: a head brings its own"
        } else {
            "leave the loss out, since such a head brings its own (`loss_of`), or give the backbone a linear head or a frame (`with_head`)"
        };
        Err(LearnerError::OtherHead { loss: self.loss.describe(), reads: rows(reads), gives: rows(gives), remedy })
    }

    /// What makes answers worth trusting must be for the data's own classes.
    pub fn check_trust(&self, trust: &Trust) -> Result<(), LearnerError> {
        let mut all = trust.vocabs();
        all.try_for_each(|(part, theirs)| self.check_classes_of(&format!("the {part}"), Some(theirs)))
    }

    /// `what` must be built for the data's own classes, if it is built for classes.
    pub fn check_classes_of(&self, what: &str, theirs: Option<&Vocab>) -> Result<(), LearnerError> {
        let fitted = self.data.train().dataset().fitted();
        match theirs {
            Some(theirs) if !fitted.knows(theirs) => {
                let ours = fitted.vocab().map_or(0, Vocab::len);
                Err(LearnerError::OtherClasses { what: what.to_owned(), theirs: theirs.len(), ours })
            }
            _ => Ok(()),
        }
    }
}

/// What a rule picks, in words.
pub(crate) fn decided_by(decision: &Decision) -> String {
    match decision {
        Decision::Argmax => "the likeliest class".to_owned(),
        Decision::Threshold(least) => format!("every class from {least}"),
        Decision::Thresholds(thresholds) => format!("every class from its own of {:?}", thresholds.least()),
        Decision::MinimumRisk(_) => "the least expected cost".to_owned(),
        other => format!("{other:?}"),
    }
}

/// How the classes of a file differ from the data's.
pub(crate) fn other_classes(theirs: Option<&Vocab>, ours: Option<&Vocab>) -> String {
    let (Some(theirs), Some(ours)) = (theirs, ours) else {
        return "it is for targets of another kind".into();
    };
    let only = |these: &Vocab, those: &Vocab| -> Vec<String> {
        these.iter().filter(|name| those.find(name).is_none()).take(3).map(|name| format!("{name:?}")).collect()
    };
    let (gone, new) = (only(theirs, ours), only(ours, theirs));
    let listed = |names: &[String]| if names.is_empty() { "none".into() } else { names.join(", ") };
    if gone.is_empty() && new.is_empty() {
        return "its classes are the data's in another order".into();
    }
    format!(
        "it is for {} classes and the data have {}; only in the file: {}; only in the data: {}",
        theirs.len(),
        ours.len(),
        listed(&gone),
        listed(&new)
    )
}
