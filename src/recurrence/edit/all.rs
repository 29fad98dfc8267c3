//! A whole series changed, as one of its occurrences was.

use super::this::is_significant;
use super::{Described, EditError, Editor, Found, Repeat};
use crate::event::{Content, Event, Field, rules_of, stamp_change, work_in};
use crate::rule::Rule;
use crate::time::{Instant, Span, Wall};
use crate::zone::{Zone, wall_of};
use chrono::{Duration, NaiveTime};

impl Editor<'_> {
    /// Changes all occurrences as this one was changed: texts become the same, and the series moves by as much on
    /// the wall as this one was moved from where the series has it, taking EXDATE, RDATE, UNTIL and RECURRENCE-IDs
    /// along. All get its new length.
    ///
    /// Overrides of other occurrences keep what they say. The rule follows as [`Rule::following`] says: moved from
    /// Tuesday to Wednesday, a series of Tuesdays becomes one of Wednesdays. Where the rule names several weekdays it
    /// is not clear which of them were meant to move: that is an error, and [`Repeat::By`] says it.
    pub fn change_all(&self, at: Instant, content: &Content, repeat: Repeat<'_>) -> Result<Event, EditError> {
        self.begin();
        let found = self.found(at)?;
        let (master, _) = self.master()?;
        let (zones, zone) = (&self.zones, self.zone_of(content)?);
        let own = Content::of(&self.alone(&found)?, zones, &zone)?;
        let changed = own.differences(content);
        let mut target = self.event().content(&zone)?;
        target.time_zone.clone_from(&content.time_zone);
        let mut moved = None;
        for field in &changed {
            match field {
                Field::Time => moved = Some(self.move_all(&mut target, &found, &own, content, repeat)?),
                field => target.take(content, *field),
            }
        }
        let mut event = self.event().patched(&target, self.stamp)?;
        if found.described != Described::Series && !changed.is_empty() {
            // What was looked at when the change was made says it too.
            if let Some(place) = self.place(found.occurrence.event) {
                let mut calendar = event.calendar().clone();
                let place = place + calendar.components.len() - self.event().calendar().components.len();
                let shown = &mut calendar.components[place];
                work_in(shown, &changed, content, zones, &zone)?;
                stamp_change(shown, is_significant(&changed), self.stamp);
                event = Event::of(calendar)?;
            }
        }
        match repeat {
            Repeat::AsItIs => {
                if let Some(wall) = moved.filter(|_| found.given) {
                    self.assert_followed(&event, wall)?;
                }
                Ok(event)
            }
            Repeat::By(rule) => self.repeated(event, rule, master),
            Repeat::Never => self.once(event, master),
        }
    }

    /// Whether the moved series has the occurrence that was moved where that was moved to.
    fn assert_followed(&self, event: &Event, wall: Wall) -> Result<(), EditError> {
        let moved = self.within(event)?;
        let at = moved.master()?.1.zone.to_instant(wall);
        match moved.found(at) {
            Err(EditError::NoOccurrence { uid, at }) => Err(EditError::Unfollowed { uid, at }),
            other => other.map(|_| ()),
        }
    }

    /// Where the first occurrence is when all move as this one did; gives the wall time of this one.
    fn move_all(
        &self,
        target: &mut Content,
        found: &Found,
        own: &Content,
        content: &Content,
        repeat: Repeat<'_>,
    ) -> Result<Wall, EditError> {
        let (master, times) = self.master()?;
        if let Some(from) = self.set.overrides.first_future() {
            return Err(EditError::Range { uid: self.uid(), from });
        }
        let dates = times.start.is_date();
        let zone = self.zone_of(content)?;
        // Times stay in the zone of the series.
        let series_zone: &Zone = if dates || content.all_day { &zone } else { &times.zone };
        let is = series_zone.to_wall(content.span.start());
        let is = if content.all_day { is.date().and_time(NaiveTime::MIN) } else { is };
        let was = match found.described {
            // Where the clocks skip a time it is shown later: what counts is what was shown.
            Described::Series if !dates => times.zone.to_wall(own.span.start()),
            _ => found.wall,
        };
        let first = wall_of(&times.start);
        let start = first.checked_add_signed(is - was).unwrap_or(first);
        if repeat == Repeat::AsItIs {
            for rule in rules_of(master, "RRULE") {
                Rule::parse(rule.value())?.following(first, start, content.all_day)?;
            }
        }
        target.all_day = content.all_day;
        target.span = if content.all_day {
            whole_days(start, content, &zone)
        } else if !own.all_day
            && (own.span.millis() == content.span.millis()
                || times.length.span(is, content.span.start(), series_zone) == content.span)
        {
            // As long as before, or as many days.
            times.length.span(start, series_zone.to_instant(start), series_zone)
        } else {
            Span::lasting(series_zone.to_instant(start), content.span.millis())
        };
        Ok(is)
    }
}

/// As many days as the content has, from this day on.
fn whole_days(start: Wall, content: &Content, zone: &Zone) -> Span {
    let (first, last) = (zone.to_wall(content.span.start()).date(), zone.to_wall(content.span.end()));
    let part = i64::from(last.time() != NaiveTime::MIN);
    let days = ((last.date() - first).num_days() + part).max(1);
    let end = Duration::try_days(days).and_then(|days| start.checked_add_signed(days)).unwrap_or(start);
    let (start, end) = (zone.to_instant(start), zone.to_instant(end));
    Span::new(start, end).unwrap_or(Span::lasting(start, 0))
}
