//! A recipe as the program that a user of the library would write.

mod objects;

use std::fmt::Write;
use std::path::Path;

use crate::loaders::{THAWED_RATE, rate};
use crate::recipe::{Labels, Recipe, SplitBy, TableTarget, TrainingPart};
use firelight::models::Arch;

/// The program. It trains to the same model.
pub fn as_rust(recipe: &Recipe) -> String {
    let Block { uses, before, target, input, splitter, loaders } = Block::of(recipe);
    let mut program = format!(
        "// As `firelight train` does it.\n\nuse std::path::Path;\n\n{uses}use firelight::prelude::*;\nuse firelight::transforms::Filter;\n\n\
         fn main() -> Result<()> {{\n    let device = device_from_env()?; // FIRELIGHT_DEVICE=flex | wgpu | cuda …\n"
    );
    let Recipe { data, model, training, .. } = recipe;
    let trained = model.weights.is_some();
    let mut line = |text: &str| {
        let _ = writeln!(program, "    {text}");
    };
    line(&format!("let data = Path::new({});", quoted(data)));
    for text in &before {
        line(text);
    }
    line(&format!("let block = DataBlock::new({input}, {target})"));
    line(&format!("    .with_splitter({splitter})"));
    let preset = model.begun().map_or_else(|_| model.arch.into(), |backbone| backbone.preset().clone());
    let filter = if preset.bicubic { "Bicubic" } else { "Bilinear" };
    // As the loaders have it: all of a picture for a box.
    let is_whole = recipe.labels.are_boxes();
    let side = if trained && !is_whole { model.size * 8 / 7 } else { model.size };
    let way = if is_whole { "squish" } else { "crop" };
    line(&format!("    .with_item_transform(Resize::{way}({side}).with_filter(Filter::{filter}))"));
    let mild = if trained && !is_whole { ".min_scale(0.35)" } else { ".max_lighting(0.1).min_scale(0.9)" };
    let policy = training
        .augment
        .map_or_else(String::new, |augment| format!(".zoom(1.0, 1.0).max_lighting(0.0).policy({})", augment.as_rust()));
    let augment = format!("aug_transforms().size({}).max_warp(0.0).max_rotate(0.0){mild}{policy}", model.size);
    let corrected = recipe.corrections.as_ref().map(|file| format!("    .with_corrections({})", quoted(file)));
    line(&format!("    .with_batch_transforms({augment}){}", if corrected.is_some() { "" } else { ";" }));
    if let Some(corrected) = corrected {
        line(&format!("{corrected};"));
    }
    let skip = if recipe.skip_broken { ".with_on_error(OnError::Skip)" } else { "" };
    let TrainingPart { epochs, unfrozen_epochs, batch_size, seed, .. } = training;
    line(&format!(
        "let dls = block.{loaders}?.with_batch_size({batch_size}).with_seed({seed}){skip}{};",
        cached(recipe)
    ));
    costs(recipe, &mut line);
    let arch: Arch = model.arch;
    let start = match (model.folder(), &model.weights) {
        (Some(folder), _) => format!("Backbone::from_folder({})?.with_seed({seed})", quoted(folder)),
        (None, Some(file)) => {
            format!("Backbone::from(Arch::{arch:?}).with_seed({seed}).with_weights({})", quoted(file))
        }
        (None, None) => format!("Backbone::from(Arch::{arch:?}).with_seed({seed}).with_dropout(0.2)"),
    };
    let masks = recipe.labels.are_masks();
    let last = if masks { format!(".with_last_cross({trained})") } else { String::new() };
    line(&format!("let backbone = {start}{last};"));
    let learner = match () {
        () if masks => "unet_learner",
        () if is_whole => "position_learner",
        () => "vision_learner",
    };
    line(&format!(
        "let mut learn = {learner}(dls, backbone)?.with_seed({seed}).with_best(KeepBest::new(\"valid_loss\"));"
    ));
    if training.ema {
        line("learn = learn.with_ema(Ema::default());");
    }
    if training.costs.is_some() || training.taxonomy.is_some() {
        line("learn = learn.with_decision(decision);");
    }
    let rate = rate(recipe);
    if trained && !recipe.labels.are_places() {
        line(&format!("learn.fit_head({epochs}, {rate:?}, 1)?;"));
    } else {
        line(&format!("learn.fit_one_cycle({epochs}, {rate:?})?;"));
    }
    if trained && *unfrozen_epochs > 0 {
        line("learn.unfreeze()?;");
        line(&format!("learn.fit_one_cycle({unfrozen_epochs}, {THAWED_RATE:?} / 100.0..{THAWED_RATE:?})?;"));
    }
    line("learn.export(\"model.firelight\")?;");
    line("learn.interpret()?.save_report(\".\")?;");
    line("Ok(())");
    program.push_str("}\n");
    program
}

/// Where decoded pictures are kept.
fn cached(recipe: &Recipe) -> String {
    let Some(cache) = &recipe.cache else { return String::new() };
    let bytes = grouped(cache.bytes());
    match &cache.folder {
        Some(folder) => format!(".with_cache(&Cache::disk({}, {bytes}))?", quoted(folder)),
        None => format!(".with_cache(&Cache::memory({bytes}))?"),
    }
}

/// As a program has large numbers: `4_294_967_296`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let place =
        |(at, digit): (usize, char)| [(at > 0 && (digits.len() - at).is_multiple_of(3)).then_some('_'), Some(digit)];
    digits.chars().enumerate().flat_map(place).flatten().collect()
}

