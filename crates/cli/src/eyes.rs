//! A learner for its eyes: what looks at pictures, and keeps no model.

use firelight::learner::{MapTarget, VisionTarget};
use firelight::prelude::*;

use crate::cli::{Cli, DataOptions, ModelOptions};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::loaders::{RATE, batch_size, epochs, loaders};
use crate::recipe::Recipe;
use crate::screen::Screen;
use crate::weights::{backbone, choose};

/// What is done with it.
pub trait Looks {
    /// What comes of it.
    type Out;

    fn look<F: VisionTarget>(self, learn: &Learner<F>) -> Result<Self::Out>;
}

/// What is looked at, and with which eyes.
pub struct Eyes<'a> {
    pub what: &'static str,
    pub recipe: Recipe,
    pub cli: &'a Cli,
    pub screen: Screen,
}

impl<'a> Eyes<'a> {
    /// For pictures whose labels are told or guessed; what was guessed is said.
    pub fn new(
        what: &'static str,
        (data, labels, model): (&std::path::Path, &DataOptions, &ModelOptions),
        cli: &'a Cli,
        screen: Screen,
    ) -> Result<Self> {
        let mut found = guess(data, labels, &cli.progress())?;
        let model = choose(model, cli, &mut found.said)?;
        for line in &found.said {
            screen.say(format_args!("- {line}"));
        }
        let mut recipe = found.into_recipe(labels);
        recipe.model = model;
        // Broken pictures are among what is looked for.
        recipe.skip_broken = true;
        Ok(Self { what, recipe, cli, screen })
    }

    /// Looks. Weights of other pictures are taken as they are; without any a small network learns from these first.
    pub fn look<L: Looks>(&self, work: L) -> Result<L::Out> {
        with_block(&self.recipe, Looking { eyes: self, work })
    }
}

struct Looking<'a, L> {
    eyes: &'a Eyes<'a>,
    work: L,
}

impl<L: Looks> WithBlock for Looking<'_, L> {
    type Out = L::Out;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<L::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let Eyes { recipe, cli, screen, .. } = self.eyes;
        let dls = loaders(block, recipe, cli)?;
        let (train, seed) = (dls.train().dataset().len(), recipe.training.seed);
        let batch = batch_size(train);
        let mut learn = vision_learner(dls.with_batch_size(batch), backbone(&recipe.model, seed)?)?.with_seed(seed);
        if screen.is_quiet() || recipe.model.weights.is_some() {
            learn = learn.without_observers();
        }
        if recipe.model.weights.is_none() {
            screen.say("- a small network learns from them first, and sees less than one with trained weights");
            learn.fit_one_cycle(epochs(recipe, train, batch), RATE)?;
        }
        self.work.look(&learn)
    }

    fn maps<X, Y>(self, _: DataBlock<X, Y>) -> Result<L::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        let what = self.eyes.what;
        Err(format!("{what}: masks have no one label a picture; `--labels folders` or a table looks at pictures alone")
            .into())
    }
}
