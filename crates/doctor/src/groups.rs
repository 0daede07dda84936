//! Pairs that hang together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::duplicates::{Pair, likest};

/// Items that are one by pairs, directly or through others.
///
/// ```
/// use firelight_doctor::{Pair, Twin, groups};
///
/// let pair = |first, second, likeness| Pair { first, second, likeness, how: Twin::Copy };
/// let groups = groups(vec![pair(0, 1, 0.9), pair(2, 3, 0.99), pair(1, 4, 1.0)]);
/// assert_eq!(groups.iter().map(|group| group.items.clone()).collect::<Vec<_>>(), [vec![0, 1, 4], vec![2, 3]]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The items, in order.
    pub items: Vec<usize>,
    /// The pairs that make it, the likest first.
    pub pairs: Vec<Pair>,
}

/// The groups that pairs make, that of the likest pair first.
pub fn groups(pairs: Vec<Pair>) -> Vec<Group> {
    let mut heads: BTreeMap<usize, usize> = BTreeMap::new();
    for pair in &pairs {
        let (one, other) = (head(&heads, pair.first), head(&heads, pair.second));
        // The least item heads its group, so that heads have no cycles.
        for item in [one, other, pair.first, pair.second] {
            heads.insert(item, one.min(other));
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for &item in heads.keys() {
        let group = groups.entry(head(&heads, item)).or_insert_with(|| Group { items: Vec::new(), pairs: Vec::new() });
        group.items.push(item);
    }
    for pair in likest(pairs) {
        if let Some(group) = groups.get_mut(&head(&heads, pair.first)) {
            group.pairs.push(pair);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    let most = |group: &Group| group.pairs.first().map_or(0.0, |pair| pair.likeness);
    groups.sort_by(|a, b| most(b).total_cmp(&most(a)));
    groups
}

fn head(heads: &BTreeMap<usize, usize>, mut item: usize) -> usize {
    while let Some(&next) = heads.get(&item).filter(|next| **next != item) {
        item = next;
    }
    item
}
