//! Where downloads live.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::DownloadError;

/// The folder below which downloads live. It need not exist yet.
///
/// `FIRELIGHT_HOME` if that is set, else a folder `firelight` in the platform's folder for caches:
///
/// | platform | folder |
/// |---|---|
/// | Linux and other Unix | `$XDG_CACHE_HOME`, else `$HOME/.cache` |
/// | macOS | `$HOME/Library/Caches` |
/// | Windows | `%LOCALAPPDATA%` |
///
/// ```no_run
/// println!("downloads are below {}", firelight_datablock::download::home()?.display());
/// # Ok::<(), firelight_datablock::download::DownloadError>(())
/// ```
///
/// # Errors
///
/// [`DownloadError::NoHome`] if none of these variables is set.
pub fn home() -> Result<PathBuf, DownloadError> {
    home_in(|name| std::env::var_os(name))
}

/// [`home`] in an environment given as a function from a variable's name to its value.
///
/// ```
/// use firelight_datablock::download::home_in;
///
/// let home = home_in(|name| (name == "FIRELIGHT_HOME").then(|| "/data/firelight".into()))?;
/// assert_eq!(home, std::path::Path::new("/data/firelight"));
/// # Ok::<(), firelight_datablock::download::DownloadError>(())
/// ```
///
/// # Errors
///
/// As [`home`].
pub fn home_in(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, DownloadError> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(home) = path("FIRELIGHT_HOME") {
        return Ok(home);
    }
    let caches = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        path("HOME").map(|home| home.join("Library/Caches"))
    } else {
        // The XDG rules have a relative path ignored.
        let xdg = path("XDG_CACHE_HOME").filter(|caches| caches.is_absolute());
        xdg.or_else(|| path("HOME").map(|home| home.join(".cache")))
    };
    caches.as_deref().map(Path::new).map(|caches| caches.join("firelight")).ok_or(DownloadError::NoHome)
}
