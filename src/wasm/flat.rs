//! How values cross to JavaScript and back: one text, its parts ended by NUL, and one list of numbers, both read in
//! the order in which they were written. `pkg/kalends/src/flat.js` is the other side.

use super::failure::Failure;
use js_sys::Float64Array;
use std::str::Split;
use wasm_bindgen::JsValue;

/// No text of a calendar holds it.
const END: char = '\0';

/// What is told to JavaScript.
#[derive(Debug, Default)]
pub(super) struct Told {
    texts: String,
    numbers: Vec<f64>,
}

impl Told {
    /// Room for so many bytes of texts and so many numbers.
    pub fn with_capacity(bytes: usize, numbers: usize) -> Told {
        Told { texts: String::with_capacity(bytes), numbers: Vec::with_capacity(numbers) }
    }

    pub fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.texts.push(END);
    }

    /// The empty text stands for none.
    pub fn optional(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// One text, written by `write`.
    pub fn written(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.texts);
        self.texts.push(END);
    }

    pub fn number(&mut self, number: f64) {
        self.numbers.push(number);
    }

    pub fn count(&mut self, count: usize) {
        self.numbers.push(count as f64);
    }

    pub fn flag(&mut self, flag: bool) {
        self.numbers.push(f64::from(u8::from(flag)));
    }

    /// How many there are, and each of them.
    pub fn list<'i, T>(&mut self, items: &'i [T], mut tell: impl FnMut(&mut Told, &'i T)) {
        self.count(items.len());
        for item in items {
            tell(self, item);
        }
    }

    /// The two as JavaScript gets them.
    pub fn parts(self) -> Vec<JsValue> {
        let numbers = Float64Array::from(self.numbers.as_slice());
        drop(self.numbers);
        vec![self.texts.into(), numbers.into()]
    }
}

/// What JavaScript has given.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    texts: Split<'a, char>,
    numbers: std::slice::Iter<'a, f64>,
    bytes: usize,
}

impl<'a> Asked<'a> {
    /// The first number says how many texts there are.
    pub fn new(texts: &'a [u8], numbers: &'a [f64]) -> Result<Asked<'a>, Failure> {
        let texts = std::str::from_utf8(texts).map_err(|_| broken())?;
        let mut numbers = numbers.iter();
        let count = numbers.next().ok_or_else(broken)?;
        if texts.bytes().filter(|byte| *byte == 0).count() as f64 != *count {
            let message = "a text holds the control character U+0000, which cannot stand in a calendar";
            return Err(Failure::new("invalid_property", message));
        }
        Ok(Asked { texts: texts.split(END), numbers, bytes: texts.len() })
    }

    /// How large all its texts are together.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn text(&mut self) -> Result<&'a str, Failure> {
        self.texts.next().ok_or_else(broken)
    }

    /// The empty text stands for none.
    pub fn optional(&mut self) -> Result<Option<&'a str>, Failure> {
        Ok(Some(self.text()?).filter(|text| !text.is_empty()))
    }

    pub fn number(&mut self) -> Result<f64, Failure> {
        self.numbers.next().copied().ok_or_else(broken)
    }

    pub fn count(&mut self) -> Result<usize, Failure> {
        Ok(self.number()? as usize)
    }

    pub fn flag(&mut self) -> Result<bool, Failure> {
        Ok(self.number()? != 0.0)
    }

    /// As many as were announced.
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Asked<'a>) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let mut items = Vec::new();
        for _ in 0..self.count()? {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// The same; a failure tells which of them it was.
    pub fn each<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&mut Asked<'a>) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let mut place = 0..;
        self.list(|asked| {
            let place: usize = place.next().unwrap_or_default();
            read(asked).map_err(|failure| failure.within(&format!("{name}[{place}]")))
        })
    }
}

pub(super) fn broken() -> Failure {
    Failure::new("internal", "the two halves of Kalends are not of the same version; install it again")
}
