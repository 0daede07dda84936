//! The same slips in every format, and the whole sentence that a newcomer reads: which file, which line where there are lines, what to do.
//!
//! | | a row without a file | a duplicate | a box outside | a mask of another size, an unknown code | not readable |
//! |---|---|---|---|---|---|
//! | tables | `tables` | `tables` | here | here | `tables` |
//! | JSON beside pictures | here | here | here | – | here |
//! | VOC | here, `formats` | – | here | – | `formats` |
//! | COCO | here, `formats` | `formats` | here | here | `formats` |
//! | Oxford's lists | here, `formats` | `formats` | – | – | `formats` |
//! | masks beside pictures | here | here | – | here | `mask_files` of the transforms |
//! | runs in a table | here, `formats` | meant | – | here, `formats` | `formats` |
//! | lists in memory | here | here | – | – | `items` |

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    Beside, BoxBlock, CategoryBlock, CocoFile, CocoPicture, Column, DataBlock, FittedTarget, ImageBlock, IndexSplitter,
    InputBlock, JsonFiles, LabelledBoxBlock, MaskBlock, OxfordList, RegressionBlock, RleMasks, Row, SideFile, Table,
    TargetBlock, Voc, parent_label,
};
use firelight_transforms::Size;
use firelight_vocab::Vocab;
use image::{GrayImage, Luma, RgbImage};
use tempfile::TempDir;

/// The pictures 1.png to 4.png of 48 by 40 pixels in `images`, and files of these texts.
fn set(files: &[(&str, &str)]) -> TempDir {
    let set = tempfile::tempdir().expect("a folder");
    for folder in ["images", "masks", "xmls"] {
        std::fs::create_dir(set.path().join(folder)).expect("a folder");
    }
    for n in 1..=4 {
        RgbImage::new(48, 40).save(set.path().join(format!("images/{n}.png"))).expect("a picture");
    }
    for (name, text) in files {
        std::fs::write(set.path().join(name), text).expect("a file");
    }
    set
}

/// What making loaders of a recipe, or else the first epoch of its training part, refuses. The first item validates.
fn refused<X, Y>(block: DataBlock<X, Y>, below: &Path) -> String
where
    X: InputBlock<<Y::Fitted as FittedTarget>::Item> + Clone,
    Y: TargetBlock,
{
    let loaders = block.with_splitter(IndexSplitter::new([0])).dataloaders(below, &Device::flex());
    let batches = loaders.and_then(|loaders| {
        let train = loaders.train().clone().with_shuffle(false).with_batch_size(1);
        train.batches(0)?.try_for_each(|batch| batch.map(drop))
    });
    batches.expect_err("refused").to_string()
}

/// The same without the folder's name, which is another each time.
fn said<X, Y>(block: DataBlock<X, Y>, set: &TempDir, below: &str) -> String
where
    X: InputBlock<<Y::Fitted as FittedTarget>::Item> + Clone,
    Y: TargetBlock,
{
    let below = if below.is_empty() { set.path().to_path_buf() } else { set.path().join(below) };
    refused(block, &below).replace(&set.path().display().to_string(), "set")
}

fn names() -> Vocab {
    Vocab::ordered(["ground", "pet"]).expect("names")
}

/// Masks of the pictures: the third has these pixels.
fn masks(set: &TempDir, third: &GrayImage) {
    for n in 1..=4 {
        let mask = if n == 3 { third.clone() } else { GrayImage::new(48, 40) };
        mask.save(set.path().join(format!("masks/{n}.png"))).expect("a mask");
    }
}

mod tables {
    use super::*;

    const BOXES: &str =
        "file,mask,left,top,right,bottom\n1.png,1,0,0,8,8\n2.png,2,0,0,8,8\n3.png,3,50,0,60,8\n4.png,4,0,0,8,8\n";

    fn pictures() -> ImageBlock<Row> {
        ImageBlock::rgb().with_file(Column::new("file").in_folder("images"))
    }

    #[test]
    fn a_box_outside_its_picture_names_the_row() {
        let set = set(&[("boxes.csv", BOXES)]);
        let area =
            |row: &Row| Ok([row.number("left")?, row.number("top")?, row.number("right")?, row.number("bottom")?]);
        let outside = "lies outside the picture of 48×40; give left, top, right and bottom in pixels of the upright picture, or leave it out";
        let one = DataBlock::new(pictures(), BoxBlock::new(area)).with_table("boxes.csv");
        assert_eq!(said(one, &set, ""), format!("set/boxes.csv:4: input: the box 50 0 60 8 {outside}"));
        let several = LabelledBoxBlock::new(move |row: &Row| Ok(vec![("pet".to_owned(), area(row)?)]));
        let several = DataBlock::new(pictures(), several).with_table("boxes.csv");
        assert_eq!(said(several, &set, ""), format!("set/boxes.csv:4: input: the box 50 0 60 8 of \"pet\" {outside}"));
    }

