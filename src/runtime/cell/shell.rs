//! The one actix actor: it takes envelopes from its mailbox and lets the cell's core carry them out.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll};
use std::time::Duration;

use actix::dev::ContextFut;
use actix::prelude::*;
use tokio::time::Instant;

use crate::runtime::actor::Application;
use crate::runtime::state::limits::{ATTEMPTS_MAX, MESSAGES_BETWEEN_YIELDS_MAX};
use crate::runtime::state::{Envelope, Error};

use super::cell::Cell;
use super::entry::Mailbox;
use super::gauge::Gauge;
use super::guard::Guarded;

/// Of a message that the watchdog blamed: its panic text is in no process that still lives.
const SPUN: &str = "it kept the daemon from going on until the watchdog ended the process";

pub struct Shell<A: Application> {
    address: A::Address,
    cell: Cell<A>,
    gauge: Rc<Gauge>,
    /// The message being handled. It stays here until its turn is journaled, over panics and restarts.
    current: Option<Current<A>>,
    since_yield: u32,
    passivate_after: Option<Duration>,
}

struct Current<A: Application> {
    envelope: Envelope<A>,
    attempts: u32,
    /// What its last attempt died of.
    panic: Option<String>,
}

impl<A: Application> Shell<A> {
    pub fn new(
        address: A::Address,
        cell: Cell<A>,
        gauge: Rc<Gauge>,
        passivate_after: Option<Duration>,
    ) -> Shell<A> {
        Shell { address, cell, gauge, current: None, since_yield: 0, passivate_after }
    }

    /// Handles the current message. A panic in here leaves it current; the guard restarts the actor.
    fn work(&mut self, ctx: &mut Context<Self>) {
        let Some(current) = &mut self.current else { return };
        if !self.cell.is_wanted(self.address, &current.envelope) {
            self.done();
            self.cell.hand_over();
            return;
        }
        let watched = self.cell.watch(self.address, &current.envelope);
        let begun = Instant::now();
        let carried_out = if current.attempts > ATTEMPTS_MAX {
            let panic = current.panic.clone().unwrap_or_else(|| SPUN.to_owned());
            tracing::error!(actor = %self.address, message = A::name(&current.envelope.message), attempts = ATTEMPTS_MAX, %panic, "message given up: it is in the dead letters");
            self.cell.give_up(self.address, &current.envelope, &panic, ATTEMPTS_MAX)
        } else {
            self.cell.step(self.address, &mut current.envelope)
        };
        drop(watched);
        self.cell.0.backlog.handled(begun.elapsed());
        if let Err(error) = carried_out {
            self.halt(&error, ctx);
            return;
        }
        self.done();
        self.cell.hand_over();
    }

    /// The message stays first in line, for the next start: nothing behind it may overtake it.
    fn halt(&mut self, error: &Error, ctx: &mut Context<Self>) {
        self.gauge.halted.set(true);
        self.cell.hold_up(&self.gauge);
        self.cell.fatal(format!("{} cannot go on: {error}", self.address));
        ctx.wait(std::future::pending().into_actor(self));
    }

    fn done(&mut self) {
        self.current = None;
        self.gauge.queue.set(self.gauge.queue.get().saturating_sub(1));
        self.gauge.handled.set(self.gauge.handled.get() + 1);
    }

    /// Works, or first hangs where a fault says so.
    fn begin(&mut self, ctx: &mut Context<Self>) {
        let Some(current) = &mut self.current else { return };
        // counted before it is handled: neither a panic nor a hang can uncount it
        current.attempts += 1;
        if current.attempts > ATTEMPTS_MAX {
            return self.work(ctx);
        }
        let message = &current.envelope.message;
        match self.cell.hooks().hang_ms(self.address, message) {
            None => self.work(ctx),
            Some(ms) => self.after_await(ctx, tokio::time::sleep(Duration::from_millis(ms))),
        }
    }

