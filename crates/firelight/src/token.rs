//! The word that a worker wants to hear before it works for anybody.

use std::ffi::OsString;
use std::net::IpAddr;

/// The environment variable that has it.
const NAME: &str = "FIRELIGHT_TOKEN";

/// The word, if one is set. One that is set and cannot be used is an error: taken for none it would leave a worker open to all.
pub(crate) fn token() -> Result<Option<String>, String> {
    read(std::env::var_os(NAME))
}

fn read(value: Option<OsString>) -> Result<Option<String>, String> {
    let remedy = "set it to a word that nobody guesses, as `openssl rand -hex 32` gives, the same on both sides";
    match value.map(OsString::into_string) {
        None => Ok(None),
        Some(Err(_)) => Err(format!("{NAME} is no text; {remedy}")),
        Some(Ok(word)) if word.trim().is_empty() => Err(format!("{NAME} is empty; {remedy}, or unset it")),
        Some(Ok(word)) => Ok(Some(word)),
    }
}

/// Refuses to serve without a word where other machines reach the worker: whoever does has the device, and all that is on it.
pub(crate) fn check(address: Option<IpAddr>, token: Option<&str>) -> Result<(), String> {
    if token.is_some() || address.is_some_and(|address| address.to_canonical().is_loopback()) {
        return Ok(());
    }
    Err(format!(
        "other machines reach it, and {NAME} is not set; set it, the same on both sides, or serve on 127.0.0.1"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// W3: a token that is no text counted as none.
    #[test]
    fn a_word_that_cannot_be_used_is_no_missing_one() {
        assert_eq!(read(None), Ok(None));
        assert_eq!(read(Some("a word".into())), Ok(Some("a word".into())));
        for empty in ["", " \n"] {
            assert!(read(Some(empty.into())).is_err_and(|said| said.starts_with("FIRELIGHT_TOKEN is empty; ")));
        }
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            let noise = OsString::from_vec(vec![0x80, 0xff, b'a']);
            assert!(read(Some(noise)).is_err_and(|said| said.starts_with("FIRELIGHT_TOKEN is no text; ")));
        }
    }

    /// W4: a worker that all machines reach started without a word, and without a warning.
    #[test]
    fn off_the_loopback_a_word_is_wanted() {
        let at = |address: &str| Some(address.parse::<IpAddr>().expect("an address"));
        for here in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(check(at(here), None), Ok(()), "{here}");
        }
        for open in [at("0.0.0.0"), at("::"), at("192.168.0.7"), at("::ffff:10.0.0.1"), None] {
            assert!(check(open, None).is_err(), "{open:?}");
            assert_eq!(check(open, Some("a word")), Ok(()), "{open:?}");
        }
    }
}
