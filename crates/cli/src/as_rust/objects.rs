//! Objects in pictures, in words of Rust.

use std::path::Path;

use super::{Block, quoted, splitter};
use crate::recipe::{Labels, ObjectTarget, Recipe, SplitBy};

impl Block {
    /// Of a recipe whose labels are those of COCO files.
    pub(super) fn of_objects(recipe: &Recipe) -> Self {
        let (mut before, mut class, mut target) = (Vec::new(), None, String::new());
        let place = |folder: &Path| {
            if folder.as_os_str().is_empty() { "data".into() } else { format!("data.join({})", quoted(folder)) }
        };
        let of_coco = |file: &Path, folder: &Path, classes: &[String]| {
            let (file, folder) = (quoted(file), place(folder));
            format!("Coco::read(data.join({file}))?.with_categories({classes:?}).into_items({folder})")
        };
        let of_yolo = |names: &[String], folder: &Path, classes: &[String]| {
            let folder = place(folder);
            format!("Coco::from_yolo({folder}, {names:?})?.with_categories({classes:?}).into_items({folder})")
        };
        let read = match (&recipe.labels, &recipe.split) {
            (Labels::Coco { file, pictures, learn, classes }, split) => {
                let valid = match split {
                    SplitBy::File { file, pictures } => Some(of_coco(file, pictures, classes)),
                    _ => None,
                };
                Some((of_coco(file, pictures, classes), valid, learn, classes))
            }
            (Labels::Yolo { pictures, names, learn, classes }, split) => {
                let valid = match split {
                    SplitBy::Folders { valid, .. } => Some(of_yolo(names, Path::new(valid), classes)),
                    _ => None,
                };
                Some((of_yolo(names, pictures, classes), valid, learn, classes))
            }
            _ => None,
        };
        let is_parted = read.as_ref().is_some_and(|(_, valid, ..)| valid.is_some());
        if let Some((first, second, learn, classes)) = read {
            let told = recipe.skip_broken.then(|| told(*learn));
            let is_changed = told.is_some() || second.is_some();
            let mutable = if is_changed { "mut " } else { "" };
            before.push(format!("let {mutable}pictures = {first};"));
            before.extend(told.clone());
            if let Some(second) = second {
                before.push("let train = pictures.len();".into());
                before.push(format!("pictures.extend({second});"));
                before.extend(told);
                before.push("let valid = train..pictures.len();".into());
            }
            target = match learn {
                ObjectTarget::Class => {
                    class = Some("CocoPicture::class");
                    "CategoryBlock::new(CocoPicture::class)".into()
                }
                ObjectTarget::Tags => {
                    before.push(format!("let classes = Vocab::ordered({classes:?})?;"));
                    "MultiCategoryBlock::new(|picture: &CocoPicture| Ok(picture.names())).with_vocab(classes)".into()
                }
                ObjectTarget::Masks => {
                    before.push(format!("let classes = Vocab::ordered({classes:?})?;"));
                    "MaskBlock::made(classes.clone(), move |picture: &CocoPicture| picture.mask(&classes))".into()
                }
                ObjectTarget::Box => "BoxBlock::new(CocoPicture::only_box)".into(),
            };
        }
        let is_outline = recipe.skip_broken && recipe.labels.are_masks();
        let uses = if is_outline { "Coco, CocoObject, CocoPicture" } else { "Coco, CocoPicture" };
        Self {
            uses: format!("use firelight::datablock::{{{uses}}};\n"),
            before,
            input: "ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf()))".into(),
            target,
            splitter: if is_parted { "IndexSplitter::new(valid)".into() } else { splitter(&recipe.split, class) },
            loaders: "dataloaders_of(&pictures, &device)".into(),
        }
    }
}

/// Leaves out what is not there and what does not say what is learned.
fn told(learn: ObjectTarget) -> String {
    let says = match learn {
        ObjectTarget::Class => " && picture.class().is_ok()",
        ObjectTarget::Tags => "",
        ObjectTarget::Masks => " && picture.objects().iter().all(CocoObject::has_outline)",
        ObjectTarget::Box => " && picture.only_box().is_ok()",
    };
    format!("pictures.retain(|picture| picture.file().is_file(){says});")
}

/// The box in four columns of a table.
pub(super) fn area(columns: &[String], is_sized: bool) -> Vec<String> {
    let [left, top, right, bottom] =
        [0, 1, 2, 3].map(|side| format!("row.number({:?})?", columns.get(side).map_or("", String::as_str)));
    let mut lines = vec!["let area = |row: &Row| -> Result<_, DataError> {".to_owned()];
    if is_sized {
        lines.push(format!("    let (left, top) = ({left}, {top});"));
        lines.push(format!("    Ok([left, top, left + {right}, top + {bottom}])"));
    } else {
        lines.push(format!("    Ok([{left}, {top}, {right}, {bottom}])"));
    }
    lines.push("};".to_owned());
    lines
}
