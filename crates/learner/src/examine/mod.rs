//! What is wrong with the data that a learner was given.

mod effect;
mod examination;
mod heads;
mod index;
mod pictures;
mod rows;

use burn::tensor::Tensor;
use firelight_doctor::Findings;
use firelight_models::Model;
use firelight_predict::TargetKind;
use firelight_vocab::Vocab;

pub use examination::{Aspect, Examination};
pub use index::{FeatureIndex, Similar};

use crate::error::guarded;
use crate::{Learner, LearnerError, TargetDefaults};
use heads::Heads;
use rows::Rows;

/// From which cosine on two pictures are one to a body with weights from a file: of the Oxford pets those that are one, and no others.
const TWIN: f32 = 0.98;

impl<F: TargetDefaults, M: Model<Features = Tensor<2>> + Sync> Learner<F, M> {
    /// What is wrong with the data, of all parts together: labels that are likely to be wrong, pictures that are there twice (those in two
    /// parts first, with what the metrics lose when they go), pictures like no others, with faults, and classes that look like one.
    ///
    /// The frozen body sees each picture once, as validation sees it. Heads of their own are trained on its features, which give each
    /// picture probabilities by a head that has not seen it. The learner is left as it is. A body with weights of other pictures is what
    /// this is for: one that was trained on these labels has learned their mistakes, and one with random weights sees little.
    ///
    /// ```no_run
    /// # use firelight_datablock::{Categories, DataLoaders};
    /// # use firelight_learner::{LearnerError, efficientnet_lite0, vision_learner};
    /// # fn look(dls: DataLoaders<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// let learn = vision_learner(dls, efficientnet_lite0().with_weights("efficientnet-lite0.pth"))?;
    /// let findings = learn.examine()?;
    /// println!("{findings}");
    /// firelight_doctor::Corrections::of(findings.review())?.write("corrections.csv")?; // to be decided about
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`examine_by`](Self::examine_by).
    pub fn examine(&self) -> Result<Findings, LearnerError> {
        self.examine_by(&Examination::new())
    }

    /// [`examine`](Self::examine) with other settings, or for some things alone.
    ///
    /// Items are called as [`Dataset::name`](firelight_datablock::Dataset::name) has it: by their paths from the folder on. Of targets that are no classes
    /// all but wrong labels is looked for, and pictures of other channels than red, green and blue are judged by their features alone. What
    /// the loaders' [`OnError`](firelight_datablock::OnError) leaves out is left out, and is in their lists
    /// ([`DataLoader::skipped`](firelight_datablock::DataLoader::skipped)).
    ///
    /// Memory holds the features of all pictures (10 KB each of EfficientNet-Lite0, three times that while neighbours are looked for), their
    /// fingerprints (2 KB each), and a batch of pictures.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] for fewer pictures than folds, [`LearnerError::NoNumbers`] with the file whose features are no numbers,
    /// [`LearnerError::Doctor`], and any [`LearnerError`] of data.
    pub fn examine_by(&self, how: &Examination) -> Result<Findings, LearnerError> {
        let wants = |aspect| how.aspects.contains(&aspect);
        if wants(Aspect::Labels) && !self.state.body_is_trained {
            tracing::warn!("examine: the body has random weights, which tell labels apart badly; load some");
        }
        let rows = if [Aspect::Labels, Aspect::Outliers, Aspect::Duplicates].into_iter().any(wants) {
            self.rows()?
        } else {
            guarded(|| "a pass over the pictures".into(), || Rows::without_features(&self.task))??
        };
        let mut findings = Findings::of(rows.names(&self.task)?).with_parts(&rows.parts())?;
        if wants(Aspect::Labels) {
            findings = self.labels(findings, &rows, how)?;
        }
        let twin = how.twin.or(self.state.body_was_loaded.then_some(TWIN)).filter(|_| wants(Aspect::Duplicates));
        if wants(Aspect::Outliers) || twin.is_some() {
            findings = findings.with_features(&rows.directions()?, twin.unwrap_or(1.0))?;
            if !wants(Aspect::Outliers) {
                findings.outliers.clear();
            }
            if twin.is_none() {
                findings.duplicates.clear();
            }
        }
        if (wants(Aspect::Duplicates) || wants(Aspect::Faults))
            && let Some((prints, looks)) = pictures::seen(&self.task, &rows)?
        {
            if wants(Aspect::Duplicates) {
                findings = findings.with_pictures(&prints, &how.duplicates)?;
            }
            if wants(Aspect::Faults) {
                findings = findings.with_looks(&looks, &how.limits)?;
            }
        }
        if wants(Aspect::Duplicates) {
            let effects = || effect::of_leaks(&self.task, &rows, &findings, how);
            findings.effects = guarded(|| "the metrics without leaks".into(), effects)??;
        }
        Ok(findings)
    }

    /// The out-of-fold probabilities that [`examine_by`](Self::examine_by) judges labels by: a row of classes for each of the items that its
    /// findings are about, in the same order. Of targets that are no classes there are none.
    ///
    /// # Errors
    ///
    /// As [`examine_by`](Self::examine_by).
    pub fn out_of_fold(&self, how: &Examination) -> Result<Vec<Vec<f32>>, LearnerError> {
        let judged = self.judged(&self.rows()?, how)?;
        Ok(judged.map_or_else(Vec::new, |judged| judged.rows().map(<[f32]>::to_vec).collect()))
    }

    /// Wrong labels, where targets are classes.
    fn labels(&self, findings: Findings, rows: &Rows<F>, how: &Examination) -> Result<Findings, LearnerError> {
        let Some(judged) = self.judged(rows, how)? else { return Ok(findings) };
        let probabilities: Vec<&[f32]> = judged.rows().collect();
        let Judged { labels, vocab, .. } = &judged;
        Ok(if matches!(self.task.data.train().dataset().fitted().kind(), TargetKind::Category(_)) {
            let labels: Vec<usize> = labels.iter().flatten().copied().collect();
            findings.with_labels(vocab, &labels, &probabilities, &how.labels)?
        } else {
            findings.with_several_labels(vocab, labels, &probabilities, &how.labels)?
        })
    }

    /// `None` where targets are no classes.
    fn judged(&self, rows: &Rows<F>, how: &Examination) -> Result<Option<Judged>, LearnerError> {
        let fitted = self.task.data.train().dataset().fitted();
        let labels: Option<Vec<Vec<usize>>> = rows.targets.iter().map(|target| fitted.labels(target)).collect();
        let (Some(labels), Some(vocab)) = (labels, fitted.vocab().cloned()) else { return Ok(None) };
        let probabilities = Heads::new(&self.task, rows, how).out_of_fold(&labels)?;
        Ok(Some(Judged { labels, vocab, probabilities }))
    }
}

/// Classes of items, and what heads say of them that have not seen them.
struct Judged {
    labels: Vec<Vec<usize>>,
    vocab: Vocab,
    /// A row of classes for each item, one after the other.
    probabilities: Vec<f32>,
}

impl Judged {
    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.probabilities.chunks(self.vocab.len().max(1))
    }
}
