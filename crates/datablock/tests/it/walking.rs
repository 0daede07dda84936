//! The one way into folders: the same files train and are verified, and nothing in a folder stops the walk or hangs it.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, DataBlock, DataError, ImageBlock, ImageFiles, IndexSplitter, OnError, image_files, parent_label,
    verify_images, verify_images_with,
};
use firelight_transforms::{Limits, Resize};

use crate::folder;

fn names(root: &Path) -> Vec<String> {
    let files = image_files(root).expect("files");
    let name =
        |file: &std::path::PathBuf| file.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
    files.iter().map(name).collect()
}

/// F33: endings as fastai writes them.
#[test]
fn endings_may_have_their_dot() {
    let folder = folder::of(&["a.png", "b.jpg", "c.PNG"]);
    for ending in ["png", ".png", ".PNG"] {
        assert_eq!(ImageFiles::new().with_endings([ending]).find(folder.path()).expect("files").len(), 2, "{ending}");
    }
}

#[test]
fn verification_looks_at_what_training_would_read() {
    let folder = folder::of(&["cat/1.png", "cat/2.png", ".hidden/3.png", "cat/.4.png"]);
    std::fs::write(folder.path().join("cat/3.JPG"), "oops").expect("a file");
    std::fs::write(folder.path().join("cat/notes.txt"), "oops").expect("a file");
    std::fs::write(folder.path().join("cat/5.pam"), "oops").expect("a file");
    let found = verify_images(folder.path()).expect("a verification");
    assert_eq!(found.checked, image_files(folder.path()).expect("files").len());
    assert_eq!((found.checked, found.broken.len()), (4, 2));
    let png = ImageFiles::new().with_endings(["png"]);
    let found = verify_images_with(folder.path(), &png, &Limits::default().with_pixels(100)).expect("a verification");
    assert_eq!((found.checked, found.broken.len()), (2, 2), "{found}");
    assert!(matches!(verify_images(folder.path().join("nowhere")), Err(DataError::NoFolder { .. })));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    /// B17, F16, A11: links that would not be taken are passed over, whatever they point to.
    #[test]
    fn a_broken_link_without_a_pictures_name_stops_nothing() {
        let folder = folder::of(&["a.png", "cats/b.png"]);
        let root = folder.path();
        symlink("nobody@host.123:4", root.join(".#a.png")).expect("an editor's lock");
        symlink("nobody@host.123:4", root.join("cats/.#b.png")).expect("an editor's lock");
        symlink("/nowhere/notes.txt", root.join("notes.txt")).expect("a link");
        symlink("/nowhere/cats", root.join("more-cats")).expect("a link");
        symlink("itself.txt", root.join("itself.txt")).expect("a link");
        symlink("b", root.join("a")).expect("a link");
        symlink("a", root.join("b")).expect("a link");
        assert_eq!(names(root), ["a.png", "cats/b.png"]);
        assert!(verify_images(root).expect("a verification").broken.is_empty());
    }

    /// B17, A11: one with a picture's name is an item, whose reading says what is wrong; `Skip` leaves it out.
    #[test]
    fn a_broken_link_with_a_pictures_name_is_the_error_of_one_picture() {
        let folder = folder::of(&["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]);
        let root = folder.path();
        symlink("/nowhere/3.png", root.join("cat/3.png")).expect("a link");
        symlink("4.png", root.join("cat/4.png")).expect("a link to itself");
        assert_eq!(names(root), ["cat/1.png", "cat/2.png", "cat/3.png", "cat/4.png", "dog/1.png", "dog/2.png"]);
        let found =
            verify_images(root).expect("a verification").to_string().replace(&root.display().to_string(), "pets");
        assert_eq!(
            found,
            "6 pictures checked, 2 broken\n\
             read: pets/cat/3.png is a broken link: there is no /nowhere/3.png; mend or remove the link\n\
             read: pets/cat/4.png is a broken link: there is no 4.png; mend or remove the link"
        );
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
            .with_splitter(IndexSplitter::new([0]))
            .with_item_transform(Resize::crop(16));
        let loaders = block.dataloaders(root, &Device::flex()).expect("loaders").with_batch_size(5);
        let error = loaders.one_batch().expect_err("a broken link").to_string();
        assert!(error.contains("is a broken link: there is no"), "{error}");
        let skipping = loaders.with_on_error(OnError::Skip);
        assert_eq!(skipping.one_batch().expect("a batch").len(), 3);
        assert_eq!(skipping.train().skipped().len(), 2);
    }

    /// F16: linked folders and files are followed, by both functions, and no circle is walked.
    #[test]
    fn links_to_folders_and_files_are_followed_but_not_in_circles() {
        let far = folder::of(&["1.png", "deep/2.png"]);
        let folder = folder::of(&["a/x.png", "b/y.png"]);
        let root = folder.path();
        symlink(far.path(), root.join("far")).expect("a link");
        symlink(far.path().join("1.png"), root.join("one.png")).expect("a link");
        symlink(".", root.join("here")).expect("a link");
        symlink("..", root.join("a/up")).expect("a link");
        symlink("../b", root.join("a/to-b")).expect("a link");
        symlink("../a", root.join("b/to-a")).expect("a link");
        symlink(root, far.path().join("deep/back")).expect("a link");
        assert_eq!(
            names(root),
            ["a/to-b/y.png", "a/x.png", "b/to-a/x.png", "b/y.png", "far/1.png", "far/deep/2.png", "one.png"]
        );
        assert_eq!(verify_images(root).expect("a verification").checked, 7);
        // The filter by folder goes by the link's own name.
        let only = ImageFiles::new().in_folders(["far"]).find(root).expect("files");
        assert_eq!(only.len(), 2);
        symlink("/nowhere", root.join("other")).expect("a link");
        assert_eq!(ImageFiles::new().recursive(false).find(root).expect("files").len(), 1);
    }

    /// Every picture of a folder that a link shows again is found twice, and would train and validate.
    #[test]
    fn a_file_that_is_found_twice_through_a_link_is_refused_by_the_recipe() {
        let folder = folder::of(&["run3/pug_1.png", "run3/pug_2.png", "run3/cat_3.png"]);
        let root = folder.path();
        symlink("run3", root.join("current")).expect("a link");
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(|_: &Path| Ok("pug".to_owned())))
            .with_splitter(IndexSplitter::new([0]));
        let text = |text: String| text.replace(&root.display().to_string(), "data");
        let refused = |block: &DataBlock<_, _>| {
            let error = block.dataloaders(root, &Device::flex()).map(drop).expect_err("refused").to_string();
            assert_eq!(block.summary(root, &Device::flex()).to_string(), format!("\nstopped: {error}\n"));
            text(error)
        };
        let say = |first: &str, second: &str| {
            format!(
                "items: data/{first} and data/{second} are one file, by a link, which could train and validate; leave one of \
                 them out, as with `ImageFiles::in_folders`, or remove the link"
            )
        };
        assert_eq!(names(root).len(), 6);
        assert_eq!(refused(&block), say("current/cat_3.png", "run3/cat_3.png"));
        // The remedy is one.
        let one = block.clone().with_files(ImageFiles::new().in_folders(["current"]));
        assert!(one.dataloaders(root, &Device::flex()).is_ok());
        // A link to a file, and two links to one elsewhere.
        std::fs::remove_file(root.join("current")).expect("removed");
        assert!(block.dataloaders(root, &Device::flex()).is_ok());
        symlink("run3/pug_2.png", root.join("best.png")).expect("a link");
        assert_eq!(refused(&block), say("best.png", "run3/pug_2.png"));
        let far = folder::of(&["far.png"]);
        std::fs::remove_file(root.join("best.png")).expect("removed");
        symlink(far.path().join("far.png"), root.join("run3/a.png")).expect("a link");
        assert!(block.dataloaders(root, &Device::flex()).is_ok());
        symlink(far.path().join("far.png"), root.join("run3/b.png")).expect("a link");
        assert_eq!(refused(&block), say("run3/a.png", "run3/b.png"));
    }

    /// The same of a list, whichever of its parts is a link.
    #[test]
    fn a_list_with_a_file_twice_behind_a_link_is_refused() {
        let folder = folder::of(&["run3/pug_1.png", "run3/pug_2.png", "run3/deep/cat_3.png"]);
        let root = folder.path();
        symlink("run3", root.join("current")).expect("a link");
        symlink("run3/pug_2.png", root.join("best.png")).expect("a link");
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(|_: &Path| Ok("pug".to_owned())))
            .with_splitter(IndexSplitter::new([0]));
        let of = |names: &[&str]| {
            let items: Vec<_> = names.iter().map(|name| root.join(name)).collect();
            block.dataloaders_of(&items, &Device::flex()).map(drop)
        };
        for twice in [
            ["run3/pug_1.png", "current/pug_1.png"],
            ["run3/deep/cat_3.png", "current/deep/cat_3.png"],
            ["current/deep/../pug_1.png", "run3/pug_1.png"],
            ["best.png", "current/pug_2.png"],
        ] {
            let error = of(&[twice[0], "another.png", twice[1]]).expect_err("refused");
            let DataError::Linked { paths } = error else { panic!("{error}") };
            assert_eq!(paths, twice.map(|name| root.join(name)));
        }
        assert!(of(&["run3/pug_1.png", "current/pug_2.png", "run3/deep/cat_3.png"]).is_ok());
    }

    /// What cannot be looked at is not known to be away; root may do anything, so that no permission is needed here.
    #[test]
    fn a_link_that_cannot_be_followed_is_named_with_the_reason() {
        let long = "x".repeat(300);
        for (name, target, why) in [
            ("inside.png", "notes.txt/1.png", "Not a directory"),
            ("inside", "notes.txt/cats", "Not a directory"),
            ("long.png", &long, "File name too long"),
        ] {
            let folder = folder::of(&["a.png"]);
            std::fs::write(folder.path().join("notes.txt"), "").expect("a file");
            symlink(target, folder.path().join(name)).expect("a link");
            let error = image_files(folder.path()).expect_err("unreadable").to_string();
            let start = format!("source: cannot read {}: {why}", folder.path().join(name).display());
            assert!(error.starts_with(&start), "{error}");
        }
    }

    /// A10, F32: pipes, sockets and devices are no pictures, whatever they are called, also behind a link.
    #[test]
    fn pipes_sockets_and_devices_are_passed_over() {
        let folder = folder::of(&["a.png"]);
        let root = folder.path();
        let made = Command::new("mkfifo").arg(root.join("pipe.png")).status().expect("mkfifo");
        assert!(made.success());
        symlink("pipe.png", root.join("to-pipe.png")).expect("a link");
        symlink("/dev/zero", root.join("zero.png")).expect("a link");
        let _listener = UnixListener::bind(root.join("socket.png")).expect("a socket");
        std::fs::create_dir(root.join("folder.png")).expect("a folder");
        assert_eq!(names(root), ["a.png"]);
        assert_eq!(verify_images(root).expect("a verification").to_string(), "1 pictures checked, 0 broken");
    }

    /// A10: one that takes a picture's place later is refused, not waited for.
    #[test]
    fn a_pipe_in_a_pictures_place_is_an_error_of_its_batch() {
        let folder = folder::of(&["cat/1.png", "cat/2.png", "dog/1.png"]);
        let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
            .with_splitter(IndexSplitter::new([0]))
            .with_item_transform(Resize::crop(16));
        let loaders = block.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(2);
        std::fs::remove_file(folder.path().join("cat/2.png")).expect("removed");
        assert!(Command::new("mkfifo").arg(folder.path().join("cat/2.png")).status().expect("mkfifo").success());
        let error = loaders.one_batch().expect_err("a pipe").to_string();
        assert!(error.ends_with(
            "cat/2.png is a pipe, and pictures are read from regular files alone; remove it, or leave it out"
        ));
        assert_eq!(loaders.with_on_error(OnError::Skip).one_batch().expect("a batch").len(), 1);
    }

    #[test]
    fn a_folder_that_may_not_be_listed_is_named() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder::of(&["a.png", "closed/b.png"]);
        let closed = folder.path().join("closed");
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("permissions");
        let found = image_files(folder.path());
        // Root may list anything.
        let may = std::fs::read_dir(&closed).is_ok();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).expect("permissions");
        match found {
            Ok(files) => assert!(may && files.len() == 2),
            Err(error) => assert!(!may && error.to_string().starts_with("source: cannot read"), "{error}"),
        }
    }
}
