"""A second definition of what is seen of a document, leaf by leaf; it shares no code with `ledger.visibility`."""


def leaves_of(value, path=()):
    """Each leaf by its path of member names and positions; empty containers are leaves."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves_of(item, (*path, name))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from leaves_of(item, (*path, place))
    else:
        yield path, value


def names(member):
    """What a condition may call this member: whole words from its beginning, without plural, in lower case."""
    starts = [end for end in range(1, len(member)) if member[end - 1].isalnum() and ends_word(member[end])]
    heads = [member[:end] for end in starts] + [member]
    plain = {(head.lstrip("_") or head).casefold() for head in heads}
    return plain | {head[: -len(plural)] for head in plain for plural in ("s", "es") if head.endswith(plural)}


def ends_word(letter):
    return letter in "_-" or (letter.isascii() and letter.isupper())


def is_seen(path, value, grants, withheld, masked):
    """Whether a leaf is seen whole; `grants` has for each permitting grant the members that it shows, if it says."""
    on_path = [names(step) for step in path if isinstance(step, str)]

    def meets(member):
        return any((member.lstrip("_") or member).casefold() in step for step in on_path)

    if any(map(meets, [*withheld, *masked])):
        return False
    if path == ("resourceType",) and is_type(value):
        return True
    return all(not shown or any(map(meets, shown)) for shown in grants)


def is_type(value):
    return isinstance(value, str) and value.isascii() and value.isalpha() and len(value) <= 40
