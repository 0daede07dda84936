//! Files of weights that a stranger made to be larger than they are.

use std::fs;
use std::path::Path;

use firelight_models::Arch;
use firelight_models::weights::{Checkpoint, load_classifier};
use flate2::Crc;

use crate::models::device;
use crate::weights::{published, write_safetensors};

/// A tensor of any shape over one stored number, as `torch.zeros(1).expand(shape)` is saved: a pickle of a dictionary with one entry.
fn pickled(name: &str, shape: &[u32]) -> Vec<u8> {
    let text = |text: &str| [&[b'X'][..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let tuple = |numbers: Vec<u32>| {
        let numbers = numbers.iter().flat_map(|number| [&[b'J'][..], &number.to_le_bytes()].concat());
        [b"(".to_vec(), numbers.collect(), b"t".to_vec()].concat()
    };
    let storage = [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), b"K\x01tQ"];
    [
        &b"\x80\x02}("[..],
        &text(name),
        b"ctorch._utils\n_rebuild_tensor_v2\n(",
        &storage.concat(),
        b"K\0",
        &tuple(shape.to_vec()),
        &tuple(vec![0; shape.len()]),
        b"\x89ccollections\nOrderedDict\n)RtRu.",
    ]
    .concat()
}

/// A zip archive of stored files, as torch writes it.
fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let (start, mut crc) = (archive.len() as u32, Crc::new());
        crc.update(bytes);
        let length = (bytes.len() as u32).to_le_bytes();
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &crc.sum().to_le_bytes(),
            &length,
            &length,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        archive.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10], &start.to_le_bytes(), name.as_bytes()].concat());
    }
    let (count, start) = ((files.len() as u16).to_le_bytes(), (archive.len() as u32).to_le_bytes());
    let length = (directory.len() as u32).to_le_bytes();
    [&archive[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &length, &start, &[0, 0]].concat()
}

fn pth(path: &Path, name: &str, shape: &[u32]) {
    let files = [("a/data.pkl", pickled(name, shape)), ("a/version", b"3\n".to_vec()), ("a/data/0", vec![0; 4])];
    fs::write(path, zip(&files)).expect("a file");
}

/// A17: a file of a thousand bytes had a last layer of a thousand million classes, and memory was given to it.
#[test]
fn no_tensor_is_larger_than_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("resnet18.pth");
    pth(&path, "fc.bias", &[1]);
    let whole = Checkpoint::open(&path).expect("a file of one number");
    assert_eq!(whole.tensors().collect::<Vec<_>>(), [("fc.bias", vec![1])]);
    for shape in [&[1_000_000_000][..], &[2_000_000_000, 2_000_000_000], &[100_000, 512], &[1000, 512]] {
        for name in ["fc.bias", "fc.weight", "conv1.weight"] {
            pth(&path, name, shape);
            let said = Checkpoint::open(&path).expect_err("larger than its file").to_string();
            // Of what is absurd, burn's own reader says that it is.
            let ours = said.contains(&format!("{name} is {shape:?}")) && said.contains("the file has");
            assert!(ours || shape.len() == 2 && said.contains("are damaged"), "{said}");
            load_classifier(Arch::ResNet18, &path, &device()).map(drop).expect_err("larger than its file");
        }
    }
}

/// Without weights for it, a last layer has as many classes as published ones.
#[test]
fn a_bias_alone_makes_no_classes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("resnet18.safetensors");
    let mut tensors = published(Arch::ResNet18, folder.path());
    tensors.retain(|(name, _)| !name.starts_with("fc."));
    tensors.push(("fc.bias".into(), vec![60_000]));
    write_safetensors(&path, &tensors, "F32");
    let said = load_classifier(Arch::ResNet18, &path, &device()).map(drop).expect_err("no weights").to_string();
    assert!(said.contains("fc.weight"), "{said}");
    assert!(said.contains("1000"), "{said}");
}

/// A17: three hundred thousand empty tensors took seconds.
#[test]
fn a_header_of_megabytes_is_no_file_of_weights() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("many.safetensors");
    let tensors: Vec<(String, Vec<usize>)> = (0..300_000).map(|number| (format!("t{number}"), vec![0])).collect();
    write_safetensors(&path, &tensors, "F32");
    let said = Checkpoint::open(&path).expect_err("too many").to_string();
    assert!(said.contains("is not a file of weights"), "{said}");
}

/// A10: what is no file is not waited for.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_file_of_weights() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("resnet18-f37072fd.pth");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    let said = Checkpoint::open(&path).expect_err("a pipe").to_string();
    assert!(said.contains("it is a pipe, and no file"), "{said}");
}

/// A17: 90 MB of pickle took 7.6 GB. What tensors take, and files of lists do not, is read.
#[test]
fn a_pickle_is_no_longer_than_what_it_says_of_tensors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pushes.pth");
    let long = [&b"\x80\x02"[..], &vec![b']'; 1 << 20], b"."].concat();
    let zipped = zip(&[("a/data.pkl", long.clone()), ("a/version", b"3\n".to_vec())]);
    let legacy = [&b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."[..], b"\x80\x02}.", &long].concat();
    for bytes in [&zipped, &legacy, &long] {
        fs::write(&path, bytes).expect("a file");
        let said = Checkpoint::open(&path).expect_err("long").to_string();
        assert!(said.ends_with("a pickle of over a megabyte beside its numbers, more than tensors take; save its `state_dict()` alone, or as safetensors"), "{said}");
    }
    // Of one that is shorter: what is wrong with it then is for its reader to say.
    fs::write(&path, [&long[..1000], b"."].concat()).expect("a file");
    let said = Checkpoint::open(&path).expect_err("no weights").to_string();
    assert!(!said.contains("over a megabyte"), "{said}");
}
