//! Answers as cells of a table.

use firelight_transforms::Mask;
use firelight_vocab::Vocab;
use serde_json::{Map, Value, json};

use crate::kind::both;
use crate::{Answer, TargetKind, Trust};

/// The header of a CSV table after the file, as [`write_csv`](crate::FilePredictions::write_csv) says it; with `all`, the probability of each
/// class too.
pub(crate) fn columns(kind: &TargetKind, trust: &Trust, all: bool) -> Vec<String> {
    let with_all = |first: Vec<&str>, vocab: &Vocab| {
        let first = first.into_iter().map(str::to_owned);
        first.chain(vocab.iter().map(str::to_owned).filter(|_| all)).collect()
    };
    match kind {
        TargetKind::Category(vocab) => {
            let set = trust.sets.iter().map(|_| "set");
            let node = trust.nodes.iter().flat_map(|_| ["node", "node probability"]);
            with_all(["class", "probability"].into_iter().chain(set).chain(node).collect(), vocab)
        }
        TargetKind::Categories(vocab) => with_all(vec!["classes"], vocab),
        // What is told of one of two targets is its class alone.
        TargetKind::Pair(first, second) => {
            let told = |kind| columns(kind, &Trust::default(), all);
            both(told(first), told(second))
        }
        other => other.names(),
    }
}

/// An answer's cells, as [`columns`] names them.
pub(crate) fn cells(kind: &TargetKind, answer: &Answer, all: bool) -> Vec<String> {
    let texts = |numbers: &[f32]| numbers.iter().map(f32::to_string).collect::<Vec<String>>();
    let probabilities = |numbers: &[f32]| if all { texts(numbers) } else { Vec::new() };
    match (kind, answer) {
        (kind, Answer::Category(told)) => {
            let mut first = vec![told.class.clone(), told.probability().to_string()];
            first.extend(told.sure.set.iter().map(|set| joined(kind, &set.classes)));
            first.extend(told.sure.node.iter().flat_map(|node| [node.name.clone(), node.probability.to_string()]));
            [first, probabilities(&told.probabilities)].concat()
        }
        (kind, Answer::Categories(tags)) => {
            [vec![joined(kind, &tags.classes)], probabilities(&tags.probabilities)].concat()
        }
        (_, Answer::Values(values)) => texts(values),
        (kind, Answer::Mask(mask)) => texts(&shares(mask, kind.columns())),
        (_, Answer::Points(points)) => texts(points.as_flattened()),
        (_, Answer::Box(area)) => texts(area),
        (TargetKind::Pair(one, other), Answer::Pair(first, second)) => {
            [cells(one, first, all), cells(other, second, all)].concat()
        }
        (_, Answer::Pair(..)) => Vec::new(),
    }
}

/// An answer's fields of a JSON object.
pub(crate) fn fields(row: &mut Map<String, Value>, kind: &TargetKind, answer: &Answer, all: bool) {
    let mut put = |name: &str, value: Value| _ = row.insert(name.to_owned(), value);
    let by_name = |numbers: &[f32]| -> Value {
        let names = kind.vocab().into_iter().flat_map(Vocab::iter);
        names.zip(numbers).map(|(name, number)| (name.to_owned(), json!(number))).collect()
    };
    match (kind, answer) {
        (_, Answer::Category(told)) => {
            put("class", json!(told.class));
            put("probability", json!(told.probability()));
            if let Ok(Value::Object(sure)) = serde_json::to_value(&told.sure) {
                sure.into_iter().for_each(|(name, value)| put(&name, value));
            }
            if all {
                put("probabilities", by_name(&told.probabilities));
            }
        }
        (_, Answer::Categories(tags)) => {
            put("classes", json!(tags.classes));
            if all {
                put("probabilities", by_name(&tags.probabilities));
            }
        }
        (_, Answer::Values(values)) => put("values", json!(values)),
        (kind, Answer::Mask(mask)) => put("shares", by_name(&shares(mask, kind.columns()))),
        (kind, Answer::Points(points)) => {
            let names = kind.vocab().into_iter().flat_map(Vocab::iter);
            put("points", names.zip(points).map(|(name, place)| (name.to_owned(), json!(place))).collect());
        }
        (_, Answer::Box(area)) => put("box", json!(area)),
        (TargetKind::Pair(one, other), Answer::Pair(first, second)) => {
            fields(row, one, first, all);
            let mut rest = Map::new();
            fields(&mut rest, other, second, all);
            for (name, value) in rest {
                let name = if row.contains_key(&name) { format!("second {name}") } else { name };
                row.insert(name, value);
            }
        }
        (_, Answer::Pair(..)) => {}
    }
}

/// Several classes in one cell.
fn joined(kind: &TargetKind, classes: &[String]) -> String {
    let spaced = kind.vocab().is_some_and(|vocab| vocab.iter().any(|name| name.contains(' ')));
    classes.join(if spaced { ";" } else { " " })
}

/// The share of each class among the pixels that count.
pub(crate) fn shares(mask: &Mask, classes: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; classes];
    for &code in mask.codes() {
        if let Some(count) = counts.get_mut(usize::from(code)) {
            *count += 1;
        }
    }
    let all = counts.iter().sum::<usize>().max(1) as f32;
    counts.into_iter().map(|count| count as f32 / all).collect()
}
