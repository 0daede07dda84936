//! What is found in a model's outputs, whatever the target.

use std::fmt;

use firelight_datablock::FittedTarget;
use firelight_losses::Decision;
use firelight_metrics::MetricError;
use image::RgbImage;

use super::ClassFindings;
use crate::{Part, SeenItem, Trusted};

/// What is found of a kind of target as a model goes over a part of the data, item by item; [`TargetDefaults::Findings`] says whose is which.
///
/// Of a target of your own `()` will do, which finds nothing: its page has settings, curves, metrics and the highest losses.
///
/// [`TargetDefaults::Findings`]: crate::TargetDefaults::Findings
pub trait Findings<F: FittedTarget>: fmt::Debug + Send + Sync + Sized {
    /// Of no items yet. `train` are the targets of the training part, as they were read.
    fn start(fitted: &F, decision: &Decision, train: &[F::Target]) -> Self;

    /// The same, told what makes the answers worth trusting and which part of the data is looked at. By default that is of no matter.
    fn trusting(self, trusted: &Trusted, part: Part) -> Self {
        let _ = (trusted, part);
        self
    }

    /// Adds an item.
    ///
    /// # Errors
    ///
    /// [`MetricError`] where the outputs are not about the target, as a map of another size than its mask.
    fn add(&mut self, seen: &SeenItem<F::Target>) -> Result<(), MetricError>;

    /// Tables and pictures for a page; `name` is what an item is called.
    fn sections(&self, name: &dyn Fn(usize) -> String) -> Vec<Section>;

    /// What is found of one class an item, which a page shows to sort and to filter.
    fn one_class(&self) -> Option<&ClassFindings> {
        None
    }
}

impl<F: FittedTarget> Findings<F> for () {
    fn start(_fitted: &F, _decision: &Decision, _train: &[F::Target]) -> Self {}

    fn add(&mut self, _seen: &SeenItem<F::Target>) -> Result<(), MetricError> {
        Ok(())
    }

    fn sections(&self, _name: &dyn Fn(usize) -> String) -> Vec<Section> {
        Vec::new()
    }
}

/// A part of a page: a title, then tables and pictures, each with what it shows in words.
///
/// ```
/// use firelight_learner::{Section, Table};
///
/// let table = Table::new(["breed", "items"], [["pug".to_string(), "3".to_string()]]);
/// let section = Section::new("Breeds").with_table("How many items a breed has", table);
/// assert_eq!(section.title, "Breeds");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Tables, each below its words.
    pub tables: Vec<(String, Table)>,
    /// Pictures, each with its words.
    pub pictures: Vec<(String, RgbImage)>,
}

impl Section {
    /// With nothing in it yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), tables: Vec::new(), pictures: Vec::new() }
    }

    /// With a table more.
    pub fn with_table(mut self, words: impl Into<String>, table: Table) -> Self {
        self.tables.push((words.into(), table));
        self
    }

    /// With a picture more.
    pub fn with_picture(mut self, words: impl Into<String>, picture: RgbImage) -> Self {
        self.pictures.push((words.into(), picture));
        self
    }
}

/// Cells in rows under the names of their columns: the first one names the row, the others are numbers.
///
/// ```
/// let table = firelight_learner::Table::new(["breed", "items"], [["pug".to_string(), "3".to_string()]]);
/// assert_eq!(table.rows[0][1], "3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<String>>,
    /// A row that stays below the others when they are sorted, as of means; it may be empty.
    pub last: Vec<String>,
}

impl Table {
    /// Of rows as long as the list of columns.
    pub fn new<const N: usize>(columns: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Self {
        let rows = rows.into_iter().map(|row| row.to_vec()).collect();
        Self { columns: columns.map(str::to_owned).to_vec(), rows, last: Vec::new() }
    }

    /// With the last of its rows below them when they are sorted.
    pub(super) fn with_last(mut self) -> Self {
        self.last = self.rows.pop().unwrap_or_default();
        self
    }
}

/// An item and a number about it, as how wrong the model is there.
///
/// ```no_run
/// # use firelight_datablock::Masks;
/// # use firelight_learner::Interpretation;
/// # fn look(seen: Interpretation<Masks>) {
/// for worst in seen.worst(5) {
///     println!("{}: mean IoU {:.2}", seen.path(worst.item).display(), worst.value);
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Scored {
    /// Its number in that part of the data.
    pub item: usize,
    /// The number about it.
    pub value: f64,
}

impl Scored {
    /// The `k` first of all in the order of `by`; those that are equal stay in the order of the data.
    pub(super) fn first(all: impl IntoIterator<Item = Self>, k: usize, by: impl Fn(f64) -> f64) -> Vec<Self> {
        let mut all: Vec<Self> = all.into_iter().collect();
        all.sort_by(|a, b| by(a.value).total_cmp(&by(b.value)));
        all.truncate(k);
        all
    }

    /// As a table of a page.
    pub(super) fn table(all: &[Self], what: &str, name: &dyn Fn(usize) -> String) -> Table {
        // Counts are whole.
        let whole = all.iter().all(|one| one.value.fract() == 0.0);
        let number = |value: f64| if whole { format!("{value:.0}") } else { cell(Some(value)) };
        Table::new(["item", what], all.iter().map(|one| [name(one.item), number(one.value)]))
    }
}

/// How many items a page names as the worst ones.
pub(super) const WORST: usize = 12;

/// A number for a table: to three decimals, and to two digits where it is below a hundredth.
pub(super) fn cell(value: Option<f64>) -> String {
    let Some(value) = value else { return "n/a".to_owned() };
    let decimals = if value == 0.0 { 3 } else { (1.0 - value.abs().log10().floor()).clamp(3.0, 11.0) as usize };
    format!("{value:.decimals$}")
}
