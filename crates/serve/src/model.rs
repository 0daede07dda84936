//! What the model says of pictures that are decoded, several at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use firelight_plots::overlay;
use firelight_predict::{Answer, PredictError, Predictor, Seen};
use tokio::sync::oneshot;

use crate::answer::Reply;
use crate::refusal::Refusal;
use crate::told::Told;

/// Which evidence is to be drawn over the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Nothing,
    /// For the answer.
    Usual,
    /// For this number of the model's.
    Of(usize),
}

/// What somebody asked, and the way back.
pub struct Asked {
    pub evidence: Wanted,
    /// An answer is JSON already: a large mask is not to be written by a thread that serves.
    pub reply: oneshot::Sender<Result<String, Refusal>>,
}

pub struct Model {
    pub predictor: Predictor,
    pub told: Told,
}

impl Model {
    /// What it sees of an upload.
    pub fn see(&self, upload: &[u8]) -> Result<Seen, Refusal> {
        guarded(|| {
            let picture = self.predictor.manifest().decode(upload);
            let picture = picture.map_err(|error| Refusal::Picture(error.to_string()))?;
            self.predictor.see(&picture).map_err(|error| refuse(&error))
        })
    }

    /// Answers pictures together, and then explains those of which that is asked, one at a time.
    pub fn answer(&self, batch: Vec<(Seen, Asked)>) {
        // Whoever gave up waiting needs no answer.
        let waiting = batch.into_iter().filter(|(_, asked)| !asked.reply.is_closed());
        let (seen, asked): (Vec<Seen>, Vec<Asked>) = waiting.unzip();
        // Who gets no answer is told that the model failed.
        let answers = catch_unwind(AssertUnwindSafe(|| self.predictor.answer_seen(&seen))).unwrap_or_default();
        let mut later = Vec::new();
        for ((seen, Asked { evidence, reply }), answer) in seen.iter().zip(asked).zip(answers) {
            match (evidence, answer.map_err(|error| refuse(&error))) {
                (Wanted::Nothing, Ok(answer)) => drop(reply.send(guarded(|| self.said(&answer, None)))),
                (evidence, Ok(answer)) => later.push((seen, answer, evidence, reply)),
                (_, Err(refusal)) => drop(reply.send(Err(refusal))),
            }
        }
        for (seen, answer, evidence, reply) in later {
            let output = if let Wanted::Of(output) = evidence { output } else { answer.output() };
            if !reply.is_closed() {
                drop(reply.send(guarded(|| self.said(&answer, Some((seen, output))))));
            }
        }
    }

    /// An answer in JSON, with the evidence for an output, drawn over what was seen.
    fn said(&self, answer: &Answer, evidence: Option<(&Seen, usize)>) -> Result<String, Refusal> {
        let evidence = evidence.map(|(seen, output)| self.predictor.explain_seen(seen, Some(output)));
        let evidence =
            evidence.transpose().map_err(|error| refuse(&error))?.map(|map| overlay(&map.seen, &map.heat, map.columns));
        let reply = Reply::new(self.predictor.named(answer), &self.told, evidence.as_ref());
        serde_json::to_string(&reply).map_err(|_| Refusal::Failed)
    }
}

fn refuse(error: &PredictError) -> Refusal {
    match error {
        PredictError::Input { .. } | PredictError::NoOutput { .. } => Refusal::Picture(error.to_string()),
        // The model's fault, and not the picture's.
        _ => Refusal::Failed,
    }
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Refusal::Failed))
}
