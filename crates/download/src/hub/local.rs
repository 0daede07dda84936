//! What the hub's own tools keep on this machine.

use std::path::{Path, PathBuf};

/// The folder of the hub's cache with all of these files of a repository, if there is one. It is read, and never written.
pub(super) fn snapshot(name: &str, revision: &str, files: &[&str]) -> Option<PathBuf> {
    snapshot_in(&cache()?, name, revision, files)
}

fn snapshot_in(cache: &Path, name: &str, revision: &str, files: &[&str]) -> Option<PathBuf> {
    let repository = cache.join(format!("models--{}", name.replace('/', "--")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_with_all_files_is_found() {
        let cache = tempfile::tempdir().unwrap();
        let repository = cache.path().join("models--timm--a");
        let folder = repository.join("snapshots/0a1b");
        for place in [&folder, &repository.join("refs")] {
            std::fs::create_dir_all(place).unwrap();
        }
        std::fs::write(repository.join("refs/main"), "0a1b\n").unwrap();
        std::fs::write(folder.join("config.json"), "{}").unwrap();
        let found = |name: &str, files: &[&str]| snapshot_in(cache.path(), name, "main", files);
        assert_eq!(found("timm/a", &["config.json"]), Some(folder.clone()));
        assert_eq!(found("timm/a", &["config.json", "model.safetensors"]), None);
        assert_eq!(found("timm/b", &["config.json"]), None);
        std::fs::write(repository.join("refs/main"), "../../elsewhere").unwrap();
        assert_eq!(found("timm/a", &["config.json"]), None);
    }
}
