//! `firelight evaluate`: how good a model is on pictures whose labels are known.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use firelight::datablock::CocoPicture;
use firelight::learner::TargetKind;
use firelight::metrics::{BoxReport, ClassReport, MaskReport, MultiReport, PixelConfusion, ValueReport};
use firelight::prelude::*;
use firelight::transforms::{Limits, Mask, MaskReader};
use serde::Serialize;

use crate::cli::{Cli, Evaluate};
use crate::files::{RECIPE, absolute, upright_size};
use crate::guess::guess;
use crate::outcome::{can_write_json, write_json};
use crate::recipe::Recipe;
use crate::screen::Screen;
use crate::truth::{Truth, truths};

/// Predicts every picture, whichever part it would be of, and compares.
pub fn evaluate(options: &Evaluate, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    let predictor = cli.model(&options.model)?;
    predictor.one_file()?;
    let found = guess(&options.data, &options.labels, &cli.progress())?;
    // What is said of a split is of no matter here: all pictures are looked at.
    if let Some(line) = found.said.first() {
        screen.say(format_args!("- {line}"));
    }
    let recipe = found.into_recipe(&options.labels);
    if was_trained_on(&options.model, &recipe.data) {
        screen.say(
            "- the model was trained on most of these pictures, and all of them are looked at: how good it is on others is in its report, or told by \
             pictures that were not in the folder",
        );
    }
    let truths = truths(&recipe, cli)?;
    let mut seen = Seen { predictor: &predictor, options, cli, screen };
    match &predictor.manifest().target {
        TargetKind::Category(vocab) => {
            let pairs = seen.pairs(&truths, |answer| answer.as_category().map(|told| told.index), |truth| match truth {
                Truth::Class(label) => Some(vocab.o2i(label).map_err(|error| error.to_string())),
                _ => None,
            })?;
            seen.tell(&ClassReport::of(vocab, pairs.into_iter().map(|(told, actual)| (actual, told))))
        }
        TargetKind::Categories(vocab) => {
            let tags = |truth: &Truth| match truth {
                Truth::Classes(labels) => {
                    let numbers: Result<Vec<usize>, _> = labels.iter().map(|label| vocab.o2i(label)).collect();
                    Some(numbers.map_err(|error| error.to_string()))
                }
                _ => None,
            };
            let pairs = seen.pairs(&truths, |answer| Some(answer.as_categories()?.probabilities.clone()), tags)?;
            let (rows, targets): (Vec<Vec<f32>>, Vec<Vec<usize>>) = pairs.into_iter().unzip();
            let usual = Decision::Threshold(0.5);
            seen.tell(&MultiReport::of(vocab, &rows, &targets, predictor.manifest().decision.about(vocab, &usual)))
        }
        TargetKind::Values(columns) => {
            let names = recipe.labels.numbers();
            let values = |truth: &Truth| match truth {
                Truth::Values(values) if values.len() == *columns => Some(Ok(values.clone())),
                _ => None,
            };
            let pairs = seen.pairs(&truths, |answer| answer.as_values().map(<[f32]>::to_vec), values)?;
            let (rows, targets): (Vec<Vec<f32>>, Vec<Vec<f32>>) = pairs.into_iter().unzip();
            seen.tell(&ValueReport::of(names.iter().cloned(), &rows, &targets))
        }
        TargetKind::Mask(vocab) => seen.masks(&truths, vocab),
        TargetKind::Box => seen.boxes(&truths),
        other => Err(format!(
            "evaluate: the model tells {other}, which no folder here has; it tells of one class, several, numbers, masks and boxes"
        )
        .into()),
    }
}

/// Whether the run that wrote the model, whose recipe lies beside it, trained on these.
fn was_trained_on(model: &Path, data: &Path) -> bool {
    let recipe = model.parent().map(|folder| folder.join(RECIPE)).filter(|file| file.is_file());
    recipe.and_then(|file| Recipe::read(&file).ok()).is_some_and(|recipe| recipe.data == absolute(data))
}

/// What a model sees, beside what is so.
struct Seen<'a> {
    predictor: &'a Predictor,
    options: &'a Evaluate,
    cli: &'a Cli,
    screen: Screen,
}

