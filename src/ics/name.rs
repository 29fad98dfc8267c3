//! Names of components, properties and parameters that stand by themselves: the usual ones are not allocated.

use std::borrow::Cow;

/// What `Deref` does, but not as a call where code is compiled for size: names are compared more often than anything
/// else is done.
#[inline(always)]
#[allow(clippy::ptr_arg)]
pub(super) fn text<'n>(name: &'n Cow<'_, str>) -> &'n str {
    match name {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => text,
    }
}

/// The name as it was written; a static text for the usual ones, which a large calendar holds by the thousand.
pub(super) fn usual(text: &str) -> Cow<'static, str> {
    macro_rules! usual {
        ($($name:literal)*) => {
            match text {
                $($name => Cow::Borrowed($name),)*
                other => Cow::Owned(other.to_owned()),
            }
        };
    }
    usual! {
        "VEVENT" "VALARM" "VTIMEZONE" "STANDARD" "DAYLIGHT" "VCALENDAR"
        "UID" "DTSTAMP" "DTSTART" "DTEND" "DURATION" "SUMMARY" "DESCRIPTION" "LOCATION" "STATUS" "SEQUENCE"
        "CREATED" "LAST-MODIFIED" "TRANSP" "CLASS" "PRIORITY" "CATEGORIES" "ORGANIZER" "ATTENDEE" "URL" "GEO"
        "RRULE" "RDATE" "EXDATE" "RECURRENCE-ID" "TRIGGER" "ACTION" "ATTACH" "COMMENT" "TZID" "TZNAME"
        "TZOFFSETFROM" "TZOFFSETTO" "PRODID" "VERSION" "CALSCALE" "METHOD" "X-WR-CALNAME" "X-WR-TIMEZONE"
        "VALUE" "CN" "ROLE" "PARTSTAT" "RSVP" "CUTYPE" "RANGE" "RELATED" "LANGUAGE" "ALTREP" "ENCODING" "FMTTYPE"
    }
}
