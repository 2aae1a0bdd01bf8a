//! The table that says what becomes of each column.

use super::fields::{FIELDS, Ours};
use super::mapping::{Family, Mapping};
use super::profiles::{Profile, When};
use super::shown::{shown, typed};
use super::table::{Column, Table, Used};
use super::unshown::Columns;

pub(super) fn table(mapping: &Mapping, encoding: &'static str, separator: char) -> Table {
    let column = |(place, name): (usize, &String)| Column { theirs: shown(name), used: used(mapping, place) };
    let has_not = |ours: Ours| !mapping.has(ours);
    let names = |these: &dyn Fn(Ours) -> bool| -> Vec<&'static str> {
        FIELDS
            .iter()
            .filter(|field| has_not(field.ours) && these(field.ours))
            .map(|field| field.name)
            .collect()
    };
    Table {
        kind: mapping.profile.map(|profile| profile.name),
        encoding,
        separator,
        columns: mapping.names.iter().enumerate().filter(|(_, name)| !name.is_empty()).map(column).collect(),
        set: FIELDS
            .iter()
            .filter_map(|field| Some((field.name, mapping.value(field.ours)?.to_owned())))
            .collect(),
        derived: names(&is_derived),
        absent: names(&|ours| !is_derived(ours) && ours != Ours::Currency),
    }
}

/// What a row has for which the file has no column. Price and stock come to this only where it was asked for.
fn is_derived(ours: Ours) -> bool {
    matches!(ours, Ours::Price | Ours::Stock)
}

fn used(mapping: &Mapping, column: usize) -> Used {
    if let Some(field) = FIELDS.iter().find(|field| mapping.columns(field.ours).contains(&column)) {
        return Used::As(field.name);
    }
    if mapping.variants.contains(&column) {
        return Used::For("title, behind it where there are several");
    }
    let says_what_is_shown =
        |unlisted: &Columns| unlisted.visibility == column || unlisted.variants == column;
    let leaves_out = mapping.rules.iter().any(|(columns, _)| columns.contains(&column));
    if leaves_out || mapping.unlisted.as_ref().is_some_and(says_what_is_shown) {
        return Used::For("which rows are left out");
    }
    if mapping.attributes.iter().any(|&(name, value)| name == column || value == column) {
        return Used::For("authors, where this attribute is the author");
    }
    if let Some((_, when)) = mapping.sold_out.filter(|(sold_out, _)| *sold_out == column) {
        return Used::For(match when {
            When::IsNot(_) => "stock, 0 unless it is `in_stock`",
            When::Lists(_) => "stock, 0 where it is `0` or `backorder`",
            _ => "stock, 0 where it is `0`",
        });
    }
    if mapping.counted_by == Some(column) {
        return Used::For("stock, which counts where this is not empty");
    }
    if is_of_family(&mapping.family, column) {
        return Used::For(match mapping.family {
            Family::Run { .. } => "which rows are of one product; with its options the sku of those without",
            _ if mapping.code == Some(column) => "which rows are of one product; the sku of those without",
            _ => "which rows are of one product",
        });
    }
    if mapping.code == Some(column) {
        return Used::For("the sku of rows without");
    }
    unused(mapping.profile, &mapping.names[column])
}

fn is_of_family(family: &Family, column: usize) -> bool {
    match family {
        Family::EachAlone => false,
        Family::Run { of, .. } => *of == column,
        Family::Children { parent, id, .. } => *parent == column || *id == column,
    }
}

fn unused(profile: Option<&'static Profile>, name: &str) -> Used {
    let hint = profile
        .and_then(|profile| profile.hints.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)));
    match hint {
        // it ends with what has to be typed, but for the column's name
        Some((_, hint)) if hint.ends_with('=') => Used::NotSince(format!("{hint}{}", typed(name))),
        Some((_, hint)) => Used::NotSince((*hint).to_owned()),
        None => Used::Not,
    }
}
