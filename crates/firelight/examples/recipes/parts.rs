//! What is on or off.

use firelight::prelude::*;
use firelight::transforms::AugTransforms;

/// One change of the recipe that all rows have.
pub struct Part {
    pub name: &'static str,
    pub augment: fn(AugTransforms) -> AugTransforms,
    pub learner: fn(Learner<Categories>) -> Result<Learner<Categories>>,
    pub fit: Fit,
    /// What the rates of the body's blocks rise to, at which steps leave them out.
    pub drop_path: f64,
}

/// How a learner is fitted.
#[derive(Debug, Clone, Copy)]
pub enum Fit {
    OneCycle,
    FlatCos,
    /// Three fifths of the epochs on pictures of this side, the others on those of all rows at half the rate.
    Growing(u32),
    /// Trainings of that many orders of the pictures, from the same weights, and the greedy soup of them.
    Soup(u64),
}

/// Changes of training from scratch.
pub fn fresh() -> Vec<Part> {
    let mut all = both();
    all.extend([
        Part::of("MixUp 0.2", |learn| Ok(learn.with_mix(MixUp::new(0.2)))),
        Part::of("CutMix 1", |learn| Ok(learn.with_mix(CutMix::new(1.0)))),
        Part::of("SAM 0.05, two passes a step", |learn| Ok(learn.with_sam(Sam::default()))),
        Part { drop_path: 0.1, ..Part::of("stochastic depth of 0.1", Ok) },
        Part { fit: Fit::Growing(48), ..Part::of("48 px, then 64 px", Ok) },
        Part { fit: Fit::FlatCos, ..Part::of("flat, then along a cosine", Ok) },
        Part::of("ranger in place of Adam", |learn| Ok(learn.with_optimizer(ranger()))),
        Part {
            augment: |augment| still(augment).policy(Policy::TrivialAugmentWide),
            ..Part::of("TrivialAugmentWide, EMA, label smoothing 0.1", |learn| {
                Ok(smoothed(learn)?.with_ema(Ema::default()))
            })
        },
    ]);
    all
}

/// Losses for training from scratch on labels of which a fifth is wrong.
pub fn mislabelled() -> Vec<Part> {
    vec![
        Part::of("cross entropy", Ok),
        Part::of("label smoothing 0.1", smoothed),
        Part::of("generalized cross entropy, q 0.7", |learn| Ok(learn.with_loss(GeneralizedCrossEntropy::new(0.7)?))),
        Part::of("generalized cross entropy, q 0.3", |learn| Ok(learn.with_loss(GeneralizedCrossEntropy::new(0.3)?))),
        Part::of("symmetric cross entropy, 1 and 0.1", |learn| {
            Ok(learn.with_loss(SymmetricCrossEntropy::new(1.0, 0.1)?))
        }),
    ]
}

/// Changes of a head on features, which has nothing to mix.
pub fn heads() -> Vec<Part> {
    let mut all = both();
    all.push(Part {
        fit: Fit::Soup(3),
        ..Part::of("greedy soup of three trainings, chosen on the judging pictures", Ok)
    });
    all
}

fn both() -> Vec<Part> {
    vec![
        Part::of("crops, flips, zoom and light", Ok),
        Part::seen("crops and flips alone", still),
        Part::seen("TrivialAugmentWide", |augment| still(augment).policy(Policy::TrivialAugmentWide)),
        Part::seen("RandAugment 2, 9", |augment| still(augment).policy(Policy::rand_augment())),
        Part::seen("3-Augment", |augment| still(augment).policy(Policy::ThreeAugment)),
        Part::seen("AugMix", |augment| still(augment).policy(Policy::aug_mix())),
        Part::of("label smoothing 0.1", smoothed),
        Part::of("EMA, warmed up", |learn| Ok(learn.with_ema(Ema::default()))),
    ]
}

/// Without zoom and light, which a policy stands in for.
fn still(augment: AugTransforms) -> AugTransforms {
    augment.zoom(1.0, 1.0).max_lighting(0.0)
}

fn smoothed(learn: Learner<Categories>) -> Result<Learner<Categories>> {
    Ok(learn.with_loss(CrossEntropy::new().with_label_smoothing(0.1)?))
}

impl Part {
    fn of(name: &'static str, learner: fn(Learner<Categories>) -> Result<Learner<Categories>>) -> Self {
        Self { name, augment: |augment| augment, learner, fit: Fit::OneCycle, drop_path: 0.0 }
    }

    fn seen(name: &'static str, augment: fn(AugTransforms) -> AugTransforms) -> Self {
        Self { augment, ..Self::of(name, Ok) }
    }
}
