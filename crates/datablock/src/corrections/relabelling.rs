//! From the label that an item has to the one that it should have.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use firelight_doctor::Corrections;
use firelight_vocab::Vocab;

use super::Changes;
use super::changes::Merged;
use crate::{DataError, Labeller};

/// An item's name in findings and corrections.
type Name<I> = dyn Fn(&I) -> Result<String, DataError> + Send + Sync;

/// What corrections make of labels, for target blocks whose targets are labels (see [`TargetBlock::corrected`](crate::TargetBlock::corrected)): it
/// goes between a labeller and its block, and counts what it changes.
///
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
/// use firelight_datablock::{Categories, CategoryBlock, DataError, Labeller, Relabelling, TargetBlock, WithTargets};
///
/// /// Classes of a labeller that may be shared.
/// struct Shared {
///     labeller: Arc<dyn Labeller>,
/// }
///
/// impl TargetBlock for Shared {
///     type Fitted = Categories;
///     fn fit(&self, train: &[&Path]) -> Result<WithTargets<Categories>, DataError> {
///         let labeller = self.labeller.clone();
///         CategoryBlock::new(move |item: &Path| labeller.label(item)).fit(train)
///     }
///     fn corrected(&self, relabelling: &Relabelling) -> Option<Self> {
///         Some(Self { labeller: relabelling.of_one(self.labeller.clone()) })
///     }
/// }
/// ```
pub struct Relabelling<I: ?Sized = Path> {
    corrections: Arc<Corrections>,
    name: Arc<Name<I>>,
    counts: Arc<Counts>,
}

struct Counts {
    relabelled: AtomicUsize,
    /// Each class that goes, what it becomes, and how many items were labelled with it.
    merged: Vec<(String, String, AtomicUsize)>,
}

impl<I: ?Sized> Clone for Relabelling<I> {
    fn clone(&self) -> Self {
        let Self { corrections, name, counts } = self;
        Self { corrections: corrections.clone(), name: name.clone(), counts: counts.clone() }
    }
}

impl<I: ?Sized> fmt::Debug for Relabelling<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relabelling").field("corrections", &self.corrections).finish_non_exhaustive()
    }
}

impl<I: ?Sized + 'static> Relabelling<I> {
    pub(crate) fn new(
        corrections: Arc<Corrections>,
        name: impl Fn(&I) -> Result<String, DataError> + Send + Sync + 'static,
    ) -> Self {
        let merged = corrections.merges().map(|(class, into)| (class.to_owned(), into.to_owned(), AtomicUsize::new(0)));
        let counts = Counts { relabelled: AtomicUsize::new(0), merged: merged.collect() };
        Self { corrections, name: Arc::new(name), counts: Arc::new(counts) }
    }

    /// A labeller of one label an item, with its labels corrected.
    pub fn of_one(&self, labeller: Arc<dyn Labeller<String, I>>) -> Arc<dyn Labeller<String, I>> {
        let this = self.clone();
        Arc::new(move |item: &I| {
            let given = labeller.label(item)?;
            // An item that is left out is asked for no label, unless it comes again, as one to predict.
            let label = this.corrections.label(&(this.name)(item)?, &given)?.unwrap_or(&given).to_owned();
            this.count(&[&given], label != this.corrections.class(&given));
            Ok(label)
        })
    }

    /// A labeller of any number of labels an item, likewise.
    pub fn of_several(&self, labeller: Arc<dyn Labeller<Vec<String>, I>>) -> Arc<dyn Labeller<Vec<String>, I>> {
        let this = self.clone();
        Arc::new(move |item: &I| {
            let given = labeller.label(item)?;
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let labels = this.corrections.labels(&(this.name)(item)?, &given)?.unwrap_or_else(|| given.clone());
            let merged = |label: &&str| this.corrections.class(label).to_owned();
            let before: Vec<String> = given.iter().map(merged).collect();
            let is_new = |label: &&str| !before.iter().any(|before| before == label);
            let is_gone = |before: &String| !labels.contains(&before.as_str());
            this.count(&given, labels.iter().any(is_new) || before.iter().any(is_gone));
            Ok(labels.into_iter().map(str::to_owned).collect())
        })
    }

    /// A vocab that was given, without the classes that go.
    pub fn vocab(&self, given: &Vocab) -> Vocab {
        let stays = |class: &&String| self.corrections.class(class) == **class;
        // What is left of distinct names is distinct.
        Vocab::ordered(given.names().iter().filter(stays).cloned()).unwrap_or_else(|_| given.clone())
    }

    fn count(&self, given: &[&str], is_relabelled: bool) {
        self.counts.relabelled.fetch_add(usize::from(is_relabelled), Ordering::Relaxed);
        for (class, _, items) in &self.counts.merged {
            items.fetch_add(usize::from(given.contains(&class.as_str())), Ordering::Relaxed);
        }
    }

    /// What was changed so far, beside items that are left out.
    pub(crate) fn changes(&self) -> Changes {
        let merged = |(class, into, items): &(String, String, AtomicUsize)| Merged {
            class: class.clone(),
            into: into.clone(),
            items: items.load(Ordering::Relaxed),
        };
        let relabelled = self.counts.relabelled.load(Ordering::Relaxed);
        Changes { relabelled, left_out: 0, merged: self.counts.merged.iter().map(merged).collect() }
    }
}
