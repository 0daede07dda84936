//! Predicting many files at once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use firelight_transforms::{Broken, OnError, TransformError};
use rayon::prelude::*;

use crate::{Answer, PredictError, Prediction, Predictor, Seen};

/// Files to be predicted, in their order, a batch at a time, while the next batch is read; made by
/// [`Predictor::predict_files`].
///
/// | option | default |
/// |---|---|
/// | [`with_batch_size`](Self::with_batch_size) | 32 |
/// | [`with_on_error`](Self::with_on_error) | [`OnError::Fail`] |
/// | [`with_probabilities`](Self::with_probabilities) | `false`: the picked class's alone |
/// | [`with_progress`](Self::with_progress) | none |
///
/// ```no_run
/// use burn::tensor::Device;
/// use firelight_predict::Predictor;
/// use firelight_transforms::OnError;
///
/// let predictor = Predictor::load("pets.firelight", &Device::flex())?;
/// let done = predictor
///     .predict_files(["inbox/a.jpg", "inbox/b.jpg"])
///     .with_on_error(OnError::Skip)
///     .with_probabilities(true)
///     .write_csv("predictions.csv")?;
/// println!("{} files, {} of them broken", done.files, done.broken.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FilePredictions<'a> {
    pub(crate) predictor: &'a Predictor,
    files: Vec<PathBuf>,
    batch_size: usize,
    on_error: OnError,
    pub(crate) probabilities: bool,
    progress: Option<Arc<dyn Fn() + Send + Sync + 'a>>,
}

impl fmt::Debug for FilePredictions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, batch_size, on_error, probabilities, .. } = self;
        let mut shown = f.debug_struct("FilePredictions");
        shown.field("files", &files.len()).field("batch_size", batch_size).field("on_error", on_error);
        shown.field("probabilities", probabilities).finish_non_exhaustive()
    }
}

/// How a run over many files went.
///
/// ```no_run
/// # use firelight_predict::{PredictError, Predictor};
/// # fn run(predictor: Predictor) -> Result<(), PredictError> {
/// let done = predictor.predict_files(["a.jpg", "b.jpg"]).write_json_lines("predictions.jsonl")?;
/// assert!(done.broken.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Predicted {
    /// Files that have a prediction.
    pub files: usize,
    /// Files that have none, with the reason; empty unless [`OnError::Skip`] was asked for.
    pub broken: Vec<Broken>,
}

impl Predictor {
    /// What the model says of many files, such as `image_files` of `firelight-datablock` finds.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_predict::Predictor;
    /// use firelight_transforms::OnError;
    ///
    /// let predictor = Predictor::load("pets.firelight", &Device::flex())?;
    /// let done = predictor.predict_files(["inbox/a.jpg", "inbox/b.jpg"]).with_on_error(OnError::Skip).write_csv("breeds.csv")?;
    /// println!("{} predicted, {} broken", done.files, done.broken.len());
    /// # Ok::<(), firelight_predict::PredictError>(())
    /// ```
    pub fn predict_files(&self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> FilePredictions<'_> {
        FilePredictions {
            predictor: self,
            files: files.into_iter().map(Into::into).collect(),
            batch_size: 32,
            on_error: OnError::Fail,
            probabilities: false,
            progress: None,
        }
    }
}

impl<'a> FilePredictions<'a> {
    /// Calls `step` whenever a file is done with, for a bar.
    pub fn with_progress(mut self, step: impl Fn() + Send + Sync + 'a) -> Self {
        self.progress = Some(Arc::new(step));
        self
    }

    /// Pictures that go through the model together, at least 1.
    pub fn with_batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
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
    /// [`PredictError::Input`] for the first broken file, with [`OnError::Fail`]; [`PredictError::NoNumbers`] where the model gives
    /// NaN; [`PredictError::SeveralFiles`] for a model whose items have several; [`PredictError::EmptyBatches`] for batches of 0.
    pub fn for_each(self, mut each: impl FnMut(&Path, &Prediction)) -> Result<Predicted, PredictError> {
        self.predictor.one_class()?;
        self.rows(|path, answer| {
            if let Answer::Category(prediction) = answer {
                each(path, prediction);
            }
            Ok::<_, PredictError>(())
        })
    }

