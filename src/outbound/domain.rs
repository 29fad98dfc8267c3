//! Whether two hosts belong to one owner: an estimate of the registrable domain that errs towards "no".
//!
//! The public suffix list would be exact and makes 240 KB of compressed WebAssembly. This rule takes the last two
//! labels for the registrable domain, but three where the last one is a country's and the one before it is short or
//! generic (`co.uk`, `com.au`, `gv.at`; of `web.de` it wrongly believes the same, which costs a refusal and no
//! secret), and where strangers are known to get names next to each other. A host and one below it always belong
//! together: who rules the upper name rules the lower one.

use url::{Host, Url};

/// Second labels under a country's that are longer than three letters and open to anybody.
const GENERIC: [&str; 14] = [
    "asso", "club", "conf", "ernet", "firm", "govt", "indie", "info", "muni", "name", "nhs", "presse",
    "priv", "store",
];

/// Where strangers get names next to each other: hosting, home servers, tunnels.
const SHARED: [&str; 52] = [
    "afraid.org",
    "amazonaws.com",
    "appspot.com",
    "azurecontainerapps.io",
    "azurewebsites.net",
    "blogspot.com",
    "cloudapp.net",
    "cloudfront.net",
    "ddns.net",
    "deno.dev",
    "direct.quickconnect.to",
    "diskstation.me",
    "dscloud.me",
    "duckdns.org",
    "dynamic-dns.net",
    "dyndns.org",
    "dynv6.net",
    "eu.org",
    "fastly.net",
    "firebaseapp.com",
    "fly.dev",
    "fritz.box",
    "github.io",
    "gitlab.io",
    "glitch.me",
    "goip.de",
    "herokuapp.com",
    "hopto.org",
    "mooo.com",
    "myds.me",
    "myfritz.net",
    "myftp.org",
    "myqnapcloud.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "no-ip.org",
    "nsupdate.info",
    "onrender.com",
    "pages.dev",
    "quickconnect.to",
    "railway.app",
    "render.com",
    "run.app",
    "selfhost.eu",
    "spdns.de",
    "synology.me",
    "trycloudflare.com",
    "vercel.app",
    "web.app",
    "workers.dev",
    "zapto.org",
];

/// Whether two https addresses belong to one owner.
pub(super) fn same_owner(one: &Url, other: &Url) -> bool {
    let (Some(Host::Domain(one_host)), Some(Host::Domain(other_host))) = (one.host(), other.host()) else {
        return false;
    };
    if one.scheme() != "https" || other.scheme() != "https" {
        return false;
    }
    let (one, other) = (one_host.trim_end_matches('.'), other_host.trim_end_matches('.'));
    let below = |low: &str, high: &str| {
        high.contains('.')
            && low.strip_suffix(high).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    match (registrable(one), registrable(other)) {
        (Some(mine), Some(theirs)) => mine == theirs || below(one, other) || below(other, one),
        // A name that strangers share is nobody's own, so it is not above anything either.
        _ => false,
    }
}

/// The part of a host name that somebody has registered, estimated from below.
fn registrable(host: &str) -> Option<&str> {
    let labels: Vec<&str> = host.split('.').collect();
    let suffix = suffix_labels(host, &labels);
    if labels.len() <= suffix || labels.iter().any(|label| label.is_empty()) {
        return None;
    }
    let skipped: usize = labels.iter().take(labels.len() - suffix - 1).map(|label| label.len() + 1).sum();
    host.get(skipped..)
}

/// How many labels at the end nobody owns alone.
fn suffix_labels(host: &str, labels: &[&str]) -> usize {
    let shared = SHARED
        .iter()
        .filter(|name| host.strip_suffix(**name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    if let Some(most) = shared.map(|name| name.split('.').count()).max() {
        return most;
    }
    match labels {
        [.., second, last] if last.len() == 2 && (second.len() <= 3 || GENERIC.contains(second)) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
        assert_eq!(same_owner(&url(one), &url(other)), same_owner(&url(other), &url(one)));
        same_owner(&url(one), &url(other))
    }

    #[test]
    fn hosts_of_one_owner_are_recognised() {
        for (one, other) in [
            ("example.org", "caldav.example.org"),
            ("www.example.org", "p12.caldav.example.org"),
            ("calendar.zoho.com", "mail.zoho.com"),
            ("cal.example.co.uk", "dav.example.co.uk"),
            ("cal.example.org.", "dav.example.org"),
            ("example.org:8443", "example.org"),
            ("ana.duckdns.org", "dav.ana.duckdns.org"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn strangers_are_not() {
        for (one, other) in [
            ("example.org", "example.net"),
            ("example.org", "badexample.org"),
            ("ana.co.uk", "eve.co.uk"),
            ("ana.com.au", "eve.com.au"),
            ("ana.github.io", "eve.github.io"),
            ("ana.github.io", "github.io"),
            ("ana.synology.me", "eve.synology.me"),
            ("example.org", "org"),
            ("a.co.uk", "co.uk"),
            ("9.9.9.9", "9.9.9.8"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
        let plain = Url::parse("http://example.org/").unwrap();
        assert!(!same_owner(&plain, &Url::parse("https://example.org/").unwrap()));
    }
}
