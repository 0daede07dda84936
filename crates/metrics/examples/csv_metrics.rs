//! Metrics of any program's predictions: a table with the actual class and a column of probabilities for each class.
//!
//! ```sh
//! cargo run -p firelight-metrics --example csv_metrics [FILE.csv]
//! ```
//!
//! Without a file it takes a small table of its own.

use std::error::Error;

use firelight_metrics::{
    CostMatrix, Decision, Groups, Vocab, accuracy, brier_score, calibration_error, cross_group_errors, mean_cost,
    mean_recall, measure, top_k,
};

const TABLE: &str = "\
actual,Bengal,Siamese,beagle,pug
Bengal,0.7,0.2,0.05,0.05
Siamese,0.5,0.4,0.05,0.05
beagle,0.1,0.3,0.25,0.35
pug,0.05,0.05,0.2,0.7
pug,0.4,0.05,0.2,0.35
";

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => TABLE.to_owned(),
    };
    let mut table = csv::Reader::from_reader(text.as_bytes());
    // The order of the columns is the order of the classes.
    let vocab = Vocab::ordered(table.headers()?.iter().skip(1))?;
    let (mut rows, mut actual) = (Vec::new(), Vec::new());
    for line in table.records() {
        let line = line?;
        actual.push(vocab.o2i(&line[0])?);
        rows.push(line.iter().skip(1).map(str::parse::<f32>).collect::<Result<Vec<_>, _>>()?);
    }

    // Oxford's naming: cats begin with a capital letter. A wrong breed of the right species costs a quarter.
    let species = Groups::by(&vocab, |name| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
    let metrics = [
        accuracy(),
        top_k(2),
        mean_recall(),
        cross_group_errors(&species),
        mean_cost(&cost, &vocab)?,
        brier_score(),
        calibration_error(),
    ];
    let cheapest = Decision::minimum_risk(&cost, &vocab)?;
    println!("{:<20}{:>10}{:>15}", format!("{} examples", rows.len()), "likeliest", "cheapest");
    for metric in &metrics {
        let [likeliest, cheapest] = [&Decision::Argmax, &cheapest].map(|decision| {
            let value = measure(metric, &rows, &actual, decision);
            value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"))
        });
        println!("{:<20}{likeliest:>10}{cheapest:>15}", metric.name());
    }
    Ok(())
}
