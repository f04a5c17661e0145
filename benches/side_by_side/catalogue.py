"""Reads the catalogue, and writes it in the forms that other programs read."""
import json
import re
import sys
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

PATTERNS = Path(__file__).resolve().parents[2] / "patterns"
# Letters are turned within these, so that texts keep the look of words.
TURNED = ("aeiou", "tnsrhld")
REGEX_TOKEN = re.compile(r"\\x..|\\.|\(\?<\w+>|\(\?[a-z]+[:)]|a-z|A-Z|a-f|A-F|.", re.DOTALL)


def load_rules():
    """Returns the rules that look at one entry and tell of a fault, each with its category."""
    try:
        import tomllib
    except ImportError:
        sys.exit("error: Python 3.11 or newer is needed, for tomllib")
    rules = []
    for path in sorted(PATTERNS.glob("*.toml")):
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("rule", [])
        faults = [rule for rule in found if "match" in rule and not rule.get("routine")]
        rules += [(path.stem, rule) for rule in faults]
    return rules


# Examples


def varying(example):
    """Returns the captured values that vary from case to case and stand once in the example."""
    captures = example.get("captures", {}).items()
    fixed = ("code", "status", "type")
    values = {value for name, value in captures if name not in fixed and re.search(r"\d", value)}
    return sorted(value for value in values if example["line"].count(value) == 1)


def varied(example, rng):
    text = example["line"]
    for value in varying(example):
        text = text.replace(value, re.sub(r"\d", lambda _: str(rng.randint(1, 9)), value))
    return text


def templates(rules):
    """Yields for each different example the id of its rule and its fixed parts, all in one line.

    Something varies between each two parts; the last one is followed by anything.
    """
    seen = set()
    for _, rule in rules:
        for example in rule["examples"]:
            text, values = example["line"].replace("\n", " "), varying(example)
            parts = re.split("|".join(map(re.escape, values)), text) if values else [text]
            parts = parts[:1] + [part for part in parts[1:] if part]
            if parts[0] and tuple(parts) not in seen:
                seen.add(tuple(parts))
                yield rule["id"], parts


# The catalogue in other forms


def write_all(rules, directory):
    """Writes all forms that are made here; `regex-with-ids` is there already."""
    expressions = read_expressions((directory / "regex-with-ids").read_text(encoding="utf-8"))
    write_literals(rules, directory / "literals")
    write_grep(rules, directory / "examples")
    write_lognorm(rules, directory / "lognorm.rulebase")
    write_patterndb(rules, directory / "patterndb.xml")
    write_syslog_ng(directory / "syslog-ng.conf")
    write_sec(expressions, directory / "sec.conf")
    write_mtail(expressions, directory / "mtail")
    write_copies(rules, directory / "copies")


def write(path, parts):
    path.write_text("".join(parts), encoding="utf-8")


def write_literals(rules, path):
    """Writes what the rules ask for before they try their expression, as `grep -F` wants it."""
    matches = [rule["match"] for _, rule in rules]
    literals = {text for match in matches for text in match.get("any") or match["all"]}
    write(path, (f"{text}\n" for text in sorted(literals) if "\n" not in text))


def write_lognorm(rules, path):
    lines = ["version=2\n"]
    for rule, parts in templates(rules):
        fixed = [part.replace("\\", "\\\\").replace("%", "%%") for part in parts]
        body = fixed[0]
        for part, text in zip(parts[1:], fixed[1:]):
            field = {"name": "-", "type": "char-to", "extradata": part[0]}
            body += f"%{json.dumps(field)}%{text}"
        lines.append(f"rule={rule}:{body}%-:rest%\n")
    write(path, lines)


