//! CalDAV servers as they were seen to behave, or, where none could be seen, as they are said to; and some that nobody
//! knows by name. Each is recognised by the same signs as the real one.

use crate::collection::Numbering;
use crate::manner::{
    Ctag, Etags, Guards, Manner, Multiget, Query, ShortLived, Spelling, Tokens, UnknownToken,
};
use crate::rewriting;

/// Nothing is the matter with it, but its name tells nothing.
pub const SOUND: Manner = Manner {
    origin: "http://127.0.0.1",
    says: ("server", "unheard of"),
    tokens: Tokens::Numbers("http://x.test/sync/"),
    unknown_token: UnknownToken::Refused(403),
    short_lived: ShortLived::Gone,
    tells_old_graves: false,
    repeats: false,
    multiget: Multiget::Tells,
    page: 1_000,
    has_id: true,
    ctag: Ctag::Counts,
    renames: false,
    etags: Etags::Strong,
    numbering: Numbering::Each,
    rewriting: None,
    tells_etag: true,
    guards: Guards::All,
    several: false,
    query: Query::Unsupported,
    spelling: Spelling::Plain,
    deleted: 204,
    trusted: false,
};

/// What most servers are like.
const USUAL: Manner = Manner {
    ctag: Ctag::Unique,
    has_id: false,
    numbering: Numbering::Content,
    query: Query::Filters,
    ..SOUND
};

pub const RADICALE: Manner = Manner {
    says: ("server", "WSGIServer/0.2 CPython/3.11.2"),
    tokens: Tokens::Unique("http://radicale.org/ns/sync/"),
    tells_old_graves: true,
    rewriting: Some(rewriting::sorted),
    spelling: Spelling::Encoded,
    deleted: 200,
    trusted: true,
    ..USUAL
};

pub const XANDIKOS: Manner = Manner {
    says: ("server", "Python/3.11 aiohttp/3.8.4"),
    tokens: Tokens::Commits,
    unknown_token: UnknownToken::Refused(412),
    short_lived: ShortLived::Untold,
    rewriting: Some(rewriting::sorted),
    several: true,
    query: Query::FiltersSuffixed,
    spelling: Spelling::Relative,
    ..USUAL
};

/// sabre/dav 1.8, without sync-collection.
pub const SABRE_1: Manner = Manner {
    says: ("x-sabre-version", "1.8.12"),
    tokens: Tokens::None,
    multiget: Multiget::RefusesAll,
    ctag: Ctag::Counts,
    several: true,
    spelling: Spelling::LowerCase,
    ..USUAL
};

/// sabre/dav 4: Baikal and the like.
pub const SABRE_4: Manner = Manner {
    says: ("x-sabre-version", "4.7.1"),
    tokens: Tokens::Numbers("http://sabre.io/ns/sync/"),
    unknown_token: UnknownToken::TellsNothing,
    multiget: Multiget::LeavesOut,
    several: true,
    spelling: Spelling::LowerCase,
    ..USUAL
};

/// sabre/dav again; its answers come in pages.
pub const NEXTCLOUD: Manner =
    Manner { says: ("dav", "1, 3, calendar-access, nextcloud-checksum-update"), page: 3, ..SABRE_4 };

pub const DAVICAL: Manner = Manner {
    says: ("x-davical-version", "DAViCal/1.1.12; DB/1.3.5"),
    tokens: Tokens::Unique("data:,"),
    unknown_token: UnknownToken::ListsAll,
    repeats: true,
    multiget: Multiget::LeavesOut,
    several: true,
    spelling: Spelling::Encoded,
    ..USUAL
};

pub const CYRUS: Manner = Manner {
    says: ("server", "Cyrus-HTTP/3.6.1 Cyrus-SASL/2.1.28"),
    tokens: Tokens::Unique("data:,"),
    page: 2,
    rewriting: Some(rewriting::reordered),
    trusted: true,
    ..USUAL
};

