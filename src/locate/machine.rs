//! What a machine is called, and where it stands.

use std::fs;
use std::path::Path;

/// Returns the name of the machine, without its domain; `None` where it has none.
#[must_use]
pub fn host_name(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join("etc/hostname")).ok()?;
    let name = text.trim().split('.').next()?;
    (!name.is_empty() && name != "localhost").then(|| name.into())
}

/// Returns the name of the machine's time zone; `None` where it is not told.
#[must_use]
pub fn zone_name(root: &Path) -> Option<String> {
    let link = fs::read_link(root.join("etc/localtime")).ok();
    let linked = link.and_then(|target| {
        let target = target.to_string_lossy().into_owned();
        target.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
    });
    let written = || fs::read_to_string(root.join("etc/timezone")).ok();
    let name = linked.or_else(written)?.trim().to_owned();
    jiff::tz::TimeZone::get(&name).is_ok().then_some(name)
}
