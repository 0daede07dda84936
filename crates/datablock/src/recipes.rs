//! The usual recipes in one line each, with fastai's defaults.

use std::borrow::Cow;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::{
    CategoryBlock, Column, DataBlock, DataError, FittedTarget, GrandparentSplitter, ImageBlock, ImageFiles, InputBlock,
    Item, MultiCategoryBlock, RegexLabeller, RegressionBlock, Row, Table, TargetBlock, parent_label,
};

/// Picture files whose names or folders are their labels.
impl DataBlock<ImageBlock, CategoryBlock> {
    /// Pictures in `train/CLASS/` and `valid/CLASS/`, as Imagenette has them: fastai's `ImageDataLoaders.from_folder`.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::DataBlock;
    /// use firelight_transforms::Resize;
    ///
    /// let dls = DataBlock::from_folder().with_item_transform(Resize::crop(224)).dataloaders("imagenette", &Device::flex())?;
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn from_folder() -> Self {
        Self::from_class_folders()
            .with_files(ImageFiles::new().in_folders(["train", "valid"]))
            .with_splitter(GrandparentSplitter::default())
    }

    /// Pictures in a folder for each class, of which a random fifth validates: `from_folder(valid_pct=0.2, seed=42)`.
    pub fn from_class_folders() -> Self {
        Self::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
    }

    /// Pictures whose file names have the class where `pattern` captures it, of which a random fifth validates: fastai's
    /// `from_name_re`.
    ///
    /// ```
    /// use firelight_datablock::DataBlock;
    ///
    /// let pets = DataBlock::from_name_re(r"(.+)_\d+\.jpg$")?; // great_pyrenees_173.jpg
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Pattern`] if the pattern is no regular expression or captures no group.
    pub fn from_name_re(pattern: &str) -> Result<Self, DataError> {
        Ok(Self::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(pattern)?)))
    }

    /// The same, searched in whole paths: fastai's `from_path_re`.
    ///
    /// # Errors
    ///
    /// As [`from_name_re`](Self::from_name_re).
    pub fn from_path_re(pattern: &str) -> Result<Self, DataError> {
        Ok(Self::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::path(pattern)?)))
    }
}

/// Rows of a table as items.
impl<X: InputBlock<Row> + Clone, Y: TargetBlock<Fitted: FittedTarget<Item = Row>>> DataBlock<X, Y> {
    /// The items are the rows of a CSV file, whose path is given from the folder that loaders are made of.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::{Column, ColumnSplitter, DataBlock, ImageBlock, MultiCategoryBlock};
    ///
    /// let tags = MultiCategoryBlock::new(Column::new("tags").split_at(" "));
    /// let planet = DataBlock::new(ImageBlock::rgb().with_file(Column::new("image").in_folder("train").with_suffix(".jpg")), tags)
    ///     .with_table("train.csv")
    ///     .with_splitter(ColumnSplitter::new("is_valid"));
    /// let dls = planet.dataloaders("planet", &Device::flex())?;
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn with_table(self, file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        self.with_source(move |root: &Path| Ok(Table::read(root.join(&file))?.into_rows()))
    }
}

impl DataBlock<ImageBlock<Row>, CategoryBlock<Row>> {
    /// Pictures that a table names in its first column, with the class in its second, of which a random fifth validates: fastai's
    /// `from_csv`. Files are told from the table's folder. Other columns, suffixes and kinds of target are a recipe of
    /// [`with_table`](Self::with_table).
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::DataBlock;
    ///
    /// let dls = DataBlock::from_csv("labels.csv").dataloaders("mnist_sample", &Device::flex())?;
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn from_csv(file: impl Into<PathBuf>) -> Self {
        Self::new(ImageBlock::rgb().with_file(Column::at(0)), CategoryBlock::new(Column::at(1))).with_table(file)
    }
}

/// A picture file with its label, in memory: an item of [`DataBlock::from_lists`].
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled<L> {
    /// The picture's file.
    pub file: PathBuf,
    /// Its label.
    pub label: L,
}

impl<L: Clone + Debug + Send + Sync + 'static> Item for Labelled<L> {
    fn path(&self) -> Cow<'_, Path> {
        Cow::Borrowed(&self.file)
    }
}

/// A label that says by its type what is learned: a `String` a class, `Vec<String>` several, an `f32` a number and `Vec<f32>` several.
pub trait ListLabel: Clone + Debug + Send + Sync + 'static {
    /// The kind of target.
    type Block: TargetBlock<Fitted: FittedTarget<Item = Labelled<Self>>>;

    /// A block that takes the labels as they are.
    fn block() -> Self::Block;
}

impl ListLabel for String {
    type Block = CategoryBlock<Labelled<Self>>;

    fn block() -> Self::Block {
        CategoryBlock::new(|item: &Labelled<Self>| Ok(item.label.clone()))
    }
}

impl ListLabel for Vec<String> {
    type Block = MultiCategoryBlock<Labelled<Self>>;

    fn block() -> Self::Block {
        MultiCategoryBlock::new(|item: &Labelled<Self>| Ok(item.label.clone()))
    }
}

impl ListLabel for f32 {
    type Block = RegressionBlock<Labelled<Self>>;

    fn block() -> Self::Block {
        RegressionBlock::one(|item: &Labelled<Self>| Ok(item.label))
    }
}

impl ListLabel for Vec<f32> {
    type Block = RegressionBlock<Labelled<Self>>;

    fn block() -> Self::Block {
        RegressionBlock::new(|item: &Labelled<Self>| Ok(item.label.clone()))
    }
}

impl<L: ListLabel> DataBlock<ImageBlock<Labelled<L>>, L::Block> {
    /// Files and their labels, one for each in order, of which a random fifth validates: fastai's `from_lists`. Files are told from the
    /// folder that loaders are made of.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_datablock::DataBlock;
    ///
    /// let (files, ages) = (["1.png", "2.png", "3.png"], [3.5_f32, 4.0, 11.25]);
    /// let dls = DataBlock::from_lists(files, ages)?.dataloaders("scans", &Device::flex())?; // numbers: a regression
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Lists`] if there are more of one than of the other.
    pub fn from_lists<P: Into<PathBuf>>(
        files: impl IntoIterator<Item = P>,
        labels: impl IntoIterator<Item = L>,
    ) -> Result<Self, DataError> {
        let (files, labels): (Vec<PathBuf>, Vec<L>) =
            (files.into_iter().map(Into::into).collect(), labels.into_iter().collect());
        if files.len() != labels.len() {
            return Err(DataError::Lists { files: files.len(), labels: labels.len() });
        }
        let items: Vec<_> = files.into_iter().zip(labels).map(|(file, label)| Labelled { file, label }).collect();
        let input = ImageBlock::rgb().with_file(|item: &Labelled<L>| Ok(item.file.clone()));
        Ok(Self::new(input, L::block()).with_source(move |root: &Path| {
            let below = |item: &Labelled<L>| Labelled { file: root.join(&item.file), label: item.label.clone() };
            Ok(items.iter().map(below).collect())
        }))
    }
}