/// What mistakes cost.
fn costs(recipe: &Recipe, line: &mut impl FnMut(&str)) {
    let read = |file: &Path| format!("std::fs::read_to_string({})?", quoted(file));
    if let Some(file) = &recipe.training.costs {
        line(&format!(
            "let costs = CostMatrix::from_csv_long(&{}, dls.vocab(), 1.0)?; // or from_csv_wide",
            read(file)
        ));
    } else if let Some(file) = &recipe.training.taxonomy {
        line(&format!("let tree = Taxonomy::from_nested_json(&{})?; // or from_parent_child_csv", read(file)));
        line("let costs = CostMatrix::from_taxonomy(&tree, TreeDistance::MeetingHeight)?;");
    } else {
        return;
    }
    line("let decision = Decision::minimum_risk(&costs, dls.vocab())?;");
}

/// A data block in words of Rust.
struct Block {
    /// What is used besides the prelude.
    uses: String,
    /// What stands before it.
    before: Vec<String>,
    input: String,
    target: String,
    splitter: String,
    /// How loaders are made.
    loaders: String,
}

impl Block {
    fn of(recipe: &Recipe) -> Self {
        if recipe.labels.objects().is_some() {
            return Self::of_objects(recipe);
        }
        let mut before = Vec::new();
        let mut loaders = String::from("dataloaders(data, &device)");
        let mut input = "ImageBlock::rgb()".to_owned();
        // What each class has the same share of.
        let mut class = None;
        let target = match &recipe.labels {
            Labels::Folders { level: None } => {
                class = Some("parent_label".to_owned());
                "CategoryBlock::new(parent_label)".to_owned()
            }
            Labels::Folders { level: Some(level) } => {
                let place = level + usize::from(matches!(recipe.split, SplitBy::Folders { .. }));
                before.extend([
                    "let class = move |file: &Path| -> Result<String, DataError> {".to_owned(),
                    "    let below = file.strip_prefix(data).unwrap_or(file);".to_owned(),
                    format!("    let folder = below.components().nth({place});"),
                    "    Ok(folder.map_or_else(String::new, |folder| folder.as_os_str().to_string_lossy().into_owned()))".to_owned(),
                    "};".to_owned(),
                ]);
                class = Some("class".to_owned());
                "CategoryBlock::new(class)".to_owned()
            }
            Labels::Names { pattern } => {
                before.push(format!("let class = RegexLabeller::file_name({})?;", raw(pattern)));
                class = Some("class".to_owned());
                "CategoryBlock::new(class.clone())".to_owned()
            }
            Labels::Table { table, pictures, target, .. } => {
                before.push(format!("let table = Table::read(data.join({}))?;", quoted(table)));
                input = format!("ImageBlock::rgb().with_file(Column::new({pictures:?}))");
                loaders = String::from("dataloaders_of(table.rows(), &device)");
                match target {
                    TableTarget::Class(column) => {
                        class = Some(format!("Column::new({column:?})"));
                        format!("CategoryBlock::new(Column::new({column:?}))")
                    }
                    TableTarget::Tags { column, separator } => {
                        format!("MultiCategoryBlock::new(Column::new({column:?}).split_at({separator:?}))")
                    }
                    TableTarget::Flags(columns) => format!("MultiCategoryBlock::new(Columns::new({columns:?}))"),
                    TableTarget::Numbers(columns) => format!("RegressionBlock::new(Columns::new({columns:?}))"),
                    TableTarget::Box(columns) | TableTarget::SizedBox(columns) => {
                        let is_sized = matches!(target, TableTarget::SizedBox(_));
                        before.extend(objects::area(columns, is_sized));
                        "BoxBlock::new(area)".to_owned()
                    }
                }
            }
            // These have a program of their own.
            Labels::Coco { .. } | Labels::Yolo { .. } => String::new(),
            Labels::Masks { pictures, masks, ending, codes, classes } => {
                let codes: Vec<String> =
                    codes.iter().zip(0..).map(|(code, class)| format!("({code}, {class})")).collect();
                let reader = format!("MaskReader::default().with_codes([{}])", codes.join(", "));
                let void =
                    if codes.iter().any(|code| code.starts_with("(255,")) { "" } else { ".with_void([Mask::VOID])" };
                before.push(format!("let mask = Beside::new(data.join({}), {ending:?});", quoted(masks)));
                before.push(format!("let classes = Vocab::ordered({classes:?})?;"));
                before.push(format!("let masks = MaskBlock::new(classes, mask).with_reader({reader}{void});"));
                loaders = format!("dataloaders(data.join({}), &device)", quoted(pictures));
                "masks".to_owned()
            }
        };
        let splitter = splitter(&recipe.split, class.as_deref());
        Self { uses: String::new(), before, target, input, splitter, loaders }
    }
}

fn splitter(split: &SplitBy, class: Option<&str>) -> String {
    match (split, class) {
        (SplitBy::Folders { valid, .. }, _) => {
            format!("FuncSplitter::new(move |file: &Path| file.starts_with(data.join({valid:?})))")
        }
        (SplitBy::Column { column, train, valid, test }, _) => {
            let test = test.as_ref().map_or_else(String::new, |test| format!(".with_test({test:?})"));
            format!("ColumnSplitter::new({column:?}).with_words({train:?}, {valid:?}){test}")
        }
        (SplitBy::File { .. }, _) => "IndexSplitter::new(valid)".to_owned(),
        (SplitBy::Chance { valid, seed }, Some(class)) => {
            format!("StratifiedSplitter::new({valid:?}, {class}).with_seed({seed})")
        }
        (SplitBy::Chance { valid, seed }, None) => format!("RandomSplitter::new({valid:?}).with_seed({seed})"),
    }
}

fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

/// A pattern reads best as it is.
fn raw(pattern: &str) -> String {
    if pattern.contains('"') { format!("{pattern:?}") } else { format!("r\"{pattern}\"") }
}
