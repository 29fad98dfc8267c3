//! What the application does: books, changes, confirms, calls off; and what it does with tasks.

use crate::world::World;
use kalends::booking::{Appointment, Entry, Kind, Source, Status};
use kalends::event::Exception;
use kalends::port::Clock;
use kalends::{Budget, Instant, Span};

const HOUR: i64 = 3_600_000;

impl World {
    /// A time that no other edit has.
    pub fn some_time(&self) -> Span {
        Span::lasting(Instant::from_millis(1_795_003_200_000 + self.edit() * HOUR), HOUR)
    }

    /// Days of the owner's in the window that is mirrored: the same as no other edit's.
    pub fn some_days(&self) -> Span {
        let first = self.ledger.zone.to_wall(self.clock.now()).date();
        let midnight = |days: i64| {
            let date = first.iter_days().nth(days as usize).expect("a calendar goes on");
            self.ledger.zone.to_instant(date.and_time(Default::default()))
        };
        let edit = self.edit();
        let (from, days) = (edit % 80, 1 + edit / 80);
        Span::new(midnight(from), midnight(from + days)).expect("a day ends after it begins")
    }

    /// Books; the appointment's id.
    pub fn book(&self, status: Status) -> String {
        let number = self.edit();
        let titled = self.dice.percent(70);
        let id = format!("apt_{number:04}");
        let span = self.some_time();
        let zone = if self.dice.percent(40) { "Europe/Berlin" } else { "UTC" };
        self.store.put(Appointment {
            title: titled.then(|| format!("title {number}")),
            client_name: Some(format!("client {number}")),
            description: (!titled).then(|| format!("wish {number}")),
            status,
            ..Appointment::new(&id, span, zone, self.clock.now())
        });
        id
    }

    /// The appointment as it stands.
    pub fn appointment(&self, id: &str) -> Appointment {
        self.store.appointment(id)
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
        let every = self.dice.percent(30).then(|| "FREQ=WEEKLY;COUNT=6".to_owned());
        let days = self.some_days();
        self.change(id, |appointment| match self.dice.below(8) {
            7 => {
                (appointment.span, appointment.all_day) = (days, true);
                appointment.time_zone = self.setting.zone.into();
                (appointment.recurrence, appointment.exceptions) = (None, Default::default());
            }
            5 => (appointment.recurrence, appointment.exceptions) = (every, Default::default()),
            6 if appointment.recurrence.is_some() => self.changes_one_time(appointment, number, span),
            0 => appointment.title = Some(format!("title {number}")),
            1 => appointment.description = Some(format!("description {number}")),
            2 => appointment.location = Some(format!("room {number}")),
            3 => appointment.client_name = Some(format!("client {number}")),
            _ => {
                let timed = Appointment { all_day: false, ..appointment.clone() };
                *appointment = timed.moved(span).expect("a rule that follows");
            }
        });
    }

    /// Calls off or changes one time of an appointment that recurs, or has it again as the others.
    fn changes_one_time(&self, appointment: &mut Appointment, number: i64, span: Span) {
        let all = Appointment { exceptions: Default::default(), ..appointment.clone() };
        let half_a_year = Span::lasting(all.span.start(), 180 * 24 * HOUR);
        let times = all.times(half_a_year, &mut Budget::default()).expect("a rule that can be expanded");
        let Some(time) = self.dice.pick(&times) else { return };
        let summary = self.dice.percent(50).then(|| format!("once {number}"));
        let other = Exception { span, summary, description: None, location: None };
        match self.dice.below(3) {
            0 => drop(appointment.exceptions.insert(time.start(), None)),
            1 => drop(appointment.exceptions.insert(time.start(), Some(other))),
            _ => drop(appointment.exceptions.remove(&time.start())),
        }
    }

    /// Does anything that an application can do.
    pub fn application_acts(&self) {
        if self.setting.kind == Kind::Todo {
            return self.works_on_tasks();
        }
        if self.dice.percent(15) {
            return self.works_on_task_times();
        }
        let entries: Vec<Entry> = self.store.rows.borrow().entries.values().cloned().collect();
        let appointments = entries.into_iter().filter_map(|entry| match entry {
            Entry::Appointment(appointment) => Some(appointment),
            Entry::Task(_) | Entry::TaskTime(_) => None,
        });
        let live: Vec<Appointment> = appointments.filter(|one| one.status.is_live()).collect();
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
