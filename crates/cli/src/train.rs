//! `firelight train`: a recipe, a learner, and what came of it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight::learner::{MapTarget, Network, TargetDefaults, VisionTarget};
use firelight::models::Model;
use firelight::plots::save_png;
use firelight::prelude::*;
use firelight::transforms::Filter;

use crate::budget::{Deadline, Probe};
use crate::cli::{Cli, Train};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::outcome::{Figure, Outcome, write_json};
use crate::recipe::{Labels, Recipe, TrainingPart};
use crate::screen::Screen;
use crate::weights::{backbone, choose};

/// Epochs without trained weights, and of the head on features of a body with some: more where these would be few steps.
const FROM_SCRATCH: usize = 12;
const OF_THE_HEAD: usize = 20;
const STEPS: usize = 300;
const MOST_EPOCHS: usize = 60;
const BATCH: usize = 32;
/// The highest rates: of a small net from scratch, of a head, and of a body that thaws.
const RATE: f64 = 6e-3;
const HEAD_RATE: f64 = 5e-3;
const THAWED_RATE: f64 = 1e-3;

/// Trains on a folder, or as a recipe says.
pub fn train(options: &Train, cli: &Cli, screen: &Screen) -> Result<()> {
    let begin = Instant::now();
    let (recipe, name) = recipe(options, cli, screen)?;
    if options.dry_run {
        screen.print(toml::to_string_pretty(&recipe)?.trim_end());
        return Ok(());
    }
    let out = options.out.clone().unwrap_or_else(|| Path::new("firelight-out").join(name));
    let failed = |error| format!("train: cannot make {}: {error}; choose another --out", out.display());
    std::fs::create_dir_all(&out).map_err(failed)?;
    let run = Run {
        recipe,
        device: device_by_name(cli.device())?,
        cli,
        screen,
        out,
        tensorboard: options.tensorboard.as_deref(),
        begin,
    };
    let outcome = with_block(&run.recipe, &run)?;
    write_json(options.json.as_deref(), &outcome)
}

/// The recipe that is told, or made of what is told and guessed; and what its run is called.
fn recipe(options: &Train, cli: &Cli, screen: &Screen) -> Result<(Recipe, String)> {
    let name = |path: &Path| {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        path.file_stem().map_or_else(|| "pictures".into(), |stem| stem.to_string_lossy().into_owned())
    };
    let Some(data) = &options.data else {
        let file = options.recipe.as_deref().unwrap_or(Path::new("firelight.toml"));
        let recipe = Recipe::read(file)?;
        let name = name(&recipe.data);
        return Ok((recipe, name));
    };
    let mut found = guess(data, &options.labels, &cli.progress())?;
    let model = choose(options, cli, &mut found.said)?;
    for line in &found.said {
        screen.say(format_args!("- {line}"));
    }
    let train = (found.pictures as f64 * (1.0 - options.labels.valid)) as usize;
    let batch_size = options.batch_size.unwrap_or(BATCH.min(train / 2).max(2));
    let least = if model.weights.is_some() { OF_THE_HEAD } else { FROM_SCRATCH };
    // Each pixel of a mask is an example.
    let steps = if matches!(found.labels, Labels::Masks { .. }) { STEPS / 3 } else { STEPS };
    let usual = least.max((steps * batch_size / train.max(1)).min(MOST_EPOCHS));
    let training = TrainingPart {
        epochs: options.epochs.unwrap_or(usual),
        unfrozen_epochs: options.unfrozen_epochs.unwrap_or(0),
        batch_size,
        seed: options.seed,
        costs: options.costs.clone(),
        taxonomy: options.taxonomy.clone(),
        minutes: options.minutes,
    };
    Ok((Recipe { data: found.data, labels: found.labels, split: found.split, model, training }, name(data)))
}

/// One run of a recipe.
struct Run<'a> {
    recipe: Recipe,
    device: Device,
    cli: &'a Cli,
    screen: &'a Screen,
    out: PathBuf,
    tensorboard: Option<&'a Path>,
    begin: Instant,
}

