use firelight_vocab::{Groups, Vocab};

use crate::CostError;
use crate::groups::aligned_groups;
use crate::matrix::same_names;

/// Two classifiers of the same pictures, one of classes and one of groups of them, as one: each class's probability times that of its group, divided by
/// the sum of these products. "Hierarchical ensembles" (Jain, Karthik and Gandhi, 2023, arXiv 2302.00368): a classifier of the parents makes few grave
/// mistakes, and corrects those of the other at no training.
///
/// Both tables may come from any program. A head that has both classifiers is [`ClassHead::Parents`](crate::ClassHead::Parents).
///
/// ```
/// use firelight_costs::{Ensemble, Groups, Vocab};
///
/// let breeds = Vocab::from_labels(["Bengal", "beagle", "pug"]);
/// let species = Groups::by(&breeds, |breed| if breed == "Bengal" { "cat" } else { "dog" });
/// let ensemble = Ensemble::new(&species, &breeds, &Vocab::from_labels(["cat", "dog"]))?;
/// let both = ensemble.product(&[0.4, 0.3, 0.3], &[0.2, 0.8]);
/// assert!((both[0] - 0.08 / 0.56).abs() < 1e-6 && (both[1] - 0.24 / 0.56).abs() < 1e-6);
/// # Ok::<(), firelight_costs::CostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensemble {
    /// The column of each class's group.
    columns: Vec<usize>,
    groups: usize,
}

impl Ensemble {
    /// Of a table with the columns `classes` and one with the columns `parents`.
    ///
    /// # Errors
    /// [`CostError::NamesDiffer`] unless the groups are of exactly these classes, and exactly these parents.
    pub fn new(groups: &Groups, classes: &Vocab, parents: &Vocab) -> Result<Self, CostError> {
        let groups = aligned_groups(groups, classes)?;
        same_names(&Vocab::ordered(groups.names().iter().map(String::as_str))?, parents)?;
        let column = |group: &usize| Ok(parents.o2i(&groups.names()[*group])?);
        let columns = groups.of_classes().iter().map(column).collect::<Result<_, CostError>>()?;
        Ok(Self { columns, groups: parents.len() })
    }

    /// The probabilities of a picture's classes with those of its parents. Where the two exclude each other, so that all products are 0, they are
    /// the classes' alone.
    ///
    /// # Panics
    /// If there is not one probability for each class and each parent.
    pub fn product(&self, classes: &[f32], parents: &[f32]) -> Vec<f32> {
        let (given, needed) = ([classes.len(), parents.len()], [self.columns.len(), self.groups]);
        assert!(given == needed, "there are {given:?} probabilities of classes and parents, and {needed:?} of these");
        let products = classes.iter().zip(&self.columns);
        let products: Vec<f64> = products.map(|(p, group)| f64::from(*p) * f64::from(parents[*group])).collect();
        let sum: f64 = products.iter().sum();
        if sum == 0.0 { classes.to_vec() } else { products.into_iter().map(|product| (product / sum) as f32).collect() }
    }

    /// The same of each row of two tables.
    ///
    /// # Errors
    /// [`CostError::RowsDiffer`] for tables of different lengths.
    ///
    /// # Panics
    /// As [`product`](Self::product).
    pub fn products<R: AsRef<[f32]>, S: AsRef<[f32]>>(
        &self,
        classes: &[R],
        parents: &[S],
    ) -> Result<Vec<Vec<f32>>, CostError> {
        if classes.len() != parents.len() {
            return Err(CostError::RowsDiffer { classes: classes.len(), parents: parents.len() });
        }
        let rows = classes.iter().zip(parents);
        Ok(rows.map(|(classes, parents)| self.product(classes.as_ref(), parents.as_ref())).collect())
    }
}