    #[test]
    fn a_mask_names_the_row_and_its_own_file() {
        let set = set(&[("boxes.csv", BOXES)]);
        let block = |column: Column| {
            DataBlock::new(pictures(), MaskBlock::new(names(), column.with_suffix(".png"))).with_table("boxes.csv")
        };
        let masked = || block(Column::new("mask").in_folder("masks"));
        assert_eq!(
            said(masked(), &set, ""),
            "masks: set/boxes.csv:3 has no mask at set/masks/2.png; check the folder and the names, or leave the item out"
        );
        masks(&set, &GrayImage::new(40, 48));
        assert_eq!(
            said(masked(), &set, ""),
            "set/boxes.csv:4: set/masks/3.png: transform: the mask is 40×48, but its picture 48×40; a mask has one code for each pixel of the \
             upright picture, so check that it is this picture's, and of its full size"
        );
        masks(&set, &GrayImage::from_fn(48, 40, |x, y| Luma([if (x, y) == (7, 5) { 9 } else { 1 }])));
        assert_eq!(
            said(masked(), &set, ""),
            "set/boxes.csv:4: set/masks/3.png: input: the mask has the code 9 at column 7, row 5, and codes of 2 classes are 0 to 1; name more \
             classes, or read it as another (`MaskReader::with_codes`) or as one that does not count (`with_void`)"
        );
        assert_eq!(
            said(block(Column::new("masks")), &set, ""),
            "table: set/boxes.csv: there is no column \"masks\" (did you mean \"mask\"?); name one of file, mask, left, top, right, bottom"
        );
    }
}

mod side_files {
    use super::*;

    #[derive(Debug, Clone, serde::Deserialize)]
    struct Pet {
        file: String,
        breed: String,
        head: [f32; 4],
    }

    fn pet(n: u8, breed: &str, head: &str) -> String {
        format!("{{\n  \"file\": \"{n}.png\",\n  \"breed\": \"{breed}\",\n  \"head\": {head}\n}}")
    }

    /// The files a.json to d.json, of which the third is this.
    fn of(third: &str) -> TempDir {
        let text = |n| pet(n, "pug", "[0, 0, 9, 9]");
        set(&[("a.json", &text(1)), ("b.json", &text(2)), ("c.json", third), ("d.json", &text(4))])
    }

    fn pictures() -> ImageBlock<SideFile<Pet>> {
        ImageBlock::rgb().with_file(|pet: &SideFile<Pet>| Ok(pet.file().with_file_name("images").join(&pet.file)))
    }

    fn heads(third: &str) -> String {
        let block = DataBlock::new(pictures(), BoxBlock::new(|pet: &SideFile<Pet>| Ok(pet.head)));
        said(block.with_source(JsonFiles::new()), &of(third), "")
    }

    #[test]
    fn a_slip_in_one_names_it() {
        assert_eq!(
            heads(&pet(9, "pug", "[0, 0, 9, 9]")),
            "input: 1 of 4 item(s) have a file that is not there, the first: set/c.json has set/images/9.png; check the folder and the \
             names, or leave these items out"
        );
        assert_eq!(
            heads(&pet(2, "pug", "[0, 0, 9, 9]")),
            "input: set/b.json and set/c.json have one file, set/images/2.png, which could train and validate; leave one of them out, or \
             allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`"
        );
        assert_eq!(
            heads(&pet(3, "pug", "[50, 0, 60, 9]")),
            "set/c.json: input: the box 50 0 60 9 lies outside the picture of 48×40; give left, top, right and bottom in pixels of the \
             upright picture, or leave it out"
        );
        assert_eq!(
            heads(&pet(3, "pug", "[9, 0, 0, 9]")),
            "labels: set/c.json has the box 9 0 0 9; give left, top, right and bottom, finite and in this order, or `None`"
        );
    }

