//! What the application does: books, changes, confirms, calls off.

use crate::world::World;
use kalends::booking::{Appointment, Source, Status};
use kalends::port::Clock;
use kalends::{Instant, Span};

const HOUR: i64 = 3_600_000;

impl World {
    /// A time that no other edit has.
    pub fn some_time(&self) -> Span {
        Span::lasting(Instant::from_millis(1_795_003_200_000 + self.edit() * HOUR), HOUR)
    }

    /// Books; the appointment's id.
    pub fn book(&self, status: Status) -> String {
        let number = self.edit();
        let titled = self.dice.percent(70);
        let id = format!("apt_{number:04}");
        self.store.put(Appointment {
            id: id.clone(),
            span: self.some_time(),
            all_day: false,
            time_zone: if self.dice.percent(20) { "Europe/Berlin" } else { "UTC" }.into(),
            title: titled.then(|| format!("title {number}")),
            client_name: Some(format!("client {number}")),
            client_email: None,
            client_phone: None,
            description: (!titled).then(|| format!("wish {number}")),
            location: None,
            status,
            revision: 1,
            source: Source::Application,
            changed_at: self.clock.now(),
        });
        id
    }

    /// The appointment as it stands.
    pub fn appointment(&self, id: &str) -> Appointment {
        self.store.rows.borrow().appointments[id].clone()
    }

    /// Changes an appointment through the API.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Appointment)) {
        let mut appointment = self.appointment(id);
        change(&mut appointment);
        appointment.revision += 1;
        (appointment.source, appointment.changed_at) = (Source::Application, self.clock.now());
        self.store.put(appointment);
    }

    /// Changes one of the fields that a calendar shows too.
    pub fn change_something(&self, id: &str) {
        let number = self.edit();
        let span = self.some_time();
        self.change(id, |appointment| match self.dice.below(5) {
            0 => appointment.title = Some(format!("title {number}")),
            1 => appointment.description = Some(format!("description {number}")),
            2 => appointment.location = Some(format!("room {number}")),
            3 => appointment.client_name = Some(format!("client {number}")),
            _ => appointment.span = span,
        });
    }

    /// Does anything that an application can do.
    pub fn application_acts(&self) {
        let live: Vec<Appointment> =
            self.store.rows.borrow().appointments.values().filter(|a| a.status.is_live()).cloned().collect();
        match (self.dice.pick(&live), self.dice.below(10)) {
            (None, _) | (_, 0..3) if live.len() < 9 => {
                self.book(if self.dice.percent(50) { Status::Pending } else { Status::Confirmed });
            }
            (Some(one), 8) => self.change(&one.id, |a| a.status = Status::Cancelled),
            (Some(one), 6..8) if one.status == Status::Pending => {
                let to = if self.dice.percent(80) { Status::Confirmed } else { Status::Declined };
                self.change(&one.id, |a| a.status = to);
            }
            (Some(one), _) => self.change_something(&one.id),
            (None, _) => {}
        }
    }
}
