//! Files of annotations, as data sets have them.

use std::path::{Path, PathBuf};

use firelight_datablock::{
    AnnotationError, Beside, Coco, CocoFile, CocoPicture, DataError, Labeller, OxfordList, Progress, RleMasks, Source,
    Splitter, Table, Voc, VocAnnotation, VocObject,
};
use firelight_transforms::{Mask, RleOrder, Size};
use firelight_vocab::Vocab;
use image::RgbImage;
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, bytes).expect("a file");
    }
    folder
}

/// The text of an error, with the temporary folder's name taken out.
fn text<T: std::fmt::Debug>(folder: &TempDir, result: Result<T, DataError>) -> String {
    result.expect_err("refused").to_string().replace(&folder.path().display().to_string(), "set")
}

/// An XML file as Oxford-IIIT Pet has it.
const OXFORD: &str = "<annotation>
	<folder>OXIIIT</folder>
	<filename>Abyssinian_1.jpg</filename>
	<source>
		<database>OXFORD-IIIT Pet Dataset</database>
	</source>
	<size>
		<width>600</width>
		<height>400</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>cat</name>
		<pose>Frontal</pose>
		<truncated>0</truncated>
		<occluded>1</occluded>
		<bndbox>
			<xmin>333</xmin>
			<ymin>72</ymin>
			<xmax>425</xmax>
			<ymax>158</ymax>
		</bndbox>
		<difficult>0</difficult>
	</object>
</annotation>
";

fn object(name: &str, [xmin, ymin, xmax, ymax]: [i32; 4]) -> String {
    format!(
        "<object><name>{name}</name><bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox>\
         </object>"
    )
}

fn annotation(objects: &[String]) -> String {
    format!("<annotation>{}</annotation>", objects.concat())
}

#[test]
fn an_xml_file_is_read_as_oxford_writes_it() {
    let windows = format!("\u{feff}{}", OXFORD.replace('\n', "\r\n"));
    let folder = folder(&[("unix.xml", OXFORD.as_bytes()), ("windows.xml", windows.as_bytes())]);
    let read = |name: &str| VocAnnotation::read(folder.path().join(name)).expect("annotations");
    let cat = read("unix.xml");
    assert_eq!((cat.file_name.as_deref(), cat.size), (Some("Abyssinian_1.jpg"), Some(Size::new(600, 400))));
    let [VocObject { name, area, difficult, truncated, occluded, pose, .. }] = &cat.objects[..] else {
        panic!("{:?}", cat.objects)
    };
    assert_eq!((name.as_str(), pose.as_deref()), ("cat", Some("Frontal")));
    assert_eq!((*difficult, *truncated, *occluded), (false, false, true));
    // The pixels 333 to 425 of the row, counted from 1.
    assert_eq!(Some(*area), Some([332.0, 71.0, 425.0, 158.0]));
    assert_eq!(read("windows.xml"), cat);
}

#[test]
fn an_xml_file_may_have_less_and_more() {
    let xml = "<?xml version=\"1.0\"?><annotation><size><width>0</width><height>0</height></size>\
               <object><part><name>head</name></part><name> person </name><pose>Unspecified</pose><truncated>Unspecified</truncated>\
               <difficult>True</difficult><bndbox><xmax>45.5</xmax><xmin>8.25</xmin><ymin>1</ymin><ymax>1</ymax></bndbox></object>\
               </annotation>";
    let folder = folder(&[("a.xml", xml.as_bytes()), ("empty.xml", b"<annotation/>")]);
    let person = VocAnnotation::read(folder.path().join("a.xml")).expect("annotations");
    let VocObject { name, area, difficult, truncated, occluded, pose, .. } = &person.objects[0];
    assert_eq!((name.as_str(), *area), ("person", [7.25, 0.0, 45.5, 1.0]));
    assert_eq!((*difficult, *truncated, *occluded, pose, person.size), (true, false, false, &None, None));
    let empty = VocAnnotation::read(folder.path().join("empty.xml")).expect("annotations");
    assert_eq!((empty.file_name.as_ref(), empty.size, empty.objects.len(), empty.largest()), (None, None, 0, None));
}

/// A box that is none is refused where boxes are asked for, and not where the classes alone are.
#[test]
fn classes_of_an_xml_file_are_read_whatever_its_boxes_are() {
    for broken in
        [OXFORD.replace(">425<", ">332<"), OXFORD.replace("<xmax>425</xmax>", ""), OXFORD.replace(">600<", ">9<")]
    {
        let folder = folder(&[("a.xml", broken.as_bytes())]);
        let (voc, item) = (Voc::in_folder(folder.path()), Path::new("images/a.jpg"));
        assert_eq!(voc.clone().names().label(item).expect("names"), ["cat"]);
        let refused: Result<Option<[f32; 4]>, _> = voc.largest_box().label(item);
        assert!(text(&folder, refused).starts_with("annotations: set/a.xml, line "));
    }
}

