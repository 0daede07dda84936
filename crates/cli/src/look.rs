//! `firelight look`: what a folder holds.

use std::path::Path;

use firelight::learner::{MapTarget, TargetDefaults, VisionTarget};
use firelight::plots::save_png;
use firelight::prelude::*;
use firelight::transforms::Normalize;

use crate::cli::{Cli, Look};
use crate::guess::{guess, pictures};
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::loaders::{batch_size, seen};
use crate::outcome::can_write_file;
use crate::recipe::Recipe;
use crate::screen::Screen;
use crate::survey::Survey;
use crate::weights::choose;

/// Prints what is there, and what does not fit.
pub fn look(options: &Look, cli: &Cli, screen: Screen) -> Result<()> {
    if let Some(batch) = &options.batch {
        can_write_file("look", batch, "--batch")?;
    }
    let mut found = guess(&options.data, &options.labels, &cli.progress())?;
    let model = choose(&options.model, cli, &mut found.said)?;
    for line in &found.said {
        screen.print(format_args!("- {line}"))?;
    }
    let mut recipe = found.into_recipe(&options.labels);
    recipe.model = model;
    with_block(&recipe, Looking { recipe: &recipe, batch: options.batch.as_deref(), cli, screen })
}

/// Lists the pictures that cannot be read.
pub fn verify(folder: &Path, cli: &Cli, screen: Screen) -> Result<()> {
    let files = ImageFiles::new().with_progress(cli.progress());
    let found = firelight::datablock::verify_images_with(folder, &files, &firelight::transforms::Limits::default())?;
    screen.print_lines(&found)?;
    if found.broken.is_empty() {
        Ok(())
    } else {
        Err(format!("{} cannot be read", pictures(found.broken.len())).into())
    }
}

struct Looking<'a> {
    recipe: &'a Recipe,
    batch: Option<&'a Path>,
    cli: &'a Cli,
    screen: Screen,
}

impl Looking<'_> {
    /// Says what there is; the loaders, where a batch is to be drawn.
    fn look<X, Y>(&self, block: DataBlock<X, Y>) -> Result<Option<DataLoaders<Y::Fitted>>>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: TargetDefaults>,
    {
        let (recipe, preset) = (self.recipe, self.recipe.model.begun()?.preset().clone());
        // As the learner does it.
        let block = seen(block, recipe)?.with_normalize(Normalize::new(preset.mean, preset.deviation));
        let block = block.with_progress(self.cli.progress());
        let device = device_by_name(self.cli.device())?;
        let dls = block.dataloaders(&recipe.data, &device);
        let survey = dls.as_ref().ok().map(|dls| Survey::of(dls, &self.cli.progress())).transpose()?;
        let survey = survey.map_or_else(String::new, |survey| format!("\n{survey}"));
        // A batch is drawn all the same. What keeps data from being loaded is the summary's last line.
        self.screen
            .print_lines(format_args!("{survey}\n{}", block.summary(&recipe.data, &device)))
            .or_else(|error| if self.batch.is_some() { Ok(()) } else { Err(error) })?;
        if self.batch.is_none() {
            return Ok(None);
        }
        let dls = dls?.with_on_error(OnError::Skip);
        let train = dls.train().dataset().len();
        Ok(Some(dls.with_batch_size(batch_size(train))))
    }

    fn show(&self, batch: &firelight::image::RgbImage) -> Result<()> {
        let Some(file) = self.batch else { return Ok(()) };
        save_png(batch, file).map_err(|error| format!("look: cannot write {}: {error}", file.display()))?;
        self.screen.say(format_args!("a batch in {}", file.display()));
        Ok(())
    }
}

impl WithBlock for Looking<'_> {
    type Out = ();

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<()>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        match self.look(block)? {
            Some(dls) => self.show(&vision_learner(dls, Arch::Small)?.show_batch()?),
            None => Ok(()),
        }
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<()>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        match self.look(block)? {
            Some(dls) => self.show(&unet_learner(dls, Arch::Small)?.show_batch()?),
            None => Ok(()),
        }
    }
}
