//! What to do about one appointment and its event, or a task and its VTODO: a pure function of base, local and remote.
//!
//! Order: proof of deletion, then policy, then merge by fields.

use crate::event::{EntryContent, Field};
use crate::port::{Outcome, Policy};
use crate::time::Instant;

/// The application's side.
#[derive(Debug, Clone, PartialEq)]
pub enum Local {
    /// A live appointment or task that should read like this, changed at that time.
    Live(EntryContent, Instant),
    /// Cancelled, declined, expired or deleted: nothing should stand for it.
    Ended,
}

/// The calendar's side.
#[derive(Debug, Clone, PartialEq)]
pub enum Remote {
    /// As it was agreed, for all we know.
    Unread,
    /// Reads like this; the time of its last change if the event tells.
    Present(EntryContent, Option<Instant>),
    /// Proven gone.
    Gone,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Both sides agree; remember what on.
    Agree(EntryContent),
    /// Write this to the calendar: a create where nothing was agreed before, else an update.
    Write(EntryContent),
    /// Change the appointment to this.
    Accept(EntryContent),
    /// Change the appointment to this, and write it to the calendar: both sides had news.
    Merge(EntryContent),
    /// Remove the event from the calendar.
    Remove,
    /// End the appointment or task: what stands for it was deleted in the calendar.
    Cancel,
    /// Neither side has it any more.
    Forget,
    /// Leave both as they are: a person chooses.
    Hold,
}

/// An action, and the conflict that it decides or leaves open.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What to do.
    pub action: Action,
    /// What both sides had changed.
    pub clash: Option<Clash>,
}

/// Two versions that do not go together.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// The fields that both sides had changed; none where one of them had ended or deleted it.
    pub fields: Vec<Field>,
    /// The application's version; none where it had ended it.
    pub application: Option<EntryContent>,
    /// The calendar's version; none where it was deleted there.
    pub calendar: Option<EntryContent>,
    /// Which stands.
    pub outcome: Outcome,
}

impl Clash {
    /// Whole versions, of which one stands.
    pub fn of(application: Option<&EntryContent>, calendar: Option<&EntryContent>, outcome: Outcome) -> Self {
        Self { fields: Vec::new(), application: application.cloned(), calendar: calendar.cloned(), outcome }
    }
}

impl From<Action> for Plan {
    fn from(action: Action) -> Self {
        Self { action, clash: None }
    }
}

/// Plans one appointment from what both sides last agreed on and what each says now.
pub fn plan(base: Option<&EntryContent>, local: &Local, remote: &Remote, policy: Policy) -> Plan {
    match (local, remote) {
        (Local::Ended, Remote::Gone) => Action::Forget.into(),
        (Local::Ended, Remote::Unread) => match base {
            Some(_) => Action::Remove.into(),
            None => Action::Forget.into(),
        },
        (Local::Ended, Remote::Present(theirs, _)) => ended_here(base, theirs),
        (Local::Live(ours, _), Remote::Gone) => gone_there(base, ours, policy),
        (Local::Live(ours, _), Remote::Unread) => match base {
            Some(base) if base.differences(ours).is_empty() => Action::Agree(ours.clone()).into(),
            _ => Action::Write(ours.clone()).into(),
        },
        (Local::Live(ours, changed), Remote::Present(theirs, at)) => {
            both(base, (ours, *changed), (theirs, *at), policy)
        }
    }
}

/// The appointment ended, the event is still there: it goes. An edit made there meanwhile does not bring the
/// appointment back, whatever the policy: its time may have been given to somebody else. The edit is kept, and so is
/// what stands there although nothing was agreed on.
fn ended_here(base: Option<&EntryContent>, theirs: &EntryContent) -> Plan {
    let edited = base.is_none_or(|base| !base.differences(theirs).is_empty());
    let clash = edited.then(|| Clash::of(None, Some(theirs), Outcome::Application));
    Plan { action: Action::Remove, clash }
}

