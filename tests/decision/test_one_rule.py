"""One place compares scores with thresholds: every other module asks it."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THE_RULE = ROOT / "defect_app" / "decision" / "verdict.py"
THRESHOLDS = {"review_at", "reject_at", "accept_at", "decisive", "threshold", "thresholds"}
ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
ORDERING_CALLS = {"less", "less_equal", "greater", "greater_equal", "searchsorted", "digitize", "bisect", "bisect_left"}


def comparisons_with_a_threshold(source: str) -> Iterator[str]:
    """Yield what compares a threshold with something that is neither a threshold nor a number written there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = [p for p, o in zip(pairwise(sides), node.ops, strict=True)
                     if isinstance(o, ORDERING)]  # fmt: skip
        elif isinstance(node, ast.Call) and _name(node.func) in ORDERING_CALLS:
            pairs = [(a, b) for a in node.args for b in node.args]
        else:
            continue
        if any(_is_threshold(a) and not (_is_threshold(b) or isinstance(b, ast.Constant))
               for pair in pairs for a, b in (pair, pair[::-1])):  # fmt: skip
            yield ast.unparse(node)


def _is_threshold(node: ast.expr) -> bool:
    return _name(node.value if isinstance(node, ast.Subscript) else node) in THRESHOLDS


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_no_module_but_the_rule_compares_a_score_with_a_threshold() -> None:
    modules = [p for folder in ("defect_app", "pages", "benchmarks") for p in (ROOT / folder).rglob("*.py")]
    assert THE_RULE in modules
    found = {p: list(comparisons_with_a_threshold(p.read_text(encoding="utf-8"))) for p in modules if p != THE_RULE}
    assert {path.relative_to(ROOT).as_posix(): said for path, said in found.items() if said} == {}


def test_a_comparison_is_found_however_it_is_written() -> None:
    for source in (
        "rejected = p_defect >= point.thresholds.reject_at",
        "labels = [n for n, p in enumerate(confidence) if thresholds[0] <= p]",
        "between = review_at <= score < reject_at",
        "rejected = np.greater_equal(p_defect, lines.reject_at)",
        "first = np.searchsorted(ascending, threshold)",
    ):
        assert len(list(comparisons_with_a_threshold(source))) == 1
    for source in ("ordered = review_at <= reject_at", "small = 0 < threshold < 1e-6", "same = at == reject_at"):
        assert list(comparisons_with_a_threshold(source)) == []
