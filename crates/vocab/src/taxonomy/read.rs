use std::collections::HashMap;

use crate::{Groups, Taxonomy, VocabError};

impl Taxonomy {
    /// From one path a class, `animal/dog/hound/beagle`: as folders are laid out.
    ///
    /// A name stands for one node, wherever it comes. Empty parts are left out.
    ///
    /// # Errors
    /// [`VocabError::TwoParents`] or [`VocabError::Cycle`].
    pub fn from_paths<S: AsRef<str>>(paths: impl IntoIterator<Item = S>) -> Result<Self, VocabError> {
        let mut edges = Edges::default();
        for path in paths {
            let parts = path.as_ref().split('/').map(str::trim);
            let mut above = None;
            for part in parts.filter(|part| !part.is_empty()) {
                edges.add(above, part)?;
                above = Some(part);
            }
        }
        edges.tree()
    }

    /// From rows of a parent and a child. An empty parent marks a root, which needs no row of its own.
    ///
    /// # Errors
    /// [`VocabError::TwoParents`] or [`VocabError::Cycle`].
    pub fn from_parent_child<P: AsRef<str>, C: AsRef<str>>(
        rows: impl IntoIterator<Item = (P, C)>,
    ) -> Result<Self, VocabError> {
        let mut edges = Edges::default();
        for (parent, child) in rows {
            let parent = Some(parent.as_ref().trim()).filter(|parent| !parent.is_empty());
            edges.add(parent, child.as_ref().trim())?;
        }
        edges.tree()
    }

    /// From a CSV text whose rows are a parent and a child; a first row `parent,child` is skipped.
    ///
    /// # Errors
    /// [`VocabError::TaxonomyText`], [`VocabError::TwoParents`] or [`VocabError::Cycle`].
    pub fn from_parent_child_csv(text: &str) -> Result<Self, VocabError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut rows = Vec::new();
        for (position, record) in reader.records().enumerate() {
            let wrong = |line: Option<&csv::Position>, reason: String| VocabError::TaxonomyText {
                line: line.map_or(0, csv::Position::line) as usize,
                reason,
            };
            let record = record.map_err(|error| wrong(error.position(), error.to_string()))?;
            let [parent, child] = record.iter().collect::<Vec<_>>()[..] else {
                return Err(wrong(record.position(), "expected parent,child".to_owned()));
            };
            if position > 0 || (parent, child) != ("parent", "child") {
                rows.push((parent.to_owned(), child.to_owned()));
            }
        }
        Self::from_parent_child(rows)
    }

    /// Two levels: the groups below the root, the classes below their groups.
    pub fn from_groups(groups: &Groups) -> Self {
        let mut names = vec!["root".to_owned()];
        let mut parents = vec![None];
        for (number, group) in groups.names().iter().enumerate() {
            let node = names.len();
            names.push(group.clone());
            parents.push(Some(0));
            for class in groups.members(number) {
                names.push(groups.vocab()[class].to_owned());
                parents.push(Some(node));
            }
        }
        // The parents stand before their children, so there is no cycle to report.
        Self::from_parents(&names, &parents).unwrap_or_else(|_| unreachable!("parents come first"))
    }
}

/// Edges between named nodes, a name one node.
#[derive(Default)]
pub(super) struct Edges {
    names: Vec<String>,
    parents: Vec<Option<usize>>,
    numbers: HashMap<String, usize>,
}

impl Edges {
    pub fn add(&mut self, parent: Option<&str>, child: &str) -> Result<(), VocabError> {
        let parent = parent.map(|parent| self.number(parent));
        let child = self.number(child);
        let Some(parent) = parent else {
            return Ok(());
        };
        match self.parents[child] {
            Some(known) if known != parent => {
                let node = self.names[child].clone();
                Err(VocabError::TwoParents { node })
            }
            _ => {
                self.parents[child] = Some(parent);
                Ok(())
            }
        }
    }

    pub fn tree(&self) -> Result<Taxonomy, VocabError> {
        Taxonomy::from_parents(&self.names, &self.parents)
    }

    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.parents.push(None);
        self.numbers.insert(name.to_owned(), number);
        number
    }
}
