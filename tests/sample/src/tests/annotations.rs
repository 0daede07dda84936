use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use image::{GrayImage, ImageFormat};

use super::super::breed::{BREEDS, Species};
use super::super::{draw, layout};
use super::{contents, told, whole};

/// The numbers between `<name>` and `</name>`, in order.
pub fn numbers(xml: &str, name: &str) -> Vec<u32> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().parse().unwrap()).collect()
}

/// Whether every tag is closed in its turn.
pub fn well_formed(xml: &str) -> bool {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        match tag.strip_prefix('/') {
            Some(closed) if open.pop() != Some(closed) => return false,
            Some(_) => {}
            None => open.push(tag),
        }
    }
    open.is_empty()
}

/// Rows of `eyes.csv` by file: left x and y, right x and y.
fn eyes(annotations: &Path) -> BTreeMap<String, Vec<Option<f32>>> {
    let table = fs::read_to_string(annotations.join("eyes.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("file,left_x,left_y,right_x,right_y"));
    let row = |line: &str| {
        let mut cells = line.split(',');
        let file = cells.next().unwrap().to_owned();
        (file, cells.map(|cell| (!cell.is_empty()).then(|| cell.parse().unwrap())).collect())
    };
    lines.map(row).collect()
}

fn share(trimap: &GrayImage, code: u8) -> f32 {
    trimap.pixels().filter(|pixel| pixel.0[0] == code).count() as f32 / trimap.pixels().len() as f32
}

#[test]
fn masks_boxes_and_eyes_fit_their_pictures() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    let count = draw(&folder, 12, 3).unwrap();
    let annotations = layout::annotations(&folder);
    assert_eq!(annotations, home.path().join("set-annotations"));
    let eyes = eyes(&annotations);
    let (mut seen, mut animals) = (0, 0.0);
    for (breed, species) in BREEDS {
        for number in 1..=12 {
            let name = format!("{breed}_{number}");
            let picture = image::open(folder.join(format!("{name}.jpg"))).unwrap();
            let png = fs::read(annotations.join(format!("trimaps/{name}.png"))).unwrap();
            let trimap = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            let trimap = trimap.as_luma8().expect("8-bit grey");
            assert_eq!(trimap.dimensions(), (picture.width(), picture.height()), "{name}");
            assert!(trimap.pixels().all(|pixel| (1..=3).contains(&pixel.0[0])), "{name}");
            // An animal fills from a twentieth of its picture to nearly all of it.
            assert!((0.05..0.9).contains(&share(trimap, 1)) && share(trimap, 2) > 0.03, "{name}");
            assert!((0.01..0.35).contains(&share(trimap, 3)), "{name}");
            animals += share(trimap, 1) / count as f32;

            let xml = fs::read_to_string(annotations.join(format!("xmls/{name}.xml"))).unwrap();
            assert!(well_formed(&xml), "{xml}");
            assert!(xml.contains(&format!("<filename>{name}.jpg</filename>")), "{xml}");
            assert!(
                xml.contains(if species == Species::Cat { "<name>cat</name>" } else { "<name>dog</name>" }),
                "{xml}"
            );
            let one = |tag| numbers(&xml, tag)[0];
            assert_eq!((one("width"), one("height"), one("depth")), (picture.width(), picture.height(), 3));
            let (left, top, right, bottom) = (one("xmin"), one("ymin"), one("xmax"), one("ymax"));
            assert!(1 <= left && left < right && right <= picture.width(), "{xml}");
            assert!(1 <= top && top < bottom && bottom <= picture.height(), "{xml}");
            let at_edge = left == 1 || top == 1 || right == picture.width() || bottom == picture.height();
            assert_eq!(one("truncated"), u32::from(at_edge), "{xml}");
            let of_animal = (left..=right).flat_map(|x| (top..=bottom).map(move |y| (x - 1, y - 1)));
            assert!(
                of_animal.filter(|&(x, y)| trimap.get_pixel(x, y).0[0] == 1).count() > 60,
                "{name}: a head is animal"
            );

            let cells = &eyes[&format!("{name}.jpg")];
            for eye in cells.chunks(2) {
                if let [Some(x), Some(y)] = *eye {
                    let inside =
                        (left - 1) as f32 <= x && x <= right as f32 && (top - 1) as f32 <= y && y <= bottom as f32;
                    assert!(inside && trimap.get_pixel(x as u32, y as u32).0[0] != 2, "{name}: {eye:?} in {xml}");
                    seen += 1;
                } else {
                    assert_eq!(*eye, [None, None], "{name}");
                }
            }
            if let [Some(left), _, Some(right), _] = cells[..] {
                assert!(left < right, "{name}");
            }
        }
    }
    assert_eq!((count, eyes.len()), (120, 120));
    assert!(seen > 220, "{seen} of 240 eyes");
    assert!((0.25..0.55).contains(&animals), "animals are {animals} of the pictures");
}

#[test]
fn the_list_counts_classes_and_breeds_of_a_species() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 2, 1).unwrap();
    let list = fs::read_to_string(layout::annotations(&folder).join("list.txt")).unwrap();
    assert_eq!(list.lines().next(), Some("#Image CLASS-ID SPECIES BREED ID"));
    let rows: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), 20);
    assert_eq!(rows[..3], ["Bengal_1 1 1 1", "Bengal_2 1 1 1", "Birman_1 2 1 2"]);
    assert_eq!(rows[9..11], ["Siamese_2 5 1 5", "basset_hound_1 6 2 1"]);
    assert_eq!(rows[19], "shiba_inu_2 10 2 5");
}

#[test]
fn a_set_without_its_annotations_or_with_a_torn_one_is_drawn_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("set");
    draw(&folder, 1, 1).unwrap();
    let annotations = layout::annotations(&folder);
    let first = whole(&folder);
    fs::remove_dir_all(&annotations).unwrap();
    draw(&folder, 1, 1).unwrap();
    assert_eq!(whole(&folder), first);
    for name in ["trimaps/pug_1.png", "xmls/pug_1.xml", "eyes.csv", "list.txt"] {
        fs::write(annotations.join(name), "half").unwrap();
        draw(&folder, 1, 1).unwrap();
        assert_eq!(whole(&folder), first, "{name}");
        fs::remove_file(annotations.join(name)).unwrap();
        draw(&folder, 1, 1).unwrap();
        assert_eq!(whole(&folder), first, "{name}");
    }
}

#[test]
fn foreign_files_among_annotations_are_never_replaced() {
    for place in ["set-annotations", "set-annotations/trimaps", "set-annotations/xmls"] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("set");
        let inside = home.path().join(place);
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("notes.txt"), "mine").unwrap();
        let error = draw(&folder, 1, 1).unwrap_err();
        assert_eq!(
            told(&error, home.path()),
            format!(
                "the folder HOME/{place} holds \"notes.txt\", which is not a sample annotation; \
                 move it away or choose another folder for the sample set"
            )
        );
        assert!(!folder.exists() && contents(&inside).len() == 1);
    }
}
