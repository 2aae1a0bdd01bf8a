//! What `docs/catalogue-files.md` shows of the tables that files are read by.
//!
//! `DOORSTEP_WRITE_DOCS=1 cargo test --lib import::drawn` writes it anew.
use std::path::PathBuf;

use crate::domain::catalogue;

#[test]
fn the_document_shows_what_is_read() {
    let document = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/catalogue-files.md");
    let mut text = std::fs::read_to_string(&document).expect("the document is in the repository");
    let is_written_anew = std::env::var("DOORSTEP_WRITE_DOCS").is_ok_and(|value| value == "1");
    let tables =
        [("columns", catalogue::columns_as_markdown()), ("exports", catalogue::exports_as_markdown())];
    for (name, drawn) in tables {
        let (begin, end) = (format!("<!-- drawn: {name} -->\n"), "<!-- end -->\n");
        let from = text.find(&begin).expect("the place is marked") + begin.len();
        let to = from + text[from..].find(end).expect("the place has an end");
        if is_written_anew {
            text.replace_range(from..to, &drawn);
        }
        let to = from + text[from..].find(end).expect("the place has an end");
        assert_eq!(&text[from..to], drawn, "DOORSTEP_WRITE_DOCS=1 writes it anew");
    }
    if is_written_anew {
        std::fs::write(document, text).expect("the document is written");
    }
}
