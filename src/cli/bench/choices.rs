//! What whoever measures chooses: how a customer buys, and what is waited for.

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Path {
    /// The whole checkout in one call
    Orders,
    /// A cart is made, filled line by line, and bought; all of it is one order's latency
    Cart,
}

impl Path {
    pub fn name(self) -> &'static str {
        match self {
            Path::Orders => "orders",
            Path::Cart => "cart",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Until {
    /// Nothing: of an order only the checkout is measured, and trade runs at the speed of the clock on the wall
    Confirmed,
    /// Every order is delivered and paid for: all of its pipeline is measured
    Closed,
}