impl Seen<'_> {
    /// The answer to each picture with its truth; `None` of either is another kind than the other.
    fn pairs<A, T>(
        &mut self,
        truths: &[(PathBuf, Truth)],
        answer: impl Fn(&Answer) -> Option<A>,
        truth: impl Fn(&Truth) -> Option<Result<T, String>>,
    ) -> Result<Vec<(A, T)>> {
        let mut actual = HashMap::new();
        for (file, told) in truths {
            let told = truth(told).ok_or_else(|| self.other(told))?;
            actual.insert(file.as_path(), told.map_err(|error| format!("evaluate: {}: {error}", file.display()))?);
        }
        let mut pairs = Vec::with_capacity(truths.len());
        self.each(truths, |file, told| {
            pairs.extend(answer(told).zip(actual.remove(file)));
            Ok(())
        })?;
        Ok(pairs)
    }

    /// Counts pixels, those alone that the model looks at: not those beyond a crop.
    fn masks(&mut self, truths: &[(PathBuf, Truth)], vocab: &Vocab) -> Result<()> {
        let mut files = HashMap::new();
        for (file, truth) in truths {
            if !matches!(truth, Truth::Mask { .. } | Truth::Drawn { .. }) {
                return Err(self.other(truth));
            }
            files.insert(file.as_path(), truth);
        }
        let mut pixels = PixelConfusion::new(vocab.len());
        self.each(truths, |file, answer| {
            let (Some(picked), Some(truth)) = (answer.as_mask(), files.get(file)) else { return Ok(()) };
            let actual = match truth {
                Truth::Mask { file, codes } => actual(file, codes, vocab)?,
                Truth::Drawn { picture, classes } => drawn(picture, classes, vocab)?,
                _ => return Ok(()),
            };
            if actual.size() != picked.size() {
                let (theirs, ours) = (actual.size(), picked.size());
                return Err(
                    format!("evaluate: the mask of {} has {theirs} pixels, and it has {ours}", file.display()).into()
                );
            }
            let looked = |(picked, actual): (&u8, &u8)| if *picked == Mask::VOID { Mask::VOID } else { *actual };
            let actual: Vec<u8> = picked.codes().iter().zip(actual.codes()).map(looked).collect();
            Ok(pixels.add_codes(picked.codes(), &actual)?)
        })?;
        self.tell(&MaskReport::of(vocab, &pixels))
    }

    /// Compares boxes, as shares of each picture's sides.
    fn boxes(&mut self, truths: &[(PathBuf, Truth)]) -> Result<()> {
        let mut places = HashMap::new();
        for (file, truth) in truths {
            let Truth::Box(place) = truth else { return Err(self.other(truth)) };
            places.insert(file.as_path(), *place);
        }
        let (mut rows, mut targets, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        self.each(truths, |file, answer| {
            let size =
                upright_size(file).ok_or_else(|| format!("evaluate: {} does not tell its size", file.display()))?;
            let share = |area: [f32; 4]| {
                let [left, top, right, bottom] = area;
                let [width, height] = size.map(|side| side as f32);
                [left / width, top / height, right / width, bottom / height].map(|side| 2.0 * side - 1.0)
            };
            let (Some(said), Some(actual)) = (answer.as_box(), places.get(file)) else { return Ok(()) };
            rows.push(share(said));
            targets.push(actual.map(share));
            sizes.push(size);
            Ok(())
        })?;
        self.tell(&BoxReport::of(&rows, &targets, &sizes))
    }

    /// Goes over the pictures; those that are left out are listed.
    fn each(&mut self, truths: &[(PathBuf, Truth)], mut each: impl FnMut(&Path, &Answer) -> Result<()>) -> Result<()> {
        let bar = self.cli.progress().bar(truths.len(), "predict");
        let on_error = if self.options.labels.skip_broken { OnError::Skip } else { OnError::Fail };
        let run = self.predictor.predict_files(truths.iter().map(|(file, _)| file)).with_on_error(on_error);
        let done = run.with_progress(|| bar.inc(1)).try_for_each_answer(&mut each)?;
        drop(bar);
        for broken in &done.broken {
            self.screen.complain(format_args!("left out: {}", broken.reason));
        }
        Ok(())
    }

    /// Prints a report, and writes it where that is asked for.
    fn tell(&self, report: &(impl Serialize + Display)) -> Result<()> {
        write_json(self.options.json.as_deref(), report)?;
        Ok(self.screen.print_lines(report)?)
    }

    /// Why there is nothing to compare.
    fn other(&self, truth: &Truth) -> firelight::Error {
        let target = &self.predictor.manifest().target;
        format!("evaluate: the model tells {target}, and the data have {truth}; say what they have by --labels, --target and --kind").into()
    }
}

/// A mask of outlines in the numbers of the model's classes.
fn drawn(picture: &CocoPicture, classes: &[String], vocab: &Vocab) -> Result<Mask> {
    let mut numbers = Vec::new();
    for class in classes {
        let number = vocab.o2i(class).map_err(|error| format!("evaluate: {}: {error}", picture.file().display()))?;
        numbers.push(number as u8);
    }
    let mask = picture.mask(&Vocab::ordered(classes)?)?;
    let codes = mask.codes().iter().map(|code| numbers.get(usize::from(*code)).copied().unwrap_or(Mask::VOID));
    Ok(Mask::new(mask.size(), codes.collect())?)
}

/// A mask in the numbers of the model's classes.
fn actual(mask: &Path, codes: &[(u8, String)], vocab: &Vocab) -> Result<Mask> {
    let mut numbers = Vec::new();
    for (code, class) in codes {
        let number = vocab.o2i(class).map_err(|error| format!("evaluate: {}: {error}", mask.display()))?;
        numbers.push((*code, number as u8));
    }
    let reader = MaskReader::default().with_codes(numbers);
    let reader =
        if codes.iter().any(|(code, _)| *code == Mask::VOID) { reader } else { reader.with_void([Mask::VOID]) };
    Ok(reader.open(mask, &Limits::default())?)
}
