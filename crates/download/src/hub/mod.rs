//! Weights and their settings from a hub of repositories: Hugging Face's, a mirror of it, or what its own tools have on this machine.

mod listing;
mod local;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::answer::{Answer, Token, agent, ask};
use crate::transfer::is_worth_a_retry;
use crate::{Download, DownloadError, Patience, Progress};

pub use listing::{Listed, Listing};

/// A repository of the Hugging Face hub, such as `timm/convnext_tiny.in12k_ft_in1k`.
///
/// | from the environment | default | meaning |
/// |---|---|---|
/// | `HF_ENDPOINT` | `https://huggingface.co` | the server, or a mirror of it |
/// | `HF_TOKEN` | none | sent to that server alone, and to none that it redirects to |
/// | `HF_HUB_CACHE`, `HF_HOME` | `~/.cache/huggingface` | where the hub's own tools keep files, which are taken from there |
/// | `HF_HUB_OFFLINE` | not set | `1`, `on`, `yes` or `true`: no request is made |
///
/// What is fetched lies in `hub/OWNER--NAME` below [`home`](crate::home) with a list of it, and is checked against that list whenever it is asked for. Then no request is made.
///
/// ```no_run
/// use firelight_download::{home, hub::Repository};
///
/// let repository = Repository::new("timm/resnet18.a1_in1k")?;
/// let folder = repository.fetch(&home()?, &["config.json", "model.safetensors"])?;
/// # Ok::<(), firelight_download::DownloadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Repository {
    name: String,
    revision: String,
    endpoint: String,
    token: Option<Token>,
    offline: bool,
    patience: Patience,
    progress: Progress,
}

/// What a list of files may have at most.
const MOST_LISTED: u64 = 8 << 20;

impl Repository {
    /// The repository `OWNER/NAME`, at its branch `main`.
    ///
    /// # Errors
    ///
    /// [`DownloadError::NoRepository`] for another form of name.
    pub fn new(name: impl Into<String>) -> Result<Self, DownloadError> {
        let name = name.into();
        let word = |part: &str| {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            !part.is_empty()
                && part.len() <= 96
                && part.chars().all(plain)
                && !part.starts_with('.')
                && !part.contains("--")
        };
        if !name.split_once('/').is_some_and(|(owner, rest)| word(owner) && word(rest)) {
            return Err(DownloadError::NoRepository { name });
        }
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Ok(Self {
            name,
            revision: "main".into(),
            endpoint: variable("HF_ENDPOINT")
                .unwrap_or_else(|| "https://huggingface.co".into())
                .trim_end_matches('/')
                .into(),
            token: variable("HF_TOKEN").map(Token),
            offline: variable("HF_HUB_OFFLINE").is_some_and(|value| is_on(&value)),
            patience: Patience::default(),
            progress: Progress::default(),
        })
    }

