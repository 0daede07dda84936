//! What a loss is, in words that are equal where the losses are.

use std::collections::HashMap;

use firelight_costs::digest;
use firelight_vocab::{Taxonomy, Vocab};

/// `name (setting, setting)`.
pub(crate) fn described(name: &str, settings: &[String]) -> String {
    if settings.is_empty() { name.to_owned() } else { format!("{name} ({})", settings.join(", ")) }
}

/// Eight digits for a tree over classes, whatever its inner nodes are called and in whatever order they were said.
pub(crate) fn digest_tree(tree: &Taxonomy, leaves: &[usize], vocab: &Vocab) -> String {
    let mut numbers = HashMap::new();
    let mut paths = Vec::new();
    for leaf in leaves {
        for node in tree.up_from(*leaf) {
            let next = numbers.len() as f64;
            paths.push(*numbers.entry(node).or_insert(next));
        }
        paths.push(-1.0);
    }
    digest(vocab, paths)
}

/// The name of a type without the modules that it and its parameters are in.
pub(crate) fn type_name<T: ?Sized>() -> String {
    let in_name = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
    let mut name = String::new();
    let mut path = String::new();
    for letter in std::any::type_name::<T>().chars().chain([' ']) {
        if in_name(letter) {
            path.push(letter);
            continue;
        }
        name.push_str(path.rsplit("::").next().unwrap_or_default());
        path.clear();
        name.push(letter);
    }
    name.trim_end().to_owned()
}
