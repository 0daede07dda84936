//! A run whose process is killed, after each of its steps and inside its writes, and run again.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use firelight_learner::{Checkpoints, Event, Flow};
use firelight_losses::CrossEntropy;
use tempfile::TempDir;

use crate::bomb::{self, Bomb};
use crate::shapes;
use crate::stopping::recipe;

/// Says to this test, started as a process of its own, where to work, and after how many steps it ends itself.
const PLACE: &str = "FIRELIGHT_KILLED_PLACE";
const STOP: &str = "FIRELIGHT_KILLED_STOP";
/// Kills at every step, and not at some: `FIRELIGHT_KILLS=all`.
const KILLS: &str = "FIRELIGHT_KILLS";
/// The signal of a write beyond the file size that a process may have.
const SIGXFSZ: i32 = 25;

/// The book's recipe, with a checkpoint after every step.
fn work(place: &Path) {
    let stop: Option<usize> = std::env::var(STOP).ok().and_then(|steps| steps.parse().ok());
    let mut steps = 0;
    let learn = bomb::learner(&place.join("pictures"), &Bomb::default(), CrossEntropy::new())
        .with_checkpoints(Checkpoints::in_folder(place.join("checkpoints")).every_steps(1))
        .with_observer(move |event: &Event| {
            steps += usize::from(matches!(event, Event::Step(_)));
            if Some(steps) == stop {
                std::process::abort();
            }
            Flow::Continue
        });
    match recipe(learn, &Bomb::default()) {
        Ok(learned) => std::fs::write(place.join("learned"), format!("{learned:?}")).expect("a file"),
        Err(error) => {
            eprintln!("failed: {error}");
            std::process::exit(8);
        }
    }
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::rename(shapes::folder(24).keep(), folder.path().join("pictures")).expect("a folder of pictures");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The process, after what a shell does first.
    fn command(&self, shell: &str) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{shell}\nexec \"$0\" \"$@\"")])
            .arg(std::env::current_exe().expect("this program"));
        command.args(["killed::a_run_that_is_killed_anywhere_ends_as_an_unbroken_one", "--exact", "--nocapture"]);
        command.env(PLACE, self.0.path()).env_remove(STOP).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// The process, which may write no file of more bytes than this, in steps of 512.
    fn at_most(&self, bytes: u64) -> ExitStatus {
        self.command(&format!("ulimit -f {}", bytes.div_ceil(512))).status().expect("a process")
    }

    /// Runs to the end and tells what was learned.
    fn finish(&self) -> String {
        let Output { status, stderr, .. } = self.command("").output().expect("a process");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        std::fs::read_to_string(self.path("learned")).expect("what was learned")
    }

    fn checkpoints(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path("checkpoints")).expect("a folder");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "checkpoint"));
        paths.sort();
        paths
    }

    fn size(&self, name: &str) -> u64 {
        std::fs::metadata(self.path(name)).map_or(0, |file| file.len())
    }
}

/// One run is killed at a step, gone on with and killed inside a write of its history, gone on with and killed inside a write of its
/// checkpoint, gone on with and killed at a later step, and so on to its end.
#[test]
fn a_run_that_is_killed_anywhere_ends_as_an_unbroken_one() {
    if let Some(place) = std::env::var_os(PLACE) {
        return work(Path::new(&place));
    }
    let stride = if std::env::var(KILLS).is_ok_and(|kills| kills == "all") { 1 } else { 4 };
    let expected = Place::new().finish();
    let place = Place::new();
    let mut killed = 0;
    for step in (1..).step_by(stride) {
        let status = place.command("").env(STOP, step.to_string()).status().expect("a process");
        if status.success() {
            assert!(step > 12, "the recipe has {step} steps");
            break;
        }
        assert_eq!(status.signal(), Some(6), "it ends itself: {status}");
        // The history cannot grow over the next 512 bytes, and so it ends in the middle of a row.
        let status = place.at_most(place.size("checkpoints/run.history"));
        killed += usize::from(status.signal() == Some(SIGXFSZ));
        let status = place.at_most(1 << 18);
        killed += usize::from(status.signal() == Some(SIGXFSZ));
    }
    assert!(killed > 6, "{killed} of the writes were cut short");
    assert_eq!(place.finish(), expected);
    let left = std::fs::read_dir(place.path("checkpoints")).expect("a folder").count();
    assert_eq!(left, 5, "each fit's end, the newest two, the history, and no part of a write that was killed");
}

#[test]
fn a_full_disk_is_an_error_and_the_last_good_checkpoint_stays() {
    let place = Place::new();
    let status = place.command("").env(STOP, "5").status().expect("a process");
    assert_eq!(status.signal(), Some(6), "{status}");
    let before = place.checkpoints();
    let newest = before.last().expect("a checkpoint").display().to_string();
    assert!(newest.ends_with("step-000000004.checkpoint"), "{before:?}");

    // What a write meets on a full disk: no file may become larger than a quarter of a megabyte.
    let output = place.command("trap '' XFSZ; ulimit -f 500").output().expect("a process");
    assert_eq!(output.status.code(), Some(8));
    let said = String::from_utf8_lossy(&output.stderr).replace(&format!("{}/", place.0.path().display()), "");
    assert_eq!(
        said,
        "failed: checkpoint: cannot write checkpoints/step-000000005.checkpoint: File too large (os error 27); the last good one \
         is checkpoints/step-000000004.checkpoint; make room and run the program again to go on from there\n"
    );
    assert_eq!(place.checkpoints(), before);
    assert_eq!(place.finish(), Place::new().finish());
}
