//! A source file as its text shows it: what it imports, names, defines and calls.

/// A module's path from the root of the crate: `["runtime", "cell"]`.
pub type Module = Vec<String>;

pub struct File {
    pub path: String,
    pub module: Module,
    /// Without comments, tests and `use`s.
    pub code: String,
    /// What each name that was imported stands for, seen from this file; of a `*` the name is empty.
    pub uses: Vec<(String, Vec<String>)>,
}

impl File {
    pub fn read(path: String, text: &str) -> File {
        let (mut uses, code) = take_uses(&as_one_module(&without_tests(text)));
        uses.retain(|(name, path)| path[0] != "self" || path[1..] != [name.as_str()]);
        let inside = path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")).unwrap_or(&path);
        let mut module: Module = inside.split('/').map(ToOwned::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        File { path, module, code, uses }
    }
}

fn is_part_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Each place where `word` stands by itself.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back().is_some_and(is_part_of_a_name);
        let after = text[at + word.len()..].chars().next().is_some_and(is_part_of_a_name);
        !before && !after
    })
}

fn name_at(text: &str) -> &str {
    &text[..text.find(|c| !is_part_of_a_name(c)).unwrap_or(text.len())]
}

/// Where the item at the beginning of `text` ends: after its block, or after its semicolon.
fn end_of_item(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn without_tests(text: &str) -> String {
    let (mut left, mut rest) = (String::new(), text);
    let mark = "#[cfg(test)]";
    while let Some(at) = rest.find(mark) {
        left.push_str(&rest[..at]);
        rest = &rest[at + mark.len()..];
        rest = &rest[end_of_item(rest)..];
    }
    left + rest
}

/// What a module within the file names by `super` is the file's own.
fn as_one_module(text: &str) -> String {
    let within = places(text, "mod").find_map(|at| {
        let block = text[at..].find(['{', ';']).map(|from| at + from)?;
        text[block..].starts_with('{').then(|| (block, at + end_of_item(&text[at..])))
    });
    let Some((from, to)) = within else { return text.to_owned() };
    let block = text[from..to].replace("super::", "self::").replace("self::self::", "super::");
    text[..from].to_owned() + &block + &as_one_module(&text[to..])
}

/// The imports of a file, and its code without them.
fn take_uses(code: &str) -> (Vec<(String, Vec<String>)>, String) {
    let (mut uses, mut left, mut from) = (vec![], String::new(), 0);
    for at in places(code, "use").collect::<Vec<_>>() {
        let before = code[..at].rsplit('\n').next().unwrap_or("").trim();
        let begins = before.is_empty() || before.starts_with("pub") && !before.contains(';');
        if at < from || !begins || !code[at + 3..].starts_with(' ') {
            continue;
        }
        let end = at + code[at..].find(';').unwrap_or(code.len() - at);
        left.push_str(&code[from..at]);
        expand(&[], &code[at + 3..end], &mut uses);
        from = (end + 1).min(code.len());
    }
    (uses, left + &code[from..])
}

/// Takes `a::{b, c as d}` apart.
fn expand(before: &[String], tree: &str, uses: &mut Vec<(String, Vec<String>)>) {
    let tree = tree.trim();
    if let Some(inside) = tree.strip_prefix('{').and_then(|tree| tree.strip_suffix('}')) {
        let (mut depth, mut from) = (0, 0);
        for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(before, &inside[from..at], uses);
                    from = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let mut path = before.to_vec();
    if let Some((first, rest)) = tree.split_once("::") {
        path.extend((!first.is_empty()).then(|| first.trim().to_owned()));
        return expand(&path, rest, uses);
    }
    let (name, alias) = tree.split_once(" as ").unwrap_or((tree, tree));
    let alias = match (name, alias.trim()) {
        ("", _) => return,
        ("*", _) => String::new(),
        ("self", "self") => path.last().cloned().unwrap_or_default(),
        (_, alias) => alias.to_owned(),
    };
    if name != "*" && (name != "self" || path.is_empty()) {
        path.push(name.trim().to_owned());
    }
    uses.push((alias, path));
}

/// Every `a::b::c` of the code, but for what a macro names by `$crate`.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = vec![];
    let mut from = 0;
    while let Some(at) = code[from..].find("::").map(|at| from + at) {
        let first = code[..at].rfind(|c| !is_part_of_a_name(c)).map_or(0, |before| before + 1);
        let of_a_macro = code[..first].ends_with('$');
        let mut path = vec![code[first..at].to_owned()];
        from = at;
        while let Some(rest) = code[from..].strip_prefix("::") {
            let name = name_at(rest);
            path.extend((!name.is_empty()).then(|| name.to_owned()));
            from += 2 + name.len();
        }
        if !path[0].is_empty() && path.len() > 1 && !of_a_macro {
            found.push(path);
        }
    }
    found
}

/// Whether the code says what `name` is.
pub fn defines(code: &str, name: &str) -> bool {
    let words = ["struct", "enum", "trait", "type", "fn", "const", "static", "mod", "macro_rules!"];
    let is_defined = |at: usize| words.iter().any(|word| code[..at].trim_end().ends_with(word));
    places(code, name).any(is_defined)
}

pub fn functions(code: &str) -> impl Iterator<Item = &str> {
    places(code, "fn").map(|at| name_at(code[at + 2..].trim_start())).filter(|name| !name.is_empty())
}

/// The blocks that give methods to a type: its name, and the block.
pub fn impls(code: &str) -> impl Iterator<Item = (&str, &str)> {
    places(code, "impl").filter_map(|at| {
        let item = code[at..].split_at(end_of_item(&code[at..])).0;
        let (head, body) = item.split_once('{')?;
        let begins = code[..at].trim_end_matches([' ', '\t']).ends_with('\n') || at == 0;
        let head = head.strip_prefix("impl")?;
        let (head, _bounds) = head.split_once(" where ").unwrap_or((head, ""));
        if !begins || places(head, "for").next().is_some() {
            return None;
        }
        // after the parameters of the block
        let of = if head.starts_with('<') { &head[end_of_parameters(head)..] } else { head };
        let of = of.trim().split('<').next()?;
        Some((of.rsplit("::").next()?.trim(), body))
    })
}

fn end_of_parameters(head: &str) -> usize {
    let mut depth = 0;
    for (at, c) in head.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if !head[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    head.len()
}

/// Whether a method of this name is called.
pub fn calls(code: &str, name: &str) -> bool {
    places(code, name).any(|at| {
        let after = &code[at + name.len()..];
        (code[..at].ends_with('.') || code[..at].ends_with("::"))
            && (after.starts_with('(') || after.starts_with("::<"))
    })
}
