//! The cursor of a CalDAV calendar: how far its changes were read, and by what it is known again.

use super::quirks::Server;
use crate::port::Cursor;

/// What is kept between two runs: a line for each, a word and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    /// The server as it was detected when this calendar was read first.
    pub(super) server: Server,
    /// How far.
    pub(super) rung: Rung,
    /// The collection's own id, where the server gives one: a calendar made again at the same address has another.
    pub(super) made: Option<String>,
    /// A member and its etag: where it is gone or otherwise without having been told, the answer is not believed.
    pub(super) witness: Option<Witness>,
    /// What goes on where this stands between two pages of one answer.
    pub(super) rest_of: Option<Answer>,
}

/// An answer that may come in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Everything.
    Listing,
    /// What changed.
    Changes,
}

/// How far a calendar's changes were read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rung {
    /// A sync-token (RFC 6578).
    Token(String),
    /// A ctag; empty where there is none.
    Ctag(String),
}

/// A member as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Witness {
    /// Its address as the server wrote it.
    pub(super) href: String,
    /// Its etag.
    pub(super) etag: String,
}

impl Stored {
    /// Reads a cursor; none where it is of another form, so that everything is listed once more.
    pub(super) fn read(cursor: &Cursor) -> Option<Self> {
        let (mut server, mut rung, mut made, mut href, mut etag) = (None, None, None, None, None);
        let mut rest_of = None;
        for line in cursor.0.lines() {
            let (word, says) = line.split_once(' ')?;
            let says = says.to_owned();
            match word {
                "server" => server = Server::named(&says),
                "token" => rung = Some(Rung::Token(says)),
                "ctag" => rung = Some(Rung::Ctag(says)),
                "made" => made = Some(says),
                "witness" => href = Some(says),
                "etag" => etag = Some(says),
                "page" if says == "listing" => rest_of = Some(Answer::Listing),
                "page" => rest_of = Some(Answer::Changes),
                _ => return None,
            }
        }
        let witness = href.zip(etag).map(|(href, etag)| Witness { href, etag });
        Some(Self { server: server?, rung: rung?, made, witness, rest_of })
    }

    pub(super) fn cursor(&self) -> Cursor {
        let (word, says) = match &self.rung {
            Rung::Token(token) => ("token", token),
            Rung::Ctag(ctag) => ("ctag", ctag),
        };
        let mut text = format!("server {}\n{word} {says}", self.server.name());
        if let Some(made) = &self.made {
            text += &format!("\nmade {made}");
        }
        if let Some(witness) = &self.witness {
            text += &format!("\nwitness {}\netag {}", witness.href, witness.etag);
        }
        match self.rest_of {
            Some(Answer::Listing) => text += "\npage listing",
            Some(Answer::Changes) => text += "\npage changes",
            None => {}
        }
        Cursor(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        for (rung, made) in [
            (Rung::Token("http://x/ns/sync/1 2".into()), Some("/.resources/2".to_owned())),
            (Rung::Token("0".into()), None),
            (Rung::Ctag("\"abc\"".into()), None),
            (Rung::Ctag(String::new()), None),
        ] {
            let witness = Some(Witness { href: "/c/\u{e1}.ics".into(), etag: "\"1\"".into() });
            let stored = Stored { server: Server::Sogo, rung, made, witness, rest_of: Some(Answer::Changes) };
            assert_eq!(Stored::read(&stored.cursor()), Some(stored));
        }
        assert_eq!(Stored::read(&Cursor("token http://x/1".into())), None);
    }
}
