"""Papermill's parameters in TypeScript. Papermill loads this with its engines, since it has no other place for it."""

import json
import math
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

#: Integers beyond it are bigints: a number would lose digits.
SAFE = 2**53 - 1

DECLARED = re.compile(r"^\s*(?:const|let|var)\s+([\w$]+)\s*(?::\s*([^=]+?))?\s*=\s*(.+?);?\s*(?://\s*(.*))?$")


class TypeScriptTranslator(Translator):
    """Writes parameters as declarations, which take the place of those in the cell tagged `parameters`."""

    @classmethod
    def translate(cls, val):
        if isinstance(val, dict):
            return "{ " + ", ".join(f"{key(name)}: {cls.translate(each)}" for name, each in val.items()) + " }"
        if isinstance(val, (list, tuple)):
            return "[" + ", ".join(map(cls.translate, val)) + "]"
        if isinstance(val, float) and not math.isfinite(val):
            return "NaN" if math.isnan(val) else "Infinity" if val > 0 else "-Infinity"
        if isinstance(val, int) and not isinstance(val, bool) and abs(val) > SAFE:
            return f"{val}n"
        # What JSON has no form for, such as a date of YAML, is a text.
        return json.dumps(val, default=str)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        # Not `const`: its type would be this one value, and `symbol === 'AAPL'` an error.
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        found = filter(None, map(DECLARED.match, parameters_cell["source"].splitlines()))
        return [Parameter(name, type_ or "None", default, note or "") for name, type_, default, note in (each.groups() for each in found)]


def key(name):
    text = json.dumps(str(name))
    return f"[{text}]" if text == '"__proto__"' else text


class MillraceEngine(NBClientEngine):
    """Papermill's own engine, under another name."""


papermill_translators.register("typescript", TypeScriptTranslator)
