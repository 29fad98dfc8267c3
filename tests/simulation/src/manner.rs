//! In what the CalDAV servers of this world differ; `servers` puts it together as real ones were seen to behave.

use crate::collection::{Numbering, Rewriting};

/// How a server behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Where its calendar is, without `/cal/`.
    pub origin: &'static str,
    /// A header by which it is known.
    pub says: (&'static str, &'static str),
    pub tokens: Tokens,
    pub unknown_token: UnknownToken,
    /// Of what was made and deleted since a token.
    pub short_lived: ShortLived,
    /// Whether a listing of everything tells what was deleted before, too (Radicale).
    pub tells_old_graves: bool,
    /// Whether a report tells at times what did not change (DAViCal).
    pub repeats: bool,
    pub multiget: Multiget,
    /// How many members an answer to sync-collection names before it is cut off with 507.
    pub page: usize,
    /// Whether the collection has an id of its own.
    pub has_id: bool,
    pub ctag: Ctag,
    /// Whether it stores what is new under a name of its own, and says so.
    pub renames: bool,
    pub etags: Etags,
    pub numbering: Numbering,
    pub rewriting: Option<Rewriting>,
    /// Whether the reply to a write tells the etag.
    pub tells_etag: bool,
    pub guards: Guards,
    /// Whether several writers with one `If-Match` may all be told that they have won.
    pub several: bool,
    pub query: Query,
    pub spelling: Spelling,
    /// The status of a DELETE.
    pub deleted: u16,
    /// Whether the client believes its reports, and does not list everything once a day.
    pub trusted: bool,
}

/// What its sync-tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// It has none.
    None,
    /// This, and a number that begins anew in a calendar that was made again.
    Numbers(&'static str),
    /// This, and what no other calendar ever had.
    Unique(&'static str),
    /// Names of commits, as of git.
    Commits,
    /// Seconds since 1970: what comes later in the second of a token is never told as later than it.
    Seconds,
}

/// What becomes of a token that the server does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownToken {
    /// This status, with the precondition that RFC 6578 names.
    Refused(u16),
    /// Everything is listed as if it were news; what is gone is not told (DAViCal, SOGo).
    ListsAll,
    /// Nothing is told, and the token comes back (sabre/dav, SOGo).
    TellsNothing,
}

/// What a report tells of what was made and deleted since its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortLived {
    /// That it is gone.
    Gone,
    /// Nothing (Xandikos).
    Untold,
}

/// What a multiget does with what it cannot serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiget {
    /// 404 for that one.
    Tells,
    /// Leaves it out, and also something that is there.
    LeavesOut,
    /// 404 for the whole request (sabre/dav 1.8).
    RefusesAll,
    /// 500 for more than two at once.
    TwoAtMost,
}

/// Its getctag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ctag {
    /// None.
    None,
    /// A number that begins anew in a calendar that was made again.
    Counts,
    /// Another one in each state of each calendar.
    Unique,
    /// Whole seconds (SOGo).
    Seconds,
}

/// How it tells etags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etags {
    /// Strong ones.
    Strong,
    /// Strong ones, but a proxy that compresses what is read makes them weak in headers.
    WeakenedByAProxy,
    /// Weak ones, which it compares as text.
    Weak,
    /// None in listings.
    Unlisted,
    /// None at all.
    None,
}

/// Which preconditions it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guards {
    /// All.
    All,
    /// No `If-None-Match` (Google's guide tells of `If-Match` alone).
    NoCreates,
    /// Only `If-Match` on a PUT where something is; an update makes again what is gone (SOGo).
    UpdatesAlone,
}

/// What it does with a calendar-query for a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// It filters.
    Filters,
    /// It filters, and places nothing whose name has no suffix (Xandikos).
    FiltersSuffixed,
    /// It tells everything.
    TellsAll,
    /// 501.
    Unsupported,
}

/// How it writes the address of an object whose name needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As RFC 3986 needs it.
    Plain,
    /// Every sign percent-encoded.
    Encoded,
    /// Percent-encoded in lower case.
    LowerCase,
    /// Whole URLs.
    Whole,
    /// A name with a colon as a relative one, which reads as a scheme (Xandikos).
    Relative,
}
