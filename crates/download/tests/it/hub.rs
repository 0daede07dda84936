//! Repositories of a hub: listed, checked, resumed, kept, taken from the hub's own cache.

use std::fs;
use std::path::Path;
use std::time::Duration;

use firelight_download::hub::Repository;
use firelight_download::{Checksum, DownloadError, Patience, Progress};
use sha2::{Digest, Sha256};

use crate::server::{Reply, Server};

const NAME: &str = "timm/small.a1";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const CONFIG: &[u8] = b"{\"architecture\": \"resnet18\"}\n";
const FILES: [&str; 2] = ["config.json", "model.safetensors"];

fn weights() -> Vec<u8> {
    (0..200_000_u32).map(|i| (i * 7 % 251) as u8).collect()
}

fn hex(bytes: &[u8]) -> String {
    firelight_files::hex(bytes)
}

/// The hub's list, as its interface gives it. `git hash-object` names the config so.
fn listing(licence: &str) -> String {
    let digest = hex(&Sha256::digest(weights()));
    format!(
        r#"{{"id": "{NAME}", "sha": "{COMMIT}", "tags": ["timm", "license:{licence}"], "siblings": [
            {{"rfilename": "config.json", "size": {}, "blobId": "b4d40e8a1fb4e9ac0a7bd6a7f4c68bd1b5a0f6a3"}},
            {{"rfilename": "model.safetensors", "size": 200000, "blobId": "00", "lfs": {{"sha256": "{digest}", "size": 200000, "pointerSize": 134}}}},
            {{"rfilename": "folder/of/others.bin", "size": 3}}]}}"#,
        CONFIG.len()
    )
    .replace("b4d40e8a1fb4e9ac0a7bd6a7f4c68bd1b5a0f6a3", &git_blob())
}

fn git_blob() -> String {
    use sha1::Sha1;
    let mut digest = Sha1::new();
    digest.update(format!("blob {}\0", CONFIG.len()));
    digest.update(CONFIG);
    hex(&digest.finalize())
}

fn hub(replies: impl IntoIterator<Item = Reply>) -> Server {
    let list = format!("/api/models/{NAME}/revision/main?blobs=true");
    let at = |file: &str| format!("/{NAME}/resolve/{COMMIT}/{file}");
    let (config, model) = (at("config.json"), at("model.safetensors"));
    let (text, weights) = (listing("apache-2.0"), weights());
    Server::new(&[(list.as_str(), text.as_bytes()), (config.as_str(), CONFIG), (model.as_str(), &weights)], replies)
}

fn repository(server: &Server) -> Repository {
    let patience =
        Patience::default().with_retries(2).with_pause(Duration::from_millis(5)).with_silence(Duration::from_secs(2));
    let repository = Repository::new(NAME).unwrap().with_endpoint(server.url("")).with_offline(false);
    repository.with_patience(patience).with_progress(Progress::hidden())
}

fn sentence(repository: &Repository, home: &Path, files: &[&str]) -> String {
    repository.fetch(home, files).unwrap_err().to_string()
}

#[test]
fn files_are_fetched_once_checked_and_found_without_a_network() {
    let (home, server) = (tempfile::tempdir().unwrap(), hub([]));
    let folder = repository(&server).fetch(home.path(), &FILES).unwrap();
    assert_eq!(folder, home.path().join("hub/timm--small.a1"));
    assert_eq!(
        (fs::read(folder.join("config.json")).unwrap(), fs::read(folder.join("model.safetensors")).unwrap()),
        (CONFIG.to_vec(), weights())
    );
    let asked = server.requests().len();
    assert_eq!(asked, 3, "{:?}", server.requests());
    let offline = repository(&server).with_offline(true);
    assert_eq!(offline.fetch(home.path(), &FILES).unwrap(), folder);
    assert_eq!(offline.listing(home.path()).unwrap().licence.as_deref(), Some("apache-2.0"));
    assert_eq!(server.requests().len(), asked);

    // What was damaged on the disk is noticed: mended with a network, and told of without one.
    fs::write(folder.join("model.safetensors"), b"other").unwrap();
    assert!(sentence(&offline, home.path(), &FILES).contains("HF_HUB_OFFLINE is set"));
    repository(&server).fetch(home.path(), &FILES).unwrap();
    assert_eq!(fs::read(folder.join("model.safetensors")).unwrap(), weights());
}

