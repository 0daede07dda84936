//! From numbers of classes to one number.

/// How the numbers of several classes become one, as scikit-learn's `average`.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{Average, average_precision, measure};
///
/// let (probabilities, targets) = ([[0.9, 0.6], [0.2, 0.7], [0.4, 0.1]], [vec![0], vec![1], vec![0]]);
/// let value = |average| measure(average_precision(average), &probabilities, &targets, &Decision::Threshold(0.5));
/// assert_eq!((value(Average::Macro), value(Average::Class(1))), (Some(1.0), Some(1.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Average {
    /// The mean over the classes, each of which counts alike.
    #[default]
    Macro,
    /// All pairs of an example and a class together, as of one class.
    Micro,
    /// The mean over the classes, each in proportion to the examples that have it.
    Weighted,
    /// That of one class, by its number.
    Class(usize),
}

impl Average {
    /// `f1`, `f1_micro`, `f1_weighted`, `f1_class_3`: a column's name.
    pub(crate) fn named(self, name: &str) -> String {
        match self {
            Self::Macro => name.into(),
            Self::Micro => format!("{name}_micro"),
            Self::Weighted => format!("{name}_weighted"),
            Self::Class(class) => format!("{name}_class_{class}"),
        }
    }

    /// One number of those of the classes, each with how many examples have it. Classes without a number are left out; there is none
    /// where none has one. [`Micro`](Self::Micro) is for the caller, who has the pairs.
    pub(crate) fn of(self, classes: &[(Option<f64>, usize)]) -> Option<f64> {
        if let Self::Class(class) = self {
            return classes.get(class)?.0;
        }
        let weight = |examples: usize| if self == Self::Weighted { examples as f64 } else { 1.0 };
        let known = || classes.iter().filter_map(|(value, examples)| Some(((*value)?, weight(*examples))));
        let all: f64 = known().map(|(_, weight)| weight).sum();
        (all > 0.0).then(|| known().map(|(value, weight)| value * weight).sum::<f64>() / all)
    }
}

/// A target of which one may ask whether an example has a class: a class number, or a list of several.
pub trait HasClass: Send + Sync {
    /// Whether the class of this number is there.
    fn has(&self, class: usize) -> bool;
}

impl HasClass for usize {
    fn has(&self, class: usize) -> bool {
        *self == class
    }
}

impl HasClass for Vec<usize> {
    fn has(&self, class: usize) -> bool {
        self.contains(&class)
    }
}
