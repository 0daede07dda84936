//! Names that a reader takes for one.

use std::collections::HashMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::Vocab;

/// Two classes whose names are surely, or perhaps, meant to be one: see [`Vocab::alike`].
///
/// ```
/// use firelight_vocab::{Alike, Likeness, Vocab};
///
/// let pair = Alike { first: 0, second: 1, likeness: Likeness::Space };
/// assert_eq!(Vocab::from_labels(["cat", "cat "]).alike(), [pair]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    /// The class of the lower number.
    pub first: usize,
    /// The other one.
    pub second: usize,
    /// In what they differ.
    pub likeness: Likeness,
}

/// In what two names differ that are otherwise the same.
///
/// ```
/// assert_eq!(firelight_vocab::Likeness::Case.to_string(), "letter case");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Likeness {
    /// White space or invisible characters, as in `"cat"` and `"cat "`.
    Space,
    /// The code points of the same characters, as an `é` in one piece and one of `e` and an accent, which file systems mix.
    Unicode,
    /// White space and the code points of the same characters.
    SpaceAndUnicode,
    /// Upper and lower case.
    Case,
    /// Upper and lower case, and white space or code points too, as in `"Cat "` and `"cat"`.
    CaseAndOther,
}

impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Space => "white space",
            Self::Unicode => "Unicode composition (NFC and NFD)",
            Self::SpaceAndUnicode => "white space and Unicode composition (NFC and NFD)",
            Self::Case => "letter case",
            Self::CaseAndOther => "letter case and white space or Unicode composition",
        })
    }
}

impl Vocab {
    /// Classes whose names differ in nothing but white space, Unicode composition or letter case, each with the first class
    /// that it is like.
    ///
    /// Names that do not differ in letter case look the same to a reader and are most often slips of file names or tables; case may
    /// be meant, as for the letters `a` and `A`.
    pub fn alike(&self) -> Vec<Alike> {
        let mut pairs = Vec::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut seen_in_any_case: HashMap<String, usize> = HashMap::new();
        for (second, name) in self.iter().enumerate() {
            let plain = squeezed(name);
            let composed: String = plain.nfc().collect();
            if let Some(&first) = seen.get(&composed) {
                let likeness = match &self[first] {
                    other if squeezed(other) == plain => Likeness::Space,
                    other if other.nfc().eq(name.nfc()) => Likeness::Unicode,
                    _ => Likeness::SpaceAndUnicode,
                };
                pairs.push(Alike { first, second, likeness });
                continue;
            }
            let folded = in_one_case(&composed);
            if let Some(&first) = seen_in_any_case.get(&folded) {
                let alone = in_one_case(&self[first]) == in_one_case(name);
                let likeness = if alone { Likeness::Case } else { Likeness::CaseAndOther };
                pairs.push(Alike { first, second, likeness });
            }
            seen_in_any_case.entry(folded).or_insert(second);
            seen.insert(composed, second);
        }
        pairs
    }
}

/// Lower case alone leaves the Greek final sigma apart, and upper case the German sharp s.
fn in_one_case(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// Whether a reader sees nothing of a name: it is empty, or of white space and invisible characters alone.
///
/// ```
/// assert!(firelight_vocab::is_blank(" \u{200B}") && !firelight_vocab::is_blank(" cat"));
/// ```
pub fn is_blank(name: &str) -> bool {
    squeezed(name).is_empty()
}

/// Without invisible characters and space at the ends, and with one space where there are several.
fn squeezed(name: &str) -> String {
    let visible: String = name.chars().filter(|letter| !matches!(letter, '\u{200B}' | '\u{FEFF}' | '\u{AD}')).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