#[test]
fn a_broken_transfer_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let server = hub([Reply::good(), Reply::good(), Reply::good().broken_after(90_000), Reply::good()]);
    repository(&server).fetch(home.path(), &FILES).unwrap();
    assert_eq!(server.ranges(), ["all", "all", "all", "bytes=90000-"]);
}

#[test]
fn another_file_than_the_listed_one_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let server = hub([Reply::good(), Reply::good().with_body(b"{}")]);
    assert!(matches!(
        repository(&server).fetch(home.path(), &FILES),
        Err(DownloadError::WrongDigest { expected: Checksum::GitBlob(_), .. })
    ));
    assert!(!home.path().join("hub/timm--small.a1/config.json").exists());
}

#[test]
fn a_redirect_is_followed_and_sees_no_token() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), Server::new(&[("/blob", &weights())], []));
    let server = hub([
        Reply::good(),
        Reply::good(),
        Reply::redirect(elsewhere.url("/blob").replace("127.0.0.1", "localhost")),
        Reply::good(),
    ]);
    repository(&server).with_token("hf_secret").fetch(home.path(), &FILES).unwrap();
    let told = |server: &Server| server.requests().into_iter().map(|request| request.authorization).collect::<Vec<_>>();
    assert_eq!(told(&server), vec![Some("Bearer hf_secret".to_owned()); 3]);
    assert_eq!(told(&elsewhere), [None]);
    let printed = format!("{:?}", repository(&server).with_token("hf_secret"));
    assert!(!printed.contains("hf_secret"), "{printed}");
}

#[test]
fn what_is_not_there_is_said_in_a_sentence() {
    let (home, server) = (tempfile::tempdir().unwrap(), hub([]));
    let said = sentence(&repository(&server), home.path(), &["config.json", "pytorch_model.bin"]);
    assert_eq!(
        said,
        "repository timm/small.a1 has no file pytorch_model.bin; it has config.json, model.safetensors, folder/of/others.bin"
    );
    let refused = |status| sentence(&repository(&hub([Reply::status(status)])), home.path(), &FILES);
    assert!(refused(404).ends_with("the server has none of this name; check the name"));
    assert!(refused(401).contains("put your token into HF_TOKEN"));
    let other = hub([Reply::good().with_body(b"<html>")]);
    assert!(sentence(&repository(&other), home.path(), &FILES).contains("is HF_ENDPOINT a hub?"));
    for name in ["resnet18", "a/b/c", "../x", "a/..", "", "a b/c"] {
        assert!(Repository::new(name).unwrap_err().to_string().contains("OWNER/NAME"), "{name}");
    }
}

#[test]
fn a_licence_that_excludes_commercial_use_is_known() {
    let (home, list) = (tempfile::tempdir().unwrap(), format!("/api/models/{NAME}/revision/main?blobs=true"));
    for (licence, excluded) in [("cc-by-nc-4.0", true), ("apache-2.0", false), ("bsd-3-clause", false)] {
        let server = Server::new(&[(&list, listing(licence).as_bytes())], []);
        let listing = repository(&server).listing(home.path()).unwrap();
        assert_eq!((listing.licence.as_deref(), listing.is_non_commercial()), (Some(licence), excluded));
    }
}

#[test]
fn a_list_that_comes_a_byte_at_a_time_is_not_waited_for() {
    let (home, server) = (tempfile::tempdir().unwrap(), hub([Reply::good().dripping(Duration::from_millis(20))]));
    let patience = Patience::default().with_retries(0).with_silence(Duration::from_millis(200));
    let begun = std::time::Instant::now();
    let said = sentence(&repository(&server).with_patience(patience), home.path(), &FILES);
    assert!(said.contains("bytes of a list came in") && begun.elapsed() < Duration::from_secs(5), "{said}");
}
