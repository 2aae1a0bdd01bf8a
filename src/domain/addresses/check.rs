use super::{AddressForm, Asked, phone};
use crate::domain::catalogue::fold;
use crate::domain::{CountryCode, ShippingAddress};

/// An address as it was typed, each part cleaned of what does not belong into a line of text; empty where nothing was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postcode: String,
    pub phone: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Line1,
    City,
    Region,
    Postcode,
    Phone,
}

impl Field {
    /// As forms and bodies name it.
    pub fn name(self) -> &'static str {
        match self {
            Field::Line1 => "line1",
            Field::City => "city",
            Field::Region => "region",
            Field::Postcode => "postcode",
            Field::Phone => "phone",
        }
    }
}

/// One part that cannot be as it is, or that only looks unusual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub field: Field,
    /// A sentence without its end: what is expected instead.
    pub expected: String,
}

/// The address, its parts as its country writes them; or all that cannot be.
pub fn check(country: CountryCode, typed: &Typed) -> Result<ShippingAddress, Vec<Wrong>> {
    let form = AddressForm::of(country);
    let mut wrong = vec![];
    let mut expect = |field, expected: String| wrong.push(Wrong { field, expected });
    if typed.line1.is_empty() {
        expect(Field::Line1, "the street and the number are expected".to_owned());
    }
    if typed.city.is_empty() && form.city == Asked::Needed {
        expect(Field::City, needed(country, form.city_name));
    }
    if typed.region.is_empty() && form.region == Asked::Needed {
        expect(Field::Region, a_region(country, form));
    }
    let postcode = read_postcode(form, &typed.postcode).unwrap_or_else(|| {
        expect(Field::Postcode, like_the_example(country, form));
        String::new()
    });
    let phone = read_phone(&typed.phone).unwrap_or_else(|| {
        expect(
            Field::Phone,
            "a telephone number is expected: 5 to 15 digits, such as +44 20 7946 0018".to_owned(),
        );
        None
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(ShippingAddress {
        line1: typed.line1.clone(),
        line2: some(&typed.line2),
        city: typed.city.clone(),
        region: some(region(form, &typed.region)),
        postcode,
        country: country.as_str().into(),
        phone,
    })
}

/// As its post writes it; as she has typed it where that is not in Latin letters.
fn region<'a>(form: &AddressForm, typed: &'a str) -> &'a str {
    let known = form.regions.find(typed).filter(|_| fold(typed).is_ascii());
    known.map_or(typed, |known| known.written)
}

/// What looks unusual in an address that can be: she may know better, so a page asks once and a program is not asked.
pub fn doubts(address: &ShippingAddress) -> Vec<Wrong> {
    let Ok(country) = CountryCode::parse(&address.country) else { return vec![] };
    let form = AddressForm::of(country);
    let mut doubts = vec![];
    if !address.postcode.is_empty() && form.postcodes.is_doubtful(&address.postcode) {
        doubts.push(Wrong { field: Field::Postcode, expected: like_the_example(country, form) });
    }
    let is_known = |region: &String| form.regions.list().is_empty() || form.regions.find(region).is_some();
    if !address.region.as_ref().is_none_or(is_known) {
        doubts.push(Wrong { field: Field::Region, expected: a_region(country, form) });
    }
    doubts
}

/// `None` where it cannot be one.
fn read_postcode(form: &AddressForm, typed: &str) -> Option<String> {
    if typed.is_empty() {
        return (form.postcode != Asked::Needed).then(String::new);
    }
    form.postcodes.read(typed)
}

