//! `firelight resize`: smaller copies of a folder, which load faster.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use firelight::prelude::*;
use firelight::signals;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cli::{Cli, Resize};
use crate::files::{RECIPE, below, resolved};
use crate::guess::{masks_among, pictures};
use crate::screen::Screen;
use crate::smaller::{Copied, Smaller};

/// Endings of files that tell labels, which go along as they are.
const TELL: [&str; 11] = ["csv", "tsv", "json", "jsonl", "txt", "xml", "yaml", "yml", "names", "labels", "md"];
/// Those that mostly tell positions in pixels.
const POSITIONS: [&str; 3] = ["json", "jsonl", "xml"];

/// Formats of pictures that are not read, by the endings of their names.
const UNREAD: [&str; 16] =
    ["avif", "heic", "heif", "jp2", "j2k", "jpx", "jxl", "psd", "exr", "hdr", "dds", "tga", "svg", "dng", "cr2", "nef"];
/// Says what is being copied, in the folder of the copies, until all is.
const UNDER_WAY: &str = ".firelight-resize";

/// What copies are made of and how: the same command goes on where it was stopped.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Job {
    data: PathBuf,
    size: u32,
    quality: u8,
    masks: Option<String>,
}

/// What became of all files.
#[derive(Debug, Default)]
struct Sum {
    there: usize,
    changed: usize,
    frames: usize,
    depth: usize,
    was: u64,
    is: u64,
    broken: usize,
}

/// Writes a copy of each picture to the same place below another folder, and beside them what tells labels.
pub fn resize(options: &Resize, cli: &Cli, screen: Screen) -> Result<()> {
    let Resize { data, out, size, quality, .. } = options;
    let job = Job { data: resolved(data), size: *size, quality: *quality, masks: options.masks.clone() };
    let files = below(data, &cli.progress())?;
    let masks = match options.masks.as_deref() {
        Some("none") => None,
        Some(folder) => Some(told(folder, &files, data)?),
        None => masks_among(&files),
    };
    job.begin(data, out)?;
    let is_mask = |file: &Path| masks.as_ref().is_some_and(|folder| file.starts_with(folder));
    let what = format!("the shorter side {size} px at most, JPEG files with quality {quality}");
    let of_masks =
        masks.as_ref().map_or_else(String::new, |folder| format!("; masks in {folder}/ by nearest neighbours"));
    screen.say(format_args!("- {}: {what}{of_masks}", pictures(files.len())));
    let smaller = Smaller { size: *size, quality: *quality };
    let bar = cli.progress().bar(files.len(), "resize");
    let copy = |file: &PathBuf| -> Result<Option<Copied>> {
        if signals::asked() {
            return Err("resize: ended before all was copied".into());
        }
        let (from, to) = (data.join(file), out.join(file));
        // A copy is whole or not there.
        let copied = if to.is_file() { None } else { Some(smaller.copy(&from, &to, is_mask(file))?) };
        bar.inc(1);
        Ok(copied)
    };
    signals::hold();
    let copied: Vec<Result<Option<Copied>>> = files.par_iter().map(copy).collect();
    drop(bar);
    if signals::asked() {
        return Err("resize: ended before all was copied; the same command goes on".into());
    }
    let mut sum = Sum::default();
    for copy in copied {
        match copy {
            Ok(Some(copied)) => sum.add(&copied),
            Ok(None) => sum.there += 1,
            Err(error) => {
                sum.broken += 1;
                screen.complain(format_args!("{}: {error}", if options.skip_broken { "left out" } else { "error" }));
            }
        }
    }
    let beside = copy_tables(data, out)?;
    sum.say(files.len(), &beside, out, screen);
    if sum.broken == 0 || options.skip_broken {
        // The folder is as any other now.
        return Ok(fs::remove_file(out.join(UNDER_WAY)).map_err(|error| unwritten(out, &error))?);
    }
    Err(format!("{} could not be copied", pictures(sum.broken)).into())
}

