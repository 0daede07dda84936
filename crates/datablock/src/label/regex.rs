//! Labels out of names by regular expression.

use std::borrow::Cow;
use std::path::Path;

use ::regex::Regex;

use super::Labeller;
use crate::DataError;

/// The first group that a regular expression captures in an item's name is its label.
///
/// ```
/// use std::path::Path;
/// use firelight_datablock::{Labeller, RegexLabeller};
///
/// let breed = RegexLabeller::file_name(r"(.+)_\d+.jpg$")?;
/// assert_eq!(breed.label(Path::new("images/great_pyrenees_173.jpg"))?, "great_pyrenees");
/// # Ok::<(), firelight_datablock::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RegexLabeller {
    pattern: Regex,
    of: Part,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    FileName,
    Path,
}

impl RegexLabeller {
    /// Searches the file name alone: fastai's `using_attr(RegexLabeller(pattern), 'name')`.
    ///
    /// # Errors
    ///
    /// [`DataError::Pattern`] if the pattern is no regular expression or captures no group.
    pub fn file_name(pattern: &str) -> Result<Self, DataError> {
        Self::new(pattern, Part::FileName)
    }

    /// Searches the whole path, with `/` between its parts on every system.
    ///
    /// # Errors
    ///
    /// [`DataError::Pattern`] if the pattern is no regular expression or captures no group.
    pub fn path(pattern: &str) -> Result<Self, DataError> {
        Self::new(pattern, Part::Path)
    }

    fn new(pattern: &str, of: Part) -> Result<Self, DataError> {
        let refuse = |why: String| DataError::Pattern { pattern: pattern.into(), why };
        let pattern = Regex::new(pattern).map_err(|error| refuse(error.to_string()))?;
        if pattern.captures_len() < 2 {
            return Err(refuse("it captures no group; put the label in parentheses".into()));
        }
        Ok(Self { pattern, of })
    }
}

impl Labeller for RegexLabeller {
    fn label(&self, item: &Path) -> Result<String, DataError> {
        let labeller = || format!("the pattern {:?}", self.pattern.as_str());
        let searched = match self.of {
            Part::FileName => item.file_name().unwrap_or_default(),
            Part::Path => item.as_os_str(),
        };
        // A replacement character would make one label of different names.
        let text = searched
            .to_str()
            .ok_or_else(|| DataError::NotUnicode { labeller: labeller(), path: item.to_path_buf() })?;
        let text = match self.of {
            Part::Path if std::path::MAIN_SEPARATOR != '/' => Cow::Owned(text.replace(std::path::MAIN_SEPARATOR, "/")),
            _ => Cow::Borrowed(text),
        };
        let group = self.pattern.captures(&text).and_then(|found| found.get(1));
        let label = group.map(|label| label.as_str().to_owned());
        label.ok_or_else(|| DataError::NoLabel { labeller: labeller(), path: item.to_path_buf() })
    }
}
