//! One occurrence changed or taken out.

use super::{Described, EditError, Editor, Found, written};
use crate::event::{Content, Event, Field, define, newly_named, stamp_change, work_in};
use crate::ics::{Component, DateTime, Property};
use crate::time::Instant;

impl Editor<'_> {
    /// Changes one occurrence: its override is patched, or one is made of the VEVENT that describes it, with its
    /// alarms, attendees and whatever else it has. The series itself stays as it is.
    pub fn change_this(&self, at: Instant, content: &Content) -> Result<Event, EditError> {
        self.begin();
        let found = self.found(at)?;
        if !self.event().is_recurring() {
            return Ok(self.event().patched(content, self.stamp)?);
        }
        self.refuse_later(&found)?;
        let (zones, zone) = (&self.zones, self.zone_of(content)?);
        let mut alone = self.alone(&found)?;
        let changed = Content::of(&alone, zones, &zone)?.differences(content);
        if changed.is_empty() {
            return Ok(self.event().clone());
        }
        work_in(&mut alone, &changed, content, zones, &zone)?;
        stamp_change(&mut alone, is_significant(&changed), self.stamp);
        let mut calendar = self.event().calendar().clone();
        let named = newly_named(Some(found.occurrence.event), &alone, &zone);
        match self.own_place(&found) {
            Some(place) => calendar.components[place] = alone,
            None => calendar.components.push(alone),
        }
        if named {
            define(&mut calendar, &zone, content.span);
        }
        Ok(Event::of(calendar)?)
    }

    /// Takes one occurrence out: EXDATE names it, and its override goes. Nothing is left where it was the last one.
    pub fn delete_this(&self, at: Instant) -> Result<Option<Event>, EditError> {
        self.begin();
        let found = self.found(at)?;
        if !self.event().is_recurring() {
            return Ok(None);
        }
        self.refuse_later(&found)?;
        let mut calendar = self.event().calendar().clone();
        if found.given
            && let Ok((_, times)) = self.master()
        {
            let series = &mut calendar.components[self.event().main_place()];
            exclude(series, &written(times, found.wall, at));
            stamp_change(series, true, self.stamp);
        }
        self.retain_overrides(&mut calendar, |id| id != at)?;
        self.unless_empty(calendar)
    }

    /// The VEVENT that describes an occurrence, as one for it alone.
    pub(super) fn alone(&self, found: &Found) -> Result<Component<'static>, EditError> {
        let at = found.at;
        let mut alone = found.occurrence.event.clone().into_owned();
        let is_alone = matches!(found.described, Described::Override { .. }) || !self.event().is_recurring();
        if is_alone && alone.property("DTSTART").is_some() {
            return Ok(alone);
        }
        let (_, times) = self.master()?;
        for name in ["RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"] {
            alone.remove(name);
        }
        if alone.property("DTSTART").is_none() {
            // It says nothing of its time: it is where the series has it.
            alone.properties.push(written(times, found.wall, at).property("DTSTART"));
        }
        let (span, all_day) = (found.occurrence.span, found.occurrence.all_day);
        let when = Content { all_day, ..Content::new("", span) };
        let floating = if all_day { &self.floating } else { &times.zone };
        work_in(&mut alone, &[Field::Time], &when, &self.zones, floating)?;
        let id = written(times, found.wall, at).property("RECURRENCE-ID");
        let place = alone.properties.iter().position(|p| p.is("DTSTART")).unwrap_or(0);
        alone.properties.insert(place, id);
        Ok(alone)
    }

    /// Where the override of an occurrence stands.
    pub(super) fn own_place(&self, found: &Found) -> Option<usize> {
        let own = matches!(found.described, Described::Override { .. });
        own.then(|| self.place(found.occurrence.event)).flatten()
    }

    /// Keeps the overrides of the occurrences that are wanted.
    pub(super) fn retain_overrides(
        &self,
        calendar: &mut Component,
        wanted: impl Fn(Instant) -> bool,
    ) -> Result<(), EditError> {
        let of = self.event().calendar().components.iter();
        let kept = of.map(|event| Ok(self.replaced(event)?.is_none_or(|(_, id)| wanted(id))));
        let mut kept = kept.collect::<Result<Vec<bool>, EditError>>()?.into_iter();
        calendar.components.retain(|_| kept.next().unwrap_or(true));
        Ok(())
    }

    /// The event of this calendar, or nothing where it has no occurrence.
    pub(super) fn unless_empty(&self, calendar: Component<'static>) -> Result<Option<Event>, EditError> {
        if calendar.components("VEVENT").next().is_none() {
            return Ok(None);
        }
        let event = Event::of(calendar)?;
        // What an EXRULE leaves over without end cannot be counted.
        let endless = event.main().property("EXRULE").is_some();
        let left = self.within(&event)?;
        let any = endless || left.has_any(Instant::MIN, Instant::MAX)?;
        Ok(any.then_some(event))
    }

    /// An override that holds for later occurrences too cannot be changed for one.
    fn refuse_later(&self, found: &Found) -> Result<(), EditError> {
        match found.described {
            Described::Override { later: true } => Err(EditError::Range { uid: self.uid(), from: found.at }),
            _ => Ok(()),
        }
    }
}

/// Whether guests must be told (RFC 5546 §2.1.4), as [`Event::patched`] has it.
pub(super) fn is_significant(changed: &[Field]) -> bool {
    changed.iter().any(|field| matches!(field, Field::Time | Field::Status))
}

/// Adds an EXDATE behind those that there are, else behind the rule.
pub(super) fn exclude(series: &mut Component, start: &DateTime) {
    let after = |name: &str| series.properties.iter().rposition(|p: &Property| p.is(name));
    let place = after("EXDATE").or_else(|| after("RDATE")).or_else(|| after("RRULE"));
    let place = place.map_or(series.properties.len(), |place| place + 1);
    series.properties.insert(place, start.property("EXDATE"));
}
