//! What is written reads back the same, and what is read is written so.

use super::calendars::{component, name, property, text};
use super::{config, reading};
use kalends::ics::{Component, Parameter, Property, Writer, parse};
use proptest::collection::vec;
use proptest::prelude::*;

/// Lines as a careless program writes them.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        2 => property().prop_map(|property| property.to_string()),
        2 => text(),
        1 => component().prop_map(|component| component.write()),
        1 => component().prop_map(|component| format!("BEGIN:{}", component.name())),
        1 => component().prop_map(|component| format!("END:{}", component.name())),
    ];
    vec((line, "\r\n|\n|\r|\r\n "), 0..8)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + &end).collect())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_a_caller_can_build_reads_back_the_same(component in component()) {
        let text = component.write();
        reading::is_well_written(&text);
        let parsed = parse(&text);
        prop_assert_eq!(parsed.calendars, vec![component], "{}", text);
        prop_assert_eq!(parsed.problems, vec![]);
    }

    #[test]
    fn whatever_is_read_is_written_so_that_it_reads_the_same(text in lines()) {
        reading::keeps(text.as_bytes());
    }

    #[test]
    fn what_a_writer_accepts_reads_as_it_was_told(
        parameters in vec((name(), vec(text(), 1..3)), 0..3), outer in name(), value in text(), name in name(),
    ) {
        let mut writer = Writer::default();
        if writer.begin(&outer).is_err() || writer.property(&name).is_err() {
            return Ok(());
        }
        let mut told = Vec::new();
        for (name, values) in &parameters {
            let kept = |c: char| c == '\n' || c == '\t' || !c.is_ascii_control();
            if values.iter().all(|value| value.chars().all(kept)) && writer.parameter(name).is_ok() {
                values.iter().for_each(|value| writer.parameter_value(value).unwrap());
                told.push((name.as_str(), values.clone()));
            }
        }
        if writer.value(&value).is_err() {
            return Ok(());
        }
        writer.end();
        let text = writer.into_text();
        reading::is_well_written(&text);
        let parsed = parse(&text);
        prop_assert_eq!(parsed.problems, vec![]);
        prop_assert_eq!((parsed.calendars.len(), parsed.calendars[0].name()), (1, outer.as_str()), "{}", text);
        let [property] = &parsed.calendars[0].properties[..] else { panic!("not one property: {text}") };
        prop_assert_eq!((property.name(), property.value()), (name.as_str(), value.as_str()));
        let values = |p: &Parameter<'_>| p.values().iter().map(|v| v.to_string()).collect::<Vec<_>>();
        let read: Vec<_> = property.parameters().iter().map(|p| (p.name(), values(p))).collect();
        prop_assert_eq!(read, told, "{}", text);
    }

    #[test]
    fn octets_of_any_kind_are_read(
        octets in vec(any::<u8>(), 0..400), lines in lines(), at in any::<prop::sample::Index>(),
    ) {
        let mut text = lines.into_bytes();
        let at = at.index(text.len() + 1);
        text.splice(at..at, octets);
        reading::keeps(&text);
    }

    #[test]
    fn text_comes_back_but_for_what_no_line_can_hold(text in text()) {
        let mut calendar = Component::new("A");
        calendar.properties.push(Property::text("SUMMARY", &text).with_parameter("CN", &text));
        let written = calendar.write();
        let read = parse(&written).calendars.remove(0);
        let expected: String = text.replace("\r\n", "\n").replace('\r', "\n")
            .chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_ascii_control()).collect();
        let summary = read.property("SUMMARY").unwrap();
        prop_assert_eq!(summary.unescaped(), expected.as_str());
        prop_assert_eq!(summary.parameter("CN"), Some(expected.as_str()));
    }
}
