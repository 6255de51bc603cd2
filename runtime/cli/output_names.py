"""What the names of outputs tell: which belong together, which are extremes, averages, numbers of things."""

import re
from collections.abc import Iterable

FACETS = frozenset("Live Min Max Avg Mean Last Current On Off Elapsed Remaining Total Lower Upper".split())
KEPT_APART = frozenset(("Total",))  # sums would make the parts invisible
PAIRS = (("Min", "Max"), ("Lower", "Upper"), ("Low", "High"))
EXTREMES = frozenset(("Min", "Max"))
AVERAGES = frozenset(("Avg", "Mean"))
CATEGORIES = frozenset("Idx Index Class State".split())  # whole numbers that are names


def words(name: str) -> list[str]:
    """``nCountMin`` -> ["n", "Count", "Min"]."""
    return re.findall(r"^[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|\d+|_", name)


def owner_of(name: str) -> str:
    """The structure of a member ``stHumidity.fLive``, else nothing."""
    return name.rpartition(".")[0]


def stem(name: str) -> str:
    """What outputs of one panel have in common: the name without words such as Min, Last or On."""
    kept = [w for w in words(name) if w not in FACETS - KEPT_APART]
    return "".join(kept)


def extreme_of(name: str, names: Iterable[str]) -> str | None:
    """The output whose extreme a time belongs to: fbTimeOverallMin tells about fOverallMin."""
    what = name.removeprefix("fbTime")
    if not EXTREMES & set(words(name)):
        return None
    return next((n for n in names if n != name and words(n)[1:] == words("x" + what)[1:]), None)


def upper_of(name: str, names: Iterable[str]) -> str | None:
    """The other side of a lower bound."""
    if is_category(name):  # places, with nothing between them
        return None
    for low, high in PAIRS:
        if low in words(name):
            upper = [high if word == low else word for word in words(name)]
            return next((n for n in names if words(n) == upper), None)
    return None


def is_average(name: str) -> bool:
    return bool(AVERAGES & set(words(name)))


def is_category(name: str) -> bool:
    """Of whole numbers: whether they are names of things."""
    return bool(CATEGORIES & set(words(name)))
