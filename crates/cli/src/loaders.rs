//! Pictures as a model sees them, and how long and how fast it learns from them where nobody says so.

use firelight::learner::TargetDefaults;
use firelight::prelude::*;
use firelight::transforms::Filter;

use crate::cli::Cli;
use crate::kinds::ItemOf;
use crate::recipe::Recipe;

/// The loaders of a recipe: a head on fixed features wants crops, a small network from scratch mild changes.
pub fn loaders<X, Y>(block: DataBlock<X, Y>, recipe: &Recipe, cli: &Cli) -> Result<DataLoaders<Y::Fitted>>
where
    X: InputBlock<ItemOf<Y>> + Clone,
    Y: TargetBlock<Fitted: TargetDefaults>,
{
    let Recipe { data, training, .. } = recipe;
    let dls = seen(block, recipe)?
        .with_progress(cli.progress())
        .dataloaders(data, &device_by_name(cli.device())?)?
        .with_on_error(if recipe.skip_broken { OnError::Skip } else { OnError::Fail });
    let dls = dls.with_seed(training.seed);
    Ok(match &recipe.cache {
        Some(cache) => dls.with_cache(&cache.cache())?,
        None => dls,
    })
}

/// A block with what the model of a recipe sees of its pictures.
pub fn seen<X, Y>(block: DataBlock<X, Y>, recipe: &Recipe) -> Result<DataBlock<X, Y>>
where
    X: InputBlock<ItemOf<Y>> + Clone,
    Y: TargetBlock,
{
    let model = &recipe.model;
    // A box is in the whole picture, and a crop may have none of it.
    let (trained, is_whole) = (model.weights.is_some(), recipe.labels.are_boxes());
    let filter = if model.begun()?.preset().bicubic { Filter::Bicubic } else { Filter::Bilinear };
    let augment = aug_transforms().size(model.size).max_warp(0.0).max_rotate(0.0);
    let augment = if trained && !is_whole { augment.min_scale(0.35) } else { augment.max_lighting(0.1).min_scale(0.9) };
    let augment = match recipe.training.augment {
        // In place of other changes of geometry and light.
        Some(augmentation) => augment.zoom(1.0, 1.0).max_lighting(0.0).policy(augmentation.policy()),
        None => augment,
    };
    let resize = match () {
        () if is_whole => Resize::squish(model.size),
        () if trained => Resize::crop(model.size * 8 / 7),
        () => Resize::crop(model.size),
    };
    Ok(block.with_item_transform(resize.with_filter(filter)).with_batch_transforms(augment))
}

/// Pictures in a batch where nobody asks for some.
pub fn batch_size(train: usize) -> usize {
    BATCH.min(train / 2).max(2)
}

/// Epochs where nobody asks for some: more where they are few steps. Each pixel of a mask is an example.
pub fn epochs(recipe: &Recipe, train: usize, batch_size: usize) -> usize {
    let least = if recipe.model.weights.is_some() { OF_THE_HEAD } else { FROM_SCRATCH };
    let steps = if recipe.labels.are_masks() { STEPS / 3 } else { STEPS };
    least.max((steps * batch_size / train.max(1)).min(MOST_EPOCHS))
}

/// The highest rate of the first fit: that of the recipe, or the usual one of a small network from scratch or of a head.
pub fn rate(recipe: &Recipe) -> f64 {
    let of_a_head = recipe.model.weights.is_some() && !recipe.labels.are_places();
    recipe.training.rate.unwrap_or(if of_a_head { HEAD_RATE } else { RATE })
}

/// Epochs without trained weights, and of the head on features of a body with some.
const FROM_SCRATCH: usize = 12;
pub const OF_THE_HEAD: usize = 20;
const STEPS: usize = 300;
const MOST_EPOCHS: usize = 60;
const BATCH: usize = 32;
/// The highest rates: of a small net from scratch, of a head, and of a body that thaws.
pub const RATE: f64 = 6e-3;
const HEAD_RATE: f64 = 5e-3;
pub const THAWED_RATE: f64 = 1e-3;
