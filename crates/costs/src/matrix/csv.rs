use std::collections::HashMap;

use firelight_vocab::Vocab;

use crate::CostError;
use crate::matrix::{ClassMatrix, Meaning};

impl<M: Meaning> ClassMatrix<M> {
    /// Reads a wide table: the first row is a blank cell and the predicted classes, the first column the true
    /// classes, in any order.
    ///
    /// Cells are trimmed (so names must not begin or end with spaces), quoted commas and a byte order mark are understood.
    ///
    /// ```
    /// use firelight_costs::CostMatrix;
    ///
    /// let cost = CostMatrix::from_csv_wide(",cat,dog\ndog,1,0\ncat,0,2\n")?;
    /// assert_eq!(cost.get("cat", "dog")?, 2.0);
    /// # Ok::<(), firelight_costs::CostError>(())
    /// ```
    ///
    /// # Errors
    /// [`CostError::Csv`], [`CostError::RepeatedColumn`], [`CostError::RepeatedRow`], [`CostError::RowLength`] or
    /// [`CostError::RowsAndColumnsDiffer`].
    pub fn from_csv_wide(text: &str) -> Result<Self, CostError> {
        let mut lines = lines(text)?.into_iter();
        let header = lines.next().map_or(Vec::new(), |line| line.cells);
        let names = header.get(1..).unwrap_or(&[]);
        let columns = numbered(names, |name, first, second| CostError::RepeatedColumn { name, first, second })?;
        let lines: Vec<Line> = lines.collect();
        let row_names: Vec<String> = lines.iter().map(|line| line.cells[0].clone()).collect();
        let rows = numbered(&row_names, |name, first, second| CostError::RepeatedRow { name, first, second })?;
        for line in &lines {
            if line.cells.len() - 1 != names.len() {
                return Err(CostError::RowLength {
                    row: line.cells[0].clone(),
                    values: line.cells.len() - 1,
                    expected: names.len(),
                });
            }
        }
        let only = |from: &[String], others: &HashMap<&str, usize>| -> Vec<String> {
            let absent = from.iter().filter(|name| !others.contains_key(name.as_str()));
            absent.cloned().collect()
        };
        let (only_rows, only_columns) = (only(&row_names, &columns), only(names, &rows));
        if !(only_rows.is_empty() && only_columns.is_empty()) {
            return Err(CostError::RowsAndColumnsDiffer { only_rows, only_columns });
        }
        let mut values = Vec::with_capacity(names.len() * names.len());
        for name in names {
            let line = &lines[rows[name.as_str()]];
            for cell in &line.cells[1..] {
                values.push(line.number(cell)?);
            }
        }
        Ok(Self::new(Vocab::ordered(names.iter().cloned())?, values))
    }

    /// Reads a long table of lines `true,predicted,value`, with an optional fourth column that is `true`, `yes`,
    /// `1` or `symmetric` where the value holds both ways. A header is recognised and skipped.
    ///
    /// Pairs that no line names have the value `default`; a diagonal entry that no line names is 0 for costs, 1
    /// for pair weights and similarities, and what is left of 1 for soft labels.
    ///
    /// # Errors
    /// [`CostError::Csv`], [`CostError::Vocab`] for a class that is not in the vocab, or
    /// [`CostError::RepeatedPair`].
    pub fn from_csv_long(text: &str, vocab: &Vocab, default: f64) -> Result<Self, CostError> {
        let classes = vocab.len();
        let mut said: HashMap<(usize, usize), (f64, usize)> = HashMap::new();
        for (position, line) in lines(text)?.into_iter().enumerate() {
            let [truth, predicted, value, rest @ ..] = line.cells.as_slice() else {
                return Err(line.wrong("expected true,predicted,value"));
            };
            if position == 0 && value.parse::<f64>().is_err() && vocab.find(truth).is_none() {
                continue;
            }
            let (truth, predicted) = (vocab.o2i(truth)?, vocab.o2i(predicted)?);
            let value = line.number(value)?;
            let mut pairs = vec![(truth, predicted)];
            if rest.first().is_some_and(|flag| both_ways(flag)) && truth != predicted {
                pairs.push((predicted, truth));
            }
            for pair in pairs {
                if let Some((_, first)) = said.insert(pair, (value, line.number)) {
                    return Err(CostError::RepeatedPair {
                        row: vocab[pair.0].to_owned(),
                        column: vocab[pair.1].to_owned(),
                        first,
                        second: line.number,
                    });
                }
            }
        }
        let off = |truth: usize, predicted: usize| said.get(&(truth, predicted)).map_or(default, |said| said.0);
        Ok(Self::by_number(vocab, |truth, predicted| {
            if truth != predicted || said.contains_key(&(truth, truth)) {
                return off(truth, predicted);
            }
            let others = (0..classes).filter(|class| *class != truth);
            M::diagonal(others.map(|class| off(truth, class)).sum())
        }))
    }

