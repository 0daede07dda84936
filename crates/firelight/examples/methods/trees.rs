//! Which classes are near.

use firelight::datasets::{IMAGENETTE, IMAGEWOOF};
use firelight::prelude::*;

/// Cats by coat and dogs by their association's groups, below the species.
pub fn pets(vocab: &Vocab) -> Result<Taxonomy> {
    Ok(Taxonomy::from_paths(include_str!("../pets_losses/breeds.txt").lines())?.pruned_to(vocab)?)
}

/// `WordNet`'s of the 20 classes without the nodes that have one child: between these classes they tell no difference.
pub fn twenty() -> Result<Taxonomy> {
    let taxonomy = Taxonomy::from_paths(IMAGENETTE.iter().chain(&IMAGEWOOF).map(|class| class.path))?;
    let path = |leaf| {
        let parts: Vec<&str> = taxonomy
            .up_from(leaf)
            .filter(|node| taxonomy.children(*node).len() != 1)
            .map(|node| taxonomy.name(node))
            .collect();
        parts.into_iter().rev().collect::<Vec<_>>().join("/")
    };
    Ok(Taxonomy::from_paths(taxonomy.leaves().map(path))?)
}
