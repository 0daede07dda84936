//! Calibrates the probabilities of any program: a table with the actual class and a column of probabilities for each class, some of whose
//! lines say no class.
//!
//! ```sh
//! cargo run -p firelight-costs --example calibrate [FILE.csv [temperature | vector]] > calibrated.csv
//! ```
//!
//! The lines with a class are what it is fitted on; all lines come out again with calibrated probabilities. What the calibration is and does is
//! said on the other stream. Without a file it takes that of the examples.

use std::error::Error;
use std::io::stdout;

use firelight_costs::{Calibrator, HeldOut, Vocab};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = match arguments.next() {
        Some(file) => std::fs::read_to_string(file)?,
        None => include_str!("predictions.csv").to_owned(),
    };
    let calibrator = match arguments.next().as_deref() {
        Some("vector") => Calibrator::vector(),
        None | Some("temperature") => Calibrator::temperature(),
        Some(other) => return Err(format!("{other} is no form of calibration; take temperature or vector").into()),
    };
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers()?.clone();
    // The order of the columns is the order of the classes.
    let vocab = Vocab::ordered(header.iter().skip(1))?;
    let mut lines = Vec::new();
    for line in table.records() {
        let line = line?;
        let row = line.iter().skip(1).map(str::parse).collect::<Result<Vec<f32>, _>>()?;
        lines.push((line[0].to_owned(), row));
    }
    let known: Vec<_> = lines.iter().filter(|(actual, _)| !actual.is_empty()).collect();
    let rows: Vec<&[f32]> = known.iter().map(|(_, row)| row.as_slice()).collect();
    let targets = known.iter().map(|(actual, _)| vocab.o2i(actual)).collect::<Result<Vec<_>, _>>()?;

    let calibration = calibrator.fit(&HeldOut::of_probabilities(&vocab, &rows, &targets)?)?;
    eprintln!("{calibration}");
    let mut written = csv::Writer::from_writer(stdout());
    written.write_record(&header)?;
    for (actual, row) in &lines {
        let calibrated = calibration.apply(row).into_iter().map(|probability| format!("{probability:.6}"));
        written.write_record(std::iter::once(actual.clone()).chain(calibrated))?;
    }
    written.flush()?;
    Ok(())
}
