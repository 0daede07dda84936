//! Items of other types than files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataError, EndSplitter, FileSplitter, GroupSplitter, HoldOut, ImageBlock, IndexSplitter,
    InputBlock, Item, JsonFiles, MaskSplitter, RandomSplitter, SideFile, Split, Splitter,
};
use firelight_transforms::{Picture, TransformError};
use image::{Rgb, RgbImage};

/// A number, which is drawn as its grey.
#[derive(Debug, Clone, PartialEq)]
struct Grey(u8);

impl Item for Grey {
    fn path(&self) -> Cow<'_, Path> {
        Cow::Owned(format!("grey {}", self.0).into())
    }
}

#[derive(Debug, Clone)]
struct Drawn;

impl InputBlock<Grey> for Drawn {
    fn read(&self, item: &Grey) -> Result<Picture, TransformError> {
        if item.0 == 13 {
            return Err(TransformError::Input { reason: "it brings bad luck".into() });
        }
        Ok(RgbImage::from_pixel(2, 2, Rgb([item.0; 3])).into())
    }
}

#[allow(clippy::unnecessary_wraps)] // a labeller may fail
fn shade(item: &Grey) -> Result<String, DataError> {
    Ok(if item.0 < 10 { "dark" } else { "light" }.into())
}

#[test]
fn items_of_ones_own_go_all_the_way() {
    let items: Vec<Grey> = (0..20).map(Grey).collect();
    let block = DataBlock::new(Drawn, CategoryBlock::new(shade)).with_splitter(IndexSplitter::new([3, 13, 17]));
    let dls = block.dataloaders_of(&items, &Device::flex()).expect("loaders").with_batch_size(3);
    assert_eq!(dls.vocab().names(), ["dark", "light"]);
    assert_eq!(
        (dls.valid().dataset().items(), dls.valid().dataset().targets()),
        (&[Grey(3), Grey(13), Grey(17)][..], &[0, 1, 1][..])
    );
    let error = dls.valid().batches(0).expect("batches").next().expect("a batch").expect_err("no picture");
    assert_eq!(error.to_string(), "grey 13: input: it brings bad luck");
    assert!(!error.is_broken_file());
    let test = dls.test(vec![Grey(5), Grey(200)]).expect("a loader");
    let batch = test.batches(0).expect("batches").next().expect("a batch").expect("pictures");
    let numbers: Vec<f32> = batch.inputs.to_data().iter().collect();
    // Within the rounding of a division.
    assert!(
        [(numbers[0], 5.0), (numbers[12], 200.0)].iter().all(|(number, byte)| (number * 255.0 - byte).abs() < 1e-4)
    );
    // The same item twice, whatever it is.
    let error = block.dataloaders_of(&[Grey(1), Grey(2), Grey(1)], &Device::flex()).expect_err("refused");
    assert!(error.to_string().starts_with("items: grey 1 is listed twice (items 0 and 2)"), "{error}");
    let grouped = DataBlock::new(Drawn, CategoryBlock::new(shade))
        .with_splitter(GroupSplitter::new(0.5, |item: &Grey| Ok((item.0 % 4).to_string())));
    assert_eq!(grouped.dataloaders_of(&items, &Device::flex()).expect("loaders").valid().dataset().len(), 10);
}

#[test]
fn a_recipe_says_where_items_of_ones_own_come_from() {
    let block = DataBlock::new(Drawn, CategoryBlock::new(shade)).with_splitter(IndexSplitter::new([0, 11]));
    let error = block.dataloaders("anywhere", &Device::flex()).expect_err("no source");
    assert!(matches!(error, DataError::NoSource { .. }));
    assert!(
        error.to_string().contains("it::items::Grey come from; give the recipe a source (`with_source`)"),
        "{error}"
    );

    let counted = |root: &Path| Ok((0..root.as_os_str().len() as u8).map(Grey).collect());
    let dls = block.clone().with_source(counted).dataloaders("twelve bytes", &Device::flex()).expect("loaders");
    assert_eq!((dls.train().dataset().len(), dls.valid().dataset().len()), (10, 2));
    let twice = |_: &Path| Ok(vec![Grey(1), Grey(1)]);
    let error = block.clone().with_source(twice).dataloaders("", &Device::flex()).expect_err("refused");
    assert!(matches!(error, DataError::Repeated { .. }), "{error}");
    let panics = |_: &Path| -> Result<Vec<Grey>, DataError> { panic!("no numbers") };
    let error = block.with_source(panics).dataloaders("there", &Device::flex()).expect_err("refused");
    assert!(error.to_string().starts_with("source: a panic on there: no numbers"), "{error}");
}

