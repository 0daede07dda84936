//! The rows or the columns of a matrix: names in drawing order, members of a group side by side.

use std::collections::HashMap;

pub(crate) struct Names {
    /// The class at each place.
    pub(crate) order: Vec<usize>,
    /// The name at each place.
    pub(crate) labels: Vec<String>,
    /// Groups in the order their first class appears; empty without groups.
    pub(crate) blocks: Vec<Block>,
    /// How many classes found no room.
    pub(crate) left_out: usize,
}

/// Neighbours that belong together: places `start..end`.
pub(crate) struct Block {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// With more classes a cell would be smaller than a pixel.
const MOST: usize = 1400;

impl Names {
    /// `count` classes; one without a name is called by its number, and groups that are not one a class are ignored.
    pub(crate) fn new(names: &[String], count: usize, groups: Option<&[String]>) -> Names {
        let groups = groups.filter(|groups| groups.len() == count);
        let mut order: Vec<usize> = (0..count).collect();
        if let Some(groups) = groups {
            let mut ranks = HashMap::new();
            for group in groups {
                let next = ranks.len();
                ranks.entry(group).or_insert(next);
            }
            order.sort_by_key(|&class| ranks[&groups[class]]);
        }
        order.truncate(MOST);
        let blocks = groups.map_or_else(Vec::new, |groups| blocks(&order, groups));
        let labels =
            order.iter().map(|&class| names.get(class).cloned().unwrap_or_else(|| class.to_string())).collect();
        Names { left_out: count - order.len(), order, labels, blocks }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }
}

fn blocks(order: &[usize], groups: &[String]) -> Vec<Block> {
    let mut start = 0;
    order
        .chunk_by(|&a, &b| groups[a] == groups[b])
        .map(|members| {
            let block = Block { name: groups[members[0]].clone(), start, end: start + members.len() };
            start = block.end;
            block
        })
        .collect()
}
