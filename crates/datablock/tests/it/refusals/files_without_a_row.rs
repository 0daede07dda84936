use super::*;

fn caution(set: &TempDir, block: &DataBlock<ImageBlock<Row>, CategoryBlock<Row>>) -> Option<String> {
    let summary = block.summary(set.path(), &Device::flex());
    assert!(summary.failure().is_none(), "{summary}");
    let text = summary.to_string().replace(&set.path().display().to_string(), "set");
    text.lines().find(|line| line.contains("files: ")).map(str::to_owned)
}

#[test]
fn pictures_that_no_row_names_are_told_by_the_summary() {
    let set = set(&[
        ("labels.csv", "file,breed\n1.png,pug\n3.png,beagle\n"),
        ("all.csv", "file,breed\n./1.png,pug\n2.png,pug\n3.png,beagle\n4.png,pug\n"),
        ("images/notes.txt", "no picture"),
    ]);
    RgbImage::new(4, 4).save(set.path().join("masks/other.png")).expect("a picture elsewhere");
    let block = |table: &str| {
        let pictures = ImageBlock::rgb().with_file(Column::new("file").in_folder("images"));
        DataBlock::new(
            pictures,
            CategoryBlock::new(Column::new("breed")).with_vocab(Vocab::from_labels(["pug", "beagle"])),
        )
        .with_table(table)
        .with_splitter(IndexSplitter::new([0]))
    };
    assert_eq!(
        caution(&set, &block("labels.csv")).as_deref(),
        Some(
            "caution    files: 2 picture(s) in the folders of the items' files belong to no item, the first set/images/2.png; list them, if they \
             are meant"
        )
    );
    assert_eq!(caution(&set, &block("all.csv")), None);
}

#[test]
fn items_of_no_part_are_counted() {
    let set = set(&[]);
    let split = |items: &[PathBuf]| firelight_datablock::Split::new(vec![0], vec![1], items.len())?.with_test(vec![2]);
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label)).with_splitter(Parts(split));
    let text = block.summary(set.path().join("images"), &Device::flex()).to_string();
    assert!(text.contains("split      1 to train, 1 to validate, 1 to test, 1 in no part by Parts\n"), "{text}");
}

/// A splitter of a function.
struct Parts(fn(&[PathBuf]) -> Result<firelight_datablock::Split, firelight_datablock::DataError>);

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}

impl firelight_datablock::Splitter for Parts {
    fn split(&self, items: &[PathBuf]) -> Result<firelight_datablock::Split, firelight_datablock::DataError> {
        self.0(items)
    }
}
