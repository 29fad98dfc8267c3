//! What an event points at: conferences, images and attachments (RFC 7986 §5.10, §5.11, RFC 5545 §3.8.1.1).

use super::address::Uri;
use super::word::words;
use crate::ics::{Component, Parameter, Property};
use serde::Serialize;

words! {
    /// What a conference can do (FEATURE, RFC 7986 §6.3).
    Feature, "features" {
        /// Sound.
        Audio = "AUDIO",
        /// Written messages.
        Chat = "CHAT",
        /// News, as a blog has.
        Feed = "FEED",
        /// It is the way in for who leads.
        Moderator = "MODERATOR",
        /// By telephone.
        Phone = "PHONE",
        /// Screens are shared.
        Screen = "SCREEN",
        /// Pictures.
        Video = "VIDEO",
    }
}

/// A way into a meeting that is not a place (CONFERENCE).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conference {
    /// Where: `https:`, `tel:`, `xmpp:`.
    pub uri: Uri,
    /// What it can do.
    pub features: Vec<Feature>,
    /// What people read beside it (LABEL).
    pub label: Option<String>,
}

impl Conference {
    /// The CONFERENCEs of a component, in order.
    pub fn all(component: &Component) -> Vec<Conference> {
        let conference = |property: &Property| {
            let features = property.parameters().iter().find(|p| p.is("FEATURE"));
            let features = features.into_iter().flat_map(|p| p.values());
            Some(Conference {
                uri: Uri::of(property)?,
                features: features.filter_map(|word| Feature::parse(word).ok()).collect(),
                label: property.parameter("LABEL").filter(|label| !label.is_empty()).map(str::to_owned),
            })
        };
        component.properties("CONFERENCE").filter_map(conference).collect()
    }

    pub(in crate::event) fn property(&self) -> Property<'static> {
        let mut property = self.uri.property("CONFERENCE").with_parameter("VALUE", "URI");
        if !self.features.is_empty() {
            let words = self.features.iter().map(|feature| feature.as_str());
            property.put_parameter(Parameter::new("FEATURE", words));
        }
        match self.label.as_deref().filter(|label| !label.is_empty()) {
            Some(label) => property.with_parameter("LABEL", label),
            None => property,
        }
    }
}

/// Something that an event points at: an image, a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Where it is.
    pub uri: Uri,
    /// What it is, such as `image/png` (FMTTYPE).
    pub media_type: Option<String>,
}

impl Attachment {
    /// The ATTACHs of a component that point somewhere, in order; those that hold the thing itself are left out.
    pub fn all(component: &Component) -> Vec<Attachment> {
        Attachment::named(component, "ATTACH")
    }

    /// The IMAGEs of a component that point somewhere, in order.
    pub fn images(component: &Component) -> Vec<Attachment> {
        Attachment::named(component, "IMAGE")
    }

    fn named(component: &Component, name: &str) -> Vec<Attachment> {
        let attachment = |property: &Property| {
            let media_type = property.parameter("FMTTYPE").filter(|media_type| !media_type.is_empty());
            Some(Attachment { uri: Uri::of(property)?, media_type: media_type.map(str::to_owned) })
        };
        component.properties(name).filter(|p| !is_inline(p)).filter_map(attachment).collect()
    }

    pub(in crate::event) fn property(&self, name: &str) -> Property<'static> {
        let mut property = self.uri.property(name);
        if name == "IMAGE" {
            property.set_parameter("VALUE", "URI");
        }
        match self.media_type.as_deref().filter(|media_type| !media_type.is_empty()) {
            Some(media_type) => property.with_parameter("FMTTYPE", media_type),
            None => property,
        }
    }
}

/// Whether an ATTACH holds the thing itself.
pub(in crate::event) fn is_inline(property: &Property) -> bool {
    property.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("BINARY"))
        || property.parameter("ENCODING").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(properties: Vec<Property<'static>>) -> Component<'static> {
        let mut component = Component::new("VEVENT");
        component.properties = properties;
        crate::ics::parse(&component.write()).calendars.remove(0).into_owned()
    }

    #[test]
    fn what_is_pointed_at_reads_back_the_same() {
        let uri = |text| Uri::parse(text).unwrap();
        let conferences = [
            Conference {
                uri: uri("tel:+1-412-555-0123,,,654321"),
                features: vec![Feature::Phone, Feature::Moderator],
                label: Some("Dial-in, code=\"1\"; x:\ny".into()),
            },
            Conference { uri: uri("https://meet.example.org/a;b=1"), features: vec![], label: None },
        ];
        let written = component(conferences.iter().map(Conference::property).collect());
        assert_eq!(Conference::all(&written), conferences);
        let image =
            Attachment { uri: uri("https://example.org/a.png"), media_type: Some("image/png".into()) };
        let written = component(vec![image.property("IMAGE"), image.property("ATTACH")]);
        assert_eq!(
            (Attachment::images(&written), Attachment::all(&written)),
            (vec![image.clone()], vec![image])
        );
    }

    #[test]
    fn an_attachment_that_is_inside_is_no_link() {
        let text =
            "BEGIN:VEVENT\nATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA\nATTACH:\nATTACH:cid:1\nEND:VEVENT";
        let found = Attachment::all(&crate::ics::parse(text).calendars[0]);
        assert_eq!(found.iter().map(|a| a.uri.as_str()).collect::<Vec<_>>(), ["cid:1"]);
    }
}
