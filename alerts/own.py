"""Templates that users write in place of our text of an opportunity: Jinja, in a sandbox with few names.

A template makes plain text. The channel escapes it as it does all texts, so that a template can make no link and no
mark: what is a link in a message stays the notice's and ours.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.cards import Card, Change, Line
from alerts.plain import plain, without_joiners
from domain.errors import BadRule

MOST = 4000
LINES, LINE = 40, 300
SIZE = 8000
DEPTH = 2  # of loops in loops: each runs over at most a few reasons or changes
FILTERS = (
    "capitalize",
    "default",
    "first",
    "last",
    "length",
    "lower",
    "title",
    "trim",
    "truncate",
    "upper",
)
NAMES = (
    *(
        "title",
        "buyer",
        "country",
        "country_code",
        "deadline",
        "left",
        "urgency",
        "value",
        "amount",
        "currency",
        "score",
    ),
    *("profile", "source", "key", "language", "opportunity", "reasons", "changes", "notes"),
)
PARTS = "; ".join(
    f"a {name} has {', '.join(each.name for each in fields(kind))}"
    for name, kind in (("reason", Line), ("change", Change))
)
# What filters, tests and Python's own compiler raise for values and texts that they cannot take.
FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem),
    *(nodes.If, nodes.CondExpr, nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or),
    *(nodes.Not, nodes.Concat, nodes.Keyword),
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """No arithmetic, no calls, no names but ours: nothing that could grow without end."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002  Jinja's
        """Refused: `"x" * 10**9` would fill the memory."""
        raise SecurityError(f"{operator} cannot be used here")


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """The template of a destination, None where it has none; `faults` are told of what it could not be used for."""

    body: str | None
    faults: list[str] = field(default_factory=list)

    def lines(self, card: Card) -> tuple[str, ...] | None:
        """The lines that it makes of a card; None where there is none, or it fails: no alert is lost through it."""
        if self.body is None:
            return None
        try:
            return render_own(self.body, card)
        except BadRule as error:
            self.faults.append(str(error))
            return None


def check_own(body: str) -> None:
    """Raises BadRule, with the line, for what is no template or uses what the sandbox does not have."""
    if len(body) > SIZE:
        raise BadRule(f"a template is at most {SIZE:,} characters long; this one has {len(body):,}")
    with _told():
        tree = _environment().parse(body)
    found = list(_walk(tree, 0))
    for node, depth in found:
        if fault := _find_fault(node, depth):
            raise BadRule(f"line {node.lineno}: {fault}")
    with _told():
        unknown = find_undeclared_variables(tree) - set(NAMES)
    for node, _ in found:
        if isinstance(node, nodes.Name) and node.name in unknown:
            raise BadRule(f"line {node.lineno}: there is no name {node.name}; there are {', '.join(NAMES)}")


def render_own(body: str, card: Card) -> tuple[str, ...]:
    """The lines of one opportunity, each harmless; raises BadRule, with the line, as `check_own` does."""
    check_own(body)
    with _told():
        text = _collect(_environment().from_string(body).generate(to_values(card)))
    lines = [plain(line, LINE) for line in text.strip().splitlines()[:LINES]]
    return tuple(line for line in lines if line)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever a template raises, as BadRule with its line."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise BadRule(f"line {error.lineno}: {error.message}") from error
    except UndefinedError as error:
        raise BadRule(f"line {_line_of(error)}: {error.message or error}; {PARTS}") from error
    except (TemplateError, *FAULTS) as error:
        raise BadRule(f"line {_line_of(error)}: {error or type(error).__name__}") from error


def _collect(pieces: Iterable[str]) -> str:
    """What is made, as far as it is used: a loop that writes for ever ends here."""
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > MOST:
            break
    return text[:MOST]


def to_values(card: Card) -> Mapping[str, Any]:
    """What a template can name: texts, and two lists of them."""
    values = {name: getattr(card, name) for name in NAMES if name not in ("reasons", "changes")}
    texts = {name: without_joiners(value) if isinstance(value, str) else value for name, value in values.items()}
    return {**texts, "reasons": [_to_reason(each) for each in card.lines], "changes": _to_changes(card)}


def _to_reason(line: Line) -> Mapping[str, Any]:
    return {each.name: getattr(line, each.name) for each in fields(line)}


def _to_changes(card: Card) -> list[Mapping[str, str]]:
    return [{"label": each.label, "old": each.old, "new": each.new} for each in card.changes]


def _environment() -> _Sandbox:
    environment = _Sandbox(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals = {}
    return environment


def _walk(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    yield node, depth
    for child in node.iter_child_nodes():
        yield from _walk(child, depth + isinstance(node, nodes.For))


def _find_fault(node: nodes.Node, depth: int) -> str | None:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"there is no filter {node.name}; there are {', '.join(FILTERS)}"
    if isinstance(node, nodes.For) and (depth >= DEPTH or node.recursive):
        return f"loops stand at most {DEPTH} deep here"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"{node.attr} cannot be used here"
    if not isinstance(node, ALLOWED):
        return f"{type(node).__name__.lower()} cannot be used here: a template has names, filters, if and for"
    return None


def _line_of(error: BaseException) -> int:
    """The line of the template that raised; Jinja writes it into the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
