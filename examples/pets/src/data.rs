//! Where the pictures come from.

use std::path::PathBuf;

use firelight::prelude::*;

use crate::cli::Cli;
use crate::sample;

/// Pictures of each breed in the sample set.
const SAMPLES: usize = 120;

/// The set is the same for every seed of the training.
const SAMPLE_SEED: u64 = 7;

/// The folder of pictures: given, downloaded, or drawn.
pub fn images(cli: &Cli) -> Result<PathBuf> {
    if let Some(folder) = &cli.images {
        return Ok(folder.clone());
    }
    if cli.download {
        return Ok(datasets::oxford_pets()?.join("images"));
    }
    let folder = cli.out.join("sample");
    let pictures = sample::draw(&folder, SAMPLES, SAMPLE_SEED)?;
    if !cli.quiet {
        println!("{pictures} drawn pictures of {} breeds in {}", sample::BREEDS.len(), folder.display());
    }
    Ok(folder)
}

/// Cats are the breeds whose names start with a capital letter.
pub fn species(breed: &str) -> &'static str {
    if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
}