    #[test]
    fn one_that_is_no_such_file_says_where() {
        assert_eq!(
            heads("{\n  \"file\": \"3.png\",\n  \"breed\": \"pug\"\n}"),
            "side file: set/c.json: missing field `head` at line 4 column 1; mend the file, or the type that it is read as"
        );
        assert_eq!(
            heads(&pet(3, "pug", "[0, 0, 9]")),
            "side file: set/c.json: invalid length 3, expected an array of length 4 at line 4 column 19; mend the file, or the type that it \
             is read as"
        );
        assert_eq!(
            heads("{\n  \"file\": 3"),
            "side file: set/c.json: invalid type: integer `3`, expected a string at line 2 column 11; mend the file, or the type that it is \
             read as"
        );
        assert_eq!(
            heads(""),
            "side file: set/c.json: EOF while parsing a value at line 1 column 0; mend the file, or the type that it is read as"
        );
    }

    #[test]
    fn a_class_that_is_none_names_the_first_that_has_it() {
        let breeds = CategoryBlock::new(|pet: &SideFile<Pet>| Ok(pet.breed.clone()));
        let breeds = breeds.with_vocab(Vocab::from_labels(["pug", "beagle"]));
        let block = DataBlock::new(pictures(), breeds).with_source(JsonFiles::new());
        assert_eq!(
            said(block, &of(&pet(3, "begle", "[0, 0, 9, 9]")), ""),
            "vocab: 1 item(s) have a label that is not in the vocab that was given: \"begle\" (1; did you mean \"beagle\"?); first: \
             set/c.json. Correct the labels, leave these files out, or add the class(es) to the vocab"
        );
    }
}

mod voc {
    use super::*;

    fn xml(size: &str, [xmin, ymin, xmax, ymax]: [i32; 4]) -> String {
        format!(
            "<annotation>\n  {size}\n  <object>\n    <name>pug</name>\n    <bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax>\
             <ymax>{ymax}</ymax></bndbox>\n  </object>\n</annotation>\n"
        )
    }

    /// Of pictures whose XML files are alike but for the third's.
    fn heads(third: &str) -> String {
        let set = set(&[]);
        for n in 1..=4 {
            let text = if n == 3 { third.to_owned() } else { xml("", [1, 1, 9, 9]) };
            if !text.is_empty() {
                std::fs::write(set.path().join(format!("xmls/{n}.xml")), text).expect("a file");
            }
        }
        let voc = || Voc::in_folder(set.path().join("xmls"));
        let one = DataBlock::new(ImageBlock::rgb(), BoxBlock::some(voc().largest_box()));
        let several = DataBlock::new(ImageBlock::rgb(), LabelledBoxBlock::new(voc().boxes()));
        let (one, several) = (said(one, &set, "images"), said(several, &set, "images"));
        assert_eq!(several.replace(" of \"pug\"", ""), one);
        one
    }

    #[test]
    fn a_slip_in_one_names_it_and_its_line() {
        assert_eq!(
            heads(""),
            "annotations: set/images/3.png has no file at set/xmls/3.xml; check the folder and the names, leave the item out, or let items \
             without a file have no objects (`Voc::or_none`)"
        );
        let size = "<size><width>48</width><height>40</height></size>";
        assert_eq!(
            heads(&xml(size, [49, 1, 60, 9])),
            "annotations: set/xmls/3.xml, line 5: the box of the \"pug\", x 49 to 60, y 1 to 9, lies outside the picture, which is 48×40 by \
             its <size>; mend the box or the <size>, or take the object out"
        );
        // Without a size the picture tells.
        assert_eq!(
            heads(&xml("", [49, 1, 60, 9])),
            "set/images/3.png: input: the box 48 0 60 9 lies outside the picture of 48×40; give left, top, right and bottom in pixels of the \
             upright picture, or leave it out"
        );
        assert_eq!(
            heads(&xml("", [9, 1, 1, 9])),
            "annotations: set/xmls/3.xml, line 5: the box of the \"pug\" has its sides exchanged: x 9 to 1, y 1 to 9; exchange them"
        );
    }
}

mod coco {
    use super::*;

