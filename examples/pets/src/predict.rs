//! Predicting with an exported model.

use std::io::Write;
use std::path::{Path, PathBuf};

use firelight::learner::{can_write, save_evidence};
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
    let predictor = Predictor::load(&what.export, &device_by_name(&cli.device)?)?;
    predictor.one_file()?;
    let files = ImageFiles::new().with_progress(progress.clone()).find_among(&what.files)?;
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

/// Predicts one picture of the sample set, as a user would from the exported file.
pub fn show_one(cli: &Cli, images: &Path) -> Result<()> {
    let predictor = Predictor::load(export_path(&cli.out, LossName::Soft), &device_by_name(&cli.device)?)?;
    let last = ImageFiles::new().with_progress(cli.progress()).find(images)?.pop();
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

/// What cannot be written is said before hours of reading.
fn explain(predictor: &Predictor, files: &[PathBuf], folder: &Path) -> Result<()> {
    let failed = |error| format!("explain: cannot make {}: {error}; choose another --explain", folder.display());
    std::fs::create_dir_all(folder).and_then(|()| can_write(folder.join("0001.png"))).map_err(failed)?;
    Ok(save_evidence(predictor, files, folder)?)
}

fn line(predictor: &Predictor, prediction: &Prediction) -> String {
    let likeliest = prediction.likeliest(SHOWN).into_iter();
    let parts: Vec<_> =
        likeliest.map(|(class, p)| format!("{} {:.1} %", &predictor.vocab()[class], 100.0 * p)).collect();
    let calibrated = if prediction.sure.calibrated { ", calibrated" } else { "" };
    format!("{} ({}{calibrated}){}", parts.join(", "), species(&prediction.class), prediction.sure)
}
