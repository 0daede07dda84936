use std::fmt::Write;

use firelight_vocab::Vocab;
use sha2::{Digest, Sha256};

/// Eight digits for numbers that belong to classes, the same for the same names and numbers alone: the start of their SHA-256. What
/// stands in a description of a loss or a metric instead of a whole matrix.
///
/// ```
/// use firelight_costs::{Vocab, digest};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// assert_eq!(digest(&vocab, [1.0, 2.0]).len(), 8);
/// assert_ne!(digest(&vocab, [1.0, 2.0]), digest(&vocab, [2.0, 1.0]));
/// ```
pub fn digest(vocab: &Vocab, numbers: impl IntoIterator<Item = f64>) -> String {
    let mut digest = Sha256::new();
    for name in vocab.iter() {
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
    }
    for number in numbers {
        // 0 and -0 are the same weight.
        digest.update((number + 0.0).to_le_bytes());
    }
    digest.finalize()[..4].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
