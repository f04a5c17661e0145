//! Parameters and headers as HTTP spells them.

use std::fmt::Write;

/// Returns parameters as the body of a form, or what stands behind `?`.
pub(super) fn encode_form(parameters: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in parameters {
        if !out.is_empty() {
            out.push('&');
        }
        push_encoded(&mut out, name);
        out.push('=');
        push_encoded(&mut out, value);
    }
    out
}

fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
}

/// Returns the value of an `Authorization` header (HTTP Basic).
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let six = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let character = ALPHABET.get(six).copied().map_or('=', char::from);
            out.push(if place <= three.len() { character } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_byte_by_byte() {
        let form = encode_form(&[("source", "ADT & Lab"), ("after", "2026/09/07 08:00:00")]);
        assert_eq!(form, "source=ADT%20%26%20Lab&after=2026%2F09%2F07%2008%3A00%3A00");
        assert_eq!(encode_form(&[("a", "\u{e9}=")]), "a=%C3%A9%3D");
        assert_eq!(encode_form(&[]), "");
    }

    #[test]
    fn basic_credentials_are_base64() {
        for (user, password, want) in [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("a", "", "Basic YTo="),
            ("a", "b", "Basic YTpi"),
            ("ab", "\u{ff}", "Basic YWI6w78="),
        ] {
            assert_eq!(basic(user, password), want);
        }
    }
}
