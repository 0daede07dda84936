//! What becomes of every file under some folders: `survey FOLDER…` decodes each one and sends it through training and
//! validation transforms. Prints how many were read and refused, the refusals by reason, the slowest and the largest.
//!
//! Run with `survey --each FOLDER…`, every file has a process of its own, so that a crash, a hang (over 20 s) or more than
//! 256 MB of memory is seen for what it is; the exit status is then 1 if there was any.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use firelight_transforms::{
    Chance, Limits, Normalize, PictureTransforms, RandomResizedCrop, Resize, Scratch, TransformError, aug_transforms,
    open,
};

const MOST_SECONDS: u64 = 20;
const MOST_MB: u64 = 256;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let first = arguments.first().cloned().unwrap_or_default();
    if first == "--one" {
        let outcome = read(Path::new(arguments.get(1).ok_or("a file")?));
        println!("{} {}", peak_rss_mb(), outcome.map_or_else(|error| reason(&error), |()| "read".into()));
        return Ok(ExitCode::SUCCESS);
    }
    let each = first == "--each";
    if each {
        arguments.remove(0);
    }
    let mut files = Vec::new();
    for folder in &arguments {
        list(Path::new(folder), &mut files)?;
    }
    files.sort();
    let mut outcomes = BTreeMap::<String, usize>::new();
    let (mut slowest, mut largest, mut bad) = ((Duration::ZERO, String::new()), (0, String::new()), 0);
    for path in &files {
        let start = Instant::now();
        let (outcome, mb) =
            if each { in_a_process(path)? } else { (read(path).map_or_else(|e| reason(&e), |()| "read".into()), 0) };
        let name = path.display().to_string();
        if outcome.starts_with("BAD") || mb > MOST_MB {
            bad += 1;
            println!("{name}: {outcome}, {mb} MB");
        }
        slowest = slowest.max((start.elapsed(), name.clone()));
        largest = largest.max((mb, name));
        *outcomes.entry(outcome).or_default() += 1;
    }
    let read = outcomes.get("read").copied().unwrap_or(0);
    println!("{} files: {read} read, {} refused, {bad} bad", files.len(), files.len() - read - bad);
    println!("slowest: {:.2} s {}", slowest.0.as_secs_f64(), slowest.1);
    println!("largest: {} MB {}", largest.0, largest.1);
    for (outcome, count) in outcomes {
        println!("{count:6} {outcome}");
    }
    Ok(if bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> Result<(), TransformError> {
    let picture = open(path, &Limits::default())?;
    let mut scratch = Scratch::default();
    let recipes = [
        PictureTransforms::new().with_item(Resize::crop(460)).with_augment(aug_transforms().size(224).min_scale(0.9)),
        PictureTransforms::new().with_item(Resize::pad(224)).with_normalize(Normalize::imagenet()),
        PictureTransforms::new().with_item(RandomResizedCrop::new(224)),
    ];
    for recipe in recipes {
        recipe.planes(&picture, Some(&mut Chance::new(1, 0, 0)), &mut scratch)?;
        recipe.planes(&picture, None, &mut scratch)?;
    }
    Ok(())
}

fn in_a_process(path: &Path) -> Result<(String, u64), Box<dyn Error>> {
    let limit = MOST_SECONDS.to_string();
    let run = Command::new("timeout").arg(limit).arg(std::env::current_exe()?).arg("--one").arg(path).output()?;
    let said = String::from_utf8_lossy(&run.stdout).trim().to_owned();
    Ok(match (run.status.code(), said.split_once(' ')) {
        (Some(0), Some((mb, outcome))) => (outcome.to_owned(), mb.parse()?),
        (Some(124), _) => ("BAD: hangs".into(), 0),
        (code, _) => (format!("BAD: crashes with {code:?} {}", String::from_utf8_lossy(&run.stderr)), 0),
    })
}

/// The error without what differs from file to file.
fn reason(error: &TransformError) -> String {
    let words = match error {
        TransformError::Decode { reason, .. } if reason.contains("first bytes") => "decode: unknown format".into(),
        TransformError::Decode { reason, .. } => format!("decode: {reason}"),
        TransformError::TooLarge { unit, .. } => format!("too large: {unit}"),
        other => other.to_string(),
    };
    words.lines().collect::<Vec<_>>().join(" ").chars().take(110).collect()
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}

/// The most memory this process ever held, from Linux; 0 elsewhere.
fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}