#[test]
fn a_third_part_is_kept_and_labelled() {
    let items: Vec<Grey> = (0..40).filter(|n| *n != 13).map(Grey).collect();
    let tenth = RandomSplitter::new(0.1).with_seed(3);
    let splitter = HoldOut::new(tenth.clone(), RandomSplitter::new(0.25));
    let split = splitter.split(&items).expect("a split");
    assert_eq!((split.train().len(), split.valid().len(), split.test().len()), (27, 9, 3));
    // What the first would validate on, in its order; the rest is divided as a list without them would be.
    assert_eq!(split.test(), tenth.split(&items).expect("a split").valid());
    let rest: Vec<Grey> =
        (0..items.len()).filter(|item| !split.test().contains(item)).map(|item| items[item].clone()).collect();
    let alone = RandomSplitter::new(0.25).split(&rest).expect("a split");
    assert!(split.valid().iter().map(|&item| &items[item]).eq(alone.valid().iter().map(|&item| &rest[item])));

    // The second counts in what is left; its errors speak of the whole list, and there is one third part.
    let after = HoldOut::new(IndexSplitter::new([0, 1]), IndexSplitter::new([2, 3])).split(&items).expect("a split");
    assert_eq!((after.valid(), after.test()), (&[4, 5][..], &[0, 1][..]));
    let twice = HoldOut::new(IndexSplitter::new([0, 1]), IndexSplitter::new([2, 2])).split(&items);
    assert!(matches!(twice, Err(DataError::SplitItem { item: 4, .. })), "{twice:?}");
    let error = HoldOut::new(tenth.clone(), splitter.clone()).split(&items).expect_err("two third parts").to_string();
    assert!(error.contains("keeps a test part within `HoldOut`"), "{error}");

    let dls = DataBlock::new(Drawn, CategoryBlock::new(shade)).with_splitter(splitter);
    let dls = dls.dataloaders_of(&items, &Device::flex()).expect("loaders").with_batch_size(4);
    let test = dls.test_part().expect("a third part");
    assert_eq!((test.batch_size(), test.dataset().len()), (4, 3));
    for (item, &target) in test.dataset().items().iter().zip(test.dataset().targets()) {
        assert_eq!(target, usize::from(item.0 >= 10));
    }
    // A label that no training item has is told of the third part too.
    let last = DataBlock::new(Drawn, CategoryBlock::new(|item: &Grey| Ok((item.0 / 30).to_string())))
        .with_splitter(HoldOut::new(EndSplitter::last(0.25), EndSplitter::last(0.25)));
    let error = last.dataloaders_of(&items, &Device::flex()).expect_err("refused");
    assert!(error.to_string().starts_with("vocab: 10 item(s) outside the training part have a label"), "{error}");
    assert!(matches!(
        Split::new(vec![0], vec![1], 3).and_then(|split| split.with_test(vec![1])),
        Err(DataError::SplitItem { item: 1, .. })
    ));
}

#[test]
fn a_mask_and_a_list_say_what_validates() {
    let items = ["a/1.png", "a/2.png", "b/3.png"].map(PathBuf::from);
    let error = MaskSplitter::new([true]).split(&items).expect_err("refused");
    assert!(error.to_string().starts_with("splitter: the mask is of 1 item(s), but there are 3"), "{error}");
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("valid.txt");
    for text in ["3.png\n1.png", "\u{feff}3.png\r\n\r\n 1.png \r\n"] {
        std::fs::write(&list, text).expect("a list");
        let split = FileSplitter::new(&list).split(&items).expect("a split");
        assert_eq!((split.train(), split.valid()), (&[1][..], &[0, 2][..]));
    }
    std::fs::write(&list, "1.png\n9.png\n8.png\n").expect("a list");
    let error = FileSplitter::new(&list).split(&items).expect_err("refused");
    assert!(error.to_string().contains("lists 2 name(s) that no item has, as 8.png"), "{error}");
    assert!(matches!(FileSplitter::new("none.txt").split(&items), Err(DataError::Unreadable { .. })));
}

