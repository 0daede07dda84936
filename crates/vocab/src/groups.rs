use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Vocab, VocabError};

/// The classes of a vocab, each in exactly one group: breeds by species, parts by product line.
///
/// Groups are numbered in the order in which their first class stands in the vocab, or, with
/// [`from_lists`](Groups::from_lists), in the order of the lists.
///
/// ```
/// use firelight_vocab::{Groups, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "pug"]);
/// let species = Groups::by(&vocab, |breed| {
///     if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
/// });
/// assert_eq!(species.names(), ["cat", "dog"]);
/// assert_eq!(species.of(vocab.o2i("pug")?), 1);
/// assert_eq!(species.siblings(0).collect::<Vec<_>>(), [1]);
/// # Ok::<(), firelight_vocab::VocabError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Listed", into = "Listed")]
pub struct Groups {
    vocab: Vocab,
    names: Vec<String>,
    of: Vec<usize>,
}

impl Groups {
    /// Puts each class into the group that `group_of` names for it.
    pub fn by<S: Into<String>>(vocab: &Vocab, group_of: impl Fn(&str) -> S) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut numbers = HashMap::new();
        let of = vocab
            .iter()
            .map(|class| {
                *numbers.entry(group_of(class).into()).or_insert_with_key(|group: &String| {
                    names.push(group.clone());
                    names.len() - 1
                })
            })
            .collect();
        Self { vocab: vocab.clone(), names, of }
    }

    /// Groups written out as lists of class names; every class must be in exactly one.
    ///
    /// A list may repeat a group's name to continue it. Where the lists leave classes out on purpose,
    /// [`default_group`](Groups::default_group) takes the rest.
    ///
    /// # Errors
    /// [`VocabError::UnknownClass`], [`VocabError::ClassInTwoGroups`] or
    /// [`VocabError::ClassesInNoGroup`].
    pub fn from_lists<G: AsRef<str>, C: AsRef<str>>(vocab: &Vocab, lists: &[(G, &[C])]) -> Result<Self, VocabError> {
        Self::listed(vocab, lists, None)
    }

    /// Names the group of the classes that no list names.
    ///
    /// ```
    /// use firelight_vocab::{Groups, Vocab};
    ///
    /// let vocab = Vocab::from_labels(["beagle", "goldfish", "pug"]);
    /// let lists = [("dog", &["beagle", "pug"][..])];
    /// let groups = Groups::default_group("other").from_lists(&vocab, &lists)?;
    /// assert_eq!(groups.names(), ["dog", "other"]);
    /// # Ok::<(), firelight_vocab::VocabError>(())
    /// ```
    pub fn default_group(name: impl Into<String>) -> DefaultGroup {
        DefaultGroup(name.into())
    }

    fn listed<G: AsRef<str>, C: AsRef<str>>(
        vocab: &Vocab,
        lists: &[(G, &[C])],
        default_group: Option<&str>,
    ) -> Result<Self, VocabError> {
        let mut names: Vec<String> = Vec::new();
        let mut of: Vec<Option<usize>> = vec![None; vocab.len()];
        let number = |group: &str, names: &mut Vec<String>| {
            names.iter().position(|known| known == group).unwrap_or_else(|| {
                names.push(group.to_owned());
                names.len() - 1
            })
        };
        for (group, classes) in lists {
            let group = number(group.as_ref(), &mut names);
            for class in *classes {
                let place = &mut of[vocab.o2i(class.as_ref())?];
                match *place {
                    Some(first) if first != group => {
                        return Err(VocabError::ClassInTwoGroups {
                            name: class.as_ref().to_owned(),
                            first: names[first].clone(),
                            second: names[group].clone(),
                        });
                    }
                    _ => *place = Some(group),
                }
            }
        }
        let rest: Vec<usize> = (0..of.len()).filter(|class| of[*class].is_none()).collect();
        let rest_group = match default_group {
            Some(group) if !rest.is_empty() => number(group, &mut names),
            None if !rest.is_empty() => {
                let classes = rest.iter().map(|class| vocab[*class].to_owned()).collect();
                return Err(VocabError::ClassesInNoGroup { classes });
            }
            _ => 0,
        };
        let of = of.into_iter().map(|group| group.unwrap_or(rest_group)).collect();
        Ok(Self { vocab: vocab.clone(), names, of })
    }

    /// The names of the groups, group 0 first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no group, which is so for an empty vocab alone.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The number of the group that `class` is in.
    ///
    /// # Panics
    /// If there is no class `class`.
    pub fn of(&self, class: usize) -> usize {
        self.of[class]
    }

    /// The group number of every class, class 0 first.
    pub fn of_classes(&self) -> &[usize] {
        &self.of
    }

    /// The classes in `group`, in the order of the vocab.
    pub fn members(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.of.len()).filter(move |class| self.of[*class] == group)
    }

    /// The other classes in the group of `class`.
    ///
    /// # Panics
    /// If there is no class `class`.
    pub fn siblings(&self, class: usize) -> impl Iterator<Item = usize> + '_ {
        self.members(self.of(class)).filter(move |other| *other != class)
    }

    /// The classes that are grouped.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

/// Lists of classes whose rest goes into one more group: see [`Groups::default_group`].
///
/// ```
/// use firelight_vocab::{Groups, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "beagle", "rabbit"]);
/// let groups = Groups::default_group("other").from_lists(&vocab, &[("cat", &["Bengal"][..]), ("dog", &["beagle"][..])])?;
/// assert_eq!(groups.names()[groups.of(vocab.o2i("rabbit")?)], "other");
/// # Ok::<(), firelight_vocab::VocabError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultGroup(String);

impl DefaultGroup {
    /// Groups written out as lists, with the rest in the default group.
    ///
    /// # Errors
    /// [`VocabError::UnknownClass`] or [`VocabError::ClassInTwoGroups`].
    pub fn from_lists<G: AsRef<str>, C: AsRef<str>>(
        &self,
        vocab: &Vocab,
        lists: &[(G, &[C])],
    ) -> Result<Groups, VocabError> {
        Groups::listed(vocab, lists, Some(&self.0))
    }
}

/// How groups are written: class names under group names, so that a file reads without numbers.
#[derive(Serialize, Deserialize)]
struct Listed {
    vocab: Vocab,
    groups: Vec<(String, Vec<String>)>,
}

impl From<Groups> for Listed {
    fn from(groups: Groups) -> Self {
        let lists = groups.names.iter().enumerate().map(|(number, name)| {
            let members = groups.members(number).map(|class| groups.vocab[class].to_owned());
            (name.clone(), members.collect())
        });
        Self { groups: lists.collect(), vocab: groups.vocab.clone() }
    }
}

impl TryFrom<Listed> for Groups {
    type Error = VocabError;

    fn try_from(listed: Listed) -> Result<Self, VocabError> {
        let lists: Vec<(&str, &[String])> =
            listed.groups.iter().map(|(name, classes)| (name.as_str(), classes.as_slice())).collect();
        Self::from_lists(&listed.vocab, &lists)
    }
}