/// The event was deleted: the appointment is cancelled, unless it was changed here and the policy lets that win.
fn gone_there(base: Option<&EntryContent>, ours: &EntryContent, policy: Policy) -> Plan {
    let Some(base) = base else { return Action::Write(ours.clone()).into() };
    if base.differences(ours).is_empty() {
        return Action::Cancel.into();
    }
    let (action, outcome) = match policy {
        Policy::ExternalWins => (Action::Cancel, Outcome::Calendar),
        Policy::LastWriteWins | Policy::LocalWins => (Action::Write(ours.clone()), Outcome::Application),
        Policy::Manual => (Action::Hold, Outcome::Open),
    };
    Plan { action, clash: Some(Clash::of(Some(ours), None, outcome)) }
}

/// Both are there: what only one side changed is taken from it; what both changed is decided by the policy.
fn both(
    base: Option<&EntryContent>,
    (ours, changed): (&EntryContent, Instant),
    (theirs, at): (&EntryContent, Option<Instant>),
    policy: Policy,
) -> Plan {
    let differing = ours.differences(theirs);
    if differing.is_empty() {
        return Action::Agree(theirs.clone()).into();
    }
    let (here, there) = match base {
        Some(base) => (base.differences(ours), base.differences(theirs)),
        None => (differing.clone(), differing.clone()),
    };
    let calendar_wins = match policy {
        Policy::ExternalWins => true,
        Policy::LocalWins | Policy::Manual => false,
        Policy::LastWriteWins => at.is_none_or(|at| at >= changed),
    };
    let mut merged = ours.clone();
    let mut fields = Vec::new();
    let entangled = moves_what_is_named(&here, &there, theirs) || moves_what_is_named(&there, &here, ours);
    for field in differing {
        let of_series = entangled && (is_of_series(field) || matches!(field, Field::Occurrence(_)));
        let (by_us, by_them) = (here.contains(&field) || of_series, there.contains(&field) || of_series);
        if by_them && (!by_us || calendar_wins) {
            merged.take(theirs, field);
        }
        if by_us && by_them {
            fields.push(field);
        }
    }
    let outcome = match (policy, calendar_wins) {
        (Policy::Manual, _) => Outcome::Open,
        (_, true) => Outcome::Calendar,
        (_, false) => Outcome::Application,
    };
    let is_clash = !fields.is_empty();
    let clash = is_clash.then(|| Clash { fields, ..Clash::of(Some(ours), Some(theirs), outcome) });
    let action = match (merged.differences(ours).is_empty(), merged.differences(theirs).is_empty()) {
        _ if is_clash && outcome == Outcome::Open => Action::Hold,
        (_, true) => Action::Accept(theirs.clone()),
        (true, false) => Action::Write(merged),
        (false, false) => Action::Merge(merged),
    };
    Plan { action, clash }
}

/// Whether one side has given a series another time or rule, while the other names occurrences of it: they may not be
/// there any more.
fn moves_what_is_named(moved: &[Field], named: &[Field], by: &EntryContent) -> bool {
    let names = |field: &Field| match field {
        Field::Occurrence(_) => true,
        Field::Recurrence => by.has_exceptions(),
        _ => false,
    };
    moved.iter().any(|field| is_of_series(*field)) && named.iter().any(names)
}

