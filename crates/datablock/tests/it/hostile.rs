//! Tables and annotations that a stranger made: what is no file is not waited for, and no size is believed.

use std::path::Path;

use firelight_datablock::{
    Coco, DataError, FileSplitter, Labeller, OxfordList, RleMasks, Splitter, Table, VocAnnotation,
};
use firelight_transforms::Size;

/// A10: a program that waits for a pipe's writer would hang here.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_no_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let (pipe, zeros) = (folder.path().join("pipe.csv"), folder.path().join("zeros.csv"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    std::os::unix::fs::symlink("/dev/zero", &zeros).expect("a link");
    for (path, what) in [(&pipe, "a pipe"), (&zeros, "a device"), (&folder.path().to_owned(), "a folder")] {
        let refused: [Result<(), DataError>; 5] = [
            Table::read(path).map(drop),
            Coco::read(path).map(drop),
            VocAnnotation::read(path).map(drop),
            OxfordList::read(path).map(drop),
            FileSplitter::new(path).split(&["1.png".into()]).map(drop),
        ];
        for refused in refused {
            let said = refused.expect_err("refused");
            assert!(matches!(said, DataError::Unreadable { .. }), "{said}");
            assert!(said.to_string().contains(&format!("it is {what}, and no file")), "{said}");
        }
    }
}

/// Memory is given to a mask by its size, which is a number in a file.
#[test]
fn no_size_is_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("instances.json");
    for (width, height, is_read) in [(16_384, 16_384, true), (16_385, 16_384, false), (u32::MAX, u32::MAX, false)] {
        let text = format!(
            r#"{{"images": [{{"id": 9, "file_name": "9.jpg", "width": {width}, "height": {height}}}], "annotations": [], "categories": []}}"#
        );
        std::fs::write(&file, text).expect("a file");
        let read = Coco::read(&file);
        assert_eq!(read.is_ok(), is_read, "{width}×{height}");
        if let Err(said) = read {
            let said = said.to_string();
            assert!(said.contains("9.jpg") && said.contains("has more than 268435456 pixels"), "{said}");
        }
    }

    let table = folder.path().join("train.csv");
    std::fs::write(&table, "ImageId,EncodedPixels\n17.png,1 1\n").expect("a file");
    let masks =
        || RleMasks::new(Table::read(&table).expect("a table").rows(), "ImageId", "EncodedPixels").expect("masks");
    let said = masks().with_size(Size::new(u32::MAX, 9)).label(Path::new("17.png")).expect_err("refused").to_string();
    assert!(said.contains("has more than 268435456 pixels"), "{said}");
    // A picture of nothing but a head, which says the size.
    let picture = folder.path().join("17.png");
    let head = [&b"IHDR"[..], &u32::MAX.to_be_bytes()[..], &9_u32.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let bytes = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &head, &[0; 4], &[0; 12]].concat();
    std::fs::write(&picture, bytes).expect("a file");
    let said = masks().label(picture.as_path()).expect_err("refused").to_string();
    assert!(said.contains("17.png"), "{said}");
}