impl Sum {
    fn add(&mut self, copied: &Copied) {
        self.changed += usize::from(copied.changed);
        self.frames += usize::from(copied.lost.frames);
        self.depth += usize::from(copied.lost.depth);
        self.was += copied.was;
        self.is += copied.is;
    }

    /// What was done, and what the copies have not.
    fn say(&self, files: usize, beside: &Beside, out: &Path, screen: Screen) {
        let [was, is] = [self.was, self.is].map(|bytes| bytes as f64 / 1e6);
        let there = if self.there > 0 { format!(", {} of them copied before", self.there) } else { String::new() };
        screen.say(format_args!(
            "{} in {}{there}, {} of them made smaller: {was:.1} MB are {is:.1} MB; {} file(s) of labels copied as they are",
            pictures(files - self.broken),
            out.display(),
            self.changed,
            beside.tables
        ));
        if self.frames > 0 {
            screen.say(format_args!("animations: of {} the first frame alone is kept", pictures(self.frames)));
        }
        if self.depth > 0 {
            screen.say(format_args!("depth: of {} with more than 8 bits a channel 8 are kept", pictures(self.depth)));
        }
        if !beside.unread.is_empty() {
            let formats = beside.unread.iter().map(|(ending, files)| format!("{files} .{ending}"));
            let (all, formats) = (beside.unread.values().sum(), formats.collect::<Vec<_>>().join(", "));
            screen.say(format_args!("left out: {} of formats that are not read: {formats}", pictures(all)));
        }
        if beside.has_positions {
            screen.say("positions in pixels, as .json and .xml files may have them, are those of the larger pictures");
        }
    }
}

impl Job {
    /// Begins in a folder that is new or empty and not among what is copied, or goes on in one where the same was begun.
    fn begin(&self, data: &Path, out: &Path) -> Result<()> {
        let file = out.join(UNDER_WAY);
        if resolved(out).starts_with(&self.data) {
            return Err(unwritten(out, &format!("it lies in {}", data.display())).into());
        }
        fs::create_dir_all(out).map_err(|error| unwritten(out, &error))?;
        if let Some(begun) = fs::read_to_string(&file).ok().and_then(|text| toml::from_str::<Self>(&text).ok()) {
            let other = || format!("copies of {} are under way there, made otherwise", begun.data.display());
            return if begun == *self { Ok(()) } else { Err(unwritten(out, &other()).into()) };
        }
        if fs::read_dir(out).map_err(|error| unwritten(out, &error))?.next().is_some() {
            return Err(unwritten(out, &"it has files").into());
        }
        let text = toml::to_string(self).map_err(|error| unwritten(out, &error))?;
        Ok(firelight::files::write_whole(&file, text.as_bytes()).map_err(|error| unwritten(out, &error))?)
    }
}

fn unwritten(out: &Path, why: &dyn Display) -> String {
    format!("resize: cannot write to {}: {why}; choose another folder", out.display())
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

/// Files that are no pictures to copy.
#[derive(Debug, Default)]
struct Beside {
    /// How many tell labels, and whether some of these may have positions.
    tables: usize,
    has_positions: bool,
    /// Pictures of formats that are not read, by their ending.
    unread: BTreeMap<String, usize>,
}

/// Copies what tells labels.
fn copy_tables(from: &Path, to: &Path) -> Result<Beside> {
    let failed = |path: &Path, error: std::io::Error| format!("resize: cannot copy {}: {error}", path.display());
    let mut beside = Beside::default();
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
                beside.tables += 1;
                beside.has_positions |= ends_with(&told, &POSITIONS);
            } else if let (true, Some(ending)) = (ends_with(&told, &UNREAD), told.extension()) {
                *beside.unread.entry(ending.to_string_lossy().to_lowercase()).or_default() += 1;
            }
        }
    }
    Ok(beside)
}
