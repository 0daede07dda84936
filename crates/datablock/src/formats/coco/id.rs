//! The numbers of images, annotations and categories.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A number; some programs write it as text, `"7"`, and some have text that is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Id {
    Number(i64),
    Text(String),
}

impl Id {
    /// `None` for text that is no number.
    pub fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl Visitor<'_> for Either {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number or text as an id")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Id, E> {
        Ok(Id::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
        i64::try_from(number).map(Id::Number).map_err(|_| E::custom(format!("the id {number} is too large")))
    }

    /// As tables of numbers write whole ones: `7.0`.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Id, E> {
        let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
        if is_whole {
            Ok(Id::Number(number as i64))
        } else {
            Err(E::custom(format!("the id {number} is no whole number")))
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Id, E> {
        Ok(text.parse().map_or_else(|_| Id::Text(text.to_owned()), Id::Number))
    }
}
