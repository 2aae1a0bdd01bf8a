//! The supervision tree: who is restarted with whom, how often, and what happens when that does not help.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

/// Who else is restarted when a child goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Nobody.
    OneForOne,
    /// Every child of the group.
    OneForAll,
    /// The child and those begun after it.
    RestForOne,
}

/// How many times within a window children of a group may go down, and how long each waits.
#[derive(Clone, Copy, Debug)]
pub struct Intensity {
    /// More restarts of its children within the window restart the group as a whole.
    pub restarts_max: usize,
    /// The window.
    pub within: Duration,
    /// How long the first restart waits; each further one in the window waits twice as long, with up to a quarter of jitter.
    pub first_delay: Duration,
    /// The longest that one waits.
    pub delay_max: Duration,
}

/// Three messages that make their actor panic may cost three restarts each within a minute, and some more.
impl Default for Intensity {
    fn default() -> Intensity {
        Intensity {
            restarts_max: 12,
            within: Duration::from_secs(60),
            first_delay: Duration::from_millis(20),
            delay_max: Duration::from_secs(5),
        }
    }
}

/// One node of the tree as it is declared: its name, its strategy, what is below.
pub struct Group<Child> {
    /// In logs; services name the group that they are in by it.
    pub name: &'static str,
    /// Who else is restarted.
    pub strategy: Strategy,
    /// How often, and when it is given up.
    pub intensity: Intensity,
    /// Below it, in the order in which they begin.
    pub children: Vec<Below<Child>>,
}

/// What can be below a group.
pub enum Below<Child> {
    /// An actor.
    Child(Child),
    /// A group of its own.
    Group(Group<Child>),
}

#[derive(Clone, Debug)]
pub enum WhyDown {
    Panic(String),
    Hung(Duration),
    /// A service ended with an error.
    Failed(String),
}

impl fmt::Display for WhyDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyDown::Panic(text) => write!(f, "panic: {text}"),
            WhyDown::Hung(limit) => write!(f, "in an await for more than {limit:?}"),
            WhyDown::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    RestartAfter(Duration),
    /// The root gave up: the daemon drains and exits.
    GiveUp,
}

/// What a supervisor tells a guard; it overtakes the child's queue.
#[derive(Clone, Copy, Debug)]
pub enum Control {
    RestartAfter(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(usize);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChildId(u64);

/// The tree as it runs.
#[derive(Default)]
pub struct Supervisor {
    groups: Vec<Node>,
    next_member: u64,
}

struct Node {
    name: &'static str,
    parent: Option<GroupId>,
    /// Its own place below the parent.
    at: u64,
    strategy: Strategy,
    intensity: Intensity,
    downs: VecDeque<Instant>,
    /// In the order in which they were begun.
    below: BTreeMap<u64, Member>,
}

enum Member {
    Child(mpsc::UnboundedSender<Control>),
    Group(GroupId),
}

impl Supervisor {
    pub fn add_group(
        &mut self,
        parent: Option<GroupId>,
        name: &'static str,
        strategy: Strategy,
        intensity: Intensity,
    ) -> GroupId {
        let id = GroupId(self.groups.len());
        let (downs, below) = (VecDeque::new(), BTreeMap::new());
        let at = self.next_member();
        self.groups.push(Node { name, parent, at, strategy, intensity, downs, below });
        if let Some(parent) = parent {
            self.groups[parent.0].below.insert(at, Member::Group(id));
        }
        id
    }

    pub fn group(&self, name: &str) -> Option<GroupId> {
        self.groups.iter().position(|group| group.name == name).map(GroupId)
    }

    pub fn add_child(&mut self, group: GroupId, control: mpsc::UnboundedSender<Control>) -> ChildId {
        let at = self.next_member();
        self.groups[group.0].below.insert(at, Member::Child(control));
        ChildId(at)
    }

    fn next_member(&mut self) -> u64 {
        self.next_member += 1;
        self.next_member
    }

    pub fn remove_child(&mut self, group: GroupId, child: ChildId) {
        self.groups[group.0].below.remove(&child.0);
    }

    /// A child went down: tells its siblings what the strategy says, and returns what it shall do itself.
    /// `jitter`: any random number; up to a quarter of the delay is added by it.
    pub fn down(&mut self, group: GroupId, child: ChildId, jitter: u64) -> Verdict {
        self.member_down(group, child.0, jitter)
    }

    fn member_down(&mut self, group: GroupId, at: u64, jitter: u64) -> Verdict {
        let node = &mut self.groups[group.0];
        let Some(delay) = node.count_down(jitter) else {
            let name = node.name;
            return self.escalate(group, name, jitter);
        };
        let node = &self.groups[group.0];
        let siblings = match node.strategy {
            Strategy::OneForOne => node.below.range(at..at),
            Strategy::OneForAll => node.below.range(..),
            Strategy::RestForOne => node.below.range(at + 1..),
        };
        for (_, sibling) in siblings.filter(|(other, _)| **other != at) {
            self.restart_member(sibling, delay);
        }
        Verdict::RestartAfter(delay)
    }

    /// The group has failed as a whole: its parent restarts all of it, and counts that.
    fn escalate(&mut self, group: GroupId, name: &'static str, jitter: u64) -> Verdict {
        tracing::error!(group = name, "too many restarts: the group gives up, its supervisor decides");
        let Some(parent) = self.groups[group.0].parent else { return Verdict::GiveUp };
        let at = self.groups[group.0].at;
        let verdict = self.member_down(parent, at, jitter);
        if let Verdict::RestartAfter(delay) = verdict {
            self.groups[group.0].downs.clear();
            self.restart_all(group, delay);
        }
        verdict
    }

    fn restart_member(&self, member: &Member, delay: Duration) {
        match member {
            // a guard that has ended takes no more orders
            Member::Child(control) => drop(control.send(Control::RestartAfter(delay))),
            Member::Group(below) => self.restart_all(*below, delay),
        }
    }

    fn restart_all(&self, group: GroupId, delay: Duration) {
        for member in self.groups[group.0].below.values() {
            self.restart_member(member, delay);
        }
    }
}

impl Node {
    /// How long to wait before the restart, or `None` if there were too many in the window.
    fn count_down(&mut self, jitter: u64) -> Option<Duration> {
        let now = Instant::now();
        self.downs.push_back(now);
        while self.downs.front().is_some_and(|first| now - *first > self.intensity.within) {
            self.downs.pop_front();
        }
        let count = self.downs.len();
        if count > self.intensity.restarts_max {
            return None;
        }
        let doubled = self.intensity.first_delay.saturating_mul(1 << (count - 1).min(20));
        let delay = doubled.min(self.intensity.delay_max);
        Some(delay + delay.mul_f64((jitter % 1_024) as f64 / 4_096.0))
    }
}
