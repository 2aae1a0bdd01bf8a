use super::super::letter::tests::letter;
use super::super::{LetterLine, MailKind};
use super::*;
use crate::domain::{EmailAddress, PassKey};
use proptest::prelude::*;
use tempfile::TempDir;

const HEADERS: [&str; 9] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn passes() -> PassKeys {
    PassKeys::new(vec![PassKey { id: 1, secret: [7; 32] }]).unwrap()
}

fn shop() -> Arc<ShopIdentity> {
    Arc::new(ShopIdentity::demo())
}

fn folder(dir: &TempDir) -> EmlFolder {
    let from = "Doorstep <orders@shop.example>".to_owned();
    EmlFolder::new(dir.path().join("mail"), from, "https://shop.example".into(), passes(), shop()).unwrap()
}

fn files(dir: &TempDir) -> Vec<String> {
    let mut found = Vec::new();
    for day in fs::read_dir(dir.path().join("mail")).unwrap() {
        for file in fs::read_dir(day.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            found.push(path.strip_prefix(dir.path().join("mail")).unwrap().display().to_string());
        }
    }
    found
}

/// The headers, unfolded, and the body as it stands.
fn read_back(message: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ");
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    };
    (unfolded.split("\r\n").map(header).collect(), body.to_owned())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    &headers.iter().find(|(found, _)| found == name).unwrap().1
}

