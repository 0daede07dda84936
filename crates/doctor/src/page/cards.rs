//! What is on the page: a card for each suspect, in the order in which to look at them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Findings, Group};

/// Pictures of a class beside one that looks like it.
const EXAMPLES: usize = 4;

/// A suspect.
#[derive(Debug, Serialize)]
struct Card {
    /// One of the page's kinds.
    kind: &'static str,
    /// Items, of twins the one that stays first.
    items: Vec<usize>,
    /// The class at fault, or the one of two that comes first.
    given: Option<usize>,
    /// The class that it should be, or the other one.
    suggested: Option<usize>,
    /// What was measured, in words.
    why: String,
}

/// An item on a card.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    part: String,
    labels: Vec<usize>,
}

#[derive(Serialize)]
struct Told<'a> {
    cards: Vec<Card>,
    items: BTreeMap<usize, Item>,
    classes: &'a [String],
}

/// All of it as JSON, and the items that are on cards.
pub(super) fn told(findings: &Findings) -> (String, BTreeSet<usize>) {
    let cards = cards(findings);
    let listed: BTreeSet<usize> = cards.iter().flat_map(|card| card.items.iter().copied()).collect();
    let item = |item: usize| Item {
        name: findings.name(item).to_owned(),
        part: findings.parts.get(item).map(|part| format!("{part:?}").to_lowercase()).unwrap_or_default(),
        labels: findings.labels.get(item).cloned().unwrap_or_default(),
    };
    let items = listed.iter().map(|&number| (number, item(number))).collect();
    let told = Told { cards, items, classes: &findings.classes };
    (serde_json::to_string(&told).unwrap_or_default(), listed)
}

fn cards(findings: &Findings) -> Vec<Card> {
    let (leaks, twins): (Vec<_>, Vec<_>) = findings.duplicates.iter().partition(|group| findings.is_leak(group));
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let about = |kind, item: usize, why: String| Card { kind, items: vec![item], given: None, suggested: None, why };
    let mut cards: Vec<Card> = leaks.into_iter().map(|group| twin(findings, "leak", group)).collect();
    cards.extend(findings.label_errors.iter().map(|error| Card {
        given: Some(error.given),
        suggested: Some(error.suggested),
        ..about("label", error.item, format!("{} sure of its label", percent(error.self_confidence)))
    }));
    cards.extend(findings.several_errors.iter().map(|error| {
        let (class, none) = (Some(error.class), None);
        let (given, suggested) = if error.given { (class, none) } else { (none, class) };
        let why = format!("{} sure of what is given", percent(error.self_confidence));
        Card { given, suggested, ..about("label", error.item, why) }
    }));
    cards.extend(findings.alike.iter().map(|pair| Card {
        kind: "alike",
        items: [pair.first, pair.second].into_iter().flat_map(|class| examples(findings, class)).collect(),
        given: Some(pair.first),
        suggested: Some(pair.second),
        why: format!("{} of the labels within the two are estimated to be the other's", percent(pair.share)),
    }));
    cards.extend(twins.into_iter().map(|group| twin(findings, "twin", group)));
    let fault =
        |fault: &crate::PictureFault| about("fault", fault.item, format!("{}, {:.1} times", fault.fault, fault.by));
    cards.extend(findings.faults.iter().map(fault));
    let outlier = |outlier: &crate::Outlier| {
        about(
            "outlier",
            outlier.item,
            format!("{:.3} from the nearest, a score of {:.3}", outlier.distance, outlier.score),
        )
    };
    cards.extend(findings.outliers.iter().map(outlier));
    cards
}

/// The one in the earliest part stays, unless somebody decides otherwise.
fn twin(findings: &Findings, kind: &'static str, group: &Group) -> Card {
    let mut items = group.items.clone();
    items.sort_by_key(|&item| (findings.parts.get(item), item));
    let why = group.pairs.first().map(|pair| format!("{}, likeness {:.3}", pair.how, pair.likeness));
    Card { kind, items, given: None, suggested: None, why: why.unwrap_or_default() }
}

/// The first items of a class that are no suspects themselves.
fn examples(findings: &Findings, class: usize) -> Vec<usize> {
    let suspects: BTreeSet<usize> = findings.label_errors.iter().map(|error| error.item).collect();
    let is_example = |item: &usize| findings.labels[*item] == [class] && !suspects.contains(item);
    (0..findings.labels.len()).filter(is_example).take(EXAMPLES).collect()
}
