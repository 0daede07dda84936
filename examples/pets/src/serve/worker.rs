//! The one thread that decodes and predicts, a picture at a time: memory stays that of one picture, and the kernels below
//! use all cores anyway.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Bytes;
use firelight::prelude::*;
use tokio::sync::{mpsc, oneshot};

use super::answer::Answer;
use super::refusal::Refusal;

/// Uploads that wait for the model.
const WAITING: usize = 512;

struct Job {
    bytes: Bytes,
    /// Whether the evidence is to be drawn over the picture.
    evidence: bool,
    reply: oneshot::Sender<Result<Answer, Refusal>>,
}

/// The way to the thread; cheap to clone.
#[derive(Clone)]
pub struct Worker {
    jobs: mpsc::Sender<Job>,
    classes: usize,
}

impl Worker {
    pub fn start(predictor: Predictor) -> Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING);
        let classes = predictor.vocab().len();
        let work = move || {
            while let Some(Job { bytes, evidence, reply }) = waiting.blocking_recv() {
                // Whoever gave up waiting needs no answer.
                if !reply.is_closed() {
                    let answer = catch_unwind(AssertUnwindSafe(|| look(&predictor, &bytes, evidence)));
                    let _ = reply.send(answer.unwrap_or(Err(Refusal::Failed)));
                }
            }
        };
        std::thread::Builder::new().name("pets-model".into()).spawn(work)?;
        Ok(Self { jobs, classes })
    }

    pub fn classes(&self) -> usize {
        self.classes
    }

    pub async fn ask(&self, bytes: Bytes, evidence: bool) -> Result<Answer, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(Job { bytes, evidence, reply }).map_err(|_| Refusal::Busy)?;
        answer.await.map_err(|_| Refusal::Failed)?
    }
}

fn look(predictor: &Predictor, bytes: &[u8], evidence: bool) -> Result<Answer, Refusal> {
    let refuse = |error: PredictError| match error {
        // The model's fault, and not the picture's.
        PredictError::NoNumbers { .. } => Refusal::Failed,
        other => Refusal::Picture(other.to_string()),
    };
    let picture = predictor.manifest().input.decode(&[bytes]);
    let picture = picture.map_err(|error| Refusal::Picture(error.to_string()))?;
    let prediction = predictor.predict_picture(&picture).map_err(refuse)?;
    let evidence = evidence.then(|| predictor.explain(&picture, Some(prediction.index))).transpose().map_err(refuse)?;
    let evidence = evidence.map(|map| map.overlay());
    Ok(Answer::new(&prediction, predictor.vocab(), evidence.as_ref()))
}
