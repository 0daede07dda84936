//! Accuracy class by class.

use super::{ClassMetric, Metric, Outcomes};

/// Mean over the classes of the share of their examples that are recognised; classes without examples are left out. Also
/// called balanced accuracy: a rare class counts as much as a frequent one.
pub fn mean_recall() -> ClassMetric {
    Box::new(MeanRecall::default())
}

#[derive(Default)]
struct MeanRecall {
    /// Hits and examples of each class.
    classes: Vec<(usize, usize)>,
}

impl Metric<usize> for MeanRecall {
    fn name(&self) -> String {
        "mean_recall".into()
    }

    fn reset(&mut self) {
        self.classes.clear();
    }

    fn update(&mut self, outcomes: &Outcomes<usize>) {
        if self.classes.len() < outcomes.columns {
            self.classes.resize(outcomes.columns, (0, 0));
        }
        for (&target, &decided) in outcomes.targets.iter().zip(outcomes.decided) {
            let (hits, examples) = &mut self.classes[target];
            *hits += usize::from(target == decided);
            *examples += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        let recalls: Vec<f64> = self
            .classes
            .iter()
            .filter(|(_, examples)| *examples > 0)
            .map(|&(hits, examples)| hits as f64 / examples as f64)
            .collect();
        (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }
}
