//! What unknown texts have in common.

use super::problem::short_id;
use super::variable::{Kind, Variables};

/// How much of a text makes its fingerprint, in bytes.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Between two equal placeholders, these make a list of any length.
const LIST_SEPARATORS: [char; 5] = [' ', ',', ';', '|', '^'];

/// A text with what varies taken out, so that texts of one kind have the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// The text on one line, with placeholders such as `<num>` for what varies.
    pub template: String,
}

impl Fingerprint {
    /// Changes whenever the same text would give another template.
    pub const VERSION: &'static str = "3";

    /// Returns the id of the group of texts with this template: `u-` and ten hexadecimal digits.
    #[must_use]
    pub fn cluster_id(&self) -> String {
        short_id("u-", [Self::VERSION, &self.template].into_iter())
    }
}

/// Makes fingerprints; holds the compiled expressions.
#[derive(Clone, Debug, Default)]
pub struct Fingerprinter {
    variables: Variables,
}

impl Fingerprinter {
    /// Prepares to make fingerprints.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the fingerprint of a masked text; give it the part within the wrappers
    /// ([`super::Verdict::inner`]), so that they make no difference.
    ///
    /// Takes out ids, addresses, numbers, times, quoted values and the like, and keeps what tells
    /// problems apart: error codes and the names of Lua variables. Only the first 8 KiB count.
    ///
    /// ```
    /// # use dewlap::classify::Fingerprinter;
    /// let fingerprinter = Fingerprinter::new();
    /// let made = fingerprinter.fingerprint("ORA-12541: no listener on 10.0.0.7:1521 after 30 s");
    /// assert_eq!(made.template, "ORA-12541: no listener on <host> after <duration>");
    /// ```
    #[must_use]
    pub fn fingerprint(&self, text: &str) -> Fingerprint {
        let text = text
            .split_at_checked(text.floor_char_boundary(MAX_TEXT_BYTES))
            .map_or(text, |(text, _)| text);
        let mut template = Template::default();
        let mut at = 0;
        while let Some(found) = self.variables.next(text, at) {
            template.push_text(text.get(at..found.range.start).unwrap_or_default());
            let variable = text.get(found.range.clone()).unwrap_or_default();
            template.push_variable(found.kind, variable);
            at = found.range.end;
        }
        template.push_text(text.get(at..).unwrap_or_default());
        Fingerprint { template: template.finish() }
    }
}

/// A template that is being made.
#[derive(Default)]
struct Template {
    text: String,
    /// The last placeholder, and where it ends.
    last: Option<(&'static str, usize)>,
}

impl Template {
    /// Adds text as it is, with a single space for each run of white space.
    fn push_text(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.ends_with(' ') && !self.text.is_empty() {
                self.text.push(' ');
            }
        }
    }

    fn push_variable(&mut self, kind: Kind, variable: &str) {
        match kind {
            Kind::Kept => self.push_text(variable),
            Kind::LuaFile => self.push_lua_file(variable),
            Kind::LuaChunk => {
                let chunk = variable.rsplit_once(':').map_or(variable, |(chunk, _)| chunk);
                self.push_text(chunk);
                self.push_text(":");
                self.push_placeholder("<num>");
            }
            Kind::Word => self.push_word(variable),
            Kind::Named => {
                let name = variable.rfind([' ', '=']).map_or(0, |separator| separator + 1);
                self.push_text(variable.get(..name).unwrap_or_default());
                self.push_placeholder("<name>");
            }
            Kind::Replaced(placeholder) => self.push_placeholder(placeholder),
        }
    }

    /// Adds a placeholder; a list of equal ones is one.
    fn push_placeholder(&mut self, placeholder: &'static str) {
        if let Some((last, end)) = self.last
            && last == placeholder
            && self.text.len() > end
            && self.text.get(end..).is_some_and(|gap| gap.chars().all(is_separator))
        {
            self.text.truncate(end);
            return;
        }
        self.text.push_str(placeholder);
        self.last = Some((placeholder, self.text.len()));
    }

    /// Adds the name of a Lua file without its directories, and its line as a number.
    fn push_lua_file(&mut self, path: &str) {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        match name.split_once(".lua:") {
            Some((stem, _)) => {
                self.push_text(stem);
                self.push_text(".lua:");
                self.push_placeholder("<num>");
            }
            None => self.push_text(name),
        }
    }

    /// Adds a word with digits in it. Short ones in capitals, such as `PV1` or `IM002`, are codes;
    /// one that begins with Z is a site's own value, by HL7's rule.
    fn push_word(&mut self, word: &str) {
        let is_site_value = word
            .strip_prefix('Z')
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        let is_code = word.len() <= 10
            && !is_site_value
            && !word.contains(|c: char| c.is_ascii_lowercase() || c == '_');
        if is_code {
            return self.push_text(word);
        }
        for part in word.split_inclusive(|c: char| !c.is_ascii_digit()) {
            let letters = part.trim_start_matches(|c: char| c.is_ascii_digit());
            if letters.len() < part.len() {
                self.push_placeholder("<num>");
            }
            self.push_text(letters);
        }
    }

    fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

fn is_separator(c: char) -> bool {
    LIST_SEPARATORS.contains(&c)
}
