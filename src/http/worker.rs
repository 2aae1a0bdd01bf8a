use std::cell::Cell;
use std::rc::Rc;

use actix_http::ServiceConfig;
use tokio::sync::Notify;

use super::Limits;

/// What the connections of one thread share.
pub struct Worker {
    pub limits: Limits,
    /// For the encoder alone; the deadlines in it are not used.
    pub config: ServiceConfig,
    closing: Cell<bool>,
    answering: Cell<usize>,
    all_answered: Notify,
}

/// Counts a connection that owes an answer; dropped when it was written.
pub struct Answering(Rc<Worker>);

impl Worker {
    /// Must be made on a thread that runs local tasks.
    pub fn new(limits: Limits) -> Rc<Worker> {
        Rc::new(Worker {
            limits,
            config: ServiceConfig::default(),
            closing: Cell::new(false),
            answering: Cell::new(0),
            all_answered: Notify::new(),
        })
    }

    pub fn answering(self: &Rc<Worker>) -> Answering {
        self.answering.set(self.answering.get() + 1);
        Answering(Rc::clone(self))
    }

    /// Whether each answer is the last of its connection.
    pub fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// From now on it is.
    pub fn close(&self) {
        self.closing.set(true);
    }

    pub fn answers_due(&self) -> usize {
        self.answering.get()
    }

    /// Waits until no connection owes an answer, once it closes.
    pub async fn drained(&self) {
        while self.answering.get() > 0 {
            self.all_answered.notified().await;
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let left = self.0.answering.get() - 1;
        self.0.answering.set(left);
        if left == 0 && self.0.is_closing() {
            self.0.all_answered.notify_one();
        }
    }
}
