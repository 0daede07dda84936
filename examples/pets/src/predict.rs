//! Predicting with an exported model.

use std::io::Write;
use std::path::{Path, PathBuf};

use firelight::learner::can_write;
use firelight::plots::save_png;
use firelight::predict::FilePredictions;
use firelight::prelude::*;

use crate::cli::{Cli, LossName, Predict};
use crate::data::species;
use crate::say;
use crate::train::export_path;

/// Likeliest breeds to print.
const SHOWN: usize = 3;

/// Prints the likeliest breeds of each file, or what else the model tells, or writes a table.
pub fn predict(what: &Predict, cli: &Cli) -> Result<()> {
    for table in what.csv.iter().chain(&what.jsonl) {
        can_write(table)
            .map_err(|why| format!("predict: cannot write {}: {why}; choose another file", table.display()))?;
    }
    let progress = cli.progress();
    let predictor = load(&what.export, &device_by_name(&cli.device)?)?;
    let files = files(&what.files, &progress)?;
    if let Some(folder) = &what.explain {
        explain(&predictor, &files, folder)?;
    }
    // Printing goes on without a broken file and fails at its end; a table is whole or asks to leave files out.
    let printed = what.csv.is_none() && what.jsonl.is_none();
    let on_error = if printed || what.skip_broken { OnError::Skip } else { OnError::Fail };
    let bar = progress.bar(files.len(), "predict");
    let run = predictor.predict_files(&files).with_on_error(on_error).with_probabilities(what.probabilities);
    let run = run.with_progress(|| bar.inc(1));
    let done = match (&what.csv, &what.jsonl) {
        (Some(path), _) => run.write_csv(path)?,
        (None, Some(path)) => run.write_json_lines(path)?,
        (None, None) => print(&predictor, run)?,
    };
    drop(bar); // it goes before anything is said of files
    for broken in &done.broken {
        let _ = writeln!(
            std::io::stderr(),
            "{}: {}",
            if what.skip_broken { "left out" } else { "error: predict" },
            broken.reason
        );
    }
    if !done.broken.is_empty() && !what.skip_broken {
        return Err(format!("{} of {} file(s) could not be predicted", done.broken.len(), files.len()).into());
    }
    Ok(())
}

/// A model of one file an item: this program is given single pictures.
pub fn load(export: &Path, device: &Device) -> Result<Predictor> {
    let predictor = Predictor::load(export, device)?;
    match predictor.manifest().input.files() {
        1 => Ok(predictor),
        files => Err(format!(
            "{}: an item of this model has {files} files, and this program takes one picture at a time; predict with `Predictor::answer_files`",
            export.display()
        )
        .into()),
    }
}

/// Predicts one picture of the sample set, as a user would from the exported file.
pub fn show_one(cli: &Cli, images: &Path) -> Result<()> {
    let predictor = Predictor::load(export_path(&cli.out, LossName::Soft), &device_by_name(&cli.device)?)?;
    let last = files(&[images.to_path_buf()], &cli.progress())?.pop();
    print(&predictor, predictor.predict_files(last))?;
    Ok(())
}

fn print(predictor: &Predictor, run: FilePredictions) -> Result<Predicted> {
    run.try_for_each_answer(|path, answer| {
        let path = path.display();
        Ok(match answer {
            Answer::Category(prediction) => say::write(format_args!("{path}: {}", line(predictor, prediction))),
            other => say::write(format_args!("{path}: {other}")),
        }?)
    })
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
    std::fs::create_dir_all(folder).and_then(|()| can_write(folder.join("0001.png"))).map_err(failed)?;
    let outputs = predictor.manifest().target.names();
    for (number, path) in files.iter().enumerate() {
        let Ok(picture) = predictor.manifest().input.open(&[path]) else { continue };
        let explained = predictor.explain(&picture, None)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        // A class may be called by what no file can be, such as a/b.
        let plain = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { '_' };
        let of: String = outputs.get(explained.output).map_or("", String::as_str).chars().map(plain).collect();
        let place = folder.join(format!("{:04}-{name}-{of}.png", number + 1));
        save_png(&explained.overlay(), &place)
            .map_err(|error| format!("explain: cannot write {}: {error}", place.display()))?;
    }
    Ok(())
}

fn line(predictor: &Predictor, prediction: &Prediction) -> String {
    let likeliest = prediction.likeliest(SHOWN).into_iter();
    let parts: Vec<_> =
        likeliest.map(|(class, p)| format!("{} {:.1} %", &predictor.vocab()[class], 100.0 * p)).collect();
    let calibrated = if prediction.sure.calibrated { ", calibrated" } else { "" };
    format!("{} ({}{calibrated}){}", parts.join(", "), species(&prediction.class), prediction.sure)
}
