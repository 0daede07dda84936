//! The folders of a file store: one an experiment, and in it one a run, each with its `meta.yaml`.

use std::fmt::Write;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use firelight_files::write_whole;
use sha2::{Digest, Sha256};

/// What a run is, in numbers of the store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    Running = 1,
    #[default]
    Finished = 3,
    Failed = 4,
    Killed = 5,
}

#[derive(Debug)]
pub struct Run {
    folder: PathBuf,
    id: String,
    experiment: String,
    begin: u128,
}

impl Run {
    /// Of the experiment of this name.
    pub fn new(store: &Path, experiment: &str) -> io::Result<Self> {
        fs::create_dir_all(store)?;
        let store = std::path::absolute(store)?;
        let number = match find(&store, experiment)? {
            Some(number) => number,
            None => make(&store, experiment)?,
        };
        let id = format!("{:016x}{:016x}", chance(), chance());
        let folder = store.join(&number).join(&id);
        for part in ["artifacts", "metrics", "params", "tags"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let run = Self { folder, id, experiment: number, begin: now() };
        fs::write(run.folder.join("tags/mlflow.runName"), run.name())?;
        fs::write(run.folder.join("tags/mlflow.source.type"), "LOCAL")?;
        run.is(Status::Running)?;
        Ok(run)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn name(&self) -> String {
        format!("firelight-{}", &self.id[..8])
    }

    /// Says what the run is from now on.
    pub fn is(&self, status: Status) -> io::Result<()> {
        let end = match status {
            Status::Running => "null".into(),
            Status::Finished | Status::Failed | Status::Killed => now().to_string(),
        };
        let user = std::env::var("USER").unwrap_or_default();
        let text = format!(
            "artifact_uri: {}\nend_time: {end}\nentry_point_name: ''\nexperiment_id: '{}'\nlifecycle_stage: active\nrun_id: {}\nrun_name: {}\n\
             source_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: {}\nstatus: {}\ntags: []\nuser_id: {}\n",
            uri(&self.folder.join("artifacts")),
            self.experiment,
            // A run of digits alone would be a number.
            quoted(&self.id),
            self.name(),
            self.begin,
            status as u8,
            quoted(&user)
        );
        write_whole(self.folder.join("meta.yaml"), text.as_bytes())
    }
}

/// The folder of an experiment that is there.
fn find(store: &Path, name: &str) -> io::Result<Option<String>> {
    for entry in fs::read_dir(store)? {
        let folder = entry?.path();
        // What is no experiment is passed over.
        let Ok(text) = fs::read_to_string(folder.join("meta.yaml")) else { continue };
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let is = |quoted: &str| {
            [name.to_owned(), self::quoted(name), format!("'{}'", name.replace('\'', "''"))]
                .iter()
                .any(|form| form == quoted)
        };
        if value("name:").is_some_and(is) && value("lifecycle_stage:") == Some("active") {
            return Ok(folder.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

fn make(store: &Path, name: &str) -> io::Result<String> {
    // As the store's own, a number of eighteen digits; of the name, so that runs which begin at once find one.
    let number = (100_000_000_000_000_000 + digits(name) % 900_000_000_000_000_000).to_string();
    let folder = store.join(&number);
    fs::create_dir_all(&folder)?;
    let (uri, name, now) = (uri(&folder), quoted(name), now());
    let text = format!(
        "artifact_location: {uri}\ncreation_time: {now}\nexperiment_id: '{number}'\nlast_update_time: {now}\nlifecycle_stage: active\nname: {name}\n"
    );
    write_whole(folder.join("meta.yaml"), text.as_bytes())?;
    Ok(number)
}

/// Milliseconds since 1970.
pub fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// A name that is a file's: letters, digits and `_-. :/` remain, and no part of it leads elsewhere.
pub fn named(name: &str) -> String {
    let kept = |letter: char| if letter.is_alphanumeric() || "_-. :/".contains(letter) { letter } else { '_' };
    let name: String = name.chars().map(kept).collect();
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<String> = parts
        .iter()
        .map(|part| part.trim_start_matches('.'))
        .map(|part| if part.is_empty() { "_".into() } else { part.to_owned() })
        .collect();
    if parts.is_empty() { "_".into() } else { parts.join("/") }
}

/// The same for the same name.
fn digits(name: &str) -> u64 {
    Sha256::digest(name.as_bytes()).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Other each time: hash maps of the standard library are begun so.
fn chance() -> u64 {
    RandomState::new().hash_one(now())
}

/// A text in YAML, which JSON's strings are.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in path.to_string_lossy().replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/_-.~:".contains(&byte) {
            uri.push(byte.into());
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
