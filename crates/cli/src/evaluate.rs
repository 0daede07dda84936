//! `firelight evaluate`: how good a model is on pictures whose labels are known.

use std::path::PathBuf;

use firelight::learner::{MapTarget, VisionTarget};
use firelight::prelude::*;

use crate::cli::{Cli, Evaluate};
use crate::guess::guess;
use crate::kinds::{ItemOf, WithBlock, with_block};
use crate::outcome::{can_write_json, write_json};
use crate::recipe::Recipe;
use crate::screen::Screen;

/// Predicts every picture, whichever part it would be of, and compares.
pub fn evaluate(options: &Evaluate, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    let predictor = cli.model(&options.model)?;
    predictor.one_class()?;
    let found = guess(&options.data, &options.labels, &cli.progress())?;
    // What is said of a split is of no matter here: all pictures are looked at.
    if let Some(line) = found.said.first() {
        screen.say(format_args!("- {line}"));
    }
    let recipe = found.into_recipe(&options.labels);
    let labels = with_block(&recipe, Labels { recipe: &recipe, cli })?;
    let vocab = predictor.vocab();
    let number = |(file, label): (PathBuf, String)| match vocab.o2i(&label) {
        Ok(class) => Ok((file, class)),
        Err(error) => Err(format!("evaluate: {}: {error}", file.display())),
    };
    let actual: Vec<(PathBuf, usize)> = labels.into_iter().map(number).collect::<Result<_, _>>()?;
    let bar = cli.progress().bar(actual.len(), "predict");
    let on_error = if options.labels.skip_broken { OnError::Skip } else { OnError::Fail };
    let run = predictor.predict_files(actual.iter().map(|(file, _)| file)).with_on_error(on_error);
    // Predictions come in the order of the files, but for those that are left out.
    let (mut rest, mut pairs) = (actual.iter(), Vec::new());
    let done = run.with_progress(|| bar.inc(1)).for_each(|file, prediction| {
        pairs.extend(rest.find(|(told, _)| told == file).map(|(_, actual)| (*actual, prediction.index)));
    })?;
    drop(bar);
    for broken in &done.broken {
        screen.complain(format_args!("left out: {}", broken.reason));
    }
    let report = firelight::metrics::ClassReport::of(vocab, pairs);
    write_json(options.json.as_deref(), &report)?;
    Ok(screen.print(&report)?)
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
