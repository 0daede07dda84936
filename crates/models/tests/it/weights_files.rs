//! Files that are no weights, damaged ones, and those of other libraries.

use std::fs;

use firelight_models::Arch;
use firelight_models::weights::{Checkpoint, load_body};
use sha2::{Digest, Sha256};

use crate::models::device;
use crate::weights::{published, reference, refusal, write_safetensors};

#[test]
fn weights_that_are_no_finite_numbers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lite0.safetensors");
    let tensors = published(Arch::EfficientNetLite0, folder.path());
    write_safetensors(&path, &tensors, "F32");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let name = &tensors.last().unwrap().0;
    let expected = format!("weights lite0.safetensors are damaged: {name} holds NaN; download the file again");
    assert_eq!(refusal(Arch::EfficientNetLite0, &path), expected);
    write_safetensors(&path, &tensors, "I64");
    let expected = "weights lite0.safetensors are damaged: _conv_stem.weight holds i64 values where weights should be; \
                    download the file again";
    assert_eq!(refusal(Arch::EfficientNetLite0, &path), expected);
}

#[test]
fn other_files_are_called_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("resnet18.pth");
    let said = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        refusal(Arch::ResNet18, &path)
    };
    assert_eq!(said(b""), "resnet18.pth is not a file of weights but empty; download it again");
    assert_eq!(
        said(b"\n<!DOCTYPE html><html>404</html>"),
        "resnet18.pth is not a file of weights but a web page; open the address in a browser to see what the server says, \
         and download the file itself"
    );
    assert_eq!(
        said(b"version https://git-lfs.github.com/spec/v1\noid sha256:00"),
        "resnet18.pth is not a file of weights but a Git LFS pointer; fetch the file itself with `git lfs pull`"
    );
    assert_eq!(
        said(b"these are not weights"),
        "resnet18.pth is not a file of weights but something else; give a PyTorch file (.pth, .pt) or a safetensors file"
    );
    assert_eq!(
        refusal(Arch::ResNet18, &folder.path().join("absent.pth")),
        "cannot read weights absent.pth: No such file or directory (os error 2); check the path and its permissions"
    );
}

#[test]
fn a_digest_in_the_name_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain.safetensors");
    write_safetensors(&plain, &published(Arch::EfficientNetLite0, folder.path()), "F32");
    let sha256 = Sha256::digest(fs::read(&plain).unwrap());
    let digest = format!("{:02x}{:02x}{:02x}{:02x}", sha256[0], sha256[1], sha256[2], sha256[3]);
    let right = folder.path().join(format!("lite0-{digest}.pth"));
    fs::copy(&plain, &right).unwrap();
    assert!(Checkpoint::open(&right).unwrap().digest_checked());
    assert!(!Checkpoint::open(&plain).unwrap().digest_checked());
    let wrong = folder.path().join("lite0-0badf00d.pth");
    fs::copy(&plain, &wrong).unwrap();
    assert_eq!(
        refusal(Arch::EfficientNetLite0, &wrong),
        format!(
            "weights lite0-0badf00d.pth are damaged: the name says that their SHA-256 begins with 0badf00d, but it begins \
             with {digest}; download the file again (or rename it if you changed it yourself)"
        )
    );
}

#[test]
fn a_truncated_file_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.safetensors");
    write_safetensors(&whole, &published(Arch::EfficientNetLite0, folder.path()), "F32");
    let mut files = vec![(Arch::EfficientNetLite0, whole)];
    files.extend(reference("resnet18.pth").map(|path| (Arch::ResNet18, path)));
    files.extend(std::env::var_os("FIRELIGHT_EFFICIENTNET_LITE0").map(|path| (Arch::EfficientNetLite0, path.into())));
    for (arch, path) in files {
        let bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        let cut = folder.path().join("cut.pth");
        for keep in [3, 9, 100, 1000, 20_000, length / 2, length - 100_000, length - 1] {
            fs::write(&cut, &bytes[..keep]).unwrap();
            let text = refusal(arch, &cut);
            let says_so =
                text.contains("cut.pth") && (text.contains("download") || text.contains("give a PyTorch file"));
            assert!(says_so, "{} cut to {keep}: {text}", path.display());
        }
    }
}

#[test]
fn bit_flips_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.safetensors");
    write_safetensors(&whole, &published(Arch::EfficientNetLite0, folder.path()), "F16");
    let mut files = vec![fs::read(&whole).unwrap()];
    files.extend(std::env::var_os("FIRELIGHT_EFFICIENTNET_LITE0").map(|path| fs::read(path).unwrap()));
    let flipped = folder.path().join("flipped.pth");
    for mut bytes in files {
        for step in 0..60 {
            let position = (step * 997 + 5) % 30_000;
            bytes[position] ^= 1 << (step % 8);
            fs::write(&flipped, &bytes).unwrap();
            if let Err(error) = load_body(Arch::EfficientNetLite0, &flipped, &device()) {
                assert!(error.to_string().contains("flipped.pth"), "{error}");
            }
            bytes[position] ^= 1 << (step % 8);
        }
    }
}

/// U9: files of other libraries are called theirs, without a list of names that says nothing.
#[test]
fn files_with_other_libraries_names_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    let renamed = |names: [&str; 3]| {
        write_safetensors(&path, &names.map(|name| (name.to_owned(), vec![2, 2])), "F32");
        refusal(Arch::EfficientNetLite0, &path)
    };
    let said = |origin: &str| {
        format!(
            "weights other.safetensors have the tensor names of {origin}, which are not read; give the file that the publisher of \
             efficientnet-lite0 has (torchvision's, timm's, or the EfficientNet-Lite port's), or save these weights under its names"
        )
    };
    let timm = ["conv_stem.weight", "blocks.0.0.conv_dw.weight", "classifier.weight"];
    let shapes = "conv_stem.weight [2, 2] instead of [32, 3, 3, 3]";
    assert!(renamed(timm).contains(shapes), "timm's names are read too: {}", renamed(timm));
    assert_eq!(renamed(["0.7.1.conv1.weight", "0.0.weight", "1.8.weight"]), said("a fastai learner"));
    assert_eq!(renamed(["model.0.0.0.weight", "model.1.2.weight", "model.1.8.weight"]), said("a fastai learner"));

    // A Python package that holds weights is a zip archive, as torch's files are.
    let wheel = folder.path().join("weights.whl");
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend([0; 22]);
    bytes.extend(11_u16.to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(b"package/a.p");
    bytes.extend([0; 600]);
    fs::write(&wheel, bytes).unwrap();
    let said = refusal(Arch::ResNet18, &wheel);
    assert_eq!(
        said,
        "weights.whl is not a file of weights but a zip archive of other things (a Python package, perhaps); unpack it and give \
         the PyTorch or safetensors file in it"
    );
}
