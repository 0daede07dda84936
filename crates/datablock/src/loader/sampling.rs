//! Which items an epoch has.

use std::ops::Range;
use std::sync::Arc;

use firelight_transforms::Chance;

use crate::DataError;

/// How the items of an epoch are chosen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sampling {
    /// Running sums of the items' weights; items are drawn with replacement in proportion to these.
    sums: Option<Arc<[f64]>>,
    /// Items of an epoch, where it is not all of them.
    items: Option<usize>,
    /// The places of an epoch's order that are served, where it is not all of them.
    places: Option<Range<usize>>,
}

impl Sampling {
    /// Draws with these weights, one an item.
    pub fn with_item_weights(mut self, weights: &[f64], items: usize) -> Result<Self, DataError> {
        let refuse = |what: String, remedy: &str| Err(DataError::Sampling { what, remedy: remedy.into() });
        if weights.len() != items {
            let what = format!("{} weights for {items} training items", weights.len());
            return refuse(what, "give one weight for each training item, in their order");
        }
        if let Some((item, weight)) = weights.iter().enumerate().find(|(_, w)| !(w.is_finite() && **w >= 0.0)) {
            return refuse(format!("the weight of item {item} is {weight}"), "give finite weights of at least 0");
        }
        let mut sum = 0.0;
        let add = |weight: &f64| {
            sum += weight;
            sum
        };
        let sums: Arc<[f64]> = weights.iter().map(add).collect();
        if sum <= 0.0 {
            return refuse("all weights are 0".into(), "give at least one item a weight");
        }
        if sum.is_infinite() {
            return refuse("the sum of the weights is infinite".into(), "divide them all by a large number");
        }
        self.sums = Some(sums);
        Ok(self)
    }

    /// This many items an epoch.
    pub fn with_items(mut self, items: usize) -> Self {
        self.items = Some(items);
        self
    }

    pub fn check(&self) -> Result<(), DataError> {
        if self.items != Some(0) {
            return Ok(());
        }
        let remedy = "give at least 1".into();
        Err(DataError::Setting { setting: "items of an epoch", value: "0".into(), remedy })
    }

    /// The part of every epoch's order from `start` to `end`.
    #[cfg(feature = "burn-train")]
    pub fn with_places(mut self, start: usize, end: usize) -> Self {
        let offset = self.places.map_or(0, |places| places.start);
        self.places = Some(offset + start..offset + end);
        self
    }

    /// How many of `all` items an epoch has.
    pub fn items(&self, all: usize) -> usize {
        self.places_of(self.drawn(all)).len()
    }

    /// The places that are served of an epoch that has drawn this many items.
    fn places_of(&self, drawn: usize) -> Range<usize> {
        let places = self.places.clone().unwrap_or(0..drawn);
        places.start.min(drawn)..places.end.clamp(places.start.min(drawn), drawn)
    }

    /// How many of `all` items an epoch draws.
    fn drawn(&self, all: usize) -> usize {
        match (&self.sums, self.items) {
            (_, None) => all,
            // With replacement there may be more than there are.
            (Some(_), Some(items)) => items,
            (None, Some(items)) => items.min(all),
        }
    }

    /// Whether it is anything but all items once.
    pub fn is_active(&self) -> bool {
        self.sums.is_some() || self.items.is_some() || self.places.is_some()
    }

    /// The items of an epoch of `all` items, in its order.
    pub fn order(&self, all: usize, shuffle: bool, chance: Chance) -> Vec<usize> {
        let mut order = self.draw(all, shuffle, chance);
        let places = self.places_of(order.len());
        order.truncate(places.end);
        order.drain(..places.start);
        order
    }

    /// The whole order of an epoch.
    fn draw(&self, all: usize, shuffle: bool, mut chance: Chance) -> Vec<usize> {
        let items = self.drawn(all);
        if let Some(sums) = &self.sums {
            let last = sums[sums.len() - 1];
            let mut draw = || {
                let at = (chance.bits() >> 11) as f64 / (1_u64 << 53) as f64 * last;
                sums.partition_point(|sum| *sum <= at).min(all - 1)
            };
            return (0..items).map(|_| draw()).collect();
        }
        let mut order: Vec<usize> = (0..all).collect();
        if shuffle || items < all {
            chance.shuffle(&mut order);
            order.truncate(items);
        }
        if !shuffle {
            order.sort_unstable();
        }
        order
    }
}
