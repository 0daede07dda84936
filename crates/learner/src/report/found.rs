//! What is found, as sections of a page.

use std::fmt::Write;

use rayon::prelude::*;

use super::facts::Facts;
use super::page::{escaped, figure, jpeg, png, section};
use crate::interpret::High;
use crate::{ClassFindings, Findings, Interpretation, LearnerError, Section, Table, TargetDefaults};
use firelight_plots::legend;

/// At most so many examples with high losses have a card.
const CARDS: usize = 24;

const CLASSES: &str = include_str!("classes.html");
const CLASSES_SCRIPT: &str = include_str!("classes.js");

/// A page's last sections, the data that their script works with, and that script.
pub(super) struct Found {
    pub sections: String,
    pub facts: String,
    pub script: &'static str,
}

impl Found {
    pub fn of<F: TargetDefaults>(seen: &Interpretation<F>) -> Result<Self, LearnerError> {
        if let Some(found) = seen.findings().one_class() {
            let sure = found.sure_section().map_or(Ok(String::new()), |part| written("sure", &part))?;
            return Ok(Self {
                sections: CLASSES.to_owned() + &sure,
                facts: facts(seen, found)?,
                script: CLASSES_SCRIPT,
            });
        }
        let mut sections = String::new();
        for (number, part) in seen.findings().sections(&|item| seen.name(item)).iter().enumerate() {
            sections += &written(&format!("found-{number}"), part)?;
        }
        sections += &section("highest", "Highest losses", &cards(seen)?);
        Ok(Self { sections, facts: String::new(), script: "" })
    }
}

fn written(id: &str, part: &Section) -> Result<String, LearnerError> {
    let mut inside = String::new();
    for (words, rows) in &part.tables {
        inside += &table(words, rows);
    }
    for (words, picture) in &part.pictures {
        inside += &figure(&png(picture)?, words);
    }
    Ok(section(id, &part.title, &format!("<div class=\"plots\">{inside}</div>")))
}

fn facts<F: TargetDefaults>(seen: &Interpretation<F>, found: &ClassFindings) -> Result<String, LearnerError> {
    let facts = serde_json::to_string(&Facts::of(seen, found)?).map_err(|error| LearnerError::Write {
        stage: "report",
        path: "report.html".into(),
        why: error.into(),
    })?;
    // A name could end the script's element early.
    let facts = facts.replace('<', "\\u003c");
    Ok(format!("<script type=\"application/json\" id=\"facts\">{facts}</script>"))
}

fn table(words: &str, table: &Table) -> String {
    let words = escaped(words);
    if table.rows.is_empty() {
        return format!("<p>{words}: none.</p>");
    }
    let row = |cells: &[String]| {
        let mut text = String::from("<tr>");
        for (column, cell) in cells.iter().map(|cell| escaped(cell)).enumerate() {
            let (open, close) = if column == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            let _ = write!(text, "<{open}>{cell}</{close}>");
        }
        text + "</tr>"
    };
    let mut text = format!(
        "<p>{words}.</p><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{words}\">\
         <table class=\"numbers sort\"><thead><tr>"
    );
    for column in &table.columns {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(column));
    }
    text += "</tr></thead><tbody>";
    table.rows.iter().for_each(|cells| text += &row(cells));
    text += "</tbody>";
    if !table.last.is_empty() {
        let _ = write!(text, "<tfoot>{}</tfoot>", row(&table.last));
    }
    text + "</table></div>"
}

/// The examples with the highest losses, and whose which colour is where masks are drawn.
fn cards<F: TargetDefaults>(seen: &Interpretation<F>) -> Result<String, LearnerError> {
    let high = &seen.high()[..seen.high().len().min(CARDS)];
    let bar = seen.run.data.progress().bar(high.len(), "report");
    let card = |high: &High<F::Target>| {
        bar.inc(1);
        let tile = seen.tile(high)?;
        let (picture, name) = (jpeg(&tile.picture)?, escaped(&seen.name(high.item)));
        let words = tile.title.iter().map(|line| escaped(line)).collect::<Vec<_>>();
        let (alt, words) = (words.join(", "), words.join("<br>"));
        Ok(format!("<li><img src=\"{picture}\" alt=\"{name}: {alt}\"><div>{words}<small>{name}</small></div></li>"))
    };
    let cards = high.par_iter().map(card).collect::<Result<String, LearnerError>>()?;
    let fitted = seen.dataset().fitted();
    let mut text = String::new();
    if let Some(vocab) = fitted.vocab().filter(|_| fitted.kind().is_map()) {
        text += "<p>What is true is on the left, what the model says on the right.</p>";
        text += &figure(&png(&legend(vocab.names(), &[], 600))?, "The colours of the classes");
    } else if fitted.moves() {
        text += "<p>What is true is blue, what the model says orange.</p>";
    }
    let size = if fitted.moves() { " class=\"large\"" } else { "" };
    Ok(format!("{text}<ul id=\"cards\"{size}>{cards}</ul>"))
}
