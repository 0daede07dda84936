//! Class matrices: soft labels, costs, weights, similarities, counts.

use firelight_costs::{ClassMatrix, GroupSoftLabels, MatrixRows, Meaning};
use firelight_vocab::Groups;
use image::RgbImage;

use crate::heat_map::heat_map_with_axes;

/// A picture of a class matrix: actual classes down the side, predicted ones along the bottom, each with its name.
///
/// ```
/// use firelight_plots::HeatMap;
/// use firelight_costs::{Groups, SoftLabels, Vocab};
///
/// let vocab = Vocab::from_labels(["Bengal", "Siamese", "beagle", "boxer", "pug"]);
/// let species = Groups::by(&vocab, |breed| {
///     if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
/// });
/// let labels = SoftLabels::from_groups(&species).within_mass(0.2);
/// let picture = labels.heat_map();
/// let parted = labels.heat_map_by(&species); // lines between cats and dogs
/// assert!(parted.width() > picture.width()); // the names of the groups
/// // picture.save("labels.png")?;
/// ```
pub trait HeatMap {
    /// The classes in the order of the matrix.
    fn heat_map(&self) -> RgbImage;

    /// The classes of a group side by side, with lines between the groups and their names. Groups of other classes are
    /// matched by name; a class that they do not have stands in a group without a name.
    fn heat_map_by(&self, groups: &Groups) -> RgbImage;
}

impl<M: Meaning> HeatMap for ClassMatrix<M> {
    fn heat_map(&self) -> RgbImage {
        drawn(self, None)
    }

    fn heat_map_by(&self, groups: &Groups) -> RgbImage {
        let of = |class: &str| {
            let class = groups.vocab().find(class);
            class.map_or_else(String::new, |class| groups.names()[groups.of(class)].clone())
        };
        let groups: Vec<String> = self.vocab().iter().map(of).collect();
        drawn(self, Some(&groups))
    }
}

impl HeatMap for GroupSoftLabels {
    fn heat_map(&self) -> RgbImage {
        self.labels().heat_map()
    }

    fn heat_map_by(&self, groups: &Groups) -> RgbImage {
        self.labels().heat_map_by(groups)
    }
}

/// A matrix of classes without its type, such as those that a loss reports: a [`HeatMap`] of rows whose classes are `names`, those of a
/// group side by side.
///
/// ```
/// use firelight_costs::{CostMatrix, MatrixRows, Vocab};
///
/// let vocab = Vocab::from_labels(["cat", "dog"]);
/// let rows = MatrixRows::from(&CostMatrix::uniform(&vocab));
/// let picture = firelight_plots::matrix_picture(&rows, vocab.names(), None);
/// ```
pub fn matrix_picture(matrix: &MatrixRows, names: &[String], groups: Option<&Groups>) -> RgbImage {
    let groups: Option<Vec<String>> =
        groups.map(|groups| groups.of_classes().iter().map(|group| groups.names()[*group].clone()).collect());
    drawn_rows(matrix, names, groups.as_deref())
}

fn drawn<M: Meaning>(matrix: &ClassMatrix<M>, groups: Option<&[String]>) -> RgbImage {
    drawn_rows(&matrix.into(), matrix.vocab().names(), groups)
}

fn drawn_rows(matrix: &MatrixRows, names: &[String], groups: Option<&[String]>) -> RgbImage {
    let narrow = |row: &Vec<f64>| row.iter().map(|value| *value as f32).collect();
    let values: Vec<Vec<f32>> = matrix.rows.iter().map(narrow).collect();
    heat_map_with_axes(matrix.title, ["actual", "predicted"], names, names, &values, groups)
}
