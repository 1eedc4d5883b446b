#!/usr/bin/env python3
"""Writes what Jinja makes of many small templates, for GoldenTemplatesTest.

    pip install 'jinja2==3.1.6'
    python3 template_golden.py ../resources/dev/weir/text/template/golden.json

Each case is a template, the name of a context and the output or the error's message. The environment
is the one that transformers renders chat templates with: the immutable sandbox, trim_blocks,
lstrip_blocks, loop controls, generation blocks, raise_exception, strftime_now and json.dumps as
tojson; its clock stands at 2024-02-05 09:07:03.
"""

import datetime
import itertools
import json
import sys

import jinja2
import jinja2.ext
import jinja2.sandbox

NOW = datetime.datetime(2024, 2, 5, 9, 7, 3, 42)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    def _support(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


ENVIRONMENT = jinja2.sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
)
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception
ENVIRONMENT.globals["strftime_now"] = NOW.strftime

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city.\nIn °C.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of the city"},
                "unit": {"type": ["string", "null"], "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "array", "items": {"type": "integer"}, "default": [1, 2.5]},
            },
            "required": ["city"],
        },
    },
}
CONTEXTS = {
    "empty": {},
    "values": {
        "n": 7,
        "m": -3,
        "zero": 0,
        "f": 2.5,
        "whole": 3.0,
        "big": 12345678901234567890,
        "tiny": 1e-7,
        "huge": 1e22,
        "yes": True,
        "no": False,
        "nothing": None,
        "s": "Hello World",
        "blank": "",
        "padded": "  two  words \n",
        "text": "line one\nline two\n\n  line four",
        "unicode": "Ünïcödé 你好 👋🏽 ß",
        "quotes": "it's \"quoted\" \\ back",
        "html": "<b>&amp; 'x'</b>",
        "list": [3, 1, 2],
        "words": ["pear", "Apple", "fig", "apple"],
        "mixed": [1, "a", None, 2.0, True, [1], {"k": "v"}],
        "nested": {"a": {"b": [10, 20, {"c": "deep"}]}, "items": "shadow", "keys": 1},
        "people": [
            {"name": "Ann", "age": 30, "city": "Rome"},
            {"name": "bob", "age": 25, "city": "Oslo", "boss": {"name": "Ann"}},
            {"name": "Cy", "age": 30, "city": "rome"},
        ],
        "tags": {"b": 2, "A": 1, "c": 3},
        "tool": TOOL,
    },
    "chat": {
        "messages": [
            {"role": "system", "content": " Be brief. "},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello!"},
            {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "abcdef123",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": {"city": "Köln", "n": 2}},
                    }
                ],
            },
            {"role": "tool", "name": "get_weather", "tool_call_id": "abcdef123", "content": "21 °C"},
            {"role": "user", "content": "Thanks"},
        ],
        "tools": [TOOL],
        "documents": None,
        "add_generation_prompt": True,
        "bos_token": "<s>",
        "eos_token": "</s>",
    },
}

CASES = []


def cases(context, *templates):
    CASES.extend((context, template) for template in templates)


def exprs(context, *expressions):
    CASES.extend((context, "{{ " + expression + " }}") for expression in expressions)


# Whitespace control: every sign on every kind of tag between every kind of text.
BEFORE = ["a", "a ", "a\n \t ", "  ", "\n"]
AFTER = ["b", " b", "\n b", "\n\n  b", "\r\n b", " "]
SIGNS = ["", "-", "+"]
for before, after, first, second in itertools.product(BEFORE, AFTER, SIGNS, SIGNS):
    cases("empty", f"{before}{{%{first} set x = 1 {second}%}}{after}")
    cases("empty", f"{before}{{#{first} note {second}#}}{after}")
    cases("empty", f"{before}{{%{first} raw %}} {{{{ r }}}} {{% endraw {second}%}}{after}")
    if second != "+":
        cases("empty", f"{before}{{{{{first} 'v' {second}}}}}{after}")
for first, second in itertools.product(SIGNS, SIGNS[:2]):
    cases(
        "empty",
        f"x\n {{% raw {second}%}}\n  r\n  {{%{first} endraw %}}\n y",
        f"x\n {{%{first} raw %}}\n  r\n  {{%{second} endraw %}}\n y",
        f"<{{% for i in [1, 2] {second}%}}\n  {{{{ i }}}}\n  {{%{first} endfor %}}\n>",
        f"<\n  {{%{first} if true {second}%}}  \n  yes\n  {{%{first} endif {second}%}}  \n>",
    )
cases(
    "empty",
    "",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "a\r\n",
    "a\rb\r\nc",
    "  {# c #}\n{{ 1 }}\n",
    "{# a #}{# b #}\n x",
    "  {# a #}  {# b #}\n x",
    "{# multi\nline #}\nx",
    "{#- a -#}\n\n x",
    "{##}x",
    "{#-#}x",
    "{#+#}x",
    "{{ 1 }}  {% if true %}\n  x{% endif %}",
    "   {{ 1 }}",
    "{{ 1 }}\n   {% if true %}x{% endif %}\n",
    "{% if true %}  {% if true %}x{% endif %}\n  {% endif %}y",
    "{% if true %}\n\n  x\n{% endif %}\n\ny",
    "\u00a0{% if true %}x{% endif %}",
    "\u3000\x1f {%- if true %}x{% endif -%} \u2003 y",
    "{% raw %}{% raw %}{% endraw %}",
    "{% raw %}{{ x }}{# c #}{% if %}{% endraw %}",
    "{%raw%}x{%endraw%}",
    "{%-raw-%} x {%-endraw-%} y",
    "a { b } c {b} {",
    "a {b{ {% if 1 %}%}{% endif %} }} %} #}",
    "{{'}}'}}",
    "{{ '{{' }}{{ '%}' }}{{ \"#}\" }}",
    "{{ {'a': {'b': 1}}.a.b }}",
    "{{ {'a': {'b': 1}} }}",
    "{{{'a': 1}}}",
    "{{{'a': {}}}}",
    "{{ 1\n}}\n{{-\n2\n-}}\n3",
    "{%\nif true\n%}x{%\nendif\n%}\ny",
    "{{ 1 -}}\n {{- 2 }}",
    "{{-1}}",
    "{{- -1 -}}",
    "{{ 1 - 1 }}{{ 1 -1 }}{{1-1}}",
    "{{ 1 + 1 }}{{ +1 }}{{+1}}",
    "{% set a = 1 +%}\nx",
    "\t{%- set a = 1 %}\n\tx",
    "{% for i in range(3) %}\n  {{ i }},\n{% endfor %}\nend",
    "{% for i in range(3) -%}\n  {{ i }},\n{%- endfor %}\nend",
    "{%- for i in range(3) %}\n  {{- i }},\n{%- endfor %}\nend",
    "{% if true: %}x{% endif %}",
    "{% if false %}\n  a\n{% elif true %}\n  b\n{% else %}\n  c\n{% endif %}\n",
)

