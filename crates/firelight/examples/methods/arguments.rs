//! What the command line asks for.

use std::path::PathBuf;

use firelight::prelude::*;

#[derive(Debug, Default)]
pub struct Arguments {
    pub weights: Option<PathBuf>,
    pub pets: Option<PathBuf>,
    pub imagenette: Option<PathBuf>,
    pub imagewoof: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub set: Option<String>,
    pub only: Vec<String>,
    pub seed: Option<u64>,
    pub search: bool,
    pub short: bool,
}

impl Arguments {
    pub fn read() -> Result<Self> {
        let (mut arguments, mut given) = (Self::default(), std::env::args().skip(1));
        while let Some(option) = given.next() {
            let mut value = || given.next().ok_or_else(|| format!("{option} needs a value"));
            match option.as_str() {
                "--weights" => arguments.weights = Some(value()?.into()),
                "--pets" => arguments.pets = Some(value()?.into()),
                "--imagenette" => arguments.imagenette = Some(value()?.into()),
                "--imagewoof" => arguments.imagewoof = Some(value()?.into()),
                "--json" => arguments.json = Some(value()?.into()),
                "--set" => arguments.set = Some(value()?),
                "--only" => arguments.only.push(value()?),
                "--seed" => arguments.seed = Some(value()?.parse()?),
                "--search" => arguments.search = true,
                "--short" => arguments.short = true,
                _ => return Err(format!("no option is called {option}; they are in the first lines of main.rs").into()),
            }
        }
        Ok(arguments)
    }

    /// Those of the tables, or that of the search.
    pub fn seeds(&self) -> Vec<u64> {
        match self {
            Self { seed: Some(seed), .. } => vec![*seed],
            Self { search: true, .. } => vec![0],
            Self { short: true, .. } => vec![1],
            _ => vec![1, 2, 3],
        }
    }

    /// Whether a method is asked for.
    pub fn want(&self, method: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| method.contains(only))
    }

    pub fn epochs(&self, epochs: usize) -> usize {
        if self.short { 2 } else { epochs }
    }
}
