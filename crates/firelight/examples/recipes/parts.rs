//! What is on or off.

use firelight::prelude::*;
use firelight::transforms::AugTransforms;

/// One change of the recipe that all rows have.
pub struct Part {
    pub name: &'static str,
    pub augment: fn(AugTransforms) -> AugTransforms,
    pub learner: fn(Learner<Categories>) -> Result<Learner<Categories>>,
}

/// Changes of training from scratch.
pub fn fresh() -> Vec<Part> {
    let mut all = both();
    all.extend([
        Part::of("MixUp 0.2", |learn| Ok(learn.with_mix(MixUp::new(0.2)))),
        Part::of("CutMix 1", |learn| Ok(learn.with_mix(CutMix::new(1.0)))),
        Part::of("SAM 0.05, two passes a step", |learn| Ok(learn.with_sam(Sam::default()))),
        Part {
            name: "TrivialAugmentWide, EMA, label smoothing 0.1",
            augment: |augment| still(augment).policy(Policy::TrivialAugmentWide),
            learner: |learn| Ok(smoothed(learn)?.with_ema(Ema::default())),
        },
    ]);
    all
}

/// Changes of a head on features, which has nothing to mix.
pub fn heads() -> Vec<Part> {
    both()
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
        Self { name, augment: |augment| augment, learner }
    }

    fn seen(name: &'static str, augment: fn(AugTransforms) -> AugTransforms) -> Self {
        Self { name, augment, learner: Ok }
    }
}
