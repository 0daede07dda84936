//! `firelight train`: a recipe, a learner, and what came of it.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Instant;

use firelight::learner::{MapTarget, Network, PositionTarget, TargetDefaults, VisionTarget};
use firelight::losses::KnownValues;
use firelight::models::Model;
use firelight::plots::save_png;
use firelight::prelude::*;

use crate::as_rust::as_rust;
use crate::budget::{Deadline, step_seconds};
use crate::cli::{Cli, Train};
use crate::files::{RECIPE, absolute, for_shell};
use crate::guess::{guess, pictures};
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::loaders::{self, OF_THE_HEAD, THAWED_RATE, loaders, rate};
use crate::outcome::{Figure, Outcome, can_write_json, write_json};
use crate::place::{CHECKPOINTS, MODEL, Place};
use crate::plan::{plan, tracked};
use crate::recipe::{CachePart, Recipe, TrainingPart};
use crate::screen::Screen;
use crate::weights::{backbone, choose};

/// Trains on a folder, or as a recipe says.
pub fn train(options: &Train, cli: &Cli, screen: Screen) -> Result<()> {
    let begin = Instant::now();
    // A program is to be a file as it stands.
    let screen = if options.as_rust { Screen::new(true) } else { screen };
    can_write_json(options.json.as_deref())?;
    let devices = options.devices.iter().map(|name| device_by_name(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut recipe, name) = recipe(options, cli, screen)?;
    if let Some(place) = &options.cache {
        recipe.cache = Some(CachePart::told(place, options.cache_gib)?);
    }
    recipe.cache.as_ref().map_or(Ok(()), |cache| cache.lies_apart(&recipe.data))?;
    let run = Run { recipe, name, options, cli, screen, begin, devices, mlflow: OnceCell::new() };
    match with_block(&run.recipe, &run)? {
        Some(outcome) => write_json(options.json.as_deref(), &outcome),
        None => Ok(()),
    }
}

/// The recipe that is told, or made of what is told and guessed, but for what the pictures decide; and what its run is called.
fn recipe(options: &Train, cli: &Cli, screen: Screen) -> Result<(Recipe, String)> {
    let Some(data) = &options.data else {
        let recipe = Recipe::read(options.recipe.as_deref().unwrap_or(Path::new(RECIPE)))?;
        let name = name(&recipe.data);
        return Ok((recipe, name));
    };
    let mut found = guess(data, &options.labels, &cli.progress())?;
    let model = choose(&options.model, cli, &mut found.said)?;
    for line in &found.said {
        screen.say(format_args!("- {line}"));
    }
    let mut recipe = found.into_recipe(&options.labels);
    recipe.data = absolute(&recipe.data);
    recipe.model = model;
    let Train { seed, rate, costs, taxonomy, augment, ema, minutes, .. } = options;
    let file = |file: &Option<PathBuf>| file.as_deref().map(absolute);
    recipe.training = TrainingPart {
        seed: *seed,
        rate: *rate,
        costs: file(costs),
        taxonomy: file(taxonomy),
        augment: *augment,
        ema: *ema,
        minutes: *minutes,
        ..recipe.training
    };
    Ok((recipe, name(data)))
}

fn name(data: &Path) -> String {
    let path = data.canonicalize().unwrap_or_else(|_| data.to_path_buf());
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.map_or_else(|| "pictures".into(), |name| name.to_string_lossy().into_owned())
}

/// One run of a recipe.
struct Run<'a> {
    recipe: Recipe,
    name: String,
    options: &'a Train,
    cli: &'a Cli,
    screen: Screen,
    begin: Instant,
    /// Those that share a batch.
    devices: Vec<Device>,
    /// Where the run is told for `MLflow`, once it has begun.
    mlflow: OnceCell<MlFlow>,
}

/// A recipe that is settled, and where its run is kept.
struct Settled {
    recipe: Recipe,
    place: Place,
}

impl WithBlock for &Run<'_> {
    type Out = Option<Outcome>;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let (dls, backbone) = (self.loaders(block)?, self.backbone()?);
        let settled = self.settle(&dls, |dls| Ok(vision_learner(dls, backbone.clone())?))?;
        let Some(Settled { recipe, place }) = settled else { return Ok(None) };
        let TrainingPart { epochs, unfrozen_epochs, batch_size, .. } = recipe.training;
        let rate = rate(&recipe);
        let learn = vision_learner(dls.with_batch_size(batch_size), backbone)?;
        let mut learn = self.equipped(learn, &recipe, &place)?;
        if recipe.model.weights.is_none() {
            learn.fit_one_cycle(epochs, rate)?;
        } else {
            learn.fit_head(epochs, rate, 1)?;
            self.thaw(&mut learn, unfrozen_epochs)?;
        }
        self.finish(&learn, recipe, &place).map(Some)
    }

    fn maps<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        // Without trained weights the net is small, and so are its pictures: edges are told without the pictures in the last map.
        let (dls, backbone) =
            (self.loaders(block)?, self.backbone()?.with_last_cross(self.recipe.model.weights.is_some()));
        self.decoded(dls, |dls| Ok(unet_learner(dls, backbone.clone())?))
    }

    fn boxes<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget + PositionTarget + FittedTarget<Tensor = KnownValues>>,
    {
        let (dls, backbone) = (self.loaders(block)?, self.backbone()?);
        self.decoded(dls, |dls| Ok(position_learner(dls, backbone.clone())?))
    }
}

