//! Known data sets and weights.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use firelight_download::datasets::{
    IMAGENETTE, IMAGEWOOF, PictureSize, PublishedDataset, WordNetClass, imagenette_in, imagewoof_in, oxford_pets_in,
};
use firelight_download::{Checksum, DownloadError, home, weights};
use tempfile::TempDir;

use crate::archive::{Tarball, listing, md5};
use crate::server::{Reply, Server};

#[test]
fn a_data_set_is_fetched_unpacked_and_then_there() {
    let images = Tarball::new().folder("images").file("images/pug_1.jpg", b"pug").bytes();
    let notes = Tarball::new().file("annotations/list.txt", b"pug_1 1 2 1").file("._annotations", b"").bytes();
    let files: [(&str, &[u8]); 2] = [("/v1/images.tar.gz", &images), ("/v1/annotations.tar.gz", &notes)];
    let server = Server::new(&files, [Reply::good().broken_after(20), Reply::good()]);
    let home = TempDir::new().unwrap();
    let pets = PublishedDataset::new("small-pets", server.url("/v1/"))
        .with_archive("images.tar.gz", "images", Checksum::md5(md5(&images)))
        .with_archive("annotations.tar.gz", "annotations", Checksum::md5(md5(&notes)));
    for _ in 0..2 {
        let root = pets.fetch(home.path()).unwrap();
        assert_eq!(root, home.path().join("datasets/small-pets"));
        let expected = ["annotations/", "annotations/list.txt", "images/", "images/pug_1.jpg"];
        assert_eq!(listing(&root), expected);
        assert_eq!(server.requests().len(), 3);
    }
    // one folder gone: its archive is still there, and no request is needed
    fs::remove_dir_all(home.path().join("datasets/small-pets/images")).unwrap();
    assert!(pets.fetch(home.path()).unwrap().join("images/pug_1.jpg").is_file());
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_archive_with_a_wrong_digest_is_not_unpacked() {
    let images = Tarball::new().file("images/pug_1.jpg", b"pug").bytes();
    let server = Server::new(&[("/images.tar.gz", &images)], []);
    let home = TempDir::new().unwrap();
    let pets = PublishedDataset::new("small-pets", server.url("")).with_archive(
        "images.tar.gz",
        "images",
        Checksum::md5("0".repeat(32)),
    );
    assert!(matches!(pets.fetch(home.path()), Err(DownloadError::WrongDigest { .. })));
    assert_eq!(listing(home.path()), ["archives/", "archives/small-pets/"]);
}

#[test]
fn the_pets_come_from_oxford_and_stay() {
    let [images, annotations] = &PublishedDataset::oxford_pets().downloads()[..] else { panic!("two archives") };
    assert_eq!(images.url, "https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz");
    assert_eq!(images.checksum.to_string(), "md5 5c4f3ee8e5d25df40f4fd59a7f44e54c");
    assert_eq!(annotations.url, "https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz");
    assert_eq!(annotations.checksum.to_string(), "md5 95a8c909bbe2e81eed6a22bccdf3f68f");

    let home = TempDir::new().unwrap();
    let root = home.path().join("datasets/oxford-iiit-pet");
    for folder in ["images", "annotations"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    assert_eq!(oxford_pets_in(home.path()).unwrap(), root);
}

#[test]
fn ten_classes_of_imagenet_come_in_three_sizes() {
    let home = TempDir::new().unwrap();
    for (size, folders) in [
        (PictureSize::Full, ["imagenette2", "imagewoof2"]),
        (PictureSize::Px320, ["imagenette2-320", "imagewoof2-320"]),
        (PictureSize::Px160, ["imagenette2-160", "imagewoof2-160"]),
    ] {
        for (set, folder) in [PublishedDataset::imagenette(size), PublishedDataset::imagewoof(size)].iter().zip(folders)
        {
            let [archive] = &set.downloads()[..] else { panic!("one archive") };
            assert_eq!(archive.url, format!("https://s3.amazonaws.com/fast-ai-imageclas/{folder}.tgz"));
        }
        // Placed by hand, they are taken as they are.
        let place = |name: &str, folder| home.path().join("datasets").join(name).join(folder);
        let roots = [place("imagenette", folders[0]), place("imagewoof", folders[1])];
        for root in &roots {
            fs::create_dir_all(root).unwrap();
        }
        assert_eq!([imagenette_in(home.path(), size).unwrap(), imagewoof_in(home.path(), size).unwrap()], roots);
    }
}

#[test]
fn what_a_server_sends_as_imagenette_is_checked() {
    let archive = Tarball::new().file("imagenette2-160/train/n01440764/1.JPEG", b"tench").bytes();
    let server = Server::new(&[("/imagenette2-160.tgz", &archive)], []);
    let set = PublishedDataset::imagenette(PictureSize::Px160).with_base_url(server.url(""));
    let home = TempDir::new().unwrap();
    let refused = set.fetch(home.path()).unwrap_err().to_string();
    assert!(refused.contains("e793b78cc4c9e9a4ccc0c1155377a412"), "{refused}");
    assert_eq!(listing(home.path()), ["archives/", "archives/imagenette/"]);
}

#[test]
fn twenty_classes_have_names_of_their_own_and_one_way_up_each() {
    let classes: Vec<_> = IMAGENETTE.into_iter().chain(IMAGEWOOF).collect();
    let names: BTreeSet<_> = classes.iter().map(WordNetClass::name).collect();
    let folders: BTreeSet<_> = classes.iter().map(|class| class.folder).collect();
    assert_eq!((names.len(), folders.len()), (20, 20));
    assert_eq!((IMAGENETTE[1].name(), IMAGEWOOF[9].name()), ("English springer", "dingo"));
    let mut parents = BTreeMap::new();
    for class in &classes {
        let nodes: Vec<_> = class.path.split('/').collect();
        for pair in nodes.windows(2) {
            assert_eq!(*parents.entry(pair[1]).or_insert(pair[0]), pair[0], "above {}", pair[1]);
        }
    }
    assert_eq!((parents["beagle"], parents["dog"], parents["vertebrate"]), ("hound", "canine", "chordate"));
}

#[test]
fn torchvision_weights_are_found_by_architecture() {
    let file = |name: &str| weights::find(name).unwrap().download().file_name;
    for (name, expected) in [
        ("resnet18", "resnet18-f37072fd.pth"),
        ("resnet34", "resnet34-b627a593.pth"),
        ("resnet50", "resnet50-11ad3fa6.pth"),
        ("resnet50.v1", "resnet50-0676ba61.pth"),
        ("resnet101", "resnet101-63fe2227.pth"),
        ("resnet101.v2", "resnet101-cd907fc2.pth"),
        ("wide_resnet50_2.v2", "wide_resnet50_2-9ba9bcbe.pth"),
    ] {
        assert_eq!(file(name), expected);
    }
    let all = weights::TORCHVISION.map(|weights| weights.sha256_prefix);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    let download = weights::find("resnet50").unwrap().download();
    assert_eq!(download.url, "https://download.pytorch.org/models/resnet50-11ad3fa6.pth");
    assert_eq!(download.checksum, Checksum::sha256_prefix("11ad3fa6"));
    let said = weights::torchvision("resnet99").unwrap_err().to_string();
    assert!(
        said.starts_with("no pretrained weights are known for `resnet99`; known are resnet18.v1, resnet34.v1,"),
        "{said}"
    );
    assert!(weights::find("resnet18.v2").is_err());
}

/// For the test below, which runs this one alone in environments of its own.
#[test]
fn home_is_said() {
    println!("home: {}", home().expect("a home").display());
}

#[test]
fn home_follows_the_environment() {
    let home = |variables: &[(&str, &str)]| {
        let mut program = Command::new(std::env::current_exe().expect("this program"));
        program.args(["--exact", "datasets::home_is_said", "--nocapture"]).env_clear();
        let output = program.envs(variables.iter().copied()).output().expect("a run");
        let said = String::from_utf8(output.stdout).expect("text");
        said.split_once("home: ").and_then(|(_, home)| home.lines().next()).expect("a line").to_owned()
    };
    let elsewhere = ("XDG_CACHE_HOME", "/cache");
    let user = ("HOME", "/home/ada");
    assert_eq!(home(&[("FIRELIGHT_HOME", "/data"), elsewhere, user]), "/data");
    if cfg!(target_os = "linux") {
        assert_eq!(home(&[("FIRELIGHT_HOME", ""), elsewhere, user]), "/cache/firelight");
        assert_eq!(home(&[("XDG_CACHE_HOME", "relative"), user]), "/home/ada/.cache/firelight");
    }
}
