//! `firelight export`: a model file as others take it.

use std::fmt::Write;
use std::path::Path;

use firelight::learner::{Manifest, TargetKind};
use firelight::models::weights::to_safetensors;
use firelight::prelude::*;

use crate::cli::{Cli, Export};
use crate::files::{for_shell, resolved};
use crate::screen::Screen;

/// Writes the body's weights, the model for other programs, a model card, or several of them.
pub fn export(options: &Export, cli: &Cli, screen: Screen) -> Result<()> {
    apart(options)?;
    let (manifest, body) = Manifest::with_body(&options.model, &device_by_name(cli.device())?)?;
    let keep = |file: &Path, bytes: &[u8], what: &str| -> Result<()> {
        firelight::files::write_whole(file, bytes).map_err(|why| format!("export: {}: {why}", file.display()))?;
        screen.say(format_args!("{what} written to {}", file.display()));
        Ok(())
    };
    if let Some(file) = &options.weights {
        keep(
            file,
            &to_safetensors(&body, options.names.into())?,
            &format!("the body's weights of {}", manifest.network),
        )?;
    }
    if let Some(file) = &options.onnx {
        let model = match cli.model(&options.model)?.to_onnx(options.size) {
            Err(PredictError::NoSize) => {
                let why =
                    "export: --onnx: the model takes pictures of any size, and a file is for one; name it with --size";
                return Err(why.into());
            }
            model => model?,
        };
        let model = match &options.license {
            Some(licence) => model.with_property("license", licence),
            None => model,
        };
        keep(file, &model.to_bytes(), "the model as ONNX")?;
    }
    if let Some(file) = &options.card {
        keep(file, card(options, &manifest)?.as_bytes(), "the model card")?;
    }
    Ok(())
}

/// What is written goes over neither the model nor each other.
fn apart(options: &Export) -> Result<()> {
    let named = [
        ("the model", Some(&options.model)),
        ("--weights", options.weights.as_ref()),
        ("--onnx", options.onnx.as_ref()),
        ("--card", options.card.as_ref()),
    ];
    let mut seen: Vec<(&str, std::path::PathBuf)> = Vec::new();
    for (what, file) in named.iter().filter_map(|(what, file)| Some((*what, file.as_deref()?))) {
        let place = resolved(file);
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
    let file = Path::new(options.model.file_name().unwrap_or_default());
    let word = for_shell(file);
    let file = file.to_string_lossy();
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
        "## Use\n\n```sh\nfirelight predict {word} PICTURES\nfirelight serve {word}\n```\n\n```rust\n\
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
        let Some(number) = value.as_f64() else { return };
        // As reports have figures: four digits behind the point, and counts whole.
        let told = if value.is_f64() { format!("{number:.4}") } else { value.to_string() };
        let _ = writeln!(table, "| {} | {told} |", name.replace('_', " "));
    };
    for (name, value) in told.as_object().into_iter().flatten() {
        row(name, value);
    }
    for figure in told["figures"].as_array().into_iter().flatten() {
        row(figure["name"].as_str().unwrap_or_default(), &figure["value"]);
    }
    Ok(table)
}
