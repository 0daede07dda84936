//! Predicting many files at once.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use firelight_datablock::{OnError, progress};
use firelight_transforms::{Broken, Limits, Size, TransformError, open};
use rayon::prelude::*;

use super::{Prediction, Predictor};
use crate::LearnerError;

/// Files to be predicted, in their order, a batch at a time, while the next batch is read; made by
/// [`Predictor::predict_files`].
///
/// | option | default |
/// |---|---|
/// | [`with_batch_size`](Self::with_batch_size) | 32 |
/// | [`with_on_error`](Self::with_on_error) | [`OnError::Fail`] |
/// | [`with_probabilities`](Self::with_probabilities) | `false`: the picked class's alone |
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_datablock::{OnError, image_files};
/// use firelight_learner::Predictor;
///
/// let predictor = Predictor::load("pets.firelight", &Device::flex())?;
/// let done = predictor
///     .predict_files(image_files("inbox")?)
///     .with_on_error(OnError::Skip)
///     .with_probabilities(true)
///     .write_csv("predictions.csv")?;
/// println!("{} files, {} of them broken", done.files, done.broken.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FilePredictions<'a> {
    pub(super) predictor: &'a Predictor,
    files: Vec<PathBuf>,
    batch_size: usize,
    on_error: OnError,
    pub(super) probabilities: bool,
}

/// How a run over many files went.
///
/// ```no_run
/// # use firelight_learner::{LearnerError, Predictor};
/// # fn run(predictor: Predictor) -> Result<(), LearnerError> {
/// let done = predictor.predict_files(["a.jpg", "b.jpg"]).write_json_lines("predictions.jsonl")?;
/// assert!(done.broken.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Predicted {
    /// Files that have a prediction.
    pub files: usize,
    /// Files that have none, with the reason; empty unless [`OnError::Skip`] was asked for.
    pub broken: Vec<Broken>,
}

impl Predictor {
    /// The classes of many files, such as [`image_files`](firelight_datablock::image_files) finds.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::{OnError, image_files};
    /// use firelight_learner::Predictor;
    ///
    /// let predictor = Predictor::load("pets.firelight", &Device::flex())?;
    /// let done = predictor.predict_files(image_files("inbox")?).with_on_error(OnError::Skip).write_csv("breeds.csv")?;
    /// println!("{} predicted, {} broken", done.files, done.broken.len());
    /// # Ok::<(), firelight_learner::LearnerError>(())
    /// ```
    pub fn predict_files(&self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> FilePredictions<'_> {
        FilePredictions {
            predictor: self,
            files: files.into_iter().map(Into::into).collect(),
            batch_size: 32,
            on_error: OnError::Fail,
            probabilities: false,
        }
    }
}

impl FilePredictions<'_> {
    /// Pictures that go through the model together.
    pub fn with_batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size.max(1);
        self
    }

    /// What a file does that cannot be read: end the run, or be listed in [`Predicted::broken`].
    pub fn with_on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Whether tables have the probability of every class.
    pub fn with_probabilities(mut self, probabilities: bool) -> Self {
        self.probabilities = probabilities;
        self
    }

    /// Calls `each` with every file's prediction, in the files' order.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Input`] for the first broken file, with [`OnError::Fail`].
    pub fn for_each(self, mut each: impl FnMut(&Path, &Prediction)) -> Result<Predicted, LearnerError> {
        self.rows(|path, prediction| {
            each(path, prediction);
            Ok::<_, LearnerError>(())
        })
    }

    pub(super) fn rows<E: From<LearnerError>>(
        self,
        mut each: impl FnMut(&Path, &Prediction) -> Result<(), E>,
    ) -> Result<Predicted, E> {
        let bar = progress::bar(self.files.len(), "predict");
        let mut done = Predicted::default();
        std::thread::scope(|scope| {
            let (send, batches) = sync_channel(1);
            let files = &self;
            scope.spawn(move || files.read(&send));
            for batch in batches {
                for read in self.predict(batch) {
                    match read {
                        Ok((path, prediction)) => {
                            each(path, &prediction)?;
                            done.files += 1;
                        }
                        Err(broken) if self.on_error == OnError::Skip => done.broken.push(broken),
                        Err(Broken { path, reason }) => return Err(LearnerError::Input { path, source: reason }.into()),
                    }
                    bar.inc(1);
                }
            }
            Ok::<_, E>(())
        })?;
        Ok(done)
    }

    /// Reads batch after batch, each with as many threads as the processor has, until nobody wants the next.
    fn read<'a>(&'a self, send: &SyncSender<Vec<Seen<'a>>>) {
        let planes = |path: &Path| self.predictor.planes(&open(path, &Limits::default())?);
        for files in self.files.chunks(self.batch_size) {
            let batch = files.par_iter().map(|path| (path.as_path(), planes(path))).collect();
            if send.send(batch).is_err() {
                return;
            }
        }
    }

    /// The predictions of a batch, in its order. Without a size in the transforms each picture may have one of its own.
    fn predict<'a>(&self, batch: Vec<Seen<'a>>) -> Vec<Result<(&'a Path, Prediction), Broken>> {
        let size = batch.iter().find_map(|(_, seen)| seen.as_ref().ok().map(|(size, _)| *size));
        let alike = |seen: &Seen| seen.1.as_ref().is_ok_and(|(own, _)| Some(*own) == size);
        let together: Vec<f32> = batch
            .iter()
            .filter(|seen| alike(seen))
            .flat_map(|(_, seen)| seen.iter().flat_map(|s| &s.1))
            .copied()
            .collect();
        let mut predictions = match size {
            Some(size) => self.predictor.predict_planes(size, together),
            None => Vec::new(),
        }
        .into_iter();
        let one = |(path, seen): Seen<'a>| match seen {
            Ok((own, planes)) => {
                let shared = if Some(own) == size { predictions.next() } else { None };
                let alone = || self.predictor.predict_planes(own, planes).into_iter().next();
                let unread = || TransformError::Empty { size: own };
                shared
                    .or_else(alone)
                    .map(|prediction| (path, prediction))
                    .ok_or_else(|| Broken { path: path.into(), reason: unread() })
            }
            Err(error) => Err(Broken { path: path.into(), reason: error.in_file(path) }),
        };
        batch.into_iter().map(one).collect()
    }
}

/// A file and what the model will see of it.
type Seen<'a> = (&'a Path, Result<(Size, Vec<f32>), TransformError>);
