"""Two drawings, as `drawn` describes them: the same, or where they first differ."""

import math
from statistics import median
from typing import Any

# Words are a little wider or narrower where another version of the font library sets them, and cells with them.
LAYOUT = 20


def same_drawing(stored: Any, fresh: Any, rtol: float = 1e-3) -> str | None:
    """Say where two drawings differ: ``|stored − fresh| ≤ rtol · max|values of that list|`` holds everywhere, or not.

    Parameters
    ----------
    stored, fresh : dict
        What ``drawn`` returned, once directly and once perhaps read back from JSON.
    rtol : float
        Relative to the largest value of the list of numbers that is compared; 20 times that for the places of cells
        and nodes, which the widths of words decide.

    Returns
    -------
    str or None
        None where they show the same; otherwise one sentence naming the axes, the artist and the value.

    Example
    -------
    >>> from tensorcalc import display
    >>> display.same_drawing({"axes": [{"title": "loss"}]}, {"axes": [{"title": "error"}]})
    "axes[0].title: stored 'loss', drawn 'error'"
    """
    return _compare(stored, fresh, rtol, "")


def _compare(stored: Any, fresh: Any, rtol: float, path: str) -> str | None:
    if isinstance(stored, dict) and isinstance(fresh, dict):
        return _dicts(stored, fresh, rtol, path)
    if _is_numbers(stored) and _is_numbers(fresh) and len(stored) == len(fresh):
        return _number_lists(stored, fresh, rtol, path)
    if isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        pairs = enumerate(zip(stored, fresh, strict=True))
        return _first(_compare(s, f, rtol, f"{path}[{n}]{_kind(s)}") for n, (s, f) in pairs)
    if stored == fresh:
        return None
    return f"{path.lstrip('.') or 'drawing'}: stored {_short(stored)}, drawn {_short(fresh)}"


def _dicts(stored: dict[str, Any], fresh: dict[str, Any], rtol: float, path: str) -> str | None:
    if stored.keys() != fresh.keys():
        return f"{path.lstrip('.') or 'drawing'}: stored has {sorted(stored)}, drawn has {sorted(fresh)}"
    if stored.get("noisy") and fresh["noisy"]:
        return _noisy_lines(stored, fresh, rtol, path)
    return _first(
        _compare(stored[key], fresh[key], rtol * LAYOUT if key == "layout" else rtol, f"{path}.{key}") for key in stored
    )


def _noisy_lines(stored: dict[str, Any], fresh: dict[str, Any], rtol: float, path: str) -> str | None:
    rest = _first(_compare(stored[key], fresh[key], rtol, f"{path}.{key}") for key in stored if key != "y")
    pairs = zip(stored["y"]["sample"], fresh["y"]["sample"], strict=False)
    apart = [abs(s - f) for s, f in pairs if s is not None and f is not None]
    if rest or (apart and median(apart) <= math.log10(2)):
        return rest
    return f"{path.lstrip('.')}.y: half of the points lie more than a factor of 2 from the stored ones"


def _number_lists(stored: list[Any], fresh: list[Any], rtol: float, path: str) -> str | None:
    size = max((abs(v) for v in [*stored, *fresh] if v is not None), default=0.0)
    for n, (s, f) in enumerate(zip(stored, fresh, strict=True)):
        if (s is None) != (f is None) or (s is not None and abs(s - f) > rtol * size):
            return f"{path.lstrip('.')}[{n}]: stored {s}, drawn {f}"
    return None


def _is_numbers(value: Any) -> bool:
    kinds = (int, float, type(None))
    return isinstance(value, list) and bool(value) and all(isinstance(v, kinds) for v in value)


def _kind(item: Any) -> str:
    return f" ({item['kind']})" if isinstance(item, dict) and "kind" in item else ""


def _first(messages: Any) -> str | None:
    return next((message for message in messages if message), None)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
