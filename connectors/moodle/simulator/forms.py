"""Request variables as PHP builds them: `a[0][name]=x`, `a[]=x`, sparse indexes, `max_input_vars`.

A Moodle function sees what PHP's `$_GET` and `$_POST` hold, not what the client meant to send. The rules
are those of `php_register_variable_ex()` in PHP's main/php_variables.c. An array is a dict whose keys are
ints where PHP makes them ints; its order is the order of arrival, which is what Moodle iterates in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TypeAlias
from urllib.parse import parse_qsl

Value: TypeAlias = "str | Array"
Array: TypeAlias = "dict[str | int, Value]"

_INTEGER_KEY = re.compile(r"0|-?[1-9][0-9]*")


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Split an `application/x-www-form-urlencoded` body; bytes that are not UTF-8 become surrogates."""
    text = encoded.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def decode(variables: Iterable[tuple[str, str]], limit: int) -> Array:
    """Build PHP's array of request variables; those beyond `limit` vanish without an error."""
    decoded: Array = {}
    for name, value in islice(variables, limit):
        keys = _keys(name)
        if keys[0]:
            _store(decoded, keys, value)
    return decoded


def _keys(name: str) -> list[str]:
    name = name.lstrip(" ")
    bracket = name.find("[")
    if bracket <= 0:
        return [_variable(name)]
    keys = [_variable(name[:bracket])]
    position = bracket
    while position < len(name) and name[position] == "[":
        end = name.find("]", position)
        if end < 0:
            break
        keys.append(name[position + 1 : end].lstrip())
        position = end + 1
    return keys if len(keys) > 1 else [_variable(name.replace("[", "_", 1))]


def _variable(name: str) -> str:
    return name.replace(".", "_").replace(" ", "_")


def _store(array: Array, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        index = _index(array, key)
        inner = array.get(index)
        if not isinstance(inner, dict):
            inner = {}
            array[index] = inner
        array = inner
    array[_index(array, keys[-1])] = value


def _index(array: Array, key: str) -> str | int:
    if key == "":
        return max((known for known in array if isinstance(known, int) and known >= 0), default=-1) + 1
    return int(key) if _INTEGER_KEY.fullmatch(key) else key
