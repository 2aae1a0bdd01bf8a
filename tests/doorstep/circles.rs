//! Which file of the source imports which, read as text; and that none does so in a circle.
//!
//! - A file is a module. A name that a `mod.rs` passes on counts for the file that defines it.
//! - An edge is a path in a `use` or in the code (`super::limits::Bounds`), and a call of a method that only one file has, where
//!   that file adds it to a type of another one: an `impl` block is no import, and can close a circle all the same.
//! - Tests are left out, and what a macro writes where it is called.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{File, Module, calls, defines, functions, impls, paths};
use crate::tidy::sources;

/// No file below these folders is in a circle, nor one beside them at the top of the source. Of the others each circle is
/// printed: `cargo test circles -- --nocapture`.
const HELD: &[&str] = &[
    // a line each
    "src/access/",
    "src/actors/",
    "src/cli/",
    "src/domain/",
    "src/gateway/",
    "src/http/",
    "src/journal/",
    "src/partners/",
    "src/runtime/",
    "src/settings/",
    "src/simulation/",
    "src/storage/",
];
/// The floors of a folder, from the bottom up: no file imports one of a floor above its own.
const FLOORS: [(&str, &[&str]); 1] = [("src/runtime/", &["actor/", "state/", "cell/", "process/"])];

/// Where a path leads.
#[derive(Debug, PartialEq)]
enum Found {
    Module(Module),
    /// Something that the file of this number defines.
    In(usize),
}

struct Graph {
    files: Vec<File>,
    by_module: BTreeMap<Module, usize>,
    /// By the numbers of the files.
    edges: Vec<BTreeSet<usize>>,
}

impl Graph {
    fn of_the_source() -> Graph {
        let is_test = |path: &str| path.contains("/tests/") || path.ends_with("tests.rs");
        let sources = sources("src").into_iter().filter(|source| !is_test(&source.path));
        Graph::new(sources.map(|source| (source.path, source.code)))
    }

    fn new(sources: impl IntoIterator<Item = (String, String)>) -> Graph {
        let of_the_library = sources.into_iter().filter(|(path, _)| path != "src/main.rs");
        let files: Vec<File> = of_the_library.map(|(path, code)| File::read(path, &code)).collect();
        let by_module = files.iter().enumerate().map(|(file, read)| (read.module.clone(), file)).collect();
        let mut graph = Graph { edges: vec![BTreeSet::new(); files.len()], files, by_module };
        let methods = graph.added_methods();
        for from in 0..graph.files.len() {
            let mut to = graph.imported_by(from);
            let called = methods.iter().filter(|(name, _)| calls(&graph.files[from].code, name));
            to.extend(called.map(|(_, file)| *file));
            to.remove(&from);
            graph.edges[from] = to;
        }
        graph
    }

    fn imported_by(&self, from: usize) -> BTreeSet<usize> {
        let file = &self.files[from];
        let imports = file.uses.iter().map(|(_, path)| path.clone());
        // what a `mod.rs` passes on is no dependency of its own
        let imports = imports.filter(|_| !file.path.ends_with("/mod.rs") && file.path != "src/lib.rs");
        imports.chain(paths(&file.code)).filter_map(|path| self.file_of(from, &path)).collect()
    }

    /// The file that defines what a path names; `None` for a whole module, and for what another crate has.
    fn file_of(&self, from: usize, path: &[String]) -> Option<usize> {
        match self.find(from, path, 0)? {
            Found::In(file) => Some(file),
            Found::Module(_) => None,
        }
    }

