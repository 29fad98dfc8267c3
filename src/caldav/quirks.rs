//! What each CalDAV server needs beyond the RFCs: one table, by server as detected. `docs/caldav-servers.md` shows what
//! was seen; a server that is not in the table gets the care that the worst of them needs.

use crate::port::Response;
use crate::provider::{Capabilities, Preconditions, Replies, Versions, Writers};
use url::Url;

/// A server program or service, told apart as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Cyrus,
    Davical,
    Google,
    ICloud,
    Nextcloud,
    Radicale,
    Sabre,
    Sogo,
    Xandikos,
    Zoho,
    Unknown,
}

/// What one server needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quirks {
    /// What the engine has to know.
    pub(super) capabilities: Capabilities,
    /// What a conditional update does where nothing is any more.
    pub(super) update_of_nothing: UpdateOfNothing,
    /// What tells that a calendar without sync-tokens is as it was.
    pub(super) state: State,
    /// What display names are in the XML.
    pub(super) names: Names,
    /// What the calendar says before the first write, and its reports mean by the same.
    pub(super) unwritten: Option<(&'static str, &'static str)>,
    /// Seconds that are waited at least where the server asks to wait.
    pub(super) patience: u32,
}

/// What `If-Match` does on a PUT where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UpdateOfNothing {
    /// 412, as it should.
    Refused,
    /// 201: the object is made again.
    Creates,
}

/// What tells whether a calendar has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its token or ctag.
    Token,
    /// Its ctag, which begins anew in a calendar that was made again, and whether one known member is still there.
    CountedCtag,
}

/// What display names are in the XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Text.
    Text,
    /// XML themselves: escaped twice.
    EscapedTwice,
}

