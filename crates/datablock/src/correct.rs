//! A split and a target block as a file of corrections wants them.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use firelight_doctor::{Action, Corrections};

use crate::guard::guard;
use crate::in_parts::in_parts;
use crate::item::{Item, Owned};
use crate::name::name;
use crate::{Changes, DataError, FittedTarget, InputBlock, Relabelling, Split, TargetBlock};

/// A recipe's target block with its labels corrected, and what that changes.
pub(crate) struct Corrected<Y, I: ?Sized> {
    corrections: Arc<Corrections>,
    relabelling: Relabelling<I>,
    /// `None` where targets are no labels, and stay.
    pub target: Option<Y>,
    left_out: usize,
}

impl<Y: TargetBlock<Fitted: FittedTarget<Item = I>>, I: Item + ?Sized> Corrected<Y, I> {
    /// Reads a file, takes what it leaves out from the parts of `split`, and gives `target` the labels that it should have.
    pub fn new(
        file: &Path,
        input: Arc<dyn InputBlock<I>>,
        (items, root): (&[Owned<I>], Option<Arc<Path>>),
        split: Split,
        target: &Y,
    ) -> Result<(Self, Split), DataError> {
        let corrections = Arc::new(Corrections::read(file)?);
        let names = move |item: &I| name(input.as_ref(), item, root.as_deref());
        let places = places(&corrections, items, &names)?;
        corrections.check_items(|item| places.contains_key(item))?;
        let (split, left_out) = without(&corrections, split, &places)?;
        let relabelling = Relabelling::new(corrections.clone(), names);
        let target = guard("target block", "its `corrected`", || Ok(target.corrected(&relabelling)))?;
        let changes_labels = |action| matches!(action, Action::Relabel | Action::Merge);
        if target.is_none() && corrections.rows().iter().any(|row| changes_labels(row.action)) {
            return Err(DataError::Setting {
                setting: "corrections",
                value: format!("{} for targets that are no labels", file.display()),
                remedy: "leave items out alone (`leave out`), or give the block a `TargetBlock::corrected`".into(),
            });
        }
        Ok((Self { corrections, relabelling, target, left_out }, split))
    }

    /// What was changed, once all labels are read.
    pub fn changes(&self) -> Result<Changes, DataError> {
        let changes = self.relabelling.changes();
        let is_used = |class: &str| changes.merged.iter().any(|merged| merged.class == class && merged.items > 0);
        // A class that items are relabelled as, and that is merged after that, is used too.
        let is_suggested = |class: &str| self.corrections.rows().iter().any(|row| row.suggested == class);
        self.corrections.check_classes(|class| is_used(class) || is_suggested(class))?;
        Ok(Changes { left_out: self.left_out, ..changes })
    }
}

/// Where each item stands that the corrections name.
fn places<I: Item + ?Sized>(
    corrections: &Corrections,
    items: &[Owned<I>],
    name: &(impl Fn(&I) -> Result<String, DataError> + Sync),
) -> Result<HashMap<String, usize>, DataError> {
    let wanted: HashSet<&str> = corrections.rows().iter().map(|row| row.item.as_str()).collect();
    let found = in_parts(items, |start, items| {
        let names = (start..).zip(items).map(|(place, item)| Ok((name(item.borrow())?, place)));
        let is_told = |place: &Result<(String, usize), DataError>| match place {
            Ok((name, _)) => wanted.contains(name.as_str()),
            Err(_) => true,
        };
        names.filter(is_told).collect::<Result<Vec<_>, DataError>>()
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The parts without what is left out, which no part may be all of; and how many items that is.
fn without(
    corrections: &Corrections,
    split: Split,
    places: &HashMap<String, usize>,
) -> Result<(Split, usize), DataError> {
    let out = places.iter().filter(|(name, _)| corrections.leaves_out(name)).map(|(_, &place)| place);
    let out: HashSet<usize> = out.collect();
    let sizes = |split: &Split| [split.train(), split.valid(), split.test()].map(<[usize]>::len);
    let before = sizes(&split);
    let split = split.without(|item| out.contains(&item));
    let after = sizes(&split);
    let mut parts = ["training", "validation", "test"].into_iter().zip(before).zip(after);
    if let Some(((part, _), _)) = parts.find(|((_, before), after)| *before > 0 && *after == 0) {
        return Err(DataError::Split {
            what: format!("{} leaves out every item of the {part} part", corrections.path().display()),
            remedy: "keep some of them, or choose another splitter".into(),
        });
    }
    Ok((split, before.iter().sum::<usize>() - after.iter().sum::<usize>()))
}
