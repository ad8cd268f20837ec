"""Every rule of `line_rules.toml` matches its own examples and none of its counter-examples."""

from __future__ import annotations

import pytest

from services.normalizer.line_rules import ANYWHERE, AT_END, AT_TOP, LONGEST_LINE, RULES, LineRule, Place
from services.normalizer.lines import Line, line_key, read_lines


def line(text: str) -> Line:
    [read] = read_lines(text)
    return read


EXAMPLES = [pytest.param(rule, text, id=f"{rule.name}: {text[:40]}") for rule in RULES for text in rule.examples]
OTHERS = [pytest.param(rule, text, id=f"{rule.name}: {text[:40]}") for rule in RULES for text in rule.others]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES)
def test_a_rule_matches_its_examples(rule: LineRule, text: str) -> None:
    assert rule.matches(line(text))


@pytest.mark.parametrize(("rule", "text"), OTHERS)
def test_a_rule_does_not_match_the_others(rule: LineRule, text: str) -> None:
    assert not rule.matches(line(text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_found_where_it_applies(rule: LineRule) -> None:
    example = line(rule.examples[0])
    found = {Place.ANYWHERE: ANYWHERE, Place.TOP: AT_TOP, Place.END: AT_END}[rule.place].find(example)
    assert found is not None


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_line_longer_than_its_rule_allows_tells_a_story() -> None:
    rule = next(rule for rule in RULES if rule.name == "by, English")
    assert rule.most < LONGEST_LINE
    name = "By Jane " + "E" * (rule.most - len("By Jane "))
    assert rule.matches(Line(1, name, line_key(name)))
    assert not rule.matches(Line(1, name + "e", line_key(name + "e")))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_line_takes_long_to_refuse(rule: LineRule) -> None:
    # A pattern that tries all ways to part a line would not end within the limit; what it answers is not asked.
    for beginning in ("", *(" ".join(example.split()[:1]) for example in rule.examples)):
        for filling in ("a", "a ", "a.", "ab-", "a/", "a, ", "ا", "« ", "#a ", "and "):
            text = f"{beginning} {filling * rule.most}"[: rule.most - 1] + "§"
            rule.matches(Line(1, text, line_key(text)))