# Literals and operators.
exprs(
    "values",
    "1_000", "0x1F", "0b101", "0o17", "00", "1.5e3", "1e3", "1.5E-3", "1_0.5_0", "2.0", "1e16",
    "1e15", "123456789012345678901234567890", "0.1 + 0.2", "1/3", "1e-5", "0.0001", "100000000.0",
    "-0.0", "1e308 * 10", "-1e308 * 10", "(1e308 * 10) - (1e308 * 10)", "5e-324", "1.7976931348623157e308",
    "'a' 'b' \"c\"", "'a\\n\\t\\\\\\'\\\"'", "'\\x41\\u00e9\\U0001F44B\\101\\0'|tojson", "'\\N{BULLET}'",
    "'\\d\\q'", "'a\\\nb'", "'é👋'", "''", "'\\a\\b\\f\\v\\r'|tojson", "true", "True", "false", "False", "none", "None",
    "()", "(1,)", "(1, 2)", "1, 2", "1,", "[]", "[1, 'a', none, true, 1.0]", "[1,]", "{}", "{'a': 1, 2: [3]}",
    "{1: 'a', true: 'b', 1.0: 'c'}", "{'a': 1,}", "{(1, 2): 3}[(1, 2)]", "{1: 'x'}[true]",
    "7 / 2", "8 / 2", "7 // 2", "-7 // 2", "7 % 3", "-7 % 3", "7 % -3", "7.5 // 2", "-7.5 // 2", "-7.5 % 2",
    "7.5 % -2", "2 ** 10", "2 ** -1", "2 ** 0.5", "-2 ** 2", "2 ** 3 ** 2", "2 ** 100", "0 ** 0", "(-1) ** 1000001",
    "1 + 2 * 3", "(1 + 2) * 3", "10 - 2 - 3", "2 * 3 % 4", "true + true", "true * 3", "-true", "+true", "- n", "+ n", "--n",
    "big + 1", "big * big", "big // 3", "big % 1000", "big / 10", "n + f", "n * f", "n - whole", "big == big + 0",
    "1 ~ 2", "1 ~ 2 + 3", "'a' ~ none ~ true ~ 1.0 ~ [1, 'x']", "missing ~ 'x'", "1 + 2 ~ 3 * 4", "-1 ~ -2",
    "'a' + 'b'", "'ab' * 3", "3 * 'ab'", "'ab' * 0", "'ab' * -1", "[1] + [2]", "[1, 2] * 2", "(1,) + (2,)", "'ab' * true",
    "1 == 1.0", "1 == true", "'1' == 1", "none == false", "missing == missing2", "missing == none", "[1, 2] == [1, 2]",
    "(1, 2) == [1, 2]", "{'a': 1} == {'a': 1.0}", "'a' < 'b'", "'a' < 'B'", "[1, 2] < [1, 3]", "[1] < [1, 0]", "(1, 2) >= (1, 2)",
    "1 < 2 < 3", "1 < 3 < 2", "3 > 2 > 1 == true", "1 != 2 != 1", "1 < f", "true < 2", "'👋' > '\uffee'", "1 in [1.0]", "'a' in 'abc'",
    "'' in 'abc'", "'x' not in 'abc'", "'a' in {'a': 1}", "1 in {'a': 1}", "'b' in tags.keys()", "3 in tags.values()", "('A', 1) in tags.items()",
    "1 in range(3)", "3 in range(3)", "2 in (1, 2)", "none in [none]", "missing in [missing]", "'a' in missing", "not 1 in [2]", "not 1 not in [2]",
    "true and 0", "1 and 'x'", "'' or 'y'", "none or missing or 0", "0 or none", "not ''", "not not 'a'", "not 1 == 2", "1 or 2 and 0", "not missing",
    "1 if true else 2", "1 if false else 2", "1 if false", "(1 if false) is defined", "1 if true else 2 if true else 3", "1 if false else 2 if false else 3",
    "'a' if n > 5 and not no else 'b'", "(1 if yes else 2) + 1", "1 if yes else 2 + 1", "[1 if yes else 2, 3]",
    "n|string + 'x'", "-n|abs", "(-n)|abs", "n + m|abs", "'a' ~ 'b'|upper", "not yes|default(false)", "2 ** n|int", "n is odd and yes", "not n is even",
    "n is not even", "1 + n is odd", "-1 is odd", "n > 3 is true", "'x' ~ n is odd",
)
# Names, attributes, items and slices.
exprs(
    "values",
    "missing", "missing|string", "[missing]", "missing.a", "missing['a']", "missing[0]", "missing()", "missing.a()", "s.missing", "s.missing.more",
    "nothing.a", "nothing.a.b", "nothing['a']", "nothing[0]", "nothing()", "n.a", "n.a.b", "n()", "s()", "list()", "nested.a.b[0]", "nested['a']['b'][2].c",
    "nested.a.b.0", "nested.a.b.2.c", "nested.a.b[-1]['c']", "nested.a.b[5]", "nested.a.b[5].x", "nested.a.x", "nested.a.x.y", "nested.a['x'].y",
    "nested['items']", "nested['keys']", "nested.values()|length", "nested.get('a').b|length", "nested.get('x')", "nested.get('x', 'd')", "nested.x is defined",
    "nested.items is defined", "list.a", "list['a']", "list[1.0]", "list[true]", "list['0']", "list[none]", "list[missing]", "s[0]", "s[-1]", "s[100]", "s['x']", "s.0",
    "(1, 2)[1]", "{'a': 1}.a", "{'a': 1}['b'] is defined", "{'a': 1}[['x']]", "[1, 2, 3][0]", "'abc'[1]", "'abc'.upper()", "[[1, 2], [3]][0][1]",
    "list[:]", "list[1:]", "list[:1]", "list[-1:]", "list[:-1]", "list[::2]", "list[::-1]", "list[1:100]", "list[-100:2]", "list[2:1]", "s[2:5]", "s[::-1]", "s[-3:]",
    "s[:-3:2]", "s[10:0:-3]", "unicode[8:11]", "unicode[-3:]", "unicode[::-1]", "unicode|length", "unicode[11]", "(1, 2, 3)[1:]", "range(10)[2:8:3]|list", "range(5)[::-1]|list",
    "list[none:2]", "list['a':]", "list[::0]", "nothing[1:]", "missing[1:]", "tags[1:]", "n[1:]", "list[1:2, 0]|default('d')" if False else "list[(1, 2)]",
    "s.__class__", "s.__class__.__mro__", "list.append", "list.append(1)", "list.pop()", "tags.update({'x': 1})", "tags.pop('b')", "tags.setdefault('q', 1)", "list.sort()",
    "list.__len__", "''.__class__.__base__.__subclasses__()", "range.__init__", "s._private", "tags._x", "list.insert(0, 1)", "list.extend([1])", "tags.clear()", "tags.popitem()",
    "(none).x", "(1).x", "(1.5).x.y", "true.x.y", "[].x.y", "(1,).x.y", "range(3).x.y", "tags.keys().x.y", "range.x.y", "s.upper.x.y",
)
# str() and repr().
exprs(
    "values",
    "n", "f", "whole", "big", "tiny", "huge", "yes", "nothing", "s", "list", "mixed", "nested", "tags", "quotes", "[quotes]", "['it\\'s']", "['say \"x\"']", "[unicode]", "['\\n\\t\\x00\\x7f\\u200b']",
    "[html]", "(1, 'a')", "[(), (1,)]", "{'a': none, 'b': [true]}", "tags.keys()", "tags.values()", "tags.items()", "range(3)", "range(1, 9, 2)", "range(3)|list", "range(5, 0, -2)|list",
    "[1.0, 1e100, 1e-10, 123456.789]", "[missing]", "{'x': missing}", "[1.5, 2.25]|join(' ')", "namespace(a=1, b='x')", "dict(a=1)", "dict([('a', 1), ('b', 2)], c=3)", "dict({'a': 1}, b=2)", "dict()",
)
# String methods.
exprs(
    "values",
    "s.upper()", "s.lower()", "s.swapcase()", "'hello wORLD'.capitalize()", "'hello wORLD it\\'s'.title()", "'ßa'.capitalize()", "unicode.upper()", "'ǆ'.title()", "'STRASSE'.casefold()", "padded.strip()", "padded.lstrip()",
    "padded.rstrip()", "'xxabxx'.strip('x')", "'xyabyx'.strip('xy')", "'xxab'.lstrip('x')", "'abxx'.rstrip('x')", "'abc'.strip('')", "'abc'.strip(none)", "'\\u00a0\\u2003a\\x1f'.strip()|length", "'a b  c'.split()", "' a b '.split()",
    "'a,b,,c'.split(',')", "'a,b,c'.split(',', 1)", "'a b c d'.split(none, 2)", "'a b c  '.split(none, 1)", "'a,b,c'.split(',', maxsplit=1)", "'a,b,c'.split(sep=',')", "''.split()", "''.split(',')", "'abc'.split('')", "'a b c'.rsplit()", "'a,b,c'.rsplit(',', 1)",
    "'  a b  c '.rsplit(none, 1)", "'aXXbXXc'.split('XX')", "'aaaa'.split('aa')", "'aaaa'.rsplit('aaa')", "text.splitlines()", "text.splitlines(true)", "'a\\r\\nb\\rc\\x0bd'.splitlines()", "''.splitlines()", "'a\\n'.splitlines()",
    "'a-b-c'.partition('-')", "'a-b-c'.rpartition('-')", "'abc'.partition('-')", "'abc'.rpartition('-')", "s.startswith('He')", "s.startswith(('x', 'H'))", "s.startswith('W', 6)", "s.endswith('ld')", "s.endswith(('a', 'd'))", "s.endswith('')", "s.startswith(1)",
    "s.startswith('')", "s.startswith('', 100)", "s.startswith('World', -5)", "s.find('o')", "s.find('o', 5)", "s.find('o', 5, 7)", "s.find('x')", "s.find('')", "s.rfind('o')", "s.rfind('x')", "s.index('W')", "s.index('x')", "s.rindex('l')", "unicode.find('👋')", "unicode.find('ß')", "s.find('', 50)",
    "s.count('l')", "s.count('')", "'aaaa'.count('aa')", "s.count('l', 4)", "s.replace('l', 'L')", "s.replace('l', 'L', 1)", "s.replace('', '-')", "s.replace('World', '')", "s.replace('x', 'y')", "'aaa'.replace('aa', 'b')", "'a👋b'.replace('', '.')", "''.replace('', 'x')", "s.replace('l', 'L', -1)", "s.replace('l', 'L', 0)",
    "s.replace('l')", "s.replace('l', 1)", "','.join(['a', 'b'])", "','.join('abc')", "''.join([])", "','.join([1])", "','.join(tags)", "', '.join(words)", "'-'.join(('x', none))", "'abc'.isalpha()", "'ab1'.isalnum()", "'123'.isdigit()", "'12.3'.isdigit()", "''.isdigit()", "' '.isspace()", "'abc'.islower()", "'ABC1'.isupper()",
    "'Title Case'.istitle()", "'Title case'.istitle()", "'½'.isnumeric()", "'½'.isdigit()", "'a1_'.isidentifier()", "'1a'.isidentifier()", "'aé'.isascii()", "'a\\n'.isprintable()", "'7'.zfill(3)", "'-7'.zfill(4)", "'+7'.zfill(4)", "'ab'.ljust(5)|tojson", "'ab'.rjust(5, '*')", "'ab'.center(5, '*')", "'abc'.center(6, '*')", "'ab'.center(7, '*')", "'abc'.center(2)",
    "'a\\tb'.expandtabs()", "'a\\tb'.expandtabs(4)", "'prefix-x'.removeprefix('prefix-')", "'x.txt'.removesuffix('.txt')", "'x'.removesuffix('')", "'{} and {}'.format('a', 1)", "'{0}{1}{0}'.format('a', 'b')", "'{x} {y!r}'.format(x=1, y='q')", "'{:>6}|{:<6}|{:^6}|{:*^6}'.format('a', 'b', 'c', 'd')", "'{:.2f} {:5.1f} {:e} {:g} {:%}'.format(3.14159, 2.25, 12345.678, 0.0001, 0.256)",
    "'{:05d} {:+d} {:x} {:#x} {:b} {:o} {:,} {:_}'.format(42, 42, 255, 255, 5, 8, 1234567, 1234567)", "'{a.b} {a[b]} {l[1]}'.format(a={'b': 2}, l=[5, 6])", "'{{}} {}'.format(1)", "'{:{w}}|'.format('a', w=4)", "'{}'.format()", "'{x}'.format()", "'{'.format()", "'}'.format()", "'{:d}'.format('a')", "'{x}'.format_map({'x': 1})", "'{0.__class__}'.format('a')", "'{}'.format(none)", "'{:10}|{:<10}|'.format(5, 5)", "'{!s:>5}'.format(none)", "'{:.3}'.format('abcdef')", "'{:.3g} {:.10g} {:g} {:g}'.format(1234.5, 1234.5, 1e20, 100000.0)", "'{:.3}'.format(1234.5)", "'{:,.2f}'.format(1234567.891)",
    "'%s and %d' % ('a', 5)", "'%s' % 5", "'%5.2f|%-5d|%05d|%+d|%x|%X|%o|%e|%g|%%' % (3.14159, 42, 42, 42, 255, 255, 8, 12345.678, 0.0001)", "'%(a)s %(b)r' % {'a': 1, 'b': 'x'}", "'%r %a' % ('x', 'y')", "'%s' % (1, 2)", "'%s %s' % 1", "'%d' % 'a'", "'%c%c' % ('a', 98)", "'%s' % none", "'%s' % ((1, 2),)", "'%' % ()", "'%y' % 1", "'abc' % 1", "'abc' % {}", "'%i %u' % (1.9, 2)", "'%5s|%-5s|%.2s' % ('a', 'b', 'cde')", "'%*d' % (5, 42)", "'%s' % missing", "'%s' % [1, 2]", "'%x' % 1.5", "'%#x %#o' % (255, 8)", "'% d' % 5", "'%.3g|%G' % (1234.5, 1e-10)",
    "s.upper", "s.encode('utf8')" if False else "s.upper()|lower", "s.upper(1)", "s.strip(1)", "s.split(1)", "s.join(1)", "s.nope()",
)
# Methods of lists, tuples and dictionaries.
exprs(
    "values",
    "list.index(1)", "list.index(9)", "list.count(3)", "words.index('fig')", "(1, 2, 1).count(1)", "(1, 2).index(2)", "(1, 2).index(5)", "list.copy()", "tags.copy()", "tags.keys()|list", "tags.values()|list", "tags.items()|list", "tags.get('b')", "tags.get('q', 5)", "tags.get('q')", "tags.get()", "tags.keys()|length", "tags.items()|first",
    "tags.items()[0]", "tags.keys()[0]", "tags.keys() is sequence", "tags.keys() is iterable", "tags|list", "tags|length", "tags|join(',')", "tags|first", "tags|last", "tags.b", "tags['A']",
)
# Filters.
exprs(
    "values",
    "s|upper", "s|lower", "n|upper", "nothing|upper", "missing|upper", "'hELLO wORLD'|capitalize", "'foo bar-baz (qux) [x] <y> it\\'s'|title", "'ñandú éa'|title", "padded|trim", "'xxaxx'|trim('x')", "n|trim", "missing|trim", "nothing|trim", "s|length", "list|length", "tags|count", "n|length", "nothing|length", "missing|length", "range(5)|length",
    "missing|default('d')", "nothing|default('d')", "nothing|default('d', true)", "blank|default('d')", "blank|default('d', true)", "blank|d('d', boolean=true)", "missing|default", "missing.x|default('d')", "nested.x|default('d')", "missing|default(default_value='z')", "zero|default(5, true)", "list|join", "list|join(', ')", "mixed|join('|')", "words|join(d='-')", "people|join(', ', attribute='name')", "people|join('/', 'age')", "s|join('.')", "n|join", "nothing|join", "missing|join", "tags|join('+')",
    "s|replace('l', 'L')", "s|replace('l', 'L', 1)", "s|replace('o', '')", "n|replace(7, 8)", "s|replace('l')", "'aaa'|replace('a', 'b', count=2)", "list|first", "list|last", "[]|first", "[]|last", "[]|first is defined", "s|first", "s|last", "missing|first", "missing|last", "n|first", "tags|last", "(1, 2)|last", "range(3)|last", "s|list", "missing|list", "n|list", "nothing|list", "tags|items|list", "missing|items|list", "list|items|list", "nothing|items", "nothing|items|list",
    "s|string", "n|string", "[1]|string", "nothing|string", "missing|string", "'42'|int", "'42.7'|int", "'x'|int", "'x'|int(-1)", "'x'|int(default=9)", "'0x1F'|int(base=16)", "'1F'|int(0, 16)", "'0b11'|int(0, 2)", "' 12 '|int", "'1_000'|int", "'1__0'|int", "f|int", "-2.7|int", "yes|int", "nothing|int", "list|int", "missing|int", "'1e3'|int", "'inf'|int", "''|int", "'12'|int + 1", "'3.5'|float", "'x'|float", "'x'|float(1.5)", "n|float", "'1e3'|float", "'inf'|float", "'-nan'|float", "nothing|float", "' 2.5 '|float", "yes|float", "'.5'|float", "'5.'|float", "'1_0.0'|float",
    "text|indent", "text|indent(2)", "text|indent(2, true)", "text|indent(2, first=true, blank=true)", "text|indent('> ')", "text|indent(width=1)", "''|indent", "'a'|indent", "'a\\n'|indent", "'a\\n\\n'|indent(2, blank=true)", "n|indent", "nothing|indent", "text|indent(0)", "tags|dictsort", "tags|dictsort(true)", "tags|dictsort(false, 'value')", "tags|dictsort(reverse=true)", "tags|dictsort(by='value', reverse=true)", "tags|dictsort(by='x')", "list|dictsort", "nothing|dictsort", "missing|dictsort",
    "list|sort", "list|sort(reverse=true)", "words|sort", "words|sort(case_sensitive=true)", "words|sort(true)", "people|sort(attribute='age')|map(attribute='name')|list", "people|sort(attribute='age,name')|map(attribute='name')|list", "people|sort(attribute='age', reverse=true)|map(attribute='name')|list", "people|sort(attribute='city')|map(attribute='name')|list", "mixed|sort", "[2, 'a']|sort", "[none, 1]|sort", "tags|sort", "missing|sort", "[[2, 1], [1, 5]]|sort", "people|sort(attribute='nope')", "[(1, 'b'), (1, 'a')]|sort",
    "words|unique|list", "words|unique(true)|list", "[1, 1.0, true, '1']|unique|list", "people|unique(attribute='age')|map(attribute='name')|list", "[[1], [1]]|unique|list", "list|reverse|list", "s|reverse", "list|reverse", "tags|reverse|list", "n|reverse", "range(3)|reverse|list", "list|map('string')|list", "words|map('upper')|join(',')", "people|map(attribute='name')|list", "people|map(attribute='boss.name')|list", "people|map(attribute='boss', default='none')|list", "people|map(attribute='boss.name', default='x')|list", "list|map", "list|map('nope')|list", "list|map('default', 5)|list", "words|map('replace', 'p', 'q')|list", "nothing|map('upper')|list", "missing|map('upper')|list", "[[1, 2], [3]]|map('sum')|list", "[[1, 2], [3]]|map(attribute=0)|list", "[{'a': [5]}]|map(attribute='a.0')|list", "list|map(attribute='x', foo=1)|list",
    "list|select|list", "[0, 1, '', 'a', none]|select|list", "list|select('odd')|list", "list|select('gt', 1)|list", "list|select('in', [1, 2])|list", "words|select('equalto', 'fig')|list", "list|reject('odd')|list", "[0, 1]|reject|list", "words|reject('in', ['fig'])|list", "people|selectattr('age', 'equalto', 30)|map(attribute='name')|list", "people|selectattr('age', '==', 25)|list|length", "people|selectattr('boss')|map(attribute='name')|list", "people|selectattr('boss', 'defined')|map(attribute='name')|list", "people|rejectattr('boss', 'defined')|map(attribute='name')|list", "people|selectattr('boss.name', 'equalto', 'Ann')|list|length", "people|selectattr('name', 'in', ['Ann', 'Cy'])|map(attribute='age')|list", "people|rejectattr('age', 'gt', 26)|list|length", "list|select('nope')|list", "list|selectattr|list", "people|selectattr('age', 'equalto', 30)", "people|selectattr('age', 'equalto', 30)|length", "people|selectattr('age', 'equalto', 30)|first", "people|selectattr('age', 'equalto', 30)|last", "(people|selectattr('age', 'equalto', 99)) and 1", "people|selectattr('age', 'equalto', 30)|tojson", "nothing|select|list",
    "list|sum", "people|sum(attribute='age')", "[]|sum", "[[1], [2]]|sum(start=[])", "words|sum", "list|sum(start=10)", "list|min", "list|max", "words|min", "words|max", "words|max(case_sensitive=true)", "people|max(attribute='age')", "[]|min", "[1, 'a']|max", "n|abs", "m|abs", "-2.5|abs", "s|abs", "2.5|round", "3.5|round", "2.567|round(2)", "2.567|round(1, 'floor')", "2.521|round(1, 'ceil')", "1234|round(-2)", "n|round", "0.5|round", "-0.5|round", "2.675|round(2)", "s|round", "1|round(method='x')",
    "range(7)|batch(3)|list", "range(7)|batch(3, 'x')|list", "range(7)|slice(3)|list", "range(7)|slice(3, 'x')|list", "people|groupby('age')|list|length", "people|groupby('city')|map('first')|list", "people|groupby('age')|map('last')|map('length')|list", "people|groupby('boss', default='z')|list|length" if False else "people|groupby('name')|map('first')|list", "s|wordcount", "unicode|wordcount", "s|center(20)|tojson", "'foo bar baz qux'|truncate(9)", "'foo bar baz qux'|truncate(9, true)", "'foo bar baz qux'|truncate(11)", "'foo bar baz qux'|truncate(11, false, '...', 0)", "'foo bar baz qux'|truncate(2)", "'a b/c?d=é&'|urlencode", "{'a b': 'c/d', 'x': 1}|urlencode", "'%s-%s'|format(1, 'x')", "'%(a)s'|format(a=5)", "1000000|filesizeformat", "1|filesizeformat", "999|filesizeformat", "123456789|filesizeformat(true)", "tool|attr('get')|string is string", "tags|attr('b')", "s|attr('upper') is callable",
    "html|e", "html|escape", "html|e|e", "html|forceescape", "html|e|forceescape", "html|safe", "html|safe ~ '<'", "html|safe + '<'", "'<' + html|safe", "(html|safe)|upper", "(html|safe).lower() + '<'", "[html|safe]", "(html|safe) is escaped", "(html|safe)|tojson", "(html|safe)|length", "(html|safe)|replace('<', '[')", "n|e", "nothing|e", "(html|safe) == html", "(html|safe) in [html]", "(html|safe)[0:3] + '<'", "('<'|safe) * 3 + '<'", "[html|safe, '<']|join('<')", "('<i>'|safe).join(['<', 'a'|safe])", "('%s'|safe) % '<'" if False else "('a'|safe).replace('a', '<')", "html|string|safe", "(html|safe)|string + '<'", "(html|safe)|trim + '<'",
    "s|nope", "s is nope", "yes and s|nope" , "s|nope if no else 1", "s|upper()", "s|upper(1)", "s|default('a', 'b', 'c')", "s|default(x=1)", "s|indent(width=1, width=2)", "s|trim(chars='H')", "s|length(1)",
)
# tojson.
exprs(
    "values",
    "tool|tojson", "tool|tojson(indent=2)", "tool|tojson(indent=4)", "tool|tojson(indent=0)", "tool|tojson(indent='--')", "tool|tojson(ensure_ascii=true)", "tool|tojson(separators=(',', ':'))", "tool|tojson(indent=2, separators=(',', ':'))", "tags|tojson(sort_keys=true)", "mixed|tojson", "mixed|tojson(indent=1)", "[]|tojson(indent=2)", "{}|tojson(indent=2)", "{'a': [], 'b': {}}|tojson(indent=2)", "n|tojson", "f|tojson", "whole|tojson", "big|tojson", "tiny|tojson", "huge|tojson", "nothing|tojson", "yes|tojson", "s|tojson", "unicode|tojson", "unicode|tojson(ensure_ascii=true)", "unicode|tojson(true)", "quotes|tojson", "html|tojson",
    "'\\x00\\x1f\\x7f\\u2028\\b\\f'|tojson", "'\\x7f\\u2028'|tojson(ensure_ascii=true)", "missing|tojson", "{'a': missing}|tojson", "range(3)|tojson", "tags.keys()|tojson", "tags.items()|list|tojson", "(1, 2)|tojson", "{1: 'a', none: 'b', true: 'c', 1.5: 'd'}|tojson", "{(1, 2): 'a'}|tojson", "namespace(a=1)|tojson", "range|tojson", "s.upper|tojson", "(1e308 * 10)|tojson", "list|map('string')|tojson", "{'b': 1, 1: 2}|tojson(sort_keys=true)", "tool.function.parameters.properties|tojson", "[[]]|tojson(indent=2)", "[1, [2, [3]]]|tojson(indent=3)", "tool|tojson|length", "tool|tojson(2)" if False else "s|tojson(foo=1)",
)
# Tests.
exprs(
    "values",
    *[
        f"{value} is {test}"
        for value in ["n", "f", "yes", "nothing", "s", "list", "tags", "missing", "(1,)", "range(3)", "tags.items()", "(list|map('string'))", "s.upper", "namespace()", "('x'|safe)"]
        for test in ["defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence", "iterable", "callable"]
    ],
    "n is odd", "n is even", "4 is even", "n is divisibleby 7", "n is divisibleby(3)", "n is divisibleby 0", "s is odd", "missing is odd", "f is odd", "n is equalto 7", "n is eq 7", "n == 7 is true", "n is ne(7)", "n is lt 8", "n is le 7", "n is gt 7", "n is ge 7", "n is lessthan 8", "n is greaterthan 6", "n is in [7]", "'a' is in 'abc'", "n is in(list)", "n is sameas n", "yes is sameas true", "1 is sameas true", "nothing is sameas none", "'abc' is lower", "'ABC' is upper", "s is lower", "'upper' is filter", "'nope' is filter", "'odd' is test", "'nope' is test", "s is string and n is number", "n is not none", "missing is not defined", "not missing is defined",
    "n is defined and n is odd", "n is divisibleby 7 and yes", "n is divisibleby 7 or no", "(n is odd) == true", "n is eq 7 == true", "[n is odd, s is string]", "n is odd is true", "tags.b is defined", "tags.q is defined", "tags['q'] is undefined", "nested.a.b is sequence", "s is escaped", "missing is none", "n is equalto(7.0)", "s is equalto 'Hello World'", "s is in ['x', s]", "s is defined is true", "n is string", "7 is odd if yes else 0", "n is in {7: 1}", "s is eq('a' ~ 'b')", "n is gt -1", "n is gt - 1",
)
# Globals and errors.
exprs(
    "values",
    "range(3)|list", "range(1, 3)|list", "range(0)|list", "range(5, 1)|list", "range(1, 2, 0)", "range('a')", "range()", "range(100001)", "range(100000)|length", "range(1.5)", "range(3)[1]", "range(3)[5]", "range(true)|list", "raise_exception('no ' ~ n)", "raise_exception()", "raise_exception(1)", "strftime_now('%Y-%m-%d')", "strftime_now('%d %b %Y')", "strftime_now('%A, %B %d, %Y %H:%M:%S %I %p %j %y %a %U %W %u %w %V %G')", "strftime_now('%e|%k|%l|%-d|%-m|%-H|%_d|%D|%F|%T|%R|%r|%c|%x|%X|%h|%C|%g|%n|%t|%%|%f|%z|%Z|')", "strftime_now('plain')", "strftime_now('%')", "cycler('a', 'b').next()", "cycler()", "joiner()() ~ joiner()()", "namespace(a=1).a", "namespace(a=1)['a']", "namespace({'a': 1}).a", "namespace().a", "namespace(a=1).a.b",
    "'a' + 1", "1 + 'a'", "none + 'a'", "'a' + none", "'a' + missing", "missing + 'a'", "[1] + 'a'", "[1] + (2,)", "{} + {}", "1 - 'a'", "'a' - 'b'", "'a' * 'b'", "'a' * 1.5", "[1] * 'x'", "'a' / 2", "1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1.0 // 0", "1.0 % 0", "0 ** -1", "0.0 ** -1", "-'a'", "+'a'", "-missing", "-none", "1 < 'a'", "'a' < 1", "none < 1", "1 > none", "missing < 1", "[1] < 'a'", "{} < {}", "1 in 1", "1 in 'a'", "none in 'a'", "missing in 'a'", "1 in none", "[1] in {}", "{[1]: 2}", "{}[[1]]", "n[0].x", "s.upper().x.y", "nothing + 1", "none is odd", "true + 'a'", "1.5 + 'a'", "(1,) + [1]", "range(3) + [1]", "tags + 1", "namespace() + 1", "list|join + 1",
    "people[0].name + people[1].age", "people[0]['nope'] + 'x'", "people[9].name", "people.name", "people.name.x", "tags.items().x", "s.split(',')[3].x", "s[0:2] + n", "'x' ~ nothing.y", "(nothing or 'z') + 'x'", "n.upper()", "nothing.strip()", "missing.strip()", "list.strip()", "tags.strip()", "yes.strip()",
)
# Statements.
cases(
    "values",
    "{% for x in list %}{{ x }}{% endfor %}",
    "{% for x in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for x in list %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}",
    "{% for x in list %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }};{% endfor %}",
    "{% for x in list %}{{ loop.previtem.a }}{% endfor %}",
    "{% for x in list %}{% if not loop.last %}{{ loop.nextitem.a.b }}{% endif %}{% endfor %}",
    "{% for x in list %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }}{% endfor %}",
    "{% for x in list %}{{ loop }}{% endfor %}",
    "{% for x in list %}{{ loop.nope }}{{ loop.nope.x }}{% endfor %}",
    "{% for k, v in tags.items() %}{{ k }}={{ v }},{% endfor %}",
    "{% for k, v in tags|items %}{{ k }}={{ v }}{{ loop.length }}{{ loop.last }},{% endfor %}",
    "{% for k, v in tags|dictsort %}{{ loop.index }}{{ k }}{{ v }}{% endfor %}",
    "{% for k in tags %}{{ k }}{% endfor %}",
    "{% for k, v in tags %}{{ k }}{% endfor %}",
    "{% for k, v in list %}{{ k }}{% endfor %}",
    "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}",
    "{% for a, b in [[1]] %}{{ a }}{% endfor %}",
    "{% for a, b in ['xy', (1, 2)] %}{{ a }}-{{ b }};{% endfor %}",
    "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, in [[1], [2]] %}{{ a }}{% endfor %}",
    "{% for c in s %}{{ c }}.{% endfor %}",
    "{% for c in unicode %}{{ c }}.{% endfor %}",
    "{% for x in nothing %}{% endfor %}",
    "{% for x in n %}{% endfor %}",
    "{% for x in missing %}a{% else %}b{% endfor %}",
    "{% for x in missing.y %}a{% endfor %}",
    "{% for x in [] %}a{% else %}b{% endfor %}",
    "{% for x in list %}a{% else %}b{% endfor %}",
    "{% for x in list if x > 1 %}{{ x }}{{ loop.index }}{{ loop.length }}{{ loop.last }}{% else %}none{% endfor %}",
    "{% for x in list if x > 9 %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in list if x is odd %}{{ loop.previtem }}{{ x }}{{ loop.nextitem }};{% endfor %}",
    "{% for p in people if p.boss is defined %}{{ p.name }}{% endfor %}",
    "{% for x in list if loop.index > 1 %}{{ x }}{% endfor %}",
    "{% for k, v in tags.items() if k != 'b' %}{{ k }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for x in list %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in list %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}!",
    "{% for x in list %}{% for y in list %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }};{% endfor %}{% endfor %}",
    "{% for x in [] %}{% else %}{% break %}{% endfor %}",
    "{% for x in list %}{% for y in [] %}{% else %}{% break %}{% endfor %}{{ x }}{% endfor %}!",
    "{% break %}",
    "{% continue %}",
    "{% for x in list %}{% set y %}{% break %}{% endset %}{{ x }}{% endfor %}!",
    "{% for x in list %}{% filter upper %}a{% if x == 1 %}{% continue %}{% endif %}b{% endfilter %}{% endfor %}",
    "{% for x in list %}{% with y = x %}{% if y == 1 %}{% break %}{% endif %}{{ y }}{% endwith %}{% endfor %}!",
    "{% for x in list %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% for x in list %}{% for y in [x, x + 1] %}{{ loop.index }}{{ y }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for x in list %}{% set outer = loop %}{% for y in [1, 2] %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for loop in list %}{% endfor %}",
    "{% for x in list recursive %}{{ x }}{% endfor %}",
    "{% for x in [[1, [2, [3]]], 4] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}",
    "{% for x in list %}{{ loop(x) }}{% endfor %}",
    "{% for i in range(3) %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}",
    "{% for x in list[::-1] %}{{ x }}{% endfor %}",
    "{% for x in list|reverse %}{{ x }}{{ loop.length }}{% endfor %}",
    "{% for x in list if yes %}{{ x }}{% endfor %}",
    "{% for x in list if x in [1, 2] and x != 2 %}{{ x }}{% endfor %}",
    "{% set g = list|map('string') %}{% for x in g %}{{ x }}{% endfor %}{% for x in g %}{{ x }}{% else %}spent{% endfor %}",
    "{% set g = list|map('string') %}{{ g|first }}{{ g|list }}{{ g|list }}",
    "{% set g = list|select('odd') %}{{ g|list }}{{ g|list }}",
    "{% for b in range(5)|batch(2) %}{{ b }}{{ loop.last }}{% endfor %}",
    # scopes
    "{% set x = 1 %}{{ x }}{% set x = x + 1 %}{{ x }}",
    "{% set x = 0 %}{% for i in list %}{% set x = x + i %}{{ x }};{% endfor %}{{ x }}",
    "{% for i in list %}{% set x = (x or 0) + i %}{{ x }};{% endfor %}{{ x }}",
    "{% for i in list %}{% if i == 3 %}{% set x = i %}{% endif %}[{{ x }}]{% endfor %}",
    "{% for i in list %}{{ n }}{% set n = i %}{{ n }};{% endfor %}{{ n }}",
    "{% set ns = namespace(x=0) %}{% for i in list %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.b = ns.a + 1 %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}",
    "{% set ns = namespace(found=false) %}{% for p in people %}{% if p.name == 'bob' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}",
    "{% set x.y = 1 %}",
    "{% set s.y = 1 %}",
    "{% set tags.y = 1 %}",
    "{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set a, b = [1, 2, 3] %}",
    "{% set a, b = 5 %}",
    "{% set a = b = 1 %}",
    "{% set (a, b) = 1, 2 %}{{ a }}{{ b }}",
    "{% set a, b = b, a %}{{ a }}{{ b }}",
    "{% set a = 1, %}{{ a }}",
    "{% set 'a' = 1 %}",
    "{% set true = 1 %}",
    "{% set [a] = [1] %}",
    "{% set a.b.c = 1 %}",
    "{% set x %}a{{ n }}b{% endset %}[{{ x }}]{{ x is string }}",
    "{% set x | upper %}abc{% endset %}{{ x }}",
    "{% set x | replace('a', 'b') | upper %}aaa{% endset %}{{ x }}",
    "{% set ns = namespace() %}{% set ns.x %}body{% endset %}{{ ns.x }}",
    "{% set n %}{{ n }}{% endset %}[{{ n }}]",
    "{{ n }}{% set n %}{{ n }}!{% endset %}[{{ n }}]",
    "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y }}",
    "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
    "{% if no %}{% set x = 1 %}{% endif %}[{{ x }}]{{ x is defined }}",
    "{% if no %}{% set n = 1 %}{% endif %}{{ n }}",
    "{% if no %}{% set n = 1 %}{% elif yes %}{% set m = 2 %}{% else %}{% set f = 3 %}{% endif %}{{ n }}{{ m }}{{ f }}",
    "{% for i in [1] %}{{ n }}{% endfor %}{% set n = 5 %}{{ n }}",
    "{% for i in [1] %}{{ later }}{% endfor %}{% set later = 5 %}{% for i in [1] %}{{ later }}{% endfor %}",
    "{{ n }}{% for i in [1] %}{{ n }}{% endfor %}{% set n = 5 %}{{ n }}",
    "{% if n %}{% for i in [1] %}{{ s }}{% endfor %}{% endif %}{% set s = 'new' %}{{ s }}",
    "{% macro f() %}{{ s }}{% endmacro %}{{ f() }}{% set s = 'new' %}{{ f() }}",
    "{{ s }}{% macro f() %}{{ s }}{% endmacro %}{{ f() }}{% set s = 'new' %}{{ f() }}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% with a = n %}{% with n = a + 1 %}{{ n }}{% endwith %}{{ n }}{% endwith %}",
    "{% with a = 1, b = a %}{{ b }}{% endwith %}",
    "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}",
    "{% filter upper %}abc{{ s }}{% endfilter %}",
    "{% filter replace('a', n) | upper %}aXa{% endfilter %}",
    "{% filter indent(2) %}\na\nb\n{% endfilter %}",
    "{% generation %}x{{ n }}{% set n = 1 %}{{ n }}{% endgeneration %}{{ n }}",
    "{% for x in list %}{% generation %}{{ x }}{{ loop.index }}{% endgeneration %}{% endfor %}",
    "a\n  {% generation %}\n  b\n  {% endgeneration %}\nc",
    "{% for x in list %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
    "{% block b %}{{ n }}{% endblock %}",
    "{% set q = 3 %}{% block b %}{{ q }}{% set q = 4 %}{{ q }}{% endblock b %}{{ q }}",
    "{% for x in list %}{% block b %}[{{ x }}]{% endblock %}{% endfor %}",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}",
    "{% print n, s %}",
    "{% print %}",
    # if
    "{% if n %}a{% endif %}{% if zero %}b{% endif %}{% if missing %}c{% endif %}{% if list %}d{% endif %}{% if [] %}e{% endif %}{% if '' %}f{% endif %}{% if '0' %}g{% endif %}{% if 0.0 %}h{% endif %}{% if none %}i{% endif %}{% if {} %}j{% endif %}{% if range(0) %}k{% endif %}{% if [0] %}l{% endif %}",
    "{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}",
    "{% if n < 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}",
    "{% if n < 5 %}a{% elif n < 3 %}b{% elif n == 7 %}d{% else %}c{% endif %}",
    "{% if no %}{{ s|nope }}{% endif %}ok",
    "{% if yes %}{{ s|nope }}{% endif %}ok",
    "{% if yes %}{{ s is nope }}{% endif %}ok",
    "{% if tags.b is defined and tags.b == 2 %}x{% endif %}",
    "{% if (list|select('odd')) %}x{% endif %}",
    "{% if missing.a %}{% endif %}",
    # macros
    "{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }}|{{ f(1, 3) }}|{{ f(b=5, a=4) }}|{{ f() }}",
    "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}",
    "{% macro f(a=b, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f() }}",
    "{% macro f(a) %}{{ a.x }}{% endmacro %}{{ f() }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(c=1) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}",
    "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}",
    "{% macro f() %}{{ varargs|join('+') }}{% endmacro %}{{ f(*list) }}",
    "{% macro f(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ f(**{'a': 1, 'b': 2}) }}{{ f(*[3], **{'b': 4}) }}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro f() %} x {% endmacro %}[{{ f() }}]{{ f() is string }}{{ f()|length }}",
    "{%- macro f() -%}\n  x\n{%- endmacro -%}\n[{{ f() }}]",
    "{% macro f() %}{% set q = 1 %}{{ q }}{% endmacro %}{{ f() }}{{ q }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}body{{ n }}{% endcall %}",
    "{% macro f() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) f() %}{{ a }}{{ b }}{% endcall %}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{% if caller %}{{ caller() }}{% else %}none{% endif %}{% endmacro %}{{ f() }}",
    "{% macro f() %}x{% endmacro %}{% call f() %}body{% endcall %}",
    "{% macro f(caller) %}{{ caller }}{% endmacro %}{{ f(1) }}",
    "{% macro f(a=1, caller=2) %}{{ caller }}{% endmacro %}{{ f() }}" if False else "{{ f() }}{% macro f() %}x{% endmacro %}",
    "{% macro f(a, a) %}{% endmacro %}" if False else "{% macro f(a=1, b) %}{% endmacro %}",
    "{{ f }}{% macro f(a) %}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_kwargs }}{{ f.catch_varargs }}{{ f.caller }}",
    "{% macro f(x) %}{{ x }}{% endmacro %}{{ list|map('string')|join }}{% set g = f %}{{ g(1) }}",
    "{% macro f() %}{{ loop }}{% endmacro %}{% for i in [1] %}{{ f() }}{% endfor %}",
    "{% for i in [1, 2] %}{% macro f() %}{{ i }}{{ loop.index }}{% endmacro %}{{ f() }}{% endfor %}",
    "{% macro outer() %}{% macro inner(x) %}<{{ x }}>{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}",
    "{% macro f(x) %}{% for i in x %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}{% endmacro %}{{ f(list) }}",
    "{% macro f() %}<b>{% endmacro %}{{ f()|e }}{{ f() + '<' }}",
    "{% macro type(spec) %}{% if spec.type == 'array' %}{{ type(spec['items']) }}[]{% elif spec.type is iterable and spec.type is not string %}{{ spec.type|join(' | ') }}{% else %}{{ spec.type }}{% endif %}{% endmacro %}{% for k, v in tool.function.parameters.properties.items() %}{{ k }}: {{ type(v) }}\n{% endfor %}",
    # syntax errors
    "{{ 1",
    "{% if 1 %}",
    "{% if 1 %}{% for x in y %}{% endif %}",
    "{% endif %}",
    "{% nope %}",
    "{% for %}{% endfor %}",
    "{% for x %}{% endfor %}",
    "{% for x in %}{% endfor %}",
    "{% if %}{% endif %}",
    "{% set %}",
    "{% set x = %}",
    "{% macro %}{% endmacro %}",
    "{{ }}",
    "{{ 1 2 }}",
    "{{ 1 + }}",
    "{{ (1 }}",
    "{{ [1 }}",
    "{{ {'a' 1} }}",
    "{{ 'a }}",
    "{{ a.'b' }}",
    "{{ a. }}",
    "{{ a| }}",
    "{{ a|1 }}",
    "{{ a is }}",
    "{{ ) }}",
    "{{ (] }}",
    "{{ a ! b }}",
    "{{ a & b }}",
    "{{ a $ b }}",
    "{{ '\\x4' }}",
    "{{ '\\u12' }}",
    "{{ f(a=1, 2) }}",
    "{{ f(a b) }}",
    "{{ a if }}",
    "{# open",
    "{% raw %} x",
    "{% 1 %}",
    "{% if a %}{% else %}{% else %}{% endif %}",
    "{% call x %}{% endcall %}",
    "a\n\n{{ 1 + }}",
    "a\n{% if x %}\n{% nope %}",
    "{{ 007 }}",
    "{{ 1.foo }}",
    "{{ 1..real }}",
    "{{ \u00b2 }}",
    "{{ a = 1 }}",
    "{{ not }}",
    "{{ a is b is c }}",
    "{{ lambda x: 1 }}",
    "{{ [x for x in y] }}",
    "{{ a[1:2:3:4] }}",
    "{{ a[] }}",
    "{% do x %}",
    "{% autoescape false %}<{% endautoescape %}" if False else "{% trans %}x{% endtrans %}",
)
# What chat templates do with conversations.
cases(
    "chat",
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + (message['content'] or '') | string + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content|trim if m.content is string else m.content|tojson }}\n{% endfor %}",
    "{% for m in messages %}{{ m['role'] + m['content'] }}{% endfor %}",
    "{% for m in messages[4:5] %}{{ 'x' + m.content }}{% endfor %}",
    "{% for m in messages %}{{ loop.index0 % 2 == 0 }}{{ (m['role'] == 'user') != (loop.index0 % 2 == 0) }} {% endfor %}",
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content']|trim %}{% set loop_messages = messages[1:] %}{% else %}{% set system = '' %}{% set loop_messages = messages %}{% endif %}{{ system }}{{ loop_messages|length }}",
    "{% set users = messages|selectattr('role', 'equalto', 'user')|list %}{{ users|length }}{{ users[-1]['content'] }}{{ messages[-1] == users[-1] }}",
    "{% for m in messages %}{% if m.content is string %}s{% elif m.content is iterable %}i{% elif m.content is none %}n{% endif %}{% endfor %}",
    "{% for m in messages if m.content is not string and m.content is iterable %}{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% elif part['type'] == 'image' %}<image>{% endif %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(last=-1, think='') %}{% for m in messages[::-1] %}{% set i = (messages|length - 1) - loop.index0 %}{% if ns.last < 0 and m.role == 'user' and m.content is string %}{% set ns.last = i %}{% endif %}{% endfor %}{{ ns.last }}",
    "{% set c = messages[2].content %}{{ c.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') }}|{{ c.split('</think>')[-1].lstrip('\n') }}",
    "{% set c = messages[2].content %}{% if '</think>' in c %}{% set c = c.split('</think>')|last %}{% endif %}{{ c|trim }}",
    "{% for t in tools %}{{ t.function|tojson }}\n{{ t|tojson(indent=2) }}{% endfor %}",
    "{% for t in tools %}{% for k, v in t.function.parameters.properties|items %}{{ k }}:{{ v.type }}{% if v.type is string %}!{% endif %}{{ v.enum|join(' | ') if v.enum is defined else '' }};{% endfor %}{% endfor %}",
    "{% for m in messages if 'tool_calls' in m %}{% for c in m.tool_calls %}{{ c.function.name }}({% for k, v in c.function.arguments.items() %}{{ k }}={{ v|tojson }}{% if not loop.last %}, {% endif %}{% endfor %}){{ c.id|length }}{% endfor %}{% endfor %}",
    "{% for m in messages %}{% if m.tool_calls is defined and m.tool_calls %}{{ m.tool_calls[0].function.arguments|tojson }}{{ m.tool_calls[0]['function'] | tojson }}{% endif %}{% endfor %}",
    "{% for m in messages if m.tool_calls %}{{ m.tool_calls[0].function.arguments is mapping }}{{ m.tool_calls[0].function.arguments|string }}{% endfor %}",
    "{% for m in messages %}{% if loop.previtem and loop.previtem.role == 'assistant' %}after {% endif %}{{ m.role }}{% if loop.nextitem is defined and loop.nextitem.role == 'tool' %} before tool{% endif %};{% endfor %}",
    "{% for m in messages %}{% if not loop.last and messages[loop.index0 + 1].role == 'tool' %}{{ m.role }}{% endif %}{% endfor %}",
    "{% for m in messages %}{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('role ' + m.role + ' is not supported') }}{% endif %}{% endfor %}",
    "{% if tools is none %}none{% else %}{{ tools|length }}{% endif %}{% if documents %}d{% endif %}{% if not nope is defined %}u{% endif %}",
    "{% if tools is not none and tools|length > 0 %}{{ '[' + tools|map(attribute='function.name')|join(', ') + ']' }}{% endif %}",
    "{% set offset = 1 if messages[0]['role'] == 'system' else 0 %}{% for m in messages %}{{ (m['role'] == 'user') != (loop.index0 % 2 == offset) }}{% endfor %}",
    "{%- set ns = namespace(is_first=true, is_tool=false) -%}\n{%- for m in messages -%}\n    {%- if m['role'] == 'system' -%}\n        {%- if ns.is_first -%}\n            {%- set ns.is_first = false -%}first\n        {%- endif -%}\n    {%- endif -%}\n{%- endfor -%}\n{{ bos_token }}{{ ns.is_first }}",
    "{% macro render(m) -%}\n{{ m.role }}: {% if m.content is string %}{{ m.content }}{% endif %}\n{%- endmacro %}\n{% for m in messages %}\n{{ render(m) }}\n{% endfor %}",
    "{% for m in messages %}\n  {% if m.role == 'user' %}\nUser\n  {% else %}\nOther\n  {% endif %}\n{% endfor %}\nend\n",
    "{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %}{% endfor %}",
    "{{ messages[0].role.upper()[:3] + '|' + messages[0]['content'].strip() }}",
    "{{ messages[-1].content is defined and messages[-1].content is not none }}",
    "{{ messages[1:-1]|map(attribute='role')|list|tojson }}",
    "{{ messages|map(attribute='content')|select('string')|map('trim')|join(' / ') }}",
    "{{ messages|rejectattr('role', 'in', ['system', 'tool'])|list|length }}",
    "{{ (messages|last)['content'] ~ eos_token }}",
    "{{ messages[99]['role'] }}",
    "{{ messages[0].nope|default('x') ~ messages[0].get('content', '') }}",
    "{{ messages[0]['content'][0] }}{{ messages[3].content[0].text }}",
    "{{ 'system' in messages|map(attribute='role') }}{{ messages[0].content.startswith(' Be') }}",
    "{{ strftime_now('%d %B %Y') if strftime_now is defined else 'no' }}",
    "{{ messages | tojson(ensure_ascii=False) | length }}",
    "{{ tools[0].function.parameters.required|join(',') }}{{ 'city' in tools[0].function.parameters.required }}{{ 'nope' in (tools[0].function.parameters.required or []) }}",
)


def result(context, template):
    try:
        # messages are read anew, so that no case changes those of another
        values = json.loads(json.dumps(CONTEXTS[context]))
        return {"output": ENVIRONMENT.from_string(template).render(values)}
    except jinja2.exceptions.TemplateSyntaxError as error:
        return {"line": error.lineno, "error": error.message}
    except SyntaxError as error:  # found by Python's compiler only
        return {"line": 1, "error": error.msg}
    except Exception as error:
        return {"error": str(error)}


def main():
    seen = set()
    lines = []
    for context, template in CASES:
        if (context, template) in seen:
            continue
        seen.add((context, template))
        case = {"context": context, "template": template, **result(context, template)}
        if " at 0x" in case.get("output", ""):
            continue  # an address in memory
        lines.append(json.dumps(case, ensure_ascii=True))
    with open(sys.argv[1], "w", encoding="ascii", newline="\n") as file:
        file.write('{"now": "%s",\n"contexts": %s,\n"cases": [\n' % (NOW.isoformat(), json.dumps(CONTEXTS)))
        file.write(",\n".join(lines))
        file.write("\n]}\n")
    print(len(lines), "cases")


main()
