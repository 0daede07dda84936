//! What is wrong with a data set: findings from a table of out-of-fold probabilities, and from the pictures where there are some.
//!
//! ```sh
//! cargo run -p firelight-doctor --example doctor [TABLE.csv [FOLDER [CORRECTIONS.csv]]]
//! ```
//!
//! The table's columns are `item`, `label`, perhaps `part` (`train`, `valid` or `test`), and a probability for each class under the
//! class's name. The items are names of pictures in the folder. Suspects are written to the last file, to be decided about there. Without a
//! table it takes a small one of its own.

use std::error::Error;
use std::path::Path;

use firelight_doctor::{Corrections, FaultLimits, Findings, Fingerprint, LabelErrors, Look, NearDuplicates, Part};
use firelight_transforms::{Limits, TransformError, open};
use firelight_vocab::Vocab;
use rayon::prelude::*;

const TABLE: &str = "\
item,label,beagle,pug
1.jpg,beagle,0.92,0.08
2.jpg,beagle,0.85,0.15
3.jpg,beagle,0.07,0.93
4.jpg,pug,0.11,0.89
5.jpg,pug,0.30,0.70
6.jpg,pug,0.95,0.05
7.jpg,pug,0.02,0.98
";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let text = arguments.first().map_or_else(|| Ok(TABLE.to_owned()), std::fs::read_to_string)?;
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers()?.clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let (item, label) = (column("item").ok_or("no column item")?, column("label").ok_or("no column label")?);
    let part = column("part");
    let classes: Vec<usize> =
        (0..header.len()).filter(|at| ![Some(item), Some(label), part].contains(&Some(*at))).collect();
    let vocab = Vocab::ordered(classes.iter().map(|&class| &header[class]))?;

    let (mut items, mut labels, mut parts, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in table.records() {
        let line = line?;
        items.push(line[item].to_owned());
        labels.push(vocab.o2i(&line[label])?);
        parts.extend(part.map(|part| match &line[part] {
            "valid" => Part::Valid,
            "test" => Part::Test,
            _ => Part::Train,
        }));
        rows.push(classes.iter().map(|&class| line[class].parse::<f32>()).collect::<Result<Vec<_>, _>>()?);
    }
    let mut findings = Findings::of(&items).with_labels(&vocab, &labels, &rows, &LabelErrors::new())?;
    if part.is_some() {
        findings = findings.with_parts(&parts)?;
    }
    if let Some(folder) = arguments.get(1).map(Path::new) {
        let look = |item: &String| -> Result<(Fingerprint, Look), TransformError> {
            let picture = open(&folder.join(item), &Limits::default())?;
            Ok((Fingerprint::of(&picture), Look::of(&picture)))
        };
        let (prints, looks): (Vec<_>, Vec<_>) =
            items.par_iter().map(look).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        findings =
            findings.with_pictures(&prints, &NearDuplicates::new())?.with_looks(&looks, &FaultLimits::default())?;
    }
    print!("{findings}");
    if let Some(file) = arguments.get(2) {
        Corrections::of(findings.review())?.write(file)?;
    }
    Ok(())
}
