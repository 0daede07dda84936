//! What a run is going to do, and why, before it does it.

use std::path::Path;

use firelight::prelude::*;

use crate::loaders::{THAWED_RATE, rate};
use crate::recipe::{Recipe, TrainingPart};

/// A line a fit; `is_told` where the recipe is a file that can be changed.
pub fn plan(recipe: &Recipe, validates: bool, is_told: bool) -> Vec<String> {
    let TrainingPart { epochs, unfrozen_epochs, ema, .. } = recipe.training;
    let (trained, rate, epochs) = (recipe.model.weights.is_some(), rate(recipe), counted(epochs));
    let mut lines = vec![if !trained {
        format!("{epochs} of the whole network from scratch, at rates up to {rate}")
    } else if recipe.labels.are_places() {
        format!("{epochs} of what finds places alone, at rates up to {rate}: the body has trained weights")
    } else {
        let once = "what the body sees of each picture is computed once, whole and cropped";
        format!("{epochs} of the head alone, at rates up to {rate}: {once}")
    }];
    if trained && unfrozen_epochs > 0 {
        let first = THAWED_RATE / 100.0;
        lines.push(format!(
            "then {} of everything, at rates from {first} of the first layers to {THAWED_RATE} of the last",
            counted(unfrozen_epochs)
        ));
    } else if trained {
        let more = match (is_told, recipe.labels.are_places()) {
            (true, _) => "unfrozen_epochs in the recipe train",
            (false, true) => "--unfrozen-epochs train",
            (false, false) => "--unfrozen-epochs, or more --minutes, train",
        };
        lines.push(format!("the body stays as it is ({more} it too)"));
    }
    if ema {
        lines.push("the model is a moving average of the weights".into());
    }
    if validates {
        lines.push("of all epochs the one of the lowest validation loss is kept".into());
    }
    lines
}

fn counted(epochs: usize) -> String {
    format!("{epochs} epoch{}", if epochs == 1 { "" } else { "s" })
}

/// A run of a recipe for `MLflow`, with the recipe's settings.
pub fn tracked(folder: &Path, name: &str, recipe: &Recipe) -> Result<MlFlow> {
    let run = MlFlow::in_folder(folder, name)?;
    let told = |run: MlFlow, (name, value): (String, toml::Value)| match value.as_str() {
        Some(text) => run.with_param(&name, text),
        None => run.with_param(&name, &value),
    };
    Ok(recipe.settings().into_iter().try_fold(run, told)?)
}