impl WithBlock for &Run<'_> {
    type Out = Outcome;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Outcome>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let dls = self.loaders(block)?;
        let backbone = self.backbone()?;
        let (epochs, thawed) = self.epochs(|| Ok(vision_learner(dls.clone(), backbone.clone())?))?;
        let mut learn = self.equipped(vision_learner(dls, backbone)?)?;
        if self.recipe.model.weights.is_none() {
            learn.fit_one_cycle(epochs, RATE)?;
        } else {
            learn.fit_head(epochs, HEAD_RATE, 1)?;
            self.thaw(&mut learn, thawed)?;
        }
        self.finish(&learn)
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<Outcome>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        let dls = self.loaders(block)?;
        // Without trained weights the net is small, and so are its pictures: edges are told without the pictures in the last map.
        let backbone = self.backbone()?.with_last_cross(self.recipe.model.weights.is_some());
        let (epochs, thawed) = self.epochs(|| Ok(unet_learner(dls.clone(), backbone.clone())?))?;
        let mut learn = self.equipped(unet_learner(dls, backbone)?)?;
        learn.fit_one_cycle(epochs, RATE)?;
        if self.recipe.model.weights.is_some() {
            self.thaw(&mut learn, thawed)?;
        }
        self.finish(&learn)
    }
}

