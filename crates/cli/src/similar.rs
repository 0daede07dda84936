//! `firelight similar`: the pictures that are most like one.

use std::path::Path;

use firelight::learner::VisionTarget;
use firelight::prelude::*;
use firelight::transforms::{Limits, open};
use serde::Serialize;

use crate::cli::{Cli, Similar};
use crate::eyes::{Eyes, Looks};
use crate::screen::Screen;

/// A line for each, the likest first.
pub fn similar(options: &Similar, cli: &Cli, screen: Screen) -> Result<()> {
    let screen = if options.json { Screen::new(true) } else { screen };
    // It is looked at last, after minutes of looking at others.
    open(&options.picture, &Limits::default())?;
    let eyes = Eyes::new("similar", (&options.data, &options.labels, &options.model), cli, screen)?;
    let found = eyes.look(Finding { picture: &options.picture, k: options.k })?;
    if options.json {
        return Ok(screen.print_data(serde_json::to_string_pretty(&found)?)?);
    }
    for Found { cosine, name } in &found {
        screen.print(format_args!("{cosine:.3}  {}", eyes.recipe.data.join(name).display()))?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Found {
    /// Its path from the folder of the data on.
    name: String,
    /// Of its features and the picture's; 1 is the same direction.
    cosine: f32,
}

struct Finding<'a> {
    picture: &'a Path,
    k: usize,
}

impl Looks for Finding<'_> {
    type Out = Vec<Found>;

    fn look<F: VisionTarget>(self, learn: &Learner<F>) -> Result<Vec<Found>> {
        let found = learn.similar(&learn.feature_index()?, self.picture, self.k)?;
        Ok(found.into_iter().map(|like| Found { name: like.name, cosine: like.cosine }).collect())
    }
}
