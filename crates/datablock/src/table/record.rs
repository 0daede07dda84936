//! A row as a value of the user's.

use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Header, Row};
use crate::{DataError, Item};

/// A row of a [`Table`](crate::Table) as a value of your own, which is an item of a recipe and knows where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<T> {
    value: T,
    header: Arc<Header>,
    line: u64,
}

impl<T: DeserializeOwned> Record<T> {
    pub(super) fn of(row: &Row, names: &csv::StringRecord) -> Result<Self, DataError> {
        let value = row.fields().deserialize(Some(names)).map_err(|why| {
            let csv::ErrorKind::Deserialize { err, .. } = why.kind() else {
                return row.error(why.to_string(), "mend the row");
            };
            let column = err.field().and_then(|place| names.get(place as usize));
            let column = column.map_or_else(String::new, |name| format!("{name}: "));
            row.error(format!("{column}{}", err.kind()), "mend the row, or the type that it is read as")
        })?;
        Ok(Self { value, header: row.header().clone(), line: row.line() })
    }
}

impl<T> Record<T> {
    /// The line of the file on which the row begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The value alone.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Record<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone + Debug + Send + Sync + 'static> Item for Record<T> {
    /// `labels.csv:17`: the file and the line.
    fn path(&self) -> Cow<'_, Path> {
        self.header.line(self.line).into()
    }
}
