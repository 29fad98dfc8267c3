//! What each CalDAV server needs beyond the RFCs: one table, by server as detected. `docs/caldav-servers.md` shows what
//! was seen; a server that is not known is treated with the care that the worst of them needs.

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
    /// How many objects one multiget asks for.
    pub(super) batch: usize,
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

const BATCH: usize = 50;

impl Quirks {
    pub(super) fn of(server: Server) -> Self {
        let sound = Self {
            capabilities: Capabilities {
                preconditions: Preconditions::Kept,
                writers: Writers::One,
                versions: Versions::Unique,
                replies: Replies::Complete,
            },
            update_of_nothing: UpdateOfNothing::Refused,
            state: State::Token,
            batch: BATCH,
            patience: 1,
        };
        let with = |capabilities| Self { capabilities, ..sound };
        let several = Capabilities { writers: Writers::Several, ..sound.capabilities };
        match server {
            Server::Cyrus | Server::Radicale | Server::Xandikos => sound,
            // Several writers with one If-Match were all told 204; tokens of a calendar made again fit by accident.
            Server::Davical | Server::Nextcloud => {
                with(Capabilities { replies: Replies::Doubtful, ..several })
            }
            Server::Sabre => {
                let doubtful = with(Capabilities { replies: Replies::Doubtful, ..several });
                Self { state: State::CountedCtag, ..doubtful }
            }
            // Ignores If-None-Match, and If-Match on DELETE; counts etags of each event from zero, tokens in seconds.
            Server::Sogo => {
                Self { update_of_nothing: UpdateOfNothing::Creates, ..with(Capabilities::CAREFUL) }
            }
            // Not observed here: preconditions and tokens are believed, as the clients of these services do.
            Server::ICloud => Self { patience: 2, ..with(several) },
            Server::Google => with(several),
            // A multiget may name 1,000 objects there; a smaller one is answered sooner.
            Server::Zoho => with(several),
            Server::Unknown => Self { patience: 2, ..with(Capabilities::CAREFUL) },
        }
    }
}

impl Server {
    const NAMES: [(Self, &str); 11] = [
        (Self::Cyrus, "cyrus"),
        (Self::Davical, "davical"),
        (Self::Google, "google"),
        (Self::ICloud, "icloud"),
        (Self::Nextcloud, "nextcloud"),
        (Self::Radicale, "radicale"),
        (Self::Sabre, "sabre"),
        (Self::Sogo, "sogo"),
        (Self::Xandikos, "xandikos"),
        (Self::Zoho, "zoho"),
        (Self::Unknown, "unknown"),
    ];

    /// The word that a cursor keeps.
    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(server, _)| *server == self).map_or("unknown", |(_, name)| name)
    }

    /// Reads that word.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, name)| *name == word).map(|(server, _)| *server)
    }

    /// The server behind a calendar, from its address, from what it says of itself in its replies, and from the form
    /// of its sync-tokens.
    pub(super) fn detect(url: &Url, replies: &[&Response], token: Option<&str>) -> Self {
        let host = url.host_str().unwrap_or_default();
        let on = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        let says = |header: &str, word: &str| {
            let mut values = replies.iter().filter_map(|reply| reply.header(header));
            values.any(|value| value.to_ascii_lowercase().contains(word))
        };
        let token = token.unwrap_or_default();
        if on("icloud.com") {
            Self::ICloud
        } else if on("googleusercontent.com") || on("google.com") {
            Self::Google
        } else if on("zoho.com") || on("zoho.eu") {
            Self::Zoho
        } else if says("x-davical-version", "davical") {
            Self::Davical
        } else if says("server", "sope") || url.path().starts_with("/SOGo/") {
            Self::Sogo
        } else if says("server", "cyrus-http") {
            Self::Cyrus
        } else if token.starts_with("http://radicale.org/") {
            Self::Radicale
        } else if says("dav", "nextcloud") || url.path().contains("/remote.php/dav/") {
            Self::Nextcloud
        } else if says("x-sabre-version", "") || token.starts_with("http://sabre.io/") {
            Self::Sabre
        } else if says("server", "aiohttp") && token.len() == 40 && is_hex(token) {
            Self::Xandikos
        } else {
            Self::Unknown
        }
    }
}

fn is_hex(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_hexdigit())
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
        assert_eq!(Quirks::of(Server::Unknown).capabilities, Capabilities::CAREFUL);
    }
}
