//! What a model's numbers mean.

use std::fmt;

use burn::tensor::{Tensor, activation};
use firelight_vocab::Vocab;
use serde::{Deserialize, Serialize};

/// The kind of target that a model was trained for, with the names of what its outputs are.
///
/// ```
/// use firelight_predict::{TargetKind, Vocab};
///
/// let both = TargetKind::pair(TargetKind::Category(Vocab::from_labels(["pug", "beagle"])), TargetKind::Box);
/// assert_eq!(both.columns(), 2 + 4);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetKind {
    /// One class: a score each, of which the softmax is taken.
    Category(Vocab),
    /// Any number of classes: a score each, of which the logistic function is taken.
    Categories(Vocab),
    /// So many numbers, as they are.
    Values(usize),
    /// A class for every pixel: a map of scores each.
    Mask(Vocab),
    /// Points with their names: x and y of each, from -1 to 1 over the picture.
    Points(Vocab),
    /// A box: left, top, right and bottom, from -1 to 1 over the picture.
    Box,
    /// Two of them, the numbers of the first before those of the second.
    Pair(Box<Self>, Box<Self>),
}

/// The names of two targets, each but once.
pub(crate) fn both(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    for name in second {
        let taken = first.contains(&name);
        first.push(if taken { format!("second {name}") } else { name });
    }
    first
}

/// In words, as a sentence has them: `one class of 37`.
impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Category(vocab) => write!(f, "one class of {}", vocab.len()),
            Self::Categories(vocab) => write!(f, "any of {} classes", vocab.len()),
            Self::Values(columns) => write!(f, "{columns} number(s)"),
            Self::Mask(vocab) => write!(f, "a mask of {} classes", vocab.len()),
            Self::Points(names) => write!(f, "{} point(s)", names.len()),
            Self::Box => f.write_str("a box"),
            Self::Pair(first, second) => write!(f, "{first} and {second}"),
        }
    }
}

impl TargetKind {
    /// Two kinds together.
    pub fn pair(first: Self, second: Self) -> Self {
        Self::Pair(Box::new(first), Box::new(second))
    }

    /// Numbers that a model gives for a picture; of masks for each pixel.
    pub fn columns(&self) -> usize {
        match self {
            Self::Category(vocab) | Self::Categories(vocab) | Self::Mask(vocab) => vocab.len(),
            Self::Values(columns) => *columns,
            Self::Points(names) => 2 * names.len(),
            Self::Box => 4,
            Self::Pair(first, second) => first.columns() + second.columns(),
        }
    }

    /// What the numbers that a model gives are called, [`columns`](Self::columns) names: the classes; `value`, or `value 1`, `value 2` and so
    /// on; x and y of each point; the sides of a box; of a pair those of both, `second …` where the first has one of that name.
    ///
    /// ```
    /// use firelight_predict::{TargetKind, Vocab};
    ///
    /// let both = TargetKind::pair(TargetKind::Points(Vocab::ordered(["nose"])?), TargetKind::Box);
    /// assert_eq!(both.names(), ["nose x", "nose y", "left", "top", "right", "bottom"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Category(vocab) | Self::Categories(vocab) | Self::Mask(vocab) => vocab.names().to_vec(),
            Self::Values(1) => vec!["value".into()],
            Self::Values(columns) => (1..=*columns).map(|number| format!("value {number}")).collect(),
            Self::Points(names) => names.iter().flat_map(|name| [format!("{name} x"), format!("{name} y")]).collect(),
            Self::Box => ["left", "top", "right", "bottom"].map(str::to_owned).to_vec(),
            Self::Pair(first, second) => both(first.names(), second.names()),
        }
    }

    /// Whether number `output` is a class's score, which speaks for the class, and not a number, which may be high or low.
    pub(crate) fn is_score(&self, output: usize) -> bool {
        match self {
            Self::Category(_) | Self::Categories(_) | Self::Mask(_) => true,
            Self::Values(_) | Self::Points(_) | Self::Box => false,
            Self::Pair(first, second) => match output.checked_sub(first.columns()) {
                None => first.is_score(output),
                Some(output) => second.is_score(output),
            },
        }
    }

    /// The classes, or the names of the points; of a pair those of the first that has some.
    pub fn vocab(&self) -> Option<&Vocab> {
        match self {
            Self::Category(vocab) | Self::Categories(vocab) | Self::Mask(vocab) | Self::Points(vocab) => Some(vocab),
            Self::Values(_) | Self::Box => None,
            Self::Pair(first, second) => first.vocab().or_else(|| second.vocab()),
        }
    }

    /// The classes of which it tells one, also as a part of a pair: of both parts those of the first.
    pub fn one_of(&self) -> Option<&Vocab> {
        match self {
            Self::Category(vocab) => Some(vocab),
            Self::Pair(first, second) => first.one_of().or_else(|| second.one_of()),
            _ => None,
        }
    }

    /// Whether it is a map: so many numbers for each pixel.
    pub fn is_map(&self) -> bool {
        matches!(self, Self::Mask(_))
    }

    /// What the model's outputs, `[batch, columns]`, become: probabilities where there are classes.
    pub fn activate(&self, output: Tensor<2>) -> Tensor<2> {
        match self {
            // A network that gives more, gives it to its loss.
            Self::Category(_) => activation::softmax(self.first(output), 1),
            Self::Categories(_) => activation::sigmoid(output),
            Self::Values(_) | Self::Points(_) | Self::Box => self.first(output),
            Self::Mask(vocab) => {
                let ([batch, numbers], classes) = (output.dims(), vocab.len().max(1));
                let pixels = numbers / classes;
                let scores: Tensor<3> = output.reshape([batch, classes, pixels]);
                let scores = scores.swap_dims(1, 2).reshape([batch * pixels, classes]);
                let shares: Tensor<3> = activation::softmax(scores, 1).reshape([batch, pixels, classes]);
                shares.swap_dims(1, 2).reshape([batch, numbers])
            }
            Self::Pair(first, second) => {
                let [batch, numbers] = output.dims();
                let columns = first.columns();
                let rest = output.clone().slice([0..batch, columns..numbers]);
                Tensor::cat(vec![first.activate(output.slice([0..batch, 0..columns])), second.activate(rest)], 1)
            }
        }
    }

    /// The numbers that it is about, the first of a row.
    pub(crate) fn first(&self, output: Tensor<2>) -> Tensor<2> {
        let columns = self.columns().min(output.dims()[1]);
        output.narrow(1, 0, columns)
    }

    /// Whether it, or one of two, is about these classes.
    pub(crate) fn has_vocab(&self, classes: &Vocab) -> bool {
        match self {
            Self::Pair(first, second) => first.has_vocab(classes) || second.has_vocab(classes),
            other => other.vocab() == Some(classes),
        }
    }

    /// What makes no sense in it, if anything does.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Pair(first, second) if first.is_map() || second.is_map() => {
                Some("a mask cannot be one of two targets: its numbers depend on the picture's size".into())
            }
            Self::Pair(first, second) => first.problem().or_else(|| second.problem()),
            other => (other.columns() == 0).then(|| "its target has no class and no number".into()),
        }
    }
}
