//! `firelight export`: a model file as others take it.

use std::fmt::Write;
use std::path::Path;

use firelight::learner::{Manifest, TargetKind};
use firelight::models::weights::to_safetensors;
use firelight::prelude::*;

use crate::cli::{Cli, Export};
use crate::screen::Screen;

/// Writes the body's weights, a model card, or both.
pub fn export(options: &Export, cli: &Cli, screen: Screen) -> Result<()> {
    apart(options)?;
    let (manifest, body) = Manifest::with_body(&options.model, &device_by_name(cli.device())?)?;
    if let Some(file) = &options.weights {
        let bytes = to_safetensors(&body, options.names.into())?;
        firelight::files::write_whole(file, &bytes).map_err(|why| format!("export: {}: {why}", file.display()))?;
        screen.say(format_args!("the body's weights of {} written to {}", manifest.network, file.display()));
    }
    if let Some(file) = &options.card {
        let card = card(options, &manifest)?;
        firelight::files::write_whole(file, card.as_bytes())
            .map_err(|why| format!("export: {}: {why}", file.display()))?;
        screen.say(format_args!("the model card written to {}", file.display()));
    }
    Ok(())
}

/// What is written goes over neither the model nor each other.
fn apart(options: &Export) -> Result<()> {
    // Of a file that is not there yet its folder says which it is.
    let place = |file: &Path| {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        file.canonicalize()
            .or_else(|_| Ok::<_, std::io::Error>(folder.canonicalize()?.join(file.file_name().unwrap_or_default())))
    };
    let named = [
        ("the model", Some(&options.model)),
        ("--weights", options.weights.as_ref()),
        ("--card", options.card.as_ref()),
    ];
    let mut seen: Vec<(&str, std::path::PathBuf)> = Vec::new();
    for (what, file) in named.iter().filter_map(|(what, file)| Some((*what, file.as_deref()?))) {
        let Ok(place) = place(file) else { continue };
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == place) {
            return Err(format!(
                "export: {}: {what} is the file of {other} too; choose another {what}",
                file.display()
            )
            .into());
        }
        seen.push((what, place));
    }
    Ok(())
}

/// A model card in the Hub's form: facts that programs read, then those for people.
fn card(options: &Export, manifest: &Manifest) -> Result<String> {
    let file = options.model.file_name().unwrap_or_default().to_string_lossy();
    // `train` calls every model so, in a folder of the data's name.
    let folder = options.model.parent().and_then(Path::file_name).filter(|_| file == "model.firelight");
    let name = folder.or(options.model.file_stem()).unwrap_or_default().to_string_lossy();
    let arch = manifest.network.arch().map_or("", Arch::name);
    let mut card = String::from("---\nlibrary_name: firelight\n");
    if let Some(task) = task(&manifest.target) {
        let _ = writeln!(card, "pipeline_tag: {task}");
    }
    if let Some(licence) = &options.license {
        let _ = writeln!(card, "license: {licence}");
    }
    let _ = write!(card, "tags:\n- firelight\n- burn\n- {arch}\n---\n\n# {name}\n\n");
    let _ = writeln!(card, "Tells {} of pictures, by {}.\n", manifest.target, manifest.network);
    let _ = writeln!(card, "## Outputs\n\nIn this order:\n");
    for (index, output) in manifest.target.names().iter().enumerate() {
        let _ = writeln!(card, "{index}. {output}");
    }
    let _ = writeln!(card, "\n## Pictures\n\n{}\n", manifest.transforms);
    if let Some(data) = &options.data {
        let _ = writeln!(card, "## Data\n\n{data}\n");
    }
    if let Some(file) = &options.metrics {
        let _ = writeln!(card, "## Numbers\n\n{}", numbers(file)?);
    }
    let _ = write!(
        card,
        "## Use\n\n```sh\nfirelight predict {file} PICTURES\nfirelight serve {file}\n```\n\n```rust\n\
         let predictor = Predictor::load(\"{file}\", &device)?;\nprintln!(\"{{:?}}\", predictor.answer(\"picture.jpg\")?);\n```\n\n\
         Written by Firelight {} on burn {}.\n",
        manifest.firelight, manifest.burn
    );
    Ok(card)
}

/// The Hub's word for what a model does, where it has one.
fn task(target: &TargetKind) -> Option<&'static str> {
    match target {
        TargetKind::Category(_) | TargetKind::Categories(_) => Some("image-classification"),
        TargetKind::Mask(_) => Some("image-segmentation"),
        _ => None,
    }
}

/// The numbers at the top of a JSON file, as `firelight train --json` and `evaluate --json` write one.
fn numbers(file: &Path) -> Result<String> {
    let unread = |why: String| {
        format!("export: {}: {why}; give what `firelight train --json` or `evaluate --json` wrote", file.display())
    };
    let bytes = firelight::files::read_regular(file, 16 << 20).map_err(|why| unread(why.to_string()))?;
    let told: serde_json::Value = serde_json::from_slice(&bytes).map_err(|why| unread(why.to_string()))?;
    let mut table = String::from("| | |\n|---|---|\n");
    let mut row = |name: &str, value: &serde_json::Value| {
        if value.is_number() {
            let _ = writeln!(table, "| {} | {value} |", name.replace('_', " "));
        }
    };
    for (name, value) in told.as_object().into_iter().flatten() {
        row(name, value);
    }
    for figure in told["figures"].as_array().into_iter().flatten() {
        row(figure["name"].as_str().unwrap_or_default(), &figure["value"]);
    }
    Ok(table)
}