/// By what a server is known.
enum Sign {
    /// Its host, or one below it.
    Host(&'static str),
    /// How the calendar's path begins.
    Root(&'static str),
    /// A part of the calendar's path.
    Path(&'static str),
    /// A header of its answers, and a word in it, in lower case.
    Says(&'static str, &'static str),
    /// How its sync-tokens begin.
    Token(&'static str),
    /// The same as [`Sign::Says`], and its sync-tokens are names of commits.
    SaysAndCommits(&'static str, &'static str),
}

/// One server.
struct Row {
    server: Server,
    /// The word that a cursor keeps.
    name: &'static str,
    signs: &'static [Sign],
    quirks: Quirks,
}

/// As the RFCs have it.
const SOUND: Quirks = Quirks {
    capabilities: Capabilities {
        preconditions: Preconditions::Kept,
        writers: Writers::One,
        versions: Versions::Unique,
        replies: Replies::Complete,
    },
    update_of_nothing: UpdateOfNothing::Refused,
    state: State::Token,
    names: Names::Text,
    unwritten: None,
    patience: 1,
};

/// Several writers with one `If-Match` may all be told 204, and a report of changes may leave something out.
const DOUBTFUL: Capabilities =
    Capabilities { writers: Writers::Several, replies: Replies::Doubtful, ..SOUND.capabilities };

/// The same, and only `If-Match` counts.
const UNGUARDED: Capabilities = Capabilities { preconditions: Preconditions::Ignored, ..DOUBTFUL };

/// What SOGo's calendars say before the first write, and what its reports say then.
const SOGO_UNWRITTEN: Option<(&str, &str)> = Some(("-1", "0"));

/// The table; the first row with a sign that fits counts. Services come before the programs that they may run.
const TABLE: [Row; 10] = [
    Row {
        // Not observed here. Drops tokens and then lists everything as news; its Retry-After is too short.
        server: Server::ICloud,
        name: "icloud",
        signs: &[Sign::Host("icloud.com")],
        quirks: Quirks { capabilities: DOUBTFUL, patience: 2, ..SOUND },
    },
    Row {
        // Not observed here. Its guide: no If header except If-Match.
        server: Server::Google,
        name: "google",
        signs: &[Sign::Host("googleusercontent.com"), Sign::Host("google.com")],
        quirks: Quirks { capabilities: UNGUARDED, ..SOUND },
    },
    Row {
        // Not observed here, and not documented.
        server: Server::Zoho,
        name: "zoho",
        signs: &[Sign::Host("zoho.com"), Sign::Host("zoho.eu")],
        quirks: Quirks { capabilities: UNGUARDED, ..SOUND },
    },
    Row {
        // Tokens of a calendar made again fit by accident.
        server: Server::Davical,
        name: "davical",
        signs: &[Sign::Says("x-davical-version", ""), Sign::Says("x-rscds-version", "")],
        quirks: Quirks { capabilities: DOUBTFUL, names: Names::EscapedTwice, ..SOUND },
    },
    Row {
        // Ignores If-None-Match, and If-Match on DELETE; counts etags of each event from zero, tokens in seconds.
        server: Server::Sogo,
        name: "sogo",
        signs: &[
            Sign::Says("server", "sope"),
            Sign::Says("www-authenticate", "realm=\"sogo\""),
            Sign::Root("/SOGo/"),
        ],
        quirks: Quirks {
            capabilities: Capabilities::CAREFUL,
            update_of_nothing: UpdateOfNothing::Creates,
            unwritten: SOGO_UNWRITTEN,
            ..SOUND
        },
    },
    Row { server: Server::Cyrus, name: "cyrus", signs: &[Sign::Says("server", "cyrus-http")], quirks: SOUND },
    Row {
        server: Server::Radicale,
        name: "radicale",
        signs: &[Sign::Token("http://radicale.org/")],
        quirks: SOUND,
    },
    Row {
        server: Server::Nextcloud,
        name: "nextcloud",
        signs: &[Sign::Says("dav", "nextcloud"), Sign::Path("/remote.php/dav/")],
        quirks: Quirks { capabilities: DOUBTFUL, ..SOUND },
    },
    Row {
        server: Server::Sabre,
        name: "sabre",
        signs: &[Sign::Says("x-sabre-version", ""), Sign::Token("http://sabre.io/")],
        quirks: Quirks { capabilities: DOUBTFUL, state: State::CountedCtag, ..SOUND },
    },
    Row {
        // Under load it once told two writers with one If-Match that each had won. Its reports tell the difference of
        // two states: what was made and deleted between them, by us or before a run was cut off, is never told.
        server: Server::Xandikos,
        name: "xandikos",
        signs: &[Sign::SaysAndCommits("server", "aiohttp")],
        quirks: Quirks { capabilities: DOUBTFUL, ..SOUND },
    },
];

/// A server that is none of these, or hides which one it is: Fastmail, Zimbra, Open-Xchange and all the others.
const UNKNOWN: Row = Row {
    server: Server::Unknown,
    name: "unknown",
    signs: &[],
    quirks: Quirks { capabilities: Capabilities::CAREFUL, unwritten: SOGO_UNWRITTEN, patience: 2, ..SOUND },
};

/// Headers by which programs tell themselves behind a web server of another name, and what those lack that hold a
/// version alone.
pub(super) const PRODUCTS: [(&str, &str); 4] =
    [("x-davical-version", ""), ("x-rscds-version", ""), ("x-sabre-version", "sabre/dav "), ("server", "")];

/// The word with which Google refuses, by 403, what goes beyond a quota.
pub(super) const QUOTA: &str = "usageLimits";

impl Server {
    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.server == self).unwrap_or(&UNKNOWN)
    }

    /// What it needs.
    pub(super) fn quirks(self) -> Quirks {
        self.row().quirks
    }

    /// The word that a cursor keeps.
    pub(super) fn name(self) -> &'static str {
        self.row().name
    }

    /// Reads that word.
    pub(super) fn named(word: &str) -> Option<Self> {
        let mut rows = TABLE.iter().chain([&UNKNOWN]);
        rows.find(|row| row.name == word).map(|row| row.server)
    }

    /// The server behind a calendar, from its address, from what it says of itself in its replies, and from the form
    /// of its sync-tokens.
    pub(super) fn detect(url: &Url, replies: &[&Response], token: Option<&str>) -> Self {
        let fits =
            |row: &&Row| row.signs.iter().any(|sign| sign.fits(url, replies, token.unwrap_or_default()));
        TABLE.iter().find(fits).unwrap_or(&UNKNOWN).server
    }
}

impl Sign {
    fn fits(&self, url: &Url, replies: &[&Response], token: &str) -> bool {
        let says = |header: &str, word: &str| {
            let mut values = replies.iter().filter_map(|reply| reply.header(header));
            values.any(|value| value.to_ascii_lowercase().contains(word))
        };
        match *self {
            Self::Host(domain) => {
                let below = url.host_str().and_then(|host| host.strip_suffix(domain));
                below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
            }
            Self::Root(path) => url.path().starts_with(path),
            Self::Path(path) => url.path().contains(path),
            Self::Says(header, word) => says(header, word),
            Self::Token(start) => token.starts_with(start),
            Self::SaysAndCommits(header, word) => {
                let is_commit = token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_commit && says(header, word)
            }
        }
    }
}

impl Quirks {
    /// Whether a collection that says `own` has nothing newer than `known`.
    pub(super) fn is_at(&self, own: &str, known: &str) -> bool {
        own == known || self.unwritten == Some((own, known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(url: &str, header: (&str, &str), token: Option<&str>) -> Server {
        let headers = vec![(header.0.to_owned(), header.1.to_owned())];
        let reply = Response { status: 200, headers, body: String::new() };
        Server::detect(&Url::parse(url).unwrap(), &[&reply], token)
    }

    #[test]
    fn servers_are_known_by_what_they_were_seen_to_say() {
        let nothing = ("x", "");
        let commit = "7a242b0330f0f64a08d0ed429bb190a8ad724d96";
        for (url, header, token, server) in [
            ("https://p42-caldav.icloud.com/1/calendars/a/", nothing, None, Server::ICloud),
            (
                "https://c.test/caldav.php/a/",
                ("x-davical-version", "DAViCal/1.1.12"),
                Some("data:,2"),
                Server::Davical,
            ),
            ("https://c.test/dav/", ("server", "SOPE 4.9.37/WebDAV"), Some("1795274259"), Server::Sogo),
            ("https://c.test/dav/", ("server", "Cyrus-HTTP/3.6.1"), Some("data:,1-2"), Server::Cyrus),
            (
                "https://c.test/a/",
                ("server", "nginx"),
                Some("http://radicale.org/ns/sync/ab"),
                Server::Radicale,
            ),
            ("https://c.test/remote.php/dav/calendars/a/b/", nothing, None, Server::Nextcloud),
            ("https://c.test/a/", ("x-sabre-version", "1.8.12"), None, Server::Sabre),
            ("https://c.test/a/", nothing, Some("http://sabre.io/ns/sync/4"), Server::Sabre),
            ("https://c.test/a/", ("server", "Python/3.11 aiohttp/3.14.5"), Some(commit), Server::Xandikos),
            ("https://c.test/a/", ("server", "Python/3.11 aiohttp/3.14.5"), Some("1"), Server::Unknown),
            ("https://icloud.com.evil.test/a/", nothing, None, Server::Unknown),
        ] {
            assert_eq!(detected(url, header, token), server, "{url} {header:?} {token:?}");
        }
    }

    #[test]
    fn an_unknown_server_is_trusted_with_nothing() {
        assert_eq!(Server::Unknown.quirks().capabilities, Capabilities::CAREFUL);
    }

    #[test]
    fn a_server_is_named_as_it_is_read() {
        for row in TABLE.iter().chain([&UNKNOWN]) {
            assert_eq!((Server::named(row.name), row.server.name()), (Some(row.server), row.name));
        }
        assert_eq!(Server::named("Xandikos"), None);
    }

    #[test]
    fn a_calendar_that_was_never_written_has_no_news() {
        let sogo = Server::Sogo.quirks();
        assert!(sogo.is_at("-1", "0") && sogo.is_at("7", "7"));
        assert!(!sogo.is_at("0", "-1") && !sogo.is_at("8", "7") && !SOUND.is_at("-1", "0"));
    }
}
