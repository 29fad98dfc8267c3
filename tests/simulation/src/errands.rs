//! What an application does with tasks: they are a task list's, or an event keeps their time free.

use crate::world::World;
use kalends::booking::{Entry, Kind, Source, Task};
use kalends::event::TodoStatus;
use kalends::port::Clock;

impl World {
    /// The task as it stands.
    pub fn task(&self, id: &str) -> Task {
        self.store.task(id)
    }

    /// Adds a task; its id.
    pub fn add_task(&self) -> String {
        let number = self.edit();
        let id = format!("tsk_{number:04}");
        let zone = if self.dice.percent(20) { "Europe/Berlin" } else { "UTC" };
        let mut task = Task::new(&id, &format!("task {number}"), zone, self.clock.now());
        if self.dice.percent(60) {
            task.scheduled = Some(self.some_time().start());
            if self.dice.percent(20) {
                task.recurrence = Some("FREQ=WEEKLY;COUNT=3".into());
            }
        }
        if self.dice.percent(40) {
            task.due = Some(self.some_time().end());
        }
        task.on_calendar = self.setting.kind == Kind::Event;
        self.store.put(self.entry_of(task));
        id
    }

    /// Changes a task through the API.
    pub fn change_task(&self, id: &str, change: impl FnOnce(&mut Task)) {
        let mut task = self.task(id);
        change(&mut task);
        task.revision += 1;
        (task.source, task.changed_at) = (Source::Application, self.clock.now());
        self.store.put(self.entry_of(task));
    }

    /// A task as this calendar has it.
    fn entry_of(&self, task: Task) -> Entry {
        match self.setting.kind {
            Kind::Event => Entry::TaskTime(task),
            Kind::Todo => Entry::Task(task),
        }
    }

    /// Does anything that an application can do with a task.
    pub fn works_on_tasks(&self) {
        let live: Vec<Entry> =
            self.store.rows.borrow().entries.values().filter(|e| e.content().is_some()).cloned().collect();
        let Some(one) = self.dice.pick(&live).filter(|_| live.len() >= 9 || self.dice.percent(70)) else {
            return drop(self.add_task());
        };
        let (number, span) = (self.edit(), self.some_time());
        self.change_task(one.id(), |task| match self.dice.below(10) {
            0 => task.name = format!("task {number}"),
            1 => task.description = Some(format!("description {number}")),
            2 => task.category = Some(format!("category {number}")),
            3 => (task.scheduled, task.due) = (Some(span.start()), None),
            4 => task.due = Some(span.end()),
            5 => task.minutes = Some(number as u32 % 90),
            6 => (task.status, task.completed) = (TodoStatus::Completed, Some(self.clock.now())),
            7 => (task.status, task.completed) = (TodoStatus::NeedsAction, None),
            8 => task.status = TodoStatus::Cancelled,
            _ => task.deleted = true,
        });
    }

    /// Does anything that an application can do with a task whose time is kept free by an event.
    pub fn works_on_task_times(&self) {
        let entries = self.store.rows.borrow().entries.clone();
        let tasks = entries.into_values().filter_map(|entry| match entry {
            Entry::TaskTime(task) if !task.deleted => Some(task),
            _ => None,
        });
        let tasks: Vec<Task> = tasks.collect();
        let Some(one) = self.dice.pick(&tasks).filter(|_| tasks.len() >= 4 || self.dice.percent(60)) else {
            return drop(self.add_task());
        };
        let (number, span) = (self.edit(), self.some_time());
        let every = self.dice.percent(30).then(|| "FREQ=WEEKLY;COUNT=6".to_owned());
        self.change_task(&one.id, |task| match self.dice.below(10) {
            0 => task.name = format!("task {number}"),
            1 => task.description = Some(format!("description {number}")),
            2 => task.location = Some(format!("room {number}")),
            3 => task.minutes = Some(1 + number as u32 % 90),
            4 => task.scheduled = None,
            5 => task.on_calendar = !task.on_calendar,
            6 => (task.status, task.completed) = (TodoStatus::Completed, Some(self.clock.now())),
            7 if !task.all_day => (task.recurrence, task.exceptions) = (every, Default::default()),
            8 => task.deleted = true,
            _ if task.recurrence.is_none() => (task.scheduled, task.all_day) = (Some(span.start()), false),
            _ => {}
        });
    }
}
