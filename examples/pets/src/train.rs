//! One training run: a `DataBlock` over the pictures, a learner, and what came of it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight::models::Model;
use firelight::plots::save_png;
use firelight::prelude::*;
use firelight::transforms::Filter;

use crate::cli::{Cli, LossName, Training};
use crate::data::{self, species};
use crate::loss::{balance, loss};
use crate::memory::peak_rss_bytes;
use crate::outcome::Outcome;
use crate::say::say;
use firelight::signals;

/// Epochs without trained weights.
pub const FROM_SCRATCH: usize = 12;
/// Epochs of the head on features of a body with trained weights.
pub const OF_THE_HEAD: usize = 20;

/// Trains with one loss, exports the model and draws its pictures.
pub fn train(cli: &Cli, images: &Path, loss_name: LossName) -> Result<Outcome> {
    let start = Instant::now();
    let Training { arch, seed, .. } = cli.training;
    let device = device_by_name(&cli.device)?;
    let recipe = Recipe::of(&cli.training);

    let block = recipe.block(seed)?.with_progress(cli.progress());
    let block = match &cli.training.corrections {
        Some(file) => block.with_corrections(file),
        None => block,
    };
    let dls = block
        .dataloaders(images, &device)?
        .with_batch_size(recipe.batch_size)
        .with_workers(cli.training.workers)
        .with_seed(seed);

    data::check(dls.vocab(), images)?;
    let groups = Groups::by(dls.vocab(), species);
    let balance = balance(dls.train().dataset().targets(), dls.vocab())?;
    let mut learn = vision_learner(dls, backbone(cli)?)?.with_loss(loss(loss_name, &groups, &balance)?).with_metrics([
        accuracy(),
        mean_recall(),
        group_accuracy(&groups),
    ]);
    learn = equipped(cli, loss_name.name(), learn)?;
    if !cli.quiet {
        let parts = (learn.data().train().dataset().len(), learn.data().valid().dataset().len());
        let (device, loss) = (&cli.device, loss_name.name());
        say(format_args!("\n{arch} on {device}, {loss} loss, {} + {} pictures", parts.0, parts.1));
        say(data::breeds(&groups));
        if let Some(changes) = learn.data().changes() {
            say(format_args!("corrected: {changes}"));
        }
    }
    recipe.fit(&mut learn, cli.training.epochs, cli.training.unfrozen_epochs)?;
    trust(cli, &mut learn)?;

    // The model comes first: whatever becomes of the pictures, it is there.
    let export = export_path(&cli.out, loss_name);
    learn.export(&export)?;
    let interpretation = learn.interpret()?.with_groups(&groups);
    let folder = cli.out.join(loss_name.name());
    learn.save_pictures(&folder)?;
    interpretation.save_pictures(&folder, Some(&groups))?;
    save_png(&learn.show_results(16)?, folder.join("results.png"))?;
    interpretation.save_report(&folder)?;
    if !cli.quiet {
        say(format_args!("pictures and report.html in {}, model in {}", folder.display(), export.display()));
    }
    let outcome = Outcome::new(learn.history(), &interpretation, &groups);
    Ok(Outcome {
        loss: loss_name.name(),
        seed,
        device: cli.device.clone(),
        arch: arch.to_string(),
        seconds: start.elapsed().as_secs_f64(),
        peak_rss_bytes: peak_rss_bytes(),
        ..outcome
    })
}

/// Calibrates, and fits sets of breeds, where that is asked for.
fn trust(cli: &Cli, learn: &mut Learner<Categories>) -> Result<()> {
    let mut told = Vec::new();
    if cli.training.calibrate {
        told.push(learn.calibrate(&Calibrator::temperature())?.to_string());
    }
    if let Some(rate) = cli.training.sets {
        told.push(learn.prediction_sets(&SetRule::lac(), Limit::on_average(rate)?)?.to_string());
    }
    if !cli.quiet {
        told.iter().for_each(say);
    }
    Ok(())
}

