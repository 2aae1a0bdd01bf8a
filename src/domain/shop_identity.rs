use super::CountryCode;

/// Who keeps the shop, as pages and mails say it. What is `None` is not set: nothing that a customer reads may name it then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopIdentity {
    pub name: String,
    /// The firm behind the name.
    pub legal_name: Option<String>,
    /// Its lines, as on an envelope; none where it is not set.
    pub address: Vec<String>,
    pub tax_number: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// Of the IANA's database: `Europe/London`.
    pub time_zone: String,
    /// Where it sends to; none: everywhere.
    pub countries: Vec<CountryCode>,
    /// All of it is made up, and says so.
    pub is_demo: bool,
    /// Whether there is a processor: without one the shop is open for looking.
    pub can_take_payment: bool,
    /// Whether it writes to its customers: there is a post.
    pub sends_mail: bool,
    pub texts: Texts,
    pub logo: Option<Logo>,
}

/// What the operator has written, in plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    pub contact: Option<String>,
    pub terms: Option<String>,
    pub returns: Option<String>,
    pub privacy: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    Svg,
    Png,
}

impl ShopIdentity {
    /// The demo's bookshop.
    pub fn demo() -> ShopIdentity {
        ShopIdentity {
            name: "Doorstep Books".to_owned(),
            legal_name: None,
            address: vec![],
            tax_number: None,
            email: None,
            phone: None,
            time_zone: "UTC".to_owned(),
            countries: vec![],
            is_demo: true,
            can_take_payment: true,
            sends_mail: true,
            texts: Texts::default(),
            logo: None,
        }
    }

    /// Who is behind the shop and how it is reached, a line each, as far as it is set.
    pub fn imprint(&self) -> Vec<String> {
        let tax_number = self.tax_number.as_ref().map(|number| format!("Tax number: {number}"));
        let lines = self.legal_name.iter().chain(&self.address).chain(&tax_number);
        lines.chain(&self.email).chain(&self.phone).cloned().collect()
    }

    pub fn sends_to(&self, country: CountryCode) -> bool {
        self.countries.is_empty() || self.countries.contains(&country)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_sends_to_its_countries_or_to_all() {
        let [gb, ie] = ["GB", "IE"].map(|code| CountryCode::parse(code).unwrap());
        let everywhere = ShopIdentity::demo();
        let britain = ShopIdentity { countries: vec![gb], ..ShopIdentity::demo() };
        assert_eq!(
            [everywhere.sends_to(ie), britain.sends_to(gb), britain.sends_to(ie)],
            [true, true, false]
        );
    }
}
