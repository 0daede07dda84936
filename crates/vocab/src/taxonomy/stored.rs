use std::collections::HashSet;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Taxonomy;

/// A taxonomy in a file: names, and for each the number of its parent.
#[derive(Serialize, Deserialize)]
struct Stored {
    names: Vec<String>,
    parents: Vec<Option<usize>>,
}

impl Serialize for Taxonomy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (names, parents) = self.rows();
        Stored { names, parents }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Taxonomy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { names, parents } = Stored::deserialize(deserializer)?;
        let known = |parent: &Option<usize>| parent.is_none_or(|parent| parent < names.len());
        if names.len() != parents.len() || !parents.iter().all(known) {
            return Err(D::Error::custom("names and parents of a taxonomy do not fit"));
        }
        let tree = Self::from_parents(&names, &parents).map_err(D::Error::custom)?;
        // A class has one leaf; which of two it is would be a matter of chance.
        let mut seen = HashSet::new();
        if let Some(leaf) = tree.leaves().find(|leaf| !seen.insert(tree.name(*leaf))) {
            return Err(D::Error::custom(format!("taxonomy: two leaves are called {:?}", tree.name(leaf))));
        }
        Ok(tree)
    }
}
