//! A COCO file as the source of a recipe.

use std::path::{Path, PathBuf};

use firelight_progress::Progress;

use super::{Coco, CocoPicture};
use crate::{DataError, Source};

/// The pictures of a [`Coco`] file as the items of a recipe, told from the folder that its loaders are made of.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`with_pictures`](Self::with_pictures) | the folder itself | the folder that the pictures lie in |
/// | [`with_objects_alone`](Self::with_objects_alone) | `false` | leaves out pictures without objects |
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let image = |id: usize| format!(r#"{{"id": {id}, "file_name": "{id}.png", "width": 64, "height": 48}}"#);
/// # let annotation = |id: usize| format!(r#"{{"image_id": {id}, "category_id": 18, "bbox": [1, 2, 30, 20], "iscrowd": 0}}"#);
/// # let list = |of: &dyn Fn(usize) -> String| (0..10).map(of).collect::<Vec<_>>().join(",");
/// # let json = format!(r#"{{"images": [{}], "annotations": [{}], "categories": [{{"id": 18, "name": "dog"}}]}}"#, list(&image), list(&annotation));
/// # std::fs::write(folder.path().join("instances.json"), json)?;
/// # std::fs::create_dir(folder.path().join("images"))?;
/// # for id in 0..10 { std::fs::write(folder.path().join(format!("images/{id}.png")), "")?; }
/// use burn::tensor::Device;
/// use firelight_datablock::{BoxBlock, CocoFile, CocoPicture, DataBlock, ImageBlock};
///
/// let block = DataBlock::new(
///     ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf())),
///     BoxBlock::some(|picture: &CocoPicture| Ok(picture.largest_box())),
/// )
/// .with_source(CocoFile::new("instances.json").with_pictures("images"));
/// let dls = block.dataloaders(folder.path(), &Device::flex())?;
/// assert_eq!(dls.train().dataset().targets()[0], Some([1.0, 2.0, 31.0, 22.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CocoFile {
    file: PathBuf,
    pictures: PathBuf,
    objects_alone: bool,
}

impl CocoFile {
    /// The file, as `annotations/instances_val2017.json`.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), pictures: PathBuf::new(), objects_alone: false }
    }

    /// The folder that the pictures lie in, as `val2017`.
    pub fn with_pictures(mut self, folder: impl Into<PathBuf>) -> Self {
        self.pictures = folder.into();
        self
    }

    /// Whether to leave out pictures without objects, as a block of one class needs it.
    pub fn with_objects_alone(mut self, objects_alone: bool) -> Self {
        self.objects_alone = objects_alone;
        self
    }
}

impl Source<CocoPicture> for CocoFile {
    fn items(&self, root: &Path, _: &Progress) -> Result<Vec<CocoPicture>, DataError> {
        let mut items = Coco::read(root.join(&self.file))?.into_items(root.join(&self.pictures));
        items.retain(|picture| !self.objects_alone || !picture.objects().is_empty());
        Ok(items)
    }
}
