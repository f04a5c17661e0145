//! The names that captures get, from the words around a value.

/// Words that tell what the value beside them is, with the name of the capture.
const NAMES: [(&str, &str); 40] = [
    ("channel", "component"),
    ("code", "code"),
    ("column", "column"),
    ("component", "component"),
    ("connections", "count"),
    ("constraint", "constraint"),
    ("database", "db"),
    ("driver", "driver"),
    ("errno", "code"),
    ("entries", "count"),
    ("error", "code"),
    ("field", "field"),
    ("files", "count"),
    ("function", "function"),
    ("host", "host"),
    ("hostname", "host"),
    ("index", "name"),
    ("interface", "component"),
    ("line", "line"),
    ("messages", "count"),
    ("method", "function"),
    ("module", "name"),
    ("operation", "operation"),
    ("parameter", "name"),
    ("argument", "name"),
    ("option", "name"),
    ("port", "port"),
    ("procedure", "function"),
    ("queue", "queue"),
    ("records", "count"),
    ("rows", "count"),
    ("schema", "db"),
    ("segment", "segment"),
    ("server", "server"),
    ("signal", "code"),
    ("sqlstate", "code"),
    ("status", "status"),
    ("table", "table"),
    ("times", "count"),
    ("type", "type"),
];

/// Gives each name once.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: Vec<&'static str>,
}

impl Names {
    /// Returns a name where it was not given before.
    pub(super) fn take(&mut self, name: &'static str) -> Option<&'static str> {
        let is_free = !self.given.contains(&name);
        is_free.then(|| {
            self.given.push(name);
            name
        })
    }

    /// Returns the name for a value, from the word just before it, else from the one after it, where
    /// one of them tells what it is and `fits` accepts that.
    pub(super) fn take_beside(
        &mut self,
        before: &str,
        after: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Option<&'static str> {
        let last = before.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty());
        let first = after.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
        // A name that stands before its value may have a mark between them, one after it may not.
        let first = first.filter(|word| after.trim_start().starts_with(*word));
        let known = |word: &str| {
            let word = word.to_lowercase();
            NAMES.iter().find(|(known, _)| *known == word).map(|(_, name)| *name)
        };
        let names = [last.and_then(known), first.and_then(known)];
        let name = names.into_iter().flatten().find(|name| fits(name))?;
        self.take(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_beside_a_value_names_it_once() {
        let mut names = Names::default();
        let any = |_: &str| true;
        assert_eq!(names.take_beside("cannot open Table ", "", any), Some("table"));
        assert_eq!(names.take_beside("cannot open table ", "", any), None);
        assert_eq!(names.take_beside("after ", " rows were read", any), Some("count"));
        assert_eq!(names.take_beside("on port: ", " of it", any), Some("port"));
        assert_eq!(names.take_beside("slot ", " fell behind", any), None);
        assert_eq!(names.take_beside("status ", "", |name| name != "status"), None);
    }
}
