//! The page as text: a skeleton, a style and a script from files, and what this run puts into them.

use std::fmt::Write;

use image::{ImageError, RgbImage};

use super::found::Found;
use crate::interpret::pages::{batch_picture, losses_picture, rates_picture};
use crate::{Interpretation, LearnerError, TargetDefaults};
use firelight_plots::{jpeg_uri, matrix_picture, png_base64};
use firelight_vocab::Vocab;

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn page<F: TargetDefaults>(interpretation: &Interpretation<F>) -> Result<String, LearnerError> {
    let run = &interpretation.run;
    let fitted = interpretation.dataset().fitted();
    let names = fitted.vocab().map_or(&[][..], Vocab::names);
    let mut matrices = String::new();
    for matrix in &run.matrices {
        let text = format!("{} of every pair of classes: rows are actual, columns predicted ones", matrix.title);
        matrices += &figure(&png(&matrix_picture(matrix, names, run.groups.as_ref()))?, &text);
    }
    let matrix = if matrices.is_empty() { matrices } else { section("matrix", "Class matrix", &matrices) };
    let curves = figure(&png(&losses_picture(&run.history))?, "Training losses by step and validation losses by epoch")
        + &figure(&png(&rates_picture(&run.history))?, "Learning rates and momentum by step");
    let batch = jpeg(&batch_picture(&run.data, run.mixing)?)?;
    let Found { sections, facts, script } = Found::of(interpretation)?;
    let filled = [
        ("{{style}}", STYLE.to_owned()),
        ("{{summary}}", summary(interpretation)),
        ("{{configuration}}", configuration(interpretation)),
        ("{{matrix}}", matrix),
        ("{{batch}}", figure(&batch, "A training batch as the model sees it, with its targets")),
        ("{{curves}}", curves),
        ("{{epochs}}", epochs(interpretation)),
        ("{{found}}", sections),
        ("{{facts}}", facts),
        ("{{script}}", SCRIPT.to_owned() + script),
    ];
    // From left to right, so that nothing put in is looked at again.
    let (mut page, mut rest) = (String::new(), SKELETON);
    for (mark, text) in filled {
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        page += before;
        page += &text;
        rest = after;
    }
    Ok(page + rest)
}

pub(super) fn section(id: &str, title: &str, inside: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{}</h2>{inside}</section>",
        escaped(title)
    )
}

pub(super) fn figure(address: &str, text: &str) -> String {
    let text = escaped(text);
    format!(
        "<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{text}\">\
         <img src=\"{address}\" alt=\"{text}\"></div></figure>"
    )
}

fn summary<F: TargetDefaults>(interpretation: &Interpretation<F>) -> String {
    let run = &interpretation.run;
    let mut cards = vec![(format!("{} loss", run.part), number(run.evaluation.known_loss()))];
    for (name, value) in run.metrics.iter().zip(&run.evaluation.metrics) {
        cards.push((name.clone(), number(*value)));
    }
    let mut text = String::new();
    for (name, value) in cards {
        let _ = write!(text, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(&name), escaped(&value));
    }
    text
}

fn configuration<F: TargetDefaults>(interpretation: &Interpretation<F>) -> String {
    let mut text = String::new();
    for (name, value) in &interpretation.run.configuration {
        let value = escaped(value).replace('\n', "<br>");
        let _ = write!(text, "<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>");
    }
    text
}

fn epochs<F: TargetDefaults>(interpretation: &Interpretation<F>) -> String {
    let history = &interpretation.run.history;
    let mut text = String::from("<thead><tr><th scope=\"col\">epoch</th><th scope=\"col\">training loss</th>");
    let names = ["validation loss"].into_iter().chain(history.metrics.iter().map(String::as_str)).chain(["seconds"]);
    for name in names {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(name));
    }
    text += "</tr></thead><tbody>";
    for (place, row) in history.epochs.iter().enumerate() {
        let _ = write!(
            text,
            "<tr><th scope=\"row\">{place}</th><td>{:.4}</td><td>{}</td>",
            row.train_loss,
            number(row.valid_loss)
        );
        for value in &row.metrics {
            let _ = write!(text, "<td>{}</td>", number(*value));
        }
        let _ = write!(text, "<td>{:.1}</td></tr>", row.seconds);
    }
    text + "</tbody>"
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.4}"))
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As a data URI.
pub(super) fn jpeg(picture: &RgbImage) -> Result<String, LearnerError> {
    jpeg_uri(picture).map_err(unwritten("jpeg"))
}

pub(super) fn png(picture: &RgbImage) -> Result<String, LearnerError> {
    let text = png_base64(picture).map_err(unwritten("png"))?;
    Ok(format!("data:image/png;base64,{text}"))
}

fn unwritten(kind: &str) -> impl FnOnce(ImageError) -> LearnerError {
    let path = format!("a {kind} picture of the page").into();
    |why| LearnerError::Picture { stage: "report", path, why }
}
