//! The people of a book, as one field names them.

/// Words with which a surname of several begins.
const PARTICLES: [&str; 24] = [
    "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el",
    "ibn", "la", "le", "mac", "o'", "st", "ten", "van", "von",
];
/// What stands behind a name and is no other person's.
const SUFFIXES: [&str; 14] =
    ["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "ltd", "limited", "inc", "llc", "plc", "gmbh"];
/// The last words of a company's name.
const COMPANY: [&str; 16] = [
    "ltd",
    "limited",
    "inc",
    "llc",
    "llp",
    "plc",
    "gmbh",
    "co",
    "company",
    "corp",
    "corporation",
    "sons",
    "brothers",
    "bros",
    "daughters",
    "group",
];
/// Who is known by one name has no surname.
const ONE_NAME: [&str; 31] = [
    "aeschylus",
    "aesop",
    "anonymous",
    "aristophanes",
    "aristotle",
    "cicero",
    "colette",
    "confucius",
    "epictetus",
    "euclid",
    "euripides",
    "herodotus",
    "hesiod",
    "homer",
    "horace",
    "livy",
    "lucretius",
    "molière",
    "ovid",
    "plato",
    "plutarch",
    "rumi",
    "seneca",
    "sophocles",
    "stendhal",
    "tacitus",
    "thucydides",
    "unknown",
    "various",
    "virgil",
    "voltaire",
];

/// Each person once, in the order of the field.
///
/// `;` and `|` part persons, and where neither stands there, `&` and `and` do, but for those within a company's name. A comma parts
/// them too, unless `;` or `|` does, or what it parts is one name: `Writer, C.`, `Writer, Clara Maria von`, `Garcia Marquez,
/// Gabriel`, `Writer, Jr.`.
pub(super) fn read(field: &str) -> Vec<String> {
    let field = one_line(field);
    let names: Vec<String> = if field.contains([';', '|']) {
        field.split([';', '|']).map(one_line).collect()
    } else {
        around_and(&field).iter().flat_map(|part| persons(part)).collect()
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

/// What stands around `and` and `&`, where that is not one company.
fn around_and(field: &str) -> Vec<String> {
    let (mut parts, mut rest, mut sign) = (Vec::<String>::new(), field, "");
    loop {
        let next = [" and ", " & "].into_iter().filter_map(|sign| Some((rest.find(sign)?, sign))).min();
        let part = next.map_or(rest, |(at, _)| &rest[..at]);
        match parts.last_mut() {
            Some(before) if is_one_company(before, part) => *before = format!("{before}{sign}{part}"),
            _ => parts.push(part.to_owned()),
        }
        let Some((at, found)) = next else { return parts };
        (rest, sign) = (&rest[at + found.len()..], found);
    }
}

/// `Simon and Schuster Ltd`, `John Wiley & Sons`, `Faber & Faber`; but `Ada Lovelace and Penguin Ltd` are two.
fn is_one_company(before: &str, after: &str) -> bool {
    let before = before.rsplit(',').next().unwrap_or_default().trim();
    let after = after.split(',').next().unwrap_or_default().trim();
    let is_last_word = is_company(after);
    !before.is_empty() && (before == after || is_last_word && (!before.contains(' ') || !after.contains(' ')))
}

fn is_company(name: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase().replace('.', "");
    COMPANY.contains(&last.as_str())
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
        [surname, given] if are_one_name(surname, given) => vec![format!("{surname}, {given}")],
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

/// A name turned round. With two words before the comma and two behind it these are two persons.
fn are_one_name(surname: &str, given: &str) -> bool {
    let has_one_name = |name: &str| ONE_NAME.contains(&name.to_lowercase().as_str());
    if [surname, given].into_iter().any(|name| has_one_name(name) || is_company(name)) {
        return false;
    }
    is_surname(surname) || is_double_surname(surname) && is_given(given)
}

/// `Garcia Marquez`, `Vargas Llosa`: words without initials or a title. In scripts without capitals one cannot tell.
fn is_double_surname(text: &str) -> bool {
    text.split(' ').all(|word| {
        let is_particle = PARTICLES.contains(&word.to_lowercase().as_str());
        is_particle || word.starts_with(char::is_uppercase) && !word.ends_with('.') && !is_initials(word)
    })
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
    let is_name = |word: &str| word.starts_with(char::is_uppercase) && !is_initials(word);
    words.next().is_some_and(is_name) && words.all(is_initials)
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
            "Goethe, Johann Wolfgang von",
            "Fitzgerald, F. Scott",
            "Garcia Marquez, Gabriel",
            "Vargas Llosa, Mario",
            "de la Cruz, Juana Inés",
            "村上, 春樹",
            "Simon and Schuster Ltd",
            "John Wiley & Sons, Inc.",
            "Faber & Faber",
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
            ("Homer, Robert Fagles", vec!["Homer", "Robert Fagles"]),
            ("Jeffrey D. Sachs, Bono", vec!["Jeffrey D. Sachs", "Bono"]),
            ("Dr. Seuss, Various", vec!["Dr. Seuss", "Various"]),
            ("Jun Mochizuki, 望月淳", vec!["Jun Mochizuki", "望月淳"]),
            ("Ada Lovelace and Penguin Ltd", vec!["Ada Lovelace", "Penguin Ltd"]),
            ("Ada, Penguin Books Ltd", vec!["Ada", "Penguin Books Ltd"]),
            ("Penguin, Simon and Schuster Ltd", vec!["Penguin", "Simon and Schuster Ltd"]),
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
