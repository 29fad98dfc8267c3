//! What is read of answers, well-formed and not.

use super::*;

fn parse(inner: &str) -> Multistatus {
    Multistatus::parse(&format!(
        "<?xml version='1.0'?><D:multistatus xmlns:D='DAV:' xmlns='urn:ietf:params:xml:ns:caldav'>{inner}</D:multistatus>"
    ))
    .unwrap()
}

#[test]
fn only_properties_with_success_count() {
    let read = parse(
        "<D:response><D:href>/c/</D:href>\
         <D:propstat><D:prop><D:displayname>Caf\u{e9} &amp; more</D:displayname></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>\
         <D:propstat><D:prop><D:getetag>\"no\"</D:getetag></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>",
    );
    assert_eq!(read.entries[0].props.display_name.as_deref(), Some("Caf\u{e9} & more"));
    assert_eq!((&read.entries[0].props.etag, read.entries[0].status), (&None, None));
}

#[test]
fn a_deletion_is_the_status_of_the_response() {
    let read = parse(
        "<D:response><D:href>/c/a.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response><D:sync-token>0</D:sync-token>",
    );
    assert_eq!((read.entries[0].status, read.sync_token.as_deref()), (Some(404), Some("0")));
}

#[test]
fn calendar_data_keeps_its_lines_in_text_cdata_and_references() {
    let read = parse(
        "<D:response><D:href>/c/a.ics</D:href><D:propstat><D:prop>\
         <calendar-data>BEGIN:VCALENDAR&#13;\n<![CDATA[SUMMARY:a<b]]>&#xD;\nDESCRIPTION:&#55357;&#56517; &lt;</calendar-data>\
         </D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
    );
    let data = read.entries[0].props.calendar_data.as_deref().unwrap();
    assert_eq!(data, "BEGIN:VCALENDAR\r\nSUMMARY:a<b\r\nDESCRIPTION:\u{1f4c5} <");
}

#[test]
fn a_calendar_tells_its_type_components_and_rights() {
    let read = parse(
        "<D:response><D:href>/c/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><calendar/></D:resourcetype>\
         <supported-calendar-component-set><comp name=\"VEVENT\"/><comp name=\"VTODO\"/></supported-calendar-component-set>\
         <D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set></D:prop>\
         <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
    );
    let props = &read.entries[0].props;
    assert!(props.is_calendar && props.is_collection);
    assert_eq!(props.components, ["VEVENT", "VTODO"]);
    assert_eq!(props.privilege, Some(Privilege::Read));
}

#[test]
fn surrogates_join_only_where_they_meet() {
    let text = |inner: &str| {
        let read = parse(&format!(
            "<D:response><D:propstat><D:prop><D:displayname>{inner}</D:displayname></D:prop></D:propstat></D:response>"
        ));
        read.entries[0].props.display_name.clone().unwrap()
    };
    assert_eq!(text("&#55357;&#56517;"), "\u{1f4c5}");
    assert_eq!(text("&#xD83D;&#xdcc5;"), "\u{1f4c5}");
    assert_eq!(text("a&#55357;b&#56517;c"), "a\u{fffd}b\u{fffd}c");
    assert_eq!(text("&#55357;&#55357;&#56517;"), "\u{fffd}\u{1f4c5}");
    assert_eq!(text("&#0;&#99999999;&nbsp;"), "\u{fffd}\u{fffd}&nbsp;");
}

#[test]
fn prefixes_and_forgotten_namespaces_do_not_matter() {
    let body = "\u{feff}\n<?xml version='1.0'?><x:multistatus xmlns:x='DAV:'><x:response><x:href>/c/</x:href><x:propstat><x:prop>\
         <x:resourcetype><cal:calendar/><collection xmlns=''/></x:resourcetype><getctag>7</getctag>\
         <y:getetag xmlns:y='urn:other'>no</y:getetag></x:prop><x:status>200 OK</x:status></x:propstat></x:response></x:multistatus>";
    let props = &Multistatus::parse(body).unwrap().entries[0].props;
    assert!(props.is_calendar && props.is_collection);
    assert_eq!((props.ctag.as_deref(), props.etag.as_deref()), (Some("7"), None));
}

#[test]
fn odd_status_lines_are_read() {
    for (line, number) in [
        ("HTTP/1.1 404 Not Found", Some(404)),
        ("HTTP/2 507", Some(507)),
        (" \r\n HTTP/1.1  200  OK ", Some(200)),
        ("404", Some(404)),
        ("404 Not Found", Some(404)),
        ("http/1.0 200", Some(200)),
        ("", None),
        ("HTTP/1.1 gone 99", None),
    ] {
        assert_eq!(status(line), number, "{line}");
    }
}

