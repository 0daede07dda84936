//! Results as rows and as tables in Markdown.

use std::fmt::{self, Write};

use serde::Serialize;

use crate::judge::{Findings, Reading};
use crate::sets::Set;

/// One trained model.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    set: &'static str,
    seed: u64,
    method: String,
    train_pictures: usize,
    /// Of training and one evaluation, features apart.
    seconds: f64,
    #[serde(flatten)]
    findings: Findings,
}

impl Record {
    pub fn new(set: &Set, seed: u64, method: &str, train_pictures: usize, seconds: f64, findings: Findings) -> Self {
        Self { set: set.name, seed, method: method.to_owned(), train_pictures, seconds, findings }
    }
}

/// How it goes.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, method, seconds, findings, .. } = self;
        let Reading { accuracy, hd5, .. } = findings.plain;
        write!(f, "seed {seed}: {method}: accuracy {accuracy:.3}, HD@5 - floor {hd5:.3}, {seconds:.1} s")
    }
}

/// The tables of one set: means over the seeds, with the standard deviation of some.
pub fn markdown(set: &Set, records: &[Record]) -> String {
    let records: Vec<&Record> = records.iter().filter(|record| record.set == set.name).collect();
    let mut methods: Vec<&str> = Vec::new();
    for record in &records {
        if !methods.contains(&record.method.as_str()) {
            methods.push(&record.method);
        }
    }
    let of = |method: &str, value: fn(&Findings) -> Option<f64>| {
        Spread::of(records.iter().filter(|record| record.method == method).filter_map(|record| value(&record.findings)))
    };
    let mut text = String::new();
    let Some(first) = records.first() else { return text };
    let mut seeds: Vec<u64> = records.iter().map(|record| record.seed).collect();
    seeds.dedup();
    let _ = writeln!(
        text,
        "## {}\n\n{} pictures to train with, {} to validate on, seeds {seeds:?}.\n\n\
         | method | accuracy | severity | HD@5 − floor | closed | HOPS | full path | one path | ECE | with a temperature | seconds |\n\
         |---|---|---|---|---|---|---|---|---|---|---|",
        set.name, first.train_pictures, first.findings.pictures
    );
    let plain = of("cross entropy", |found| Some(found.plain.hd5)).mean;
    let closed = |above: f64| format!("{:.0} %", 100.0 * (1.0 - above / plain));
    for method in &methods {
        let hd5 = of(method, |found| Some(found.plain.hd5));
        let seconds = Spread::of(records.iter().filter(|record| record.method == *method).map(|record| record.seconds));
        let _ = writeln!(
            text,
            "| {method} | {:.3} | {:.2} | {hd5:.3} | {} | {:#.3} | {:#.3} | {:#.3} | {:#.3} | {:#.3} | {:#.0} |",
            of(method, |found| Some(found.plain.accuracy)),
            of(method, |found| found.plain.severity),
            closed(hd5.mean),
            of(method, |found| Some(found.plain.hops)),
            of(method, |found| Some(found.full_path)),
            of(method, |found| Some(found.consistent)),
            of(method, |found| Some(found.ece[0])),
            of(method, |found| Some(found.ece[1])),
            seconds,
        );
    }
    let _ = writeln!(
        text,
        "\n| decided by minimum risk | accuracy | severity | HD@5 − floor | closed | HOPS | without the temperature: HD@5 − floor | closed |\n\
         |---|---|---|---|---|---|---|---|"
    );
    for method in &methods {
        let (hd5, raw) = (of(method, |found| Some(found.tempered_risk.hd5)), of(method, |found| Some(found.risk.hd5)));
        let _ = writeln!(
            text,
            "| {method} | {:.3} | {:.2} | {hd5:.3} | {} | {:#.3} | {raw:#.3} | {} |",
            of(method, |found| Some(found.tempered_risk.accuracy)),
            of(method, |found| found.tempered_risk.severity),
            closed(hd5.mean),
            of(method, |found| Some(found.tempered_risk.hops)),
            closed(raw.mean),
        );
    }
    let _ = writeln!(
        text,
        "\n| any node, with a temperature | F of classes | F of nodes | right | a class | nothing said |\n|---|---|---|---|---|---|"
    );
    for method in &methods {
        let _ = writeln!(
            text,
            "| {method} | {:.3} | {:.3} | {:#.3} | {:#.3} | {:#.3} |",
            of(method, |found| found.leaves.f1),
            of(method, |found| found.nodes.f1),
            of(method, |found| found.nodes.right),
            of(method, |found| found.nodes.exact),
            of(method, |found| found.nodes.nothing),
        );
    }
    text
}

/// A mean with the standard deviation over the seeds, which `#` leaves out.
struct Spread {
    mean: f64,
    deviation: Option<f64>,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self { mean, deviation: (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt()) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        write!(f, "{:.digits$}", self.mean)?;
        match self.deviation {
            Some(deviation) if !f.alternate() => write!(f, " ± {deviation:.digits$}"),
            _ => Ok(()),
        }
    }
}