impl Run<'_> {
    fn backbone(&self) -> Result<Backbone> {
        Ok(backbone(self.recipe.arch()?, &self.recipe.model, self.recipe.training.seed))
    }

    /// Pictures as the model sees them: a head on fixed features wants crops, a small network from scratch mild changes.
    fn loaders<X, Y>(&self, block: DataBlock<X, Y>) -> Result<DataLoaders<Y::Fitted>>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: TargetDefaults>,
    {
        let Recipe { data, model, training, .. } = &self.recipe;
        let trained = model.weights.is_some();
        let filter = if self.recipe.arch()?.bicubic() { Filter::Bicubic } else { Filter::Bilinear };
        let augment = aug_transforms().size(model.size).max_warp(0.0).max_rotate(0.0);
        let augment = if trained { augment.min_scale(0.35) } else { augment.max_lighting(0.1).min_scale(0.9) };
        let dls = block
            .with_item_transform(
                Resize::crop(if trained { model.size * 8 / 7 } else { model.size }).with_filter(filter),
            )
            .with_batch_transforms(augment)
            .with_progress(self.cli.progress())
            .dataloaders(data, &self.device)?
            .with_batch_size(training.batch_size)
            .with_seed(training.seed);
        for caution in dls.cautions() {
            self.screen.say(format_args!("note: {caution}"));
        }
        Ok(dls)
    }

    /// Epochs before and after the body thaws: those of the recipe, or those that fit into its minutes.
    fn epochs<F: TargetDefaults, M: Model + Sync>(
        &self,
        learner: impl Fn() -> Result<Learner<F, M>>,
    ) -> Result<(usize, usize)> {
        let TrainingPart { epochs, unfrozen_epochs, minutes, .. } = self.recipe.training;
        let Some(deadline) = self.deadline()? else { return Ok((epochs, unfrozen_epochs)) };
        let file = self.out.join("firelight.toml");
        if let Ok(earlier) = Recipe::read(&file)
            && earlier.training.minutes == minutes
        {
            // A run that goes on has the epochs that it began with.
            return Ok((earlier.training.epochs, earlier.training.unfrozen_epochs));
        }
        let step = |thawed: bool| -> Result<f64> {
            let probe = Probe::default();
            let mut learn = learner()?.without_observers().with_observer(probe.clone());
            if thawed {
                learn.unfreeze()?;
            }
            learn.fit(1, 1e-6)?;
            Ok(probe.seconds().unwrap_or(1.0))
        };
        let batches = learner()?.data().train().num_batches() as f64;
        if self.recipe.model.weights.is_none() {
            return Ok((deadline.epochs(1.25 * batches * step(false)?), 0));
        }
        // The body runs twice over the training pictures and once over the others, and then the head takes next to nothing.
        let head = 2.5 * batches * step(false)?;
        let thawed = 1.25 * batches * step(true)?;
        let left = deadline.seconds() - head;
        Ok((epochs, if left < 2.0 * thawed { 0 } else { (left / thawed) as usize }.min(8)))
    }

    fn deadline(&self) -> Result<Option<Deadline>> {
        self.recipe.training.minutes.map(|minutes| Deadline::of(self.begin, minutes)).transpose()
    }

    /// The learner with what the recipe asks of every kind.
    fn equipped<F: TargetDefaults, M: Model>(&self, learn: Learner<F, M>) -> Result<Learner<F, M>> {
        let TrainingPart { seed, .. } = self.recipe.training;
        let mut learn = learn.with_seed(seed).with_checkpoints(Checkpoints::in_folder(self.out.join("checkpoints")));
        if learn.data().validates() {
            learn = learn.with_best(KeepBest::new("valid_loss"));
        }
        if let Some(cost) = self.costs(&learn)? {
            learn = learn.with_decision(cost);
        }
        if self.cli.quiet {
            learn = learn.without_observers();
        }
        if let Some(folder) = self.tensorboard {
            learn = learn.with_observer(TensorBoard::in_folder(folder)?);
        }
        Ok(match self.deadline()? {
            Some(deadline) => learn.with_observer(deadline.guard()),
            None => learn,
        })
    }

    /// The class of the least expected cost, where costs are told.
    fn costs<F: TargetDefaults, M: Model>(&self, learn: &Learner<F, M>) -> Result<Option<Decision>> {
        let TrainingPart { costs, taxonomy, .. } = &self.recipe.training;
        let Some(file) = costs.as_ref().or(taxonomy.as_ref()) else { return Ok(None) };
        let vocab = learn.data().train().dataset().fitted().vocab();
        let vocab =
            vocab.ok_or("costs: they are of classes, and the target has none; leave --costs and --taxonomy out")?;
        let of_file = |error: &dyn std::fmt::Display| format!("costs: {}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| of_file(&error))?;
        let cost = if taxonomy.is_some() {
            let is_json = text.trim_start().starts_with(['{', '[']);
            let tree = if is_json { Taxonomy::from_nested_json(&text) } else { Taxonomy::from_parent_child_csv(&text) };
            CostMatrix::from_taxonomy(&tree.map_err(|error| of_file(&error))?, TreeDistance::MeetingHeight)
        } else if text.lines().next().is_some_and(|header| header.contains("predicted")) {
            CostMatrix::from_csv_long(&text, vocab, 1.0)
        } else {
            CostMatrix::from_csv_wide(&text)
        };
        Ok(Some(
            Decision::minimum_risk(&cost.map_err(|error| of_file(&error))?, vocab).map_err(|error| of_file(&error))?,
        ))
    }

    fn thaw<F: TargetDefaults, M: Model + Sync>(&self, learn: &mut Learner<F, M>, epochs: usize) -> Result<()> {
        if epochs == 0 {
            return Ok(());
        }
        self.screen.say(format_args!("the whole network, {epochs} epochs"));
        learn.unfreeze()?;
        Ok(learn.fit_one_cycle(epochs, THAWED_RATE / 100.0..THAWED_RATE)?)
    }

    /// The model first: whatever becomes of the pictures, it is there.
    fn finish<F: TargetDefaults, M: Model + Into<Network> + Sync>(&self, learn: &Learner<F, M>) -> Result<Outcome> {
        let model = self.out.join("model.firelight");
        learn.export(&model)?;
        self.recipe.write(&self.out.join("firelight.toml"))?;
        learn.save_pictures(&self.out)?;
        let mut outcome = Outcome {
            recipe: self.recipe.clone(),
            pictures: [learn.data().train().dataset().len(), learn.data().valid().dataset().len()],
            figures: Vec::new(),
            epochs: learn.history().epochs.clone(),
            seconds: 0.0,
            model,
            report: self.out.join("report.html"),
        };
        if learn.data().validates() {
            let evaluation = learn.evaluate()?;
            let named = learn.history().metrics.iter().cloned().zip(evaluation.metrics);
            outcome.figures = named.map(|(name, value)| Figure { name, value }).collect();
            save_png(&learn.show_results(16)?, self.out.join("results.png"))?;
            outcome.report = learn.interpret()?.save_report(&self.out)?;
        }
        outcome.seconds = self.begin.elapsed().as_secs_f64();
        self.screen.say(format_args!("\n{}", outcome.line()));
        self.screen.say(format_args!("see {}", outcome.report.display()));
        self.screen.say(format_args!("try it: firelight predict {} PICTURE", outcome.model.display()));
        Ok(outcome)
    }
}
