//! Labels that say less than a class: which classes one may be.

use crate::{Accumulator, Better, Metric, Outcomes, ratio};

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
    Box::new(Within { name: "within_label", only_classes: false })
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
    Box::new(Within { name: "class_label_accuracy", only_classes: true })
}

struct Within {
    name: &'static str,
    only_classes: bool,
}

impl<T: AsRef<[usize]>> Metric<T> for Within {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn better(&self) -> Better {
        Better::More
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        Box::new(Counts { only_classes: self.only_classes, right: 0, all: 0 })
    }
}

struct Counts {
    only_classes: bool,
    right: usize,
    all: usize,
}

impl<T: AsRef<[usize]>> Accumulator<T> for Counts {
    fn update(&mut self, outcomes: &Outcomes<T>) {
        for example in outcomes.examples() {
            let classes = example.target.as_ref();
            if self.only_classes && classes.len() != 1 {
                continue;
            }
            self.all += 1;
            self.right += usize::from(example.decided.is_some_and(|class| classes.contains(&class)));
        }
    }

    fn value(&self) -> Option<f64> {
        ratio(self.right as f64, self.all)
    }
}