#[test]
fn an_xml_file_that_is_none_says_where() {
    let bad = |xml: &str| {
        let folder = folder(&[("a.xml", xml.as_bytes())]);
        text(&folder, VocAnnotation::read(folder.path().join("a.xml")))
    };
    assert_eq!(
        bad("<annotation>\n<object></annotation>"),
        "annotations: set/a.xml: it is no XML: expected 'object' tag, not 'annotation' at 2:9; mend it, or take the file out"
    );
    assert!(bad("").starts_with("annotations: set/a.xml: it is no XML: "));
    // Entities that grow without end.
    let entities = "<!DOCTYPE a [<!ENTITY b \"bb\">]><annotation>&b;</annotation>";
    assert_eq!(
        bad(entities),
        "annotations: set/a.xml: it is no XML: XML with DTD detected; mend it, or take the file out"
    );
    assert_eq!(
        bad("<!-- a page -->\n<html/>"),
        "annotations: set/a.xml, line 2: the outermost element is <html>, not <annotation>; give a file as PASCAL VOC has them"
    );
    assert_eq!(
        bad("<annotation>\n\n<object/></annotation>"),
        "annotations: set/a.xml, line 3: an <object> has no <name>; name it"
    );
    assert_eq!(
        bad("<annotation><object><name>cat</name></object></annotation>"),
        "annotations: set/a.xml, line 1: the \"cat\" has no <bndbox>; give its box, or take it out"
    );
    assert_eq!(
        bad(&OXFORD.replace("<xmax>425</xmax>", "")),
        "annotations: set/a.xml, line 18: the <bndbox> has no <xmax>; write one"
    );
    assert_eq!(
        bad(&OXFORD.replace(">425<", ">4,25<")),
        "annotations: set/a.xml, line 21: the <xmax> is \"4,25\", which is no finite number; write one"
    );
    assert_eq!(
        bad(&OXFORD.replace(">425<", ">inf<")),
        "annotations: set/a.xml, line 21: the <xmax> is \"inf\", which is no finite number; write one"
    );
    assert_eq!(
        bad(&OXFORD.replace(">600<", ">-600<")),
        "annotations: set/a.xml, line 8: the <width> is \"-600\", which is no whole number; write one"
    );
    assert_eq!(
        bad(&OXFORD.replace(">425<", ">332<")),
        "annotations: set/a.xml, line 18: the box of the \"cat\" has its sides exchanged: x 333 to 332, y 72 to 158; exchange them"
    );
    assert_eq!(
        bad(&OXFORD.replace("<occluded>1<", "<occluded>partly<")),
        "annotations: set/a.xml, line 17: the <occluded> is \"partly\", which is neither 0 nor 1; write 0 or 1"
    );
    let folder = folder(&[("latin.xml", b"<annotation>\xe9</annotation>")]);
    assert_eq!(
        text(&folder, VocAnnotation::read(folder.path().join("latin.xml"))),
        "annotations: set/latin.xml: its text is not UTF-8; save it as UTF-8"
    );
    let missing = VocAnnotation::read(folder.path().join("b.xml")).expect_err("no file");
    assert!(matches!(missing, DataError::Unreadable { .. }), "{missing}");
}

#[test]
fn blocks_get_the_objects_of_an_items_file() {
    let (small, large) = (object("cat", [1, 1, 10, 10]), object("dog", [11, 5, 30, 24]));
    let same = object("pug", [31, 5, 50, 24]);
    let all = annotation(&[small.clone(), large, same, small]);
    let folder = folder(&[("xmls/a.b.xml", all.as_bytes()), ("xmls/none.xml", b"<annotation/>")]);
    let (voc, item) = (Voc::in_folder(folder.path().join("xmls")), Path::new("images/a.b.jpg"));
    let objects: Vec<VocObject> = voc.label(item).expect("objects");
    assert_eq!(objects.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["cat", "dog", "pug", "cat"]);
    // The first of equals.
    assert_eq!(voc.clone().largest_box().label(item).expect("a box"), Some([10.0, 4.0, 30.0, 24.0]));
    assert_eq!(voc.clone().name().label(item).expect("a name"), "dog");
    assert_eq!(voc.clone().names().label(item).expect("names"), ["cat", "dog", "pug"]);
    let nothing = Path::new("none.png");
    assert_eq!(voc.clone().largest_box().label(nothing).expect("no box"), None);
    assert_eq!(voc.clone().names().label(nothing).expect("no names"), [""; 0]);
    assert_eq!(
        text(&folder, voc.name().label(nothing)),
        "labeller: the largest object of the XML files in set/xmls finds no label in none.png; change the labeller or leave the file out"
    );
}

#[test]
fn an_item_without_an_xml_file_is_an_error_unless_it_may_be() {
    let folder = folder(&[("xmls/a.xml", b"<annotation/>"), ("xmls/bad.xml", b"<annotation>")]);
    let (voc, item) = (Voc::in_folder(folder.path().join("xmls")), Path::new("images/b.jpg"));
    assert_eq!(
        text(&folder, voc.clone().largest_box().label(item)),
        "annotations: images/b.jpg has no file at set/xmls/b.xml; check the folder and the names, leave the item out, or let items \
         without a file have no objects (`Voc::or_none`)"
    );
    let or_none = voc.or_none();
    assert_eq!(or_none.read(item).expect("nothing"), None);
    assert_eq!(or_none.clone().largest_box().label(item).expect("no box"), None);
    assert_eq!(or_none.clone().names().label(item).expect("no names"), [""; 0]);
    assert!(matches!(or_none.clone().name().label(item), Err(DataError::NoLabel { .. })));
    // A broken file is none that is missing, and a folder that is not there is a slip.
    assert!(matches!(
        or_none.largest_box().label(Path::new("bad.jpg")),
        Err(DataError::Annotation(AnnotationError::Unfit { .. }))
    ));
    let nowhere = Voc::in_folder(folder.path().join("xml")).or_none().largest_box();
    assert_eq!(
        text(&folder, nowhere.label(item)),
        "source: there is no folder at set/xml; check the path, or download the data set first"
    );
}

proptest! {
    // Each writes a file.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever boxes there are, the largest has at least the area of each, and a box counts as many pixels as it has.
    #[test]
    fn the_largest_object_is_as_large_as_any(boxes in prop::collection::vec([1..40, 1..40, 0..40, 0..40], 1..6)) {
        let objects: Vec<String> = boxes.iter().map(|&[x, y, w, h]| object("a", [x, y, x + w, y + h])).collect();
        let folder = folder(&[("a.xml", annotation(&objects).as_bytes())]);
        let read = VocAnnotation::read(folder.path().join("a.xml")).expect("annotations");
        let pixels = |[left, top, right, bottom]: [f32; 4]| ((right - left) * (bottom - top)) as i32;
        let counted: Vec<i32> = boxes.iter().map(|[_, _, w, h]| (w + 1) * (h + 1)).collect();
        prop_assert_eq!(read.objects.iter().map(|object| pixels(object.area)).collect::<Vec<_>>(), counted.clone());
        let largest = pixels(read.largest().expect("one").area);
        prop_assert_eq!(Some(&largest), counted.iter().max());
    }
}

