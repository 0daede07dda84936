use std::path::{Path, PathBuf};

use firelight_datablock::{ImageFiles, image_files};

use crate::folder;

fn relative(root: &Path, files: &[PathBuf]) -> Vec<String> {
    let part = |file: &PathBuf| file.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    files.iter().map(part).collect()
}

/// The tree of fastai's own test of `get_image_files`.
fn tree() -> tempfile::TempDir {
    let names = ["a.png", ".h.png", "B.PNG", "train/c.png", ".git/d.png", "valid/e.png"];
    let tree = folder::of(&names);
    std::fs::write(tree.path().join("x.txt"), "no picture").expect("a file");
    tree
}

#[test]
fn files_are_found_below_the_root_in_one_order_without_the_hidden_ones() {
    let tree = tree();
    let files = image_files(tree.path()).expect("files");
    assert_eq!(relative(tree.path(), &files), ["B.PNG", "a.png", "train/c.png", "valid/e.png"]);
}

#[test]
fn a_folder_filter_leaves_out_the_roots_own_files() {
    let tree = tree();
    let in_folders = |folders: &[&str]| {
        let found = ImageFiles::new().in_folders(folders.iter().copied()).find(tree.path());
        found.map(|files| relative(tree.path(), &files))
    };
    assert_eq!(in_folders(&["train"]).expect("files"), ["train/c.png"]);
    assert_eq!(in_folders(&["train", "."]).expect("files"), ["B.PNG", "a.png", "train/c.png"]);
    assert!(in_folders(&["training"]).is_err());
}

#[test]
fn without_recursion_only_the_roots_own_files_are_found() {
    let tree = tree();
    let files = ImageFiles::new().recursive(false).find(tree.path()).expect("files");
    assert_eq!(relative(tree.path(), &files), ["B.PNG", "a.png"]);
}
