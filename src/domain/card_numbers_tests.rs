use super::*;
use crate::domain::{ApiKey, Date, OrderId, OrderKey, PassKey, PassKeys, ProgramId, VisitorKey};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Digits of other scripts, and what looks like digits, each with its zero.
const ZEROS: [char; 7] = ['\u{ff10}', '\u{660}', '\u{966}', '\u{e50}', '\u{1d7ce}', '\u{1d7f6}', '\u{116da}'];

fn in_digits_of(zero: char, number: &str) -> String {
    number.bytes().filter_map(|c| char::from_u32(zero as u32 + u32::from(c - b'0'))).collect()
}

fn in_groups(separator: &str) -> String {
    ["4242"; 4].join(separator)
}

#[test]
fn a_card_number_is_seen_however_it_is_written() {
    for text in [
        "4111111111111111",
        "my card is 378282246310005.",
        "n°5555555555554444, exp 12/27 123",
        "4111 1111 1111 1111 123",
        "card4242424242424242x",
        "99 4242 4242 4242 4242",
        "6304000000000000000",
        "4222222222222",
        "30569309025904",
        "6200000000000005",
        "2200 0000 0000 0053",
        "(4)2-4/2_4,2:4;2|4242 42.42 4242",
        "④②④②④②④②④②④②④②④②",
        "⁴²⁴²⁴²⁴²⁴²⁴²⁴²⁴²",
        "❹❷❹❷❹❷❹❷❹❷❹❷❹❷❹❷",
        "4\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}42424242424242",
        "4242\u{1f642}4242\u{1f642}4242\u{1f642}4242",
        "4242424242424242ab",
        // with its expiry, and the code
        "45391488034364670929",
        "45391488034364670929123",
        "4539 1488 0343 64670929",
        // no UUID has this version
        "4242a242-4242-0242-4242-000000000000",
    ] {
        assert!(holds_card_number(text), "{text}");
    }
}

#[test]
fn no_separator_hides_it() {
    for separator in [
        ".",
        "..",
        " ",
        "  ",
        "\u{a0}",
        "\u{2009}",
        "\u{202f}",
        "\u{3000}",
        "-",
        "\u{2010}",
        "\u{2011}",
        "\u{2012}",
        "\u{2013}",
        "\u{2014}",
        "\u{2212}",
        "\u{ad}",
        "/",
        "_",
        ",",
        ":",
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{2060}",
        "\u{feff}",
        "\u{202e}",
        "\u{e0020}",
        "\t",
        "\n",
        "\0",
        "·",
        "•",
        "*",
        "'",
        "\u{301}",
        " - ",
    ] {
        assert!(holds_card_number(&in_groups(separator)), "{separator:?}");
    }
}

#[test]
fn no_script_hides_it() {
    for zero in ZEROS {
        assert!(holds_card_number(&in_digits_of(zero, "4242424242424242")), "{zero}");
        assert!(!holds_card_number(&in_digits_of(zero, "4242424242424241")), "{zero}");
    }
}

#[test]
fn a_card_number_may_be_split_over_texts() {
    let found = |texts: &[&str]| find_card_number(texts.iter().copied());
    assert_eq!(found(&["Ada", "4242 4242", "London", "4242 4242"]), Some(1..=3));
    assert_eq!(found(&["flat 4242", "４２４２", "4242", "4242 High St"]), Some(0..=3));
    assert_eq!(found(&["Ada", "x", "4242424242424242"]), Some(2..=2));
    assert_eq!(found(&["4242 4242", "High St 1", "4242 4242"]), None);
    assert_eq!(found(&["Ada", "Musterstraße 12", "Düsseldorf", "40210", "DE"]), None);
}

