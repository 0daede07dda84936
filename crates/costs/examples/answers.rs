//! What to answer where a model is not sure: sets of classes, nodes of a tree, or that one does not know.
//!
//! ```sh
//! cargo run -p firelight-costs --example answers
//! ```
//!
//! It takes the table of the examples, six breeds of cats and dogs as a model sees them that is too sure. A third of the lines is for
//! calibration, a third for the promises, and of the last one the first lines are shown.

use std::error::Error;

use firelight_costs::{
    Calibrator, ClassTree, Climb, CostMatrix, HeldOut, Limit, NodeDecision, SetRule, Taxonomy, TreeDistance, Vocab,
};

const TREE: [&str; 6] = [
    "animal/cat/Bengal",
    "animal/cat/Siamese",
    "animal/dog/hound/beagle",
    "animal/dog/hound/dachshund",
    "animal/dog/mastiff/boxer",
    "animal/dog/mastiff/pug",
];

fn main() -> Result<(), Box<dyn Error>> {
    let (calibrating, rest) = predictions()?.split(1.0 / 3.0, 1)?;
    let (promising, fresh) = rest.split(0.5, 1)?;
    // Least expected costs ask for probabilities that mean what they say; promises hold either way, and of other lines.
    let calibration = Calibrator::temperature().fit(&calibrating)?;
    println!("{calibration}\n");
    let (promising, fresh) = (promising.calibrated(&calibration), fresh.calibrated(&calibration));

    let taxonomy = Taxonomy::from_paths(TREE)?;
    let tree = ClassTree::new(&taxonomy, fresh.vocab())?;
    let limit = Limit::on_average(0.05)?;
    let sets = SetRule::lac().fit(&promising, limit)?;
    let climb = Climb::fit(&tree, &promising, limit)?;
    // What is left to a mistake is small: the nearest class of a set costs a tenth of the highest cost on average.
    let cost = CostMatrix::from_taxonomy(&taxonomy, TreeDistance::MeetingHeight)?;
    let near = SetRule::lac().fit_costs(&promising, &cost, Limit::on_average(0.1)?)?;
    let cheapest = NodeDecision::path_length(&tree);
    let or_unknown = NodeDecision::or_unknown(&CostMatrix::uniform(fresh.vocab()), fresh.vocab(), 0.3)?;
    println!("{sets}\n{near}\n{climb}\n{cheapest}\n{or_unknown}\n");

    println!(
        "{:<10} {:<28} {:<20} {:<10} {:<10} {:<10} near",
        "actual", "set", "its cover", "climb", "cheapest", "sure"
    );
    let node = |tree: &ClassTree, node: Option<usize>| node.map_or("-", |node| tree.taxonomy().name(node)).to_owned();
    for (row, target) in fresh.examples().take(12) {
        let classes = |set: &[usize]| set.iter().map(|class| &fresh.vocab()[*class]).collect::<Vec<_>>().join(" ");
        let set = sets.of(row);
        let cover: Vec<String> = tree.cover(&set, 2).into_iter().map(|found| node(&tree, Some(found))).collect();
        let [climbed, least] = [climb.decide(row), cheapest.decide(row)].map(|found| node(&tree, found));
        let sure = node(or_unknown.tree(), or_unknown.decide(row));
        let (actual, near) = (&fresh.vocab()[target], classes(&near.of(row)));
        let (set, cover) = (classes(&set), cover.join(" or "));
        println!("{actual:<10} {set:<28} {cover:<20} {climbed:<10} {least:<10} {sure:<10} {near}");
    }
    Ok(())
}

fn predictions() -> Result<HeldOut, Box<dyn Error>> {
    let mut table = csv::Reader::from_reader(include_str!("predictions.csv").as_bytes());
    let vocab = Vocab::ordered(table.headers()?.iter().skip(1))?;
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for line in table.records() {
        let line = line?;
        targets.push(vocab.o2i(&line[0])?);
        rows.push(line.iter().skip(1).map(str::parse).collect::<Result<Vec<f32>, _>>()?);
    }
    Ok(HeldOut::of_probabilities(&vocab, &rows, &targets)?)
}
