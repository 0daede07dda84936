//! What a loss is, in words that are equal where the losses are.

use std::fmt::Write;

use firelight_vocab::{Taxonomy, Vocab};
use sha2::{Digest, Sha256};

/// `name (setting, setting)`.
pub(crate) fn described(name: &str, settings: &[String]) -> String {
    if settings.is_empty() { name.to_owned() } else { format!("{name} ({})", settings.join(", ")) }
}

/// Eight digits for numbers that belong to classes, the same for the same names and numbers alone.
pub(crate) fn digest(vocab: &Vocab, numbers: impl IntoIterator<Item = f64>) -> String {
    let mut digest = names(vocab);
    for number in numbers {
        // 0 and -0 are the same weight.
        digest.update((number + 0.0).to_le_bytes());
    }
    short(digest)
}

/// Eight digits for a tree over classes, whatever its inner nodes are called and in whatever order they were said.
pub(crate) fn digest_tree(tree: &Taxonomy, leaves: &[usize], vocab: &Vocab) -> String {
    let mut digest = names(vocab);
    let mut numbers = std::collections::HashMap::new();
    for leaf in leaves {
        for node in tree.up_from(*leaf) {
            let next = numbers.len() as u64;
            digest.update(numbers.entry(node).or_insert(next).to_le_bytes());
        }
        digest.update(u64::MAX.to_le_bytes());
    }
    short(digest)
}

fn names(vocab: &Vocab) -> Sha256 {
    let mut digest = Sha256::new();
    for name in vocab.iter() {
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
    }
    digest
}

fn short(digest: Sha256) -> String {
    digest.finalize()[..4].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
