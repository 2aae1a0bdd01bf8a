/// What the pages must know of the world around.
#[derive(Clone, Debug, Default)]
pub struct PageSettings {
    /// Where the merchant system takes the card: an absolute URL, another origin.
    pub payment_page_url: String,
}
