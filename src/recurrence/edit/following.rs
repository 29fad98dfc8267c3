//! One occurrence and all that follow changed: the series is split in two.

use super::super::starts::by_date;
use super::end::{is_related, relate};
use super::{EditError, Editor, Found, NewSeries, Repeat, Split, retain_items};
use crate::event::{Content, Event, Times, stamp_change};
use crate::ics::{Component, DateTime, Property};
use crate::rule::Rule;
use crate::time::Instant;

/// So many occurrences of a split series are compared with those that it had.
const COMPARED: usize = 100;

impl Editor<'_> {
    /// Changes one occurrence and all that follow: the series ends before it, and a new one begins with it, changed
    /// as by [`Editor::change_all`]. RDATEs, EXDATEs and overrides go to the side on which they lie, COUNT is shared
    /// out. Where no occurrence lies before, all are changed, and there is no new series.
    ///
    /// A series of several rules, or of one whose rest a new start does not give, is an error unless
    /// [`Repeat::By`] says the new rule.
    pub fn change_following(
        &self,
        at: Instant,
        content: &Content,
        repeat: Repeat<'_>,
        new: NewSeries<'_>,
    ) -> Result<Split, EditError> {
        self.begin();
        let found = self.found(at)?;
        self.master()?;
        if !self.has_any(Instant::MIN, at.plus_millis(-1))? {
            return Ok(Split { series: self.change_all(at, content, repeat)?, following: None });
        }
        if new.uid.trim().is_empty() || new.uid.trim() == self.event().uid() {
            return Err(EditError::Uid(new.uid.to_owned()));
        }
        if let Some(from) = self.set.overrides.first_future().filter(|from| *from < at) {
            return Err(EditError::Range { uid: self.uid(), from });
        }
        let rest = self.rest(&found, repeat, new)?;
        let rest = self.within(&rest)?;
        let following = rest.change_all(at, content, repeat)?;
        let mut begun = following.calendar().clone();
        let master = &mut begun.components[following.main_place()];
        stamp_change(master, false, self.stamp);
        master.set(DateTime::Utc(self.stamp).property("CREATED"));
        master.set(Property::known("SEQUENCE", "0"));
        let mut series = self.ended(at)?;
        if new.related {
            if !is_related(master, "FIRST") {
                relate(master, "FIRST", self.event().uid());
            }
            let mut ended = series.calendar().clone();
            relate(&mut ended.components[series.main_place()], "NEXT", new.uid.trim());
            series = Event::of(ended)?;
        }
        Ok(Split { series, following: Some(Event::of(begun)?) })
    }

    /// The occurrences from one on, as a series of its own.
    fn rest(&self, found: &Found, repeat: Repeat<'_>, new: NewSeries<'_>) -> Result<Event, EditError> {
        let at = found.at;
        let (master, times) = self.master()?;
        let zones = &self.zones;
        let mut series = master.clone().into_owned();
        self.start_at(&mut series, times, found.wall, at)?;
        self.retain_dates(&mut series, times, at, |before| !before)?;
        retain_items(&mut series, "RDATE", |property, item| {
            let date = by_date(property, item, times, zones)?;
            Ok(date.at != at || date.length.is_some())
        })?;
        if repeat == Repeat::AsItIs {
            series.properties.retain(|p| !p.is("RRULE") || !p.value().trim().is_empty());
            if series.properties("RRULE").count() > 1 || series.property("EXRULE").is_some() {
                return Err(self.unsplittable(at, "it has several rules"));
            }
            let rule = series.property("RRULE").map(|property| Rule::parse(property.value())).transpose()?;
            let begins = Times::of(&series, zones, &self.floating)?;
            match rule.map(|rule| self.rule_continued(&rule, times, &begins, at)).transpose()?.flatten() {
                Some(rule) => {
                    series.property_mut("RRULE").into_iter().for_each(|p| p.set_known(rule.to_string()))
                }
                None => series.remove("RRULE"),
            }
        } else {
            series.remove("RRULE");
            series.remove("EXRULE");
        }
        let source = self.event().calendar();
        let mut calendar = Component::new("VCALENDAR");
        calendar.properties.clone_from(&source.properties);
        calendar.components = source.components("VTIMEZONE").cloned().collect();
        let mut entries = vec![series];
        for component in self.event().overrides() {
            if self.replaced(component)?.is_some_and(|(_, id)| id >= at) {
                entries.push(component.clone());
            }
        }
        for entry in &mut entries {
            entry.set(Property::text("UID", new.uid.trim()));
        }
        calendar.components.append(&mut entries);
        Ok(Event::of(calendar)?)
    }

    /// The rule as it goes on from one of the occurrences; none where no time of it is left.
    fn rule_continued(
        &self,
        rule: &Rule,
        times: &Times,
        begins: &Times,
        at: Instant,
    ) -> Result<Option<Rule>, EditError> {
        let rest = self.rule_from(rule, times, at, COMPARED)?;
        let Some(first) = rest.first() else { return Ok(None) };
        // The start counts, even where the rule does not match it.
        let added = u64::from(first.at != at);
        let before = if rule.count().is_some() { self.rule_before(rule, times, at)? } else { 0 };
        let continued = rule.clone().map_count(|count| count.saturating_sub(before) + added);
        let expected =
            std::iter::once(at).chain(rest.iter().map(|start| start.at).filter(|start| *start != at));
        let found = self.rule_from(&continued, begins, at, COMPARED)?;
        if !found.iter().map(|start| start.at).eq(expected.take(COMPARED)) {
            return Err(self.unsplittable(at, "its rule does not give the same times from there on"));
        }
        Ok(Some(continued))
    }
}
