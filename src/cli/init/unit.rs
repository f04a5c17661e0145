//! A unit of systemd for `dewlap follow`.

use std::path::{Path, PathBuf};

/// What the unit names.
#[derive(Debug)]
pub(super) struct Service {
    /// The program.
    pub(super) program: PathBuf,
    /// The configuration.
    pub(super) config: PathBuf,
    /// The account that may read Iguana's logs; `None`: it has to be filled in.
    pub(super) account: Option<String>,
}

/// The account where none was found.
const USUAL_ACCOUNT: &str = "iguana";

const HEAD: &str = "\
# Follows Iguana's logs. It may read what its account may, writes only to /var/lib/dewlap, and talks
# to this machine only: for alerts by mail or webhook, and for Iguana's HTTP interface on another
# server, add `IPAddressAllow=` lines with their addresses.

[Unit]
Description=Dewlap follows the logs of Iguana
After=network.target time-sync.target
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
";

const TAIL: &str = "\
WatchdogSec=60
Restart=on-failure
RestartSec=5
TimeoutStopSec=60
StateDirectory=dewlap
StateDirectoryMode=0700
UMask=0077
LimitNOFILE=65536
Nice=10
IOSchedulingClass=idle
CapabilityBoundingSet=
IPAddressDeny=any
IPAddressAllow=localhost
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged

[Install]
WantedBy=multi-user.target
";

/// Renders the unit.
pub(super) fn render_unit(service: &Service) -> String {
    let account = service.account.as_deref().unwrap_or(USUAL_ACCOUNT);
    let (program, config) = (quoted(&service.program), quoted(&service.config));
    format!(
        "{HEAD}User={account}\n\
         ExecStart={program} --config {config} follow\n\
         ExecReload=/bin/kill -HUP $MAINPID\n{TAIL}"
    )
}

/// Quotes a path where systemd would take it apart or see a specifier or a variable in it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    let text = text.replace('%', "%%").replace('$', "$$");
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_whole_whatever_is_in_them() {
        let cases = [
            ("/usr/local/bin/dewlap", "/usr/local/bin/dewlap"),
            ("/opt/my tools/dewlap", "\"/opt/my tools/dewlap\""),
            ("/opt/100%/$x", "/opt/100%%/$$x"),
        ];
        for (path, want) in cases {
            assert_eq!(quoted(Path::new(path)), want);
        }
    }
}
