//! `firelight evaluate`: how good a model is on pictures whose labels are known.

use std::collections::HashMap;
use std::path::PathBuf;

use firelight::learner::{MapTarget, VisionTarget};
use firelight::prelude::*;

use crate::cli::{Cli, Evaluate};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::outcome::write_json;
use crate::predict::load;
use crate::recipe::Recipe;
use crate::screen::Screen;

/// Predicts every picture, whichever part it would be of, and compares.
pub fn evaluate(options: &Evaluate, cli: &Cli, screen: Screen) -> Result<()> {
    let predictor = load(&options.model, &device_by_name(cli.device())?)?;
    predictor.one_class()?;
    let found = guess(&options.data, &options.labels, &cli.progress())?;
    // What is said of a split is of no matter here: all pictures are looked at.
    if let Some(line) = found.said.first() {
        screen.say(format_args!("- {line}"));
    }
    let recipe = Recipe::to_look(found.data, found.labels, found.split, options.labels.skip_broken);
    let labels = with_block(&recipe, Labels { recipe: &recipe, cli })?;
    let vocab = predictor.vocab();
    for (file, label) in &labels {
        vocab.o2i(label).map_err(|error| format!("evaluate: {}: {error}", file.display()))?;
    }
    let actual: HashMap<&PathBuf, usize> =
        labels.iter().filter_map(|(file, label)| Some((file, vocab.find(label)?))).collect();
    let bar = cli.progress().bar(labels.len(), "predict");
    let mut pairs = Vec::new();
    let run = predictor.predict_files(labels.iter().map(|(file, _)| file)).with_progress(|| bar.inc(1));
    run.for_each(|file, prediction| {
        pairs.extend(actual.get(&file.to_path_buf()).map(|actual| (*actual, prediction.index)));
    })?;
    drop(bar);
    let report = firelight::metrics::ClassReport::of(vocab, pairs);
    screen.print(&report);
    write_json(options.json.as_deref(), &report)
}

/// The file and the label of every picture.
struct Labels<'a> {
    recipe: &'a Recipe,
    cli: &'a Cli,
}

impl WithBlock for Labels<'_> {
    type Out = Vec<(PathBuf, String)>;

    fn numbers<X, Y>(self, block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: VisionTarget>,
    {
        let block = block.with_splitter(TrainOnAll).with_progress(self.cli.progress());
        let dls = block.dataloaders(&self.recipe.data, &device_by_name(self.cli.device())?)?;
        let part = dls.train().dataset();
        let file = |item| -> Result<PathBuf> {
            // A block that is not told a file's place reads the item itself.
            Ok(part.files(item)?.into_iter().next().unwrap_or_else(|| part.path(item).into_owned()))
        };
        let label = |item: usize| part.fitted().describe(&part.targets()[item]);
        (0..part.len()).map(|item| Ok((file(item)?, label(item)))).collect()
    }

    fn maps<X, Y>(self, _block: DataBlock<X, Y>) -> Result<Self::Out>
    where
        X: InputBlock<ItemOf<Y>> + Clone,
        Y: TargetBlock<Fitted: MapTarget>,
    {
        Err("evaluate: the data are masks, and models of one class a picture are what it tells of; see the report of `train`".into())
    }
}
