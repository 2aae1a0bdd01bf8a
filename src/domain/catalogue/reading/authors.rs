//! The people of a book, as one field names them.

/// Words with which a surname of several begins.
const PARTICLES: [&str; 24] = [
    "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el",
    "ibn", "la", "le", "mac", "o'", "st", "ten", "van", "von",
];
/// What stands behind a name and is no other person's.
const SUFFIXES: [&str; 8] = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"];

/// Each person once, in the order of the field.
///
/// `;` and `|` part persons, and where neither stands there, `&` and `and` do. A comma parts them too, unless `;` or `|`
/// does, or what it parts is one name: `Writer, C.`, `Writer, Clara`, `Writer, Jr.`.
pub(super) fn read(field: &str) -> Vec<String> {
    let field = one_line(field);
    let names: Vec<String> = if field.contains([';', '|']) {
        field.split([';', '|']).map(one_line).collect()
    } else {
        field.replace(" and ", " & ").split(" & ").flat_map(persons).collect()
    };
    let mut authors: Vec<String> = Vec::new();
    for name in names {
        if name.contains(char::is_alphanumeric) && !authors.contains(&name) {
            authors.push(name);
        }
    }
    authors
}

/// Runs of white space, line breaks too, become one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The persons between commas.
fn persons(list: &str) -> Vec<String> {
    let mut persons: Vec<String> = Vec::new();
    for part in list.split(',').map(one_line).filter(|part| !part.is_empty()) {
        match persons.last_mut() {
            Some(person) if belongs_to_a_name(&part) => {
                person.push_str(", ");
                person.push_str(&part);
            }
            _ => persons.push(part),
        }
    }
    match persons.as_slice() {
        [surname, given] if is_surname(surname) && is_given(given) => vec![format!("{surname}, {given}")],
        _ => persons,
    }
}

/// Initials alone, or `Jr.`: never a person.
fn belongs_to_a_name(part: &str) -> bool {
    let bare = part.to_lowercase().replace('.', "");
    SUFFIXES.contains(&bare.as_str()) || part.split(' ').all(is_initials)
}

/// `C.`, `J.R.R.`, `J`; of several without a dot behind each one cannot tell.
fn is_initials(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let dots = word.chars().filter(|&c| c == '.').count();
    let others = word.chars().any(|c| !c.is_alphabetic() && !matches!(c, '.' | '-'));
    letters > 0 && !others && word.chars().all(|c| !c.is_lowercase()) && (letters == 1 || letters == dots)
}

/// One word, or several of which the first are particles: `van der Post`, `Le Guin`.
fn is_surname(text: &str) -> bool {
    let mut words = text.split(' ').peekable();
    while words.peek().is_some_and(|word| PARTICLES.contains(&word.to_lowercase().as_str())) {
        words.next();
    }
    words.next().is_some_and(|word| !is_initials(word)) && words.next().is_none()
}

/// One name, with initials behind it: `Clara`, `Ursula K.`.
fn is_given(text: &str) -> bool {
    let mut words = text.split(' ');
    words.next().is_some_and(|word| !is_initials(word)) && words.all(is_initials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_turned_round_is_one_person() {
        for one in [
            "Writer, C.",
            "Writer, C. D.",
            "Tolkien, J.R.R.",
            "Sartre, J.-P.",
            "Austen, Jane",
            "Le Guin, Ursula K.",
            "van der Post, Laurens",
            "Kurt Vonnegut, Jr.",
            "Jane Austen",
            "S.A.R.K.",
            "Homer",
        ] {
            assert_eq!(read(one), [one]);
        }
    }

    #[test]
    fn several_are_several() {
        for (field, persons) in [
            ("A. Rossi, B. Bianchi", vec!["A. Rossi", "B. Bianchi"]),
            ("Jane Austen, Charlotte Brontë", vec!["Jane Austen", "Charlotte Brontë"]),
            ("Homer, Robert Fagles,  Homer", vec!["Homer", "Robert Fagles"]),
            ("J.K. Rowling, Mary GrandPré", vec!["J.K. Rowling", "Mary GrandPré"]),
            ("Beatrice Sparks, Anonymous", vec!["Beatrice Sparks", "Anonymous"]),
            ("Rossi, A., Bianchi, B.", vec!["Rossi, A.", "Bianchi, B."]),
            ("Ada;Grace", vec!["Ada", "Grace"]),
            ("Austen, Jane; Brontë, Charlotte", vec!["Austen, Jane", "Brontë, Charlotte"]),
            ("Ada Lovelace|Grace Hopper", vec!["Ada Lovelace", "Grace Hopper"]),
            ("Gaiman, Neil & Pratchett, Terry", vec!["Gaiman, Neil", "Pratchett, Terry"]),
            ("A. Rossi, B. Bianchi, and C. Verdi", vec!["A. Rossi", "B. Bianchi", "C. Verdi"]),
            ("Marx and Engels", vec!["Marx", "Engels"]),
            ("Simon & Schuster; Ada", vec!["Simon & Schuster", "Ada"]),
            ("", vec![]),
            (" ,; -", vec![]),
        ] {
            assert_eq!(read(field), persons, "{field}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_gives_whole_names(text in "[A-Ca-c.,;&| -]{0,20}|.*") {
            for name in read(&text) {
                prop_assert!(!name.is_empty() && name == one_line(&name));
            }
        }

        #[test]
        fn what_stands_between_semicolons_reads_back(names in proptest::collection::hash_set("[A-Z][a-z]{1,6}(, [A-Z]\\.)?", 2..6)) {
            let names: Vec<String> = names.into_iter().collect();
            prop_assert_eq!(read(&names.join("; ")), names);
        }
    }
}
