//! What is sent.

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::MailError;
use crate::model::Millis;

/// One mail, in plain text and in HTML.
#[derive(Clone, Debug)]
pub struct Letter<'l> {
    /// Tells it from all others: the same at every attempt.
    pub id: String,
    /// Who sends.
    pub from: &'l str,
    /// Who receives.
    pub to: &'l [String],
    /// What it is about; line ends become spaces.
    pub subject: String,
    /// When it is sent.
    pub date: Millis,
    /// The conversation that it belongs to.
    pub references: Option<String>,
    /// For programs that show no HTML.
    pub text: String,
    /// A page. It shows a picture by the address `cid:` and the picture's name.
    pub html: String,
    /// The pictures of the page.
    pub pictures: Vec<Picture>,
}

/// A picture inside a page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its name, different for each, of the form `left@right`.
    pub name: String,
    /// The picture as PNG.
    pub png: Vec<u8>,
}

impl Letter<'_> {
    /// Puts the parts together.
    pub(super) fn message(&self) -> Result<Message, MailError> {
        let from = mailbox(self.from)?;
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let mut message = Message::builder()
            .from(from)
            .message_id(Some(id))
            .date(self.date.timestamp().into())
            .subject(self.subject.replace(['\r', '\n'], " "));
        for to in self.to {
            message = message.to(mailbox(to)?);
        }
        if let Some(references) = &self.references {
            message = message.references(references.clone());
        }
        let html = SinglePart::html(self.html.clone());
        let text = MultiPart::alternative().singlepart(SinglePart::plain(self.text.clone()));
        let parts = if self.pictures.is_empty() {
            text.singlepart(html)
        } else {
            text.multipart(self.with_pictures(html)?)
        };
        let built = message.multipart(parts);
        let mut message = built.map_err(|error| MailError::Letter { source: error.into() })?;
        // Who is away does not answer a machine.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".into()));
        Ok(message)
    }

    fn with_pictures(&self, html: SinglePart) -> Result<MultiPart, MailError> {
        let png = ContentType::parse("image/png")
            .map_err(|error| MailError::Letter { source: error.into() })?;
        let mut parts = MultiPart::related().singlepart(html);
        for picture in &self.pictures {
            let inline = Attachment::new_inline(picture.name.clone());
            parts = parts.singlepart(inline.body(picture.png.clone(), png.clone()));
        }
        Ok(parts)
    }
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address.parse().map_err(|source: lettre::address::AddressError| MailError::Address {
        address: address.into(),
        source: source.into(),
    })
}

/// Returns true where a text is a mail address, with or without a name before it.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    mailbox(text).is_ok()
}
