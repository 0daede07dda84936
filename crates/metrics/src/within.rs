//! Labels that say less than a class: which classes one may be.

use crate::mean::{ratio, share};
use crate::{Better, Example, Metric};

/// Share of examples whose picked class is one of those that the label leaves, from 0 to 1: below a node of a tree, or the class itself. The target
/// is anything that lends the classes.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{measure, within_label};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5]];
/// let labels = [vec![0], vec![1, 2], vec![0, 1]]; // a class, and twice one of two
/// assert_eq!(measure(within_label(), &probabilities, &labels, &Decision::Argmax), Some(2.0 / 3.0));
/// ```
pub fn within_label<T: AsRef<[usize]> + 'static>() -> Box<dyn Metric<T>> {
    share("within_label", Better::More, is_within)
}

/// Accuracy on those examples whose label is a class itself, from 0 to 1; not defined where there are none.
///
/// ```
/// use firelight_costs::Decision;
/// use firelight_metrics::{class_label_accuracy, measure};
///
/// let probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.1, 0.4, 0.5]];
/// let labels = [vec![0], vec![1, 2], vec![0]];
/// assert_eq!(measure(class_label_accuracy(), &probabilities, &labels, &Decision::Argmax), Some(0.5));
/// ```
pub fn class_label_accuracy<T: AsRef<[usize]> + 'static>() -> Box<dyn Metric<T>> {
    ratio("class_label_accuracy", Better::More, |example: &Example<T>| {
        let is_class = example.target.as_ref().len() == 1;
        if is_class { (f64::from(is_within(example)), 1.0) } else { (0.0, 0.0) }
    })
}

fn is_within<T: AsRef<[usize]>>(example: &Example<T>) -> bool {
    example.decided.is_some_and(|class| example.target.as_ref().contains(&class))
}
