"""The programs beside which Dewlap is run, and how."""
import importlib.util
import shlex
import shutil
import sys
from collections import namedtuple

# `package` has the program; in `command`, which is run among the inputs, `{}` is the file. `form`
# is what it reads of the log, `share` how much of it. Where `counts`, it prints a number, or a line
# for each find; grep's 1 is no error. `target` is the most that Dewlap's CPU may be over its own.
Peer = namedtuple("Peer", "name program package command form share counts target")

PDBTOOL = (
    r"pdbtool match -p patterndb.xml -f {} -T '$MESSAGE\n'"
    """ -F 'match("." value(".classifier.rule_id"))'"""
)
SYSLOG_NG = (
    "cat {} | syslog-ng -F --no-caps -f syslog-ng.conf"
    " -R syslog-ng.persist -p syslog-ng.pid -c syslog-ng.control"
)
DRAIN3 = """import sys
from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig
miner = TemplateMiner(config=TemplateMinerConfig())
for line in open(sys.argv[1], encoding="utf-8"):
    miner.add_log_message(line.rstrip("\\n"))
"""

PEERS = [
    Peer("`cat`", "cat", "coreutils", "cat {} >/dev/null", "log", 1, False, None),
    Peer("`wc -l`", "wc", "coreutils", "wc -l {}", "log", 1, False, None),
    Peer("`gzip -dc`", "gzip", "gzip", "gzip -dc {} >/dev/null", "log.gz", 1, False, 1 / 0.9),
    Peer("`zstd -dc`", "zstd", "zstd", "zstd -q -dc {} >/dev/null", "log.zst", 1, False, 1 / 0.9),
    Peer(
        "ripgrep, expressions", "rg", "ripgrep",
        "rg -j1 -c --no-config --no-unicode -f regex {} || test $? = 1", "log", 0.01, True, 2.5,
    ),
    Peer(
        "grep -F, literals", "grep", "grep",
        "grep -F -c -f literals {} || test $? = 1", "log", 0.2, True, None,
    ),
    Peer(
        "grep -E, examples", "grep", "grep",
        "grep -E -c -f examples {} || test $? = 1", "texts", 0.1, True, None,
    ),
    Peer(
        "lognormalizer, examples", "lognormalizer", "liblognorm-utils",
        "lognormalizer -r lognorm.rulebase -p < {}", "texts", 0.1, True, None,
    ),
    Peer(
        "pdbtool, examples", "pdbtool", "syslog-ng-core",
        PDBTOOL, "syslog", 0.1, True, None,
    ),
    Peer(
        "syslog-ng db-parser, examples", "syslog-ng", "syslog-ng-core",
        SYSLOG_NG, "texts", 0.1, True, None,
    ),
    Peer(
        "lnav, one filter", "lnav", "lnav",
        "lnav -n -c ':filter-in ORA-12541' {}", "log", 0.1, False, None,
    ),
    Peer(
        "SEC, expressions", "sec", "sec",
        "sec --conf=sec.conf --input={} --notail", "log", 2e-4, True, None,
    ),
    Peer(
        "mtail, expressions", "mtail", "mtail",
        "mtail --one_shot --max_regexp_length 9999 --progs mtail --logs {}",
        "log", 3e-5, False, None,
    ),
    Peer(
        "drain3, clusters", "drain3", "drain3 (pip)",
        f"{shlex.quote(sys.executable)} drain3_lines.py {{}}", "errors", 0.2, False, None,
    ),
]


def is_installed(program):
    """Returns whether a program is there; drain3 is a module of Python."""
    if program == "drain3":
        return importlib.util.find_spec("drain3") is not None
    return shutil.which(program) is not None


def installed():
    return [peer for peer in PEERS if is_installed(peer.program)]


def missing_packages():
    return sorted({peer.package for peer in PEERS if not is_installed(peer.program)})


def file_name(form, share):
    """Returns the name of a part of the log in one of its forms."""
    return form if share == 1 else f"{share:g}.{form}"
