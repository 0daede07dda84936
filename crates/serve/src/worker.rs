//! The one thread that decodes and predicts, a picture at a time: memory stays that of one picture, and the kernels below
//! use all cores anyway.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use firelight_plots::overlay;
use firelight_predict::{PredictError, Predictor};
use tokio::sync::{mpsc, oneshot};

use crate::answer::Reply;
use crate::refusal::Refusal;
use crate::told::Told;
use crate::upload::{LetGo, Upload};

/// Uploads that wait for the model.
const WAITING: usize = 512;

/// Which evidence is to be drawn over the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Nothing,
    /// For the answer.
    Usual,
    /// For this number of the model's.
    Of(usize),
}

struct Job {
    upload: Upload,
    evidence: Wanted,
    /// An answer is JSON already: a large mask is not to be written by a thread that serves.
    reply: oneshot::Sender<Result<String, Refusal>>,
}

/// The way to the thread; cheap to clone.
#[derive(Clone)]
pub struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    pub fn start(predictor: Predictor, told: Told) -> io::Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING);
        let work = move || {
            while let Some(Job { upload, evidence, reply }) = waiting.blocking_recv() {
                // Whoever gave up waiting needs no answer.
                let Some(held) = upload.take() else { continue };
                let answer = catch_unwind(AssertUnwindSafe(|| look(&predictor, &told, &held.bytes, evidence)));
                let _ = reply.send(answer.unwrap_or(Err(Refusal::Failed)));
            }
        };
        std::thread::Builder::new().name("model".into()).spawn(work)?;
        Ok(Self { jobs })
    }

    pub async fn ask(&self, upload: Upload, evidence: Wanted) -> Result<String, Refusal> {
        let (reply, answer) = oneshot::channel();
        let _held = LetGo(upload.clone());
        self.jobs.try_send(Job { upload, evidence, reply }).map_err(|_| Refusal::Busy)?;
        answer.await.map_err(|_| Refusal::Failed)?
    }
}

fn look(predictor: &Predictor, told: &Told, bytes: &[u8], evidence: Wanted) -> Result<String, Refusal> {
    let refuse = |error: PredictError| match error {
        PredictError::Input { .. } | PredictError::NoOutput { .. } => Refusal::Picture(error.to_string()),
        // The model's fault, and not the picture's.
        _ => Refusal::Failed,
    };
    let picture = predictor.manifest().decode(bytes);
    let picture = picture.map_err(|error| Refusal::Picture(error.to_string()))?;
    let answer = predictor.answer_picture(&picture).map_err(refuse)?;
    let output = match evidence {
        Wanted::Nothing => None,
        Wanted::Usual => Some(answer.output()),
        Wanted::Of(output) => Some(output),
    };
    let evidence = output.map(|output| predictor.explain(&picture, Some(output))).transpose().map_err(refuse)?;
    let evidence = evidence.map(|map| overlay(&map.seen, &map.heat, map.columns));
    let reply = Reply::new(predictor.named(&answer), told, evidence.as_ref());
    serde_json::to_string(&reply).map_err(|_| Refusal::Failed)
}
