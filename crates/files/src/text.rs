use std::borrow::Cow;

/// A text of at most so many letters, and `…` where there were more: what a stranger wrote into a file is told, but not all of it.
///
/// ```
/// use firelight_files::shortened;
///
/// assert_eq!(shortened("conv1.weight", 20), "conv1.weight");
/// assert_eq!(shortened(&"long ".repeat(1000), 9), "long long…");
/// ```
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
