//! A CalDAV server's answer: what breaks off is an error, since what is absent would else count as gone.

use kalends::caldav::Multistatus;

/// The promises for octets that should be a multistatus.
pub fn keeps(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let Ok(read) = Multistatus::parse(&text) else { return };

    let mut kept = read.sync_token.iter().map(String::len).sum::<usize>();
    for entry in &read.entries {
        let props = &entry.props;
        let optional = [
            &props.display_name,
            &props.description,
            &props.time_zone,
            &props.time_zone_id,
            &props.schedule_tag,
            &props.color,
            &props.etag,
            &props.ctag,
            &props.sync_token,
            &props.calendar_data,
            &props.principal,
        ];
        kept += entry.href.len() + optional.into_iter().flatten().map(String::len).sum::<usize>();
        let lists = [&props.components, &props.homes, &props.reports, &props.addresses, &entry.conditions];
        kept += lists.into_iter().flatten().map(String::len).sum::<usize>();
        kept += entry.refused.iter().map(|(name, _)| name.len()).sum::<usize>();
    }
    assert!(kept <= text.len(), "{} octets became {kept}", text.len());
    assert!(read.entries.len() <= text.len() / 10, "more entries than can be written");

    if let Some(last) = text.rfind("</") {
        assert!(Multistatus::parse(&text[..last]).is_err(), "a cut answer passes for a whole one");
    }
}