impl Run<'_> {
    fn backbone(&self) -> Result<Backbone> {
        backbone(&self.recipe.model, self.recipe.training.seed)
    }

    /// Pictures as the model sees them; what was corrected is said.
    fn loaders<X, Y>(&self, block: DataBlock<X, Y>) -> Result<DataLoaders<Y::Fitted>>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: TargetDefaults>,
    {
        let dls = loaders(block, &self.recipe, self.cli)?;
        if let Some(changes) = dls.changes() {
            self.screen.say(format_args!("- corrected: {changes}"));
        }
        Ok(dls)
    }

    /// Trains a body with a decoder over it.
    fn decoded<F: TargetDefaults, M: Model + Into<Network> + Sync>(
        &self,
        dls: DataLoaders<F>,
        learner: impl Fn(DataLoaders<F>) -> Result<Learner<F, M>>,
    ) -> Result<Option<Outcome>> {
        let Some(Settled { recipe, place }) = self.settle(&dls, &learner)? else { return Ok(None) };
        let TrainingPart { epochs, unfrozen_epochs, batch_size, .. } = recipe.training;
        let mut learn = self.equipped(learner(dls.with_batch_size(batch_size))?, &recipe, &place)?;
        learn.fit_one_cycle(epochs, rate(&recipe))?;
        if recipe.model.weights.is_some() {
            self.thaw(&mut learn, unfrozen_epochs)?;
        }
        self.finish(&learn, recipe, &place).map(Some)
    }

    /// The recipe with batch size and epochs, and the folder of its run; `None` where that is all that was asked for.
    fn settle<F: TargetDefaults, M: Model + Sync>(
        &self,
        dls: &DataLoaders<F>,
        learner: impl Fn(DataLoaders<F>) -> Result<Learner<F, M>>,
    ) -> Result<Option<Settled>> {
        let place = if self.options.dry_run || self.options.as_rust {
            None
        } else {
            let (place, earlier) = Place::find(self.options, &self.name, |earlier| self.asked(earlier))?;
            if let Some(mut recipe) = earlier {
                if self.recipe.cache.is_some() && recipe.cache != self.recipe.cache {
                    recipe.cache.clone_from(&self.recipe.cache);
                    recipe.write(&place.folder().join(RECIPE))?;
                }
                self.screen
                    .say(format_args!("- as the run in {}, which goes on where it is", place.folder().display()));
                return Ok(Some(Settled { recipe, place }));
            }
            Some(place)
        };
        let mut recipe = self.recipe.clone();
        if !self.is_settled() {
            let train = dls.train().dataset().len();
            let batch_size = self.options.batch_size.unwrap_or(loaders::batch_size(train));
            let (epochs, unfrozen_epochs) = if let Some(minutes) = recipe.training.minutes {
                self.timed(minutes, learner(dls.clone().with_batch_size(batch_size))?)?
            } else {
                let epochs = self.options.epochs.unwrap_or(loaders::epochs(&self.recipe, train, batch_size));
                (epochs, self.options.unfrozen_epochs.unwrap_or(0))
            };
            recipe.training = TrainingPart { epochs, unfrozen_epochs, batch_size, ..recipe.training };
        }
        let Some(place) = place else {
            let text = if self.options.as_rust { as_rust(&recipe) } else { recipe.text()? };
            self.screen.print_data(text.trim_end())?;
            return Ok(None);
        };
        recipe.write(&place.folder().join(RECIPE))?;
        for line in plan(&recipe, dls.validates(), self.is_settled()) {
            self.screen.say(format_args!("- {line}"));
        }
        self.screen.say(format_args!("- the run is kept in {}", place.folder().display()));
        Ok(Some(Settled { recipe, place }))
    }

    /// Whether the recipe says all, and nothing is left to be chosen.
    fn is_settled(&self) -> bool {
        self.options.recipe.is_some()
    }

    /// What is asked for, with what was left open as an earlier run has it.
    fn asked(&self, earlier: &Recipe) -> Recipe {
        let mut recipe = self.recipe.clone();
        if !self.is_settled() {
            let (told, of) = (self.options, &earlier.training);
            recipe.training.epochs = told.epochs.unwrap_or(of.epochs);
            recipe.training.unfrozen_epochs = told.unfrozen_epochs.unwrap_or(of.unfrozen_epochs);
            recipe.training.batch_size = told.batch_size.unwrap_or(of.batch_size);
        }
        recipe
    }

    /// Epochs before and after the body thaws that fit into some minutes.
    fn timed<F: TargetDefaults, M: Model + Sync>(&self, minutes: f64, learn: Learner<F, M>) -> Result<(usize, usize)> {
        let deadline = Deadline::of(self.begin, minutes)?;
        let batches = learn.data().train().num_batches() as f64;
        let (frozen, learn) = step_seconds(learn.with_devices(self.devices.clone()))?;
        if self.recipe.model.weights.is_none() || self.recipe.labels.are_places() {
            return Ok((deadline.epochs(1.25 * batches * frozen), 0));
        }
        // The body runs twice over the training pictures and once over the others, and then the head takes next to nothing.
        let mut learn = learn;
        learn.unfreeze()?;
        let thawed = 1.25 * batches * step_seconds(learn)?.0;
        let left = deadline.seconds() - 2.5 * batches * frozen;
        Ok((OF_THE_HEAD, if left < 2.0 * thawed { 0 } else { (left / thawed) as usize }.min(8)))
    }

    /// The learner with what the recipe asks of every kind.
    fn equipped<F: TargetDefaults, M: Model>(
        &self,
        learn: Learner<F, M>,
        recipe: &Recipe,
        place: &Place,
    ) -> Result<Learner<F, M>> {
        let TrainingPart { seed, ema, minutes, .. } = recipe.training;
        let learn = learn.with_seed(seed).with_devices(self.devices.clone());
        let mut learn = learn.with_checkpoints(Checkpoints::in_folder(place.folder().join(CHECKPOINTS)));
        if learn.data().validates() {
            learn = learn.with_best(KeepBest::new("valid_loss"));
        }
        if ema {
            learn = learn.with_ema(Ema::default());
        }
        if let Some(cost) = self.costs(&learn)? {
            learn = learn.with_decision(cost);
        }
        if self.cli.quiet {
            learn = learn.without_observers();
        }
        if let Some(folder) = &self.options.tensorboard {
            learn = learn.with_observer(TensorBoard::in_folder(folder)?);
        }
        if let Some(folder) = &self.options.mlflow {
            let run = tracked(folder, &self.name, recipe)?;
            learn = learn.with_observer(run.clone());
            let _ = self.mlflow.set(run);
        }
        let learn = learn.with_observer(firelight::signals::heed);
        Ok(match minutes {
            Some(minutes) => learn.with_observer(Deadline::of(self.begin, minutes)?.guard()),
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
    fn finish<F: TargetDefaults, M: Model + Into<Network> + Sync>(
        &self,
        learn: &Learner<F, M>,
        recipe: Recipe,
        place: &Place,
    ) -> Result<Outcome> {
        let out = place.folder();
        let model = out.join(MODEL);
        learn.export(&model)?;
        learn.save_pictures(out)?;
        let mut outcome = Outcome {
            recipe,
            pictures: [learn.data().train().dataset().len(), learn.data().valid().dataset().len()],
            figures: Vec::new(),
            epochs: learn.history().epochs.clone(),
            seconds: 0.0,
            model,
            report: out.join("report.html"),
        };
        if learn.data().validates() {
            let seen = learn.interpret()?;
            let named = learn.history().metrics.iter().cloned().zip(seen.evaluation().metrics.iter().copied());
            outcome.figures = named.map(|(name, value)| Figure { name, value }).collect();
            save_png(&learn.show_results(16)?, out.join("results.png"))?;
            outcome.report = seen.save_report(out)?;
        }
        if let Some(run) = self.mlflow.get() {
            let files = [&outcome.model, &outcome.report, &out.join(RECIPE)];
            let told = files.into_iter().filter(|file| file.exists()).try_for_each(|file| run.add_file(file));
            // The model is there all the same.
            told.unwrap_or_else(|error| self.screen.say(format_args!("left out: {error}")));
        }
        outcome.seconds = self.begin.elapsed().as_secs_f64();
        let skipped =
            [learn.data().train(), learn.data().valid()].map(|part| part.skipped().len()).iter().sum::<usize>();
        if skipped > 0 {
            self.screen
                .say(format_args!("left out: {} that cannot be read (firelight verify lists them)", pictures(skipped)));
        }
        self.screen.say("");
        self.screen.say(outcome.line());
        self.screen.say(format_args!("see {}", outcome.report.display()));
        self.screen.say(format_args!("try it: firelight predict {} PICTURE", for_shell(&outcome.model)));
        Ok(outcome)
    }
}