    /// Calls `each` with every file and what the model says of it, in order, whatever the model was trained for.
    ///
    /// # Errors
    ///
    /// As [`for_each`](Self::for_each), but for the kind.
    pub fn for_each_answer(self, mut each: impl FnMut(&Path, &Answer)) -> Result<Predicted, PredictError> {
        self.rows(|path, answer| {
            each(path, answer);
            Ok::<_, PredictError>(())
        })
    }

    /// The same with an error of the caller's, which ends the run: no further file is predicted.
    ///
    /// ```no_run
    /// # fn print(predictor: &firelight_predict::Predictor) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Write;
    ///
    /// let mut out = std::io::stdout();
    /// predictor.predict_files(["a.jpg", "b.jpg"]).try_for_each_answer(|path, answer| {
    ///     Ok::<_, Box<dyn std::error::Error>>(writeln!(out, "{}: {answer}", path.display())?) // a pipe may be broken
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`for_each_answer`](Self::for_each_answer), and the first that `each` gives.
    pub fn try_for_each_answer<E: From<PredictError>>(
        self,
        each: impl FnMut(&Path, &Answer) -> Result<(), E>,
    ) -> Result<Predicted, E> {
        self.rows(each)
    }

    pub(crate) fn rows<E: From<PredictError>>(
        self,
        mut each: impl FnMut(&Path, &Answer) -> Result<(), E>,
    ) -> Result<Predicted, E> {
        if self.batch_size == 0 {
            return Err(PredictError::EmptyBatches.into());
        }
        self.predictor.one_file()?;
        let mut done = Predicted::default();
        std::thread::scope(|scope| {
            let (send, batches) = sync_channel(1);
            let files = &self;
            scope.spawn(move || files.read(&send));
            for batch in batches {
                for read in self.predict(batch)? {
                    match read {
                        Ok((path, answer)) => {
                            each(path, &answer)?;
                            done.files += 1;
                        }
                        Err(broken) if self.on_error == OnError::Skip => done.broken.push(broken),
                        Err(Broken { path, reason }) => {
                            return Err(PredictError::Input { path: Some(path), why: reason }.into());
                        }
                    }
                    if let Some(step) = &self.progress {
                        step();
                    }
                }
            }
            Ok::<_, E>(())
        })?;
        Ok(done)
    }

    /// Reads batch after batch, each with as many threads as the processor has, until nobody wants the next.
    fn read<'b>(&'b self, send: &SyncSender<Vec<FileSeen<'b>>>) {
        let seen = |path: &Path| self.predictor.seen(&self.predictor.read(path)?);
        for files in self.files.chunks(self.batch_size) {
            let batch = files.par_iter().map(|path| (path.as_path(), seen(path))).collect();
            if send.send(batch).is_err() {
                return;
            }
        }
    }

    /// The answers of a batch, in its order.
    fn predict<'b>(&self, batch: Vec<FileSeen<'b>>) -> Result<Vec<Told<'b>>, PredictError> {
        let (paths, seen): (Vec<&Path>, Vec<_>) = batch.into_iter().unzip();
        let answers = self.predictor.answers_among(seen, |_| self.batch_size);
        let told = paths.into_iter().zip(answers).map(|(path, answer)| match answer {
            Ok(answer) => Ok(Ok((path, answer.map_err(|error| error.of_file(path))?))),
            Err(error) => Ok(Err(Broken { path: path.into(), reason: error.in_file(path) })),
        });
        told.collect()
    }
}

/// A file and what the model says of it, or why there is nothing to say.
type Told<'a> = Result<(&'a Path, Answer), Broken>;

/// A file and what the model will see of it.
type FileSeen<'a> = (&'a Path, Result<Seen, TransformError>);