    /// Follows a path as a file sees it. `depth` ends names that are passed on in a circle.
    fn find(&self, from: usize, path: &[String], depth: usize) -> Option<Found> {
        if depth > 16 {
            return None;
        }
        let file = &self.files[from];
        let mut module = file.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (module, rest) = (vec![], &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                // a function may have the name of a module, and no path leads on from it
                let is_module = path.len() > 1 && self.is_module(&module, first);
                let imported = file.uses.iter().find(|(name, path)| name == first && path[0] != first);
                if let Some((_, path)) = imported.filter(|_| !is_module) {
                    match self.find(from, path, depth + 1)? {
                        Found::Module(found) => (module, rest) = (found, &rest[1..]),
                        found => return Some(found),
                    }
                } else if !self.is_module(&module, first) {
                    return defines(&file.code, first).then_some(Found::In(from));
                }
            }
        }
        self.walk(module, rest, depth)
    }

    fn walk(&self, mut module: Module, path: &[String], depth: usize) -> Option<Found> {
        let Some(segment) = path.first() else { return Some(Found::Module(module)) };
        if self.is_module(&module, segment) {
            module.push(segment.clone());
            return self.walk(module, &path[1..], depth);
        }
        let here = *self.by_module.get(&module)?;
        let passed_on = self.files[here].uses.iter().find(|(name, _)| name == segment);
        if let Some((_, original)) = passed_on {
            return match self.find(here, original, depth + 1)? {
                Found::Module(found) => self.walk(found, &path[1..], depth + 1),
                found => Some(found),
            };
        }
        if !defines(&self.files[here].code, segment) {
            for (_, whole) in self.files[here].uses.iter().filter(|(name, _)| name.is_empty()) {
                if let Some(Found::Module(found)) = self.find(here, whole, depth + 1)
                    && let Some(Found::In(file)) = self.walk(found, path, depth + 1)
                    && defines(&self.files[file].code, segment)
                {
                    return Some(Found::In(file));
                }
            }
        }
        Some(Found::In(here))
    }

    fn is_module(&self, parent: &Module, name: &str) -> bool {
        let mut module = parent.clone();
        module.push(name.to_owned());
        self.by_module.contains_key(&module)
    }

    /// Methods that a file adds to a type of another one, where no other file has a function of this name.
    fn added_methods(&self) -> BTreeMap<String, usize> {
        let mut defined: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (file, read) in self.files.iter().enumerate() {
            for name in functions(&read.code) {
                defined.entry(name).or_default().insert(file);
            }
        }
        let mut added = BTreeMap::new();
        for (file, read) in self.files.iter().enumerate() {
            let foreign = impls(&read.code).filter(|(of, _)| !defines(&read.code, of));
            let names = foreign.flat_map(|(_, body)| functions(body));
            for name in names.filter(|name| defined[name].len() == 1) {
                added.insert(name.to_owned(), file);
            }
        }
        added
    }

    /// Each set of files of which every one reaches every other.
    fn circles(&self) -> Vec<Vec<usize>> {
        let reached: Vec<BTreeSet<usize>> = (0..self.files.len()).map(|from| self.reached(from)).collect();
        let mut circles = BTreeSet::new();
        for (from, to) in reached.iter().enumerate().filter(|(from, to)| to.contains(from)) {
            circles.insert(to.iter().copied().filter(|file| reached[*file].contains(&from)).collect());
        }
        circles.into_iter().collect()
    }

    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(file) = next.pop() {
            next.extend(self.edges[file].iter().filter(|to| reached.insert(**to)));
        }
        reached
    }

    /// The files of a circle, each with those of them that it imports.
    fn show(&self, circle: &[usize]) -> String {
        let line = |file: &usize| {
            let to = self.edges[*file].iter().filter(|to| circle.contains(to));
            let to: Vec<&str> = to.map(|to| self.files[*to].path.as_str()).collect();
            format!("  {} -> {}", self.files[*file].path, to.join(", "))
        };
        let lines: Vec<String> = circle.iter().map(line).collect();
        format!("a circle of {} files\n{}", circle.len(), lines.join("\n"))
    }

    /// Imports that lead to a floor above.
    fn upward(&self, folder: &str, floors: &[&str]) -> Vec<String> {
        let floor_of = |file: usize| {
            let inside = self.files[file].path.strip_prefix(folder)?;
            floors.iter().position(|floor| inside.starts_with(floor))
        };
        let all = self.edges.iter().enumerate();
        let all = all.flat_map(|(from, edges)| edges.iter().map(move |to| (from, *to)));
        let upward =
            all.filter(|(from, to)| floor_of(*from).is_some_and(|floor| Some(floor) < floor_of(*to)));
        upward.map(|(from, to)| format!("{} -> {}", self.files[from].path, self.files[to].path)).collect()
    }
}

