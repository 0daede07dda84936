//! Requests that come together are answered together, each with its own answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use firelight_costs::Decision;
use firelight_predict::{Answer, TargetKind};
use firelight_serve::Server;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::{Running, animals, predictor};

/// A picture of stripes that are its own.
fn striped(number: u32, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * (number + 3)) as u8, (y * (2 * number + 1)) as u8, (37 * number) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A number of JSON that a model of numbers gave.
fn first(said: &Value) -> f32 {
    said["values"]["value 1"].as_f64().unwrap() as f32
}

#[test]
fn everybody_gets_the_own_answer_beside_broken_pictures_evidence_and_those_who_hang_up() {
    let folder = tempfile::tempdir().unwrap();
    let model = predictor(folder.path(), TargetKind::Values(2), Decision::Argmax, 1);
    let pictures: Vec<Vec<u8>> = (0..24).map(|number| striped(number, 40 + number, 40)).collect();
    let expected: Vec<f32> = pictures
        .iter()
        .map(|picture| match model.answer_bytes(picture).unwrap() {
            Answer::Values(values) => values[0],
            other => panic!("{other}"),
        })
        .collect();
    let running = Running::start(Server::new(model).unwrap());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                while let Some(turn) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|turn| *turn < 400) {
                    let number = turn % pictures.len();
                    let (picture, expected) = (&pictures[number], expected[number]);
                    match turn % 7 {
                        0 => {
                            let (status, said) = running.send("POST /predict", &picture[..picture.len() / 2]);
                            assert!(status == 422 && said.contains("\"error\":\"decode: "), "{said}");
                        }
                        1 => {
                            let said = running.json("POST /predict?evidence=1", picture);
                            assert_eq!(first(&said).to_bits(), expected.to_bits());
                            assert!(said["evidence"].as_str().unwrap().starts_with("data:image/jpeg;base64,"));
                        }
                        2 => drop(running.begun("POST /predict", picture)),
                        _ => {
                            let said = running.json("POST /predict", picture);
                            assert_eq!(first(&said).to_bits(), expected.to_bits(), "{number}");
                            assert!(said.get("evidence").is_none());
                        }
                    }
                }
            });
        }
    });
}

/// Ten of twelve million pixels came before it.
#[test]
fn a_small_picture_passes_the_large_ones() {
    let folder = tempfile::tempdir().unwrap();
    let model = predictor(folder.path(), TargetKind::Category(animals()), Decision::Argmax, 1);
    let (small, large) = (striped(1, 40, 40), striped(0, 4000, 3000));
    let expected = [&small, &large].map(|picture| model.predict_bytes(picture).unwrap().class);
    let running = Running::start(Server::new(model).unwrap());
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        let all: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    let said = running.json("POST /predict", &large);
                    answered.fetch_add(1, Ordering::SeqCst);
                    said["class"].as_str().unwrap().to_owned()
                })
            })
            .collect();
        // Some are being decoded.
        while answered.load(Ordering::SeqCst) == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(running.json("POST /predict", &small)["class"], expected[0]);
        assert!(answered.load(Ordering::SeqCst) < 10);
        for one in all {
            assert_eq!(one.join().unwrap(), expected[1]);
        }
    });
}
