//! Where the pictures come from.

use std::path::{Path, PathBuf};

use firelight::prelude::*;

use crate::cli::Cli;
use crate::say::say;

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
        let pets = datasets::PublishedDataset::oxford_pets().with_progress(cli.progress());
        return Ok(pets.fetch(&firelight::download::home()?)?.join("images"));
    }
    let folder = cli.out.join("sample");
    let pictures = firelight_sample::draw(&folder, SAMPLES, SAMPLE_SEED)?;
    if !cli.quiet {
        say(format_args!(
            "{pictures} drawn pictures of {} breeds in {}",
            firelight_sample::BREEDS.len(),
            folder.display()
        ));
    }
    Ok(folder)
}

/// Breeds are told by their names alone, so names that are of another kind would train in silence on nonsense.
pub fn check(breeds: &Vocab, images: &Path) -> Result<()> {
    if breeds.len() > 1 {
        return Ok(());
    }
    let (folder, all) = (images.display(), breeds.names().join(", "));
    Err(format!("pictures: all in {folder} are of one breed, {all:?}; name them BREED_NUMBER.jpg, as `pug_7.jpg`")
        .into())
}

/// What there is to tell apart, species by species.
pub fn breeds(species: &Groups) -> String {
    let line = |(group, name): (usize, &String)| {
        let of = |class: &usize| species.of(*class) == group;
        let names: Vec<&str> = (0..species.vocab().len()).filter(of).map(|class| &species.vocab()[class]).collect();
        format!("{} breed(s) of {name}: {}", names.len(), names.join(", "))
    };
    species.names().iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Cats are the breeds whose names start with a capital letter.
pub fn species(breed: &str) -> &'static str {
    if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" }
}