fn is_of_series(field: Field) -> bool {
    matches!(field, Field::Time | Field::Recurrence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Content, Exception};
    use crate::time::Span;

    const NOON: Instant = Instant::from_millis(43_200_000);

    fn content(summary: &str, hour: i64) -> EntryContent {
        Content::new(summary, Span::lasting(at(hour * 3_600_000), 3_600_000)).into()
    }

    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_new_appointment_is_written_and_a_cancelled_one_removed() {
        let new = content("Cut", 9);
        let planned = plan(None, &Local::Live(new.clone(), NOON), &Remote::Unread, Policy::ExternalWins);
        assert_eq!(planned.action, Action::Write(new.clone()));
        let planned = plan(Some(&new), &Local::Ended, &Remote::Unread, Policy::ExternalWins);
        assert_eq!(planned.action, Action::Remove);
    }

    #[test]
    fn what_nobody_changed_is_agreed_not_written() {
        let base = content("Cut", 9);
        let remote = Remote::Present(base.clone(), None);
        let planned = plan(Some(&base), &Local::Live(base.clone(), NOON), &remote, Policy::LocalWins);
        assert_eq!(planned, Action::Agree(base).into());
    }

    #[test]
    fn changes_of_different_fields_are_merged_whatever_the_policy() {
        let base = content("Cut", 9);
        let (ours, theirs) = (content("Cut and colour", 9), content("Cut", 11));
        for policy in [Policy::ExternalWins, Policy::LocalWins, Policy::LastWriteWins] {
            let planned = plan(
                Some(&base),
                &Local::Live(ours.clone(), NOON),
                &Remote::Present(theirs.clone(), Some(NOON)),
                policy,
            );
            assert_eq!(planned, Action::Merge(content("Cut and colour", 11)).into());
        }
    }

    #[test]
    fn the_same_field_changed_twice_is_decided_by_policy_and_the_loser_is_kept() {
        let base = content("Cut", 9);
        let (ours, theirs) = (content("Cut", 10), content("Cut", 11));
        let local = Local::Live(ours.clone(), NOON);
        let cases = [
            (Policy::ExternalWins, None, true),
            (Policy::LocalWins, None, false),
            (Policy::LastWriteWins, Some(at(NOON.millis() - 1)), false),
            (Policy::LastWriteWins, Some(NOON), true),
            (Policy::LastWriteWins, None, true),
        ];
        for (policy, their_time, calendar_wins) in cases {
            let planned = plan(Some(&base), &local, &Remote::Present(theirs.clone(), their_time), policy);
            let (action, outcome) = match calendar_wins {
                true => (Action::Accept(theirs.clone()), Outcome::Calendar),
                false => (Action::Write(ours.clone()), Outcome::Application),
            };
            let whole = Clash::of(Some(&ours), Some(&theirs), outcome);
            let clash = Some(Clash { fields: vec![Field::Time], ..whole });
            assert_eq!(planned, Plan { action, clash }, "{policy:?} {their_time:?}");
        }
    }

    #[test]
    fn an_event_deleted_in_the_calendar_cancels_the_appointment() {
        let base = content("Cut", 9);
        let planned =
            plan(Some(&base), &Local::Live(base.clone(), NOON), &Remote::Gone, Policy::LastWriteWins);
        assert_eq!(planned, Action::Cancel.into());
    }

    #[test]
    fn an_edit_here_survives_a_deletion_there_unless_the_calendar_is_the_truth() {
        let (base, ours) = (content("Cut", 9), content("Cut", 10));
        let local = Local::Live(ours.clone(), NOON);
        let kept = plan(Some(&base), &local, &Remote::Gone, Policy::LastWriteWins);
        let stands = Clash::of(Some(&ours), None, Outcome::Application);
        assert_eq!((kept.action, kept.clash), (Action::Write(ours), Some(stands)));
        let gone = plan(Some(&base), &local, &Remote::Gone, Policy::ExternalWins);
        assert_eq!(gone.action, Action::Cancel);
    }

    #[test]
    fn a_cancelled_appointment_is_not_revived_by_an_edit_which_is_kept() {
        let (base, theirs) = (content("Cut", 9), content("Cut", 11));
        let edited = Remote::Present(theirs.clone(), Some(at(NOON.millis() + 1)));
        for policy in [Policy::ExternalWins, Policy::LocalWins, Policy::LastWriteWins] {
            let planned = plan(Some(&base), &Local::Ended, &edited, policy);
            assert_eq!(planned.action, Action::Remove);
            assert_eq!(planned.clash, Some(Clash::of(None, Some(&theirs), Outcome::Application)));
        }
        let unknown = plan(None, &Local::Ended, &edited, Policy::LocalWins);
        let clash = Clash::of(None, Some(&theirs), Outcome::Application);
        assert_eq!(unknown.clash, Some(clash), "nobody here has agreed to it");
    }

    #[test]
    fn a_conflict_that_a_person_decides_leaves_both_sides_as_they_are() {
        let base = content("Cut", 9);
        let (ours, theirs) = (content("Cut", 10), content("Cut and colour", 11));
        let local = Local::Live(ours.clone(), NOON);
        let open = plan(Some(&base), &local, &Remote::Present(theirs.clone(), None), Policy::Manual);
        let whole = Clash::of(Some(&ours), Some(&theirs), Outcome::Open);
        let clash = Some(Clash { fields: vec![Field::Time], ..whole });
        assert_eq!(open, Plan { action: Action::Hold, clash });
        let gone = plan(Some(&base), &local, &Remote::Gone, Policy::Manual);
        let clash = Some(Clash::of(Some(&ours), None, Outcome::Open));
        assert_eq!(gone, Plan { action: Action::Hold, clash });
        let quiet = plan(Some(&base), &Local::Live(base.clone(), NOON), &Remote::Gone, Policy::Manual);
        assert_eq!(quiet, Action::Cancel.into(), "where only one side changed nothing is asked");
    }

    /// A weekly series with exceptions: at which hour the occurrence of so many weeks later is; none where it is off.
    fn series(hour: i64, others: &[(i64, Option<i64>)]) -> EntryContent {
        let hours = |hour: i64| at(hour * 3_600_000);
        let one = |&(week, other): &(i64, Option<i64>)| {
            let span = other.map(|other| Span::lasting(hours(week * 168 + other), 3_600_000));
            let exception =
                span.map(|span| Exception { span, summary: None, description: None, location: None });
            (hours(week * 168 + hour), exception)
        };
        Content {
            recurrence: Some("FREQ=WEEKLY".into()),
            exceptions: others.iter().map(one).collect(),
            ..Content::new("Cut", Span::lasting(hours(hour), 3_600_000))
        }
        .into()
    }

    #[test]
    fn a_series_is_merged_by_its_occurrences() {
        let base = series(9, &[(1, Some(10))]);
        let (ours, theirs) = (series(9, &[(1, Some(10)), (2, None)]), series(9, &[(1, Some(11))]));
        let remote = Remote::Present(theirs, None);
        let merged = plan(Some(&base), &Local::Live(ours, NOON), &remote, Policy::LocalWins);
        assert_eq!(merged, Action::Merge(series(9, &[(1, Some(11)), (2, None)])).into());
        let (ours, theirs) = (series(9, &[(1, Some(12))]), series(9, &[]));
        let clash = plan(
            Some(&base),
            &Local::Live(ours.clone(), NOON),
            &Remote::Present(theirs, None),
            Policy::LocalWins,
        );
        assert_eq!(clash.action, Action::Write(ours));
        assert_eq!(clash.clash.unwrap().fields, [Field::Occurrence(at(177 * 3_600_000))]);
    }

    #[test]
    fn a_series_that_was_moved_and_one_of_its_occurrences_do_not_go_together() {
        let base = series(9, &[]);
        let (ours, theirs) = (series(9, &[(2, None)]), series(13, &[]));
        for (policy, stands) in [(Policy::LocalWins, &ours), (Policy::ExternalWins, &theirs)] {
            let local = Local::Live(ours.clone(), NOON);
            let planned = plan(Some(&base), &local, &Remote::Present(theirs.clone(), None), policy);
            let action =
                if *stands == ours { Action::Write(ours.clone()) } else { Action::Accept(theirs.clone()) };
            assert_eq!(planned.action, action, "{policy:?}");
            assert_eq!(planned.clash.unwrap().fields, [Field::Time, Field::Recurrence]);
        }
    }
}