/// A file of instances with these lists.
fn instances(images: &str, annotations: &str, categories: &str) -> String {
    format!(
        "{{\"info\": {{}}, \"images\": [{images}], \"annotations\": [{annotations}], \"categories\": [{categories}]}}"
    )
}

const IMAGE: &str = r#"{"id": 9, "file_name": "val/9.jpg", "width": 640, "height": 480, "license": 3}"#;
const DOG: &str = r#"{"id": 18, "name": "dog", "supercategory": "animal"}"#;
const PERSON: &str = r#"{"id": 1, "name": "person", "keypoints": ["nose", "left eye"], "skeleton": [[1, 2]]}"#;

fn a_dog(bbox: &str) -> String {
    format!(
        r#"{{"id": 70, "image_id": 9, "category_id": 18, "bbox": {bbox}, "area": 1, "iscrowd": 0, "segmentation": [[1, 2, 3, 4, 5, 6]]}}"#
    )
}

fn coco(json: &str) -> (TempDir, Result<Coco, DataError>) {
    let folder = folder(&[("coco.json", json.as_bytes())]);
    let read = Coco::read(folder.path().join("coco.json"));
    (folder, read)
}

#[test]
fn a_file_of_instances_is_pictures_with_objects() {
    let other = r#"{"id": 3, "file_name": "3.jpg", "width": 64, "height": 48}"#;
    let person = r#"{"id": 71, "image_id": 9, "category_id": 1, "bbox": [0, 0, 4, 4], "keypoints": [7, 8, 2, 0, 0, 0], "num_keypoints": 1}"#;
    let crowd = r#"{"image_id": 9, "category_id": 18, "bbox": [0, 0, 640, 480], "iscrowd": 1, "segmentation": {"counts": [5, 307195], "size": [480, 640]}}"#;
    let annotations = [&a_dog("[10, 20, 100.5, 50]"), person, crowd, &a_dog("[0, 0, 900, 0]")].join(",\r\n");
    let json = instances(&[IMAGE, other].join(","), &annotations, &[PERSON, DOG].join(","));
    let (_folder, read) = coco(&format!("\u{feff}{json}"));
    let read = read.expect("instances");
    assert_eq!(read.names(), ["person", "dog"]);
    assert_eq!(
        (read.point_names("person"), read.point_names("dog").len()),
        (&["nose".to_owned(), "left eye".to_owned()][..], 0)
    );
    let [nine, three] = read.pictures() else { panic!("{read:?}") };
    assert_eq!((nine.file(), nine.id(), nine.size()), (Path::new("val/9.jpg"), 9, Size::new(640, 480)));
    let [dog, person, crowd, line] = nine.objects() else { panic!("{nine:?}") };
    assert_eq!(
        (dog.label.as_str(), dog.area, dog.crowd, dog.points.len()),
        ("dog", [10.0, 20.0, 110.5, 70.0], false, 0)
    );
    // Pixel 7 of the row and 8 of the column, by its middle; a point of visibility 0 is not known.
    assert_eq!((person.label.as_str(), &person.points), ("person", &vec![Some([7.5, 8.5]), None]));
    assert_eq!((crowd.crowd, line.crowd, line.area), (true, false, [0.0, 0.0, 900.0, 0.0]));
    // Neither the crowd nor the box without height, though they are larger.
    assert_eq!((nine.largest(), nine.largest_box()), (Some(dog), Some(dog.area)));
    assert_eq!(
        (nine.names(), three.names(), three.largest_box()),
        (vec!["dog".to_owned(), "person".to_owned()], vec![], None)
    );
    assert_eq!(read.into_items("set/images")[0].file(), Path::new("set/images/val/9.jpg"));
}

#[test]
fn a_source_of_instances_is_told_from_the_root() {
    let other = r#"{"id": 3, "file_name": "3.jpg", "width": 64, "height": 48}"#;
    let json = instances(&[IMAGE, other].join(","), &a_dog("[1, 2, 3, 4]"), DOG);
    let folder = folder(&[("annotations/some.json", json.as_bytes())]);
    let files = |source: CocoFile| {
        let items: Vec<CocoPicture> = source.items(folder.path(), &Progress::default()).expect("items");
        items.iter().map(|item| item.file().to_path_buf()).collect::<Vec<_>>()
    };
    let source = CocoFile::new("annotations/some.json");
    assert_eq!(files(source.clone()), [folder.path().join("val/9.jpg"), folder.path().join("3.jpg")]);
    let pictures = source.with_pictures("images");
    assert_eq!(files(pictures.clone()), [folder.path().join("images/val/9.jpg"), folder.path().join("images/3.jpg")]);
    assert_eq!(files(pictures.with_objects_alone(true)), [folder.path().join("images/val/9.jpg")]);
    let missing = CocoFile::new("some.json").items(folder.path(), &Progress::default());
    assert!(text(&folder, missing).starts_with("source: cannot read set/some.json: "));
}

