"""Writes logs from a seed: messages, small talk, and errors that are examples of the catalogue."""
import random
from datetime import datetime, timedelta

from side_by_side import catalogue

COMPONENTS = [
    ("ADT Inbound", "i5pRzagFH3ViF3jCoIuNu6"),
    ("ORU Results Out", "8yP7f9W1iMCenFO1f3xsgd"),
    ("SIU Scheduling", "KI24YmlZ11738qMRtGyyd1"),
    ("DFT Charges", "ZuM23tVAOeJzfevA6GkV4w"),
    ("Lab From LLP", "MPTDCHqCJZXMmmoFNMpFqg"),
]
SMALL_TALK = ["Polled %d rows in 12 ms", "New connection %d received from 10.4.2.7"]
FAMILY_NAMES = ["Marchetti", "Okafor", "Lindqvist", "Petrosyan", "Nakamura", "Haugen", "Szymanski"]
GIVEN_NAMES = ["Giulietta", "Chidi", "Astrid", "Anahit", "Kenji", "Sigrid", "Kazimierz", "Parviz"]
NOVEL = ["Scheduler slot %d fell behind by 70 ms", "Lookup table %d is stale, rebuilding"]
FIRST_ENTRY = datetime(2026, 9, 7)
FIRST_MILLIS = 1_788_739_200_000


def write_log(path, n_bytes, error_share, rules):
    """Writes a log of text entries, as Iguana's are shown; HL7 segments stand in one line."""
    rng = random.Random(1)
    errors = [make_error(rng, rules) for _ in range(20_000)]
    normal = [entry for nth in range(10_000) for entry in make_normal(rng, nth)]
    written, nth, time, millis = 0, 0, FIRST_ENTRY, FIRST_MILLIS
    with open(path, "wb") as file:
        while written < n_bytes:
            lines = []
            for _ in range(10_000):
                nth += 1
                step = rng.randrange(40)
                time, millis = time + timedelta(milliseconds=step), millis + step
                entries = errors if rng.random() < error_share else normal
                kind, text = entries[nth % len(entries)]
                stamp = time.isoformat(" ", "milliseconds")
                name, guid = COMPONENTS[nth % 5]
                # Two of one component in one millisecond are told apart by the last number.
                entry_id = f"{guid}-{millis}-{nth // 5 % 2 + 1}"
                lines.append(f"[{stamp}] [{name}] [{kind}] [{entry_id}] {text}\n")
            data = "".join(lines).encode()
            file.write(data)
            written += len(data)
    with open(path, "rb+") as file:  # The last entry is the last that fits.
        file.seek(max(n_bytes - 10_000, 0))
        tail = file.read(min(n_bytes, 10_000))
        file.truncate(n_bytes - len(tail) + tail.rfind(b"\n[2026") + 1)


def make_error(rng, rules):
    if rng.random() < 0.05:
        return "Error", rng.choice(NOVEL) % rng.randrange(10_000)
    rule = rng.choice(rules)[1]
    text = catalogue.varied(rng.choice(rule["examples"]), rng)
    return ("Warning" if rule["severity"] in ("warning", "info") else "Error"), text


def make_normal(rng, nth):
    if rng.random() < 0.4:
        return [("Info", rng.choice(SMALL_TALK) % rng.randrange(10_000))]
    name, first_name = rng.choice(FAMILY_NAMES), rng.choice(GIVEN_NAMES)
    digits = "%012d" % rng.randrange(10**12)
    body = (
        f"MSH|^~\\&|REG|STMARY|IGUANA|HIE|202609{digits[:6]}||ORU^R01|{nth}|P|2.5\r"
        f"PID|1||{digits[:7]}^^^MRN||{name}^{first_name}||19{digits[2:8]}|F|||{digits[:3]} Elm Rd\r"
    )
    for segment in range(rng.randrange(7)):
        code, value = rng.randrange(1_000, 100_000), rng.randrange(10, 10_000)
        body += f"OBX|{segment}|NM|{code}-{value % 10}^Test^LN||{value}|mmol/L|||||F\r"
    return [("Message", body), ("Info", f"Dequeued message from 'q{nth}'."), ("Info", body)]


def copy_start(log, path, n_bytes, border):
    """Copies what ends within the first bytes of a log, before the last border there."""
    with open(log, "rb") as file:
        data = file.read(n_bytes)
    path.write_bytes(data[: data.rfind(border) + 1])


def copy_texts(log, path, head=b""):
    """Copies the texts of a log, one a line, without what stands before them."""
    with open(log, "rb") as source, open(path, "wb") as target:
        for line in source:
            if line.startswith(b"[2026"):
                before = b"\n" + head if target.tell() else head
                target.write(before + line.rstrip(b"\n").split(b"] ", 4)[4])
            else:
                target.write(b" " + line.rstrip(b"\n"))
        target.write(b"\n")