def write_patterndb(rules, path):
    lines = ["<patterndb version='5' pub_date='2026-01-01'><ruleset name='all' id='all'><rules>\n"]
    for nth, (rule, parts) in enumerate(templates(rules)):
        body = parts[0].replace("@", "@@")
        for part in parts[1:]:
            body += f"@ESTRING::{part[0]}@" + part[1:].replace("@", "@@")
        # `@ANYSTRING@` does not stand for nothing.
        patterns = "".join(
            f"<pattern>{escape(body)}{rest}</pattern>" for rest in ("", "@ANYSTRING:rest@")
        )
        rule = f"<rule id='{nth}' class='{rule}' provider='dewlap'>"
        lines.append(f"{rule}<patterns>{patterns}</patterns></rule>\n")
    write(path, [*lines, "</rules></ruleset></patterndb>\n"])


def read_expressions(exported):
    """Returns ids and expressions of `patterns export`, without what Perl and RE2 do not know."""
    pairs = [line.split("\t", 1) for line in exported.splitlines()]
    letter = re.compile(r"\(\?-u:((?:\\x[0-9A-F]{2})+)\)")

    def utf8(found):
        return bytes.fromhex(found[1].replace("\\x", "")).decode()

    return [(rule, letter.sub(utf8, regex)) for rule, regex in pairs]


def write_grep(rules, path):
    """Writes the examples as logcheck has its rules: expressions for `grep -E`."""
    special = re.compile(r"[][\\.*^$+?(){}|]")
    escaped = [[special.sub(r"\\\g<0>", part) for part in parts] for _, parts in templates(rules)]
    write(path, (f"{'.*'.join(parts)}\n" for parts in escaped))


def write_mtail(expressions, directory):
    directory.mkdir()
    lines = ["counter found by rule\n"]
    for rule, regex in expressions:
        slashes = regex.replace("/", "\\/")
        lines.append(f'/{slashes}/ {{\n  found["{rule}"]++\n}}\n')
    write(directory / "catalogue.mtail", lines)


def write_sec(expressions, path):
    form = "type=Single\nptype=RegExp\npattern={1}\ndesc={0}\naction=write - {0}\n\n"
    write(path, (form.format(rule, regex) for rule, regex in expressions))


def write_syslog_ng(path):
    lines = [
        "@version: 3.38\n",
        "source lines { stdin(flags(no-parse)); };\n",
        'parser known { db-parser(file("patterndb.xml")); };\n',
        'filter found { match("." value(".classifier.rule_id")); };\n',
        'destination out { file("/dev/stdout" template("$MESSAGE\\n")); };\n',
        "log { source(lines); parser(known); filter(found); destination(out); };\n",
    ]
    write(path, lines)


# A catalogue of ten times the size


def write_copies(rules, directory):
    """Writes nine copies of the rules in other letters: as far from each other as new rules are."""
    directory.mkdir()
    for nth in range(1, 10):
        for category, rule in rules:
            match = turned_match(rule["match"], nth)
            if match == rule["match"]:  # It asks for numbers alone.
                continue
            copy = {k: v for k, v in rule.items() if k not in ("superseded_by", "symptom_of")}
            copy |= {"id": f"copy{nth}-{rule['id']}", "match": match}
            for key in ("examples", "counter_examples"):
                copy[key] = [
                    {k: turned(v, nth) for k, v in example.items() if k in ("line", "because")}
                    for example in rule[key]
                ]
            text = "".join(f"{key} = {toml(value)}\n" for key, value in copy.items())
            with open(directory / f"copy{nth}-{category}.toml", "a", encoding="utf-8") as file:
                file.write(f"[[rule]]\n{text}\n")


def turned(text, nth):
    for letters in TURNED:
        split = nth % len(letters)
        others = letters[split:] + letters[:split]
        text = text.translate(str.maketrans(letters + letters.upper(), others + others.upper()))
    return text


def turned_match(match, nth):
    """Turns the letters that are looked for; classes such as `\\d` and `a-z` stay."""
    result = {key: [turned(text, nth) for text in match[key]] for key in match if key != "regex"}
    if "regex" in match:
        tokens = REGEX_TOKEN.findall(match["regex"])
        result["regex"] = "".join(t if len(t) > 1 else turned(t, nth) for t in tokens)
    return result


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
