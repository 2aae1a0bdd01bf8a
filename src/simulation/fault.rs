use std::fmt;

/// Declares the faults: each with the name that `--faults` takes and what it does.
macro_rules! faults {
    ($($variant:ident, $name:literal, $does:literal;)*) => {
        /// What can go wrong in a simulated world.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($variant),*
        }

        impl Fault {
            pub const ALL: &[Fault] = &[$(Fault::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Fault::$variant => $name),* }
            }

            /// A sentence for the report, without a full stop.
            pub fn does(self) -> &'static str {
                match self { $(Fault::$variant => $does),* }
            }
        }
    };
}

faults! {
    CrashLost, "crash-lost", "the process dies in the middle of a journal write, of which nothing is on the disk";
    CrashTorn, "crash-torn", "the process dies in the middle of a journal write, of which some sectors are on the disk";
    CrashFlipped, "crash-flipped", "the process dies in the middle of a journal write, in which a bit has flipped";
    CrashWritten, "crash-written", "the process dies after a journal write is on the disk and before anyone is told";
    SyncFails, "sync-fails", "a sync of the journal fails: the process ends at once";
    TreesLost, "trees-lost", "the process dies and its trees are lost whole: they are made anew from the journal";
    TreesAhead, "trees-ahead", "the process dies with some of an unfinished checkpoint on the disk";
    Rot, "rot", "a bit of a durable batch flips while the process is down: its start must refuse the journal";
    PanicBefore, "panic-before", "an actor panics before its turn is journaled";
    PanicAfter, "panic-after", "an actor panics after its turn is journaled";
    Poison, "poison", "a message makes its actor panic until it is given up";
    Hang, "hang", "an actor hangs in an await, shorter or longer than its supervisor has patience";
    FullMailbox, "full-mailbox", "few questions are admitted at a time, so some are refused";
    SlowDisk, "slow-disk", "a journal write takes up to 200 ms";
    ClockAhead, "clock-ahead", "the system's clock is hours ahead at a start";
    ClockBack, "clock-back", "the system's clock has gone back at a start";
    LostRequest, "lost-request", "a request to a partner is lost: nothing is done, nothing is answered";
    LostAnswer, "lost-answer", "a partner does what it is asked, and its answer is lost";
    LateAnswer, "late-answer", "a partner's answer comes after the deadline";
    SlowAnswer, "slow-answer", "a partner's answer takes its time, and answers overtake one another";
    DoubledAnswer, "doubled-answer", "a partner's answer comes a second time";
    Lie, "lie", "a partner answers another question, or one that makes no sense";
    Outage, "outage", "a partner cannot be reached at all for a while";
    BankSilent, "bank-silent", "the customer's bank does what it is asked, and its answer is lost";
    SupplyRefused, "supply-refused", "a wholesaler refuses an order that it quoted for";
    SupplyShort, "supply-short", "a wholesaler acknowledges or sends fewer units";
    SupplySlips, "supply-slips", "a wholesaler sends days later than it said";
    TruckLate, "truck-late", "the truck comes hours or days late";
    TruckKeeps, "truck-keeps", "the carrier does not give a parcel back";
    MailRefused, "mail-refused", "a mailbox refuses a letter for good";
    ParcelRefused, "parcel-refused", "the carrier does not take a parcel that it is offered, a few times or once";
    CaptureLost, "capture-lost", "the processor takes the money, and its answer is lost";
    RefundLost, "refund-lost", "the processor gives money back, and its answer is lost";
    PartialApproval, "partial-approval", "the customer's bank holds a part of what is asked for";
    SettlementLineMissing, "settlement-line-missing", "what was captured stands in no settlement";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which faults a world may draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultSet(Vec<Fault>);

/// `--faults` names something else.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault `{0}`: none, all, some, or names of {names} with commas between them", names = names())]
pub struct UnknownFault(String);

fn names() -> String {
    Fault::ALL.iter().map(|fault| fault.name()).collect::<Vec<_>>().join(", ")
}

impl FaultSet {
    pub fn none() -> FaultSet {
        FaultSet(vec![])
    }

    pub fn all() -> FaultSet {
        FaultSet(Fault::ALL.to_vec())
    }

    pub fn of(faults: impl IntoIterator<Item = Fault>) -> FaultSet {
        FaultSet(faults.into_iter().collect())
    }

    /// Names with commas between them.
    pub fn parse(text: &str) -> Result<FaultSet, UnknownFault> {
        let one = |name: &str| {
            let found = Fault::ALL.iter().find(|fault| fault.name() == name.trim());
            found.copied().ok_or_else(|| UnknownFault(name.trim().to_owned()))
        };
        match text {
            "none" => Ok(FaultSet::none()),
            "all" => Ok(FaultSet::all()),
            names => names.split(',').map(one).collect::<Result<_, _>>().map(FaultSet),
        }
    }

    pub fn contains(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    pub fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().copied()
    }

    pub fn without(&self, fault: Fault) -> FaultSet {
        FaultSet(self.0.iter().copied().filter(|one| *one != fault).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As `--faults` takes it.
impl fmt::Display for FaultSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        if self.0.len() == Fault::ALL.len() {
            return f.write_str("all");
        }
        let names: Vec<&str> = self.0.iter().map(|fault| fault.name()).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_back_as_it_is_written() {
        for set in [FaultSet::none(), FaultSet::all(), FaultSet::of([Fault::Rot, Fault::Lie])] {
            assert_eq!(FaultSet::parse(&set.to_string()), Ok(set));
        }
        assert_eq!(FaultSet::parse("rot, lies"), Err(UnknownFault("lies".into())));
    }
}
