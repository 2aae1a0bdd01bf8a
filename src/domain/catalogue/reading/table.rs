//! What becomes of each column of a file, to be shown before anything is written.

use std::fmt;

use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// Whose export it is, where that is known.
    pub kind: Option<&'static str>,
    pub encoding: &'static str,
    pub separator: char,
    /// In the order of the file.
    pub columns: Vec<Column>,
    /// What each row has for which there is no column.
    pub set: Vec<(&'static str, String)>,
    /// What is made up from the SKU, since there is no column.
    pub derived: Vec<&'static str>,
    /// What the products will not have, since there is no column.
    pub absent: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    pub theirs: String,
    pub used: Used,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// It is read as this field.
    As(&'static str),
    /// It is looked at for something else.
    For(&'static str),
    Not,
    /// Not, and why, or what to do if it should be.
    NotSince(String),
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator =
            if self.separator == '\t' { "tabs".to_owned() } else { format!("`{}`", self.separator) };
        let kind = self.kind.map(|kind| format!("{kind}; ")).unwrap_or_default();
        writeln!(f, "{kind}{}, fields between {separator}", self.encoding)?;
        let named = self.columns.iter().filter(|column| column.used != Used::Not);
        let width = named.map(|column| column.theirs.chars().count()).fold("your column".len(), usize::max);
        writeln!(f, "  {:width$}    ours", "your column")?;
        for column in &self.columns {
            match &column.used {
                Used::As(ours) => writeln!(f, "  {:width$} → {ours}", column.theirs)?,
                Used::For(what) => writeln!(f, "  {:width$} → {what}", column.theirs)?,
                Used::NotSince(why) => writeln!(f, "  {:width$}   not used: {why}", column.theirs)?,
                Used::Not => {}
            }
        }
        for (ours, value) in &self.set {
            let has_column = self.columns.iter().any(|column| column.used == Used::As(ours));
            let rows = if has_column { "of each row in which nobody has counted" } else { "of each row" };
            writeln!(f, "  {:width$} → {ours} `{value}` {rows}", "--set")?;
        }
        let unused: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| column.used == Used::Not)
            .map(|column| column.theirs.as_str())
            .collect();
        if !unused.is_empty() {
            writeln!(f, "not used: {}", unused.join(", "))?;
        }
        if !self.absent.is_empty() {
            writeln!(f, "the file has no column for: {}", self.absent.join(", "))?;
        }
        if !self.derived.is_empty() {
            let columns = self.derived.join(", ");
            writeln!(
                f,
                "the file has no column for {columns}: derived from each row's SKU, the same each time"
            )?;
        }
        Ok(())
    }
}