    /// Pictures 1 to 4, of which the third is called so and has this box.
    fn json(third: &str, bbox: &str) -> String {
        let file = |n: u8| if n == 3 { third.to_owned() } else { format!("{n}.png") };
        let image = |n: u8| format!(r#"{{"id": {n}, "file_name": "{}", "width": 48, "height": 40}}"#, file(n));
        let annotation = |n: u8| {
            let bbox = if n == 3 { bbox } else { "[0, 0, 8, 8]" };
            format!(
                r#"{{"id": {n}0, "image_id": {n}, "category_id": 1, "bbox": {bbox}, "segmentation": [[0, 0, 8, 0, 8, 8]]}}"#
            )
        };
        let all = |of: &dyn Fn(u8) -> String| (1..=4).map(of).collect::<Vec<_>>().join(",\n");
        format!(
            r#"{{"images": [{}], "annotations": [{}], "categories": [{{"id": 1, "name": "pet"}}]}}"#,
            all(&image),
            all(&annotation)
        )
    }

    fn pictures() -> ImageBlock<CocoPicture> {
        ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf()))
    }

    fn objects(json: &str) -> String {
        let set = set(&[("instances.json", json)]);
        let block = LabelledBoxBlock::new(|picture: &CocoPicture| Ok(picture.boxes()));
        let source = CocoFile::new("instances.json").with_pictures("images");
        said(DataBlock::new(pictures(), block).with_source(source), &set, "")
    }

    #[test]
    fn a_slip_in_it_names_the_picture_or_the_annotation() {
        assert_eq!(
            objects(&json("9.png", "[0, 0, 8, 8]")),
            "input: 1 of 4 item(s) have a file that is not there, the first: set/images/9.png; check the folder and the names, or leave \
             these items out"
        );
        assert_eq!(
            objects(&json("3.png", "[50, 0, 8, 8]")),
            "set/images/3.png: input: the box 50 0 58 8 of \"pet\" lies outside the picture of 48×40; give left, top, right and bottom in pixels of \
             the upright picture, or leave it out"
        );
    }

    /// Boxes are not asked for.
    #[test]
    fn a_box_outside_its_picture_is_no_matter_to_masks() {
        let set = set(&[("instances.json", &json("3.png", "[50, 0, 8, 8]"))]);
        let vocab = names();
        let masks = MaskBlock::made(names(), move |picture: &CocoPicture| picture.mask(&vocab));
        let block = DataBlock::new(pictures(), masks)
            .with_source(CocoFile::new("instances.json").with_pictures("images"))
            .with_splitter(IndexSplitter::new([3]));
        block.dataloaders(set.path(), &Device::flex()).expect("loaders");
    }

    #[test]
    fn a_mask_of_it_has_the_pictures_size() {
        let set = set(&[("instances.json", &json("3.png", "[0, 0, 8, 8]"))]);
        RgbImage::new(24, 20).save(set.path().join("images/3.png")).expect("a picture");
        let vocab = names();
        let masks = MaskBlock::made(names(), move |picture: &CocoPicture| picture.mask(&vocab));
        let block =
            DataBlock::new(pictures(), masks).with_source(CocoFile::new("instances.json").with_pictures("images"));
        assert_eq!(
            said(block, &set, ""),
            "set/images/3.png: transform: the mask is 48×40, but its picture 24×20; a mask has one code for each pixel of the upright \
             picture, so check that it is this picture's, and of its full size"
        );
    }
}

mod oxford {
    use super::*;

    #[test]
    fn a_picture_of_a_list_that_is_not_there_is_told_when_it_is_read() {
        let set = set(&[("list.txt", "1 1 1 1\n2 1 1 1\n3 1 1 1\n")]);
        let list = OxfordList::read(set.path().join("list.txt")).expect("a list");
        // Its pictures end in .jpg, and these in .png.
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
            .with_source(move |root: &Path| Ok(list.pictures(root.join("images"))));
        let error = said(block, &set, "");
        // The system's words stand between.
        assert!(
            error.starts_with("read: cannot read set/images/2.jpg: ")
                && error.ends_with("; check that it exists and may be read"),
            "{error}"
        );
    }
}

mod masks_beside {
    use super::*;

    fn block(set: &TempDir) -> DataBlock<ImageBlock, MaskBlock> {
        DataBlock::new(ImageBlock::rgb(), MaskBlock::new(names(), Beside::new(set.path().join("masks"), "png")))
    }

    #[test]
    fn a_slip_names_the_picture_and_the_mask() {
        let set = set(&[]);
        assert_eq!(
            said(block(&set), &set, "images"),
            "masks: set/images/2.png has no mask at set/masks/2.png; check the folder and the names, or leave the item out"
        );
        masks(&set, &GrayImage::new(24, 20));
        assert_eq!(
            said(block(&set), &set, "images"),
            "set/images/3.png: set/masks/3.png: transform: the mask is 24×20, but its picture 48×40; a mask has one code for each pixel of \
             the upright picture, so check that it is this picture's, and of its full size"
        );
        masks(&set, &GrayImage::from_pixel(48, 40, Luma([2])));
        assert_eq!(
            said(block(&set), &set, "images"),
            "set/images/3.png: set/masks/3.png: input: the mask has the code 2 at column 0, row 0, and codes of 2 classes are 0 to 1; name \
             more classes, or read it as another (`MaskReader::with_codes`) or as one that does not count (`with_void`)"
        );
    }

