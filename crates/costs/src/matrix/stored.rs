use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::matrix::{Aligned, ClassMatrix, Meaning};

/// A matrix in a file: what it is, its names, its rows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kind: String,
    allow_non_dominant: bool,
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl<M: Meaning> Serialize for ClassMatrix<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored {
            kind: M::NAME.to_owned(),
            allow_non_dominant: self.meaning.allows_non_dominant(),
            names: self.vocab.names().to_vec(),
            rows: self.rows().map(<[f64]>::to_vec).collect(),
        }
        .serialize(serializer)
    }
}

/// Refuses a matrix of another meaning, and rows that do not fit the names.
impl<'de, M: Meaning> Deserialize<'de> for ClassMatrix<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        if stored.kind != M::NAME {
            let (kind, wanted) = (&stored.kind, M::NAME);
            return Err(D::Error::custom(format!("this is a {kind} matrix, not a {wanted} matrix")));
        }
        let mut matrix = Self::from_rows(stored.names, &stored.rows).map_err(D::Error::custom)?;
        matrix.meaning = M::stored(stored.allow_non_dominant);
        Ok(matrix)
    }
}

impl<M: Meaning> Serialize for Aligned<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.matrix().serialize(serializer)
    }
}

/// Checks the entries, as aligning does.
impl<'de, M: Meaning> Deserialize<'de> for Aligned<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let matrix = ClassMatrix::<M>::deserialize(deserializer)?;
        matrix.check().map_err(D::Error::custom)?;
        Ok(Self::new(matrix))
    }
}
