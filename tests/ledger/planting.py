"""A planted fault in a loaded module: for a while its functions run the code of the changed text.

Only code changes, so modules that imported a function are affected too. SQL that was built when the module was loaded
stays.
"""

import sys
from contextlib import contextmanager
from inspect import isclass, isfunction, unwrap
from pathlib import Path
from types import CodeType


@contextmanager
def planted(loaded, good, bad):
    """A context in which `bad` replaces `good` in the text of the loaded module, where `good` occurs once."""
    text = Path(loaded.__file__).read_text(encoding="utf-8")
    assert text.count(good) == 1, f"the fault no longer fits the text: {good}"
    changed = compile(text.replace(good, bad), loaded.__file__, "exec", dont_inherit=True)
    found = list(functions(loaded, changed))
    sound = [function.__code__ for function, _ in found]
    try:
        change([(function, code) for function, code in found])
        yield
    finally:
        change([(function, code) for (function, _), code in zip(found, sound, strict=True)])


def change(codes):
    """Replace the code of functions, and clear the caches of all modules: they can have results of the other code."""
    for function, code in codes:
        function.__code__ = code
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("mydata_ledger.")]
    for cached in [member for module in modules for member in vars(module).values()]:
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


def functions(owner, code):
    """The functions and methods of a module or class, each with its code in a compiled text."""
    for inner in code.co_consts:
        found = getattr(owner, inner.co_name, None) if isinstance(inner, CodeType) else None
        found = unwrap(found.fget if isinstance(found, property) else getattr(found, "__func__", found))
        if isclass(found):
            yield from functions(found, inner)
        elif isfunction(found):
            yield found, inner