#[test]
fn ids_are_numbers_or_text_and_boxes_are_around_outlines_where_there_are_none() {
    let image =
        |id: &str| format!(r#"{{"id": {id}, "file_name": "{}.jpg", "width": 64, "height": 48}}"#, id.trim_matches('"'));
    let images = [image("\"one\""), image("2.0"), image("\"3\"")].join(",");
    let annotation = |image: &str, category: &str, rest: &str| {
        format!(r#"{{"id": "a", "image_id": {image}, "category_id": {category}{rest}}}"#)
    };
    let outline = r#", "segmentation": [[4, 5, 9, 5, 9, 8], [2, 6, 3, 20]]"#;
    let annotations =
        [annotation("\"one\"", "\"18\"", outline), annotation("2", "18.0", ""), annotation("3", "18", "")];
    let (_folder, read) = coco(&instances(&images, &annotations.join(","), DOG));
    let read = read.expect("instances");
    let [one, two, three] = read.pictures() else { panic!("{read:?}") };
    // Text has no number of its own.
    assert_eq!((one.id(), two.id(), three.id()), (0, 2, 3));
    assert_eq!((one.objects()[0].area, one.objects()[0].has_outline()), ([2.0, 5.0, 9.0, 20.0], true));
    assert_eq!((two.objects()[0].area, two.objects()[0].has_outline()), ([0.0; 4], false));
    assert_eq!(three.class().expect("a class"), "dog");
    for (id, why) in
        [("1.5", "the id 1.5 is no whole number"), ("18446744073709551615", "the id 18446744073709551615 is too large")]
    {
        let (folder, read) = coco(&instances(&image(id), "", DOG));
        let text = text(&folder, read);
        assert!(
            text.starts_with(&format!("annotations: set/coco.json: it is no COCO file of instances: {why}")),
            "{text}"
        );
    }
    let (folder, read) = coco(&instances(&image("\"one\""), &annotation("\"two\"", "18", ""), DOG));
    assert_eq!(
        text(&folder, read),
        "annotations: set/coco.json: the annotation of id \"a\" is of image \"two\", which is not there; list the image, or take the annotation out"
    );
}

#[test]
fn a_picture_has_a_class_or_a_box_where_it_has_one_alone() {
    let person = r#"{"image_id": 9, "category_id": 1, "bbox": [0, 0, 4, 4]}"#;
    let crowd = r#"{"image_id": 9, "category_id": 18, "bbox": [0, 0, 640, 480], "iscrowd": 1}"#;
    let of = |annotations: &[&str], categories: &[&str]| {
        let (_folder, read) = coco(&instances(IMAGE, &annotations.join(","), &[PERSON, DOG].join(",")));
        let read = read.expect("instances").with_categories(categories);
        (read.pictures()[0].clone(), read.names().join(" "))
    };
    let (dogs, all) = (a_dog("[10, 20, 30, 40]"), ["person", "dog"]);
    let (one, names) = of(&[&dogs, crowd, person], &["dog"]);
    assert_eq!((one.class().expect("a class"), names.as_str()), ("dog".to_owned(), "dog"));
    assert_eq!(one.only_box().ok(), Some([10.0, 20.0, 40.0, 60.0]));
    let refused = |annotations: &[&str]| {
        let (picture, _) = of(annotations, &all);
        let text = |error: DataError| error.to_string();
        (picture.class().map_err(text), picture.only_box().map_err(text))
    };
    let (class, place) = refused(&[&dogs, person]);
    assert_eq!(
        class.expect_err("two"),
        "annotations: val/9.jpg: it has objects of 2 categories: dog, person; leave it out, or learn any number of classes a picture"
    );
    assert_eq!(
        place.expect_err("two"),
        "annotations: val/9.jpg: it has 2 boxes, and one is learned; leave it out, or take the objects of fewer categories"
    );
    let (class, place) = refused(&[]);
    assert_eq!(class.expect_err("none"), "annotations: val/9.jpg: it has no object to tell its class; leave it out");
    assert_eq!(
        place.expect_err("none"),
        "annotations: val/9.jpg: it has 0 boxes, and one is learned; leave it out, or take the objects of fewer categories"
    );
    assert!(refused(&[crowd]).1.is_err(), "a crowd has no box of its own");
}

#[test]
fn yolos_texts_are_in_the_folder_of_labels_or_beside_the_pictures() {
    let folder = folder(&[
        ("set/labels/a/1.txt", b"1 0.5 0.25 0.5 0.5\n\n0 0 0 1 0 1 0.5\r\n"),
        ("set/images/a/1.txt", b"this one is not read"),
        ("set/images/2.txt", b"\xef\xbb\xbf0.0 0.125 0.5 0.25 1.005\n"),
        ("set/images/3.png", b"torn"),
    ]);
    let root = folder.path().join("set/images");
    for name in ["a/1.png", "2.png"] {
        RgbImage::new(40, 20).save(root.join(name)).expect("a picture");
    }
    assert_eq!(Coco::yolo_text(&root.join("2.png")), Some(root.join("2.txt")));
    let read = Coco::from_yolo(&root, ["cat", "dog"]).expect("labels");
    assert_eq!(read.names(), ["cat", "dog"]);
    let [two, three, one] = read.pictures() else { panic!("{read:?}") };
    assert_eq!(
        [two, three, one].map(|picture| picture.file().to_str()),
        [Some("2.png"), Some("3.png"), Some("a/1.png")]
    );
    let said = |picture: &CocoPicture| -> Vec<(String, [f32; 4], bool)> {
        picture.objects().iter().map(|object| (object.label.clone(), object.area, object.has_outline())).collect()
    };
    assert_eq!(
        said(one),
        [("dog".into(), [10.0, 0.0, 30.0, 10.0], false), ("cat".into(), [0.0, 0.0, 40.0, 10.0], true)]
    );
    // A little beyond the picture, as rounding has it.
    let [(_, [left, top, right, bottom], _)] = &said(two)[..] else { panic!("{two:?}") };
    assert!((*left, *right) == (0.0, 10.0) && (top + 0.05).abs() < 1e-5 && (bottom - 20.05).abs() < 1e-5, "{two:?}");
    assert!(three.objects().is_empty());
    let some = Coco::from_yolo_files(&root, ["a/1.png"], ["cat", "dog"]).expect("labels");
    assert_eq!(some.pictures().len(), 1);
    assert_eq!((some.pictures()[0].file(), some.pictures()[0].objects()), (Path::new("a/1.png"), one.objects()));
    let twice = Coco::from_yolo(&root, ["cat", "cat"]);
    assert_eq!(text(&folder, twice), "annotations: set/set/images: two classes are named \"cat\"; rename one of them");
    let one = Coco::from_yolo(&root, ["cat"]);
    assert_eq!(
        text(&folder, one),
        "annotations: set/set/labels/a/1.txt, line 1: class 1 is none of the 1 that are named; mend it, or name all classes (data.yaml or classes.txt)"
    );
}

#[test]
fn files_of_instances_as_other_programs_write_them() {
    let image = r#"{"id": 9, "file_name": "val\\9.jpg", "width": 60.0, "height": 40.0}"#;
    let annotations = r#"{"image_id": 9, "category_id": 18, "bbox": [], "iscrowd": false, "segmentation": [[]]},
        {"image_id": 9, "category_id": 18, "bbox": null, "iscrowd": true, "segmentation": [[], [1, 1, 5, 1, 5, 3]]},
        {"image_id": 9, "category_id": 18, "bbox": [1, 2, 3, 4], "iscrowd": null}"#;
    let (_folder, read) = coco(&instances(image, annotations, DOG));
    let read = read.expect("instances");
    let [picture] = read.pictures() else { panic!("{read:?}") };
    assert_eq!((picture.file(), picture.size()), (Path::new("val/9.jpg"), Size::new(60, 40)));
    let objects: Vec<_> =
        picture.objects().iter().map(|object| (object.area, object.crowd, object.has_outline())).collect();
    assert_eq!(
        objects,
        [([0.0; 4], false, false), ([1.0, 1.0, 5.0, 3.0], true, true), ([1.0, 2.0, 4.0, 6.0], false, false)]
    );
    let folder = folder(&[]);
    for (width, what) in [
        ("60.5", "60.5 is no whole number of pixels"),
        ("-6", "-6 is no number of pixels"),
        ("5000000000", "5000000000 pixels are too many"),
    ] {
        let (_folder, read) = coco(&instances(&image.replace("60.0", width), "", DOG));
        let said = text(&folder, read);
        assert!(said.contains(&format!("it is no COCO file of instances: {what} at line 1 column ")), "{said}");
    }
}

#[test]
fn pictures_without_annotations_have_no_objects() {
    let (_folder, read) = coco(&format!(r#"{{"images": [{IMAGE}], "categories": [{DOG}]}}"#));
    assert!(read.expect("pictures").pictures()[0].objects().is_empty());
}

#[test]
fn a_file_of_instances_that_is_wrong_says_what() {
    let bad = |json: &str| {
        let (folder, read) = coco(json);
        text(&folder, read)
    };
    let prefix = |rest: &str| format!("annotations: set/coco.json: {rest}");
    let no_json = "; mend it, or give another file";
    assert_eq!(
        bad("{\"images\": [\n{]}"),
        prefix("it is no COCO file of instances: key must be a string at line 2 column 2") + no_json
    );
    assert_eq!(
        bad("{}"),
        prefix("it is no COCO file of instances: missing field `images` at line 1 column 2") + no_json
    );
    let captions = instances(IMAGE, r#"{"image_id": 9, "id": 1, "caption": "A dog."}"#, "");
    assert!(
        bad(&captions)
            .starts_with(&prefix("it is no COCO file of instances: missing field `category_id` at line 1 column "))
    );
    let three = bad(&instances(IMAGE, &a_dog("[1, 2, 3]"), DOG));
    assert!(
        three.starts_with(&prefix(
            "it is no COCO file of instances: invalid length 3, expected an array of length 4 at line 1"
        )),
        "{three}"
    );
    assert_eq!(bad(&instances("", "", DOG)), prefix("it lists no images; check that it is the right file"));
    assert_eq!(
        bad(&instances(IMAGE, &a_dog("[1, 2, 3, 4]").replace("\"image_id\": 9", "\"image_id\": 8"), DOG)),
        prefix("the annotation of id 70 is of image 8, which is not there; list the image, or take the annotation out")
    );
    assert_eq!(
        bad(&instances(IMAGE, r#"{"image_id": 9, "category_id": 17, "bbox": [1, 2, 3, 4]}"#, DOG)),
        prefix("annotation 0 is of category 17, which is not there; list the category, or take the annotation out")
    );
    assert_eq!(
        bad(&instances(IMAGE, &a_dog("[1, 2, -3, 4]"), DOG)),
        prefix("the annotation of id 70 (of val/9.jpg) has a box of -3×4 pixels; give its left, top, width and height")
    );
    assert_eq!(
        bad(&instances(IMAGE, &a_dog("[1e300, 2, 3, 4]"), DOG)),
        prefix(
            "the annotation of id 70 (of val/9.jpg) has the box [1e300, 2.0, 3.0, 4.0], which is beyond all pictures; mend it"
        )
    );
    let keypoints = |numbers: &str, category: &str| {
        let id = if category == DOG { 18 } else { 1 };
        let person = format!(
            r#"{{"id": 5, "image_id": 9, "category_id": {id}, "bbox": [1, 2, 3, 4], "keypoints": [{numbers}]}}"#
        );
        bad(&instances(IMAGE, &person, category))
    };
    assert_eq!(
        keypoints("1, 2, 2", PERSON),
        prefix(
            "the annotation of id 5 (of val/9.jpg) has 3 numbers of keypoints, and \"person\" has 2 points; give x, y and visibility of each"
        )
    );
    assert_eq!(
        keypoints("1, 2", DOG),
        prefix(
            "the annotation of id 5 (of val/9.jpg) has 2 numbers of keypoints, and \"dog\" has 0 points; give x, y and visibility of each"
        )
    );
    let again =
        |id: u8, name: &str| format!(r#"{IMAGE}, {{"id": {id}, "file_name": "{name}", "width": 1, "height": 1}}"#);
    assert_eq!(
        bad(&instances(&again(9, "10.jpg"), "", DOG)),
        prefix("two images have id 9: val/9.jpg and 10.jpg; give each image a number of its own")
    );
    assert_eq!(
        bad(&instances(&again(10, "val/9.jpg"), "", DOG)),
        prefix(
            "two images are the file val/9.jpg, the second of id 10; take one out, and give its annotations to the other"
        )
    );
    assert_eq!(
        bad(&instances(&IMAGE.replace("480", "0"), "", DOG)),
        prefix("the image val/9.jpg is 640×0 pixels; write its width and height")
    );
    assert_eq!(
        bad(&instances(IMAGE, "", &format!(r#"{DOG}, {{"id": 18, "name": "cat"}}"#))),
        prefix("two categories have id 18: \"dog\" and \"cat\"; give each category a number of its own")
    );
    assert_eq!(
        bad(&instances(IMAGE, "", &format!(r#"{DOG}, {{"id": 19, "name": "dog"}}"#))),
        prefix("two categories are named \"dog\": 18 and 19; rename one of them, since labels are names")
    );
}

/// A picture of 6 × 4 with objects of these segmentations, of the category and with the box told.
fn outlined(objects: &[(u8, &str, &str)]) -> Result<CocoPicture, String> {
    let image = r#"{"id": 9, "file_name": "9.jpg", "width": 6, "height": 4}"#;
    let annotation = |(category, bbox, segmentation): &(u8, &str, &str)| {
        format!(r#"{{"image_id": 9, "category_id": {category}, "bbox": {bbox}, "segmentation": {segmentation}}}"#)
    };
    let annotations: Vec<String> = objects.iter().map(annotation).collect();
    let (folder, read) = coco(&instances(image, &annotations.join(","), &[PERSON, DOG].join(",")));
    match read {
        Ok(read) => Ok(read.pictures()[0].clone()),
        refused => Err(text(&folder, refused)),
    }
}

fn rows_of(mask: &Mask) -> Vec<String> {
    let row = |row: &[u8]| row.iter().map(ToString::to_string).collect();
    mask.codes().chunks(mask.size().width as usize).map(row).collect()
}

#[test]
fn outlines_of_instances_are_masks() {
    let names = Vocab::ordered(["ground", "dog", "person"]).expect("a vocab");
    let rows =
        |objects: &[(u8, &str, &str)]| rows_of(&outlined(objects).expect("a picture").mask(&names).expect("a mask"));
    let whole = "[0, 0, 6, 4]";
    // Pixels whose centres lie in it: the corner below 0.5 takes the pixel, the one at 0.6 does not; beyond the picture is cut.
    assert_eq!(
        rows(&[(18, whole, "[[0.4, 0.4, 2.6, 0.4, 2.6, 1.4, 0.4, 1.4]]")]),
        ["111000", "000000", "000000", "000000"]
    );
    assert_eq!(rows(&[(18, whole, "[[0.6, 0.4, 99, 0.4, 99, 99, 0.6, 99]]")]), ["011111"; 4]);
    // A triangle, the same turned about, and two polygons of one object.
    for triangle in ["[[0, 0, 4, 0, 0, 4]]", "[[0, 4, 4, 0, 0, 0]]"] {
        assert_eq!(rows(&[(18, whole, triangle)]), ["111000", "110000", "100000", "000000"]);
    }
    let two = "[[0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 3, 1, 3, 3, 1, 3], [4, 4, 5, 5]]";
    assert_eq!(rows(&[(18, whole, two)]), ["110000", "111000", "011000", "000000"]);
    // A ring whose line goes around its hole.
    let ring = "[[0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1]]";
    assert_eq!(rows(&[(18, whole, ring)]), ["111100", "100100", "100100", "111100"]);
    // Counts down each column, plain and as text: 5, 2, 17 as one character each.
    for counts in ["[5, 2, 17]", "\"52a0\""] {
        let runs = format!(r#"{{"size": [4, 6], "counts": {counts}}}"#);
        assert_eq!(rows(&[(1, whole, &runs)]), ["000000", "020000", "020000", "000000"], "{counts}");
    }
    // The smaller box over the larger one, whatever their order; other categories are ground.
    let (large, small) = ((18, whole, "[[0, 0, 6, 0, 6, 4, 0, 4]]"), (1, "[0, 0, 1, 1]", "[[0, 0, 1, 0, 1, 1, 0, 1]]"));
    for objects in [[large, small], [small, large]] {
        assert_eq!(rows(&objects), ["211111", "111111", "111111", "111111"]);
    }
    let dogs = Vocab::ordered(["ground", "dog"]).expect("a vocab");
    assert_eq!(rows_of(&outlined(&[large, small]).expect("a picture").mask(&dogs).expect("a mask"))[0], "111111");
    let none = outlined(&[(1, whole, "[]")]).expect("a picture");
    assert_eq!(rows_of(&none.mask(&dogs).expect("a mask")), ["000000"; 4]);
    assert_eq!(
        none.mask(&names).expect_err("refused").to_string(),
        "annotations: 9.jpg: its \"person\" has no outline; take the picture out, or its category out of the names"
    );
}

/// The counts of runs as COCO's programs write them as text.
fn compressed(counts: &[u32]) -> String {
    let mut text = String::new();
    for (place, &count) in counts.iter().enumerate() {
        let mut number = i64::from(count) - if place > 2 { i64::from(counts[place - 2]) } else { 0 };
        loop {
            let digit = (number & 31) as u8;
            number >>= 5;
            let ends = number == if digit & 16 == 0 { 0 } else { -1 };
            text.push(char::from(b'0' + if ends { digit } else { digit | 32 }));
            if ends {
                break;
            }
        }
    }
    text
}

proptest! {
    // Each writes a file.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Counts are the same pixels as numbers and as text.
    #[test]
    fn runs_as_text_are_those_as_numbers(mut counts in prop::collection::vec(0_u32..1500, 1..6)) {
        let pixels: u32 = counts.iter().sum();
        // A picture that they fill.
        counts.push((64 - pixels % 64) % 64);
        let (width, height) = (counts.iter().sum::<u32>() / 64, 64);
        prop_assume!(width > 0);
        let image = format!(r#"{{"id": 9, "file_name": "9.jpg", "width": {width}, "height": {height}}}"#);
        let names = Vocab::ordered(["ground", "dog"]).expect("a vocab");
        let mask = |counts: String| {
            let dog = format!(
                r#"{{"image_id": 9, "category_id": 18, "bbox": [0, 0, 1, 1], "segmentation": {{"size": [{height}, {width}], "counts": {counts}}}}}"#
            );
            let (_folder, read) = coco(&instances(&image, &dog, DOG));
            read.expect("instances").pictures()[0].mask(&names).expect("a mask")
        };
        let told = mask(format!("{counts:?}"));
        prop_assert_eq!(&mask(format!("{:?}", compressed(&counts))), &told);
        prop_assert_eq!(told, Mask::from_counts(&counts, Size::new(width, height)).expect("a mask"));
    }
}

#[test]
fn outlines_that_are_wrong_say_what() {
    let bad = |segmentation: &str| outlined(&[(18, "[0, 0, 6, 4]", segmentation)]).expect_err("refused");
    let prefix = "annotations: set/coco.json: annotation 0 (of 9.jpg) has ";
    assert_eq!(bad("[[1, 2, 3, 4, 5]]"), format!("{prefix}a polygon of 5 numbers; give x and y of each corner"));
    assert_eq!(
        bad(r#"{"size": [6, 4], "counts": [24]}"#),
        format!("{prefix}runs for 4×6, and the image is 6×4; mend one of them")
    );
    assert_eq!(
        bad(r#"{"size": [4, 6], "counts": [5, 2, 16]}"#),
        format!("{prefix}runs of 23 pixels, and the image has 24; mend them")
    );
    for text in ["5p", "5\u{e9}", "!", "5oooooooo0", "O"] {
        let error = bad(&format!(r#"{{"size": [4, 6], "counts": {text:?}}}"#));
        let start = "annotations: set/coco.json: it is no COCO file of instances: `counts` is no text of runs at line 1 column ";
        assert!(error.starts_with(start), "{text}: {error}");
    }
    let error = bad("7");
    assert!(
        error.contains("invalid type: integer `7`, expected a list of polygons, or `size` and `counts` at line 1"),
        "{error}"
    );
}

#[test]
fn a_file_lies_beside_its_item_by_name() {
    let file = |beside: &Beside, item: &str| -> PathBuf { beside.label(Path::new(item)).expect("a file") };
    let masks = Beside::new("trimaps", "png");
    assert_eq!(file(&masks, "images/pug_1.jpg"), Path::new("trimaps/pug_1.png"));
    assert_eq!(file(&Beside::new("trimaps", ".png"), "pug_1"), Path::new("trimaps/pug_1.png"));
    assert_eq!(file(&Beside::new("trimaps", ""), "pug_1.jpg"), Path::new("trimaps/pug_1"));
    // A name with dots keeps all but its ending.
    assert_eq!(file(&masks, "images/a.b.c.jpg"), Path::new("trimaps/a.b.c.png"));
    let parted = masks.clone().with_prefix("m_").with_suffix("_L");
    assert_eq!(file(&parted, "pug_1.jpg"), Path::new("trimaps/m_pug_1_L.png"));
    let below = masks.with_folders_below("images");
    assert_eq!(file(&below, "images/train/1.jpg"), Path::new("trimaps/train/1.png"));
    assert_eq!(file(&below, "images/1.jpg"), Path::new("trimaps/1.png"));
    let refused =
        |item: &str| Labeller::<PathBuf, Path>::label(&below, Path::new(item)).expect_err("refused").to_string();
    assert_eq!(
        refused("photos/1.jpg"),
        "annotations: photos/1.jpg: it does not lie below images; give `Beside::with_folders_below` the folder that all items lie in, \
         written as in their paths"
    );
    assert_eq!(
        refused("images/.."),
        "annotations: images/..: it has no file name to find a file by; give items that are files"
    );
    // A row is named after its line, so that no file is found by chance.
    let folder = folder(&[("labels.csv", b"file\n1.png\n")]);
    let table = Table::read(folder.path().join("labels.csv")).expect("a table");
    let voc = Voc::in_folder(folder.path());
    assert_eq!(
        text(&folder, voc.read(&table.rows()[0])).split(';').next(),
        Some("annotations: set/labels.csv:2 has no file at set/labels.xml")
    );
}

const TEST: &[u8] = b"\xef\xbb\xbf#Image CLASS-ID SPECIES BREED ID\r\n#ID: 1:37 Class ids\r\n\r\nAbyssinian_201 1 1 1\r\npug_7 27 2 20\r\n";

#[test]
fn oxfords_list_validates_on_what_it_lists() {
    let folder = folder(&[("test.txt", TEST)]);
    let list = OxfordList::read(folder.path().join("test.txt")).expect("a list");
    let pets: Vec<_> = list.pets().iter().map(|pet| (pet.name.as_str(), pet.class, pet.species, pet.breed)).collect();
    assert_eq!(pets, [("Abyssinian_201", 1, 1, 1), ("pug_7", 27, 2, 20)]);
    assert_eq!(list.pictures("images"), [Path::new("images/Abyssinian_201.jpg"), Path::new("images/pug_7.jpg")]);
    let items = ["images/pug_7.jpg", "images/pug_77.jpg", "images/Abyssinian_201.jpg"].map(PathBuf::from);
    let split = list.split(&items).expect("a split");
    assert_eq!((split.train(), split.valid()), (&[1][..], &[0, 2][..]));
    assert_eq!(
        text(&folder, list.split(&items[1..2])),
        "splitter: set/test.txt lists 2 name(s) that no item has, as Abyssinian_201; give all pictures of the list as items, or another \
         list"
    );
    // Errors name splitters as they print: not by 3,669 pets.
    assert_eq!(
        format!("{list:?}").replace(&folder.path().display().to_string(), "set"),
        "OxfordList { file: \"set/test.txt\", pets: 2 }"
    );
}

#[test]
fn oxfords_list_that_is_wrong_says_where() {
    let bad = |list: &str| {
        let folder = folder(&[("list.txt", list.as_bytes())]);
        text(&folder, OxfordList::read(folder.path().join("list.txt")))
    };
    assert_eq!(bad("# pets\n\n"), "annotations: set/list.txt: it lists no pets; check that it is the right file");
    for line in ["pug_1 27 2", "pug_1 27 2 20 1", "pug_1 27 two 20", "pug_1,27,2,20"] {
        assert_eq!(
            bad(&format!("# pets\n{line}\n")),
            format!(
                "annotations: set/list.txt, line 2: {line:?} is not a name and three numbers; write a line as `Abyssinian_100 1 1 1`"
            )
        );
    }
    assert_eq!(
        bad("pug_1 27 2 20\npug_2 27 2 20\npug_1 27 2 20\n"),
        "annotations: set/list.txt, line 3: pug_1 is listed twice; take one out"
    );
}

const RUNS: &[u8] = b"\xef\xbb\xbfImageId,ClassId,EncodedPixels\r\na.png,ship,1 1 3 2\r\na.png,buoy, 6 1 \r\nb,ship,\r\nc.png,ship,-1\r\n\
                      d.png,ship,1 1 3\r\ne.png,shop,1 1\r\nf.png,ship,6 2\r\ng.png,ship,1 6\r\ng.png,buoy,2 3\r\n";

#[test]
fn runs_of_a_table_are_masks() {
    let folder = folder(&[("train.csv", RUNS)]);
    let table = Table::read(folder.path().join("train.csv")).expect("a table");
    let masks = RleMasks::new(table.rows(), "ImageId", "EncodedPixels").expect("masks");
    let sized = masks.clone().with_size(Size::new(3, 2));
    let codes = |masks: &RleMasks, item: &str| {
        let mask: Mask = masks.label(Path::new(item)).expect("a mask");
        mask.codes().to_vec()
    };
    // Down each column: of rows of 3 the places 0, 3, 1, 4, 2, 5.
    assert_eq!(codes(&sized, "train/a.png"), [1, 1, 0, 0, 1, 1]);
    assert_eq!(codes(&sized.clone().with_order(RleOrder::Rows), "train/a.png"), [1, 0, 1, 1, 0, 1]);
    let classes = sized.clone().with_classes("ClassId", Vocab::ordered(["sea", "ship", "buoy"]).expect("a vocab"));
    assert_eq!(codes(&classes, "train/a.png"), [1, 1, 0, 0, 1, 2]);
    // A later row lies over an earlier one.
    assert_eq!(codes(&classes, "g.png"), [1, 2, 1, 2, 2, 1]);
    // Named without its ending; an empty cell; -1.
    assert_eq!((codes(&classes, "b.png"), codes(&classes, "c.png")), (vec![0; 6], vec![0; 6]));
    assert_eq!(codes(&classes.clone().or_none(), "z.png"), [0; 6]);
    // The size of the picture.
    let picture = folder.path().join("a.png");
    RgbImage::new(2, 3).save(&picture).expect("a picture");
    let mask: Mask = masks.label(&*picture).expect("a mask");
    assert_eq!((mask.size(), mask.codes()), (Size::new(2, 3), &[1, 1, 0, 0, 1, 1][..]));

    let refused = |masks: &RleMasks, item: &str| text(&folder, Labeller::<Mask, Path>::label(masks, Path::new(item)));
    assert_eq!(
        refused(&classes, "z.png"),
        "annotations: z.png: the table of its mask has no row of its name; check the column of files, leave the item out, or let items \
         without rows have no mask (`RleMasks::or_none`)"
    );
    assert_eq!(
        refused(&classes, "d.png"),
        "table: set/train.csv, line 6: EncodedPixels: the start 3 has no length after it; mend it, or check the size and the order of the \
         runs"
    );
    assert_eq!(
        refused(&classes, "f.png"),
        "table: set/train.csv, line 8: EncodedPixels: the run `6 2` ends at 7, and a mask of 3×2 has 6 pixels; mend it, or check the \
         size and the order of the runs"
    );
    assert_eq!(
        refused(&classes, "e.png"),
        "table: set/train.csv, line 7: ClassId is \"shop\", which is none of the 3 classes (did you mean \"ship\"?); correct it, or name it \
         in `RleMasks::with_classes`, which takes 255 at most"
    );
    assert!(
        refused(&masks, "nowhere/a.png")
            .starts_with("annotations: nowhere/a.png: the size of its mask cannot be read from it: ")
            && refused(&masks, "nowhere/a.png").ends_with("; give the size of all masks (`RleMasks::with_size`)")
    );
    let column = RleMasks::new(table.rows(), "ImageId", "Pixels");
    assert_eq!(
        text(&folder, column),
        "table: set/train.csv: there is no column \"Pixels\"; name one of ImageId, ClassId, EncodedPixels"
    );
}
