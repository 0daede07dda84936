//! The tables of all pictures: `list.txt` and `eyes.csv`.

use super::super::breed::{BREEDS, Species};
use super::Figure;

/// The lines that Oxford's `list.txt` begins with, for the breeds of this set.
pub const LIST_HEADER: &str = "\
#Image CLASS-ID SPECIES BREED ID
#CLASS-ID: numbers of the breeds from 1, in the order of their names, capital letters first
#SPECIES: 1 cat, 2 dog
#BREED ID: numbers of the breeds of a species from 1, in the same order
";

/// The columns of `eyes.csv`: pixels, (0, 0) the outer corner of the first one.
pub const EYES_HEADER: &str = "file,left_x,left_y,right_x,right_y\n";

/// A picture's row in `list.txt`: its name without the ending, class, species and breed within the species.
pub fn list_row(stem: &str, breed: usize) -> String {
    let species = BREEDS[breed].1;
    let within = BREEDS[..=breed].iter().filter(|(_, of)| *of == species).count();
    let number = match species {
        Species::Cat => 1,
        Species::Dog => 2,
    };
    format!("{stem} {} {number} {within}\n", breed + 1)
}

/// A picture's row in `eyes.csv`; the left eye is the one on the viewer's left. Cells are empty where an eye is not seen.
pub fn eyes_row(file: &str, figure: &Figure) -> String {
    let cells = |eye: Option<_>| eye.map_or_else(|| ",".to_owned(), |(x, y): (f32, f32)| format!("{x:.2},{y:.2}"));
    format!("{file},{},{}\n", cells(figure.eyes[0]), cells(figure.eyes[1]))
}
