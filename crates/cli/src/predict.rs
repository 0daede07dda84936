//! `firelight predict`: what a model sees in pictures.

use std::path::{Path, PathBuf};

use firelight::plots::save_png;
use firelight::prelude::*;

use crate::cli::{Cli, Predict};
use crate::screen::Screen;

/// Likeliest classes to print.
const SHOWN: usize = 3;

/// Prints what the model says of each file, or writes a table.
pub fn predict(options: &Predict, cli: &Cli, screen: Screen) -> Result<()> {
    let progress = cli.progress();
    let predictor = load(&options.model, &device_by_name(cli.device())?)?;
    let files = files(&options.files, &progress)?;
    if let Some(folder) = &options.explain {
        explain(&predictor, &files, folder)?;
    }
    // Printing goes on without a broken file and fails at its end; a table is whole or asks to leave files out.
    let printed = options.csv.is_none() && options.jsonl.is_none();
    let on_error = if printed || options.skip_broken { OnError::Skip } else { OnError::Fail };
    let bar = progress.bar(files.len(), "predict");
    let run = predictor.predict_files(&files).with_on_error(on_error).with_probabilities(options.probabilities);
    let run = run.with_progress(|| bar.inc(1));
    let done = match (&options.csv, &options.jsonl) {
        (Some(path), _) => run.write_csv(path)?,
        (None, Some(path)) => run.write_json_lines(path)?,
        (None, None) => run.for_each_answer(|path, answer| {
            bar.suspend(|| screen.print(format_args!("{}: {}", path.display(), line(&predictor, answer))));
        })?,
    };
    drop(bar); // it goes before anything is said of files
    for broken in &done.broken {
        eprintln!("{}: {}", if options.skip_broken { "left out" } else { "error: predict" }, broken.reason);
    }
    if done.broken.is_empty() || options.skip_broken {
        return Ok(());
    }
    Err(format!("{} of {} file(s) could not be predicted", done.broken.len(), files.len()).into())
}

/// A model of one file an item: the tool is given single pictures.
pub fn load(model: &Path, device: &Device) -> Result<Predictor> {
    let predictor = Predictor::load(model, device)?;
    match predictor.manifest().input.files() {
        1 => Ok(predictor),
        files => Err(format!(
            "{}: an item of this model has {files} files, and one picture at a time is given here; predict in a program, with `Predictor::answer_files`",
            model.display()
        )
        .into()),
    }
}

fn line(predictor: &Predictor, answer: &Answer) -> String {
    let Answer::Category(prediction) = answer else { return answer.to_string() };
    let likeliest = prediction.likeliest(SHOWN).into_iter();
    let named = likeliest.map(|(class, share)| format!("{} {:.1} %", &predictor.vocab()[class], 100.0 * share));
    named.collect::<Vec<_>>().join(", ")
}

/// The files as given, and those below folders.
fn files(given: &[PathBuf], progress: &Progress) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            files.extend(ImageFiles::new().with_progress(progress.clone()).find(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Files that cannot be read are left to the prediction, which names them.
fn explain(predictor: &Predictor, files: &[PathBuf], folder: &Path) -> Result<()> {
    let failed = |error| format!("explain: cannot make {}: {error}; choose another --explain", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (number, path) in files.iter().enumerate() {
        let Ok(picture) = predictor.manifest().input.open(&[path]) else { continue };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let place = folder.join(format!("{:04}-{name}.png", number + 1));
        save_png(&predictor.explain(&picture, None)?.overlay(), &place)
            .map_err(|error| format!("explain: cannot write {}: {error}", place.display()))?;
    }
    Ok(())
}
