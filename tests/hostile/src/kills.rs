//! A training run that is ended at any moment: by a signal, inside a write, on a full disk; and run again.

#[cfg(unix)]
pub use unix::attack;

use std::path::Path;

use firelight::prelude::*;
use firelight::signals;

use crate::checkpoints::learner;

#[cfg(not(unix))]
pub fn attack(tally: &mut crate::tally::Tally, _: usize) -> Result<()> {
    tally.note("only where there are signals".into());
    Ok(())
}

/// The run: of pictures beside it, with a checkpoint after every step, and a model at its end.
pub fn train(place: &Path) -> Result<()> {
    signals::listen();
    let kept = Checkpoints::in_folder(place.join("checkpoints")).every_steps(1);
    let mut learn = learner(&place.join("pictures"))?.with_checkpoints(kept).with_observer(signals::heed);
    learn.fit(2, 1e-3)?;
    learn.fit_one_cycle(2, 1e-3)?;
    Ok(learn.export(place.join("out/model.firelight"))?)
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::{Child, Command, Output, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use firelight::prelude::*;
    use firelight::transforms::Chance;
    use tempfile::TempDir;

    use crate::checkpoints::pictures;
    use crate::small_disk::SmallDisk;
    use crate::tally::{Fate, Tally};

    /// A run that has begun, and perhaps ended, in its folder.
    struct Run(TempDir);

    impl Run {
        fn new() -> Result<Self> {
            let folder = tempfile::tempdir()?;
            pictures(&folder.path().join("pictures"))?;
            ["checkpoints", "out"].iter().try_for_each(|name| fs::create_dir(folder.path().join(name)))?;
            Ok(Self(folder))
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// The process, after what a shell does first.
        fn start(&self, shell: &str) -> Result<Child> {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{shell}\nexec \"$0\" \"$@\"")]).arg(std::env::current_exe()?);
            command.arg("--train").arg(self.0.path()).stdout(Stdio::null()).stderr(Stdio::piped());
            Ok(command.spawn()?)
        }

        fn model(&self) -> Option<Vec<u8>> {
            fs::read(self.path("out/model.firelight")).ok()
        }
    }

    pub fn attack(tally: &mut Tally, count: usize) -> Result<()> {
        let (first, begun) = (Run::new()?, Instant::now());
        told(&first.start("")?.wait_with_output()?).map_err(|why| format!("the unbroken run: {why:?}"))?;
        let (whole, took) = (first.model().ok_or("the unbroken run has no model")?, begun.elapsed());
        let (mut run, mut blows, mut most, mut runs) = (Run::new()?, 0, 0, 0);
        for number in 0..count {
            let mut chance = Chance::new(tally.seed, 9, number as u64);
            if number % 5 == 4 {
                full(tally, number, &whole, &mut chance)?;
                continue;
            }
            let what =
                ["SIGKILL", "SIGTERM", "SIGINT", "a write that fails", "killed in a write"][chance.below(5) as usize];
            tally.attack(&format!("{number}: {what}"), || {
                let fate = blow(&run, what, took, &mut chance).unwrap_or_else(|error| Fate::Lost(error.to_string()));
                match run.model() {
                    Some(model) if model != whole => Fate::Lost("there is another model".into()),
                    None if fate == Fate::Answered => Fate::Lost("it ended without a model".into()),
                    _ => fate,
                }
            });
            blows += 1;
            if run.model().is_some() {
                (most, runs, blows, run) = (most.max(blows), runs + 1, 0, Run::new()?);
            }
        }
        tally.note(format!("{runs} runs ended after {most} blows at most"));
        tally.attack("the last one is run again", || resumed(&run, &whole));
        Ok(())
    }

    /// Ends a run somewhere. To be killed is what was asked for.
    fn blow(run: &Run, what: &str, took: Duration, chance: &mut Chance) -> Result<Fate> {
        let shell = match what {
            // In blocks of 512 bytes; a checkpoint has three megabytes and a half.
            "a write that fails" => format!("trap '' XFSZ; ulimit -f {}", chance.below(9000)),
            "killed in a write" => format!("ulimit -f {}", chance.below(9000)),
            _ => String::new(),
        };
        let child = run.start(&shell)?;
        if let Some(signal) = what.strip_prefix("SIG") {
            thread::sleep(took.mul_f64(1.2 * chance.below(1000) as f64 / 1000.0));
            // It may have ended already.
            Command::new("kill")
                .arg(format!("-{signal}"))
                .arg(child.id().to_string())
                .stderr(Stdio::null())
                .status()?;
        }
        let output = child.wait_with_output()?;
        Ok(match (output.status.signal(), output.status.code()) {
            (Some(9), _) if what == "SIGKILL" => Fate::Refused("killed, as was asked".into()),
            (Some(25), _) if what == "killed in a write" => Fate::Refused("killed, as was asked".into()),
            // Before its first step it has nothing to keep, and ends at once; before its first line by the signal itself.
            (_, Some(130 | 143)) | (Some(2 | 15), _) if what.starts_with("SIG") => {
                Fate::Refused("ended, as was asked".into())
            }
            _ => told(&output).map_or_else(|fate| fate, |()| Fate::Answered),
        })
    }

    /// Well, or why not.
    fn told(output: &Output) -> std::result::Result<(), Fate> {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => Ok(()),
            Some(1) if !said.contains("panicked") => Err(Fate::Refused(said)),
            _ => Err(Fate::Lost(format!("{}: {said:.300}", output.status))),
        }
    }

    fn resumed(run: &Run, whole: &[u8]) -> Fate {
        let end = || Ok::<_, firelight::Error>(told(&run.start("")?.wait_with_output()?));
        match end() {
            Ok(Ok(())) if run.model().as_deref() == Some(whole) => Fate::Answered,
            ended => Fate::Lost(format!("run again: {ended:?}")),
        }
    }

    /// Too little room for what a run writes, or only for some of it: checkpoints, or the model. With room it goes on to the same model.
    fn full(tally: &mut Tally, number: usize, whole: &[u8], chance: &mut Chance) -> Result<()> {
        let (run, name) = (Run::new()?, ["checkpoints", "out"][chance.below(2) as usize]);
        let room = if name == "out" { 1 + chance.below(3 * whole.len() as u64) } else { 1 + chance.below(16 << 20) };
        let Some(disk) = SmallDisk::mount(&run.path(name), room) else {
            tally.note("no small disk could be mounted".into());
            tally.attack(&format!("{number}: no room was wanted"), || resumed(&run, whole));
            return Ok(());
        };
        tally.attack(&format!("{number}: a full disk of {name}"), || {
            let once =
                || told(&run.start("").and_then(|child| Ok(child.wait_with_output()?)).map_err(|error| lost(&error))?);
            let fate = match (once(), run.model()) {
                (_, Some(model)) if model != whole => return Fate::Lost("there is another model".into()),
                (Ok(()), Some(_)) => return Fate::Answered,
                (Err(fate @ Fate::Refused(_)), None) => fate,
                (ended, model) => {
                    return Fate::Lost(format!("{ended:?}, and {} bytes", model.map_or(0, |it| it.len())));
                }
            };
            // A page more for its folder.
            if name == "out" && room > whole.len() as u64 + 16_384 {
                return Fate::Lost(format!("there was room for the model: {fate:?}"));
            }
            match (disk.enlarge(), resumed(&run, whole)) {
                (Ok(()), Fate::Answered) => fate,
                (enlarged, fate) => Fate::Lost(format!("with room: {enlarged:?}, {fate:?}")),
            }
        });
        Ok(())
    }

    fn lost(error: &firelight::Error) -> Fate {
        Fate::Lost(error.to_string())
    }
}
