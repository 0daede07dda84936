use std::path::PathBuf;

use firelight_predict::{OnError, PredictError, Predictor};
use image::RgbImage;

/// A predictor, and a folder of twelve pictures of several sizes, the fourth of them broken.
fn inbox() -> (Predictor, tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<PathBuf> = (0..12).map(|number| folder.path().join(format!("{number:02}.png"))).collect();
    for (number, file) in files.iter().enumerate() {
        crate::picture(number as u64, 40 + number as u32, 36).save(file).expect("a picture");
    }
    std::fs::write(&files[3], "not a picture").expect("a file");
    (crate::predictor(), folder, files)
}

#[test]
fn many_files_get_the_predictions_that_each_gets_alone() {
    let (predictor, _folder, files) = inbox();
    let mut seen = Vec::new();
    let done = predictor
        .predict_files(&files)
        .with_batch_size(5)
        .with_on_error(OnError::Skip)
        .for_each(|path, prediction| seen.push((path.to_path_buf(), prediction.clone())))
        .expect("predictions");
    assert_eq!((done.files, done.broken.len()), (11, 1));
    assert!(done.broken[0].path.ends_with("03.png"));
    assert!(done.broken[0].reason.to_string().contains("03.png"), "{}", done.broken[0].reason);
    let whole = files.iter().filter(|file| **file != done.broken[0].path);
    for (file, (path, prediction)) in whole.zip(&seen) {
        assert_eq!(file, path);
        let alone = predictor.predict(file).expect("a prediction");
        assert_eq!(alone.class, prediction.class);
        for (one, many) in alone.probabilities.iter().zip(&prediction.probabilities) {
            assert!((one - many).abs() < 1e-6);
        }
    }
}

#[test]
fn tables_hold_a_row_a_file() {
    let (predictor, folder, mut files) = inbox();
    files.retain(|file| !file.ends_with("03.png"));
    let place = folder.path().join("table.csv");
    let done = predictor.predict_files(&files).with_probabilities(true).write_csv(&place).expect("a table");
    assert_eq!(done.files, 11);
    let text = std::fs::read_to_string(&place).expect("text");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("file,class,probability,ant,bee,\"a fly, drawn\""));
    let row: Vec<&str> = lines.next().expect("a row").split(',').collect();
    let alone = predictor.predict(&files[0]).expect("a prediction");
    assert_eq!((row[0], row[1]), (files[0].to_str().expect("text"), alone.class.as_str()));
    assert!((row[2].parse::<f32>().expect("a number") - alone.probability()).abs() < 1e-6);
    assert_eq!(lines.count(), 10);

    let place = folder.path().join("table.jsonl");
    predictor.predict_files(&files).write_json_lines(&place).expect("a table");
    let text = std::fs::read_to_string(&place).expect("text");
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 11);
    assert_eq!(rows[0]["class"], alone.class.as_str());
    assert!(rows[0].get("probabilities").is_none());
    predictor.predict_files(&files).with_probabilities(true).write_json_lines(&place).expect("a table");
    let text = std::fs::read_to_string(&place).expect("text");
    let row: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let sum: f64 = predictor.vocab().iter().map(|c| row["probabilities"][c].as_f64().expect("a number")).sum();
    assert!((sum - 1.0).abs() < 1e-5);
}

#[test]
fn a_broken_file_ends_the_run_unless_it_may_be_left_out_and_no_half_table_stays() {
    let (predictor, folder, files) = inbox();
    let place = folder.path().join("table.csv");
    let error = predictor.predict_files(&files).with_batch_size(3).write_csv(&place).expect_err("a broken file");
    assert!(matches!(&error, PredictError::Input { path: Some(path), .. } if path.ends_with("03.png")), "{error}");
    assert!(error.to_string().starts_with("predict: decode: cannot decode "), "{error}");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    assert!(left.iter().all(|path| path.extension().is_some_and(|e| e == "png")), "{left:?}");
    let error =
        predictor.predict_files(&files[..1]).write_csv("no/such/folder/t.csv").expect_err("no folder").to_string();
    assert!(error.starts_with("predict: cannot write no/such/folder/t.csv: "), "{error}");
}

#[test]
fn bytes_are_predicted_as_their_file_is() {
    let (predictor, _folder, files) = inbox();
    let bytes = std::fs::read(&files[0]).expect("bytes");
    let prediction = predictor.predict_bytes(&bytes).expect("a prediction");
    assert_eq!(prediction, predictor.predict(&files[0]).expect("a prediction"));
    let picture: RgbImage = image::open(&files[0]).expect("a picture").into_rgb8();
    assert_eq!(prediction, predictor.predict_picture(&picture).expect("a prediction"));
    assert!(predictor.predict_bytes(b"no picture").is_err());
}