/// `None` where it cannot be one.
fn read_phone(typed: &str) -> Option<Option<String>> {
    if typed.is_empty() { Some(None) } else { phone(typed).map(Some) }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn needed(country: CountryCode, name: &str) -> String {
    format!("{}: {} is expected", country.name(), with_article(name))
}

fn a_region(country: CountryCode, form: &AddressForm) -> String {
    let names = some_of(form);
    let such_as = if names.is_empty() { String::new() } else { format!(", such as {names}") };
    format!("{}{such_as}", needed(country, form.region_name))
}

/// `a county`, `an area`.
fn with_article(name: &str) -> String {
    let article = if name.to_lowercase().starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// As many regions as a sentence can name.
const NAMED_MAX: usize = 4;

/// `Alabama, Alaska or Arizona`.
fn some_of(form: &AddressForm) -> String {
    let names: Vec<&str> = form.regions.list().iter().take(NAMED_MAX).map(|region| region.name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn like_the_example(country: CountryCode, form: &AddressForm) -> String {
    let or_nothing = if form.postcode == Asked::Needed { "" } else { ", or none" };
    let example = form.postcodes.example().unwrap_or_default();
    format!(
        "{}: {} such as {example} is expected{or_nothing}",
        country.name(),
        with_article(form.postcode_name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(country: &str) -> CountryCode {
        CountryCode::parse(country).unwrap()
    }

    fn typed(city: &str, region: &str, postcode: &str) -> Typed {
        Typed {
            line1: "12 St James's Square".into(),
            city: city.into(),
            region: region.into(),
            postcode: postcode.into(),
            ..Typed::default()
        }
    }

    fn wrong(country: &str, typed: &Typed) -> Vec<(Field, String)> {
        let wrong = check(code(country), typed).unwrap_err();
        wrong.into_iter().map(|wrong| (wrong.field, wrong.expected)).collect()
    }

    #[test]
    fn a_british_address_needs_a_town_and_a_postcode_of_its_form() {
        let address = check(code("GB"), &typed("London", "", "sw1y4jh")).unwrap();
        assert_eq!((address.postcode.as_str(), address.region, address.line2), ("SW1Y 4JH", None, None));
        assert!(check(code("GB"), &typed("London", "", "N1 1AA")).is_ok());
        let expected = "United Kingdom: a postcode such as EC1Y 8SY is expected".to_owned();
        assert_eq!(wrong("GB", &typed("London", "", "zzzz")), [(Field::Postcode, expected.clone())]);
        let no_town = (Field::City, "United Kingdom: a town is expected".to_owned());
        assert_eq!(wrong("GB", &typed("", "", "")), [no_town, (Field::Postcode, expected)]);
    }

    #[test]
    fn what_a_country_has_not_or_does_not_need_is_not_asked_for() {
        for (country, city, region) in [("IE", "Dublin", ""), ("HK", "", "Kowloon"), ("ZW", "Harare", "")] {
            assert!(check(code(country), &typed(city, region, "")).is_ok(), "{country}");
        }
        assert!(check(code("SG"), &typed("", "", "546080")).is_ok());
        let eircode = "Ireland: an Eircode such as A65 F4E2 is expected, or none".to_owned();
        assert_eq!(wrong("IE", &typed("Dublin", "", "Dublin")), [(Field::Postcode, eircode)]);
    }

    #[test]
    fn an_american_address_needs_a_state() {
        let address = check(code("US"), &typed("Mountain View", "california", "94043")).unwrap();
        assert_eq!(address.region.as_deref(), Some("CA"));
        let no_state = (
            Field::Region,
            "United States: a state is expected, such as Alabama, Alaska, American Samoa or Arizona"
                .to_owned(),
        );
        assert_eq!(wrong("US", &typed("Mountain View", "", "94043")), [no_state]);
        let expected = "Germany: a postcode such as 26133 is expected".to_owned();
        assert_eq!(wrong("DE", &typed("Berlin", "", "1234")), [(Field::Postcode, expected)]);
    }

    #[test]
    fn what_is_only_unusual_is_taken_and_doubted() {
        let address = check(code("US"), &typed("Mountain View", "Cali", "94043")).unwrap();
        let expected =
            "United States: a state is expected, such as Alabama, Alaska, American Samoa or Arizona";
        assert_eq!(doubts(&address), [Wrong { field: Field::Region, expected: expected.into() }]);
        let address = check(code("GB"), &typed("London", "", "zz1 1aa")).unwrap();
        assert_eq!(doubts(&address).iter().map(|doubt| doubt.field).collect::<Vec<_>>(), [Field::Postcode]);
        for (country, region, postcode) in [("GB", "", "SW1Y 4JH"), ("US", "CA", "94043"), ("IE", "", "")] {
            let address = check(code(country), &typed("Somewhere", region, postcode)).unwrap();
            assert_eq!(doubts(&address), [], "{country}");
        }
    }

    #[test]
    fn a_region_in_other_letters_stays_as_it_was_typed() {
        for (country, region, written) in [
            ("JP", "東京都", "東京都"),
            ("JP", "Tokyo Prefecture", "Tokyo"),
            ("RU", "Москва", "Москва"),
            ("CA", "Québec", "QC"),
        ] {
            let example = AddressForm::of(code(country)).postcodes.example().unwrap_or_default();
            let address = check(code(country), &typed("Somewhere", region, example)).unwrap();
            assert_eq!(address.region.as_deref(), Some(written));
            assert_eq!(doubts(&address), [], "{region}");
        }
    }

    #[test]
    fn a_second_line_and_a_telephone_are_optional() {
        let mut typed = typed("London", "", "SW1Y 4JH");
        typed.line2 = "Flat 3".into();
        typed.phone = "+49 1512 3456789".into();
        let address = check(code("GB"), &typed).unwrap();
        assert_eq!(address.line2.as_deref(), Some("Flat 3"));
        assert_eq!(address.phone.as_deref(), Some("+49 1512 3456789"));
        typed.phone = "call me".into();
        assert_eq!(wrong("GB", &typed)[0].0, Field::Phone);
    }

    #[test]
    fn every_countrys_own_example_passes_without_a_doubt() {
        for form in AddressForm::all() {
            let region = form.regions.list().first().map_or("Somewhere", |region| region.written);
            let postcode = form.postcodes.example().unwrap_or_default();
            let address = check(code(form.country), &typed("Somewhere", region, postcode));
            let address = address.unwrap_or_else(|wrong| panic!("{}: {wrong:?}", form.country));
            assert_eq!(doubts(&address), [], "{}", form.country);
        }
    }

    proptest! {
        #[test]
        fn an_address_that_passes_passes_again_as_it_is_written(
            place in 0_usize..250, city in ".{0,9}", region in "[A-Za-z ]{0,12}", postcode in "[A-Z0-9 -]{0,9}", phone in "[+0-9 ]{0,18}",
        ) {
            let country = code(AddressForm::all().nth(place).unwrap().country);
            let typed = Typed { phone, ..typed(&city, &region, &postcode) };
            if let Ok(address) = check(country, &typed) {
                let again = Typed {
                    region: address.region.clone().unwrap_or_default(),
                    postcode: address.postcode.clone(),
                    phone: address.phone.clone().unwrap_or_default(),
                    ..typed
                };
                prop_assert_eq!(check(country, &again), Ok(address));
            }
        }
    }
}
