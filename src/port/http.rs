//! One HTTP request out of the core, and its answer.

use url::Url;

/// An HTTP method, WebDAV's included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// RFC 9110.
    Get,
    /// RFC 9110.
    Post,
    /// RFC 9110.
    Put,
    /// RFC 9110.
    Delete,
    /// RFC 9110.
    Options,
    /// RFC 4918.
    Propfind,
    /// RFC 4918.
    Proppatch,
    /// RFC 4918, with properties by RFC 5689.
    Mkcol,
    /// RFC 4791.
    Mkcalendar,
    /// RFC 3253.
    Report,
}

impl Method {
    /// The method as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Propfind => "PROPFIND",
            Self::Proppatch => "PROPPATCH",
            Self::Mkcol => "MKCOL",
            Self::Mkcalendar => "MKCALENDAR",
            Self::Report => "REPORT",
        }
    }
}

/// A request that one [`Transport`] carries out, following no redirect.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers, without `Authorization`, which `outbound` adds where it may.
    pub headers: Vec<(&'static str, String)>,
    /// The body, whole: chunked bodies fail on Radicale and SOGo.
    pub body: Option<String>,
    /// The answer's body may not be longer than this many bytes, counted as they come.
    pub max_bytes: usize,
}

impl Request {
    /// A request without body and headers, its answer limited to 16 MiB.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: None, max_bytes: 16 << 20 }
    }

    /// The same with one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a body and its type.
    pub fn body(self, content_type: &str, body: impl Into<String>) -> Self {
        let mut request = self.header("content-type", content_type);
        request.body = Some(body.into());
        request
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text: what [`Response::text`] makes of the bytes.
    pub body: String,
}

impl Response {
    /// The text of a body. It is UTF-8 whatever a header says of it; where it cannot be, the header's `charset` or a
    /// byte order mark tells whether it is Latin 1 (RFC 9110 8.3.2) or UTF-16, and else what is wrong is replaced.
    pub fn text(bytes: Vec<u8>, content_type: &str) -> String {
        let wide = |pair: fn([u8; 2]) -> u16| {
            let (units, _) = bytes.as_chunks::<2>();
            String::from_utf16_lossy(&units.iter().map(|two| pair(*two)).collect::<Vec<u16>>())
        };
        match &*bytes {
            [0xff, 0xfe, ..] => return wide(u16::from_le_bytes),
            [0xfe, 0xff, ..] => return wide(u16::from_be_bytes),
            _ => {}
        }
        let content_type = content_type.to_ascii_lowercase();
        let is_latin =
            ["iso-8859-1", "latin1", "windows-1252"].iter().any(|name| content_type.contains(name));
        match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if is_latin => error.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// The first value of a header, its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_of(name).next()
    }

    /// Every value of a header, its name in lower case.
    pub fn headers_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// Why no answer came, or none that can be used. The request may still have had its effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, or it broke.
    #[error("no answer from {host}")]
    Unreachable {
        /// The host that was asked.
        host: String,
    },
    /// The body was longer than the request allowed.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLarge {
        /// The host that was asked.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Sends one HTTP request.
pub trait Transport {
    /// Sends the request and reads the whole answer; redirects come back as they are.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_text_in_whatever_encoding_it_comes() {
        let (utf8, latin) = ("text/calendar; charset=utf-8", "text/calendar; charset=ISO-8859-1");
        for (bytes, content_type, text) in [
            (b"Caf\xc3\xa9".to_vec(), utf8, "Caf\u{e9}"),
            (b"Caf\xc3\xa9".to_vec(), latin, "Caf\u{e9}"),
            (b"Caf\xe9".to_vec(), latin, "Caf\u{e9}"),
            (b"Caf\xe9".to_vec(), "", "Caf\u{fffd}"),
            (b"\xff\xfeC\0\xe9\0".to_vec(), "", "\u{feff}C\u{e9}"),
            (b"\xfe\xff\0C\0\xe9".to_vec(), "", "\u{feff}C\u{e9}"),
        ] {
            assert_eq!(Response::text(bytes.clone(), content_type), text, "{bytes:?} {content_type}");
        }
    }
}
