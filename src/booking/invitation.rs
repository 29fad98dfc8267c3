//! An appointment as an event for download or mail: with client, owner and alarms.

use super::Appointment;
use crate::event::{Alarm, Attendee, CalendarUser, Details, FieldError, NewEvent, ParticipationStatus};

impl Appointment {
    /// The event that client and owner get of this appointment, whether it takes place or not. The client is an
    /// attendee where there is an e-mail address, and has accepted: it is the client's own wish. SEQUENCE follows the
    /// revision, so that of two mails the later one counts.
    ///
    /// ```
    /// # use kalends::booking::Appointment;
    /// # use kalends::event::{Alarm, CalendarUser, Message, Trigger};
    /// # use kalends::{Instant, Span, ics::Duration};
    /// let start = Instant::parse("2026-11-21T12:00:00Z").unwrap();
    /// let appointment = Appointment {
    ///     client_name: Some("Ana Pop".into()),
    ///     client_email: Some("ana@example.org".into()),
    ///     description: Some("Dragon".into()),
    ///     ..Appointment::new("apt_1", Span::lasting(start, 3_600_000), "Europe/Berlin", start)
    /// };
    /// let ben = CalendarUser::parse("ben@example.org", Some("Ben")).unwrap();
    /// let alarm = Alarm::new(Trigger::Start(Duration::new(-1, 0)));
    /// let event = appointment.event("apt-1", Some(ben), vec![alarm]).unwrap().event(start).unwrap();
    /// let mail = event.message(&Message::Request, start).unwrap().write();
    /// assert!(mail.contains("SUMMARY:REQUEST: Ana Pop - Dragon\r\n") && mail.contains("STATUS:TENTATIVE\r\n"));
    /// assert!(mail.contains("ORGANIZER;CN=Ben:mailto:ben@example.org\r\n"));
    /// ```
    pub fn event(
        &self,
        uid: &str,
        owner: Option<CalendarUser>,
        alarms: Vec<Alarm>,
    ) -> Result<NewEvent, FieldError> {
        let mut event = NewEvent::of(uid, &self.described())?;
        let email = self.client_email.as_deref().filter(|email| !email.trim().is_empty());
        let client = email.map(|email| CalendarUser::parse(email, self.client_name.as_deref())).transpose();
        let client = client.map_err(|error| error.at("clientEmail"))?;
        let accepted = |user| Attendee { status: ParticipationStatus::Accepted, ..Attendee::new(user) };
        event.details = Details {
            sequence: u32::try_from(self.revision.saturating_sub(1)).unwrap_or_default(),
            organizer: owner,
            attendees: client.map(accepted).into_iter().collect(),
            alarms,
            last_modified: Some(self.changed_at),
            ..event.details
        };
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::super::appointment::tests::appointment;
    use super::super::{Appointment, Status};
    use crate::event::{self, Attendee, CalendarUser, Details, Message, ParticipationStatus};
    use crate::time::Instant;
    use crate::zone::Zone;

    fn booked(status: Status) -> Appointment {
        Appointment { status, client_email: Some("ana@example.org".into()), revision: 4, ..appointment() }
    }

    #[test]
    fn client_and_owner_read_what_was_booked() {
        let ben = CalendarUser::parse("ben@example.org", Some("Ben")).unwrap();
        for (status, summary, said) in [
            (Status::Pending, "REQUEST: Ana Pop - Dragon, left arm", event::Status::Tentative),
            (Status::Confirmed, "Ana Pop - Dragon, left arm", event::Status::Confirmed),
            (Status::Expired, "Ana Pop - Dragon, left arm", event::Status::Cancelled),
        ] {
            let booked = booked(status);
            let event =
                booked.event("u", Some(ben.clone()), Vec::new()).unwrap().event(Instant::MIN).unwrap();
            let content = event.content(&Zone::utc()).unwrap();
            assert_eq!(
                (content.summary.as_str(), content.status, content.span),
                (summary, said, booked.span)
            );
            let details = Details::of(event.main());
            assert_eq!((details.organizer.as_ref(), details.sequence), (Some(&ben), 3));
            let ana = CalendarUser::parse("ana@example.org", Some("Ana Pop")).unwrap();
            let ana = Attendee { status: ParticipationStatus::Accepted, ..Attendee::new(ana) };
            assert_eq!(details.attendees, [ana]);
        }
    }

    #[test]
    fn what_was_called_off_is_cancelled_by_mail() {
        let ben = CalendarUser::parse("ben@example.org", None).unwrap();
        let event = booked(Status::Cancelled).event("u", Some(ben), Vec::new()).unwrap();
        let event = event.event(Instant::MIN).unwrap();
        let mail = event.message(&Message::Cancel, Instant::MIN).unwrap().write();
        assert!(mail.contains("METHOD:CANCEL\r\n") && mail.contains("STATUS:CANCELLED\r\n"));
        assert!(mail.contains("SEQUENCE:3\r\n"), "{mail}");
        assert_eq!(event.message(&Message::Request, Instant::MIN).unwrap_err().code(), "cancelled_event");
    }

    #[test]
    fn a_client_without_a_mail_address_is_no_attendee_and_a_wrong_one_is_an_error() {
        let event = appointment().event("u", None, Vec::new()).unwrap();
        assert_eq!(event.details.attendees, []);
        let wrong = Appointment { client_email: Some("ana".into()), ..appointment() };
        let error = wrong.event("u", None, Vec::new()).unwrap_err();
        assert_eq!((error.field(), error.code()), ("clientEmail", "invalid_email"));
    }
}
