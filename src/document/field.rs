//! One field, read as the type that it must have.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

use super::{Document, Fields};
use crate::model::{nearest, parse_span};

/// One field of a table, present or not.
///
/// Each reader returns `None` where the field is absent, and where it has the wrong type, which it
/// reports.
#[must_use]
pub struct Field<'d> {
    document: &'d Document<'d>,
    key: &'d str,
    line: Option<usize>,
    value: Option<&'d Spanned<DeValue<'d>>>,
}

impl<'d> Field<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        key: &'d str,
        line: Option<usize>,
        value: Option<&'d Spanned<DeValue<'d>>>,
    ) -> Self {
        Self { document, key, line, value }
    }

    /// Returns true where the file has the field.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.value.is_some()
    }

    /// Returns the field's line, or that of its table where it is absent.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Adds a finding at the field's line.
    pub fn report(&self, message: String, hint: Option<String>) {
        self.document.report(self.line, message, hint);
    }

    /// Reads any string.
    #[must_use]
    pub fn string(self) -> Option<String> {
        self.str().map(String::from)
    }

    /// Reads a string that holds more than white space.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let text = self.str()?;
        if text.trim().is_empty() {
            self.report(format!("`{}` is empty, expected some text", self.key), None);
            return None;
        }
        Some(text.into())
    }

    /// Reads `true` or `false`.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.value?.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong_type("true or false"),
        }
    }

    /// Reads a whole number within limits.
    #[must_use]
    pub fn integer<T: TryFrom<i64>>(self, allowed: RangeInclusive<i64>) -> Option<T> {
        let expected = || format!("a whole number from {} to {}", allowed.start(), allowed.end());
        let DeValue::Integer(found) = self.value?.get_ref() else {
            return self.wrong_type(&expected());
        };
        let value = i64::from_str_radix(found.as_str(), found.radix()).ok();
        let value = value.filter(|value| allowed.contains(value)).and_then(|v| T::try_from(v).ok());
        if value.is_none() {
            self.report(format!("`{}` is {found}, expected {}", self.key, expected()), None);
        }
        value
    }

    /// Reads a list of strings.
    #[must_use]
    pub fn strings(self) -> Option<Vec<String>> {
        self.list(Self::string)
    }

    /// Reads a list of strings; one alone may be written without the list.
    #[must_use]
    pub fn one_or_many(self) -> Option<Vec<String>> {
        match self.value?.get_ref() {
            DeValue::String(_) => self.text().map(|text| vec![text]),
            _ => self.strings(),
        }
    }

    /// Reads a string as a value that has a text form.
    #[must_use]
    pub fn parsed<T: FromStr<Err: Display>>(self) -> Option<T> {
        self.converted(|text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// Reads a list of strings as values that have a text form.
    #[must_use]
    pub fn parsed_list<T: FromStr<Err: Display>>(self) -> Option<Vec<T>> {
        self.list(Self::parsed)
    }

    /// Reads a list of strings as values that have a text form, each with its line.
    #[must_use]
    pub fn placed_list<T: FromStr<Err: Display>>(self) -> Option<Vec<(T, usize)>> {
        self.list(|item| {
            let line = item.line.unwrap_or(1);
            Some((item.parsed()?, line))
        })
    }

    /// Reads a span of time such as `90s` or `6h`.
    #[must_use]
    pub fn span(self) -> Option<Duration> {
        self.converted(|text| parse_span(text).map_err(|error| error.to_string()))
    }

    /// Reads a date such as `2027-11-01`, as a string or as TOML's own.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        if let DeValue::Datetime(date) = self.value?.get_ref() {
            return self.convert(&date.to_string(), date_of);
        }
        self.converted(date_of)
    }

    /// Reads one of the words that `name` gives to the values of `all`.
    #[must_use]
    pub fn word<T: Copy>(self, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let text = self.str()?;
        let found = all.iter().copied().find(|value| name(*value) == text);
        if found.is_none() {
            let names: Vec<_> = all.iter().map(|value| name(*value)).collect();
            let message = format!("`{}` is `{text}`, expected `{}`", self.key, names.join("`, `"));
            let hint = nearest(text, names).map(|near| format!("did you mean `{near}`?"));
            self.report(message, hint);
        }
        found
    }

    /// Reads a list of the words that `name` gives to the values of `all`.
    #[must_use]
    pub fn words<T: Copy>(self, all: &[T], name: fn(T) -> &'static str) -> Option<Vec<T>> {
        self.list(|item| item.word(all, name))
    }

    /// Reads a table.
    #[must_use]
    pub fn table(self) -> Option<Fields<'d>> {
        match self.value?.get_ref() {
            DeValue::Table(table) => Some(Fields::new(self.document, table, self.line)),
            _ => self.wrong_type("a table"),
        }
    }

    /// Reads a list of tables; empty where the field is absent.
    #[must_use]
    pub fn tables(self) -> Vec<Fields<'d>> {
        self.items("a list of tables").into_iter().flatten().filter_map(Self::table).collect()
    }

    /// Reads a table whose values are all strings.
    #[must_use]
    pub fn string_map(self) -> Option<BTreeMap<String, String>> {
        let mut fields = self.table()?;
        let keys = fields.keys();
        keys.into_iter().map(|key| Some((key.into(), fields.optional(key).string()?))).collect()
    }

    /// Reads a list of strings as values that `convert` makes of them.
    #[must_use]
    pub fn converted_list<T>(self, convert: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        self.list(|item| item.converted(&convert))
    }

    /// Reads a list with `read` for each item; wrong items are all reported.
    fn list<T>(&self, read: impl Fn(Self) -> Option<T>) -> Option<Vec<T>> {
        let items: Vec<_> = self.items("a list of strings")?.map(read).collect();
        items.into_iter().collect()
    }

    /// Returns the items of a list, each as a field of the same name at its own line.
    fn items(&self, expected: &str) -> Option<impl Iterator<Item = Field<'d>> + use<'d>> {
        let DeValue::Array(items) = self.value?.get_ref() else {
            return self.wrong_type(expected);
        };
        let (document, key) = (self.document, self.key);
        Some(items.iter().map(move |item| {
            Self::new(document, key, Some(document.line_of(&item.span())), Some(item))
        }))
    }

    fn str(&self) -> Option<&'d str> {
        match self.value?.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            _ => self.wrong_type("a string"),
        }
    }

    fn converted<T>(&self, convert: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.convert(self.str()?, convert)
    }

    fn convert<T>(&self, text: &str, convert: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let error = match convert(text) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        self.report(format!("`{}` is `{text}`: {error}", self.key), None);
        None
    }

    fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value?.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.report(format!("`{}` is {found}, expected {expected}", self.key), None);
        None
    }
}

/// Returns the date that a text is.
fn date_of(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| String::from("expected a date such as `2027-11-01`"))
}
