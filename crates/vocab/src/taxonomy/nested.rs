use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::read::Edges;
use crate::{Taxonomy, VocabError};

impl Taxonomy {
    /// From nested JSON, in any of the usual shapes, mixed as one likes:
    ///
    /// - an object from names to what is below them, `{"dog": {"hound": ["beagle"]}}`;
    /// - a list of nodes, a text being a leaf, `["pug", {"hound": ["beagle"]}]`;
    /// - a pair of a name and a list, `["dog", ["pug", ["hound", ["beagle"]]]]`;
    /// - an object with `name` and `children`.
    ///
    /// ```
    /// use firelight_vocab::Taxonomy;
    ///
    /// let tree = Taxonomy::from_nested_json(r#"{"dog": ["pug", {"hound": ["beagle"]}]}"#)?;
    /// assert_eq!(tree.to_string(), "dog\n  hound\n    beagle\n  pug");
    /// # Ok::<(), firelight_vocab::VocabError>(())
    /// ```
    ///
    /// # Errors
    /// [`VocabError::TaxonomyText`], [`VocabError::TwoParents`] or [`VocabError::Cycle`].
    pub fn from_nested_json(text: &str) -> Result<Self, VocabError> {
        let nested: Nested = serde_json::from_str(text)
            .map_err(|error| VocabError::TaxonomyText { line: error.line(), reason: error.to_string() })?;
        let mut edges = Edges::default();
        add(&mut edges, None, &nested)?;
        edges.tree()
    }
}

fn add(edges: &mut Edges, above: Option<&str>, nested: &Nested) -> Result<(), VocabError> {
    match nested {
        Nested::Nothing => Ok(()),
        Nested::Name(name) => edges.add(above, name),
        Nested::List(nodes) => match nodes.as_slice() {
            [Nested::Name(name), below @ Nested::List(_)] => {
                edges.add(above, name)?;
                add(edges, Some(name), below)
            }
            nodes => nodes.iter().try_for_each(|node| add(edges, above, node)),
        },
        Nested::Object(entries) => {
            let entry = |key: &str| entries.iter().find(|(name, _)| name == key).map(|entry| &entry.1);
            if let (Some(Nested::Name(name)), true) =
                (entry("name"), entries.iter().all(|(key, _)| key == "name" || key == "children"))
            {
                edges.add(above, name)?;
                return entry("children").map_or(Ok(()), |below| add(edges, Some(name), below));
            }
            entries.iter().try_for_each(|(name, below)| {
                edges.add(above, name)?;
                add(edges, Some(name), below)
            })
        }
    }
}

/// Any nesting of names. Entries of an object stay as written, so a name written twice is noticed.
enum Nested {
    Nothing,
    Name(String),
    List(Vec<Nested>),
    Object(Vec<(String, Nested)>),
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NestedVisitor)
    }
}

struct NestedVisitor;

impl<'de> Visitor<'de> for NestedVisitor {
    type Value = Nested;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name, a list of nodes or an object of nodes")
    }

    fn visit_unit<E>(self) -> Result<Nested, E> {
        Ok(Nested::Nothing)
    }

    fn visit_str<E>(self, name: &str) -> Result<Nested, E> {
        Ok(Nested::Name(name.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Nested, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Nested::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Nested, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Nested::Object(entries))
    }
}
