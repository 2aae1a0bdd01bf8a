//! What a data directory is for, a demo or a shop: said once, in a file of its own, before anything else is made in it.

use std::fs;
use std::io::ErrorKind;

use config::{Config, File, FileFormat};
use serde::Deserialize;

use crate::domain::{Currency, Timestamp};
use crate::journal;
use crate::settings::{Opens, Settings, ShopKind};
use crate::storage;

use super::Failure;
use super::layout::Layout;
use super::whole_file::write_whole;

/// Of the file: a build that knows no later one refuses it.
const FORM: u32 = 1;

/// What a data directory is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub kind: ShopKind,
    /// Of every price and every entry of the books.
    pub currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: ShopKind,
    form: u32,
    currency: Currency,
    #[serde(rename = "made_by")]
    _made_by: String,
    #[serde(rename = "made_at")]
    _made_at: String,
}

/// The mark of a directory that `opens` may open. `None`: a demo is to be made there. Nothing is changed.
pub fn find(layout: &Layout, opens: Opens) -> Result<Option<Mark>, Failure> {
    let dir = layout.dir.display();
    match read_settled(layout)? {
        Some(mark) if opens.takes(mark.kind) => Ok(Some(mark)),
        Some(mark) => Err(is_the_other(layout, mark.kind)),
        None => match opens {
            Opens::Demo => Ok(None),
            Opens::Shop => Err(Failure(format!(
                "{dir} holds no shop: make one with `doorstep init --data {dir}`, or name another directory with --data DIR"
            ))),
            Opens::Either | Opens::Nothing => {
                Err(Failure(format!("{dir} holds no shop: name its data directory with --data DIR")))
            }
        },
    }
}

/// The mark of a directory that is begun, if it is. Whoever makes one at this very moment marks it before anything else.
fn read_settled(layout: &Layout) -> Result<Option<Mark>, Failure> {
    let found = Mark::read(layout)?;
    let is_begun = || -> Result<bool, Failure> {
        Ok(journal::is_begun(&layout.journal())? || storage::has_trees(&layout.dir)?)
    };
    if found.is_some() || !is_begun()? {
        return Ok(found);
    }
    Mark::read(layout)?.map(Some).ok_or_else(|| unmarked(layout))
}

/// For whoever reads the journal: a directory that was never opened holds nothing to verify or explain.
pub fn find_opened_once(layout: &Layout) -> Result<Mark, Failure> {
    let mark = find(layout, Opens::Either)?;
    let dir = layout.dir.display();
    let was_opened = layout.journal().is_dir() || storage::has_trees(&layout.dir)?;
    mark.filter(|_| was_opened).ok_or_else(|| {
        Failure(format!(
            "{dir} holds no journal: it was never opened, or names another --data DIR than you mean"
        ))
    })
}

/// Whether nobody has opened it yet. Where the keys of links are, there was a journal: it is lost.
pub fn is_unopened(layout: &Layout) -> Result<bool, Failure> {
    let is_begun = layout.journal().is_dir() || layout.link_keys().exists();
    Ok(!is_begun && !storage::has_trees(&layout.dir)?)
}

/// The build that made the directory, and when, as its mark says.
pub fn made_by(layout: &Layout) -> Option<String> {
    let text = fs::read_to_string(layout.mark()).ok()?;
    let read = Config::builder().add_source(File::from_str(&text, FileFormat::Toml)).build().ok()?;
    let said = |key| read.get::<String>(key).ok();
    Some(format!("{} at {}", said("made_by")?, said("made_at")?))
}

impl Mark {
    /// Settings that do not go with it are refused.
    pub fn must_fit(&self, settings: &Settings) -> Result<(), Failure> {
        settings.check_for(self.kind)?;
        let (set, kept) = (settings.shop.currency, self.currency);
        if set != kept {
            return Err(Failure(format!(
                "settings: shop.currency = {set}: {} was made with {kept}, and keeps it for good: set {kept}, or begin a new directory",
                settings.data.dir.display()
            )));
        }
        Ok(())
    }

    /// `None` where there is none.
    pub fn read(layout: &Layout) -> Result<Option<Mark>, Failure> {
        let file = layout.mark();
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(Failure(format!(
                    "permission denied: {} opens only to the user whose shop it is; run doorstep as that user",
                    layout.dir.display()
                )));
            }
            Err(error) => return Err(Failure(format!("cannot read {}: {error}", file.display()))),
        };
        parse(&text).map(Some).map_err(|why| {
            Failure(format!(
                "{} says for what the directory is, and {why}: restore it from a backup",
                file.display()
            ))
        })
    }

    /// Marks a directory that nobody else opens meanwhile: before its journal is begun, and for good.
    pub fn make(self, layout: &Layout, now: Timestamp) -> Result<Mark, Failure> {
        let Mark { kind, currency } = self;
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "# What this data directory is for. Written when it was made; the shop does not open without it. Never change it.\n\
             kind = \"{kind}\"\nform = {FORM}\ncurrency = \"{currency}\"\nmade_by = \"doorstep {version}\"\nmade_at = \"{now}\"\n"
        );
        write_whole(&layout.dir, &layout.mark(), text.as_bytes())?;
        Ok(self)
    }
}

