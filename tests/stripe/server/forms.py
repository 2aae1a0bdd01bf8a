"""Request parameters: `a[b][0]=c` is read into a tree, and the tree is held against what the API takes.

What it takes is not written down here: it is read from the official library's own types (`stripe.params`, which
Stripe generates from its published specification), so that a parameter that Stripe does not know is not known here.
"""

import functools
import re
import sys
import types
import typing
from urllib.parse import parse_qsl

import stripe
from typing_extensions import get_type_hints

from . import errors

PART = re.compile(r"\[([^\]]*)\]")
# what the library's types have beside the parameters themselves
OPTIONS = frozenset(stripe.RequestOptions.__annotations__)


def decoded(text):
    """The tree that a query or a body in `application/x-www-form-urlencoded` stands for."""
    tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        head = name.split("[", 1)[0]
        path = [head, *PART.findall(name[len(head) :])]
        node = tree
        for at, part in enumerate(path[:-1]):
            part = part or str(len(node))
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise errors.invalid("Invalid hash", shown(path[: at + 1]), kept=False)
        node[path[-1] or str(len(node))] = value
    return tree


def shown(path):
    return path[0] + "".join(f"[{part}]" for part in path[1:])


def resolved(hint, names):
    """A type with the names in it looked up, which the library leaves as text."""
    holder = types.SimpleNamespace(__annotations__={"it": hint})
    return get_type_hints(holder, globalns=names, include_extras=True)["it"]


@functools.cache
def fields(params):
    """Of a class of parameters: name to (type, whether it has to be there)."""
    names_of_module = vars(sys.modules[params.__module__])
    found = {}
    for name, hint in params.__annotations__.items():
        if name in OPTIONS:
            continue
        hint = resolved(hint, names_of_module)
        required = not str(typing.get_origin(hint) or "").endswith("NotRequired")
        inner = hint if required else typing.get_args(hint)[0]
        found[name] = (inner, required)
    return found


def checked(params, tree, path=()):
    """The tree with its values in their types.

    Raises: what Stripe answers to an unknown, missing or malformed parameter.
    """
    known = fields(params) if params else {}
    strangers = [shown((*path, name)) for name in tree if name not in known]
    if strangers:
        raise errors.unknown(strangers)
    for name, (_, required) in known.items():
        if required and name not in tree:
            raise errors.missing(shown((*path, name)))
    return {name: value_of(known[name][0], value, (*path, name)) for name, value in tree.items()}


def value_of(hint, value, path):
    if isinstance(hint, typing.ForwardRef):
        raise TypeError(f"the type of {shown(path)} is not resolved: {hint}")
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return one_of(inner, value, path)
    if origin is typing.Literal:
        if value not in inner:
            raise wrong_choice(path, inner)
        return value
    if origin in (list, typing.List):
        return listed(inner[0], value, path)
    if origin in (dict, typing.Dict):
        return mapped(value, path)
    if typing.is_typeddict(hint) or hasattr(hint, "__required_keys__"):
        if value == "":
            return None
        if not isinstance(value, dict):
            raise errors.invalid("Invalid object", shown(path), kept=False)
        return checked(hint, value, path)
    if not isinstance(value, str):
        raise errors.invalid(f"Invalid {'integer' if hint is int else 'string'}: {value}", shown(path), kept=False)
    return scalar(hint, value, path)


def scalar(hint, text, path):
    if hint is int:
        if not re.fullmatch(r"-?\d+", text):
            raise errors.invalid(f"Invalid integer: {text}", shown(path), "parameter_invalid_integer", kept=False)
        return int(text)
    if hint is bool:
        if text not in ("true", "false"):
            raise errors.invalid(f"Invalid boolean: {text}", shown(path), kept=False)
        return text == "true"
    if hint is float:
        return float(text)
    if text == "":
        message = f"You passed an empty string for '{shown(path)}'. We assume empty values are an attempt to unset a parameter; however '{shown(path)}' cannot be unset. You should remove '{shown(path)}' from your request or supply a non-empty value."
        raise errors.invalid(message, shown(path), "parameter_invalid_empty", kept=False)
    return text


def one_of(hints, value, path):
    """`Literal|str` is a closed choice to the API (the library leaves it open for what is added later); `''` unsets."""
    choices = [choice for hint in hints if typing.get_origin(hint) is typing.Literal for choice in typing.get_args(hint)]
    if value == "" and "" in choices:
        return None
    named = [choice for choice in choices if choice != ""]
    rest = [hint for hint in hints if typing.get_origin(hint) is not typing.Literal and not (hint is str and named)]
    if isinstance(value, str) and value in named:
        return value
    wrong = wrong_choice(path, named) if named else None
    for hint in rest:
        if getattr(hint, "__name__", "") == "UntypedStripeObject" or typing.get_origin(hint) is stripe.StripeObject:
            continue
        try:
            return value_of(hint, value, path)
        except errors.Refusal as refusal:
            wrong = wrong or refusal
    raise wrong


def wrong_choice(path, choices):
    several = ", ".join(choices[:-1]) + (f", or {choices[-1]}" if len(choices) > 1 else str(choices[-1]))
    return errors.invalid(f"Invalid {shown(path)}: must be one of {several}", shown(path), kept=False)


def listed(hint, value, path):
    if not isinstance(value, dict):
        raise errors.invalid("Invalid array", shown(path), kept=False)
    return [value_of(hint, item, (*path, str(at))) for at, item in enumerate(value.values())]


METADATA_KEYS_MAX, METADATA_NAME_MAX, METADATA_VALUE_MAX = 50, 40, 500


def mapped(value, path):
    if not isinstance(value, dict):
        raise errors.invalid("Invalid object", shown(path), kept=False)
    if path[-1] == "metadata":
        if len(value) > METADATA_KEYS_MAX:
            raise errors.invalid(f"Metadata can have at most {METADATA_KEYS_MAX} keys", shown(path), kept=False)
        for name, text in value.items():
            if len(name) > METADATA_NAME_MAX or len(str(text)) > METADATA_VALUE_MAX:
                message = f"Metadata values can have up to {METADATA_VALUE_MAX} characters, and keys {METADATA_NAME_MAX}"
                raise errors.invalid(message, shown((*path, name)), kept=False)
    return value
