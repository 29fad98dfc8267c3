//! Compares what is read with ical.js's jCal (RFC 7265): components, properties, parameters, and texts.

use kalends::ics::{Component, parse_bytes};
use serde_json::Value;

/// The two in one form: a line for each component and property.
fn ours(component: &Component, depth: usize, lines: &mut Vec<String>) {
    lines.push(format!("{depth} {}", component.name().to_ascii_lowercase()));
    for property in &component.properties {
        let mut parameters: Vec<String> = property
            .parameters()
            .iter()
            .filter(|p| !p.is("VALUE"))
            .map(|p| format!("{}={}", p.name().to_ascii_lowercase(), p.values().join(",")))
            .collect();
        parameters.sort();
        lines.push(format!("{depth} {} {}", property.name().to_ascii_lowercase(), parameters.join(";")));
    }
    component.components.iter().for_each(|inner| ours(inner, depth + 1, lines));
}

fn theirs(component: &Value, depth: usize, lines: &mut Vec<String>) {
    lines.push(format!("{depth} {}", component[0].as_str().unwrap()));
    for property in component[1].as_array().unwrap() {
        let text = |value: &Value| match value {
            Value::Array(values) => values.iter().map(|v| v.as_str().unwrap()).collect::<Vec<_>>().join(","),
            value => value.as_str().unwrap().to_owned(),
        };
        let parameters = property[1].as_object().unwrap().iter();
        let mut parameters: Vec<String> = parameters.map(|(name, v)| format!("{name}={}", text(v))).collect();
        parameters.sort();
        lines.push(format!("{depth} {} {}", property[0].as_str().unwrap(), parameters.join(";")));
    }
    component[2].as_array().unwrap().iter().for_each(|inner| theirs(inner, depth + 1, lines));
}

/// The values that ical.js reads as one text each.
fn texts(jcal: &Value, component: &Component, wrong: &mut Vec<String>) {
    for (is, property) in jcal[1].as_array().unwrap().iter().zip(&component.properties) {
        if is[2] == "text" && is.as_array().unwrap().len() == 4 && is[3].is_string() {
            let (right, found) = (is[3].as_str().unwrap(), property.unescaped());
            if right != found {
                wrong.push(format!("{}: {right:?} is read as {found:?}", property.name()));
            }
        }
    }
    for (is, inner) in jcal[2].as_array().unwrap().iter().zip(&component.components) {
        texts(is, inner, wrong);
    }
}

#[test]
fn what_is_read_is_what_ical_js_reads() {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for path in super::files("ical.js/parser") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let jcal: Value =
            serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let text = std::fs::read(&path).unwrap();
        let calendars = parse_bytes(&text).calendars;
        let roots = if jcal[0].is_array() { jcal.as_array().unwrap().clone() } else { vec![jcal] };
        let (mut found, mut right) = (Vec::new(), Vec::new());
        calendars.iter().for_each(|calendar| ours(calendar, 0, &mut found));
        roots.iter().for_each(|root| theirs(root, 0, &mut right));
        let differ = right.iter().zip(&found).find(|(right, found)| right != found);
        if differ.is_some() || right.len() != found.len() {
            wrong.push(format!("{name}: {differ:?} ({} and {} lines)", right.len(), found.len()));
            continue;
        }
        compared += right.len();
        let mut values = Vec::new();
        roots.iter().zip(&calendars).for_each(|(root, calendar)| texts(root, calendar, &mut values));
        wrong.extend(values.into_iter().map(|value| format!("{name}: {value}")));
    }
    println!("{compared} lines are the same");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
