//! What the pictures of data are like: how many of each class, which sizes, which cannot be read, which are there more than once.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use firelight::learner::TargetDefaults;
use firelight::prelude::*;
use firelight::transforms::{Limits, open};
use rayon::prelude::*;

use crate::guess::{first, pictures};

/// Names and classes that are listed at most.
const NAMES: usize = 5;
const CLASSES: usize = 40;

/// Every picture of every part, looked at once.
pub struct Survey {
    /// What the parts do, and how many items they have.
    parts: Vec<(&'static str, usize)>,
    /// Items of each class in each part, the most frequent class first; none where targets are no classes.
    classes: Vec<(String, Vec<usize>)>,
    /// Widths and heights, the fewest pixels first.
    sizes: Vec<(u32, u32)>,
    broken: Vec<String>,
    /// Groups of names of one picture, and whether a group is in several parts.
    twins: Vec<(Vec<String>, bool)>,
}

/// What is seen of a file.
enum Seen {
    Picture { size: (u32, u32), print: u64 },
    Broken,
}

impl Survey {
    /// Of all items of loaders.
    pub fn of<F: TargetDefaults>(dls: &DataLoaders<F>, progress: &Progress) -> Result<Self> {
        let parts = [("train", Some(dls.train())), ("valid", Some(dls.valid())), ("test", dls.test_part())];
        let parts: Vec<_> = parts.into_iter().filter_map(|(name, part)| Some((name, part?.dataset()))).collect();
        let mut classes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut files: Vec<(usize, String, PathBuf)> = Vec::new();
        for (number, (_, part)) in parts.iter().enumerate() {
            for item in 0..part.len() {
                // A block that is not told a file's place reads the item itself.
                let file = part.files(item)?.into_iter().next().unwrap_or_else(|| part.path(item).into_owned());
                files.push((number, part.name(item)?, file));
                let fitted = part.fitted();
                let labels = fitted.labels(&part.targets()[item]).unwrap_or_default();
                for class in labels.into_iter().filter_map(|class| fitted.vocab()?.name(class)) {
                    classes.entry(class.to_owned()).or_insert_with(|| vec![0; parts.len()])[number] += 1;
                }
            }
        }
        let bar = progress.bar(files.len(), "look");
        let look = |(_, _, file): &(usize, String, PathBuf)| {
            let seen = open(file, &Limits::default()).map_or(Seen::Broken, |picture| {
                let mut print = DefaultHasher::new();
                (picture.dimensions(), picture.as_raw()).hash(&mut print);
                Seen::Picture { size: picture.dimensions(), print: print.finish() }
            });
            bar.inc(1);
            seen
        };
        let seen: Vec<Seen> = files.par_iter().map(look).collect();
        drop(bar);
        let (mut sizes, mut broken, mut prints) = (Vec::new(), Vec::new(), HashMap::<u64, Vec<usize>>::new());
        for (item, seen) in seen.iter().enumerate() {
            match seen {
                Seen::Picture { size, print } => {
                    sizes.push(*size);
                    prints.entry(*print).or_default().push(item);
                }
                Seen::Broken => broken.push(files[item].1.clone()),
            }
        }
        sizes.sort_by_key(|&(width, height)| (u64::from(width) * u64::from(height), width));
        let mut groups: Vec<Vec<usize>> = prints.into_values().filter(|group| group.len() > 1).collect();
        groups.sort();
        let twins = groups.into_iter().map(|group| {
            let across = group.iter().any(|&item| files[item].0 != files[group[0]].0);
            (group.iter().map(|&item| files[item].1.clone()).collect(), across)
        });
        let mut classes: Vec<_> = classes.into_iter().collect();
        classes.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<usize>()));
        let twins = twins.collect();
        Ok(Self {
            parts: parts.iter().map(|(name, part)| (*name, part.len())).collect(),
            classes,
            sizes,
            broken,
            twins,
        })
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.parts.iter().map(|(_, items)| items).sum();
        let parts: Vec<String> = self.parts.iter().map(|(name, items)| format!("{name} {items}")).collect();
        writeln!(f, "{:<10} {all}: {}", "pictures", parts.join(", "))?;
        if let [smallest, .., largest] | [smallest @ largest] = self.sizes.as_slice() {
            let side = |(width, height): &(u32, u32)| format!("{width}×{height}");
            let median = side(&self.sizes[self.sizes.len() / 2]);
            let (smallest, largest) = (side(smallest), side(largest));
            writeln!(f, "{:<10} smallest {smallest}, median {median}, largest {largest}", "sizes")?;
        }
        match self.broken.len() {
            0 => writeln!(f, "{:<10} none", "broken")?,
            count => writeln!(
                f,
                "{:<10} {} cannot be read (`firelight verify` says why): {}",
                "broken",
                pictures(count),
                first(&self.broken, NAMES)
            )?,
        }
        let groups: Vec<String> = self.twins.iter().map(|(names, _)| names.join(" = ")).collect();
        match (groups.len(), self.twins.iter().filter(|(_, across)| *across).count()) {
            (0, _) => {
                let none = "none of the same pixels (`firelight doctor` finds those that are alike)";
                writeln!(f, "{:<10} {none}", "twins")?;
            }
            (count, across) => writeln!(
                f,
                "{:<10} {} {} there more than once, {across} of them in several parts: {}",
                "twins",
                pictures(count),
                if count == 1 { "is" } else { "are" },
                first(&groups, NAMES)
            )?,
        }
        if self.classes.is_empty() {
            return Ok(());
        }
        let row =
            |of: &mut dyn Iterator<Item = String>| of.map(|field| format!("{field:>9}")).collect::<Vec<_>>().concat();
        writeln!(f, "\n{}  class", row(&mut self.parts.iter().map(|(name, _)| (*name).to_owned())))?;
        let shown = |number: usize| {
            self.classes.len() <= CLASSES || number < CLASSES / 2 || self.classes.len() - number <= CLASSES / 2
        };
        for (number, (class, counts)) in self.classes.iter().enumerate() {
            if shown(number) {
                writeln!(f, "{}  {class}", row(&mut counts.iter().map(usize::to_string)))?;
            } else if shown(number - 1) {
                writeln!(f, "{:>9}  {} more", "…", self.classes.len() - CLASSES)?;
            }
        }
        Ok(())
    }
}
