//! `doorstep init`: makes the data directory of a shop, or of a demo, and marks it for good.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;

use crate::domain::Currency;
use crate::runtime::system_time;
use crate::settings::{Opens, Settings, ShopKind};
use crate::storage::DirectoryLock;

use super::directory::{self, Mark};
use super::layout::Layout;
use super::questions::{QUESTIONS, Question};
use super::whole_file::write_whole;
use super::{Failure, private};

const TEMPLATE: &str = include_str!("../../config/shop.toml.in");

#[derive(clap::Args)]
pub struct Arguments {
    /// A demo's, and empty: for `import`, tests and benchmarks. It asks nothing; what the settings say holds
    #[arg(long, conflicts_with_all = ["name", "address", "tax_number", "currency", "shipping", "time_zone", "countries", "email", "public_url", "mail_from"])]
    demo: bool,
    /// The shop's name, as customers read it
    #[arg(long)]
    name: Option<String>,
    /// Its postal address, with commas between the lines
    #[arg(long, value_name = "LINE, LINE…")]
    address: Option<String>,
    /// Its VAT or other tax number
    #[arg(long, value_name = "NUMBER")]
    tax_number: Option<String>,
    /// The currency of its prices (ISO 4217), for good
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// What delivery costs an order, in that currency, as 2.99; 0 is free delivery
    #[arg(long, value_name = "AMOUNT")]
    shipping: Option<String>,
    /// In which days and hours are shown: Europe/London
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Where it sends to: GB, IE; "" is everywhere
    #[arg(long, value_name = "CODE, CODE…")]
    countries: Option<String>,
    /// Where customers reach it
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Where browsers will reach it: https://shop.example; "" is this machine only
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Who its mails are from: Bound <orders@bound.example>
    #[arg(long, value_name = "NAME <ADDRESS>")]
    mail_from: Option<String>,
    /// Ask nothing: what no flag says is as usual
    #[arg(long)]
    yes: bool,
}

impl Arguments {
    pub fn opens(&self) -> Opens {
        if self.demo { Opens::Demo } else { Opens::Shop }
    }

    fn given(&self, flag: &str) -> Option<&str> {
        let given = match flag {
            "--name" => &self.name,
            "--address" => &self.address,
            "--tax-number" => &self.tax_number,
            "--currency" => &self.currency,
            "--shipping" => &self.shipping,
            "--time-zone" => &self.time_zone,
            "--countries" => &self.countries,
            "--email" => &self.email,
            "--public-url" => &self.public_url,
            "--mail-from" => &self.mail_from,
            _ => &None,
        };
        given.as_deref()
    }
}

