//! The class to answer where mistakes differ in cost, from a table of costs and one of probabilities:
//!
//! ```sh
//! cargo run -p firelight-costs --example decide -- COSTS.csv PROBABILITIES.csv
//! ```
//!
//! The columns of the second are named as the classes. Without arguments both are examples.

use std::error::Error;

use firelight_costs::{CostMatrix, Decision, Vocab};

/// Rows are true classes: to send an ill patient home costs ten times a needless test.
const COSTS: &str = ",healthy,ill\nhealthy,0,1\nill,10,0\n";
const PROBABILITIES: &str = "ill,healthy\n0.02,0.98\n0.2,0.8\n0.6,0.4\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let mut table = |example: &str| paths.next().map_or(Ok(example.to_owned()), std::fs::read_to_string);
    let (costs, probabilities) = (table(COSTS)?, table(PROBABILITIES)?);

    let mut rows = csv::Reader::from_reader(probabilities.as_bytes());
    // The columns say which number is which class, in whatever order the costs have them.
    let vocab = Vocab::ordered(rows.headers()?.iter().map(str::to_owned))?;
    let cheapest = Decision::minimum_risk(&CostMatrix::from_csv_wide(&costs)?, &vocab)?;
    for row in rows.records() {
        let probabilities = row?.iter().map(str::parse).collect::<Result<Vec<f32>, _>>()?;
        let name = |class: Option<usize>| class.map_or("none", |class| &vocab[class]);
        let (likeliest, answer) = (Decision::Argmax.best(&probabilities), cheapest.best(&probabilities));
        println!("{probabilities:?}: likeliest {}, of least expected cost {}", name(likeliest), name(answer));
    }
    Ok(())
}
