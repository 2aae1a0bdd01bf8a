use super::AddressForm;
use crate::domain::catalogue::fold;
use crate::domain::{CountryCode, ShippingAddress};

/// Where no country is known.
const TOWN: &str = "C S Z";

/// As on a parcel, without the name and the country: its last line in the order of its country, `London SW1Y 4JH`, `8001 Zürich`,
/// `Springfield, IL 62701`. What is typed and the country does not have is written too.
pub fn lines(address: &ShippingAddress) -> Vec<String> {
    let lines = [Some(address.line1.clone()), address.line2.clone(), Some(town(address))];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).collect()
}

fn town(address: &ShippingAddress) -> String {
    let form = CountryCode::parse(&address.country).map(AddressForm::of);
    let order = whole(form.map_or(TOWN, |form| form.town));
    let (mut town, mut between) = (String::new(), String::new());
    for c in order.chars() {
        let Some(part) = part(address, c) else {
            between.push(c);
            continue;
        };
        if !part.is_empty() && !town.is_empty() {
            town.push_str(&between);
        }
        town.push_str(part);
        between.clear();
    }
    town
}

/// With the parts that the country does not have.
fn whole(order: &str) -> String {
    let mut order = order.to_owned();
    if !order.contains('C') {
        order = format!("C {order}").trim_end().to_owned();
    }
    if !order.contains('S') {
        order = order.replace('C', "C S");
    }
    if !order.contains('Z') {
        order.push_str(" Z");
    }
    order
}

fn part(address: &ShippingAddress, letter: char) -> Option<&str> {
    match letter {
        'C' => Some(&address.city),
        'S' => Some(region(address)),
        'Z' => Some(&address.postcode),
        _ => None,
    }
}

/// Nothing where the city is called like it.
fn region(address: &ShippingAddress) -> &str {
    let region = address.region.as_deref().unwrap_or_default();
    if fold(region) == fold(&address.city) { "" } else { region }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_line(country: &str, city: &str, region: &str, postcode: &str) -> String {
        let region = Some(region.to_owned()).filter(|region| !region.is_empty());
        let address =
            ShippingAddress { region, ..ShippingAddress::of("1 High Street", city, postcode, country) };
        lines(&address).split_off(1).join("|")
    }

    #[test]
    fn the_town_is_written_as_its_country_writes_it() {
        for (country, city, region, postcode, written) in [
            ("GB", "London", "", "SW1Y 4JH", "London SW1Y 4JH"),
            ("CH", "Zürich", "", "8001", "8001 Zürich"),
            ("FR", "Paris", "", "75001", "75001 Paris"),
            ("NL", "Amsterdam", "", "1012 JS", "1012 JS Amsterdam"),
            ("SE", "Stockholm", "", "111 22", "111 22 Stockholm"),
            ("PL", "Gdańsk", "", "80-827", "80-827 Gdańsk"),
            ("US", "Springfield", "IL", "62701", "Springfield, IL 62701"),
            ("CA", "Montréal", "QC", "H3Z 2Y7", "Montréal QC H3Z 2Y7"),
            ("BR", "São Paulo", "SP", "01310-100", "São Paulo-SP 01310-100"),
            ("IT", "Roma", "RM", "00144", "00144 Roma RM"),
            ("SG", "", "", "238801", "238801"),
            ("MO", "", "", "", ""),
        ] {
            assert_eq!(last_line(country, city, region, postcode), written, "{country}");
        }
    }

    #[test]
    fn what_the_country_does_not_have_is_written_all_the_same() {
        assert_eq!(last_line("GB", "Guildford", "Surrey", "GU1 1AA"), "Guildford Surrey GU1 1AA");
        assert_eq!(last_line("CH", "Zürich", "ZH", "8001"), "8001 Zürich ZH");
        assert_eq!(last_line("JP", "千代田区", "東京都", "100-0001"), "千代田区 東京都 100-0001");
        assert_eq!(last_line("US", "Boston", "", "02101"), "Boston 02101");
        assert_eq!(last_line("??", "Boston", "MA", "02101"), "Boston MA 02101");
    }

    #[test]
    fn a_city_that_is_its_own_region_is_written_once() {
        assert_eq!(last_line("HK", "Kowloon", "Kowloon", ""), "Kowloon");
        assert_eq!(last_line("RU", "Москва", "москва", "101000"), "Москва 101000");
    }

    #[test]
    fn every_country_has_an_order_of_its_parts() {
        for form in AddressForm::all() {
            let mut parts: Vec<char> = whole(form.town).chars().filter(char::is_ascii_uppercase).collect();
            parts.sort_unstable();
            assert_eq!(parts, ['C', 'S', 'Z'], "{}", form.country);
            assert!(form.town.chars().all(|c| "CSZ ,-/".contains(c)), "{}: {}", form.country, form.town);
        }
    }

    #[test]
    fn a_second_line_comes_before_the_town() {
        let address = ShippingAddress::of("12 St James's Square", "London", "SW1Y 4JH", "GB");
        let address = ShippingAddress { line2: Some("Flat 3".into()), ..address };
        assert_eq!(lines(&address), ["12 St James's Square", "Flat 3", "London SW1Y 4JH"]);
    }
}