    #[test]
    fn one_mask_of_several_pictures_is_a_caution() {
        let set = set(&[]);
        masks(&set, &GrayImage::new(48, 40));
        std::fs::create_dir(set.path().join("images/more")).expect("a folder");
        for n in 2..=3 {
            RgbImage::new(48, 40).save(set.path().join(format!("images/more/{n}.png"))).expect("a picture");
        }
        let cautions = |block: DataBlock<ImageBlock, MaskBlock>| {
            let block = block.with_splitter(IndexSplitter::new([0]));
            let loaders = block.dataloaders(set.path().join("images"), &Device::flex()).expect("loaders");
            loaders.cautions().join("\n").replace(&set.path().display().to_string(), "set")
        };
        assert_eq!(
            cautions(block(&set)),
            "masks: 2 training item(s) have the mask of another one, the first set/masks/2.png; give each its own, as by \
             `Beside::with_folders_below`"
        );
        std::fs::remove_dir_all(set.path().join("images/more")).expect("no folder");
        assert_eq!(cautions(block(&set)), "");
    }
}

mod runs {
    use super::*;

    #[test]
    fn a_slip_names_the_picture_or_the_line() {
        let refused = |csv: &str, size: Option<Size>| {
            let set = set(&[("train.csv", csv)]);
            let table = Table::read(set.path().join("train.csv")).expect("a table");
            let runs = RleMasks::new(table.rows(), "file", "runs").expect("runs");
            let runs = if let Some(size) = size { runs.with_size(size) } else { runs };
            said(DataBlock::new(ImageBlock::rgb(), MaskBlock::made(names(), runs)), &set, "images")
        };
        let of = |third: &str| format!("file,runs\n1.png,1 3\n2.png,1 3\n{third}\n4.png,\n");
        assert_eq!(
            refused(&of("33.png,1 3"), None),
            "set/images/3.png: input: annotations: set/images/3.png: the table of its mask has no row of its name; check the column of \
             files, leave the item out, or let items without rows have no mask (`RleMasks::or_none`)"
        );
        assert_eq!(
            refused(&of("3.png,1919 3"), None),
            "set/images/3.png: input: table: set/train.csv, line 4: runs: the run `1919 3` ends at 1921, and a mask of 48×40 has 1920 \
             pixels; mend it, or check the size and the order of the runs"
        );
        assert_eq!(
            refused(&of("3.png,"), Some(Size::new(40, 48))),
            "set/images/2.png: transform: the mask is 40×48, but its picture 48×40; a mask has one code for each pixel of the upright \
             picture, so check that it is this picture's, and of its full size"
        );
    }
}

mod lists {
    use super::*;

    fn ages(files: [&str; 3], ages: [f32; 3]) -> String {
        said(DataBlock::from_lists(files, ages).expect("lists"), &set(&[]), "images")
    }

    #[test]
    fn a_slip_names_the_file() {
        assert_eq!(
            ages(["1.png", "2.png", "9.png"], [1.0, 2.0, 3.0]),
            "input: 1 of 3 item(s) have a file that is not there, the first: set/images/9.png; check the folder and the names, or leave \
             these items out"
        );
        assert_eq!(
            ages(["1.png", "2.png", "./2.png"], [1.0, 2.0, 3.0]),
            "items: set/images/./2.png is listed twice (items 1 and 2); list every file once, and let `with_item_weights` draw some more often"
        );
        assert_eq!(
            ages(["1.png", "2.png", "3.png"], [1.0, f32::NAN, 3.0]),
            "labels: set/images/2.png has the number NaN; give finite numbers, or leave the item out"
        );
    }

    #[test]
    fn items_of_different_numbers_are_told_from_each_other() {
        let count = |item: &Path| if item.ends_with("3.png") { 1 } else { 2 };
        let block =
            DataBlock::new(ImageBlock::rgb(), RegressionBlock::new(move |item: &Path| Ok(vec![0.5; count(item)])));
        assert_eq!(
            said(block, &set(&[]), "images"),
            "labels: set/images/3.png has 1 number(s), and the first training item 2; give every item equally many, and at least one"
        );
    }
}

mod files_without_a_row {
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
        let split =
            |items: &[PathBuf]| firelight_datablock::Split::new(vec![0], vec![1], items.len())?.with_test(vec![2]);
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
}
