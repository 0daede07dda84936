//! Findings as text.

use std::fmt::{self, Display};

use super::{Findings, MetricEffect};
use crate::Twin;

/// Rows of each list that are shown.
const SHOWN: usize = 10;

/// A section for each thing that was found, with its ten worst.
impl Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leaks = self.duplicates.iter().filter(|group| self.is_leak(group)).count();
        writeln!(f, "{} items", self.items.len())?;
        let (across, within) = self.duplicates.split_at(leaks);
        for (title, groups) in [("in two parts", across), ("there twice", within)] {
            section(
                f,
                title,
                groups.len(),
                groups.iter().map(|group| {
                    let names: Vec<String> = group.items.iter().map(|&item| self.placed(item)).collect();
                    let (likeness, how) =
                        group.pairs.first().map_or((0.0, Twin::Copy), |pair| (pair.likeness, pair.how));
                    format!("{likeness:.3}  {}  ({how})", names.join(" = "))
                }),
            )?;
        }
        for MetricEffect { metric, part, effect } in &self.effects {
            let told = |value: Option<f64>| value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:.4}"));
            let [with, without] = [effect.with, effect.without].map(told);
            let part = format!("{part:?}").to_lowercase();
            writeln!(f, "\n{metric} of the {part} part: {with}, and {without} without what an earlier part has too")?;
        }
        let title = match self.noise {
            Some(noise) => format!("labels that may be wrong (of all, {:.1} % are estimated to be)", noise * 100.0),
            None => "labels that may be wrong".to_owned(),
        };
        section(
            f,
            &title,
            self.label_errors.len(),
            self.label_errors.iter().map(|error| {
                let [given, suggested] = [error.given, error.suggested].map(|class| self.class(class));
                format!("{:.3}  {}  {given} -> {suggested}", error.self_confidence, self.name(error.item))
            }),
        )?;
        section(
            f,
            "labels too many (-) or too few (+)",
            self.several_errors.len(),
            self.several_errors.iter().map(|error| {
                let sign = if error.given { '-' } else { '+' };
                format!("{:.3}  {}  {sign} {}", error.self_confidence, self.name(error.item), self.class(error.class))
            }),
        )?;
        section(
            f,
            "classes that look like one",
            self.alike.len(),
            self.alike.iter().map(|pair| {
                let [first, second] = [pair.first, pair.second].map(|class| self.class(class));
                format!("{:.3}  {first} = {second}  (labels: {})", pair.share, pair.examples)
            }),
        )?;
        section(
            f,
            "like no others",
            self.outliers.len(),
            self.outliers.iter().map(|outlier| format!("{:.3}  {}", outlier.score, self.name(outlier.item))),
        )?;
        section(
            f,
            "pictures with a fault",
            self.faults.len(),
            self.faults.iter().map(|fault| format!("{:.2}x  {}  {}", fault.by, self.name(fault.item), fault.fault)),
        )
    }
}

impl Findings {
    /// An item with its part and labels, as far as they are known.
    fn placed(&self, item: usize) -> String {
        let part = self.parts.get(item).map(|part| format!("{part:?}").to_lowercase());
        let labels = self
            .labels
            .get(item)
            .map(|labels| labels.iter().map(|&label| self.class(label)).collect::<Vec<_>>().join(" + "));
        let about: Vec<String> = part.into_iter().chain(labels).collect();
        if about.is_empty() {
            self.name(item).to_owned()
        } else {
            format!("{} [{}]", self.name(item), about.join(", "))
        }
    }
}

/// A title with a count, and the first rows; nothing where there are none.
fn section(f: &mut fmt::Formatter<'_>, title: &str, count: usize, rows: impl Iterator<Item = String>) -> fmt::Result {
    if count == 0 {
        return Ok(());
    }
    writeln!(f, "\n{title}: {count}")?;
    for row in rows.take(SHOWN) {
        writeln!(f, "  {row}")?;
    }
    if count > SHOWN { writeln!(f, "  and {} more", count - SHOWN) } else { Ok(()) }
}