    /// Another server.
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        url.into().trim_end_matches('/').clone_into(&mut self.endpoint);
        self
    }

    /// Says who is asking, for repositories that are not everybody's.
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    /// Makes no request.
    pub fn with_offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Waits and tries again as `patience` says.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Shows how far it is there.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// `OWNER/NAME`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its files are kept below `home`.
    pub fn folder(&self, home: &Path) -> PathBuf {
        home.join("hub").join(self.name.replace('/', "--"))
    }

    /// What the repository holds, and under which licence: as kept, or asked from the server.
    ///
    /// # Errors
    ///
    /// [`DownloadError::Offline`] without either; [`DownloadError::Hub`] for an answer that is no such list or a refusal;
    /// [`DownloadError::HubUnreachable`] without an answer.
    pub fn listing(&self, home: &Path) -> Result<Listing, DownloadError> {
        let folder = self.folder(home);
        Listing::kept(&folder).map_or_else(|| self.asked_listing(&folder), Ok)
    }

    fn asked_listing(&self, folder: &Path) -> Result<Listing, DownloadError> {
        if self.offline {
            return Err(DownloadError::Offline { name: self.name.clone(), folder: folder.into() });
        }
        let url = format!("{}/api/models/{}/revision/{}?blobs=true", self.endpoint, self.name, self.revision);
        Listing::read(&self.name, &self.ask(&url)?)
    }

    /// A folder with these files, fetched where they are not there yet, from the hub's own cache where that has them.
    ///
    /// # Errors
    ///
    /// As [`listing`](Self::listing) and [`Download::fetch`]; [`DownloadError::NotListed`] for a file that the repository does not have.
    pub fn fetch(&self, home: &Path, files: &[&str]) -> Result<PathBuf, DownloadError> {
        let folder = self.folder(home);
        let kept = Listing::kept(&folder);
        let is_new = kept.is_none();
        let listing = match kept {
            Some(listing) => listing,
            None => match local::snapshot(&self.name, &self.revision, files) {
                Some(theirs) => return Ok(theirs),
                None => self.asked_listing(&folder)?,
            },
        };
        let downloads = files.iter().map(|file| {
            let listed = listing.find(&self.name, file)?;
            let url = format!("{}/{}/resolve/{}/{file}", self.endpoint, self.name, listing.revision);
            let download = Download::new(url, *file, listed.checksum()).with_max_bytes(listed.size);
            let download = download.with_patience(self.patience).with_progress(self.progress.clone());
            Ok(download.with_token(self.token.clone()))
        });
        let downloads = downloads.collect::<Result<Vec<_>, DownloadError>>()?;
        for download in downloads {
            if self.offline && !download.is_at(&folder.join(&download.file_name))? {
                return Err(DownloadError::Offline { name: self.name.clone(), folder });
            }
            download.fetch(&folder)?;
        }
        // Last, so that what is kept says that the files are there.
        if is_new {
            listing.keep(&folder)?;
        }
        Ok(folder)
    }

    /// The text at `url`.
    fn ask(&self, url: &str) -> Result<String, DownloadError> {
        use std::io::Read;
        let unreachable = |why: std::io::Error| DownloadError::HubUnreachable { url: url.into(), why };
        let agent = agent(url, &self.patience);
        let mut failures = 0;
        loop {
            let why = match ask(&agent, url, 0, None, self.token.as_ref()) {
                Ok(Answer::Whole { body, .. }) => match within(body.take(MOST_LISTED), 2 * self.patience.silence) {
                    Ok(text) => return Ok(text),
                    Err(why) => why,
                },
                Ok(Answer::Refused { status }) => {
                    return Err(DownloadError::Hub { name: self.name.clone(), what: refusal(status) });
                }
                Ok(Answer::Busy { status }) => std::io::Error::other(format!("HTTP status {status}")),
                Ok(Answer::Rest { .. } | Answer::NothingLeft) => std::io::Error::other("a part of an answer"),
                Err(error) if !is_worth_a_retry(&error) => return Err(unreachable(error.into_io())),
                Err(error) => error.into_io(),
            };
            failures += 1;
            if failures > self.patience.retries {
                return Err(unreachable(why));
            }
            std::thread::sleep(self.patience.pause_before(failures));
        }
    }
}

/// Whether a variable of the hub's own tools is switched on.
fn is_on(value: &str) -> bool {
    ["1", "on", "yes", "true"].iter().any(|on| value.eq_ignore_ascii_case(on))
}

/// The whole text, unless it takes longer than that: a list is small, and a byte now and then is no answer.
fn within(mut body: impl std::io::Read, limit: Duration) -> std::io::Result<String> {
    let (begun, mut bytes, mut buffer) = (Instant::now(), Vec::new(), vec![0; 1 << 16]);
    loop {
        let read = body.read(&mut buffer)?;
        if read == 0 {
            return String::from_utf8(bytes).map_err(std::io::Error::other);
        }
        bytes.extend_from_slice(&buffer[..read]);
        if begun.elapsed() > limit {
            let message = format!("{} bytes of a list came in {:.0} s", bytes.len(), begun.elapsed().as_secs_f64());
            return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, message));
        }
    }
}

/// What a status of the hub means.
fn refusal(status: u16) -> String {
    match status {
        401 | 403 => format!(
            "the server does not show it to everybody, or there is none of this name (HTTP status {status}); \
             check the name, accept its terms on its page if it has some, and put your token into HF_TOKEN"
        ),
        404 => "the server has none of this name; check the name".into(),
        _ => format!("the server answered with HTTP status {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_on;

    #[test]
    fn a_switch_means_what_it_means_to_the_hubs_own_tools() {
        assert!(["1", "ON", "yes", "True"].into_iter().all(is_on));
        assert!(!["0", "off", "no", "false", "2", ""].into_iter().any(is_on));
    }
}
