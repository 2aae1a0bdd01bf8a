//! The flags that commands share: each command has those that it takes, and no other.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, Command};

use crate::access::Listen;
use crate::settings::Overrides;

// of every command that opens a data directory
#[derive(Args, Clone, Debug, Default)]
pub struct Place {
    /// A TOML file over the defaults, in the place of the data directory's own; `doorstep settings` lists every key
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data directory: all that a shop or a demo keeps [default: doorstep-demo of a demo, doorstep-shop of a shop]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

// of a shop's daemon
#[derive(Args, Clone, Debug, Default)]
pub struct Serving {
    #[command(flatten)]
    pub place: Place,
    /// Where the shop listens: 127.0.0.1:8080, localhost:8080, or 8080 alone, which is of this machine too; port 0 lets the system choose [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<Listen>,
}

// of a demo's daemon
#[derive(Args, Clone, Debug, Default)]
pub struct Demonstrating {
    #[command(flatten)]
    pub serving: Serving,
    /// Address and port of a demo's card page [default: 127.0.0.1:8081, or a free port where --listen has port 0]
    #[arg(long, value_name = "ADDRESS:PORT")]
    processor_listen: Option<Listen>,
    #[command(flatten)]
    speed: Speed,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Speed {
    /// Trade seconds in a real one, in a demo: 3600 lets an hour pass in a second [default: 3600]
    #[arg(long, value_name = "N")]
    speed: Option<u32>,
}

/// What is set over all settings.
impl From<&Place> for Overrides {
    fn from(place: &Place) -> Overrides {
        Overrides { data: place.data.clone(), ..Overrides::default() }
    }
}

impl From<&Serving> for Overrides {
    fn from(serving: &Serving) -> Overrides {
        Overrides { listen: serving.listen, ..Overrides::from(&serving.place) }
    }
}

impl From<&Demonstrating> for Overrides {
    fn from(flags: &Demonstrating) -> Overrides {
        // where the shop's port is the system's choice, so is the card page's
        let any_port_too = flags.serving.listen.filter(|listen| listen.address().port() == 0);
        let processor_listen = flags.processor_listen.or(any_port_too);
        Overrides { processor_listen, speed: flags.speed.speed, ..Overrides::from(&flags.serving) }
    }
}

impl Speed {
    pub fn over(self, overrides: Overrides) -> Overrides {
        Overrides { speed: self.speed, ..overrides }
    }
}

/// What was typed, with the flags before a command put behind it, where they are read: `doorstep --data DIR verify`.
pub fn behind_the_command(doorstep: &Command, typed: Vec<OsString>) -> Vec<OsString> {
    let at = typed.iter().skip(1).position(|word| doorstep.find_subcommand(word).is_some());
    let Some(at) = at.map(|at| at + 1) else { return typed };
    let before = &typed[1..at];
    // `serve` may be a directory's name
    if before.last().is_some_and(|last| wants_a_value(doorstep, last)) || !are_flags(doorstep, before) {
        return typed;
    }
    let rest = &typed[at..];
    let end = rest.iter().position(|word| word == "--").unwrap_or(rest.len());
    [&typed[..1], &rest[..end], before, &rest[end..]].concat()
}

fn are_flags(doorstep: &Command, words: &[OsString]) -> bool {
    let mut is_value = false;
    words.iter().all(|word| {
        let fits = is_value || word.to_string_lossy().starts_with("--");
        is_value = !is_value && wants_a_value(doorstep, word);
        fits
    })
}

/// Whether the next word is this flag's.
fn wants_a_value(doorstep: &Command, word: &OsStr) -> bool {
    let named = word.to_str().and_then(|word| word.strip_prefix("--"));
    let flag = |name| doorstep.get_arguments().find(|flag| flag.get_long() == Some(name));
    named.and_then(flag).is_some_and(|flag| flag.get_action().takes_values())
}

/// Which flags the command takes that these words name: `doorstep verify takes --config, --data`.
pub fn taken_by(doorstep: &mut Command, typed: &[OsString]) -> String {
    doorstep.build();
    let (mut command, mut name) = (&*doorstep, doorstep.get_name().to_owned());
    for word in &typed[1..] {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            name = format!("{name} {}", found.get_name());
        }
    }
    let long = command.get_arguments().filter_map(|flag| flag.get_long());
    let flags: Vec<String> = long.filter(|flag| *flag != "help").map(|flag| format!("--{flag}")).collect();
    match flags.is_empty() {
        true => format!("{name} takes no flag"),
        false => format!("{name} takes {}", flags.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Parser, Subcommand};

    #[derive(Parser)]
    #[command(name = "doorstep")]
    struct Line {
        #[command(subcommand)]
        _command: Option<Known>,
        #[command(flatten)]
        _flags: Demonstrating,
    }

    #[derive(Subcommand)]
    enum Known {
        Verify(Place),
        Serve(Serving),
    }

    fn doorstep() -> Command {
        <Line as clap::CommandFactory>::command()
    }

    fn words(typed: &str) -> Vec<OsString> {
        typed.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn flags_before_a_command_are_its_own() {
        for (typed, read) in [
            ("doorstep --data here verify", "doorstep verify --data here"),
            ("doorstep --data=here --listen 80 serve -- x", "doorstep serve --data=here --listen 80 -- x"),
            ("doorstep --data serve", "doorstep --data serve"),
            ("doorstep --data verify serve", "doorstep --data verify serve"),
            ("doorstep verify --data here", "doorstep verify --data here"),
            ("doorstep nonsense verify", "doorstep nonsense verify"),
            ("doorstep", "doorstep"),
        ] {
            assert_eq!(behind_the_command(&doorstep(), words(typed)), words(read), "{typed}");
        }
    }

    #[test]
    fn the_flags_of_a_command_are_named() {
        let taken = |typed| taken_by(&mut doorstep(), &words(typed));
        assert_eq!(taken("doorstep verify --listen 80"), "doorstep verify takes --config, --data");
        assert_eq!(taken("doorstep serve --speed 1"), "doorstep serve takes --config, --data, --listen");
        assert!(
            taken("doorstep --nonsense")
                .starts_with("doorstep takes --config, --data, --listen, --processor")
        );
    }
}
