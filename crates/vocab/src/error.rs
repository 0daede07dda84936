use thiserror::Error;

/// Why names and classes do not fit together.
///
/// Every variant names the class, group or node at fault and, where there is one, the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VocabError {
    /// A name that no class has.
    #[error("class {name:?} is not in the vocab{}", hint(suggestion.as_deref(), *classes))]
    UnknownClass {
        /// The name asked for.
        name: String,
        /// The class that is spelled most like it, if one is close.
        suggestion: Option<String>,
        /// How many classes the vocab has.
        classes: usize,
    },
    /// A name given twice to [`Vocab::ordered`](crate::Vocab::ordered).
    #[error("class {name:?} appears twice in the vocab (positions {first} and {second})")]
    RepeatedClass {
        /// The repeated name.
        name: String,
        /// Where it stands first, counted from 0.
        first: usize,
        /// Where it stands again, counted from 0.
        second: usize,
    },
    /// A class listed in two groups.
    #[error("class {name:?} is in two groups: {first:?}, {second:?}")]
    ClassInTwoGroups {
        /// The class.
        name: String,
        /// The group that lists it first.
        first: String,
        /// The other group.
        second: String,
    },
    /// Classes that no group lists.
    #[error("classes in no group: {classes:?}; add .default_group(\"other\")")]
    ClassesInNoGroup {
        /// Their names, in the order of the vocab.
        classes: Vec<String>,
    },
    /// A node below two others.
    #[error("taxonomy: node {node:?} has two parents")]
    TwoParents {
        /// The node.
        node: String,
    },
    /// A node below itself.
    #[error("taxonomy: has a cycle through {node:?}")]
    Cycle {
        /// One of the nodes on the cycle.
        node: String,
    },
    /// A leaf that is no class.
    #[error("taxonomy: leaf {leaf:?} is not in the vocab")]
    LeafNotInVocab {
        /// The leaf.
        leaf: String,
    },
    /// A class that has no leaf: it is an inner node, or no node.
    #[error("taxonomy: class {class:?} is not a leaf")]
    ClassNotALeaf {
        /// The class.
        class: String,
    },
    /// Text that no taxonomy can be read from.
    #[error("taxonomy: line {line}: {reason}")]
    TaxonomyText {
        /// The line of the text, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

fn hint(suggestion: Option<&str>, classes: usize) -> String {
    match suggestion {
        Some(name) => format!("; did you mean {name:?}?"),
        None => format!(" of {classes} classes"),
    }
}