#[test]
fn no_file_imports_another_in_a_circle() {
    let graph = Graph::of_the_source();
    let is_held = |file: &usize| {
        let path = graph.files[*file].path.as_str();
        path.matches('/').count() == 1 || HELD.iter().any(|folder| path.starts_with(folder))
    };
    let (held, others): (Vec<_>, Vec<_>) =
        graph.circles().into_iter().partition(|circle| circle.iter().any(is_held));
    others.iter().for_each(|circle| println!("not held to it yet: {}", graph.show(circle)));
    let held: Vec<String> = held.iter().map(|circle| graph.show(circle)).collect();
    assert!(held.is_empty(), "{}", held.join("\n"));
}

#[test]
fn no_floor_knows_one_above_it() {
    let graph = Graph::of_the_source();
    for (folder, floors) in FLOORS {
        for floor in floors {
            let floor = format!("{folder}{floor}");
            assert!(graph.files.iter().any(|file| file.path.starts_with(&floor)), "{floor} holds no file");
        }
        let upward = graph.upward(folder, floors);
        assert!(upward.is_empty(), "{upward:#?}");
    }
}

#[test]
fn a_circle_is_seen_through_a_name_passed_on_and_through_a_method_and_not_where_there_is_none() {
    let graph = |sources: &[(&str, &str)]| {
        Graph::new(sources.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())))
    };
    let root = ("src/a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::{Two as Second};\n");
    let passed_on = [
        root,
        ("src/a/one.rs", "use super::Second;\npub struct One(Second);\n"),
        (
            "src/a/two.rs",
            "pub struct Two;\n#[cfg(test)]\nmod tests { use super::super::One; }\nimpl crate::a::One {}\n",
        ),
    ];
    assert_eq!(graph(&passed_on).circles(), [[1, 2]]);
    let by_method = [
        root,
        ("src/a/one.rs", "pub struct One;\nimpl One { fn begin(&self) { self.go_on() } }\n"),
        ("src/a/two.rs", "use super::one::One;\npub struct Two;\nimpl One { fn go_on(&self) {} }\n"),
    ];
    assert_eq!(graph(&by_method).circles(), [[1, 2]]);
    let within = [
        root,
        (
            "src/a/one.rs",
            "pub use inner::One;\nmod inner { use super::Two; pub struct One(Two); }\nstruct Two;\n",
        ),
        ("src/a/two.rs", "use super::One;\npub struct Two;\n"),
    ];
    assert!(graph(&within).circles().is_empty());
    assert_eq!(graph(&within).edges[2], BTreeSet::from([1]));
    let function_of_its_name = [
        ("src/a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::{Two, one};\n"),
        ("src/a/one.rs", "use super::Two;\npub struct One(Two);\n"),
        ("src/a/two.rs", "use super::One;\npub struct Two;\npub fn one() -> One {}\n"),
    ];
    assert_eq!(graph(&function_of_its_name).circles(), [[1, 2]]);
    let none = [root, ("src/a/one.rs", "pub struct One;\n"), by_method[2]];
    assert!(graph(&none).circles().is_empty());
    assert_eq!(graph(&none).upward("src/a/", &["one", "two"]), Vec::<String>::new());
    assert_eq!(graph(&none).upward("src/a/", &["two", "one"]), ["src/a/two.rs -> src/a/one.rs"]);
}
