//! Who calls to an event or task and who is asked to it: ORGANIZER and ATTENDEE (RFC 5545 §3.8.4.1, §3.8.4.3).

use super::address::{CalAddress, Email};
use super::error::FieldError;
use super::word::words;
use crate::ics::{Component, Parameter, Property};
use serde::Serialize;

/// A calendar user: the organizer, an attendee, or who gets the mail of an alarm.
///
/// ```
/// # use kalends::event::CalendarUser;
/// let ana = CalendarUser::parse("ana@example.org", Some("Ana Pop")).unwrap();
/// assert_eq!(ana.address.as_str(), "mailto:ana@example.org");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarUser {
    /// Who it is.
    pub address: CalAddress,
    /// What people call them (CN).
    pub name: Option<String>,
    /// Where mail reaches them: EMAIL (RFC 7986 §6.2) where it is given, else what the address says.
    pub email: Option<Email>,
    /// Who acts for them (SENT-BY).
    pub sent_by: Option<CalAddress>,
}

impl CalendarUser {
    /// Somebody by e-mail address, or by another URI.
    pub fn parse(address: &str, name: Option<&str>) -> Result<CalendarUser, FieldError> {
        let address = CalAddress::parse(address)?;
        let email = address.email();
        Ok(CalendarUser { address, name: name.map(str::to_owned), email, sent_by: None })
    }

    /// The ORGANIZER of a component.
    pub fn organizer(component: &Component) -> Option<CalendarUser> {
        component.property("ORGANIZER").and_then(CalendarUser::of)
    }

    /// Whom a property such as ATTENDEE names; nothing where it names nobody.
    pub fn of(property: &Property) -> Option<CalendarUser> {
        let address = CalAddress::as_it_came(property.value())?;
        let email = property.parameter("EMAIL").and_then(|email| Email::parse(email).ok());
        Some(CalendarUser {
            email: email.or_else(|| address.email()),
            name: property.parameter("CN").map(str::trim).filter(|cn| !cn.is_empty()).map(str::to_owned),
            sent_by: property.parameter("SENT-BY").and_then(CalAddress::as_it_came),
            address,
        })
    }

    pub(in crate::event) fn property(&self, name: &str) -> Property<'static> {
        let mut property = Property::known(name, self.address.as_str());
        let email = self.email.as_ref().filter(|email| self.address.email().as_ref() != Some(*email));
        for (name, value) in [
            ("CN", self.name.as_deref().filter(|name| !name.trim().is_empty())),
            ("EMAIL", email.map(Email::as_str)),
            ("SENT-BY", self.sent_by.as_ref().map(CalAddress::as_str)),
        ] {
            if let Some(value) = value {
                property.set_parameter(name, value);
            }
        }
        property
    }
}

words! {
    /// What somebody does at an event (ROLE, RFC 5545 §3.2.16).
    #[derive(Default)]
    Role, "role" {
        /// They lead it.
        Chair = "CHAIR",
        /// They are needed.
        #[default]
        Required = "REQ-PARTICIPANT",
        /// They may come.
        Optional = "OPT-PARTICIPANT",
        /// They are told of it only.
        NonParticipant = "NON-PARTICIPANT",
    }
}

words! {
    /// What an attendee has answered (PARTSTAT, RFC 5545 §3.2.12).
    #[derive(Default)]
    ParticipationStatus, "status" {
        /// Nothing yet.
        #[default]
        NeedsAction = "NEEDS-ACTION",
        /// Yes.
        Accepted = "ACCEPTED",
        /// No.
        Declined = "DECLINED",
        /// Perhaps.
        Tentative = "TENTATIVE",
        /// Somebody else comes instead.
        Delegated = "DELEGATED",
        /// Of a task: it is done.
        Completed = "COMPLETED",
        /// Of a task: it is being done.
        InProcess = "IN-PROCESS",
    }
}

words! {
    /// What kind of calendar user it is (CUTYPE, RFC 5545 §3.2.3).
    #[derive(Default)]
    UserType, "userType" {
        /// A person.
        #[default]
        Individual = "INDIVIDUAL",
        /// Several people.
        Group = "GROUP",
        /// A thing, such as a projector.
        Resource = "RESOURCE",
        /// A room.
        Room = "ROOM",
        /// Not said, or a word that nobody knows.
        Unknown = "UNKNOWN",
    }
}

/// Somebody who is asked to an event or task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attendee {
    /// Who it is.
    #[serde(flatten)]
    pub user: CalendarUser,
    /// What they do there.
    pub role: Role,
    /// What they have answered.
    pub status: ParticipationStatus,
    /// Whether an answer is asked for.
    pub rsvp: bool,
    /// What kind of calendar user it is.
    pub user_type: UserType,
    /// Who comes instead of them.
    pub delegated_to: Vec<CalAddress>,
    /// Instead of whom they come.
    pub delegated_from: Vec<CalAddress>,
}

impl Attendee {
    /// A person who is needed, has not answered and is not asked to.
    pub fn new(user: CalendarUser) -> Attendee {
        Attendee {
            user,
            role: Role::default(),
            status: ParticipationStatus::default(),
            rsvp: false,
            user_type: UserType::default(),
            delegated_to: Vec::new(),
            delegated_from: Vec::new(),
        }
    }