    /// Handles nothing else until `awaited` is over; if that takes too long the guard restarts this actor alone.
    fn after_await(&mut self, ctx: &mut Context<Self>, awaited: impl Future<Output = ()> + 'static) {
        self.gauge.awaiting.set(Some(Instant::now()));
        self.cell.hold_up(&self.gauge);
        ctx.wait(awaited.into_actor(self).map(|(), shell, ctx| {
            shell.gauge.awaiting.set(None);
            shell.cell.go_on(&shell.gauge);
            shell.work(ctx);
        }));
    }

    fn watch_idleness(&self, ctx: &mut Context<Self>) {
        let Some(after) = self.passivate_after else { return };
        ctx.run_later(after, move |shell, ctx| {
            let idle_since = shell.gauge.last_message_at.get();
            let idle = idle_since.is_none_or(|since| since.elapsed() >= after);
            if idle && shell.cell.passivate(shell.address) {
                ctx.stop();
            } else {
                shell.watch_idleness(ctx);
            }
        });
    }
}

impl<A: Application> Actor for Shell<A> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // bounds act at admission; what stands in a turn is always accepted
        ctx.set_mailbox_capacity(0);
        self.watch_idleness(ctx);
    }
}

impl<A: Application> Supervised for Shell<A> {
    /// The message that was being handled when it panicked or hung comes first again.
    /// actix calls `started` after it, as for a new actor.
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        self.gauge.awaiting.set(None);
        self.gauge.halted.set(false);
        if let Some(current) = &mut self.current {
            current.panic = self.gauge.last_panic.borrow_mut().take();
            ctx.wait(std::future::ready(()).into_actor(self).map(|(), shell, ctx| shell.begin(ctx)));
        }
    }
}

impl<A: Application> Handler<Envelope<A>> for Shell<A> {
    type Result = ();

    fn handle(&mut self, envelope: Envelope<A>, ctx: &mut Context<Self>) {
        if self.passivate_after.is_some() {
            self.gauge.last_message_at.set(Some(Instant::now()));
        }
        let attempts = self.cell.attempts_before(&envelope.cause);
        self.current = Some(Current { envelope, attempts, panic: None });
        self.begin(ctx);
        self.since_yield += 1;
        if self.since_yield >= MESSAGES_BETWEEN_YIELDS_MAX {
            self.since_yield = 0;
            ctx.wait(tokio::task::yield_now().into_actor(self));
        }
    }
}

impl<A: Application> Message for Envelope<A> {
    type Result = ();
}

/// See [`Mailbox::send_away`].
struct Leave;

impl Message for Leave {
    type Result = ();
}

impl<A: Application> Handler<Leave> for Shell<A> {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

impl<A: Application> Mailbox<A> for Addr<Shell<A>> {
    fn put(&self, envelope: Envelope<A>) {
        self.do_send(envelope);
    }

    fn send_away(&self) {
        self.do_send(Leave);
    }
}

/// An actor's context. Its `restart` keeps the mailbox and the address and drops its timers and awaits.
pub struct GuardedActor<A: Application>(ContextFut<Shell<A>, Context<Shell<A>>>);

impl<A: Application> Guarded for GuardedActor<A> {
    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), String>> {
        Pin::new(&mut self.0).poll(cx).map(Ok)
    }

    fn restart(&mut self) -> bool {
        self.0.restart()
    }

    fn terminate(&mut self) {
        self.0.ctx().terminate();
    }
}

impl<A: Application> Drop for GuardedActor<A> {
    /// Else actix would poll the actor once more, on whatever state it is in.
    fn drop(&mut self) {
        self.0.ctx().terminate();
    }
}

/// Begins an actor under a guard.
pub fn guarded_actor<A: Application>(shell: Shell<A>) -> (Addr<Shell<A>>, GuardedActor<A>) {
    let (sender, receiver) = actix::dev::channel::channel(0);
    let context = Context::with_receiver(receiver);
    (Addr::new(sender), GuardedActor(context.into_future(shell)))
}
