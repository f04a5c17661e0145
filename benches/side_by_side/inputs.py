"""Makes the directory of all that is read: once, and there whole or not at all."""
import hashlib
import shutil
import subprocess
import sys
from multiprocessing import Process
from pathlib import Path

from side_by_side import catalogue, logs, peers

LEAST_BYTES = 5_000


def prepare(parent, n_bytes, dewlap):
    """Returns the directory of the inputs of a size; it is made where it is not there yet."""
    directory = Path(parent).resolve() / f"{n_bytes}-{version()}"
    if directory.exists():
        return directory
    part = directory.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    # A process of its own: the peak of memory would be passed on to all that is measured.
    maker = Process(target=make, args=(part, n_bytes, dewlap))
    maker.start()
    maker.join()
    if maker.exitcode != 0:
        sys.exit("error: failed to make the inputs")
    part.rename(directory)
    return directory


def version():
    """Returns a short hash of what the inputs are made from, the installed peers among it."""
    files = sorted([*Path(__file__).parent.glob("*.py"), *catalogue.PATTERNS.glob("*.toml")])
    names = " ".join(peer.program for peer in peers.installed())
    content = b"".join(path.read_bytes() for path in files) + names.encode()
    return hashlib.sha256(content).hexdigest()[:10]


def make(directory, n_bytes, dewlap):
    rules = catalogue.load_rules()
    log, all_errors = directory / "log", directory / "all-errors"
    logs.write_log(log, n_bytes, 0.02, rules)
    logs.write_log(all_errors, n_bytes // 5, 1, rules)
    logs.copy_texts(all_errors, directory / "errors")
    with open(log, "rb") as file:
        (directory / "one-entry").write_bytes(file.readline())
    # 44 failures in 1,000 happenings are 2 % of the entries: a message has three.
    size = ["--bytes", f"{n_bytes // 1_000_000}MB", "--failures", "44"]
    call(dewlap, "-q", "samples", "--out", directory / "iguana-x", *size)
    for program, flags in (("gzip", "-k6"), ("zstd", "-qk3")):
        if peers.is_installed(program):
            call(program, flags, log)
    for peer in peers.installed():
        copy_part(directory, peer, n_bytes)
    export = [dewlap, "-q", "patterns", "export", "--format", "regex", "--out"]
    call(*export, directory / "regex")
    call(*export, directory / "regex-with-ids", "--with-ids")
    catalogue.write_all(rules, directory)
    (directory / "drain3_lines.py").write_text(peers.DRAIN3)


def call(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def copy_part(directory, peer, n_bytes):
    """Copies the part of the log that a peer gets, and the same in the form that it reads."""
    n_bytes = max(int(n_bytes * peer.share), LEAST_BYTES)
    part = directory / peers.file_name("log", peer.share)
    path = directory / peers.file_name(peer.form, peer.share)
    if not part.exists():
        logs.copy_start(directory / "log", part, n_bytes, b"\n[2026")
    if path.exists():
        return
    if peer.form == "errors":
        logs.copy_start(directory / "errors", path, n_bytes // 5, b"\n")
    elif peer.form == "syslog":
        logs.copy_texts(part, path, b"<13>Sep  7 00:00:00 host iguana: ")
    else:
        logs.copy_texts(part, path)