/// Nothing is written before every answer is there and good.
pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    must_be_new(&layout)?;
    if arguments.demo {
        make(&layout, Mark { kind: ShopKind::Demo, currency: settings.shop.currency }, None)?;
        let dir = layout.dir.display();
        let typed = as_typed(&layout.dir);
        println!(
            "{dir} is a demo's: `doorstep --data {typed}` opens it, `doorstep import catalogue FILE --data {typed}` fills it"
        );
        return Ok(ExitCode::SUCCESS);
    }
    let (text, currency) = written(arguments)?;
    make(&layout, Mark { kind: ShopKind::Shop, currency }, Some(&text))?;
    let (dir, file) = (layout.dir.display(), layout.settings());
    println!("{dir} is a shop's, and its settings are in {}. Next:", file.display());
    for next in ["check", "import catalogue FILE", "serve"] {
        println!("  doorstep {next} --data {}", as_typed(&layout.dir));
    }
    if arguments.yes && arguments.currency.is_none() {
        println!(
            "Nobody said --currency, so its prices are in {currency}, for good: if that is wrong, remove {dir} and make it with --currency"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// As a shell takes it for one word.
fn as_typed(dir: &Path) -> String {
    let text = dir.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,:=".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn must_be_new(layout: &Layout) -> Result<(), Failure> {
    let dir = layout.dir.display();
    if let Some(mark) = Mark::read(layout)? {
        return Err(Failure(format!(
            "{dir} is a {}'s already: name another directory with --data DIR",
            mark.kind
        )));
    }
    directory::find(layout, Opens::Demo)?;
    if layout.settings().exists() {
        return Err(Failure(format!(
            "{} is there already, and {dir} is no shop yet: remove the file, or move it and give it to `doorstep serve --config`",
            layout.settings().display()
        )));
    }
    Ok(())
}

/// The mark comes last: before it there is no shop.
fn make(layout: &Layout, mark: Mark, settings: Option<&str>) -> Result<(), Failure> {
    private::claim(layout)?;
    let _lock = DirectoryLock::take(&layout.dir)?;
    must_be_new(layout)?;
    if let Some(text) = settings {
        write_whole(&layout.dir, &layout.settings(), text.as_bytes())?;
    }
    mark.make(layout, system_time()?).map(drop)
}

/// The file of settings, and the currency that it names.
fn written(arguments: &Arguments) -> Result<(String, Currency), Failure> {
    let asks = !arguments.yes && stdin().is_terminal();
    let missing = |question: &&Question| {
        arguments.given(question.flag).is_none() && !(arguments.yes && question.usual.is_some())
    };
    let flags: Vec<&str> = QUESTIONS.iter().filter(missing).map(|question| question.flag).collect();
    if !asks && !flags.is_empty() {
        let flags = flags.join(", ");
        let why = match arguments.yes {
            true => "with --yes: what has no usual answer must be given",
            false => "where there is no terminal: give each, or --yes for what is usual",
        };
        return Err(Failure(format!("{flags} missing, and nothing is asked {why}")));
    }
    let mut values = HashMap::new();
    for question in &QUESTIONS {
        let currency = currency_in(&values)?;
        let value = match arguments.given(question.flag) {
            Some(given) => question.value(given, currency)?,
            None if asks => asked(question, currency)?,
            None => question.value(question.usual.unwrap_or_default(), currency)?,
        };
        values.insert(question.key, value);
    }
    let text = filled(&values);
    let currency = Settings::of_text(&text)?.shop.currency;
    Ok((text, currency))
}

/// Of the answers so far.
fn currency_in(values: &HashMap<&str, String>) -> Result<Currency, Failure> {
    let answered = values.get("shop.currency").map(|currency| format!("[shop]\ncurrency = {currency}"));
    Ok(Settings::of_text(&answered.unwrap_or_default())?.shop.currency)
}

/// The template with the values in the places of their keys.
fn filled(values: &HashMap<&str, String>) -> String {
    let mut pieces = TEMPLATE.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (key, rest) = piece.split_once('}').unwrap_or(("", piece));
        text.push_str(values.get(key).map_or("", String::as_str));
        text.push_str(rest);
    }
    text
}

/// Asks until the answer is good.
fn asked(question: &Question, currency: Currency) -> Result<String, Failure> {
    loop {
        let usual = question.usual.filter(|usual| !usual.is_empty());
        let usual_said = usual.map(|usual| format!(" [{usual}]")).unwrap_or_default();
        print!("{}{usual_said}: ", question.asks);
        stdout().flush()?;
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 {
            return Err(Failure("the answers ended: nothing was made".to_owned()));
        }
        let answer = Some(line.trim()).filter(|line| !line.is_empty()).or(usual).unwrap_or_default();
        match question.value(answer, currency) {
            Ok(value) => return Ok(value),
            Err(Failure(why)) => println!("  {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_named_as_a_shell_takes_it() {
        for (dir, typed) in [
            ("shops/b-1.2", "shops/b-1.2"),
            ("Bücher", "Bücher"),
            ("my shop", "'my shop'"),
            ("Ada's", "'Ada'\\''s'"),
            ("a;b$c", "'a;b$c'"),
        ] {
            assert_eq!(as_typed(Path::new(dir)), typed);
        }
    }
}
