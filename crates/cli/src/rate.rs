//! `firelight rate`: which learning rate suits data, found by trying.

use firelight::learner::{MapTarget, PositionTarget, RateCurve, RateSearch, TargetDefaults, VisionTarget};
use firelight::losses::KnownValues;
use firelight::models::Model;
use firelight::plots::save_png;
use firelight::prelude::*;
use serde::Serialize;

use crate::cli::{Cli, Rate};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::loaders::{self, batch_size, loaders};
use crate::outcome::{can_write_file, can_write_json, write_json};
use crate::recipe::Recipe;
use crate::screen::Screen;
use crate::weights::{backbone, choose};

/// What `rate --json` writes.
#[derive(Debug, Serialize)]
struct Found {
    /// The rate to train with, where the losses tell one.
    suggestion: Option<f64>,
    /// The rate that `train` takes where none is told.
    default: f64,
    /// fastai's suggestions: the longest valley's, and those of the steepest fall, of a slide before the loss comes apart and of a tenth of the lowest loss's rate.
    valley: Option<f64>,
    steep: Option<f64>,
    slide: Option<f64>,
    minimum: Option<f64>,
    /// The rates that were tried, and the smoothed loss after each.
    rates: Vec<f64>,
    losses: Vec<f64>,
}

/// Tries rates on what `train` would train, draws the losses and says which rate to take.
pub fn rate(options: &Rate, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    can_write_file("rate", &options.plot, "--plot")?;
    let mut found = guess(&options.data, &options.labels, &cli.progress())?;
    let model = choose(&options.model, cli, &mut found.said)?;
    for line in &found.said {
        screen.say(format_args!("- {line}"));
    }
    let mut recipe = found.into_recipe(&options.labels);
    recipe.model = model;
    (recipe.training.seed, recipe.training.augment) = (options.seed, options.augment);
    let curve = with_block(&recipe, Trying { recipe: &recipe, options, cli })?;
    save_png(&curve.plot(), &options.plot)
        .map_err(|error| format!("rate: cannot write {}: {error}", options.plot.display()))?;
    let found = Found {
        suggestion: curve.valley(),
        default: loaders::rate(&recipe),
        valley: curve.valley(),
        steep: curve.steep(),
        slide: curve.slide(),
        minimum: curve.minimum(),
        rates: curve.rates().to_vec(),
        losses: curve.losses().to_vec(),
    };
    write_json(options.json.as_deref(), &found)?;
    let tried = format!("{} rates were tried: {}", found.rates.len(), options.plot.display());
    match found.suggestion {
        Some(rate) => screen.print(format_args!(
            "the losses suggest a rate of {rate:.1e}: train --rate {rate:.1e}, where {:.1e} is usual; {tried}",
            found.default
        ))?,
        None => {
            screen.print(format_args!("the losses suggest no rate; more steps may tell one (--steps 300); {tried}"))?;
        }
    }
    Ok(())
}

struct Trying<'a> {
    recipe: &'a Recipe,
    options: &'a Rate,
    cli: &'a Cli,
}

impl Trying<'_> {
    fn with_batches<F: TargetDefaults>(&self, dls: DataLoaders<F>) -> DataLoaders<F> {
        let batch_size = self.options.batch_size.unwrap_or(batch_size(dls.train().dataset().len()));
        dls.with_batch_size(batch_size)
    }

    fn search<F: TargetDefaults, M: Model + Sync>(&self, learn: Learner<F, M>) -> Result<RateCurve> {
        let search = RateSearch { steps: self.options.steps, ..RateSearch::default() };
        Ok(learn.with_seed(self.options.seed).lr_find_with(&search)?)
    }
}

impl WithBlock for Trying<'_> {
    type Out = RateCurve;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<RateCurve>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let dls = self.with_batches(loaders(block, self.recipe, self.cli)?);
        self.search(vision_learner(dls, backbone(&self.recipe.model, self.options.seed)?)?)
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<RateCurve>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        let dls = self.with_batches(loaders(block, self.recipe, self.cli)?);
        let model = &self.recipe.model;
        self.search(unet_learner(dls, backbone(model, self.options.seed)?.with_last_cross(model.weights.is_some()))?)
    }

    fn boxes<X, Y>(self, block: DataBlock<X, Y>) -> Result<RateCurve>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget + PositionTarget + FittedTarget<Tensor = KnownValues>>,
    {
        let dls = self.with_batches(loaders(block, self.recipe, self.cli)?);
        self.search(position_learner(dls, backbone(&self.recipe.model, self.options.seed)?)?)
    }
}