#[test]
fn one_response_may_tell_of_several_resources() {
    let read = parse(
        "<D:response><D:href>/a.ics</D:href><D:href>/b.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>",
    );
    let told: Vec<_> = read.entries.iter().map(|entry| (entry.href.as_str(), entry.status)).collect();
    assert_eq!(told, [("/a.ics", Some(404)), ("/b.ics", Some(404))]);
}

#[test]
fn what_was_refused_and_why_is_told() {
    let read = parse(
        "<D:response><D:href>/c/</D:href><D:propstat><D:prop><calendar-description/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat>\
         <D:propstat><D:prop><D:displayname>x</D:displayname></D:prop><D:status>HTTP/1.1 424 Failed Dependency</D:status></D:propstat>\
         <D:error><number-of-matches-within-limits/></D:error></D:response>",
    );
    let entry = &read.entries[0];
    assert_eq!(entry.refused, [("calendar-description".to_owned(), 403), ("displayname".to_owned(), 424)]);
    assert_eq!(entry.conditions, ["number-of-matches-within-limits"]);
    assert_eq!(entry.props, Props::default());
    let error =
        "<?xml version='1.0'?><e:error xmlns:e='DAV:'><e:valid-sync-token/><s xmlns='x'>no</s></e:error>";
    assert_eq!(conditions(error), ["valid-sync-token", "s"]);
    assert_eq!(conditions("<html><valid-sync-token/></html>"), [""; 0]);
}

#[test]
fn privileges_tell_what_may_be_done() {
    let granted = |inner: &str| {
        let inner: String =
            inner.split(' ').map(|name| format!("<D:privilege>{name}</D:privilege>")).collect();
        parse(&format!("<D:response><D:propstat><D:prop><D:current-user-privilege-set>{inner}</D:current-user-privilege-set></D:prop></D:propstat></D:response>"))
            .entries[0].props.privilege
    };
    assert_eq!(granted("<D:read/> <D:write/>"), Some(Privilege::Write));
    assert_eq!(granted("<D:all/>"), Some(Privilege::Write));
    assert_eq!(granted("<D:write-content/> <D:bind/>"), Some(Privilege::Write));
    assert_eq!(granted("<D:read/> <D:write-properties/>"), Some(Privilege::Read));
    assert_eq!(granted("<read-free-busy/>"), Some(Privilege::FreeBusy));
    assert_eq!(granted("<read-free-busy/> <D:read/>"), Some(Privilege::Read));
}

#[test]
fn attributes_and_responses_are_counted() {
    let attributes: String = (0..70).map(|n| format!(" a{n}='1'")).collect();
    let many = format!("<multistatus xmlns='DAV:'{attributes}/>");
    assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
    let responses = "<response/>".repeat(MAX_RESPONSES + 1);
    let many = format!("<multistatus xmlns='DAV:'>{responses}</multistatus>");
    assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
    let hrefs = "<href>a</href>".repeat(MAX_RESPONSES + 2);
    let many = format!("<multistatus xmlns='DAV:'><response>{hrefs}</response></multistatus>");
    assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
}

#[test]
fn hostile_and_broken_answers_are_errors() {
    assert_eq!(Multistatus::parse("<html><body/></html>"), Err(MultistatusError::NotMultistatus));
    assert_eq!(Multistatus::parse("hello"), Err(MultistatusError::NotMultistatus));
    assert_eq!(
        Multistatus::parse("<!DOCTYPE x [<!ENTITY a 'b'>]><multistatus xmlns='DAV:'/>"),
        Err(MultistatusError::Doctype)
    );
    let deep = format!("<multistatus xmlns='DAV:'>{}", "<a>".repeat(100));
    assert_eq!(Multistatus::parse(&deep), Err(MultistatusError::TooLarge));
    assert!(matches!(
        Multistatus::parse("<multistatus xmlns='DAV:'><response>"),
        Err(MultistatusError::Malformed { .. })
    ));
}

#[test]
fn bytes_and_elements_are_counted() {
    let bytes = format!("<multistatus xmlns='DAV:'>{}</multistatus>", " ".repeat(64 << 20));
    assert_eq!(Multistatus::parse(&bytes), Err(MultistatusError::TooLarge));
    let elements = format!("<multistatus xmlns='DAV:'>{}</multistatus>", "<a/>".repeat(2_000_000));
    assert_eq!(Multistatus::parse(&elements), Err(MultistatusError::TooLarge));
}