    /// The ATTENDEEs of a component, in order.
    pub fn all(component: &Component) -> Vec<Attendee> {
        component.properties("ATTENDEE").filter_map(Attendee::of).collect()
    }

    /// Whom an ATTENDEE asks. Words that are not known mean what RFC 5545 says they shall.
    pub fn of(property: &Property) -> Option<Attendee> {
        let word = |name| property.parameter(name).unwrap_or_default();
        let addresses = |name: &str| {
            let parameter = property.parameters().iter().find(|p| p.is(name));
            parameter.into_iter().flat_map(|p| p.values()).filter_map(|v| CalAddress::as_it_came(v)).collect()
        };
        let user_type =
            property.parameter("CUTYPE").map(|word| UserType::parse(word).unwrap_or(UserType::Unknown));
        Some(Attendee {
            user: CalendarUser::of(property)?,
            role: Role::parse(word("ROLE")).unwrap_or_default(),
            status: ParticipationStatus::parse(word("PARTSTAT")).unwrap_or_default(),
            rsvp: word("RSVP").trim().eq_ignore_ascii_case("TRUE"),
            user_type: user_type.unwrap_or_default(),
            delegated_to: addresses("DELEGATED-TO"),
            delegated_from: addresses("DELEGATED-FROM"),
        })
    }

    pub(in crate::event) fn property(&self) -> Property<'static> {
        let mut property = self.user.property("ATTENDEE");
        if self.user_type != UserType::Individual {
            property.set_parameter("CUTYPE", self.user_type.as_str());
        }
        property.set_parameter("ROLE", self.role.as_str());
        property.set_parameter("PARTSTAT", self.status.as_str());
        if self.rsvp {
            property.set_parameter("RSVP", "TRUE");
        }
        for (name, addresses) in
            [("DELEGATED-TO", &self.delegated_to), ("DELEGATED-FROM", &self.delegated_from)]
        {
            if !addresses.is_empty() {
                property.put_parameter(Parameter::new(name, addresses.iter().map(CalAddress::as_str)));
            }
        }
        property
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn read(line: &str) -> Attendee {
        let text = format!("BEGIN:VEVENT\n{line}\nEND:VEVENT");
        Attendee::all(&parse(&text).calendars[0]).remove(0)
    }

    #[test]
    fn who_is_written_reads_back_the_same() {
        let mut user = CalendarUser::parse("ana@example.org", Some("Pop, Ana \"the; boss\": ^\nx")).unwrap();
        assert_eq!(read(&Attendee::new(user.clone()).property().to_string()), Attendee::new(user.clone()));
        user.email = Some(Email::parse("other@example.org").unwrap());
        user.sent_by = Some(CalAddress::parse("ben@example.org").unwrap());
        let address = |text| CalAddress::parse(text).unwrap();
        let attendee = Attendee {
            role: Role::Optional,
            status: ParticipationStatus::Delegated,
            rsvp: true,
            user_type: UserType::Group,
            delegated_to: vec![address("c@example.org"), address("urn:x;y,z")],
            delegated_from: vec![address("d@example.org")],
            ..Attendee::new(user)
        };
        assert_eq!(read(&attendee.property().to_string()), attendee);
    }

    #[test]
    fn an_e_mail_address_is_not_said_twice() {
        let ana = CalendarUser::parse("ana@example.org", None).unwrap();
        assert_eq!(ana.property("ORGANIZER").to_string(), "ORGANIZER:mailto:ana@example.org");
    }

    #[test]
    fn people_in_the_wild_are_understood() {
        let ben =
            read("ATTENDEE;CN=\"Ben\";X-NUM-GUESTS=0;rsvp=true;partstat=accepted:MAILTO:Ben@Example.org");
        assert_eq!(
            (ben.user.name.as_deref(), ben.status, ben.rsvp),
            (Some("Ben"), ParticipationStatus::Accepted, true)
        );
        assert_eq!(ben.user.email.unwrap().as_str(), "Ben@Example.org");
        let odd = read("ATTENDEE;CUTYPE=X-ROBOT;ROLE=X-KING;PARTSTAT=X-GONE;CN=:invalid:nomail");
        assert_eq!(
            (odd.user_type, odd.role, odd.status),
            (UserType::Unknown, Role::Required, ParticipationStatus::NeedsAction)
        );
        assert_eq!(
            (odd.user.address.as_str(), odd.user.email, odd.user.name),
            ("invalid:nomail", None, None)
        );
        let principal = read("ATTENDEE;EMAIL=ben@example.org:/principals/users/ben");
        assert_eq!(principal.user.email.unwrap().as_str(), "ben@example.org");
        let parsed = parse("BEGIN:VEVENT\nATTENDEE:\nEND:VEVENT");
        assert_eq!(Attendee::all(&parsed.calendars[0]), []);
    }

    #[test]
    fn serialised_it_is_camel_case_with_the_words_of_the_rfc() {
        let json = serde_json::to_value(read("ATTENDEE;CN=Ben:mailto:ben@example.org")).unwrap();
        assert_eq!((&json["userType"], &json["status"]), (&"INDIVIDUAL".into(), &"NEEDS-ACTION".into()));
        assert_eq!(
            (&json["email"], &json["name"], &json["sentBy"]),
            (&"ben@example.org".into(), &"Ben".into(), &().into())
        );
    }
}
