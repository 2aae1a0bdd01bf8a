//! I19: no page, log, mail, metric or file carries a card number, CVV, password, session or secret.
//!
//! What customers and the shop gave one another in confidence is looked for in every answer to somebody else, in the log,
//! in every letter (but the link of the order that it is about), and, where nobody at all may have it, in the
//! journal's bytes.

use memchr::memmem::Finder;

use super::super::history::Secret;
use super::super::observation::Observation;
use super::Found;

/// A shorter text is found by chance.
const SECRET_CHARS_MIN: usize = 8;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    // answers and logs only grow: what is wrong in them is still there at the end
    if !observation.is_end() {
        return;
    }
    let secrets = observation.history.secrets.iter().filter(|secret| secret.text.len() >= SECRET_CHARS_MIN);
    let journal = journal_bytes(observation);
    for secret in secrets {
        let finder = Finder::new(&secret.text);
        answers(observation, secret, &finder, found);
        log(observation, secret, &finder, found);
        letters(observation, secret, &finder, found);
        found.expect(secret.owner.is_some() || finder.find(&journal).is_none(), || {
            format!("the journal holds {}", secret.what)
        });
    }
}

/// Texts stand in a turn's bytes as they are.
fn journal_bytes(observation: &Observation<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    for (_, record) in observation.records {
        record.encode(&mut bytes);
    }
    bytes
}

fn answers(observation: &Observation<'_>, secret: &Secret, finder: &Finder<'_>, found: &mut Found) {
    for sent in observation.history.requests.iter().filter(|sent| secret.owner != Some(sent.shopper)) {
        let Some(answer) = &sent.answer else { continue };
        found.expect(finder.find(answer.text.as_bytes()).is_none(), || {
            format!(
                "the answer to {} {} ({}) holds {}",
                sent.method,
                path(&sent.uri),
                answer.status,
                secret.what
            )
        });
    }
}

/// The query may hold the secret itself.
fn path(uri: &str) -> &str {
    uri.split('?').next().unwrap_or_default()
}

fn log(observation: &Observation<'_>, secret: &Secret, finder: &Finder<'_>, found: &mut Found) {
    let line = observation.log.iter().find(|line| finder.find(line.as_bytes()).is_some());
    if let Some(line) = line {
        let shown = line.replace(&secret.text, "…");
        found.wrong(format!("the log holds {}: {shown}", secret.what));
    }
}

fn letters(observation: &Observation<'_>, secret: &Secret, finder: &Finder<'_>, found: &mut Found) {
    for letter in observation.letters {
        let order = letter.about.order().and_then(|order| observation.order(order));
        let is_its_own_key = order.is_some_and(|order| order.key.to_string() == secret.text);
        let text = serde_json::to_string(letter).unwrap_or_default();
        found.expect_of(
            letter.about.order(),
            is_its_own_key || finder.find(text.as_bytes()).is_none(),
            || format!("a letter `{}` holds {}", letter.kind, secret.what),
        );
    }
}
