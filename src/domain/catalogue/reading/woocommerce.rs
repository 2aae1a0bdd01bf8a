//! WooCommerce's export has its columns' names in the language of the shop. Its values are the same in all.

use super::fields::normalised;

/// Names of columns in a language; `#` stands for a number or a unit. They are those of exports of 2021 to 2026: the program's
/// translations change.
type Language = [(&'static str, &'static [&'static str])];

/// A file that has all of these in one language is such an export.
const KNOWN_BY: [&str; 4] = ["Type", "Name", "Published", "Regular price"];

const LANGUAGES: [&Language; 7] = [&GERMAN, &FRENCH, &SPANISH, &ITALIAN, &DUTCH, &POLISH, &PORTUGUESE];

const GERMAN: [(&str, &[&str]); 13] = [
    ("Type", &["Typ"]),
    ("SKU", &["Artikelnummer", "Art.-Nr."]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN oder ISBN"]),
    ("Name", &["Name"]),
    ("Published", &["Veröffentlicht"]),
    ("Visibility in catalog", &["Sichtbarkeit im Katalog", "Katalogsichtbarkeit"]),
    ("In stock?", &["Vorrätig?", "Auf Lager?"]),
    ("Stock", &["Lager", "Bestand", "Lagerbestand"]),
    ("Weight (#)", &["Gewicht (#)"]),
    ("Regular price", &["Regulärer Preis", "Normaler Preis"]),
    ("Parent", &["Übergeordnet", "Übergeordnetes Produkt", "Eltern"]),
    ("Attribute # name", &["Attribut # Name"]),
    ("Attribute # value(s)", &["Attribut # Wert(e)"]),
];

const FRENCH: [(&str, &[&str]); 13] = [
    ("Type", &["Type"]),
    ("SKU", &["UGS", "Référence"]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN ou ISBN"]),
    ("Name", &["Nom"]),
    ("Published", &["Publié"]),
    ("Visibility in catalog", &["Visibilité dans le catalogue"]),
    ("In stock?", &["En stock ?"]),
    ("Stock", &["Stock"]),
    ("Weight (#)", &["Poids (#)"]),
    ("Regular price", &["Tarif régulier", "Prix régulier"]),
    ("Parent", &["Parent"]),
    ("Attribute # name", &["Nom de l’attribut #"]),
    ("Attribute # value(s)", &["Valeur(s) de l’attribut #"]),
];

const SPANISH: [(&str, &[&str]); 12] = [
    ("Type", &["Tipo"]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN o ISBN"]),
    ("Name", &["Nombre"]),
    ("Published", &["Publicado"]),
    ("Visibility in catalog", &["Visibilidad en el catálogo"]),
    ("In stock?", &["¿En inventario?", "¿Existencias?"]),
    ("Stock", &["Inventario"]),
    ("Weight (#)", &["Peso (#)"]),
    ("Regular price", &["Precio normal", "Precio regular"]),
    ("Parent", &["Superior"]),
    ("Attribute # name", &["Nombre del atributo #"]),
    ("Attribute # value(s)", &["Valor(es) del atributo #"]),
];

const ITALIAN: [(&str, &[&str]); 13] = [
    ("Type", &["Tipo"]),
    ("SKU", &["COD"]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN, o ISBN"]),
    ("Name", &["Nome"]),
    ("Published", &["Pubblicato"]),
    ("Visibility in catalog", &["Visibilità nel catalogo"]),
    ("In stock?", &["In stock?"]),
    ("Stock", &["Magazzino"]),
    ("Weight (#)", &["Peso (#)"]),
    ("Regular price", &["Prezzo di listino"]),
    ("Parent", &["Genitore"]),
    ("Attribute # name", &["Nome dell'attributo #", "Attributo # nome"]),
    ("Attribute # value(s)", &["Valore dell'attributo #", "Attributo # valuta(e)"]),
];

const DUTCH: [(&str, &[&str]); 13] = [
    ("Type", &["Type"]),
    ("SKU", &["Artikelnummer"]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN of ISBN"]),
    ("Name", &["Naam"]),
    ("Published", &["Gepubliceerd"]),
    ("Visibility in catalog", &["Zichtbaarheid in catalogus"]),
    ("In stock?", &["Op voorraad?"]),
    ("Stock", &["Voorraad"]),
    ("Weight (#)", &["Gewicht (#)"]),
    ("Regular price", &["Reguliere prijs"]),
    ("Parent", &["Hoofd"]),
    ("Attribute # name", &["Naam eigenschap #"]),
    ("Attribute # value(s)", &["Waarde eigenschap #"]),
];

const POLISH: [(&str, &[&str]); 11] = [
    ("Type", &["Typ"]),
    ("Name", &["Nazwa"]),
    ("Published", &["Opublikowano", "Opublikowany"]),
    ("Visibility in catalog", &["Widoczność w katalogu"]),
    ("In stock?", &["W magazynie?"]),
    ("Stock", &["Stan magazynowy"]),
    ("Weight (#)", &["Waga (#)"]),
    ("Regular price", &["Cena", "Cena regularna"]),
    ("Parent", &["Element nadrzędny"]),
    ("Attribute # name", &["Nazwa atrybutu #"]),
    ("Attribute # value(s)", &["Wartości atrybutu #"]),
];

/// Of Brazil.
const PORTUGUESE: [(&str, &[&str]); 12] = [
    ("Type", &["Tipo"]),
    ("GTIN, UPC, EAN, or ISBN", &["GTIN, UPC, EAN, ou ISBN"]),
    ("Name", &["Nome"]),
    ("Published", &["Publicado"]),
    ("Visibility in catalog", &["Visibilidade no catálogo"]),
    ("In stock?", &["Em estoque?"]),
    ("Stock", &["Estoque"]),
    ("Weight (#)", &["Peso (#)"]),
    ("Regular price", &["Preço"]),
    ("Parent", &["Ascendente"]),
    ("Attribute # name", &["Nome do atributo #"]),
    ("Attribute # value(s)", &["Valores do atributo #"]),
];

/// What `--map` calls columns that say which rows are products for sale, and how they are called in English.
pub(super) const SAID: [(&str, &str); 5] = [
    ("type", "Type"),
    ("published", "Published"),
    ("visibility", "Visibility in catalog"),
    ("availability", "In stock?"),
    ("parent", "Parent"),
];

const KINDS: [&str; 5] = ["simple", "variable", "variation", "grouped", "external"];

pub(super) fn said(ours: &str) -> Option<(&'static str, &'static str)> {
    SAID.into_iter().find(|(name, _)| *name == normalised(ours))
}

/// What an export has in the column of types: `simple`, `variation, virtual`.
pub(super) fn is_a_type(value: &str) -> bool {
    let kind = value.split(',').next().unwrap_or_default().trim().to_lowercase();
    KINDS.contains(&kind.as_str())
}

/// Of the columns' names, all normalised, those of an export in another language become English.
pub(super) fn translate(names: &mut [String]) {
    let is_one = |language: &&&Language| {
        KNOWN_BY
            .iter()
            .all(|column| names.iter().any(|name| english(language, name).as_deref() == Some(*column)))
    };
    let Some(language) = LANGUAGES.iter().find(is_one) else { return };
    for place in 0..names.len() {
        if let Some(english) = english(language, &names[place]).map(|name| normalised(&name))
            && !names.contains(&english)
        {
            names[place] = english;
        }
    }
}

fn english(language: &Language, name: &str) -> Option<String> {
    language
        .iter()
        .find_map(|(english, theirs)| theirs.iter().find_map(|theirs| in_english(name, english, theirs)))
}

fn in_english(name: &str, english: &str, theirs: &str) -> Option<String> {
    let Some((before, behind)) = theirs.split_once('#') else {
        return (name == normalised(theirs)).then(|| english.to_owned());
    };
    let number = name.strip_prefix(&normalised(before))?.strip_suffix(&normalised(behind))?;
    let number = number.trim_matches('_');
    (!number.is_empty() && !number.contains('_')).then(|| english.replace('#', number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(header: &str) -> Vec<String> {
        let mut names: Vec<String> = header.split(',').map(normalised).collect();
        translate(&mut names);
        names
    }

    #[test]
    fn an_export_in_another_language_is_understood() {
        let english = translated(
            "ID,Type,SKU,Name,Published,Visibility in catalog,In stock?,Stock,Weight (kg),Regular price,Parent,Attribute 1 \
             name,Attribute 1 value(s)",
        );
        for header in [
            "ID,Typ,Artikelnummer,Name,Veröffentlicht,Sichtbarkeit im Katalog,Vorrätig?,Lager,Gewicht (kg),Regulärer \
             Preis,Übergeordnet,Attribut 1 Name,Attribut 1 Wert(e)",
            "ID,Type,UGS,Nom,Publié,Visibilité dans le catalogue,En stock ?,Stock,Poids (kg),Tarif régulier,Parent,Nom de \
             l'attribut 1,Valeur(s) de l'attribut 1",
            "ID,Tipo,SKU,Nombre,Publicado,Visibilidad en el catálogo,¿Existencias?,Inventario,Peso (kg),Precio \
             normal,Superior,Nombre del atributo 1,Valor(es) del atributo 1",
            "ID,Tipo,COD,Nome,Pubblicato,Visibilità nel catalogo,In stock?,Magazzino,Peso (kg),Prezzo di \
             listino,Genitore,Attributo 1 nome,Attributo 1 valuta(e)",
            "ID,Type,Artikelnummer,Naam,Gepubliceerd,Zichtbaarheid in catalogus,Op voorraad?,Voorraad,Gewicht (kg),Reguliere \
             prijs,Hoofd,Naam eigenschap 1,Waarde eigenschap 1",
            "ID,Typ,SKU,Nazwa,Opublikowano,Widoczność w katalogu,W magazynie?,Stan magazynowy,Waga (kg),Cena,Element \
             nadrzędny,Nazwa atrybutu 1,Wartości atrybutu 1",
            "ID,Tipo,SKU,Nome,Publicado,Visibilidade no catálogo,Em estoque?,Estoque,Peso \
             (kg),Preço,Ascendente,Nome do atributo 1,Valores do atributo 1",
        ] {
            assert_eq!(translated(header), english, "{header}");
        }
    }

    #[test]
    fn a_table_of_the_shops_own_is_left_as_it_is() {
        for header in
            ["Typ,Artikelnummer,Name,Lager,Preis", "sku,title,price,stock", "Tipo,Nome,Preço,Estoque"]
        {
            let names: Vec<String> = header.split(',').map(normalised).collect();
            assert_eq!(translated(header), names);
        }
    }

    #[test]
    fn a_type_is_told_from_a_title() {
        for (value, is) in [
            ("simple", true),
            ("Variation, virtual", true),
            ("simple, downloadable", true),
            ("", false),
            ("A Simple Plan", false),
        ] {
            assert_eq!(is_a_type(value), is, "{value}");
        }
    }
}
