//! Who makes the calls to the outside world.

use std::pin::Pin;
use std::sync::Arc;

use super::application::Application;

/// Whoever makes the outside calls. What takes too long is dropped by the runtime: then its outcome is unknown.
pub trait Outside<A: Application> {
    /// Makes the call. Its outcome is the message that takes it to the actor that stated the call.
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Message>>>;
}

impl<A: Application, O: Outside<A>> Outside<A> for Arc<O> {
    fn make(&self, call: A::Call) -> Pin<Box<dyn Future<Output = A::Message>>> {
        O::make(self, call)
    }
}

/// Nobody answers.
pub struct Nobody;

impl<A: Application> Outside<A> for Nobody {
    fn make(&self, _call: A::Call) -> Pin<Box<dyn Future<Output = A::Message>>> {
        Box::pin(std::future::pending())
    }
}
