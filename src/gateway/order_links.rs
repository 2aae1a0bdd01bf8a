use crate::actors::order_manager::Claim;
use crate::domain::{BadPass, Date, OrderId, PassKeys};
use crate::partners::wall_clock;

use super::{Code, Problem};

/// The links that open an order's page to people. They are signed, name their key, and run out; programs have the order's own
/// key, which does not.
#[derive(Clone, Debug)]
pub struct OrderLinks {
    pub keys: PassKeys,
    /// By the calendar on the wall, however fast the trade's time runs.
    pub today: fn() -> Date,
}

impl OrderLinks {
    pub fn new(keys: PassKeys) -> OrderLinks {
        OrderLinks { keys, today: || wall_clock().date() }
    }

    /// Path and query of the order's page.
    pub fn path(&self, order: OrderId) -> String {
        format!("/orders/{order}?key={}", self.keys.pass(order, (self.today)()))
    }

    /// By what a request claims the order that gives this for its key: a signed pass, or the key itself.
    ///
    /// # Errors
    /// A pass that was good once is told so; any other that is none is answered as if there were no such order.
    pub fn claim(&self, order: OrderId, given: &str) -> Result<Claim, Problem> {
        if !PassKeys::is_pass(given) {
            return Ok(Claim::Key(given.to_owned()));
        }
        match self.keys.check(order, given, (self.today)()) {
            Ok(()) => Ok(Claim::Link),
            Err(BadPass::Expired) => Err(Problem::new(
                Code::LinkExpired,
                "the link to this order was good up to a day that has passed",
            )),
            Err(BadPass::Forged) => Err(Problem::no_such_order()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PASS_DAYS, PassKey};

    fn links(today: fn() -> Date) -> OrderLinks {
        OrderLinks { keys: PassKeys::new(vec![PassKey { id: 1, secret: [7; 32] }]).unwrap(), today }
    }

    #[test]
    fn a_signed_link_opens_its_order_until_it_has_run_out_and_no_other() {
        let (order, other) = (OrderId::new(1, 1), OrderId::new(1, 2));
        let path = links(|| Date(20_000)).path(order);
        let pass = path.split_once("?key=").unwrap().1;
        assert_eq!(links(|| Date(20_000)).claim(order, pass).ok(), Some(Claim::Link));
        let forged = links(|| Date(20_000)).claim(other, pass).unwrap_err();
        assert_eq!(forged.code(), Code::NoSuchOrder);
        let late = links(|| Date(20_001 + PASS_DAYS)).claim(order, pass).unwrap_err();
        assert_eq!(late.code(), Code::LinkExpired);
        let key = links(|| Date(20_000)).claim(order, "6JSED35R1WRE7JBAYNBSR7XSAS").ok();
        assert_eq!(key, Some(Claim::Key("6JSED35R1WRE7JBAYNBSR7XSAS".to_owned())));
    }
}
