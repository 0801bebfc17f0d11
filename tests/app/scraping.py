"""A reader of Prometheus' text format that is as strict as Prometheus, for the tests of what we write."""

import re

SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(text: str) -> tuple[Samples, dict[str, str]]:
    """The samples by name and labels, and the type of each family. AssertionError for what Prometheus refuses."""
    assert text.endswith("\n")
    samples: Samples = {}
    kinds: dict[str, str] = {}
    helped: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helped, f"{name} has two HELP lines"
            helped.add(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds
            kinds[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            name, inside, value = match.groups()
            assert name == list(kinds)[-1], f"{name} stands outside its family"
            labels = [(label, unescape(text)) for label, text in LABEL.findall(inside or "")]
            assert LABEL.sub("", inside or "") == "", line
            key = (name, frozenset(labels))
            assert key not in samples, f"{line} is there twice"
            samples[key] = float(value)
    assert helped == set(kinds)
    return samples, kinds


def unescape(text: str) -> str:
    return re.sub(r'\\(["\\n])', lambda match: "\n" if match[1] == "n" else match[1], text)


def value_of(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((f"tenderwatch_{name}", frozenset(labels.items())))
