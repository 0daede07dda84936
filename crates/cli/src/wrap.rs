//! Lines that end between words, where a terminal would break them anywhere.

/// A line of at most so many letters, or several. What goes on stands under what it goes on with: behind a dash, or in the second column. A word that
/// is longer stays whole, as a path is that somebody copies.
pub fn wrapped(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let indent = indent(line, width / 2);
    let mut lines = String::with_capacity(line.len() + 64);
    let mut column = 0;
    for piece in line.split_inclusive(' ') {
        let word = piece.trim_end_matches(' ').chars().count();
        if word > 0 && column > indent && column + word > width {
            lines.truncate(lines.trim_end_matches(' ').len());
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        lines.push_str(piece);
        column += piece.chars().count();
    }
    lines
}

/// Where the second column begins, if that is before `limit`; else how far the line is indented.
fn indent(line: &str, limit: usize) -> usize {
    let text = line.trim_start_matches(' ');
    let before = line.len() - text.len();
    if text.starts_with("- ") {
        return before + 2;
    }
    let Some((first, rest)) = text.split_once("  ") else { return before };
    let column = before + first.chars().count() + 2 + rest.len() - rest.trim_start_matches(' ').len();
    if column < limit { column } else { before }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_line_that_fits_is_as_it_was() {
        for line in ["", "    train    valid  class", "twelve words", "größe  über"] {
            assert_eq!(wrapped(line, line.chars().count()), line);
        }
    }

    #[test]
    fn what_goes_on_stands_under_what_it_goes_on_with() {
        assert_eq!(wrapped("- a folder each: daisy, rose, tulip", 20), "- a folder each:\n  daisy, rose, tulip");
        assert_eq!(wrapped("twins      none of the same pixels", 24), "twins      none of the\n           same pixels");
        assert_eq!(wrapped("error: there is no folder there", 16), "error: there is\nno folder there");
    }

    #[test]
    fn a_word_that_is_too_long_stays_whole() {
        assert_eq!(wrapped("see a/path/that/is/longer for it", 10), "see\na/path/that/is/longer\nfor it");
    }
}