/// The learner of a run of this name with what the command line asks of every run: seed, devices, checkpoints, quiet.
pub fn equipped<F: FittedTarget, M: Model>(cli: &Cli, name: &str, learn: Learner<F, M>) -> Result<Learner<F, M>> {
    let Training { seed, devices, checkpoints, checkpoint_every, .. } = &cli.training;
    let devices = devices.iter().map(|name| device_by_name(name)).collect::<Result<Vec<_>, _>>()?;
    let mut learn = learn.with_seed(*seed).with_devices(devices);
    if let Some(folder) = checkpoints {
        // The program may train one run after the other.
        let checkpoints = Checkpoints::in_folder(folder.join(name));
        learn = learn.with_checkpoints(match checkpoint_every {
            Some(steps) => checkpoints.every_steps(*steps),
            None => checkpoints,
        });
    }
    let learn = if cli.quiet { learn.without_observers() } else { learn };
    Ok(learn.with_observer(signals::heed))
}

/// Where a run's model goes.
pub fn export_path(out: &Path, loss: LossName) -> PathBuf {
    out.join(format!("{}.firelight", loss.name()))
}

/// What to build on; dropout is of a head's alone.
pub fn backbone(cli: &Cli) -> Result<Backbone> {
    let Training { arch, seed, weights, .. } = &cli.training;
    started(*arch, *seed, weights.as_deref(), &cli.progress())
}

/// An architecture with the weights that the command line names.
pub fn started(arch: Arch, seed: u64, weights: Option<&str>, progress: &Progress) -> Result<Backbone> {
    let backbone = Backbone::from(arch).with_seed(seed);
    Ok(match weights {
        None => backbone.with_dropout(0.2),
        Some("download") => backbone.pretrained_with(progress)?,
        Some(file) => backbone.with_weights(file),
    })
}

/// What depends on whether there are trained weights to start from.
pub struct Recipe {
    pretrained: bool,
    size: u32,
    filter: Filter,
    pub batch_size: usize,
}

impl Recipe {
    fn of(training: &Training) -> Self {
        let Training { arch, weights, size, batch_size, .. } = training;
        let usual = Self::usual(*arch, weights.is_some());
        Self { size: size.unwrap_or(usual.size), batch_size: batch_size.unwrap_or(usual.batch_size), ..usual }
    }

    /// Where nobody asks for something else.
    pub fn usual(arch: Arch, pretrained: bool) -> Self {
        // Trained weights see a little more at a size above the one they were trained at.
        let size = if pretrained { arch.picture_size() * 8 / 7 } else { arch.picture_size() };
        let filter = if arch.bicubic() { Filter::Bicubic } else { Filter::Bilinear };
        Self { pretrained, size: size as u32, filter, batch_size: 32 }
    }

    /// Breeds by the names of files, of which a fifth validates.
    pub fn block(&self, seed: u64) -> Result<DataBlock<ImageBlock, CategoryBlock>> {
        let breeds = CategoryBlock::new(RegexLabeller::file_name(r"(?i)(.+)_\d+\.jpe?g$")?);
        Ok(DataBlock::new(ImageBlock::rgb(), breeds)
            .with_splitter(RandomSplitter::new(0.2).with_seed(seed))
            .with_item_transform(Resize::crop(self.size).with_filter(self.filter))
            .with_batch_transforms(self.augment()))
    }

    /// A head on fixed features wants crops; a small network from scratch learns fastest from mild changes.
    fn augment(&self) -> firelight::transforms::AugTransforms {
        let usual = aug_transforms().size(self.size);
        if self.pretrained {
            usual.max_warp(0.0).max_rotate(0.0).min_scale(0.35)
        } else {
            usual.max_warp(0.0).max_rotate(0.0).max_lighting(0.1).min_scale(0.9)
        }
    }

    pub fn fit(&self, learn: &mut Learner<Categories>, epochs: Option<usize>, unfrozen_epochs: usize) -> Result<()> {
        if !self.pretrained {
            return Ok(learn.fit_one_cycle(epochs.unwrap_or(FROM_SCRATCH), 6e-3)?);
        }
        learn.fit_head(epochs.unwrap_or(OF_THE_HEAD), 5e-3, 1)?;
        if unfrozen_epochs > 0 {
            learn.unfreeze()?;
            learn.fit_one_cycle(unfrozen_epochs, 1e-5..1e-3)?;
        }
        Ok(())
    }
}
