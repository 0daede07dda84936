//! `firelight look`: what a folder holds.

use std::path::Path;

use firelight::learner::{MapTarget, VisionTarget};
use firelight::plots::save_png;
use firelight::prelude::*;

use crate::cli::{Cli, Look};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::recipe::Recipe;
use crate::screen::Screen;

/// Side of the pictures of a batch that is looked at.
const SIDE: u32 = 128;

/// Prints what is there, and what does not fit.
pub fn look(options: &Look, cli: &Cli, screen: Screen) -> Result<()> {
    let found = guess(&options.data, &options.labels, &cli.progress())?;
    for line in &found.said {
        screen.print(format_args!("- {line}"))?;
    }
    let recipe = found.into_recipe(&options.labels);
    with_block(&recipe, Looking { recipe: &recipe, batch: options.batch.as_deref(), cli, screen })
}

/// Lists the pictures that cannot be read.
pub fn verify(folder: &Path, cli: &Cli, screen: Screen) -> Result<()> {
    let files = ImageFiles::new().with_progress(cli.progress());
    let found = firelight::datablock::verify_images_with(folder, &files, &firelight::transforms::Limits::default())?;
    screen.print(&found)?;
    if found.broken.is_empty() { Ok(()) } else { Err(format!("{} picture(s) are broken", found.broken.len()).into()) }
}

struct Looking<'a> {
    recipe: &'a Recipe,
    batch: Option<&'a Path>,
    cli: &'a Cli,
    screen: Screen,
}

impl Looking<'_> {
    fn look<X, Y>(&self, block: DataBlock<X, Y>) -> Result<Option<DataLoaders<Y::Fitted>>>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock,
    {
        let device = device_by_name(self.cli.device())?;
        let augment = aug_transforms().size(SIDE).max_warp(0.0).max_rotate(0.0);
        let block = block.with_item_transform(Resize::crop(SIDE)).with_batch_transforms(augment);
        let block = block.with_progress(self.cli.progress());
        let summary = block.summary(&self.recipe.data, &device);
        // A batch is drawn all the same.
        self.screen
            .print(format_args!("\n{summary}"))
            .or_else(|error| if self.batch.is_some() { Ok(()) } else { Err(error) })?;
        if self.batch.is_none() {
            return Ok(None);
        }
        Ok(Some(block.dataloaders(&self.recipe.data, &device)?.with_batch_size(self.recipe.training.batch_size)))
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
