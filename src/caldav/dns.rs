//! Where a domain says that its CalDAV service is: SRV and TXT records (RFC 6764 3, 4) by DNS over HTTPS, in the JSON
//! form that the large resolvers speak (`application/dns-json`).

use crate::port::{Method, Request};
use serde::Deserialize;
use url::Url;

const TXT: u16 = 16;
const SRV: u16 = 33;

/// A service that a domain names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    priority: u16,
    weight: u16,
    /// The root of the server.
    pub url: Url,
}

/// A question for the SRV records of the CalDAV service with TLS at a domain.
pub(super) fn ask_srv(resolver: &Url, domain: &str) -> Request {
    ask(resolver, domain, "SRV")
}

/// A question for the TXT records beside them.
pub(super) fn ask_txt(resolver: &Url, domain: &str) -> Request {
    ask(resolver, domain, "TXT")
}

fn ask(resolver: &Url, domain: &str, kind: &str) -> Request {
    let mut url = resolver.clone();
    url.query_pairs_mut().append_pair("name", &format!("_caldavs._tcp.{domain}")).append_pair("type", kind);
    let mut request = Request::new(Method::Get, url).header("accept", "application/dns-json");
    request.max_bytes = 1 << 16;
    request
}

#[derive(Deserialize)]
struct Answers {
    #[serde(rename = "Answer", default)]
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: u16,
    data: String,
}

fn answers(body: &str, kind: u16) -> Vec<String> {
    let read: Option<Answers> = serde_json::from_str(body).ok();
    let answers = read.map(|read| read.answers).unwrap_or_default().into_iter();
    answers.filter(|answer| answer.kind == kind).map(|answer| answer.data).collect()
}

/// The servers of an SRV answer, the preferred first (RFC 2782); none where the domain has no such service.
pub(super) fn targets(body: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = answers(body, SRV).iter().filter_map(|data| target(data)).collect();
    targets.sort_by_key(|target| (target.priority, u16::MAX - target.weight));
    targets
}

fn target(data: &str) -> Option<Target> {
    let mut words = data.split_whitespace();
    let (priority, weight) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let port: u16 = words.next()?.parse().ok()?;
    // A lone dot says that there is no such service.
    let host = words.next()?.trim_end_matches('.');
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
    if host.is_empty() || !host.chars().all(is_name) {
        return None;
    }
    Some(Target { priority, weight, url: Url::parse(&format!("https://{host}:{port}/")).ok()? })
}

/// The `path` of a TXT answer (RFC 6764 4).
pub(super) fn path(body: &str) -> Option<String> {
    answers(body, TXT).iter().find_map(|data| {
        // Several strings of one record stand side by side, each in quotes.
        let text = data.trim().trim_matches('"').replace("\" \"", "");
        let (name, path) = text.split_once('=')?;
        (name.eq_ignore_ascii_case("path") && path.starts_with('/')).then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_ordered_and_the_absence_of_any_is_understood() {
        let body = r#"{"Status":0,"Answer":[
            {"name":"_caldavs._tcp.example.org","type":5,"TTL":1,"data":"alias."},
            {"name":"_caldavs._tcp.example.org","type":33,"TTL":1,"data":"10 1 443 slow.example.org."},
            {"name":"_caldavs._tcp.example.org","type":33,"TTL":1,"data":"0 1 443 b.example.org."},
            {"name":"_caldavs._tcp.example.org","type":33,"TTL":1,"data":"0 5 8443 a.example.org."}]}"#;
        let urls: Vec<String> = targets(body).iter().map(|target| target.url.to_string()).collect();
        assert_eq!(
            urls,
            ["https://a.example.org:8443/", "https://b.example.org/", "https://slow.example.org/"]
        );
        for none in [
            r#"{"Status":3}"#,
            r#"{"Answer":[{"type":33,"data":"0 0 0 ."}]}"#,
            r#"{"Answer":[{"type":33,"data":"0 0 443 evil.example/x@y."}]}"#,
            r#"{"Answer":[{"type":33,"data":"0 0 443"}]}"#,
            "<html>",
            "",
        ] {
            assert_eq!(targets(none), [], "{none}");
        }
    }

    #[test]
    fn the_path_comes_in_and_without_quotes() {
        for data in [r#"\"path=/dav/\""#, "path=/dav/", r#"\"pa\" \"th=/dav/\""#] {
            let body =
                format!(r#"{{"Answer":[{{"type":16,"data":"v=spf1"}},{{"type":16,"data":"{data}"}}]}}"#);
            assert_eq!(path(&body).as_deref(), Some("/dav/"), "{data}");
        }
        assert_eq!(path(r#"{"Answer":[{"type":16,"data":"path=evil"}]}"#), None);
    }

    #[test]
    fn the_question_goes_to_the_configured_resolver() {
        let request = ask_srv(&Url::parse("https://dns.example.net/dns-query").unwrap(), "example.org");
        assert_eq!(
            request.url.as_str(),
            "https://dns.example.net/dns-query?name=_caldavs._tcp.example.org&type=SRV"
        );
    }
}
