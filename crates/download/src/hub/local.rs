//! What the hub's own tools keep on this machine.

use std::path::PathBuf;

/// The folder of the hub's cache with all of these files of a repository, if there is one. It is read, and never written.
pub(super) fn snapshot(name: &str, revision: &str, files: &[&str]) -> Option<PathBuf> {
    let repository = cache()?.join(format!("models--{}", name.replace('/', "--")));
    let commit = firelight_files::read_regular(repository.join("refs").join(revision), 256).ok()?;
    let commit = String::from_utf8(commit).ok()?;
    let commit = commit.trim();
    if commit.is_empty() || !commit.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let folder = repository.join("snapshots").join(commit);
    files.iter().all(|file| folder.join(file).is_file()).then_some(folder)
}

fn cache() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("HF_HUB_CACHE").or_else(|| Some(variable("HF_HOME")?.join("hub"))).or_else(|| {
        let home = etcetera::base_strategy::choose_native_strategy().ok()?;
        Some(etcetera::BaseStrategy::home_dir(&home).join(".cache/huggingface/hub"))
    })
}
