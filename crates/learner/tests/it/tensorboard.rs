//! Files for `TensorBoard`: byte for byte its own messages, and found by its own reader.

use std::fs;
use std::path::Path;
use std::process::Command;

use burn::tensor::Device;
use firelight_learner::{Checkpoints, EpochRow, Event, Observer, StepRow, TensorBoard};
use serde_json::Value;

use crate::shapes;

/// The messages of the only file of a folder, without their times, after a look at lengths and checksums.
fn messages(folder: &Path) -> Vec<String> {
    let mut files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut rest = &fs::read(files.next().expect("a file")).expect("bytes")[..];
    assert!(files.next().is_none());
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_at(12);
        let bytes = u64::from_le_bytes(length[..8].try_into().expect("eight")) as usize;
        let masked = |bytes: &[u8]| (crc32c::crc32c(bytes).rotate_right(15)).wrapping_add(0xa282_ead8).to_le_bytes();
        assert_eq!(length[8..], masked(&length[..8]));
        let (message, after) = after.split_at(bytes);
        assert_eq!(after[..4], masked(message));
        // One byte says "a time", eight have it.
        assert_eq!(message[0], 0x09);
        let digits = message[9..].iter().flat_map(|byte| [byte >> 4, byte & 15]);
        messages.push(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect());
        rest = &after[4..];
    }
    messages
}

#[test]
fn messages_are_those_of_tensorboard() {
    let place = tempfile::tempdir().expect("a folder");
    let mut board = TensorBoard::in_folder(place.path().join("run")).expect("a file");
    let (metrics, better) = (["accuracy".to_owned(), "recall".to_owned()], []);
    board.observe(&Event::Start { epochs: 2, steps: 2, metrics: &metrics, better: &better, again: 0 });
    let step = |loss, momentum, rates: &[f64]| StepRow { loss, smooth_loss: loss, rates: rates.to_vec(), momentum };
    board.observe(&Event::Step(&step(0.5, 0.9, &[1e-3])));
    board.observe(&Event::Step(&step(0.25, 0.95, &[1e-5, 1e-3])));
    let epoch = |steps, train_loss, valid_loss, metrics: [Option<f64>; 2], seconds| {
        let metrics = metrics.to_vec();
        EpochRow { epoch: 0, steps, train_loss, valid_loss, metrics, seconds }
    };
    board.observe(&Event::Epoch(&epoch(200, 0.3, Some(0.0), [Some(0.75), None], 2.5)));
    board.observe(&Event::Epoch(&epoch(300, 0.2, None, [None, None], 2.0)));
    board.add_number("best", -1.5).expect("room");
    let reference: Vec<String> = serde_json::from_str(include_str!("board_messages.json")).expect("JSON");
    assert_eq!(messages(&place.path().join("run")), reference);
}

#[test]
fn a_run_that_goes_on_is_told_once() {
    let Some(python) = std::env::var_os("FIRELIGHT_TENSORBOARD") else {
        eprintln!("skipped: FIRELIGHT_TENSORBOARD names no Python that has tensorboard");
        return;
    };
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let logs = place.path().join("logs");
    let learner = || {
        let board = TensorBoard::in_folder(&logs).expect("a file");
        let learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(board.clone());
        (learn.with_checkpoints(Checkpoints::in_folder(place.path().join("kept"))), board)
    };
    let (mut learn, _) = learner();
    learn.fit(2, 1e-3).expect("a fit");
    let (mut again, board) = learner();
    again.fit(2, 1e-3).expect("the same fit");
    again.fit(1, 1e-3).expect("another");
    board.add_picture("batch", &again.show_batch().expect("a batch")).expect("room");

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/board_messages.py");
    let read = Command::new(python).arg(script).arg("read").arg(&logs).output().expect("Python");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let found: Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let history = again.history();
    let told = |tag: &str| -> Vec<(usize, f32)> {
        let rows = found["scalars"][tag].as_array().expect("a tag").iter();
        rows.map(|row| (row[0].as_u64().expect("a step") as usize, row[1].as_f64().expect("a value") as f32)).collect()
    };
    let steps = history.steps.iter().enumerate().map(|(step, row)| (step + 1, row.loss as f32));
    assert_eq!(told("train/loss"), steps.collect::<Vec<_>>());
    let epochs = history.epochs.iter().map(|row| (row.steps, row.metrics[0].expect("accuracy") as f32));
    assert_eq!(told("valid/accuracy"), epochs.collect::<Vec<_>>());
    assert_eq!(found["images"]["batch"][0][0].as_u64(), Some(history.steps.len() as u64));
}
