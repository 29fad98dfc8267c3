//! Walks through an XML answer with limits on bytes, depth, elements and attributes; undoes its references.

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event as Xml};
use quick_xml::name::{Namespace, ResolveResult};

const MAX_BYTES: usize = 64 << 20;
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 2_000_000;
const MAX_ATTRIBUTES: usize = 64;

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultistatusError {
    /// Not well-formed.
    #[error("the XML breaks off or is not well-formed at byte {at}: {what}")]
    Malformed {
        /// Where.
        at: u64,
        /// What the reader says.
        what: String,
    },
    /// A document type declaration, which no DAV server needs.
    #[error("the XML declares a document type, which is refused")]
    Doctype,
    /// Nested or long beyond any calendar server's answer.
    #[error(
        "the XML is longer than {MAX_BYTES} bytes, nested deeper than {MAX_DEPTH}, or has more than {MAX_ELEMENTS} \
         elements, {MAX_ATTRIBUTES} attributes on one of them, or {} responses",
        super::multistatus::MAX_RESPONSES
    )]
    TooLarge,
    /// Something else than a multistatus.
    #[error("the answer is not a DAV multistatus")]
    NotMultistatus,
}

/// What the walk comes across.
pub(super) enum Node<'a> {
    /// An element begins: its namespace, empty where none is declared; its local name; its `name` attribute.
    Open(&'a str, &'a str, Option<String>),
    /// A stretch of text, its references undone.
    Text(&'a str),
    /// The innermost open element ends.
    Close,
}

/// Shows every element and text to `visit`, in order. `false` from it ends in [`MultistatusError::NotMultistatus`].
pub(super) fn walk(body: &str, mut visit: impl FnMut(Node<'_>) -> bool) -> Result<(), MultistatusError> {
    if body.len() > MAX_BYTES {
        return Err(MultistatusError::TooLarge);
    }
    let mut reader = NsReader::from_str(body.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']));
    let (mut depth, mut elements, mut surrogate) = (0usize, 0usize, None);
    loop {
        let at = reader.buffer_position();
        let malformed = |what: String| MultistatusError::Malformed { at, what };
        let (resolved, event) = reader.read_resolved_event().map_err(|error| malformed(error.to_string()))?;
        let namespace = match resolved {
            ResolveResult::Bound(Namespace(name)) => name,
            _ => "",
        };
        let reference = match &event {
            Xml::GeneralRef(reference) => Some(reference),
            _ => None,
        };
        if reference.is_none_or(|reference| low_surrogate(reference).is_none()) && surrogate.take().is_some()
        {
            visit(Node::Text("\u{fffd}"));
        }
        let goes_on = match &event {
            Xml::Start(start) => {
                depth += 1;
                count(start, depth, &mut elements)?;
                visit(Node::Open(namespace, start.local_name().as_ref(), name_attribute(start)))
            }
            Xml::Empty(start) => {
                count(start, depth + 1, &mut elements)?;
                visit(Node::Open(namespace, start.local_name().as_ref(), name_attribute(start)))
                    && visit(Node::Close)
            }
            Xml::End(_) => {
                depth = depth.saturating_sub(1);
                visit(Node::Close)
            }
            Xml::Text(text) => depth == 0 || visit(Node::Text(text)),
            Xml::CData(data) => visit(Node::Text(data)),
            Xml::GeneralRef(reference) => match undone(reference, &mut surrogate) {
                Some(text) => visit(Node::Text(&text)),
                None => true,
            },
            Xml::DocType(_) => return Err(MultistatusError::Doctype),
            Xml::Eof if elements == 0 => false,
            Xml::Eof if depth > 0 => return Err(malformed("the end came too early".to_owned())),
            Xml::Eof => return Ok(()),
            Xml::Decl(_) | Xml::PI(_) | Xml::Comment(_) => true,
        };
        if !goes_on {
            return Err(MultistatusError::NotMultistatus);
        }
    }
}

fn count(start: &BytesStart<'_>, depth: usize, elements: &mut usize) -> Result<(), MultistatusError> {
    *elements += 1;
    let attributes = start.attributes().with_checks(false).take(MAX_ATTRIBUTES + 1).count();
    if depth > MAX_DEPTH || *elements > MAX_ELEMENTS || attributes > MAX_ATTRIBUTES {
        return Err(MultistatusError::TooLarge);
    }
    Ok(())
}

fn name_attribute(start: &BytesStart<'_>) -> Option<String> {
    Some(start.try_get_attribute("name").ok().flatten()?.value.into_owned())
}

/// The number of a character reference.
fn number(reference: &BytesRef<'_>) -> Option<u32> {
    let digits = reference.strip_prefix('#')?;
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn low_surrogate(reference: &BytesRef<'_>) -> Option<u32> {
    number(reference).filter(|number| (0xdc00..0xe000).contains(number))
}

/// The text of a reference: one of XML's five, or a character number; others stand as they were written. One server
/// writes the halves of a surrogate pair as two references: the first is kept until the second comes.
fn undone(reference: &BytesRef<'_>, surrogate: &mut Option<u32>) -> Option<String> {
    let replacement = char::REPLACEMENT_CHARACTER;
    let char = match (number(reference), &**reference) {
        (Some(high @ 0xd800..0xdc00), _) => {
            *surrogate = Some(high);
            return None;
        }
        (Some(low @ 0xdc00..0xe000), _) => {
            let join = |high: u32| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            surrogate.take().and_then(join).unwrap_or(replacement)
        }
        // No text of a calendar holds U+0000.
        (Some(number), _) => char::from_u32(number).filter(|char| *char != '\0').unwrap_or(replacement),
        (None, "amp") => '&',
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "quot") => '"',
        (None, "apos") => '\'',
        (None, other) => return Some(format!("&{other};")),
    };
    Some(char.to_string())
}
