//! What a row has from another row of the same product.

use std::collections::HashMap;

use csv::ByteRecord;

use super::mapping::{Family, Rules};

/// Of products with variations; beyond these a file would fill the memory.
const PARENTS_MAX: usize = 100_000;

/// What has been read of the rows before.
#[derive(Default)]
pub(super) struct Relatives {
    first_of_run: Option<(Vec<u8>, Vec<Vec<u8>>)>,
    by_name: HashMap<Vec<u8>, Parent>,
}

/// What its variations have from it.
#[derive(Clone, Default)]
struct Parent {
    values: Vec<Vec<u8>>,
    /// Why it is not sold, nor any of them.
    hidden: Option<&'static str>,
}

impl Relatives {
    /// The record with what it inherits in the place of what it has not; and why it is not sold, where its parent says so.
    pub fn complete(&mut self, family: &Family, record: ByteRecord) -> (ByteRecord, Option<&'static str>) {
        match family {
            Family::EachAlone => (record, None),
            Family::Run { of, inherited } => (self.of_run(*of, inherited, record), None),
            Family::Children { parent, id, sku, inherited, hidden_by } => {
                let named = trimmed(&record, *parent);
                if !named.is_empty() {
                    let Parent { values, hidden } = self.by_name.get(named).cloned().unwrap_or_default();
                    return (filled(&record, inherited, &values), hidden);
                }
                let parent =
                    Parent { values: values_of(&record, inherited), hidden: why(hidden_by, &record) };
                self.remember(&record, *id, *sku, parent);
                (record, None)
            }
        }
    }

    fn of_run(&mut self, of: usize, inherited: &[usize], record: ByteRecord) -> ByteRecord {
        let run = trimmed(&record, of);
        match &self.first_of_run {
            Some((same, values)) if same == run && !run.is_empty() => filled(&record, inherited, values),
            _ => {
                self.first_of_run = Some((run.to_vec(), values_of(&record, inherited)));
                record
            }
        }
    }

    fn remember(&mut self, record: &ByteRecord, id: usize, sku: usize, parent: Parent) {
        let (id, sku) = (trimmed(record, id), trimmed(record, sku));
        if self.by_name.len() + 2 <= PARENTS_MAX && !id.is_empty() {
            self.by_name.insert([b"id:", id].concat(), parent.clone());
            self.by_name.insert(sku.to_vec(), parent);
        }
    }
}

/// The first rule that the record falls under.
pub(super) fn why(rules: &Rules, record: &ByteRecord) -> Option<&'static str> {
    let value = |&column: &usize| record.get(column).unwrap_or_default();
    let mut rules = rules.iter();
    rules.find(|(columns, rule)| rule.when.is_so(columns.iter().map(value))).map(|(_, rule)| rule.why)
}

fn values_of(record: &ByteRecord, columns: &[usize]) -> Vec<Vec<u8>> {
    columns.iter().map(|&column| trimmed(record, column).to_vec()).collect()
}

fn filled(record: &ByteRecord, columns: &[usize], values: &[Vec<u8>]) -> ByteRecord {
    let of =
        |column: usize| columns.iter().position(|&other| other == column).and_then(|place| values.get(place));
    let field = |(column, own): (usize, &[u8])| match of(column) {
        // of a variation's tax class WooCommerce says so itself
        Some(value) if own.trim_ascii().is_empty() || own.trim_ascii() == b"parent" => value.clone(),
        _ => own.to_vec(),
    };
    record.iter().enumerate().map(field).collect()
}

fn trimmed(record: &ByteRecord, column: usize) -> &[u8] {
    record.get(column).unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[&str]) -> ByteRecord {
        ByteRecord::from(fields.to_vec())
    }

    #[test]
    fn the_rows_of_a_run_have_what_its_first_has() {
        let family = Family::Run { of: 0, inherited: vec![1] };
        let mut relatives = Relatives::default();
        let mut complete = |fields: &[&str]| relatives.complete(&family, record(fields)).0;
        assert_eq!(complete(&["emma", "Emma", "7"]), record(&["emma", "Emma", "7"]));
        assert_eq!(complete(&["emma", "", ""]), record(&["emma", "Emma", ""]));
        assert_eq!(complete(&["emma", "Own", ""]), record(&["emma", "Own", ""]));
        assert_eq!(complete(&["other", "", ""]), record(&["other", "", ""]));
    }

    #[test]
    fn a_variation_has_what_its_parent_has() {
        let family = Family::Children { parent: 0, id: 1, sku: 2, inherited: vec![3], hidden_by: vec![] };
        let mut relatives = Relatives::default();
        let mut complete = |fields: &[&str]| relatives.complete(&family, record(fields)).0;
        complete(&["", "7", "EMMA", "Emma"]);
        assert_eq!(complete(&["id:7", "8", "E-1", ""]), record(&["id:7", "8", "E-1", "Emma"]));
        assert_eq!(complete(&["EMMA", "9", "E-2", ""]), record(&["EMMA", "9", "E-2", "Emma"]));
        assert_eq!(complete(&["id:1", "9", "E-3", ""]), record(&["id:1", "9", "E-3", ""]));
    }
}
