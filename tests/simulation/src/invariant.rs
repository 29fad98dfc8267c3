//! What must hold in every world, each by a short name that stays.

use std::fmt;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// What an appointment or task says is what its calendar object says.
    Agreement,
    /// Everything in the calendar is mirrored as it is there, and nothing else.
    Mirror,
    /// What was read or written is in the result or was kept as the loser of a conflict.
    NothingLost,
    /// What Kalends does not model survives an update.
    Lossless,
    /// For an appointment or task there is one object, with a UID that no other has.
    OneObject,
    /// What the owner made in the calendar is never written.
    OwnersOwn,
    /// Nothing ends here that was not gone or called off there.
    ProofOfDeletion,
    /// The cursor stands for nothing that was not taken over.
    Cursor,
    /// A series stays at its wall time in its zone.
    WallTime,
    /// An open conflict shows what both sides say, and somebody waits for it.
    Conflicts,
    /// The keys of the database hold.
    Keys,
    /// Undisturbed, a few runs are enough, and a further one does nothing.
    Rest,
    /// The brake is for listings that leave out a lot.
    Brake,
    /// Nothing panics.
    Panic,
}

impl Invariant {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Mirror => "mirror",
            Self::NothingLost => "nothing-lost",
            Self::Lossless => "lossless",
            Self::OneObject => "one-object",
            Self::OwnersOwn => "owners-own",
            Self::ProofOfDeletion => "proof-of-deletion",
            Self::Cursor => "cursor",
            Self::WallTime => "wall-time",
            Self::Conflicts => "conflicts",
            Self::Keys => "keys",
            Self::Rest => "rest",
            Self::Brake => "brake",
            Self::Panic => "panic",
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An invariant that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub invariant: Invariant,
    pub how: String,
}

impl Broken {
    pub fn new(invariant: Invariant, how: impl Into<String>) -> Self {
        Self { invariant, how: how.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.how)
    }
}

/// All that was broken in a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllBroken(pub Vec<Broken>);

impl AllBroken {
    /// The names of what was broken, each once.
    pub fn names(&self) -> String {
        let mut invariants: Vec<Invariant> = self.0.iter().map(|broken| broken.invariant).collect();
        invariants.sort();
        invariants.dedup();
        invariants.into_iter().map(Invariant::name).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for AllBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Broken::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
