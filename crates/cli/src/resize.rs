//! `firelight resize`: smaller copies of a folder, which load faster.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use firelight::prelude::*;
use firelight::signals;
use rayon::prelude::*;

use crate::cli::{Cli, Resize};
use crate::files::{RECIPE, below};
use crate::guess::{masks_among, pictures};
use crate::screen::Screen;
use crate::smaller::{Copied, Smaller};

/// Endings of files that tell labels, which go along as they are.
const TELL: [&str; 9] = ["csv", "tsv", "json", "jsonl", "txt", "xml", "yaml", "yml", "md"];
/// Those that mostly tell positions in pixels.
const POSITIONS: [&str; 3] = ["json", "jsonl", "xml"];

/// Writes a copy of each picture to the same place below another folder, and beside them what tells labels.
pub fn resize(options: &Resize, cli: &Cli, screen: Screen) -> Result<()> {
    let Resize { data, out, size, quality, .. } = options;
    free(data, out)?;
    let files = below(data, &cli.progress())?;
    let masks = match options.masks.as_deref() {
        Some("none") => None,
        Some(folder) => Some(told(folder, &files, data)?),
        None => masks_among(&files),
    };
    let is_mask = |file: &Path| masks.as_ref().is_some_and(|folder| file.starts_with(folder));
    let what = format!("the shorter side {size} px at most, JPEG files with quality {quality}");
    let of_masks =
        masks.as_ref().map_or_else(String::new, |folder| format!("; masks in {folder}/ by nearest neighbours"));
    screen.say(format_args!("- {}: {what}{of_masks}", pictures(files.len())));
    let smaller = Smaller { size: *size, quality: *quality };
    let bar = cli.progress().bar(files.len(), "resize");
    let bytes = [AtomicU64::new(0), AtomicU64::new(0)];
    let copy = |file: &PathBuf| -> Result<bool> {
        if signals::asked() {
            return Err("resize: ended before all was copied".into());
        }
        let (from, to) = (data.join(file), out.join(file));
        let Copied { was, is, changed } = smaller.copy(&from, &to, is_mask(file))?;
        bytes[0].fetch_add(was, Ordering::Relaxed);
        bytes[1].fetch_add(is, Ordering::Relaxed);
        bar.inc(1);
        Ok(changed)
    };
    signals::hold();
    let copied: Vec<Result<bool>> = files.par_iter().map(copy).collect();
    drop(bar);
    if signals::asked() {
        return Err(format!("resize: ended before all was copied; remove {} and begin anew", out.display()).into());
    }
    let (mut changed, mut broken) = (0, 0);
    for copy in copied {
        match copy {
            Ok(smaller) => changed += usize::from(smaller),
            Err(error) => {
                broken += 1;
                screen.complain(format_args!("{}: {error}", if options.skip_broken { "left out" } else { "error" }));
            }
        }
    }
    let tables = copy_tables(data, out)?;
    let has_positions = tables.iter().any(|file| ends_with(file, &POSITIONS));
    let [was, is] = bytes.map(|bytes| bytes.into_inner() as f64 / 1e6);
    screen.say(format_args!(
        "{} in {}, {changed} of them made smaller: {was:.1} MB are {is:.1} MB; {} file(s) of labels copied as they are",
        pictures(files.len() - broken),
        out.display(),
        tables.len()
    ));
    if has_positions {
        screen.say("positions in pixels, as .json and .xml files may have them, are those of the larger pictures");
    }
    if broken == 0 || options.skip_broken {
        Ok(())
    } else {
        Err(format!("{broken} picture(s) could not be copied").into())
    }
}

/// Whether copies can be written there: to a folder that is new or empty, and not among what is copied.
fn free(data: &Path, out: &Path) -> Result<()> {
    let failed = |why: &dyn Display| format!("resize: cannot write to {}: {why}; choose another folder", out.display());
    fs::create_dir_all(out).map_err(|error| failed(&error))?;
    if out.canonicalize().and_then(|out| Ok(out.starts_with(data.canonicalize()?))).unwrap_or(false) {
        // It was made here, where it is empty.
        let _ = fs::remove_dir(out);
        return Err(failed(&format!("it lies in {}", data.display())).into());
    }
    if fs::read_dir(out).map_err(|error| failed(&error))?.next().is_some() {
        return Err(failed(&"it has files").into());
    }
    Ok(())
}

fn told(folder: &str, files: &[PathBuf], data: &Path) -> Result<String> {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    if files.iter().any(|file| file.starts_with(folder)) {
        return Ok(folder.to_owned());
    }
    Err(format!("resize: no mask lies in {folder}; give --masks FOLDER, below {}", data.display()).into())
}

fn ends_with(file: &Path, endings: &[&str]) -> bool {
    file.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Copies what tells labels, and gives the files.
fn copy_tables(from: &Path, to: &Path) -> Result<Vec<PathBuf>> {
    let failed = |path: &Path, error: std::io::Error| format!("resize: cannot copy {}: {error}", path.display());
    let mut copied = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let place = from.join(&folder);
        // What a run has written is no data.
        if place.join(RECIPE).is_file() {
            continue;
        }
        for entry in fs::read_dir(&place).map_err(|error| failed(&place, error))? {
            let entry = entry.map_err(|error| failed(&place, error))?;
            let (name, kind) = (entry.file_name(), entry.file_type().map_err(|error| failed(&place, error))?);
            let told = folder.join(&name);
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if kind.is_dir() {
                folders.push(told);
            } else if ends_with(&told, &TELL) && entry.path().is_file() {
                let target = to.join(&told);
                let made = target.parent().map_or(Ok(()), fs::create_dir_all);
                let bytes = made.and_then(|()| fs::read(entry.path()));
                bytes
                    .and_then(|bytes| firelight::files::write_whole(&target, &bytes))
                    .map_err(|error| failed(&entry.path(), error))?;
                copied.push(told);
            }
        }
    }
    Ok(copied)
}
