//! How far a model's probabilities, sets and answers can be trusted: a table with the actual class and a column of probabilities for each class.
//!
//! ```sh
//! cargo run -p firelight-metrics --example trust [FILE.csv [PATHS.txt]]
//! ```
//!
//! The second file has a line for each class, the way to it from the root of a tree (`animal/dog/pug`). Half of the lines of the table are for
//! calibration and promises, the other half is what these are judged by. Without files it takes those of the example.

use std::error::Error;
use std::fs::read_to_string;

use firelight_costs::{Calibrator, Climb, Limit, NodeDecision, TreeDistance};
use firelight_metrics::{
    Binning, ClassMetric, ClassTree, CostMatrix, Decision, HeldOut, NodeReport, Reliability, RiskCoverage, SetReport,
    SetRule, Vocab, accuracy, adaptive_calibration_error, ancestor_f_beta, aurc, calibration_error,
    classwise_calibration_error, full_path_accuracy, hops, measure, path_consistency,
};
use firelight_vocab::Taxonomy;

const PATHS: &str = "\
animal/cat/Bengal
animal/cat/Siamese
animal/dog/hound/beagle
animal/dog/hound/dachshund
animal/dog/mastiff/boxer
animal/dog/mastiff/pug
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let table = files.next().map_or(Ok(include_str!("predictions.csv").to_owned()), read_to_string)?;
    let taxonomy = Taxonomy::from_paths(files.next().map_or(Ok(PATHS.to_owned()), read_to_string)?.lines())?;

    let (held, fresh) = read(&table)?.split(0.5, 1)?;
    let calibration = Calibrator::temperature().fit(&held)?;
    let calibrated = fresh.calibrated(&calibration);
    let tree = ClassTree::new(&taxonomy, fresh.vocab())?;
    let cost = CostMatrix::from_taxonomy(&taxonomy, TreeDistance::MeetingHeight)?;
    let metrics: [ClassMetric; 10] = [
        accuracy(),
        calibration_error(),
        classwise_calibration_error(),
        adaptive_calibration_error(),
        aurc(),
        ancestor_f_beta(&tree, 1.0),
        full_path_accuracy(&tree),
        path_consistency(&tree),
        hops(&cost, fresh.vocab(), 3)?,
        hops(&cost, fresh.vocab(), fresh.vocab().len())?,
    ];
    println!("{:<20}{:>8}{:>12}", "", "as given", "calibrated");
    for metric in &metrics {
        let [given, calibrated] = [&fresh, &calibrated].map(|examples| {
            let rows: Vec<&[f32]> = examples.rows().collect();
            let value = measure(metric, &rows, examples.targets(), &Decision::Argmax);
            value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"))
        });
        println!("{:<20}{given:>8}{calibrated:>12}", metric.name());
    }
    println!(
        "\nCalibrated, by confidence:\n{}",
        Reliability::of(calibrated.rows(), fresh.targets(), Binning::Count(5))
    );

    let likeliest = |row: &[f32]| Decision::Argmax.best(row);
    let pairs = calibrated.examples().map(|(row, target)| {
        let confidence = row.iter().copied().fold(f32::NAN, f32::max);
        (f64::from(confidence), f64::from(likeliest(row) != Some(target)))
    });
    println!("\nAnswers to the surest alone:\n{}", RiskCoverage::of(pairs));

    let limit = Limit::on_average(0.1)?;
    let held = held.calibrated(&calibration);
    for rule in [SetRule::lac(), SetRule::aps(), SetRule::lac().per_class()] {
        let sets = rule.fit(&held, limit)?;
        println!("\n{sets}\n{}", SetReport::of(&sets, &calibrated));
    }

    println!("\nAnswers that are nodes:");
    let (climb, cheapest) = (Climb::fit(&tree, &held, limit)?, NodeDecision::path_length(&tree));
    let report = |decide: &dyn Fn(&[f32]) -> Option<usize>| {
        NodeReport::of(&tree, calibrated.examples().map(|(row, target)| (target, decide(row))))
    };
    println!("likeliest: {}", report(&|row| likeliest(row).map(|class| tree.leaf(class))));
    println!("cheapest:  {}", report(&|row| cheapest.decide(row)));
    println!("climb:     {}", report(&|row| climb.decide(row)));
    Ok(())
}

fn read(text: &str) -> Result<HeldOut, Box<dyn Error>> {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    // The order of the columns is the order of the classes.
    let vocab = Vocab::ordered(table.headers()?.iter().skip(1))?;
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for line in table.records() {
        let line = line?;
        targets.push(vocab.o2i(&line[0])?);
        rows.push(line.iter().skip(1).map(str::parse).collect::<Result<Vec<f32>, _>>()?);
    }
    Ok(HeldOut::of_probabilities(&vocab, &rows, &targets)?)
}