/// Of quoted-printable.
fn decoded(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

fn writer() -> LetterWriter {
    let from: Mailbox = "Doorstep <orders@shop.example>".parse().unwrap();
    LetterWriter {
        dir: "unused".into(),
        from,
        base_url: "https://shop.example".into(),
        passes: passes(),
        shop: shop(),
    }
}

/// With the link that its mailbox gets, and not the order's key.
fn signed(letter: &Letter) -> Letter {
    let signed = writer().signed(letter);
    let link = signed.link.clone().unwrap();
    assert!(
        link.starts_with(&format!("/orders/{}?key=lnk_1_", letter.about)) && !link.contains("SECRET"),
        "{link}"
    );
    signed
}

fn composed(letter: &Letter) -> Result<String, String> {
    writer().compose(letter).map(|message| String::from_utf8(message.formatted()).unwrap())
}

#[tokio::test]
async fn a_letter_is_a_correct_message_in_the_folder_of_its_day() {
    let dir = tempfile::tempdir().unwrap();
    let letter = letter(MailKind::Dispatched);
    folder(&dir).send(Arc::new(letter.clone())).await.known().unwrap();

    let name = format!("2026-11-22/{}-dispatched-1795339845000.eml", letter.about);
    assert_eq!(files(&dir), [name.as_str()]);
    let (headers, body) = read_back(&fs::read_to_string(dir.path().join("mail").join(name)).unwrap());
    let id = format!("<{}.dispatched.1795339845000@shop.example>", letter.about);
    for (wanted, value) in [
        ("Message-ID", id.as_str()),
        ("Date", "Sun, 22 Nov 2026 09:30:45 +0000"),
        ("From", "Doorstep <orders@shop.example>"),
        ("To", "\"Ada Byron\" <ada@example.org>"),
        ("Subject", "Doorstep Books: your order 100 0168 is on its way"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ] {
        assert_eq!(header(&headers, wanted), value, "{wanted}");
    }
    assert_eq!(
        decoded(&body).replace("\r\n", "\n").trim_end(),
        signed(&letter).render(&shop(), "https://shop.example").unwrap().body.trim_end()
    );
}

#[tokio::test]
async fn a_letter_sent_again_is_there_once_and_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let letter = letter(MailKind::Cancelled);
    let mut seen = Vec::new();
    for _ in 0..2 {
        // as after a crash: nothing is remembered but the folder
        folder(&dir).send(Arc::new(letter.clone())).await.known().unwrap();
        let [file] = files(&dir).try_into().unwrap();
        seen.push(fs::read(dir.path().join("mail").join(file)).unwrap());
    }
    assert_eq!(seen[0], seen[1]);
    folder(&dir).send(Arc::new(Letter { kind: MailKind::RefundDone, ..letter })).await.known().unwrap();
    assert_eq!(files(&dir).len(), 2);
}

#[tokio::test]
async fn two_letters_of_one_kind_are_two_files_with_two_message_ids() {
    let dir = tempfile::tempdir().unwrap();
    let first = letter(MailKind::PromiseChanged);
    let second = Letter { written_at: first.written_at.plus_ms(1), ..first.clone() };
    let mut ids = Vec::new();
    for letter in [first, second] {
        let (headers, _) = read_back(&composed(&letter).unwrap());
        ids.push(header(&headers, "Message-ID").to_owned());
        folder(&dir).send(Arc::new(letter)).await.known().unwrap();
    }
    assert_eq!(files(&dir).len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_disk_that_fails_leaves_the_outcome_unknown_and_a_repeat_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let post = folder(&dir);
    let day = dir.path().join("mail/2026-11-22");
    fs::write(&day, "a file where the folder should be").unwrap();
    let letter = letter(MailKind::Delivered);
    assert!(matches!(post.send(Arc::new(letter.clone())).await, Answered::Unknown(_)));
    fs::remove_file(&day).unwrap();
    assert_eq!(post.send(Arc::new(letter)).await, Answered::Known(()));
    assert_eq!(files(&dir).len(), 1);
}

#[test]
fn a_name_and_a_title_in_any_script_travel_encoded() {
    let mut letter = letter(MailKind::OrderConfirmation);
    letter.to_name = "Zoë".into();
    letter.lines[0].title = "戦争と平和".into();
    let message = composed(&letter).unwrap();
    assert!(message.is_ascii());
    let (headers, body) = read_back(&message);
    assert_eq!(header(&headers, "To"), "=?utf-8?b?Wm/Dqw==?= <ada@example.org>");
    assert_eq!(header(&headers, "Content-Transfer-Encoding"), "quoted-printable");
    assert!(body.contains("2 x =E6=88=A6"), "{body}");
}

#[test]
fn a_line_break_in_a_name_or_an_address_is_refused() {
    let good = letter(MailKind::Delivered);
    for bad in ["Ada\r\nBcc: eve@example.org", "Ada\nBcc: eve@example.org", "Ada\rX", "Ada\0", "Ada\u{85}X"] {
        let named = Letter { to_name: bad.into(), ..good.clone() };
        assert!(composed(&named).is_err(), "{bad:?}");
        let addressed = Letter { to_address: format!("ada@example.org{}", &bad[3..]), ..good.clone() };
        assert!(composed(&addressed).is_err(), "{bad:?}");
    }
}

#[test]
fn what_is_no_address_is_refused_and_not_told_to_the_log() {
    for bad in [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "ada@example.org, eve@example.org",
        "<ada@x.org>",
    ] {
        let letter = Letter { to_address: bad.into(), ..letter(MailKind::Delivered) };
        let Err(why) = composed(&letter) else { panic!("`{bad}` was taken for an address") };
        assert!(bad.is_empty() || !why.contains(bad), "{why}");
    }
}

#[test]
fn a_clock_gone_wild_is_refused() {
    let letter = Letter { written_at: Timestamp(u64::MAX), ..letter(MailKind::Delivered) };
    assert!(composed(&letter).is_err());
}

#[test]
fn a_sender_that_is_none_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    for bad in ["", "Doorstep", "Doorstep <orders>", "Door\r\nstep <orders@shop.example>"] {
        let made = EmlFolder::new(dir.path().into(), bad.into(), String::new(), passes(), shop());
        assert!(matches!(made, Err(EmlFolderError::BadSender(_))), "{bad}");
    }
    for (bad, good) in [
        ("Acme, Inc. <orders@acme.example>", "`\"Acme, Inc.\" <orders@acme.example>`"),
        ("Books: new; used <orders@acme.example>", "`\"Books: new; used\" <orders@acme.example>`"),
        ("\"Acme, Inc. <orders@acme.example>", "`\"Acme, Inc.\" <orders@acme.example>`"),
    ] {
        let why = check_sender(bad).unwrap_err().to_string();
        assert!(why.contains("double quotes") && why.contains(good), "{why}");
    }
    check_sender("\"Acme, Inc.\" <orders@acme.example>").unwrap();
}

proptest! {
    /// What the door takes can be sent, to nobody else: no order is confirmed whose letters are refused.
    #[test]
    fn whatever_address_is_taken_at_the_door_is_the_one_recipient(
        typed in "[a-zA-Z0-9.!'+_-]{1,12}@([a-zA-Z0-9ü例-]{1,10}\\.){1,3}[a-zé]{2,8}|.{0,12}@.{0,20}",
    ) {
        if let Ok(address) = EmailAddress::parse(&typed) {
            let to = address.to_string();
            let message = composed(&Letter { to_address: to.clone(), to_name: String::new(), ..letter(MailKind::Cancelled) });
            let (headers, _) = read_back(&message.unwrap());
            prop_assert_eq!(header(&headers, "To"), to);
        }
    }

    #[test]
    fn no_text_of_others_adds_a_header_or_a_recipient(
        name in "\\PC{0,120}", title in any::<String>(), reason in any::<String>(), link in any::<String>(),
    ) {
        let mut letter = letter(MailKind::Cancelled);
        letter.to_name = name;
        letter.lines.push(LetterLine { title, ..letter.lines[0].clone() });
        letter.reason = Some(reason);
        letter.link = Some(link);
        let message = composed(&letter).unwrap();
        let (headers, _) = read_back(&message);
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names, HEADERS);
        let to = header(&headers, "To");
        prop_assert!(to == "ada@example.org" || to.ends_with(" <ada@example.org>"), "{}", to);
        prop_assert!(message.is_ascii() && message.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\r')));
    }
}
