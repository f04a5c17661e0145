//! The formats that logs come in.

use std::sync::Arc;

use super::ParseOptions;

/// A log format.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Iguana X's binary logs.
    IguanaX,
    /// `ServiceErrorLog.txt`.
    ServiceLog,
    /// A saved answer of `/api_query`.
    ApiXml,
    /// Rows under a header row, separated by commas, semicolons or tabs.
    Csv,
    /// JSON objects, such as the items of `/logs/retrieve`: one a line, in a list, in an answer.
    Ndjson,
    /// The text format of this name.
    Text(Arc<str>),
}

impl Format {
    /// The formats that are no text formats.
    pub const FIXED: [Self; 5] =
        [Self::IguanaX, Self::ServiceLog, Self::ApiXml, Self::Csv, Self::Ndjson];

    /// Returns the name used on the command line and in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::IguanaX => "iguana-x",
            Self::ServiceLog => "service-error-log",
            Self::ApiXml => "api-query-xml",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Text(name) => name,
        }
    }

    /// Returns the format with this name.
    #[must_use]
    pub fn from_name(name: &str, options: &ParseOptions) -> Option<Self> {
        Self::all(options).into_iter().find(|format| format.name() == name)
    }

    /// Returns every format, the text formats last.
    #[must_use]
    pub fn all(options: &ParseOptions) -> Vec<Self> {
        let texts = options.texts.iter().map(|text| Self::Text(text.shared_name()));
        Self::FIXED.into_iter().chain(texts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        let options = ParseOptions::default();
        let all = Format::all(&options);
        assert_eq!(all.len(), 7);
        for format in all {
            assert_eq!(Format::from_name(format.name(), &options), Some(format));
        }
        assert_eq!(Format::from_name("xml", &options), None);
    }
}
