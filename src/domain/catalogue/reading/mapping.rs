//! Which column of the file is which field of ours.

use csv::ByteRecord;

use super::fields::{FIELDS, GOODBOOKS_ID, Ours, normalised};
use super::imported::{ImportError, Wishes};
use super::price;
use super::profiles::{ATTRIBUTES_MAX, Profile, Rows, Rule, When};
use super::shown::shown;
use super::unshown::Columns;
use super::weight::Unit;
use super::woocommerce;
use crate::domain::Currency;

/// A file with more columns is no catalogue; the error would not fit a screen either.
const COLUMNS_MAX: usize = 256;
/// In an error as many are named.
const COLUMNS_SHOWN_MAX: usize = 60;

pub(super) struct Mapping {
    columns: [Vec<usize>; Ours::COUNT],
    values: [Option<String>; Ours::COUNT],
    pub profile: Option<&'static Profile>,
    /// As the file has them.
    pub names: Vec<String>,
    /// Of numbers in the column of weights that have none.
    pub unit: Option<Unit>,
    pub variants: Vec<usize>,
    pub rules: Rules,
    pub family: Family,
    /// Name and value of what may say who wrote the book; it is read as one column behind the last.
    pub attributes: Vec<(usize, usize)>,
    /// What says that none is for sale, and how.
    pub sold_out: Option<(usize, &'static When)>,
    /// What is empty where nobody counts the product.
    pub counted_by: Option<usize>,
    pub unlisted: Option<Columns>,
    /// What is the code of a product that has no SKU.
    pub code: Option<usize>,
    pub derives: bool,
}

/// Each with its columns.
pub(super) type Rules = Vec<(Vec<usize>, &'static Rule)>;

/// Columns by which rows belong together, and those of which a row has what another has.
pub(super) enum Family {
    EachAlone,
    Run { of: usize, inherited: Vec<usize> },
    Children { parent: usize, id: usize, sku: usize, inherited: Vec<usize>, hidden_by: Rules },
}

impl Mapping {
    pub fn of(header: &ByteRecord, wishes: &Wishes) -> Result<Mapping, ImportError> {
        if header.len() > COLUMNS_MAX {
            return Err(ImportError::TooManyColumns { found: header.len(), max: COLUMNS_MAX });
        }
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let mut header = Header { normal: names.iter().map(|name| normalised(name)).collect(), names };
        woocommerce::translate(&mut header.normal);
        let profile = header.said_to_be(wishes)?.or_else(|| Profile::of(&header.normal));
        let mut mapping = Mapping {
            columns: std::array::from_fn(|_| vec![]),
            values: std::array::from_fn(|_| None),
            profile,
            unit: None,
            variants: header.all_of(profile.map_or(&[], |profile| profile.variants)),
            rules: profile.map(|profile| header.rules(profile)).unwrap_or_default(),
            family: Family::EachAlone,
            attributes: vec![],
            sold_out: profile.and_then(|profile| header.sold_out(profile)),
            counted_by: profile.and_then(|profile| header.find(profile.counted_by?)),
            unlisted: profile.and_then(|profile| header.unlisted(profile)),
            code: profile.and_then(|profile| header.find(profile.code?)),
            derives: wishes.derive,
            names: vec![],
        };
        mapping.map(&header, wishes)?;
        mapping.set(&header, wishes)?;
        mapping.unit = mapping.unit.or_else(|| unit_of(header.normal.get(mapping.column(Ours::Weight)?)?));
        mapping.family = mapping.family(&header);
        mapping.check(&header)?;
        mapping.check_currency(&header, wishes.currency)?;
        mapping.names = header.names;
        Ok(mapping)
    }

    /// The column of a field that has one; of several the first.
    pub fn column(&self, ours: Ours) -> Option<usize> {
        self.columns(ours).first().copied()
    }

    /// In the order in which they are tried.
    pub fn columns(&self, ours: Ours) -> &[usize] {
        &self.columns[ours as usize]
    }

    /// What every row has for it.
    pub fn value(&self, ours: Ours) -> Option<&str> {
        self.values[ours as usize].as_deref()
    }

    pub fn has(&self, ours: Ours) -> bool {
        self.column(ours).is_some() || self.value(ours).is_some()
    }

    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Whether something of a product is read there.
    pub fn takes(&self, column: usize) -> bool {
        self.columns.iter().flatten().chain(&self.variants).chain(&self.code).any(|&taken| taken == column)
    }

    pub fn is_goodbooks_id(&self, column: usize) -> bool {
        normalised(&self.names[column]) == GOODBOOKS_ID
    }

    /// What the operator says goes before what the program knows of the file, and that before usual names.
    fn map(&mut self, header: &Header, wishes: &Wishes) -> Result<(), ImportError> {
        for (ours, theirs) in &wishes.map {
            if woocommerce::said(ours).is_some() {
                continue;
            }
            let field = field(ours)?;
            let column = header.column(field.field().name, theirs)?;
            if field == Ours::Weight {
                self.unit = unit_of(&header.normal[column]).or_else(|| unit_of(&normalised(ours)));
            }
            if field != Ours::Isbn {
                self.columns[field as usize].clear();
            }
            self.columns[field as usize].push(column);
        }
        for field in &FIELDS {
            if self.columns(field.ours).is_empty() {
                self.columns[field.ours as usize] = self.found(header, field.ours, wishes)?;
            }
        }
        Ok(())
    }

    fn found(&mut self, header: &Header, ours: Ours, wishes: &Wishes) -> Result<Vec<usize>, ImportError> {
        let Some(names) = self.profile.and_then(|profile| profile.columns(ours)) else {
            let mut found = header.all_of(ours.field().names);
            if ours == Ours::Price {
                found.extend(header.all_of(&[&format!("price {}", wishes.currency)]));
            }
            if ours == Ours::Authors && found.is_empty() && self.profile.is_some() {
                return Ok(self.author_attributes(header));
            }
            found.truncate(if ours == Ours::Isbn { found.len() } else { 1 });
            return Ok(found);
        };
        if let [beginning] = names
            && let Some(beginning) = beginning.strip_suffix('*')
        {
            return header.the_one_that_begins(beginning, ours);
        }
        Ok(header.all_of(names).into_iter().take(1).collect())
    }

    fn author_attributes(&mut self, header: &Header) -> Vec<usize> {
        let pair = |n| {
            Some((
                header.find(&format!("Attribute {n} name"))?,
                header.find(&format!("Attribute {n} value(s)"))?,
            ))
        };
        self.attributes = (1..=ATTRIBUTES_MAX).filter_map(pair).collect();
        if self.attributes.is_empty() { vec![] } else { vec![header.names.len()] }
    }

    fn set(&mut self, header: &Header, wishes: &Wishes) -> Result<(), ImportError> {
        for (ours, value) in &wishes.set {
            let field = field(ours)?;
            let theirs = self.column(field).and_then(|column| header.names.get(column));
            if let (Some(theirs), true) = (theirs, field != Ours::Stock) {
                return Err(ImportError::SetBesideColumn { ours: field.field().name, theirs: shown(theirs) });
            }
            if field == Ours::Weight {
                self.unit = unit_of(&normalised(ours));
            }
            if theirs.is_none() {
                // what would have been made of other columns
                self.columns[field as usize].clear();
            }
            self.values[field as usize] = Some(value.clone());
        }
        Ok(())
    }

    fn family(&self, header: &Header) -> Family {
        let inherited = |fields: &[Ours]| -> Vec<usize> {
            fields.iter().filter_map(|&field| self.column(field)).collect()
        };
        match self.profile.map_or(Rows::EachAlone, |profile| profile.rows) {
            Rows::EachAlone => Family::EachAlone,
            Rows::Run { of } => {
                let mut inherited =
                    inherited(&[Ours::Title, Ours::Authors, Ours::Year, Ours::Language, Ours::TaxClass]);
                let of_products = self.rules.iter().filter(|(_, rule)| !matches!(rule.when, When::AllEmpty));
                inherited.extend(of_products.flat_map(|(columns, _)| columns));
                header.find(of).map_or(Family::EachAlone, |of| Family::Run { of, inherited })
            }
            Rows::Children => {
                let (Some(parent), Some(id)) = (header.find("Parent"), header.find("ID")) else {
                    return Family::EachAlone;
                };
                let sku = self.column(Ours::Sku).unwrap_or(id);
                let inherited = inherited(&[Ours::Title, Ours::Authors, Ours::TaxClass]);
                let of_parents = self.rules.iter().filter(|(_, rule)| rule.and_variations);
                Family::Children { parent, id, sku, inherited, hidden_by: of_parents.cloned().collect() }
            }
        }
    }

    fn check(&self, header: &Header) -> Result<(), ImportError> {
        let used = self.columns.iter().flatten().filter(|&&column| column < header.names.len());
        for &column in used {
            if header.normal.iter().filter(|name| **name == header.normal[column]).count() > 1 {
                return Err(ImportError::RepeatedColumn(shown(&header.names[column])));
            }
        }
        let is_derived = |ours: Ours| self.derives && matches!(ours, Ours::Price | Ours::Stock);
        // rows of one product have a code in common
        let is_run = matches!(self.family, Family::Run { .. });
        let is_made = |ours: Ours| ours == Ours::Sku && (is_run || self.code.is_some());
        let is_missing =
            |ours: Ours| ours.field().is_required && !self.has(ours) && !is_derived(ours) && !is_made(ours);
        let missing: Vec<Ours> =
            FIELDS.iter().map(|field| field.ours).filter(|&ours| is_missing(ours)).collect();
        if missing.is_empty() { Ok(()) } else { Err(self.missing(&missing, header)) }
    }

    /// Prices are in what their column says they are in.
    fn check_currency(&self, header: &Header, shops: Currency) -> Result<(), ImportError> {
        let Some(name) = self.column(Ours::Price).and_then(|column| header.names.get(column)) else {
            return Ok(());
        };
        match price::other_currency_of_column(name, shops) {
            Some(found) => Err(ImportError::OtherCurrency { column: shown(name), found, shops }),
            None => Ok(()),
        }
    }

    fn missing(&self, missing: &[Ours], header: &Header) -> ImportError {
        let has_no_name = FIELDS.iter().all(|field| self.column(field.ours).is_none());
        if let (true, Some(value)) = (has_no_name, header.names.iter().find(|name| is_value(name))) {
            return ImportError::NoHeader { value: shown(value) };
        }
        let fields: Vec<String> = missing.iter().map(|ours| format!("`{}`", ours.field().name)).collect();
        let remedies: Vec<String> = missing.iter().map(|&ours| self.remedy(ours)).collect();
        let names = |ours: &Ours| {
            let names: Vec<String> = ours.field().names.iter().map(|name| format!("`{name}`")).collect();
            format!("\n  names that are taken for {}: {}", ours.field().name, names.join(", "))
        };
        ImportError::MissingColumns {
            missing: fields.join(" and "),
            found: header.listed(),
            remedies: remedies.join("; "),
            names: missing.iter().map(names).collect(),
        }
    }

    fn remedy(&self, ours: Ours) -> String {
        let name = ours.field().name;
        let known = self.profile.and_then(|profile| profile.missing.iter().find(|(of, _)| *of == ours));
        match (known, ours) {
            (Some((_, remedy)), _) => format!("{name}: {remedy}"),
            (None, Ours::Sku | Ours::Title) => format!("say --map {name}=COLUMN"),
            (None, _) => format!("say --map {name}=COLUMN, or --set {name}=VALUE for all rows"),
        }
    }
}

/// The names of a file's columns.
struct Header {
    names: Vec<String>,
    normal: Vec<String>,
}

impl Header {
    /// As the file has it, or as it is understood.
    fn find(&self, name: &str) -> Option<usize> {
        let same = self.names.iter().position(|other| other == name.trim());
        let name = normalised(name);
        let alike = || self.normal.iter().position(|other| *other == name && !name.is_empty());
        same.or_else(alike)
            .or_else(|| self.names.iter().position(|other| normalised(other) == name && !name.is_empty()))
    }

    fn column(&self, ours: &'static str, theirs: &str) -> Result<usize, ImportError> {
        self.find(theirs).ok_or_else(|| ImportError::NoSuchColumn {
            ours,
            theirs: shown(theirs),
            found: self.listed(),
        })
    }

    /// The operator says which columns are those of an export whose language is not known.
    fn said_to_be(&mut self, wishes: &Wishes) -> Result<Option<&'static Profile>, ImportError> {
        let mut profile = None;
        for (ours, theirs) in &wishes.map {
            let Some((ours, english)) = woocommerce::said(ours) else { continue };
            let column = self.column(ours, theirs)?;
            self.normal[column] = normalised(english);
            profile = Some(Profile::woocommerce());
        }
        Ok(profile)
    }

    fn sold_out(&self, profile: &'static Profile) -> Option<(usize, &'static When)> {
        let (column, when) = profile.sold_out.as_ref()?;
        Some((self.find(column)?, when))
    }

    fn unlisted(&self, profile: &'static Profile) -> Option<Columns> {
        let of = profile.unlisted.as_ref()?;
        Some(Columns { of, visibility: self.find(of.visibility)?, variants: self.find(of.variants)? })
    }

    /// Those of these names that the file has, each once.
    fn all_of(&self, names: &[impl AsRef<str>]) -> Vec<usize> {
        let mut found: Vec<usize> = vec![];
        for column in names.iter().filter_map(|name| self.find(name.as_ref())) {
            if !found.contains(&column) {
                found.push(column);
            }
        }
        found
    }

    fn the_one_that_begins(&self, beginning: &str, ours: Ours) -> Result<Vec<usize>, ImportError> {
        let beginning = normalised(beginning);
        let is_it = |&column: &usize| self.normal[column].starts_with(&beginning);
        let found: Vec<usize> = (0..self.names.len()).filter(is_it).collect();
        if found.len() < 2 {
            return Ok(found);
        }
        let names =
            found.iter().map(|&column| format!("`{}`", shown(&self.names[column]))).collect::<Vec<_>>();
        Err(ImportError::SeveralColumns { ours: ours.field().name, found: names.join(", ") })
    }

    /// With their columns; a rule whose columns are not there leaves nothing out.
    fn rules(&self, profile: &'static Profile) -> Rules {
        let rules = profile.leaves_out.iter().map(|rule| (self.all_of(rule.columns), rule));
        rules
            .filter(|(columns, rule)| match rule.when {
                When::AllEmpty => !columns.is_empty(),
                _ => columns.len() == rule.columns.len(),
            })
            .collect()
    }

    fn listed(&self) -> String {
        let names = self.names.iter().take(COLUMNS_SHOWN_MAX).map(|name| format!("`{}`", shown(name)));
        let names = names.collect::<Vec<_>>().join(", ");
        match self.names.len().saturating_sub(COLUMNS_SHOWN_MAX) {
            0 => names,
            more => format!("{names} and {more} more"),
        }
    }
}

fn field(name: &str) -> Result<Ours, ImportError> {
    Ours::named(name).ok_or_else(|| ImportError::NoSuchField {
        name: shown(name),
        known: FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", "),
    })
}

/// A number, with any sign: no column is called so.
fn is_value(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_digit()) && !name.contains(char::is_alphabetic)
}

/// `weight_kg`: the last word of a normalised name.
fn unit_of(name: &str) -> Option<Unit> {
    name.rsplit('_').next().and_then(Unit::parse)
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
