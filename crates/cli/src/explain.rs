//! `firelight explain`: where in pictures the evidence for what a model says is.

use std::path::{Path, PathBuf};

use firelight::learner::{LearnerError, can_write, save_evidence_of};
use firelight::prelude::*;
use serde::Serialize;

use crate::cli::{Cli, Explain};
use crate::outcome::{can_write_json, write_json};
use crate::screen::Screen;

/// What `explain --json` writes of a picture.
#[derive(Debug, Serialize)]
struct Explained {
    file: PathBuf,
    /// What the evidence is for: a class, or the name of a number.
    output: String,
    /// The picture under it.
    drawn: PathBuf,
}

/// Draws a picture for each file, and prints where.
pub fn explain(options: &Explain, cli: &Cli, screen: Screen) -> Result<()> {
    can_write_json(options.json.as_deref())?;
    let predictor = cli.model(&options.model)?;
    predictor.one_file()?;
    let names = predictor.manifest().target.names();
    let output = options.of.as_ref().map(|name| number(&names, name)).transpose()?;
    let progress = cli.progress();
    let files = ImageFiles::new().with_progress(progress.clone()).find_among(&options.files)?;
    can_draw(&options.out, "--out")?;
    let bar = progress.bar(files.len(), "explain");
    let (mut explained, mut broken) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        match save_evidence_of(&predictor, (number, file), output, &options.out) {
            Ok((output, drawn)) => {
                let output = names.get(output).cloned().unwrap_or_default();
                bar.suspend(|| screen.print(format_args!("{}: {output}, {}", file.display(), drawn.display())))?;
                explained.push(Explained { file: file.clone(), output, drawn });
            }
            Err(error @ LearnerError::Input { .. }) => broken.push(error),
            Err(error) => return Err(error.into()),
        }
        bar.inc(1);
    }
    drop(bar);
    write_json(options.json.as_deref(), &explained)?;
    for error in &broken {
        let what = if options.skip_broken { "left out" } else { "error" };
        screen.complain(format_args!("{what}: {error}"));
    }
    if broken.is_empty() || options.skip_broken {
        return Ok(());
    }
    Err(format!("{} of {} file(s) could not be explained", broken.len(), files.len()).into())
}

/// The number of the output of that name; the error of another one suggests the nearest.
fn number(names: &[String], name: &str) -> Result<usize> {
    let vocab = Vocab::ordered(names.iter().cloned())?;
    Ok(vocab.o2i(name).map_err(|error| format!("explain: --of: {error}"))?)
}

/// What cannot be written is said before hours of reading.
pub fn can_draw(folder: &Path, option: &str) -> Result<()> {
    let failed = |error| format!("explain: cannot write to {}: {error}; choose another {option}", folder.display());
    Ok(std::fs::create_dir_all(folder).and_then(|()| can_write(folder.join("0001.png"))).map_err(failed)?)
}
