//! The run in `TensorBoard`.

mod record;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use image::RgbImage;

use super::told::Told;
use super::{Event, Flow, Observer};
use crate::LearnerError;
use record::{Message, record};

/// Writes a run for [`TensorBoard`](https://www.tensorflow.org/tensorboard): the loss, the rates and the momentum of every step, and the losses,
/// the metrics and the seconds of every epoch.
///
/// | tag | of each |
/// |---|---|
/// | `train/loss`, `train/momentum`, `train/rate`, or `train/rate/0` and so on, a parameter group each | step |
/// | `train/smooth_loss`, `valid/loss`, `valid/` and a metric's name, `epoch/seconds` | epoch, at the number of its last step |
///
/// A folder holds one run; `tensorboard --logdir` takes the folder above several. Steps are counted over all fits of a program. A run that goes on from a checkpoint tells
/// again what happened before, in a file of its own, and `TensorBoard` then shows that and forgets the file before. If a file can no
/// longer be written, because the disk is full for instance, it says so in a warning and ends; the fit goes on.
///
/// Clones write to the same file: one watches training, another adds what comes of it.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, TensorBoard};
/// # fn train(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let board = TensorBoard::in_folder("runs/pets")?;
/// let mut learn = learn.with_observer(board.clone());
/// learn.fit_one_cycle(5, 1e-3)?;
/// board.add_picture("results", &learn.show_results(9)?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TensorBoard {
    path: PathBuf,
    written: Arc<Mutex<Written>>,
}

#[derive(Debug)]
struct Written {
    /// `None` once something could not be written.
    file: Option<File>,
    told: Told,
}

impl TensorBoard {
    /// A new file in this folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, LearnerError> {
        let folder = folder.as_ref();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Files of a folder are read in the order of their names.
        let name = format!("events.out.tfevents.{:010}.{:09}.firelight", now.as_secs(), now.subsec_nanos());
        let path = folder.join(name);
        let made = std::fs::create_dir_all(folder).and_then(|()| File::create_new(&path));
        let mut file = made.map_err(|error| unwritten(&path, error))?;
        let begin = [event(0).text(3, "brain.Event:2"), event(0).message(7, &Message::default().number(1, 1))];
        for message in begin {
            file.write_all(&record(&message)).map_err(|error| unwritten(&path, error))?;
        }
        Ok(Self { path, written: Arc::new(Mutex::new(Written { file: Some(file), told: Told::default() })) })
    }

    /// A picture under a tag, at the step that training has come to.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Write`].
    pub fn add_picture(&self, tag: &str, picture: &RgbImage) -> Result<(), LearnerError> {
        let mut png = io::Cursor::new(Vec::new());
        let encoded = picture.write_to(&mut png, image::ImageFormat::Png).map_err(io::Error::other);
        encoded.map_err(|error| unwritten(&self.path, error))?;
        let (width, height) = picture.dimensions();
        let image = Message::default().number(1, height.into()).number(2, width.into()).number(3, 3);
        let value = Message::default().text(1, tag).message(4, &image.bytes(4, png.get_ref()));
        self.add(&value)
    }

    /// A number under a tag, likewise.
    ///
    /// # Errors
    ///
    /// As [`add_picture`](Self::add_picture).
    pub fn add_number(&self, tag: &str, value: f32) -> Result<(), LearnerError> {
        self.add(&number(tag, value))
    }

    fn add(&self, value: &Message) -> Result<(), LearnerError> {
        let mut written = self.written();
        let message = event(written.told.steps).message(5, &Message::default().message(1, value));
        match &mut written.file {
            Some(file) => file.write_all(&record(&message)).map_err(|error| unwritten(&self.path, error)),
            None => Err(unwritten(&self.path, io::Error::other("an earlier line could not be written"))),
        }
    }

    /// A panic of another clone's leaves whole records.
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for TensorBoard {
    fn observe(&mut self, happened: &Event) -> Flow {
        let mut written = self.written();
        let values = written.told.numbers(happened, |group| format!("train/rate/{group}"));
        if values.is_empty() {
            return Flow::Continue;
        }
        let add = |summary: Message, (tag, value): (String, f64)| summary.message(1, &number(&tag, value as f32));
        let message = event(written.told.steps).message(5, &values.into_iter().fold(Message::default(), add));
        if let Some(Err(error)) = written.file.as_mut().map(|file| file.write_all(&record(&message))) {
            tracing::warn!("tensorboard: cannot write {}: {error}; it ends here", self.path.display());
            written.file = None;
        }
        Flow::Continue
    }
}

/// An event now, at a step.
fn event(step: usize) -> Message {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Message::default().double(1, now.as_secs_f64()).number(2, step as u64)
}

fn number(tag: &str, value: f32) -> Message {
    Message::default().text(1, tag).float(2, value)
}

fn unwritten(path: &Path, why: io::Error) -> LearnerError {
    LearnerError::Write { stage: "tensorboard", path: path.to_path_buf(), why }
}
