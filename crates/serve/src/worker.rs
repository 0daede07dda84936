//! From uploads to answers: pictures are decoded on all cores, and those that are ready go through the model together.
//!
//! Large pictures have a lane of their own, with one thread that decodes and answers one at a time: whatever is sent there, small ones pass it, and
//! it takes the memory of one.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, available_parallelism};

use firelight_predict::{Predictor, Seen};
use tokio::sync::oneshot;

use crate::lane::Lane;
use crate::model::{Asked, Model, Wanted};
use crate::refusal::Refusal;
use crate::told::Told;
use crate::upload::{LetGo, Upload};

/// Uploads that wait to be decoded, in each lane.
const WAITING: usize = 512;
/// Threads that decode small pictures: as many as cores, and no more than keep any model on a processor busy.
const DECODERS: usize = 8;
/// Bytes that a small picture takes at most to be decoded: some two million pixels.
const SMALL: u64 = 20 << 20;
/// Bytes that small pictures take together to be decoded, and the others: as much as a single one may.
const ROOM: [u64; 2] = [64 << 20, 224 << 20];
/// Pictures that go through the model together at most.
const TOGETHER: usize = 16;
/// Bytes of what is decoded and waits for the model.
const READY: u64 = 16 << 20;

/// An upload with what was asked of it.
type Job = (Upload, Asked);

/// The way to the threads; cheap to clone.
#[derive(Clone)]
pub struct Worker {
    model: Arc<Model>,
    small: SyncSender<(Job, u64)>,
    large: SyncSender<(Job, u64)>,
}

impl Worker {
    pub fn start(predictor: Predictor, told: Told) -> io::Result<Self> {
        let [(small, quick), (large, slow)] = ROOM.map(|room| Lane::new(WAITING, room));
        let quick = Arc::new(quick);
        let (ready, waiting) = sync_channel(most_ready(&predictor));
        let model = Arc::new(Model { predictor, told });
        for _ in 0..available_parallelism().map_or(1, usize::from).min(DECODERS) {
            let (of, lane, ready) = (model.clone(), quick.clone(), ready.clone());
            spawn("small", move || see(&of, &lane, |picture| drop(ready.send(picture))))?;
        }
        let of = model.clone();
        spawn("large", move || see(&of, &slow, |picture| of.answer(vec![picture])))?;
        let of = model.clone();
        spawn("model", move || answer(&of, &waiting))?;
        Ok(Self { model, small, large })
    }

    pub async fn ask(&self, upload: Upload, evidence: Wanted) -> Result<String, Refusal> {
        let (reply, answer) = oneshot::channel();
        let _held = LetGo(upload.clone());
        let bytes = upload.look(|bytes| self.model.predictor.manifest().decoding_bytes(bytes));
        let lane = if bytes > SMALL { &self.large } else { &self.small };
        lane.try_send(((upload, Asked { evidence, reply }), bytes)).map_err(|_| Refusal::Busy)?;
        answer.await.map_err(|_| Refusal::Failed)?
    }
}

/// How many pictures may wait for the model, decoded.
fn most_ready(predictor: &Predictor) -> usize {
    let manifest = predictor.manifest();
    let channels: usize = manifest.input.channels().iter().sum();
    let bytes = manifest.transforms.output_size().map_or(READY, |size| 4 * size.pixels() * channels as u64);
    ((READY / bytes.max(1)) as usize).clamp(1, TOGETHER)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.into()).spawn(work).map(drop)
}

/// Decodes what comes along a lane, and hands it on.
fn see(model: &Model, lane: &Lane<Job>, then: impl Fn((Seen, Asked))) {
    while let Some(((upload, asked), _room)) = lane.next() {
        // Whoever gave up waiting needs no answer.
        let Some(held) = upload.take() else { continue };
        let seen = model.see(&held.bytes);
        drop(held);
        match seen {
            Ok(seen) => then((seen, asked)),
            Err(refusal) => drop(asked.reply.send(Err(refusal))),
        }
    }
}

/// Answers all that is ready whenever something is: under load that is much, and nobody waits for it otherwise.
fn answer(model: &Model, ready: &Receiver<(Seen, Asked)>) {
    while let Ok(first) = ready.recv() {
        model.answer(std::iter::once(first).chain(ready.try_iter().take(TOGETHER - 1)).collect());
    }
}
