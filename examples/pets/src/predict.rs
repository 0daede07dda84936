//! Predicting with an exported model.

use std::path::{Path, PathBuf};

use firelight::prelude::*;

use crate::cli::{Cli, LossName};
use crate::data::species;
use crate::train::export_path;

/// Likeliest breeds to print.
const SHOWN: usize = 3;

/// Prints the likeliest breeds of each file. A file that cannot be used does not keep the others from being predicted.
pub fn predict(export: &Path, files: &[PathBuf], device: &Device) -> Result<()> {
    let predictor = Predictor::load(export, device)?;
    let mut failed = 0;
    for file in files {
        match predictor.predict(file) {
            Ok(prediction) => println!("{}: {}", file.display(), line(&predictor, &prediction)),
            Err(error) => {
                eprintln!("error: {error}");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        return Err(format!("{failed} of {} file(s) could not be predicted", files.len()).into());
    }
    Ok(())
}

/// Predicts one picture of the sample set, as a user would from the exported file.
pub fn show_one(cli: &Cli, images: &Path) -> Result<()> {
    let files = image_files(images)?;
    let Some(file) = files.last() else { return Ok(()) };
    predict(&export_path(&cli.out, LossName::Soft), std::slice::from_ref(file), &device_by_name(&cli.device)?)
}

fn line(predictor: &Predictor, prediction: &Prediction) -> String {
    let likeliest = prediction.likeliest(SHOWN).into_iter();
    let parts: Vec<_> =
        likeliest.map(|(class, p)| format!("{} {:.1} %", &predictor.vocab()[class], 100.0 * p)).collect();
    format!("{} ({})", parts.join(", "), species(&prediction.class))
}
