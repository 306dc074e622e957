# SPDX-License-Identifier: GPL-2.0-or-later
"""Every text that becomes a fault, or the why of a step, can be read in French and in English.

Such a text is a literal that is given to a parameter called `why`, written to a member `why`, or printed into something called
fault, found, why or told; or that a function with why, failure or fault in its name returns. The French ones stand in
common/ctl/english.c, the English ones in common/ctl/french.c or words.c."""

import functools
import re

from tree import files, text

LITERAL = r'"(?:[^"\\]|\\.)*"'
LITERALS = rf"{LITERAL}(?:\s*(?:PRI\w+\s*)?{LITERAL})*"
SINK = re.compile(r"\b(\w*fault|faults|found|why|told)\b")
CONVERSION = re.compile(r"%[-+ #0-9.*]*(?:hh|h|ll|l|z|j)?[a-zA-Z]|%(?=\s)")
SPOKEN = re.compile(r"(hub|caller-gateway)/[^/]*\.c|sensors/[^/]*\.c|common/mqtt\w*\.c")
SAME_IN_BOTH = {"TLS", "id", ""}
SAMPLE = "7"


def without_comments(path):
    return re.sub(r"/\*.*?\*/", "", text(path), flags=re.S)


def spoken_files():
    return [f for f in files() if SPOKEN.fullmatch(f)]


def value(literals):
    """What adjacent literals say; numbers of fixed width stand as %u."""
    joined = re.sub(r"\bPRI\w+", '"u"', literals)
    return "".join(part[1:-1] for part in re.findall(LITERAL, joined)).replace('\\"', '"')


def arguments(content, opening):
    """The arguments of a call whose "(" is at opening."""
    depth, found, begin, at = 0, [], opening + 1, opening
    while at < len(content):
        literal = re.compile(LITERAL).match(content, at)
        if literal:
            at = literal.end()
            continue
        depth += (content[at] in "([{") - (content[at] in ")]}")
        if depth == 0 or (depth == 1 and content[at] == ","):
            found.append(content[begin:at])
            begin = at + 1
        if depth == 0:
            return found
        at += 1
    return found


@functools.cache
def takers():
    """Function → the place of its parameter `why`."""
    places = {}
    for path in spoken_files():
        for name, parameters in re.findall(r"\b(\w+)\(([^;{}()]*)\)\s*\{", without_comments(path)):
            for place, parameter in enumerate(parameters.split(",")):
                if re.search(r"const char \*why$", parameter.strip()):
                    places[name] = place
    return places


def given(content):
    """Literals given as a parameter `why`."""
    for call in re.finditer(r"\b(" + "|".join(takers() or ["-"]) + r")\(", content):
        found = arguments(content, call.end() - 1)
        if len(found) > takers()[call[1]]:
            for literal in re.findall(LITERALS, found[takers()[call[1]]]):
                yield call.start(), value(literal)


def printed(content):
    """Formats of what is printed into a fault; a literal among its arguments stands for the last %s."""
    for call in re.finditer(r"\bv?snprintf\(", content):
        found = arguments(content, call.end() - 1)
        if len(found) < 3 or not SINK.search(found[0]):
            continue
        for literal in re.findall(LITERALS, found[2]):
            ends = [value(part) for argument in found[3:] for part in re.findall(LITERALS, argument)]
            for end in ends or [None]:
                form = value(literal)
                at = form.rfind("%s")
                yield call.start(), form if end is None or at < 0 else form[:at] + end + form[at + 2:]


def named(content):
    for member in re.finditer(rf"\.why = ({LITERALS})|json_array_append_new\(faults, json_string\(({LITERALS})\)", content):
        yield member.start(), value(member[1] or member[2])
    for table in re.finditer(r"\b(?:phrases|whys)\[\w+\] = \{(.*?)\};", content, re.S):
        for row in re.finditer(rf"\] = ({LITERALS})", table[1]):
            yield table.start(1) + row.start(), value(row[1])
    for function in re.finditer(r"^static const char \*\w*(?:why|failure|fault)\w*\([^{]*\{(.*?)^\}", content, re.M | re.S):
        for answer in re.finditer(rf"return ({LITERALS})", function[1]):
            yield function.start(1) + answer.start(), value(answer[1])


def rows(path, side):
    table = without_comments(path)
    return [value(pair[side]) for pair in re.findall(rf"\{{({LITERALS}),\s*({LITERALS})\}}", table)]


@functools.cache
def fits():
    """One pattern for all English phrases, and one for all French ones."""
    def pattern(phrases):
        return re.compile("|".join(re.escape(p).replace(r"\*", ".*") for p in phrases))
    return (pattern(rows("common/ctl/french.c", 0) + rows("common/ctl/words.c", 0)), pattern(rows("common/ctl/english.c", 0)))


def is_known(said):
    english, french = fits()
    whole = CONVERSION.sub(SAMPLE, said)
    return bool(french.fullmatch(whole)) or all(
        part in SAME_IN_BOTH or not re.search(r"[a-z]", part) or english.fullmatch(part) for part in whole.split(": "))


def every_fault_in_both_languages():
    for path in spoken_files():
        content = without_comments(path)
        for find in (given, printed, named):
            for at, said in find(content):
                if re.search("[a-zA-Z]", CONVERSION.sub("", said)) and not is_known(said):
                    yield f'{path}: "{said}" is not in common/ctl/french.c (nor, where it is French, in english.c)'


RULES = [
    ("phrases: every fault and every why can be read in French and in English", every_fault_in_both_languages),
]