    /// The wide table that [`from_csv_wide`](Self::from_csv_wide) reads, every value exact.
    pub fn to_csv_wide(&self) -> String {
        let header: Vec<String> = std::iter::once("").chain(self.vocab.iter()).map(str::to_owned).collect();
        let rows = self.vocab.iter().zip(self.rows());
        let rows =
            rows.map(|(name, row)| std::iter::once(name.to_owned()).chain(row.iter().map(f64::to_string)).collect());
        table(std::iter::once(header).chain(rows))
    }

    /// The long table that [`from_csv_long`](Self::from_csv_long) reads, every pair said and every value exact.
    pub fn to_csv_long(&self) -> String {
        let header = std::iter::once(["true", "predicted", "value"].map(str::to_owned));
        let rows = self.vocab.iter().zip(self.rows()).flat_map(|(truth, row)| {
            let cells = self.vocab.iter().zip(row);
            cells.map(move |(predicted, value)| [truth.to_owned(), predicted.to_owned(), value.to_string()])
        });
        table(header.chain(rows))
    }
}

struct Line {
    number: usize,
    cells: Vec<String>,
}

impl Line {
    fn number(&self, cell: &str) -> Result<f64, CostError> {
        cell.parse().map_err(|_| self.wrong(format!("{cell:?} is no number")))
    }

    fn wrong(&self, reason: impl Into<String>) -> CostError {
        CostError::Csv { line: self.number, reason: reason.into() }
    }
}

fn lines(text: &str) -> Result<Vec<Line>, CostError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let line_of = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line) as usize;
    reader
        .records()
        .map(|record| match record {
            Ok(record) => {
                Ok(Line { number: line_of(record.position()), cells: record.iter().map(str::to_owned).collect() })
            }
            Err(error) => Err(CostError::Csv { line: line_of(error.position()), reason: error.to_string() }),
        })
        .collect()
}

/// Where each name stands.
fn numbered(
    names: &[String],
    repeated: impl Fn(String, usize, usize) -> CostError,
) -> Result<HashMap<&str, usize>, CostError> {
    let mut numbers = HashMap::new();
    for (number, name) in names.iter().enumerate() {
        if let Some(first) = numbers.insert(name.as_str(), number) {
            return Err(repeated(name.clone(), first + 1, number + 1));
        }
    }
    Ok(numbers)
}

fn both_ways(flag: &str) -> bool {
    ["true", "yes", "1", "symmetric"].contains(&flag.to_lowercase().as_str())
}

/// Rows of one length as a table, cells in quotes where they need them.
fn table<R: IntoIterator<Item = String>>(mut rows: impl Iterator<Item = R>) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let written = rows.try_for_each(|row| table.write_record(row));
    let bytes = written.ok().and_then(|()| table.into_inner().ok()).expect("memory takes rows of one length");
    String::from_utf8(bytes).expect("of strings")
}
