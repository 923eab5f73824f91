# SPDX-License-Identifier: Apache-2.0
"""Cases of the table of tiers (include/s3/tiers.def).

A case is a function in tiers/*.py named after the point it is about (part_small for
part-small; a second one part_small__what), and told which tiers it holds for:

    @answers("aws", "minio")
    def part_small(t): ...

t.tier is the one under test. `conformance/run --tier minio --endpoint URL` runs those of one;
tests/lint/tiers.py wants each row to have a case for each strict tier that the table claims.
"""

import os
import types

import importlib.util

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tiers")
STRICT = ("aws", "minio", "r2")


def answers(*names):
    def mark(function):
        function.tiers = names
        function.alone = getattr(function, "alone", False)
        return function
    return mark


def point(name):
    """The row a case is about, as `trug tiers` spells it."""
    return name.partition("__")[0].replace("_", "-")


def load(tier=None):
    """[(name, function)] of all cases, or those of one tier."""
    cases = []
    for name in sorted(os.listdir(HERE)):
        if not name.endswith(".py"):
            continue
        spec = importlib.util.spec_from_file_location("tiers_" + name[:-3],
                                                      os.path.join(HERE, name))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for symbol, value in vars(module).items():
            if isinstance(value, types.FunctionType) and getattr(value, "tiers", None) and \
                    value.__module__ == module.__name__:
                if tier is None or tier in value.tiers:
                    cases.append((symbol, value))
    return cases