#[test]
fn lists_in_memory_say_by_their_type_what_is_learned() {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<String> = (0..5).map(|n| format!("{n}.png")).collect();
    for file in &files {
        RgbImage::new(2, 2).save(folder.path().join(file)).expect("a picture");
    }
    let device = Device::flex();
    let classes = ["a", "b", "a", "b", "a"].map(String::from);
    let dls =
        DataBlock::from_lists(&files, classes).expect("lists").dataloaders(folder.path(), &device).expect("loaders");
    assert_eq!(dls.vocab().names(), ["a", "b"]);
    let tags = [vec!["a".to_owned()], vec![], vec!["a".into(), "b".into()], vec!["b".into()], vec!["b".into()]];
    let dls = DataBlock::from_lists(&files, tags).expect("lists").dataloaders(folder.path(), &device).expect("loaders");
    assert_eq!(dls.vocab().names(), ["a", "b"]);
    let dls = DataBlock::from_lists(&files, [0.5_f32, 1.0, 2.0, 3.0, 4.0]).expect("lists");
    let dls = dls.dataloaders(folder.path(), &device).expect("loaders");
    assert_eq!(dls.valid().dataset().targets().len(), 1);
    let error = DataBlock::from_lists(&files, [0.5_f32]).expect_err("refused");
    assert_eq!(error.to_string(), "lists: there are 5 file(s) and 1 label(s); give one label for each file, in order");
}

#[test]
fn json_files_beside_pictures_are_items() {
    #[derive(Debug, Clone, serde::Deserialize)]
    struct Pet {
        breed: String,
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (n, breed) in ["pug", "beagle", "pug", "beagle", "pug"].into_iter().enumerate() {
        let text = format!("{}{{\"breed\": {breed:?}}}", if n == 0 { "\u{feff}" } else { "" });
        std::fs::write(folder.path().join(format!("{n}.json")), text).expect("a side file");
        RgbImage::new(2, 2).save(folder.path().join(format!("{n}.png"))).expect("a picture");
    }
    let block = DataBlock::new(
        ImageBlock::rgb().with_file(|pet: &SideFile<Pet>| Ok(pet.beside(".png"))),
        CategoryBlock::new(|pet: &SideFile<Pet>| Ok(pet.breed.clone())),
    )
    .with_source(JsonFiles::new())
    .with_splitter(MaskSplitter::new([false, false, false, true, true]));
    let dls = block.dataloaders(folder.path(), &Device::flex()).expect("loaders");
    assert_eq!(
        (dls.vocab().names(), dls.train().dataset().targets()),
        (&["beagle".to_owned(), "pug".to_owned()][..], &[1, 0, 1][..])
    );
    assert_eq!(dls.valid().dataset().path(1).file_name(), Some("4.json".as_ref()));
    std::fs::write(folder.path().join("2.json"), "{\"bred\": 1}").expect("a side file");
    let error = block.dataloaders(folder.path(), &Device::flex()).expect_err("refused").to_string();
    assert!(error.contains("2.json: missing field `breed` at line 1 column 11; mend the file"), "{error}");
}

#[test]
fn the_usual_recipes_are_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for (n, part) in ["train", "train", "train", "valid", "test"].into_iter().enumerate() {
        let class = folder.path().join(part).join(["pug", "beagle"][n % 2]);
        std::fs::create_dir_all(&class).expect("a folder");
        RgbImage::new(2, 2).save(class.join(format!("great_dane_{n}.png"))).expect("a picture");
    }
    let device = Device::flex();
    let dls = DataBlock::from_folder().dataloaders(folder.path(), &device).expect("loaders");
    assert_eq!((dls.train().dataset().len(), dls.valid().dataset().len(), dls.vocab().len()), (3, 1, 2));
    let dls = DataBlock::from_class_folders().dataloaders(folder.path(), &device).expect("loaders");
    assert_eq!((dls.train().dataset().len(), dls.valid().dataset().len()), (4, 1));
    let dls = DataBlock::from_name_re(r"(.+)_\d+\.png$").expect("a pattern").dataloaders(folder.path(), &device);
    assert_eq!(dls.expect("loaders").vocab().names(), ["great_dane"]);
    let dls = DataBlock::from_path_re(r"/(\w+)/[^/]*$").expect("a pattern").dataloaders(folder.path(), &device);
    assert_eq!(dls.expect("loaders").vocab().names(), ["beagle", "pug"]);
    assert!(matches!(DataBlock::from_name_re("no group"), Err(DataError::Pattern { .. })));
}
