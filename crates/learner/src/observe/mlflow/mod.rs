//! The run in `MLflow`.

mod store;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firelight_files::write_whole;
use image::RgbImage;

use super::told::Told;
use super::{Event, Flow, Observer};
use crate::LearnerError;
use store::{Run, Status, named, now};

/// Writes a run into a folder that is a file store of [`MLflow`](https://mlflow.org): parameters, numbers of every step and epoch, and files.
///
/// The numbers are those of [`TensorBoard`](crate::TensorBoard) under the same names, but for the rates of several parameter groups: `train/rate_0` and so on. Steps are
/// counted over all fits of a program. A run that goes on from a checkpoint is a new run here, and tells again what happened before. A number that can no longer be
/// written, because the disk is full for instance, ends it with a warning; the fit goes on.
///
/// `MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri FOLDER` shows the folder (the variable since `MLflow` 3.7), and
/// `mlflow migrate-filestore` brings it into a database. Clones write to the same run.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, MlFlow};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let run = MlFlow::in_folder("mlruns", "pets")?.with_param("arch", "resnet34")?;
/// let mut learn = learn.with_observer(run.clone());
/// learn.fit_one_cycle(5, 1e-3)?;
/// run.add_picture("results.png", &learn.show_results(9)?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct MlFlow {
    run: Arc<Run>,
    written: Arc<Mutex<Written>>,
}

#[derive(Debug, Default)]
struct Written {
    told: Told,
    files: HashMap<String, File>,
    /// What the fit will have come to.
    end: Status,
    /// Something could not be written.
    failed: bool,
}

impl MlFlow {
    /// A new run of an experiment, which is found by its name or made, as the folder is.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn in_folder(folder: impl AsRef<Path>, experiment: &str) -> Result<Self, LearnerError> {
        let run = Run::new(folder.as_ref(), experiment).map_err(|why| unwritten(folder.as_ref(), why))?;
        Ok(Self { run: Arc::new(run), written: Arc::default() })
    }

    /// Where the run is kept.
    pub fn folder(&self) -> &Path {
        self.run.folder()
    }

    /// A setting of the run, under a name of which letters, digits and `_-. :/` remain; cut after 6,000 characters.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn with_param(self, name: &str, value: impl std::fmt::Display) -> Result<Self, LearnerError> {
        let value: String = value.to_string().chars().take(6000).collect();
        self.write(&["params", &named(name)], value.as_bytes())?;
        Ok(self)
    }

    /// A file among the run's artifacts: a report, a model.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`] where it cannot be read or written.
    pub fn add_file(&self, file: impl AsRef<Path>) -> Result<(), LearnerError> {
        let file = file.as_ref();
        let name = file.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
        let bytes = std::fs::read(file).map_err(|why| unwritten(file, why))?;
        self.write(&["artifacts", &named(&name)], &bytes)
    }

    /// A picture among the run's artifacts, as PNG.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn add_picture(&self, name: &str, picture: &RgbImage) -> Result<(), LearnerError> {
        let mut png = io::Cursor::new(Vec::new());
        let encoded = picture.write_to(&mut png, image::ImageFormat::Png).map_err(io::Error::other);
        encoded.map_err(|why| unwritten(self.folder(), why))?;
        self.write(&["artifacts", &named(name)], png.get_ref())
    }

    /// A number under a name, at the step that training has come to.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn add_number(&self, name: &str, value: f64) -> Result<(), LearnerError> {
        let mut written = self.written();
        let step = written.told.steps;
        self.line(&mut written, name, value, step).map_err(|why| unwritten(self.folder(), why))
    }

    fn line(&self, written: &mut Written, name: &str, value: f64, step: usize) -> io::Result<()> {
        let name = named(name);
        if !written.files.contains_key(&name) {
            let path = self.folder().join("metrics").join(&name);
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            written.files.insert(name.clone(), OpenOptions::new().create(true).append(true).open(path)?);
        }
        let file = written.files.get_mut(&name).ok_or(io::ErrorKind::NotFound)?;
        file.write_all(format!("{} {value} {step}\n", now()).as_bytes())
    }

    fn write(&self, path: &[&str], bytes: &[u8]) -> Result<(), LearnerError> {
        let path = path.iter().fold(self.folder().to_path_buf(), |path, part| path.join(part));
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| write_whole(&path, bytes)).map_err(|why| unwritten(&path, why))
    }

    /// A panic of another clone's leaves whole lines.
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, written: &mut Written, event: &Event) -> io::Result<()> {
        match event {
            Event::Start { .. } => {
                written.end = Status::Finished;
                self.run.is(Status::Running)?;
            }
            Event::Failed(LearnerError::Interrupted { .. }) => written.end = Status::Killed,
            Event::Failed(_) => written.end = Status::Failed,
            Event::End => self.run.is(written.end)?,
            _ => {}
        }
        let values = written.told.numbers(event, |group| format!("train/rate_{group}"));
        let step = written.told.steps;
        values.into_iter().try_for_each(|(name, value)| self.line(written, &name, value, step))
    }
}

impl Observer for MlFlow {
    fn observe(&mut self, event: &Event) -> Flow {
        let mut written = self.written();
        if !written.failed
            && let Err(why) = self.told(&mut written, event)
        {
            tracing::warn!("mlflow: cannot write to {}: {why}; it ends here", self.folder().display());
            written.failed = true;
        }
        Flow::Continue
    }
}

fn unwritten(path: &Path, why: io::Error) -> LearnerError {
    LearnerError::Write { stage: "mlflow", path: PathBuf::from(path), why }
}