fn parse(text: &str) -> Result<Mark, String> {
    let read = Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build();
    let read = read.map_err(|error| format!("cannot be understood ({error})"))?;
    let form: u32 = read.get("form").map_err(|error| format!("has no form ({error})"))?;
    if form > FORM {
        return Err(format!(
            "was written by a newer build (form {form}; this one knows {FORM}); use that build, or"
        ));
    }
    let written: Written =
        read.try_deserialize().map_err(|error| format!("cannot be understood ({error})"))?;
    match written.form {
        FORM => Ok(Mark { kind: written.kind, currency: written.currency }),
        form => Err(format!("has the form {form}, which no build wrote")),
    }
}

fn is_the_other(layout: &Layout, kind: ShopKind) -> Failure {
    let dir = layout.dir.display();
    Failure(match kind {
        ShopKind::Demo => format!(
            "{dir} is a demo's: `doorstep --data {dir}` opens it. `doorstep serve` opens a shop's: make one with `doorstep init --data DIR`"
        ),
        ShopKind::Shop => format!(
            "{dir} is a shop's: `doorstep serve --data {dir}` opens it. `doorstep` without a command opens a demo's: name another \
             directory with --data DIR, and one is made there"
        ),
    })
}

fn unmarked(layout: &Layout) -> Failure {
    Failure(format!(
        "{dir} holds a journal, and no {mark} that says whether it is a demo's or a shop's: if a build made it that did not mark its \
         directories, use that build, or begin a new directory with --data DIR; if the file is lost, restore it from a backup",
        dir = layout.dir.display(),
        mark = layout.mark().file_name().unwrap_or_default().display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: Mark = Mark { kind: ShopKind::Demo, currency: Currency::GBP };
    const SHOP: Mark = Mark { kind: ShopKind::Shop, currency: Currency::GBP };

    fn layout() -> (tempfile::TempDir, Layout) {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout { dir: dir.path().to_path_buf() };
        (dir, layout)
    }

    fn refused(found: Result<Option<Mark>, Failure>) -> String {
        let Err(Failure(why)) = found else { panic!("it was taken: {found:?}") };
        why
    }

    #[test]
    fn a_mark_is_read_as_it_was_made_and_opens_to_its_own_commands() {
        for (mark, opens, other) in [(DEMO, Opens::Demo, Opens::Shop), (SHOP, Opens::Shop, Opens::Demo)] {
            let (_dir, layout) = layout();
            mark.make(&layout, Timestamp(1_795_000_000_000)).unwrap();
            assert_eq!(Mark::read(&layout).unwrap(), Some(mark));
            for opens in [opens, Opens::Either] {
                assert_eq!(find(&layout, opens).unwrap(), Some(mark));
            }
            let why = refused(find(&layout, other));
            assert!(why.contains(&format!("is a {}'s", mark.kind)) && why.contains("--data"), "{why}");
        }
    }

    #[test]
    fn a_new_directory_is_a_demo_to_be_and_holds_no_shop() {
        let (_dir, layout) = layout();
        assert_eq!(find(&layout, Opens::Demo).unwrap(), None);
        assert!(refused(find(&layout, Opens::Shop)).contains("doorstep init --data"));
        assert!(refused(find(&layout, Opens::Either)).contains("holds no shop"));
    }

    #[test]
    fn a_journal_or_trees_without_a_mark_are_refused_by_everybody() {
        for made in ["journal/journal.head", "trees/sled"] {
            let (_dir, layout) = layout();
            let file = layout.dir.join(made);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            for opens in [Opens::Demo, Opens::Shop, Opens::Either] {
                let why = refused(find(&layout, opens));
                assert!(why.contains("use that build") && why.contains("from a backup"), "{made}: {why}");
            }
        }
    }

    #[test]
    fn a_mark_that_is_cut_changed_or_of_another_form_is_refused_by_name() {
        let (_dir, layout) = layout();
        SHOP.make(&layout, Timestamp(0)).unwrap();
        let whole = fs::read_to_string(layout.mark()).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let cut = (0..lines.len()).map(|kept| lines[..kept].join("\n"));
        let changed = [
            whole.replace("shop", "stall"),
            whole.replace("GBP", "XXX"),
            whole.replace("form = 1", "form = 2"),
            whole.replace("form = 1", "form = 0"),
            format!("{whole}more = 1\n"),
        ];
        for text in cut.chain(changed) {
            fs::write(layout.mark(), &text).unwrap();
            let why = refused(find(&layout, Opens::Either));
            assert!(
                why.contains("directory.toml") && why.contains("restore it from a backup"),
                "{text}: {why}"
            );
        }
    }
}
