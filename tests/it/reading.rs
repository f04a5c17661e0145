//! How tests and benchmarks read that call the library: with one masker, and all else as it is by default.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64};

use dewlap::classify::{Classifier, Fingerprinter};
use dewlap::parse::ParseOptions;
use dewlap::pipeline::IngestOptions;
use dewlap::redact::{Masker, PseudonymKey};

// Their expressions take longer to compile than many tests take to run.
static FINGERPRINTER: LazyLock<Fingerprinter> = LazyLock::new(Fingerprinter::new);
static MASKER: LazyLock<Masker> =
    LazyLock::new(|| Masker::new(PseudonymKey::from_bytes([7; 32]), &[]).unwrap());
pub(crate) static PARSE: LazyLock<ParseOptions> = LazyLock::new(ParseOptions::default);
static NEVER: AtomicBool = AtomicBool::new(false);
static PROGRESS: AtomicU64 = AtomicU64::new(0);

/// Returns how all entries of a server are read, without a stop.
pub(crate) fn options<'o>(server: &'o str, classifier: &'o Classifier) -> IngestOptions<'o> {
    IngestOptions {
        server,
        classifier,
        fingerprinter: &FINGERPRINTER,
        masker: &MASKER,
        parse: &PARSE,
        format: None,
        since: None,
        until: None,
        stop: &NEVER,
        progress: &PROGRESS,
    }
}
