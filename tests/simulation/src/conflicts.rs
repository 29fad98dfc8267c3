//! Conflicts that wait for a person: what is shown of them is what both sides say, and a choice is carried out.

use crate::store::Rows;
use crate::world::World;
use kalends::booking::Source;
use kalends::event::{EntryContent, Status};
use kalends::port::Outcome;

impl Rows {
    /// Whether an appointment or task waits for a person.
    pub fn is_held(&self, entry: &str) -> bool {
        self.links.values().any(|link| link.entry.as_deref() == Some(entry) && link.conflict.is_some())
    }
}

impl World {
    /// A person chooses a side of one of the open conflicts; false where there is none.
    pub fn person_decides(&self) -> bool {
        let mut rows = self.store.rows.borrow_mut();
        let open = rows.conflicts.iter().filter(|conflict| conflict.outcome == Outcome::Open);
        let open: Vec<_> = open.map(|conflict| conflict.id.clone()).collect();
        let Some(id) = self.dice.pick(&open) else { return false };
        let choice = if self.dice.percent(50) { Source::Application } else { Source::Calendar };
        rows.choices.insert(id, choice);
        true
    }

    /// Every open conflict that does not show what application and calendar say, and every one that nothing waits for.
    pub fn wrong_conflicts(&self) -> Vec<String> {
        let (rows, objects) = (self.store.rows.borrow(), self.calendar.objects.borrow());
        let mut found = Vec::new();
        let links = || rows.links.values().filter_map(|link| Some((link, link.conflict.as_ref()?)));
        for (link, open) in links() {
            let conflict = rows.conflicts.iter().find(|conflict| conflict.id == open.id);
            let ours = link.entry.as_ref().and_then(|id| rows.entries[id].content());
            let theirs = objects
                .get(&self.address(&link.remote))
                .and_then(|object| self.ledger.content_of(&object.body));
            let is_cancelled = |content: &EntryContent| content.own_status() == Some(Status::Cancelled);
            let theirs = theirs.filter(|theirs| !is_cancelled(theirs));
            // The status is the application's to say.
            let theirs =
                theirs.map(|theirs| theirs.with_own_status(ours.as_ref().and_then(|ours| ours.own_status())));
            let shown = conflict.map(|conflict| (conflict.application.clone(), conflict.calendar.clone()));
            if shown.as_ref() != Some(&(ours.clone(), theirs.clone())) {
                found.push(format!("{open:?} shows {shown:?}, they say {ours:?} and {theirs:?}"));
            }
        }
        for conflict in rows.conflicts.iter().filter(|conflict| conflict.outcome == Outcome::Open) {
            if !links().any(|(_, open)| open.id == conflict.id) {
                found.push(format!("{conflict:?} is open, and nothing waits for it"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::finish;
    use crate::world::Setting;
    use kalends::Span;
    use kalends::booking::{Kind, Status};
    use kalends::port::Policy;
    use kalends::sync::Scope;

    /// A world in which a person decides, and both sides have moved the same appointment; its id and what each says.
    fn both_have_moved() -> (World, String, [Span; 2]) {
        let world = World::new(1, Setting { policy: Policy::Manual, ..Setting::default() });
        let id = world.book(Status::Confirmed);
        world.sync().unwrap();
        let [ours, theirs] = [world.some_time(), world.some_time()];
        world.phone_edits(&world.store.link_of(&id).unwrap().remote.0, |content| content.span = theirs);
        world.change(&id, |appointment| appointment.span = ours);
        (world, id, [ours, theirs])
    }

    /// When the event of an appointment is.
    fn there(world: &World, id: &str) -> Span {
        let body = world.calendar.body(&world.store.link_of(id).unwrap().remote.0).unwrap();
        match world.ledger.content_of(&body).unwrap() {
            kalends::event::EntryContent::Event(content) => content.span,
            kalends::event::EntryContent::Todo(_) => panic!("{id} is a task"),
        }
    }

    #[test]
    fn both_sides_stay_as_they_are_until_a_person_chooses() {
        for scope in [Scope::Manual, Scope::Entry("apt_0001".into())] {
            for choice in [Source::Application, Source::Calendar] {
                let (world, id, [ours, theirs]) = both_have_moved();
                let report = finish(world.run(scope.clone())).unwrap();
                assert_eq!((report.conflicts, report.problems.len()), (0, 1), "{report:?}");
                world.sync().unwrap();
                assert_eq!((world.appointment(&id).span, there(&world, &id)), (ours, theirs));
                assert_eq!(world.wrong_conflicts(), [""; 0]);
                let conflict = world.store.rows.borrow().conflicts[0].id.clone();
                world.store.rows.borrow_mut().choices.insert(conflict, choice);
                let report = finish(world.run(Scope::Entry(id.clone()))).unwrap();
                let (stands, outcome) = match choice {
                    Source::Application => (ours, Outcome::Application),
                    Source::Calendar => (theirs, Outcome::Calendar),
                };
                assert_eq!(
                    (world.appointment(&id).span, there(&world, &id), report.conflicts),
                    (stands, stands, 1)
                );
                assert_eq!(world.store.rows.borrow().conflicts[0].outcome, outcome);
                world.comes_to_rest().unwrap();
            }
        }
    }

    #[test]
    fn a_deletion_there_waits_for_a_person_where_the_appointment_was_changed_here() {
        for choice in [Source::Application, Source::Calendar] {
            let world = World::new(1, Setting { policy: Policy::Manual, ..Setting::default() });
            let id = world.book(Status::Confirmed);
            world.sync().unwrap();
            world.calendar.remove(&world.store.link_of(&id).unwrap().remote.0);
            world.change(&id, |appointment| appointment.title = Some("Lion".into()));
            world.sync().unwrap();
            world.sync().unwrap();
            assert_eq!((world.appointment(&id).status, world.calendar.hrefs().len()), (Status::Confirmed, 0));
            let conflict = world.store.rows.borrow().conflicts[0].id.clone();
            world.store.rows.borrow_mut().choices.insert(conflict, choice);
            world.sync().unwrap();
            let expected = match choice {
                Source::Application => (Status::Confirmed, 1),
                Source::Calendar => (Status::Cancelled, 0),
            };
            assert_eq!((world.appointment(&id).status, world.calendar.hrefs().len()), expected);
            world.comes_to_rest().unwrap();
        }
    }

    #[test]
    fn a_conflict_ends_by_itself_where_both_sides_come_to_say_the_same() {
        let (world, id, [_, theirs]) = both_have_moved();
        world.sync().unwrap();
        world.change(&id, |appointment| appointment.span = theirs);
        world.sync().unwrap();
        assert_eq!(world.store.rows.borrow().conflicts[0].outcome, Outcome::Agreed);
        world.comes_to_rest().unwrap();
    }

    #[test]
    fn what_is_called_off_meanwhile_needs_no_choice() {
        let (world, id, _) = both_have_moved();
        world.sync().unwrap();
        world.change(&id, |appointment| appointment.status = Status::Cancelled);
        world.sync().unwrap();
        assert_eq!(world.calendar.hrefs(), [""; 0]);
        assert_eq!(world.store.rows.borrow().conflicts[0].outcome, Outcome::Application);
        world.comes_to_rest().unwrap();
    }

    #[test]
    fn a_task_waits_for_a_person_too() {
        let world = World::new(1, Setting { policy: Policy::Manual, kind: Kind::Todo, ..Setting::default() });
        let id = world.add_task();
        world.sync().unwrap();
        world.phone_edits_task(&world.store.link_of(&id).unwrap().remote.0, |todo| {
            todo.summary = "theirs".into()
        });
        world.change_task(&id, |task| task.name = "ours".into());
        world.sync().unwrap();
        assert_eq!(world.task(&id).name, "ours");
        assert_eq!(world.store.rows.borrow().conflicts[0].outcome, Outcome::Open);
        world.comes_to_rest().unwrap();
    }
}
