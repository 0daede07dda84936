//! The labels of many items, each distinct one kept once.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};

use firelight_vocab::{Likeness, Vocab, is_blank};

use crate::guard::guard;
use crate::in_parts::in_parts;
use crate::item::Item;
use crate::{DataError, Labeller};

/// The labels of a part's items as numbers `N`, one an item or several. Of a million items that are numbers, not texts, that
/// stay in memory.
pub(crate) struct Interned<N> {
    /// Each label with the number of the first item that has it, sorted by code point.
    first: BTreeMap<String, usize>,
    /// Parts of the items, in order, each with labels and numbers of its own.
    parts: Vec<(Vec<String>, Vec<N>)>,
}

impl<N: Send> Interned<N> {
    /// Asks `labeller` once for each item. `number` makes an item's numbers out of what the labeller says, by a function
    /// from label to number.
    pub fn of<L, I: Item + ?Sized, P: Borrow<I> + Sync>(
        labeller: &dyn Labeller<L, I>,
        items: &[P],
        number: impl Fn(L, &mut dyn FnMut(String) -> usize) -> N + Sync,
    ) -> Result<Self, DataError> {
        let parts = in_parts(items, |start, items| {
            let mut known: HashMap<String, (usize, usize)> = HashMap::new();
            let mut numbers = Vec::with_capacity(items.len());
            for (place, item) in items.iter().enumerate() {
                let item: &I = item.borrow();
                let said = guard("labeller", item.path().display(), || labeller.label(item))?;
                let mut intern = |label: String| {
                    let next = (known.len(), start + place);
                    known.entry(label).or_insert(next).0
                };
                numbers.push(number(said, &mut intern));
            }
            Ok((known, numbers))
        })?;
        let mut interned = Self { first: BTreeMap::new(), parts: Vec::with_capacity(parts.len()) };
        for (known, numbers) in parts {
            let mut labels = vec![String::new(); known.len()];
            for (label, (number, item)) in known {
                // Parts come in order, so the first to have a label has its first item.
                interned.first.entry(label.clone()).or_insert(item);
                labels[number] = label;
            }
            interned.parts.push((labels, numbers));
        }
        Ok(interned)
    }

    /// The labels, sorted by code point, and for each item what `convert` makes of its numbers, by a function from these to
    /// places among the labels.
    pub fn into_numbers<T>(self, mut convert: impl FnMut(N, &dyn Fn(usize) -> usize) -> T) -> (Vec<String>, Vec<T>) {
        let names: Vec<String> = self.first.into_keys().collect();
        let mut all = Vec::with_capacity(self.parts.iter().map(|(_, numbers)| numbers.len()).sum());
        for (labels, numbers) in self.parts {
            let places: Vec<usize> = labels.iter().map(|label| names.partition_point(|name| name < label)).collect();
            all.extend(numbers.into_iter().map(|numbers| convert(numbers, &|number| places[number])));
        }
        (names, all)
    }

    /// As [`into_numbers`](Self::into_numbers), with labels that can be classes: none looks empty, and a reader can tell them apart.
    pub fn into_classes<I: Item + ?Sized, T>(
        self,
        items: &[&I],
        convert: impl FnMut(N, &dyn Fn(usize) -> usize) -> T,
    ) -> Result<(Vocab, Vec<T>), DataError> {
        let path = |label: &str| items[self.first[label]].path().into_owned();
        if let Some(label) = self.first.keys().find(|label| is_blank(label)) {
            return Err(DataError::EmptyLabel { label: label.clone(), path: path(label) });
        }
        let vocab = Vocab::from_labels(self.first.keys().cloned());
        let may_be_meant = |likeness| matches!(likeness, Likeness::Case | Likeness::CaseAndOther);
        if let Some(pair) = vocab.alike().into_iter().find(|pair| !may_be_meant(pair.likeness)) {
            let labels = [pair.first, pair.second].map(|class| vocab[class].to_owned());
            let paths = labels.each_ref().map(|label| path(label));
            return Err(DataError::AlikeLabels { labels, paths, likeness: pair.likeness });
        }
        Ok((vocab, self.into_numbers(convert).1))
    }
}
