//! Ways to say that some mistakes cost less than others, on scores written by hand.

use firelight::burn::tensor::{Int, Tensor};
use firelight::prelude::*;

fn main() -> Result<()> {
    let device = device_from_env()?;

    // ANCHOR: vocab
    let vocab = Vocab::from_labels(["pug", "Bengal", "beagle", "Siamese", "boxer", "Birman"]);
    println!("{vocab}\n"); // sorted: the cats 0, 1, 2 and the dogs 3, 4, 5
    assert_eq!(vocab.o2i("pug")?, 5);

    let cat_or_dog = |breed: &str| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" };
    let species = Groups::by(&vocab, cat_or_dog);
    // ANCHOR_END: vocab

    // ANCHOR: soft
    let labels = SoftLabels::from_groups(&species).within_mass(0.2);
    assert_eq!(labels.labels().row(vocab.o2i("pug")?), [0.0, 0.0, 0.0, 0.1, 0.1, 0.8]);
    let soft = SoftLabelCrossEntropy::new(&labels, &vocab)?;
    // ANCHOR_END: soft

    // ANCHOR: pair
    let weights = PairWeights::from_groups(&species, 1.0, 3.0).with("pug", "Bengal", 5.0)?;
    let pair = PairWeighted::new(CrossEntropy::new(), &weights, &vocab)?;
    let expected = pair.clone().expected();
    // ANCHOR_END: pair

    // ANCHOR: csv
    let table = "true,predicted,cost\nBengal,Siamese,0.25,symmetric\nbeagle,pug,0.5,symmetric\n";
    let cost = CostMatrix::from_csv_long(table, &vocab, 1.0)?; // all other mistakes cost 1
    let graded = SoftLabelCrossEntropy::new(&cost.soft_labels(6.0, 0.3)?, &vocab)?;
    // ANCHOR_END: csv

    // ANCHOR: by_hand
    let by_hand = CostMatrix::from_fn(&vocab, |actual, predicted| match (actual, predicted) {
        _ if actual == predicted => 0.0,
        ("beagle", "pug") | ("pug", "beagle") => 0.25,
        _ => 1.0,
    });
    println!("a pug taken for a beagle costs {}", by_hand.get("pug", "beagle")?);
    // ANCHOR_END: by_hand

    // ANCHOR: compare
    // a pug, taken for a beagle (column 3) and for a Bengal (column 0) with the same confidence
    let scores = [[0.0, 0.0, 0.0, 3.0, 0.0, 1.0], [3.0, 0.0, 0.0, 0.0, 0.0, 1.0]];
    let plain = CrossEntropy::new();
    let losses: [(&str, &dyn Loss<Tensor<1, Int>>); 5] =
        [("plain", &plain), ("soft", &soft), ("pair", &pair), ("expected", &expected), ("graded", &graded)];
    for (name, loss) in losses {
        let scores = Tensor::<2>::from_floats(scores, &device);
        let pugs = Tensor::<1, Int>::from_ints([5, 5], &device);
        let each: Vec<f32> = loss.forward(scores, pugs, Reduction::None).into_data().iter::<f32>().collect();
        println!("{name:8}  beagle {:.2}  Bengal {:.2}", each[0], each[1]);
    }
    // ANCHOR_END: compare

    // ANCHOR: decision
    let cost = CostMatrix::from_groups(&species, 0.25, 1.0);
    let decision = Decision::minimum_risk(&cost, &vocab)?;
    let probabilities = [0.4, 0.0, 0.0, 0.25, 0.2, 0.15]; // a Bengal, or else some dog
    assert_eq!(&vocab[Decision::Argmax.decide(&probabilities)[0]], "Bengal");
    assert_eq!(&vocab[decision.decide(&probabilities)[0]], "beagle");
    // ANCHOR_END: decision
    Ok(())
}
