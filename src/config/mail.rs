//! Reads how mail is sent.

use std::path::Path;

use super::secret::{read_path, read_secret};
use crate::alert::Mail;
use crate::document::Fields;
use crate::mail::{MailServer, MailTls, is_mail_address};

/// Reads the account that sends, and to whom it does.
pub(super) fn read_mail(fields: &mut Fields<'_>, directory: &Path) -> Option<Mail> {
    let host = fields.required("host").text();
    let tls =
        fields.optional("tls").word(&MailTls::ALL, MailTls::name).unwrap_or(MailTls::StartTls);
    let port = fields.optional("port").integer(1..=65_535).unwrap_or(tls.port());
    let from = fields.required("from").text();
    let to = fields.required("to").one_or_many();
    for (key, address) in
        from.iter().map(|from| ("from", from)).chain(to.iter().flatten().map(|to| ("to", to)))
    {
        if !is_mail_address(address) {
            fields.report_at(key, format!("`{address}` is not a mail address"), None);
        }
    }
    if to.as_ref().is_some_and(Vec::is_empty) {
        fields.report_at("to", "`to` is empty, expected a mail address".into(), None);
    }
    let user = fields.optional("user").text();
    let password = read_secret(fields, ("password_file", "password_env"), directory);
    if user.is_some() != password.is_some() {
        let hint = "`user` needs `password_file` or `password_env`, and these need `user`";
        fields.report("the login is not whole".into(), Some(hint.into()));
    }
    if user.is_some() && tls == MailTls::None {
        let hint = "`tls` is `starttls` or `tls`";
        fields.report_at("user", "a password would be sent in the clear".into(), Some(hint.into()));
    }
    let ca_file = read_path(fields, "ca_file", directory);
    let server = MailServer { host: host?, port, tls, ca_file };
    Some(Mail { server, from: from?, to: to?, login: user.zip(password) })
}
