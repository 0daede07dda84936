use std::collections::HashMap;
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::VocabError;

/// The classes of a task: which name is which number.
///
/// Class `i` is column `i` of a model's output. A vocab never changes once made, and cloning it copies
/// two pointers. It serialises as the list of its names.
///
/// ```
/// use firelight_vocab::Vocab;
///
/// let vocab = Vocab::from_labels(["pug", "beagle", "pug", "Bengal"]);
/// assert_eq!(vocab.names(), ["Bengal", "beagle", "pug"]);
/// assert_eq!(vocab.o2i("pug")?, 2);
/// assert_eq!(&vocab[0], "Bengal");
/// # Ok::<(), firelight_vocab::VocabError>(())
/// ```
#[derive(Clone)]
pub struct Vocab {
    names: Arc<[String]>,
    numbers: Arc<HashMap<String, usize>>,
}

impl Vocab {
    /// The distinct labels, sorted by code point (so `"Bengal"` comes before `"beagle"`).
    pub fn from_labels<S: Into<String>>(labels: impl IntoIterator<Item = S>) -> Self {
        let mut names: Vec<String> = labels.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        let numbers = names.iter().cloned().zip(0..).collect();
        Self { names: names.into(), numbers: Arc::new(numbers) }
    }

    /// The names in the order given: grades, sizes, or the order of a model trained elsewhere.
    ///
    /// # Errors
    /// [`VocabError::RepeatedClass`] if a name comes twice.
    pub fn ordered<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<Self, VocabError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let mut numbers = HashMap::with_capacity(names.len());
        for (second, name) in names.iter().enumerate() {
            if let Some(first) = numbers.insert(name.clone(), second) {
                return Err(VocabError::RepeatedClass { name: name.clone(), first, second });
            }
        }
        Ok(Self { names: names.into(), numbers: Arc::new(numbers) })
    }

    /// Object to index: the number of the class called `name`.
    ///
    /// # Errors
    /// [`VocabError::UnknownClass`], with the name spelled most like it.
    pub fn o2i(&self, name: &str) -> Result<usize, VocabError> {
        self.find(name).ok_or_else(|| VocabError::UnknownClass {
            name: name.to_owned(),
            suggestion: self.suggest(name).map(str::to_owned),
            classes: self.len(),
        })
    }

    /// The number of the class called `name`, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The name of class `index`, if there is one. `vocab[index]` is the same for a number known to be good.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(String::as_str)
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no class at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names, class 0 first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.names.iter().map(String::as_str)
    }

    /// The names as a slice, class 0 first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The class spelled most like `name`, or `None` if none is close. Letter case costs nothing.
    pub fn suggest(&self, name: &str) -> Option<&str> {
        let wanted = name.trim().to_lowercase();
        self.iter()
            .map(|known| (strsim::jaro_winkler(&wanted, &known.to_lowercase()), known))
            .filter(|(likeness, _)| *likeness >= 0.8)
            .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
            .map(|(_, known)| known)
    }
}

impl Index<usize> for Vocab {
    type Output = str;

    /// # Panics
    /// If there is no class `index`.
    fn index(&self, index: usize) -> &str {
        &self.names[index]
    }
}

impl PartialEq for Vocab {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.names, &other.names) || self.names == other.names
    }
}

impl Eq for Vocab {}

impl fmt::Debug for Vocab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vocab").field(&self.names).finish()
    }
}

/// A table of two columns: number, name.
impl fmt::Display for Vocab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.len().saturating_sub(1).to_string().len();
        for (number, name) in self.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{number:>width$}  {name}")?;
        }
        Ok(())
    }
}

impl Serialize for Vocab {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Vocab {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::ordered(names).map_err(serde::de::Error::custom)
    }
}
