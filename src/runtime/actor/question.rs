//! Questions, and how a turn answers them.

use super::actor::Actor;
use super::application::{Application, Turn};
use super::request::Owed;

/// A message that is answered: the type of the reply follows from that of the question.
pub trait Question: Into<<Self::Actor as Actor>::Message> {
    /// Who answers it.
    type Actor: Actor;
    /// What the answer is. It is not journaled.
    type Reply: Send + 'static;
}

/// Declares questions of an actor: structs that are variants of the same name in the enum `Message` beside it, each with its reply.
/// Makes `From<Question> for Message` and [`Question`](crate::runtime::Question) of each.
///
/// A doorbell: who asks whether somebody came is answered at once, who waits for the next one in a later turn.
///
/// ```
/// use doorstep::runtime::{Actor, Aggregate, Alone, Fold, Owed, RequestId, Tables, Turn, Versioned};
/// use doorstep::storage::TreeName;
/// use doorstep::time::Timestamp;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Serialize, Deserialize)]
/// pub struct HowMany;
///
/// #[derive(Debug, Serialize, Deserialize)]
/// pub struct WaitForNext;
///
/// #[derive(Debug, Serialize, Deserialize)]
/// pub enum Message {
///     HowMany(HowMany),
///     WaitForNext(WaitForNext),
///     Ring,
/// }
///
/// impl Versioned for Message {}
///
/// doorstep::questions! { Doorbell: HowMany -> u32, WaitForNext -> &'static str }
///
/// #[derive(Debug, Serialize, Deserialize)]
/// pub enum Event {
///     /// `None`: whoever asked does not wait for the answer.
///     Awaited { owed: Option<Owed<&'static str>> },
///     Rung,
/// }
///
/// impl Versioned for Event {}
///
/// #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// struct Bell {
///     rung: u32,
///     waits: Option<Owed<&'static str>>,
/// }
///
/// impl Aggregate for Bell {
///     const TREE: TreeName = TreeName("bell");
///     type Key = u64;
/// }
///
/// pub struct Doorbell;
///
/// impl Actor for Doorbell {
///     type App = app::House;
///     const NAME: &'static str = "Doorbell";
///     type Key = ();
///     type Message = Message;
///     type Event = Event;
///
///     fn tables(tables: &mut Tables) {
///         tables.add::<Bell>();
///     }
///
///     fn decide(_: &(), message: &Message, turn: &mut Turn<'_, app::House>) {
///         let bell = turn.get::<Bell>(&1);
///         match message {
///             Message::HowMany(question) => turn.answer(question, bell.map_or(0, |bell| bell.rung)),
///             Message::WaitForNext(question) => {
///                 let owed = turn.answer_later(question);
///                 turn.record(Event::Awaited { owed });
///             }
///             Message::Ring => {
///                 turn.record(Event::Rung);
///                 if let Some(owed) = bell.and_then(|bell| bell.waits) {
///                     turn.answer_owed(owed, "somebody is at the door");
///                 }
///             }
///         }
///     }
///
///     fn fold(event: &Event, fold: &mut Fold<'_>) {
///         fold.change::<Bell>(&1, |bell| {
///             let bell = bell.get_or_insert_default();
///             match event {
///                 Event::Awaited { owed } => bell.waits = *owed,
///                 Event::Rung => *bell = Bell { rung: bell.rung + 1, waits: None },
///             }
///         });
///     }
/// }
///
/// // its Message and Event are the application's
/// mod app {
///     doorstep::application! { struct House { 1 => Doorbell: super::Doorbell } }
/// }
///
/// # fn main() {
/// let mut alone = Alone::<app::House>::new((), Timestamp(0));
/// let waiting = alone.asked(app::Address::Doorbell, RequestId(1), Message::from(WaitForNext));
/// assert!(waiting.replies.is_empty());
/// let rung = alone.when(app::Address::Doorbell, Message::Ring);
/// assert_eq!(rung.replies[0].0, RequestId(1));
/// assert_eq!(rung.reply(), Some(&"somebody is at the door"));
/// let asked = alone.asked(app::Address::Doorbell, RequestId(2), Message::from(HowMany));
/// assert_eq!(asked.reply(), Some(&1_u32));
/// # }
/// ```
#[macro_export]
macro_rules! questions {
    ($actor:ty: $($question:ident -> $reply:ty),+ $(,)?) => {$(
        impl From<$question> for Message {
            fn from(question: $question) -> Message {
                Message::$question(question)
            }
        }

        impl $crate::runtime::Question for $question {
            type Actor = $actor;
            type Reply = $reply;
        }
    )+};
}

impl<A: Application> Turn<'_, A> {
    /// Answers the question that this message is, which names the reply's type. The answer leaves once everything that the turn has
    /// read or done is durable. Does nothing where nobody waits: the message came from an actor or after a restart, or who asked has
    /// stopped waiting. A question that no turn answers ends for who asked at the deadline; of two answers the first counts.
    pub fn answer<Q: Question>(&mut self, _question: &Q, reply: Q::Reply) {
        if let Some(request) = self.asked.request {
            self.decided.replies.push((request, Ok(Box::new(reply))));
        }
    }

    /// Leaves the answer to this question to a later turn, of this actor or of one that is sent what this returns; that turn
    /// says [`answer_owed`](Turn::answer_owed). `None` where nobody waits for one.
    pub fn answer_later<Q: Question>(&mut self, _question: &Q) -> Option<Owed<Q::Reply>> {
        self.asked.request.map(Owed::new)
    }

    /// Answers a question of an earlier turn, as [`answer`](Turn::answer) would: nothing happens where who asked is gone, as after a
    /// restart, or has been answered.
    pub fn answer_owed<R: Send + 'static>(&mut self, owed: Owed<R>, reply: R) {
        self.decided.replies.push((owed.request(), Ok(Box::new(reply))));
    }
}
