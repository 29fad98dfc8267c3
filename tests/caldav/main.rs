//! The CalDAV client against real servers. `KALENDS_CALDAV_SERVERS` names them, as JSON: `[{"server", "url", "user",
//! "password"}]`; `npm test -- servers` starts some and sets it. Every test here runs against each of them, in calendars
//! that only it has.

mod conflicts;
mod content;
mod discovery;
mod hrefs;
mod http;
mod large;
mod listing;
mod objects;
mod phone;
mod promise;
mod remade;
mod servers;
mod tasks;
mod tokens;
mod wire;
mod world;
mod writing;
