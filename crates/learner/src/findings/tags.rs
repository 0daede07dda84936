//! Several classes an item.

use firelight_datablock::{Item, MultiCategories};
use firelight_losses::{CostError, Decision};
use firelight_metrics::{MetricError, MultiReport, MultiScores, precision_recall_curve, roc_curve};
use firelight_plots::{precision_recall_curves, roc_curves};
use firelight_vocab::Vocab;
use image::RgbImage;

use super::kind::{Findings, Scored, Section, Table, WORST, cell};
use crate::{Predictions, SeenItem};

/// What is found of several classes an item.
///
/// ```no_run
/// # use firelight_datablock::MultiCategories;
/// # use firelight_learner::{Learner, LearnerError};
/// # fn look(learn: Learner<MultiCategories>) -> Result<(), LearnerError> {
/// let seen = learn.interpret()?;
/// println!("{}", seen.report());
/// seen.plot_roc(&["haze", "road"])?.save("roc.png").ok();
/// let better = seen.best_decision()?; // the thresholds of the best F1: fit them on one part, judge them on another
/// let learn = learn.with_decision(better);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TagFindings {
    vocab: Vocab,
    decision: Decision,
    predictions: Predictions<Vec<usize>>,
    /// How many training items have each class.
    train: Vec<usize>,
}

impl<I: Item + ?Sized> Findings<MultiCategories<I>> for TagFindings {
    fn start(fitted: &MultiCategories<I>, decision: &Decision, train: &[Vec<usize>]) -> Self {
        let vocab = fitted.vocab().clone();
        let decision = decision.about(&vocab, &Decision::Threshold(0.5)).clone();
        let mut counts = vec![0; vocab.len()];
        for &class in train.iter().flatten() {
            if let Some(count) = counts.get_mut(class) {
                *count += 1;
            }
        }
        Self { vocab, decision, predictions: Predictions::default(), train: counts }
    }

    fn add(&mut self, seen: &SeenItem<Vec<usize>>) -> Result<(), MetricError> {
        self.predictions.push(seen, self.decision.best(seen.outputs).unwrap_or_default());
        Ok(())
    }

    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section> {
        let report = self.report();
        let trained = self.train.iter().map(ToString::to_string).chain([self.train.iter().sum::<usize>().to_string()]);
        let row = |(row, trained): (&MultiScores, String)| {
            [
                row.name.clone(),
                trained,
                row.examples.to_string(),
                row.picked.to_string(),
                cell(row.precision),
                cell(row.recall),
                cell(row.f1),
                cell(row.average_precision),
                cell(row.roc_auc),
                row.best_threshold_text(),
                cell(row.best_f1),
            ]
        };
        let columns = [
            "class",
            "training",
            "items",
            "picked",
            "precision",
            "recall",
            "F1",
            "average precision",
            "ROC AUC",
            "best threshold",
            "best F1",
        ];
        let rows = report.classes.iter().chain([&report.mean]).zip(trained).map(row);
        let table = Table::new(columns, rows).with_last();
        let (roc, trade) = self.curves(0..self.vocab.len());
        vec![
            Section::new("Classes")
                .with_table(
                "Each class as the decision picks it, and whatever the threshold; each mean is of the classes that have the number",
                table,
            ),
            Section::new("Thresholds")
                .with_picture("What a threshold trades: hits against false alarms", roc)
                .with_picture("What a threshold trades: precision against recall", trade),
            Section::new("Most wrong").with_table(
                "Items with the most classes that are picked and not there, or there and not picked",
                Scored::table(&self.worst(WORST), "wrong classes", name),
            ),
        ]
    }
}

impl TagFindings {
    /// The classes.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// The predictions themselves.
    pub fn predictions(&self) -> &Predictions<Vec<usize>> {
        &self.predictions
    }

    /// Precision, recall, F1, average precision and ROC AUC of every class, and the threshold of its best F1.
    pub fn report(&self) -> MultiReport {
        MultiReport::of(&self.vocab, &self.predictions.rows(), &self.predictions.targets, &self.decision)
    }

    /// Each class from the threshold of its best F1 here; one without items here keeps 0.5.
    ///
    /// # Errors
    ///
    /// [`CostError::OutsideUnit`] where the best threshold is no probability, which those of a loss over several classes are.
    pub fn best_decision(&self) -> Result<Decision, CostError> {
        let report = self.report();
        let least = report.classes.iter().map(|class| (class.name.as_str(), class.best_threshold.unwrap_or(0.5)));
        Decision::thresholds(least, &self.vocab)
    }

    /// Hits against false alarms of these classes; of none, of all ([`roc_curves`] names the best and the worst of many).
    ///
    /// # Errors
    ///
    /// [`CostError::Vocab`] for a name that is no class.
    pub fn plot_roc(&self, classes: &[&str]) -> Result<RgbImage, CostError> {
        Ok(self.curves(self.chosen(classes)?).0)
    }

    /// Precision against recall of these classes; of none, of all.
    ///
    /// # Errors
    ///
    /// As [`plot_roc`](Self::plot_roc).
    pub fn plot_precision_recall(&self, classes: &[&str]) -> Result<RgbImage, CostError> {
        Ok(self.curves(self.chosen(classes)?).1)
    }

    /// The `k` items with the most wrong classes, picked and not there or there and not picked, with how many; most first.
    pub fn worst(&self, k: usize) -> Vec<Scored> {
        let all = &self.predictions;
        let wrong = |((row, target), &item): ((&[f32], &Vec<usize>), &usize)| {
            let picked = self.decision.decide(row);
            let alarms = picked.iter().filter(|class| !target.contains(class)).count();
            let misses = target.iter().filter(|class| !picked.contains(class)).count();
            Scored { item, value: (alarms + misses) as f64 }
        };
        Scored::first(all.rows().into_iter().zip(&all.targets).zip(&all.items).map(wrong), k, |wrong| -wrong)
    }

    fn chosen(&self, classes: &[&str]) -> Result<Vec<usize>, CostError> {
        if classes.is_empty() {
            return Ok((0..self.vocab.len()).collect());
        }
        classes.iter().map(|name| Ok(self.vocab.o2i(name)?)).collect()
    }

    /// Both pictures of these classes; one that has nothing to trade has no line.
    fn curves(&self, classes: impl IntoIterator<Item = usize>) -> (RgbImage, RgbImage) {
        let (rows, targets) = (self.predictions.rows(), &self.predictions.targets);
        let (mut roc, mut trade) = (Vec::new(), Vec::new());
        for class in classes {
            let name = || self.vocab.name(class).unwrap_or_default().to_owned();
            roc.extend(roc_curve(&rows, targets, class).map(|points| (name(), points)));
            trade.extend(precision_recall_curve(&rows, targets, class).map(|points| (name(), points)));
        }
        (roc_curves(&roc), precision_recall_curves(&trade))
    }
}
