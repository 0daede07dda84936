//! Results as rows and as tables in Markdown.

use std::fmt::Write;

use serde::Serialize;

/// One head under one decision.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    tree: &'static str,
    form: &'static str,
    seed: u64,
    valid_pictures: usize,
    accuracy: f64,
    /// How many pictures were taken for the other species.
    cross_species: usize,
    /// Mean distance of a mistake; `None` without mistakes.
    severity: Option<f64>,
    /// Mean distance of the first five breeds, less the least that it can be.
    hd5_above_floor: f64,
    /// Mean distance of a breed drawn from the probabilities.
    expected_cost: f64,
    calibration_error: f64,
    /// The same out of fold after one temperature, one for each lowest group, and a factor and a summand for each breed.
    after_temperature: f64,
    after_group_temperatures: f64,
    after_vector_scaling: f64,
}

impl Row {
    /// From the metrics in the order of `Tree::metrics`.
    pub fn new(tree: &'static str, form: &'static str, seed: u64, pictures: usize, values: &[Option<f64>]) -> Self {
        let value = |column: usize| values[column].unwrap_or(f64::NAN);
        Self {
            tree,
            form,
            seed,
            valid_pictures: pictures,
            accuracy: value(0),
            cross_species: (value(1) * pictures as f64).round() as usize,
            severity: values[2],
            hd5_above_floor: value(3),
            expected_cost: value(4),
            calibration_error: value(5),
            after_temperature: value(6),
            after_group_temperatures: value(7),
            after_vector_scaling: value(8),
        }
    }
}

/// A table for each tree: means over the seeds, and counts of all of them together.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    for of_tree in ["species", "kinds"] {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.tree == of_tree).collect();
        let mut forms: Vec<&str> = Vec::new();
        for row in &rows {
            if !forms.contains(&row.form) {
                forms.push(row.form);
            }
        }
        let mean = |form: &str, of: fn(&Row) -> Option<f64>| {
            let values: Vec<f64> = rows.iter().filter(|row| row.form == form).filter_map(|row| of(row)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let plain = mean("cross entropy", |row| Some(row.hd5_above_floor));
        let _ = writeln!(
            text,
            "\nTree of {of_tree}:\n\n| form | accuracy | cross-species | severity | HD@5 − floor | closed | expected cost | ECE | after temperature |\n\
             |---|---|---|---|---|---|---|---|---|"
        );
        for form in forms {
            let pictures: usize = rows.iter().filter(|row| row.form == form).map(|row| row.valid_pictures).sum();
            let crossed: usize = rows.iter().filter(|row| row.form == form).map(|row| row.cross_species).sum();
            let above = mean(form, |row| Some(row.hd5_above_floor));
            let _ = writeln!(
                text,
                "| {form} | {:.3} | {crossed} of {pictures} | {:.2} | {above:.3} | {:.0} % | {:.3} | {:.3} | {:.3} |",
                mean(form, |row| Some(row.accuracy)),
                mean(form, |row| row.severity),
                100.0 * (1.0 - above / plain),
                mean(form, |row| Some(row.expected_cost)),
                mean(form, |row| Some(row.calibration_error)),
                mean(form, |row| Some(row.after_temperature)),
            );
        }
    }
    text
}
