use rand::{Rng, rngs::StdRng};

use crate::domain::Timestamp;

use super::{Application, Due, RequestId};

/// All that a decision may know besides the state and the message: the time, one source of
/// randomness, the rules, and who asked.
pub struct Context<'a, A: Application> {
    now: Timestamp,
    real_now: Timestamp,
    random: &'a mut StdRng,
    rules: &'a A::Rules,
    request: Option<RequestId>,
    address: A::Address,
}

impl<'a, A: Application> Context<'a, A> {
    pub fn new(
        now: Timestamp,
        real_now: Timestamp,
        random: &'a mut StdRng,
        rules: &'a A::Rules,
        request: Option<RequestId>,
        address: A::Address,
    ) -> Context<'a, A> {
        Context { now, real_now, random, rules, request, address }
    }

    /// The trade's time. It never goes back, over a restart or a change of speed.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The moment `ms` milliseconds of trade time from now.
    pub fn trade_in(&self, ms: u64) -> Due {
        Due::Trade(self.now.plus_ms(ms))
    }

    /// The moment `ms` real milliseconds from now, whatever the speed of the trade's time.
    pub fn real_in(&self, ms: u64) -> Due {
        Due::Real(self.real_now.plus_ms(ms))
    }

    /// The real time, for ids: they sort by it.
    pub fn real_now(&self) -> Timestamp {
        self.real_now
    }

    pub fn random(&mut self) -> u128 {
        (u128::from(self.random.next_u64()) << 64) | u128::from(self.random.next_u64())
    }

    pub fn rules(&self) -> &'a A::Rules {
        self.rules
    }

    /// The `ask` that this message is, if it is one.
    pub fn request(&self) -> Option<RequestId> {
        self.request
    }

    /// The actor that decides.
    pub fn address(&self) -> A::Address {
        self.address
    }
}
