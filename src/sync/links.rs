//! The links of one run, found by the key of their remote object, by id, by appointment or task, or by UID.

use crate::port::{Link, LinkId};
use std::collections::BTreeMap;

/// The links of a connection as a run knows them; in order, so that a run can be repeated.
#[derive(Default)]
pub(super) struct Links {
    by_id: BTreeMap<LinkId, (String, Link)>,
    ids: BTreeMap<String, LinkId>,
}

impl Links {
    /// Adds or replaces a link whose remote object has this key.
    pub(super) fn put(&mut self, key: String, link: Link) {
        self.remove(&link.id);
        self.ids.insert(key.clone(), link.id.clone());
        self.by_id.insert(link.id.clone(), (key, link));
    }

    /// Removes a link.
    pub(super) fn remove(&mut self, id: &LinkId) {
        if let Some((key, _)) = self.by_id.remove(id) {
            self.ids.remove(&key);
        }
    }

    /// The link of the remote object with this key.
    pub(super) fn at(&self, key: &str) -> Option<&Link> {
        self.get(self.ids.get(key)?)
    }

    /// The link with this id.
    pub(super) fn get(&self, id: &LinkId) -> Option<&Link> {
        self.by_id.get(id).map(|(_, link)| link)
    }

    /// The link of an appointment or task.
    pub(super) fn of_entry(&self, entry: &str) -> Option<&Link> {
        self.all().map(|(_, link)| link).find(|link| link.entry.as_deref() == Some(entry))
    }

    /// The link of an appointment or task whose remote object has this UID and is known to have arrived.
    pub(super) fn of_uid(&self, uid: &str) -> Option<&Link> {
        let arrived = |link: &&Link| link.entry.is_some() && link.version.is_some() && link.uid == uid;
        self.all().map(|(_, link)| link).find(arrived)
    }

    /// All links, each with the key of its remote object.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Link)> {
        self.by_id.values().map(|(key, link)| (key.as_str(), link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::RemoteId;

    fn link(id: &str, entry: Option<&str>) -> Link {
        Link {
            id: LinkId(id.into()),
            remote: RemoteId("/a.ics".into()),
            uid: "u".into(),
            version: None,
            entry: entry.map(str::to_owned),
            base: None,
            agreed_revision: 0,
            conflict: None,
        }
    }

    #[test]
    fn a_link_that_moved_is_found_at_its_new_place_only() {
        let mut links = Links::default();
        links.put("/a.ics".into(), link("1", Some("apt")));
        links.put("/b.ics".into(), link("1", Some("apt")));
        assert!(links.at("/a.ics").is_none());
        assert_eq!(links.at("/b.ics").map(|link| link.id.0.as_str()), Some("1"));
        assert_eq!(links.of_entry("apt"), links.at("/b.ics"));
        links.remove(&LinkId("1".into()));
        assert!(links.at("/b.ics").is_none() && links.all().next().is_none());
    }

    #[test]
    fn an_event_that_never_arrived_is_not_found_by_its_uid() {
        let mut links = Links::default();
        links.put("/a.ics".into(), link("1", Some("apt")));
        assert!(links.of_uid("u").is_none());
    }
}
