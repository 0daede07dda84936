//! `firelight predict`: what a model sees in pictures.

use firelight::learner::save_evidence;
use firelight::prelude::*;

use crate::cli::{Cli, Predict};
use crate::explain::can_draw;
use crate::outcome::can_write_file;
use crate::screen::Screen;

/// Likeliest classes to print.
const SHOWN: usize = 3;

/// Prints what the model says of each file, or writes a table.
pub fn predict(options: &Predict, cli: &Cli, screen: Screen) -> Result<()> {
    for (table, option) in [(&options.csv, "--csv"), (&options.jsonl, "--jsonl")] {
        table.as_ref().map_or(Ok(()), |table| can_write_file("predict", table, option))?;
    }
    let progress = cli.progress();
    let predictor = cli.model(&options.model)?;
    predictor.one_file()?;
    let files = ImageFiles::new().with_progress(progress.clone()).find_among(&options.files)?;
    if let Some(folder) = &options.explain {
        can_draw(folder, "--explain")?;
        save_evidence(&predictor, &files, folder)?;
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
        (None, None) => run.try_for_each_answer(|path, answer| {
            let line = line(&predictor, answer);
            bar.suspend(|| Ok::<_, firelight::Error>(screen.print(format_args!("{}: {line}", path.display()))?))
        })?,
    };
    drop(bar); // it goes before anything is said of files
    for broken in &done.broken {
        let what = if options.skip_broken { "left out" } else { "error: predict" };
        screen.complain(format_args!("{what}: {}", broken.reason));
    }
    if done.broken.is_empty() || options.skip_broken {
        return Ok(());
    }
    Err(format!("{} of {} file(s) could not be predicted", done.broken.len(), files.len()).into())
}

fn line(predictor: &Predictor, answer: &Answer) -> String {
    let Answer::Category(prediction) = answer else { return answer.to_string() };
    let likeliest = prediction.likeliest(SHOWN).into_iter();
    let named = likeliest.map(|(class, share)| format!("{} {:.1} %", &predictor.vocab()[class], 100.0 * share));
    named.collect::<Vec<_>>().join(", ")
}
