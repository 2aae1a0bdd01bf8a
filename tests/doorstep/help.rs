//! Each command's help names the flags that it takes, and it takes no other.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use super::verify::printed;

/// A command, and the flags in its help, each with what its value is called.
type Flags = BTreeMap<String, Option<String>>;

fn doorstep(words: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep")).args(words).output().expect("run doorstep")
}

fn help(command: &[String]) -> String {
    let asked = doorstep(&[command, &["--help".to_owned()]].concat());
    assert_eq!(asked.status.code(), Some(0), "{command:?}: {}", printed(&asked));
    String::from_utf8(asked.stdout).expect("a help in UTF-8")
}

/// Of a line as `      --data <DIR>  Directory…` or `  -h, --help`.
fn flag(line: &str) -> Option<(String, Option<String>)> {
    let (_, rest) =
        line.split_once("--").filter(|(before, _)| before.trim().len() <= 3 && before.starts_with("  "))?;
    let name = rest.split([' ', '\n']).next()?;
    let value = rest[name.len()..].strip_prefix(" <").and_then(|value| value.split_once('>'));
    Some((format!("--{name}"), value.map(|(value, _)| value.to_owned())))
}

fn flags(help: &str) -> Flags {
    help.lines()
        .filter_map(flag)
        .filter(|(name, _)| !["--help", "--version"].contains(&name.as_str()))
        .collect()
}

/// The commands below this one, by their names in its help.
fn below(help: &str) -> Vec<String> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn all(command: Vec<String>, found: &mut BTreeMap<Vec<String>, Flags>) {
    let help = help(&command);
    for name in below(&help) {
        all([command.clone(), vec![name]].concat(), found);
    }
    found.insert(command, flags(&help));
}

/// One that the flag takes.
fn value(called: &str) -> &'static str {
    match called {
        "ADDRESS:PORT" => "8080",
        "OURS=THEIRS" | "OURS=VALUE" => "stock=1",
        "FROM..TO" => "1..2",
        "STATE" => "open",
        "LOAD" => "hot",
        "PATH" => "cart",
        "UNTIL" => "closed",
        _ => "1",
    }
}

fn with(command: &[String], flag: &str, called: Option<&str>) -> Vec<String> {
    let flag = called.map_or(flag.to_owned(), |called| format!("{flag}={}", value(called)));
    [command, &[flag, "--help".to_owned()]].concat()
}

#[test]
fn each_command_takes_the_flags_that_its_help_names_and_refuses_every_other_by_what_it_takes() {
    let mut commands = BTreeMap::new();
    all(vec![], &mut commands);
    assert!(commands.len() > 20, "{:?}", commands.keys());
    let every: Flags =
        commands.values().flatten().map(|(name, called)| (name.clone(), called.clone())).collect();
    assert!(every.len() > 40, "{:?}", every.keys());
    for (command, taken) in &commands {
        for (flag, called) in taken {
            let words = with(command, flag, called.as_deref());
            let said = doorstep(&words);
            assert_eq!(said.status.code(), Some(0), "{words:?}: {}", printed(&said));
        }
        for flag in every.keys().filter(|flag| !taken.contains_key(*flag)) {
            let refused = doorstep(&[command.as_slice(), std::slice::from_ref(flag)].concat());
            let said = printed(&refused);
            assert_eq!(refused.status.code(), Some(2), "{command:?} {flag}: {said}");
            let name = [&["doorstep".to_owned()], &command[..]].concat().join(" ");
            assert!(said.contains(&format!("{name} takes ")), "{command:?} {flag}: {said}");
            assert!(taken.keys().all(|taken| said.contains(taken)), "{command:?} {flag}: {said}");
        }
    }
}

#[test]
fn a_listener_is_of_a_daemon_alone_and_a_card_page_of_a_demos() {
    let taken =
        |command: &str| flags(&help(&command.split_whitespace().map(str::to_owned).collect::<Vec<_>>()));
    let names = |command| taken(command).into_keys().collect::<Vec<_>>();
    assert_eq!(names(""), ["--config", "--data", "--listen", "--processor-listen", "--speed"]);
    assert_eq!(names("serve"), ["--config", "--data", "--listen"]);
    for command in ["verify", "rebuild", "explain"] {
        assert_eq!(names(command), ["--config", "--data"], "{command}");
    }
    assert_eq!(names("keys add"), ["--clerk", "--config", "--data", "--json"]);
    for command in ["keys list", "keys revoke", "actors", "cases show", "dead-letters retry"] {
        assert_eq!(names(command), ["--config", "--data", "--json"], "{command}");
    }
    assert!(!taken("simulate").contains_key("--data"));
}