pub const SOGO: Manner = Manner {
    says: ("server", "SOPE 4.9"),
    tokens: Tokens::Seconds,
    unknown_token: UnknownToken::ListsAll,
    ctag: Ctag::Seconds,
    numbering: Numbering::Counted,
    rewriting: Some(rewriting::classed),
    guards: Guards::UpdatesAlone,
    several: true,
    query: Query::TellsAll,
    ..USUAL
};

/// Not seen. Drops tokens and then lists everything as news.
pub const ICLOUD: Manner = Manner {
    origin: "https://p42-caldav.icloud.com",
    says: ("server", "AppleHttpServer/78689afb4479"),
    tokens: Tokens::Unique("HwoQEgwAAA"),
    unknown_token: UnknownToken::ListsAll,
    numbering: Numbering::Each,
    several: true,
    spelling: Spelling::Encoded,
    ..USUAL
};

/// Not seen. Its guide: no If header except If-Match.
pub const GOOGLE: Manner = Manner {
    origin: "https://apidata.googleusercontent.com",
    says: ("server", "GSE"),
    tokens: Tokens::Unique("https://www.googleapis.com/caldav/v2/sync/"),
    numbering: Numbering::Each,
    guards: Guards::NoCreates,
    rewriting: Some(rewriting::reordered),
    tells_etag: false,
    several: true,
    ..USUAL
};

/// Not seen, and not documented.
pub const ZOHO: Manner = Manner {
    origin: "https://calendar.zoho.eu",
    says: ("server", "ZGS"),
    tokens: Tokens::None,
    guards: Guards::NoCreates,
    multiget: Multiget::LeavesOut,
    several: true,
    query: Query::Unsupported,
    ..USUAL
};

/// Servers that nobody knows by name.
const HIDDEN: Manner = Manner { says: ("server", "nginx"), ..USUAL };

/// Its etags are weak.
pub const WEAK: Manner = Manner { etags: Etags::Weak, numbering: Numbering::Each, ..HIDDEN };

/// Behind a proxy that compresses, and that it tells whole addresses of.
pub const PROXIED: Manner = Manner {
    tokens: Tokens::Numbers("http://x.test/sync/"),
    unknown_token: UnknownToken::TellsNothing,
    etags: Etags::WeakenedByAProxy,
    spelling: Spelling::Whole,
    several: true,
    ..HIDDEN
};

/// Its listings tell no etags.
pub const UNLISTED: Manner =
    Manner { tokens: Tokens::None, etags: Etags::Unlisted, rewriting: Some(rewriting::remarked), ..HIDDEN };

/// It tells neither tokens nor ctags.
pub const BARE: Manner =
    Manner { tokens: Tokens::None, ctag: Ctag::None, multiget: Multiget::TwoAtMost, ..HIDDEN };

/// It has no etags.
pub const ETAGLESS: Manner = Manner { etags: Etags::None, ..HIDDEN };

/// As bad as SOGo, but nobody knows.
pub const WORST: Manner = Manner {
    unknown_token: UnknownToken::TellsNothing,
    repeats: true,
    multiget: Multiget::LeavesOut,
    ctag: Ctag::Counts,
    numbering: Numbering::FirstAlike,
    rewriting: Some(rewriting::reordered),
    tells_etag: false,
    guards: Guards::NoCreates,
    several: true,
    query: Query::TellsAll,
    page: 2,
    ..HIDDEN
};

/// All of them that a history may be about.
pub const SERVERS: [(&str, Manner); 18] = [
    ("Radicale", RADICALE),
    ("Xandikos", XANDIKOS),
    ("sabre/dav 1.8", SABRE_1),
    ("sabre/dav 4", SABRE_4),
    ("Nextcloud", NEXTCLOUD),
    ("DAViCal", DAVICAL),
    ("Cyrus", CYRUS),
    ("SOGo", SOGO),
    ("iCloud", ICLOUD),
    ("Google", GOOGLE),
    ("Zoho", ZOHO),
    ("one that nobody knows", HIDDEN),
    ("weak etags", WEAK),
    ("behind a proxy", PROXIED),
    ("no etags in listings", UNLISTED),
    ("neither tokens nor ctags", BARE),
    ("no etags", ETAGLESS),
    ("as bad as can be", WORST),
];
