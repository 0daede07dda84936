//! Metrics that are a mean over marks in pictures: points, or boxes, as many of an example as are known.

use crate::{Accumulator, Better, Metric, Outcomes, ratio};

/// A metric for which `add` adds the marks of an example, a row and its target, to the mean.
pub(crate) fn over_marks<T: 'static>(
    name: impl Into<String>,
    better: Better,
    add: impl Fn(&[f32], &T, &mut Mean) + Send + Sync + 'static,
) -> Box<dyn Metric<T>> {
    Box::new(OverMarks { name: name.into(), better, add })
}

/// A mean that grows.
#[derive(Debug, Default)]
pub(crate) struct Mean {
    sum: f64,
    number: usize,
    misfit: bool,
}

impl Mean {
    pub fn add(&mut self, value: f64) {
        self.sum += value;
        self.number += 1;
    }

    /// There is a row that is not of its target's length: no mean can be had.
    pub fn spoil(&mut self) {
        self.misfit = true;
    }
}

struct OverMarks<F> {
    name: String,
    better: Better,
    add: F,
}

impl<T, F: Fn(&[f32], &T, &mut Mean) + Send + Sync> Metric<T> for OverMarks<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn better(&self) -> Better {
        self.better
    }

    fn start(&self) -> Box<dyn Accumulator<T> + '_> {
        Box::new(Adding { add: &self.add, mean: Mean::default() })
    }

    fn reads_decided(&self) -> bool {
        false
    }
}

struct Adding<'a, F> {
    add: &'a F,
    mean: Mean,
}

impl<T, F: Fn(&[f32], &T, &mut Mean) + Sync> Accumulator<T> for Adding<'_, F> {
    fn update(&mut self, outcomes: &Outcomes<T>) {
        for (row, target) in outcomes.rows().zip(outcomes.targets) {
            (self.add)(row, target, &mut self.mean);
        }
    }

    fn value(&self) -> Option<f64> {
        let Mean { sum, number, misfit } = self.mean;
        ratio(sum, number).filter(|_| !misfit)
    }
}
