//! What a repository holds.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Checksum, DownloadError};

/// The file beside those of a repository that says what they are.
const KEPT: &str = "repository.json";

/// A list of 64 MiB would be of half a million files.
const MOST_BYTES: u64 = 64 << 20;

/// What a repository holds, at one state of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listing {
    /// The commit.
    pub revision: String,
    /// The licence's short name on the hub, such as `apache-2.0` or `cc-by-nc-4.0`; none where the repository names none.
    pub licence: Option<String>,
    /// Its files.
    pub files: Vec<Listed>,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listed {
    /// Its path in the repository.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// The SHA-256 of a large one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Git's digest of a small one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<String>,
}

/// The hub's answer, as far as it is of use.
#[derive(Deserialize)]
struct Answer {
    sha: String,
    #[serde(default)]
    tags: Vec<String>,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sibling {
    rfilename: String,
    #[serde(default)]
    size: u64,
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

impl Listing {
    /// Whether its licence says that it is not for commercial use.
    ///
    /// It is read from the licence's short name, and is no advice: licences of a publisher's own (`other`) say what they say.
    pub fn is_non_commercial(&self) -> bool {
        self.licence
            .as_deref()
            .is_some_and(|licence| licence.split('-').any(|part| part == "nc" || part == "noncommercial"))
    }

    /// The list in the hub's words.
    pub(super) fn read(repository: &str, text: &str) -> Result<Self, DownloadError> {
        let wrong = |what: String| DownloadError::Hub { name: repository.into(), what };
        let answer: Answer = serde_json::from_str(text)
            .map_err(|why| wrong(format!("the server's list of it cannot be read ({why}); is HF_ENDPOINT a hub?")))?;
        let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_hexdigit());
        if answer.sha.len() != 40 || !digits(&answer.sha) {
            return Err(wrong("the server's list of it names no commit; is HF_ENDPOINT a hub?".into()));
        }
        let files = answer.siblings.into_iter().map(|file| match file.lfs {
            Some(lfs) => Listed { name: file.rfilename, size: lfs.size, sha256: Some(lfs.sha256), git: None },
            None => Listed { name: file.rfilename, size: file.size, sha256: None, git: file.blob_id },
        });
        Ok(Self {
            licence: answer.tags.iter().find_map(|tag| tag.strip_prefix("license:")).map(str::to_owned),
            files: files.collect(),
            revision: answer.sha,
        })
    }

    pub(super) fn find(&self, repository: &str, file: &str) -> Result<&Listed, DownloadError> {
        let found = self.files.iter().find(|listed| listed.name == file);
        found.filter(|listed| listed.sha256.is_some() || listed.git.is_some()).ok_or_else(|| {
            let has = self.files.iter().map(|listed| listed.name.as_str()).take(12).collect::<Vec<_>>().join(", ");
            DownloadError::NotListed { name: repository.into(), file: file.into(), has }
        })
    }

    /// What is kept in a folder; none where it is not, or is no list.
    pub(super) fn kept(folder: &Path) -> Option<Self> {
        let bytes = firelight_files::read_regular(folder.join(KEPT), MOST_BYTES).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn keep(&self, folder: &Path) -> Result<(), DownloadError> {
        let path = folder.join(KEPT);
        firelight_files::write_json(&path, self).map_err(|why| DownloadError::write(&path, why))
    }
}

impl Listed {
    pub(super) fn checksum(&self) -> Checksum {
        match (&self.sha256, &self.git) {
            (Some(digits), _) => Checksum::sha256(digits),
            (None, git) => Checksum::git_blob(git.as_deref().unwrap_or_default()),
        }
    }
}
