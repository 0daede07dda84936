//! Checkpoints that a stranger made, or a disk: every number of their state replaced by what may do harm, with digests that are right.

use std::path::{Path, PathBuf};

use ciborium::Value;
use firelight_files::Format;
use firelight_learner::{Checkpoints, Ema, LearnerError};
use firelight_losses::CrossEntropy;

use crate::bomb::{self, Bomb, Learned};
use crate::shapes;

const FORMAT: Format =
    Format { magic: "firelight-checkpoint", oldest: 3, version: 3, what: "checkpoint", writer: "with_checkpoints" };

/// Numbers of a state, one after the other: `change` is given each with its place, and may give another value for it.
fn each(value: &mut Value, place: &str, change: &mut impl FnMut(&str, &Value) -> Option<Value>) {
    if let Some(other) = change(place, value) {
        *value = other;
        return;
    }
    match value {
        Value::Array(list) => {
            for (number, inner) in list.iter_mut().enumerate() {
                each(inner, &format!("{place}/{number}"), change);
            }
        }
        Value::Map(map) => {
            for (name, inner) in map {
                let name = name.as_text().unwrap_or_default().to_owned();
                each(inner, &format!("{place}/{name}"), change);
            }
        }
        _ => {}
    }
}

/// A checkpoint in its parts.
struct Parts {
    manifest: serde_json::Value,
    tensors: Vec<u8>,
    state: Value,
}

impl Parts {
    fn read(path: &Path) -> Self {
        let (manifest, mut tensors): (serde_json::Value, Vec<u8>) = FORMAT.read(path).expect("a checkpoint");
        let state = tensors.split_off(tensors.len() - manifest["parts"][4].as_u64().expect("a length") as usize);
        let state = ciborium::from_reader(state.as_slice()).expect("CBOR");
        Self { manifest, tensors, state }
    }

    fn write(&self, path: &Path, state: &Value) {
        let mut packed = Vec::new();
        ciborium::into_writer(state, &mut packed).expect("CBOR");
        let mut manifest = self.manifest.clone();
        manifest["parts"][4] = packed.len().into();
        FORMAT.write(path, &manifest, &[&self.tensors, &packed]).expect("written");
    }
}

/// A run of two epochs that was broken off within its second.
fn broken_off(pictures: &Path, kept: &Path) -> PathBuf {
    let bomb = Bomb::default();
    bomb.set(bomb::Place::Update, 60);
    run(pictures, kept, &bomb).expect_err("broken off");
    let newest = std::fs::read_dir(kept).expect("a folder").map(|entry| entry.expect("an entry").path());
    newest.filter(|path| path.extension().is_some_and(|ending| ending == "checkpoint")).max().expect("a checkpoint")
}

fn run(pictures: &Path, kept: &Path, bomb: &Bomb) -> Result<Learned, LearnerError> {
    let checkpoints = Checkpoints::in_folder(kept).every_steps(1);
    let learn = bomb::learner(pictures, bomb, CrossEntropy::new()).with_ema(Ema::new(0.9));
    let mut learn = learn.with_checkpoints(checkpoints);
    learn.fit_one_cycle(2, 1e-2)?;
    Ok(Learned::by(&learn))
}

/// A18: states beyond their history made the program panic.
#[test]
fn no_number_of_a_checkpoint_does_harm() {
    let (pictures, kept) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let newest = broken_off(pictures.path(), kept.path());
    // The others would be gone on from.
    for entry in std::fs::read_dir(kept.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path != newest && path.extension().is_some_and(|ending| ending == "checkpoint") {
            std::fs::remove_file(path).expect("removed");
        }
    }
    let (history, parts) = (std::fs::read(kept.path().join("run.history")).expect("bytes"), Parts::read(&newest));
    let values = || {
        let numbers = [0, 1, 7, 1_u64 << 31, u64::MAX].map(|number| Value::Integer(number.into()));
        let floats = [f64::NAN, -1.0, f64::INFINITY, 1e300].map(Value::Float);
        numbers.into_iter().chain(floats).chain([
            Value::Null,
            Value::Bool(true),
            Value::Array(Vec::new()),
            Value::Integer((-3).into()),
        ])
    };
    let mut places = Vec::new();
    each(&mut parts.state.clone(), "", &mut |place, value| {
        if matches!(value, Value::Integer(_) | Value::Float(_) | Value::Bool(_)) {
            places.push(place.to_owned());
        }
        None
    });
    let all = std::env::var("FIRELIGHT_HOSTILE").is_ok_and(|form| form == "all");
    let (mut tried, mut refused) = (0, 0);
    for (number, (place, value)) in
        places.iter().flat_map(|place| values().map(move |value| (place, value))).enumerate()
    {
        // A share of them, another one at each place.
        if !all && !number.is_multiple_of(9) {
            continue;
        }
        let mut state = parts.state.clone();
        each(&mut state, "", &mut |at, _| (at == place).then(|| value.clone()));
        parts.write(&newest, &state);
        std::fs::write(kept.path().join("run.history"), &history).expect("a file");
        let there: Vec<_> =
            std::fs::read_dir(kept.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        let done = run(pictures.path(), kept.path(), &Bomb::default());
        tried += 1;
        refused += usize::from(done.is_err());
        if let Err(error) = done {
            assert!(!matches!(error, LearnerError::Panicked { .. }), "{place} = {value:?}: {error}");
        }
        // What a run wrote that went on is not for the next.
        for entry in std::fs::read_dir(kept.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if !there.contains(&path) {
                std::fs::remove_file(path).expect("removed");
            }
        }
    }
    eprintln!("{tried} tried, {refused} refused with a sentence");
    assert!(tried >= 40 && refused > tried / 3, "{refused} of {tried}");
}

/// A9, A18: weights that are no numbers, and an optimizer that is gone.
#[test]
fn no_weights_without_numbers_and_no_optimizer_that_is_gone() {
    let (pictures, kept) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let newest = broken_off(pictures.path(), kept.path());
    let parts = Parts::read(&newest);
    let said = || {
        for entry in std::fs::read_dir(kept.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path != newest && path.extension().is_some_and(|ending| ending == "checkpoint") {
                std::fs::remove_file(path).expect("removed");
            }
        }
        run(pictures.path(), kept.path(), &Bomb::default()).expect_err("refused").to_string()
    };
    let weights = parts.manifest["parts"][0].as_u64().expect("a length") as usize;
    let mut tensors = parts.tensors.clone();
    tensors[weights - 4..weights].copy_from_slice(&f32::NAN.to_le_bytes());
    Parts { tensors, manifest: parts.manifest.clone(), state: Value::Null }.write(&newest, &parts.state);
    assert!(said().ends_with(" are not finite numbers"), "{}", said());

    let optimizer = parts.manifest["parts"][1].as_u64().expect("a length") as usize;
    let mut manifest = parts.manifest.clone();
    manifest["parts"][1] = 0.into();
    let tensors = [&parts.tensors[..weights], &parts.tensors[weights + optimizer..]].concat();
    Parts { tensors, manifest, state: Value::Null }.write(&newest, &parts.state);
    assert!(said().ends_with("it has no state of the optimizer"), "{}", said());
}
