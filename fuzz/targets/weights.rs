//! Weights of other programs, `.pth` and safetensors: names, shapes and numbers.

#![no_main]

use firelight::models::weights::Checkpoint;
use firelight_fuzz::model::MODEL;
use firelight_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

/// The most numbers of a tensor that is read.
const MOST: usize = 1 << 20;

/// Tensors of one number, as torch saves them: a pickle of a dictionary, alone and in a zip archive.
fn pickled() -> Vec<u8> {
    let text = |text: &str| [&[b'X'][..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let storage =
        [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), b"K\x01tQ"].concat();
    let start = [&b"\x80\x02}("[..], &text("fc.bias"), b"ctorch._utils\n_rebuild_tensor_v2\n("].concat();
    [&start[..], &storage, b"K\0(K\x01t(K\x01t\x89ccollections\nOrderedDict\n)RtRu."].concat()
}

/// An archive of stored files.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let (start, mut crc) = (archive.len() as u32, flate2::Crc::new());
        crc.update(bytes);
        let length = (bytes.len() as u32).to_le_bytes();
        let name_length = (name.len() as u16).to_le_bytes();
        let common =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc.sum().to_le_bytes(), &length, &length, &name_length, &[0, 0]]
                .concat();
        archive.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10], &start.to_le_bytes(), name.as_bytes()].concat());
    }
    let (count, start) = ((files.len() as u16).to_le_bytes(), (archive.len() as u32).to_le_bytes());
    let length = (directory.len() as u32).to_le_bytes();
    [&archive[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &length, &start, &[0, 0]].concat()
}

fn seeds() -> Vec<Vec<u8>> {
    let pickle = pickled();
    let torch = zipped(&[("a/data.pkl", &pickle), ("a/version", b"3\n"), ("a/data/0", &[0; 4])]);
    let legacy = [
        &b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}."[..],
        &pickle,
        b"\x80\x02]X\x01\0\0\x000a.",
    ]
    .concat();
    let safetensors = br#"{"fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let safetensors = [&(safetensors.len() as u64).to_le_bytes()[..], safetensors, &[0; 4]].concat();
    let many = [&(MODEL.head.len() as u64).to_le_bytes()[..], &MODEL.head, &[0; 64]].concat();
    vec![torch, legacy, pickle, safetensors, many]
}

fuzz_target!(init: begin("weights", &seeds()), |data: &[u8]| {
    let Ok(checkpoint) = Checkpoint::open(file("weights.pth", data)) else { return };
    let tensors = checkpoint.tensors().filter(|(_, shape)| shape.iter().product::<usize>() < MOST);
    let names: Vec<String> = tensors.map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let _ = checkpoint.read(&name);
    }
});
