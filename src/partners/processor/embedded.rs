use crate::partners::wall_clock;

use super::Payable;
use super::kept_numbers::KeptNumbers;
use super::link_signer::{LinkSigner, PaymentTerms};
use super::shown_orders::ShownOrders;
use super::typed_cards::{TypedCard, TypedCards};

/// How long a customer has to type her card.
const LINK_GOOD_FOR_S: u64 = 60 * 60;

/// What the shop needs of a hosted payment page.
pub trait PaymentPage: Send + Sync {
    /// Asks for a payment, and says where the customer types her card for it: good for a while.
    fn open(&self, payable: &Payable<'_>) -> String;

    /// The card that was typed for this checkout. `code`: what the browser that typed it has brought back. `None` where no card was
    /// typed, where it was too long ago, or where the code is not that browser's.
    fn card_of(&self, checkout: &str, code: &str) -> Option<TypedCard>;

    /// Whether a card was typed for this checkout a while ago at most, by whichever browser.
    fn has_card_for(&self, checkout: &str) -> bool;
}

/// The processor in the shop's own process. The card page and the shop share it, and the secret in it.
pub struct EmbeddedProcessor {
    page_url: String,
    signer: LinkSigner,
    pub(super) typed: TypedCards,
    pub(super) orders: ShownOrders,
    pub(super) numbers: KeptNumbers,
}

impl EmbeddedProcessor {
    /// `page_url`: where browsers reach the card page. `secret`: signs payment requests.
    pub fn new(page_url: &str, secret: [u8; 32]) -> EmbeddedProcessor {
        let page_url = page_url.trim_end_matches('/').to_owned();
        EmbeddedProcessor {
            page_url,
            signer: LinkSigner::new(secret),
            typed: TypedCards::default(),
            orders: ShownOrders::default(),
            numbers: KeptNumbers::default(),
        }
    }

    /// Whether the shop has signed these terms, and they have not expired.
    pub(super) fn is_valid(&self, terms: &PaymentTerms<'_>, signature: &str) -> bool {
        self.signer.is_signed(terms, signature) && terms.expires > now_s()
    }
}

impl PaymentPage for EmbeddedProcessor {
    fn open(&self, payable: &Payable<'_>) -> String {
        let (checkout, amount, back) = (payable.checkout, payable.amount(), payable.back);
        let now = now_s();
        let terms = PaymentTerms { checkout, amount, back, expires: now + LINK_GOOD_FOR_S };
        self.orders.keep(payable, now, terms.expires);
        format!(
            "{}/pay?checkout={}&amount={}&currency={}&return={}&expires={}&signature={}",
            self.page_url,
            encoded(checkout),
            amount.amount,
            amount.currency,
            encoded(back),
            terms.expires,
            self.signer.sign(&terms),
        )
    }

    fn card_of(&self, checkout: &str, code: &str) -> Option<TypedCard> {
        self.typed.of(checkout, code, now_s())
    }

    fn has_card_for(&self, checkout: &str) -> bool {
        self.typed.has_one_for(checkout, now_s())
    }
}

/// Text for a part of an address's query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Unix time in seconds.
pub(super) fn now_s() -> u64 {
    wall_clock().0 / 1_000
}
