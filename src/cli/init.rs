//! `dewlap init`: writes a configuration from what is found on the machine.

mod config_text;
mod unit;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf, absolute};

use anyhow::Context as _;
use clap::Args;

use super::context::{DEFAULT_CONFIG, Global};
use super::failure::{Done, Misuse};
use super::output::{error_lines, print};
use crate::locate::{Found, Instance, Kind, locate, owner_of};
use crate::model::plural;
use config_text::{Plan, render_config};
use unit::{Service, render_unit};

const UNIT: &str = "dewlap.service";

/// Where the unit's service keeps its store.
const SERVICE_DB: &str = "/var/lib/dewlap/dewlap.db";

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The configuration to write [default: dewlap.toml, or what `--config` names]
    #[arg(long, value_name = "FILE", conflicts_with = "stdout")]
    out: Option<PathBuf>,

    /// Print the configuration and write nothing
    #[arg(long)]
    stdout: bool,

    /// Replace files that are there
    #[arg(long)]
    force: bool,

    /// Write `dewlap.service` beside the configuration, a unit of systemd for `dewlap follow`
    #[arg(long, conflicts_with = "stdout")]
    systemd: bool,

    /// Search the files of another machine that are mounted here
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// Runs `init`.
///
/// # Errors
///
/// Returns why nothing was written.
pub(super) fn run(global: &Global, args: &InitArgs) -> anyhow::Result<Done> {
    // The configuration may lie elsewhere, and relative paths in it count from there.
    let root = absolute(args.root.clone().unwrap_or_else(system_root))?;
    let found = locate(&root);
    let db = match &global.db {
        Some(db) => Some(absolute(db)?),
        None => args.systemd.then(|| SERVICE_DB.into()),
    };
    let config = render_config(&Plan { found: &found, root: &root, db: db.as_deref() });
    if !global.quiet {
        error_lines(&findings(&found));
    }
    if args.stdout {
        print(&config)?;
        return Ok(Done::Fine);
    }
    let path = args.out.clone().or(global.config.clone());
    let path = path.unwrap_or_else(|| DEFAULT_CONFIG.into());
    let unit = args.systemd.then(|| path.with_file_name(UNIT));
    let paths: Vec<&Path> = unit.iter().chain([&path]).map(PathBuf::as_path).collect();
    if let Some(there) = paths.iter().find(|path| path.exists() && !args.force) {
        let message = format!("`{}` is there already", there.display());
        let hint = "look at it first; `--force` replaces it, `--stdout` prints instead";
        return Err(Misuse::new(message, hint).into());
    }
    write(&path, &config)?;
    if let Some(unit) = &unit {
        write(unit, &render_unit(&service(&found, &root, &path)?))?;
    }
    print(&next_steps(&path, unit.as_deref(), &found))?;
    Ok(Done::Fine)
}

/// Returns the root of this machine's files: on Windows, of the disk that it is started from.
fn system_root() -> PathBuf {
    if cfg!(windows) { r"C:\".into() } else { "/".into() }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("failed to write `{}`", path.display());
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).with_context(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).with_context(failed)
}

/// Returns what the unit needs: the account is the one that Iguana's files belong to.
fn service(found: &Found, root: &Path, config: &Path) -> anyhow::Result<Service> {
    let open = found.instances.iter().find(|instance| !instance.is_closed());
    Ok(Service {
        program: std::env::current_exe().context("failed to find this program's own path")?,
        config: absolute(config)?,
        account: open.and_then(|instance| owner_of(root, &instance.path)),
    })
}

fn findings(found: &Found) -> Vec<String> {
    let mut lines: Vec<String> = found.instances.iter().map(finding).collect();
    if lines.is_empty() {
        lines.push("found no Iguana; the configuration shows how to name its logs".into());
    }
    for path in &found.unreadable {
        lines.push(format!(
            "could not look into `{}`; run this as the account of Iguana, or as root",
            path.display()
        ));
    }
    lines
}

fn finding(instance: &Instance) -> String {
    let path = instance.path.display();
    let closed = "its logs can be opened by Iguana only, see `What can be read` in README";
    match &instance.kind {
        Kind::WorkingDir { .. } if instance.is_closed() => {
            format!("found Iguana X at `{path}`: {closed}")
        }
        Kind::WorkingDir { roots } => {
            format!("found Iguana X at `{path}`, with {}", plural(roots.len() as u64, "log root"))
        }
        Kind::Classic => format!("found Iguana 4 to 6 at `{path}`: {closed}"),
        Kind::TextLogs => format!("found text logs in `{path}`"),
    }
}

fn next_steps(config: &Path, unit: Option<&Path>, found: &Found) -> String {
    let n_open = found.instances.iter().filter(|instance| !instance.is_closed()).count();
    let config = config.display();
    let wrote = format!("wrote {config} with {}\n", plural(n_open as u64, "source"));
    let next = format!(
        "next: read it, then run `dewlap --config {config} config check` and \
         `dewlap --config {config} doctor`"
    );
    let Some(unit) = unit.map(Path::display) else { return format!("{wrote}{next}\n") };
    format!(
        "{wrote}wrote {unit}\n{next}; then copy {unit} to /etc/systemd/system and run \
         `systemctl enable --now dewlap`\n"
    )
}
