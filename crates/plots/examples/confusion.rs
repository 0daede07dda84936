//! A confusion matrix of any program's predictions, drawn without a model: pairs of an actual and a predicted class.
//!
//! ```sh
//! cargo run -p firelight-plots --example confusion [PAIRS.csv [PICTURE.png]]
//! ```
//!
//! Without a file it takes pairs of its own; without a picture it says what it would have drawn.

use std::error::Error;

use firelight_plots::{confusion, save_png};
use firelight_vocab::{Groups, Vocab};

const PAIRS: &str = "\
Bengal,Bengal
Bengal,Siamese
Siamese,Siamese
beagle,beagle
beagle,pug
pug,pug
pug,pug
pug,Bengal
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = match arguments.next() {
        Some(file) => std::fs::read_to_string(file)?,
        None => PAIRS.to_owned(),
    };
    let pairs: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(',')).collect();
    let vocab = Vocab::from_labels(pairs.iter().flat_map(|(actual, predicted)| [*actual, *predicted]));
    let mut counts = vec![vec![0; vocab.len()]; vocab.len()];
    for (actual, predicted) in &pairs {
        counts[vocab.o2i(actual)?][vocab.o2i(predicted)?] += 1;
    }

    // Oxford's naming: cats begin with a capital letter.
    let species = Groups::by(&vocab, |name| if name.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    let of: Vec<String> = species.of_classes().iter().map(|group| species.names()[*group].clone()).collect();
    let picture = confusion(vocab.names(), &counts, Some(&of));
    println!("{} pairs of {} classes, {} x {} pixels", pairs.len(), vocab.len(), picture.width(), picture.height());
    if let Some(path) = arguments.next() {
        save_png(&picture, path)?;
    }
    Ok(())
}
