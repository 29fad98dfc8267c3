//! The servers that the tests speak to, and the calendars that they make there.

use crate::http::{self, send};
use base64::prelude::{BASE64_STANDARD, Engine};
use kalends::booking::Kind;
use kalends::caldav::Multistatus;
use kalends::port::Response;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// A server with an account.
pub struct Server {
    pub name: String,
    pub url: Url,
    pub user: String,
    pub password: String,
    /// A calendar that the account may not write.
    pub read_only: Option<Url>,
    /// A calendar of many events that was laid down already.
    pub large: Option<Url>,
    /// Tests share the account, or have it alone.
    pub account: RwLock<()>,
    home: Mutex<Option<Url>>,
}

/// All that were named.
pub fn servers() -> &'static [Server] {
    static SERVERS: OnceLock<Vec<Server>> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let text = std::env::var("KALENDS_CALDAV_SERVERS").unwrap_or_else(|_| "[]".into());
        let named: Vec<serde_json::Value> =
            serde_json::from_str(&text).expect("KALENDS_CALDAV_SERVERS is a JSON array");
        let calendar =
            |url: &serde_json::Value| url.as_str().map(|url| Url::parse(url).expect("a calendar's URL"));
        let word = |server: &serde_json::Value, name: &str| {
            let word =
                server[name].as_str().unwrap_or_else(|| panic!("a server has no \"{name}\": {server}"));
            word.to_owned()
        };
        let servers = named.iter().map(|server| Server {
            name: word(server, "server"),
            url: Url::parse(&word(server, "url")).expect("a server's URL"),
            user: word(server, "user"),
            password: word(server, "password"),
            read_only: calendar(&server["readOnly"]),
            large: calendar(&server["large"]),
            account: RwLock::new(()),
            home: Mutex::new(None),
        });
        servers.collect()
    })
}

impl Server {
    /// The account's `Authorization`.
    pub fn authorization(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }

    /// A request of the account.
    pub fn ask(&self, method: &str, url: &Url, headers: &[(&str, &str)], body: Option<&str>) -> Response {
        let authorization = self.authorization();
        let all = headers.iter().copied().chain([("authorization", authorization.as_str())]);
        let answer = send(&http::agent(), (method, url.as_str()), all, body, 64 << 20);
        answer.unwrap_or_else(|error| panic!("{} does not answer {method} {url}: {error:?}", self.name))
    }

    /// The status of a look into the account's calendars that names nobody.
    pub fn status_for_strangers(&self) -> u16 {
        let home = self.home();
        let answer = send(&http::agent(), ("PROPFIND", home.as_str()), [("depth", "0")], None, 1 << 20);
        answer.expect("an answer").status
    }

    /// A PROPFIND that must succeed.
    pub fn propfind(&self, url: &Url, depth: &str, props: &str) -> Multistatus {
        let body = format!("<propfind xmlns='DAV:'><prop>{props}</prop></propfind>");
        let answer =
            self.ask("PROPFIND", url, &[("depth", depth), ("content-type", "text/xml")], Some(&body));
        Multistatus::parse(&answer.body).unwrap_or_else(|error| panic!("PROPFIND {url}: {answer:?}: {error}"))
    }

    /// The account's principal.
    pub fn principal(&self) -> Url {
        let told = self.propfind(&self.url, "0", "<current-user-principal/>");
        let href = told.entries[0].props.principal.clone().expect("a server tells the principal");
        self.url.join(&href).unwrap()
    }

    /// Where the account's calendars are.
    pub fn home(&self) -> Url {
        let mut home = self.home.lock().unwrap();
        let find = || {
            let principal = self.principal();
            let asked = "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'/>";
            let told = self.propfind(&principal, "0", asked);
            principal.join(&told.entries[0].props.homes[0]).unwrap()
        };
        home.get_or_insert_with(find).clone()
    }

    /// A path in the home that nobody has used.
    pub fn fresh(&self) -> Url {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let name = format!("k{}-{}/", since.as_millis(), COUNT.fetch_add(1, Ordering::Relaxed));
        self.home().join(&name).unwrap()
    }

    /// Makes a calendar of events, or a task list.
    pub fn make_calendar(&self, url: &Url, kind: Kind) {
        let props = format!(
            "<displayname>Studio</displayname><C:supported-calendar-component-set>\
             <C:comp name='{}'/></C:supported-calendar-component-set>",
            kind.component()
        );
        let answer = self.mkcalendar(url, &props);
        assert_eq!(answer.status, 201, "MKCALENDAR {url}: {answer:?}");
    }

    /// MKCALENDAR with these properties.
    pub fn mkcalendar(&self, url: &Url, props: &str) -> Response {
        let body = format!(
            "<C:mkcalendar xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav' xmlns:A='http://apple.com/ns/ical/'>\
             <set><prop>{props}</prop></set></C:mkcalendar>"
        );
        self.ask("MKCALENDAR", url, &[("content-type", "text/xml")], Some(&body))
    }

    /// Deletes a calendar, and makes sure that it is gone.
    pub fn delete_calendar(&self, url: &Url) {
        let answer = self.ask("DELETE", url, &[], None);
        assert!((200..300).contains(&answer.status), "DELETE {url}: {answer:?}");
    }
}
