use crate::domain::{CountryCode, ShippingAddress};

/// Where goods go, as far as prices depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    pub country: CountryCode,
    /// As the country's post writes it: `CA`.
    pub region: Option<&'a str>,
    /// Empty where it is not known, or the country has none.
    pub postcode: &'a str,
}

impl<'a> Destination<'a> {
    /// Somewhere in the country: for who has not said where.
    pub fn within(country: CountryCode) -> Destination<'a> {
        Destination { country, region: None, postcode: "" }
    }

    /// `None` where the country is none.
    pub fn of(address: &'a ShippingAddress) -> Option<Destination<'a>> {
        Some(Destination {
            country: CountryCode::parse(&address.country).ok()?,
            region: address.region.as_deref(),
            postcode: &address.postcode,
        })
    }
}