#[test]
fn other_numbers_pass() {
    for text in [
        "",
        "411111111111",
        "4111111111111112",
        "0000000000000000",
        "41111111111111110000000000",
        "+44 20 7946 0958",
        "+44 7700 900123, +44 7700 900456",
        "tok_01JDBZ3Q8X4111111111111112",
        // books
        "9780141439587",
        "978-0-14-143958-7 9790260000438",
        "9781861972712",
        // moments in milli-, micro- and nanoseconds, and as a date
        "1795348800000",
        "1795348800000004",
        "1795348800000000004",
        "20261126210003123",
        "2026-11-26T21:00:03.123456Z",
        // ids, amounts, places
        "123e4567-e89b-42d3-a456-426614174000",
        "319344c0-7520-46a5-8367-93986995d711",
        "50c87359-0464-4327-9178-22668580733f",
        "45391488034364671329",
        "d41d8cd98f00b204e9800998ecf8427e",
        "ord_01JDBZ3Q8X6KJ4T2W9V5M7N3PA",
        "PO-2026-000042-0007",
        "1,234,567.89 GBP",
        "221 B, 40210",
        "192.168.100.200",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 Safari/537.36",
    ] {
        assert!(!holds_card_number(text), "{text}");
    }
}

/// One API key in some thousands did, and its program's every request was refused.
#[test]
fn nothing_that_the_shop_itself_makes_holds_a_card_number() {
    let mut random = StdRng::seed_from_u64(59907);
    let made = |random: &mut StdRng| {
        let key = PassKeys::new(vec![PassKey { id: 1, secret: random.random() }]).expect("one key is enough");
        let (at_ms, order) = (random.random_range(0..2_000_000_000_000), random.random());
        [
            format!(
                "Bearer {}",
                ApiKey::new(ProgramId::new(random.random_range(0..100_000)), random.random()).reveal()
            ),
            key.pass(OrderId::new(at_ms, order), Date(random.random_range(20_000..25_000))),
            VisitorKey::new(at_ms, random.random()).to_string(),
            OrderId::new(at_ms, order).to_string(),
            OrderKey::new(random.random()).to_string(),
        ]
    };
    for text in (0..20_000).flat_map(|_| made(&mut random)) {
        assert!(!holds_card_number(&text), "{text}");
    }
}

#[test]
fn every_decimal_digit_of_unicode_has_its_value() {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let digits: Vec<char> =
        ('\0'..=char::MAX).filter(|c| categories.get(*c) == GeneralCategory::DecimalNumber).collect();
    assert!(digits.len() >= 650 && digits.len().is_multiple_of(10));
    for (place, digit) in digits.iter().enumerate() {
        assert_eq!(usize::from(value(*digit)), place % 10, "{digit}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        holds_card_number(&text);
    }

    #[test]
    fn whatever_is_between_the_digits_it_is_seen(
        number in prop::sample::select(&["4242424242424242", "378282246310005", "5555555555554444", "4111111111111111"][..]),
        between in prop::collection::vec("[ ./_,:\u{a0}\u{2009}\u{200b}\u{2013}-]{0,3}", 15),
        zero in prop::sample::select(&ZEROS[..]),
        mixed in prop::collection::vec(any::<bool>(), 16),
    ) {
        let text: String = number.chars().enumerate().map(|(place, digit)| {
            let digit = digit.to_string();
            let digit = if mixed[place] { in_digits_of(zero, &digit) } else { digit };
            format!("{digit}{}", between.get(place).map_or("", String::as_str))
        }).collect();
        prop_assert!(holds_card_number(&text), "{}", text);
        prop_assert!(!has_too_few_digits(text.as_bytes()));
    }

    #[test]
    fn no_uuid_is_a_card_number(random: u128) {
        let hex = format!("{:032x}", random | 0xabcd << 100);
        prop_assert!(!holds_card_number(&hex));
        let uuid = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        prop_assert!(!holds_card_number(&uuid));
    }

    #[test]
    fn no_isbn_and_no_moment_until_2033_is_a_card_number(
        book in 9_780_000_000_000u64..9_799_999_999_999, ms in 1_000_000_000_000u64..2_000_000_000_000, part in 0u64..1_000_000
    ) {
        let (us, ns) = (ms * 1_000 + part % 1_000, ms * 1_000_000 + part);
        for number in [book, ms, us, ns] {
            prop_assert!(!holds_card_number(&number.to_string()), "{}", number);
        }
    }
}
