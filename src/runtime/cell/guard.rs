//! Keeps one child of the supervision tree alive: polls it under `catch_unwind`, and after a panic, a hang or a
//! word from its supervisor restarts it in place, with the same address and its queue in order.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::gauge::Gauge;
use super::supervisor::{Control, Verdict, WhyDown};

/// Something that can be polled, restarted in place, and ended.
pub trait Guarded {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>>;
    /// `false` if nobody can reach it any more.
    fn restart(&mut self) -> bool;
    /// Ends it without letting any code of its own run on half-changed state.
    fn terminate(&mut self);
}

/// Told of what happens to the child, and asked what to do.
pub trait Overseer {
    fn down(&self, why: &WhyDown) -> Verdict;
    /// It goes down with another child, as the strategy of its group says.
    fn told(&self, delay: Duration);
    fn up(&self);
    fn gone(&self);
}

pub struct Guard<G: Guarded> {
    child: G,
    overseer: Box<dyn Overseer>,
    control: mpsc::UnboundedReceiver<Control>,
    gauge: Rc<Gauge>,
    /// How long the child may stay in one await.
    await_max: Duration,
    hang_timer: Pin<Box<Sleep>>,
    mode: Mode,
}

enum Mode {
    Running,
    BackOff(Pin<Box<Sleep>>),
    Ended,
}

impl<G: Guarded> Unpin for Guard<G> {}

impl<G: Guarded> Guard<G> {
    pub fn new(
        child: G,
        overseer: Box<dyn Overseer>,
        control: mpsc::UnboundedReceiver<Control>,
        gauge: Rc<Gauge>,
        await_max: Duration,
    ) -> Guard<G> {
        let hang_timer = Box::pin(tokio::time::sleep(await_max));
        Guard { child, overseer, control, gauge, await_max, hang_timer, mode: Mode::Running }
    }

    fn down(&mut self, why: WhyDown) {
        *self.gauge.last_panic.borrow_mut() = Some(match &why {
            WhyDown::Panic(text) => text.clone(),
            why => why.to_string(),
        });
        self.mode = match self.overseer.down(&why) {
            Verdict::RestartAfter(delay) => Mode::BackOff(Box::pin(tokio::time::sleep(delay))),
            Verdict::GiveUp => self.end(),
        };
    }

    fn end(&mut self) -> Mode {
        self.child.terminate();
        self.overseer.gone();
        Mode::Ended
    }

    fn restart(&mut self) {
        match catch_unwind(AssertUnwindSafe(|| self.child.restart())) {
            Ok(true) => {
                self.mode = Mode::Running;
                self.overseer.up();
            }
            Ok(false) => self.mode = self.end(),
            Err(panic) => self.down(WhyDown::Panic(panic_text(panic.as_ref()))),
        }
    }

    /// `Some` when there is nothing more to do for now.
    fn run(&mut self, cx: &mut Context<'_>) -> Option<Poll<()>> {
        match catch_unwind(AssertUnwindSafe(|| self.child.poll(cx))) {
            Ok(Poll::Ready(Ok(()))) => {
                self.overseer.gone();
                self.mode = Mode::Ended;
                None
            }
            Ok(Poll::Ready(Err(why))) => {
                self.down(WhyDown::Failed(why));
                None
            }
            Err(panic) => {
                self.down(WhyDown::Panic(panic_text(panic.as_ref())));
                None
            }
            Ok(Poll::Pending) => self.watch_for_a_hang(cx),
        }
    }

    fn watch_for_a_hang(&mut self, cx: &mut Context<'_>) -> Option<Poll<()>> {
        let Some(since) = self.gauge.awaiting.get() else { return Some(Poll::Pending) };
        self.hang_timer.as_mut().reset(since + self.await_max);
        if self.hang_timer.as_mut().poll(cx).is_pending() {
            return Some(Poll::Pending);
        }
        self.down(WhyDown::Hung(self.await_max));
        None
    }
}

impl<G: Guarded> Future for Guard<G> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let guard = &mut *self;
        loop {
            if matches!(guard.mode, Mode::Ended) {
                return Poll::Ready(());
            }
            if let Poll::Ready(Some(Control::RestartAfter(delay))) = guard.control.poll_recv(cx) {
                if matches!(guard.mode, Mode::Running) {
                    guard.overseer.told(delay);
                }
                guard.mode = Mode::BackOff(Box::pin(tokio::time::sleep(delay)));
                continue;
            }
            match &mut guard.mode {
                Mode::Ended => return Poll::Ready(()),
                Mode::BackOff(sleep) => {
                    if sleep.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    guard.restart();
                }
                Mode::Running => {
                    if let Some(poll) = guard.run(cx) {
                        return poll;
                    }
                }
            }
        }
    }
}

/// A part of the daemon that is no actor: the committer, the checkpointer, the timers, the gateway.
/// When it ends with an error it is begun anew.
pub struct Service {
    begin: Box<dyn Fn() -> ServiceRun>,
    run: Option<ServiceRun>,
}

/// One life of a service, until it ends; with an error it is begun anew.
pub type ServiceRun = Pin<Box<dyn Future<Output = Result<(), String>>>>;

impl Service {
    pub fn new(begin: impl Fn() -> ServiceRun + 'static) -> Service {
        let run = Some(begin());
        Service { begin: Box::new(begin), run }
    }
}

impl Guarded for Service {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        match &mut self.run {
            Some(run) => run.as_mut().poll(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn restart(&mut self) -> bool {
        self.run = Some((self.begin)());
        true
    }

    fn terminate(&mut self) {
        self.run = None;
    }
}

/// What a panic said, where that is text.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}
