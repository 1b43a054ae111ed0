"""Coding units: laws of the tables, entries left out, titles, examples executed, and the statements of ../shared."""

import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emphasis import codebook, coding, matching, segments, statements
from emphasis.errors import FaultyFileError, InputError


@settings(max_examples=4)
@given(corpus=reference.corpora, themes=reference.ruled())
def test_evidence_holds_its_words(look_up, corpus, themes):
    """The offsets of each match cut its words out of the text, inside its unit; no match is listed twice, and within
    a theme no two overlap.
    """
    divided, coded = look_up(corpus, reference.written(themes))
    units = divided.units.set_index(["statement_id", "unit_id"])
    for row in coded.evidence.itertuples():
        unit = units.loc[(row.statement_id, row.unit_id)]
        assert divided.texts[row.statement_id][row.start : row.end] == row.evidence != ""
        assert unit["start"] <= row.start < row.end <= unit["end"]
    assert not coded.evidence.duplicated(["statement_id", "unit_id", "theme", "pattern", "start", "end"]).any()
    for _, own in coded.evidence.groupby(["statement_id", "theme"]):
        assert (own["start"].to_numpy()[1:] >= own["end"].to_numpy()[:-1]).all()


@settings(max_examples=4)
@given(corpus=reference.corpora, themes=reference.ruled())
def test_nesting_only_takes_away(look_up, corpus, themes):
    """`nested: codebook` only takes matches away, never the last of a unit, and none where there is one theme."""
    written = reference.written(themes)
    (_, by_theme), (_, by_codebook) = (look_up(corpus, written, nested=nested) for nested in ("theme", "codebook"))
    keys = list(by_theme.evidence)
    kept, every = (set(coded.evidence[keys].itertuples(index=False, name=None)) for coded in (by_codebook, by_theme))
    assert kept <= every
    assert {row[:2] for row in kept} == {row[:2] for row in every}
    assert len(themes) > 1 or kept == every


@settings(max_examples=3)
@given(corpus=reference.corpora, themes=reference.ruled())
def test_mentions_are_the_evidence_counted(look_up, book, corpus, themes):
    """The mentions of a theme in a unit are the matches in its evidence; all together they are all the evidence."""
    divided, coded = look_up(corpus, reference.written(themes))
    counts = coding.mentions(divided, coded.codings, book(reference.written(themes)))
    assert counts.shape == (len(divided.units), len(themes))
    assert counts.sum() == len(coded.evidence)
    for row in coded.codings.itertuples():
        units = divided.units
        at = np.flatnonzero((units["statement_id"] == row.statement_id) & (units["unit_id"] == row.unit_id))[0]
        assert counts[at, list(themes).index(row.theme)] == row.n_evidence


# Entries left out


def without(themes, theme, text):
    """Return themes as a codebook holds them, one entry left out."""
    own = {way: list(texts) for way, texts in themes[theme].items()}
    for texts in own.values():
        if text in texts:
            texts.remove(text)
            break
    return themes | {theme: own}


@settings(max_examples=4)
@given(corpus=reference.corpora, themes=reference.ruled(), nested=st.sampled_from(["theme", "codebook"]))
@example(
    ["Peace trade. Two-way peace, trade."],
    {
        "b": reference.Theme(["china"], [("and", ("theme", "a"), ("not", ("words", "one")))]),
        "a": reference.Theme(["trade"], [("near", 2, ("theme", "c"), ("words", "trade"))]),
        "c": reference.Theme(["peace", "two way"]),
    },
    "theme",
)
def test_left_out_is_coding_without_it(look_up, book, corpus, themes, nested):
    """Leaving out an entry gives the mentions that coding gives once the entry is struck from the codebook."""
    written = reference.written(themes) | {"spare": {"patterns": ["never there"]}}
    divided, whole = look_up(corpus, written, nested=nested)
    seen = []
    for theme, text, counts in coding.left_out(divided, book(written), nested=nested):
        rest = book(without(written, theme, text))
        expected = coding.mentions(divided, coding.code(divided, rest, nested=nested).codings, rest)
        assert counts.tolist() == expected.tolist()
        seen.append((theme, text))
    assert len(seen) == len(set(seen))
    assert set(seen) >= set(zip(whole.evidence["theme"], whole.evidence["pattern"], strict=True))


def test_what_is_nested_can_be_left_out(divide, book):
    """An entry whose matches all lie inside longer ones still keeps words of its theme from a shorter entry."""
    made = book({"a": ["one way two", "peace one"], "b": ["one way two trade"]})
    divided = divide("Peace one way two trade.")
    left = {text: counts.tolist() for _, text, counts in coding.left_out(divided, made, nested="codebook")}
    assert left == {"one way two": [[1, 1]], "one way two trade": [[1, 0]]}


def test_leaving_out_looks_up_once(divide, book, monkeypatch):
    """However many entries are left out in turn, the text is looked through once."""
    calls = []
    find = matching.Index.find
    monkeypatch.setattr(matching.Index, "find", lambda *args: calls.append(args) or find(*args))
    made = book({"a": {"patterns": ["peace", "war*"], "rules": ['"trade" near/3 "war"']}, "b": ["trade"]})
    assert len(list(coding.left_out(divide("Peace or war. Trade or war. Wars."), made))) == 4
    assert len(calls) == 1


def test_left_out_in_two_languages(divide, book):
    """An entry of one language that is left out leaves what the other language's entries find."""
    theme = {"label": "A", "definition": "d", "include": "i", "exclude": "e", "examples": {}}
    theme["patterns"] = {"en": ["peace"], "es": ["paz", "pan"]}
    made = codebook.Codebook(
        codebook="c", title="t", version="1", description="d", languages=["en", "es"], themes={"a": theme}
    )
    divided = divide("Peace.", "Paz y pan, paz.", language=["en", "es"])
    found = {text: counts.tolist() for _, text, counts in coding.left_out(divided, made)}
    assert found == {"peace": [[0], [3]], "paz": [[1], [1]], "pan": [[1], [2]]}


def test_all_units_and_none(divide, book):
    """Where every unit matches each is coded; where none does both tables are empty and keep their columns."""
    divided = divide("Peace now. Peace then.")
    full, empty = coding.code(divided, book({"a": ["peace"]})), coding.code(divided, book({"a": ["war"]}))
    assert full.codings["unit_id"].tolist() == [1, 2]
    assert empty.codings.empty
    assert empty.evidence.empty
    assert list(empty.codings) == list(full.codings) == ["statement_id", "unit_id", "theme", "coder", "n_evidence"]
    assert list(empty.evidence) == list(full.evidence)


# Tables


def test_codings_count_their_evidence(seed_coding):
    """A coding is a unit with a theme, its n_evidence the matches behind it; together they are all the evidence."""
    keys = ["statement_id", "unit_id", "theme"]
    counted = seed_coding.evidence.groupby(keys).size()
    given_counts = seed_coding.codings.set_index(keys)["n_evidence"]
    assert counted.sort_index().to_dict() == given_counts.sort_index().to_dict()
    assert set(seed_coding.codings["coder"]) == {"codebook"}


def test_rows_stand_in_reading_order(seed_coding, diplomacy):
    """Evidence is sorted by place, codings by unit and then by the codebook's order of themes."""
    found, place = seed_coding.evidence, list(diplomacy.themes)
    assert found["start"].is_monotonic_increasing
    order = [(row.unit_id, place.index(row.theme)) for row in seed_coding.codings.itertuples()]
    assert order == sorted(order)


def test_each_language_has_its_own_patterns(divide, book):
    """In a corpus of two languages a pattern is sought only in statements of its own language."""
    theme = {"label": "A", "definition": "d", "include": "i", "exclude": "e", "examples": {}}
    theme["patterns"] = {"en": ["peace"], "es": ["paz", "pan"]}
    made = codebook.Codebook(
        codebook="c", title="t", version="1", description="d", languages=["en", "es"], themes={"a": theme}
    )
    divided = divide("Peace, paz.", "Paz, peace.", "Pan and peace.", language=["en", "es", "en"])
    found = coding.code(divided, made).evidence
    assert list(zip(found["statement_id"], found["evidence"], strict=True)) == [
        ("s1", "Peace"),
        ("s2", "Paz"),
        ("s3", "peace"),
    ]


def test_a_language_without_patterns_is_refused(divide, book):
    """A statement in a language that the codebook has no pattern for is an error that names the language."""
    with pytest.raises(InputError, match="'small' has no patterns for the language 'es'"):
        coding.code(divide("La paz es de todos.", language="es"), book({"a": ["peace"]}))


def test_another_nesting_is_refused(divide, book):
    """A nesting policy that does not exist is refused with those that do."""
    with pytest.raises(InputError, match="nested is 'key'; allowed are: theme, codebook"):
        coding.code(divide("Peace."), book({"a": ["peace"]}), nested="key")


def test_titles_are_coded_apart(root, seed, seed_coding, diplomacy, book):
    """The title's themes are found, in a table of its own; a statement without a title has none."""
    titles = coding.code_titles(root, seed, book({"relation": ["shared future", "solidarity"], "trade": ["trade"]}))
    assert titles.to_dict("records") == [
        {"statement_id": seed["statement_id"][0], "theme": "relation", "coder": "codebook", "n_evidence": 2}
    ]
    assert list(coding.code_titles(root, seed.assign(title=""), diplomacy)) == list(titles)
    assert coding.code_titles(root, seed.assign(title=""), diplomacy).empty
    assert seed_coding.evidence["start"].min() >= seed["body"][0]


def test_the_seed_names_lac_countries(seed_segments, book):
    """The seed says "LAC countries" eleven times, and "(LAC) countries" once: look-up minds no bracket."""
    found = coding.code(seed_segments, book({"lac": ["lac countries"]})).evidence["evidence"].tolist()
    assert sorted(set(found)) == ["LAC countries", "LAC) countries"]
    assert found.count("LAC countries") == 11


# Every theme's examples


def test_the_shipped_codebook_passes_its_check(root):
    """Each example of the codebook is coded with its theme, and no counterexample is."""
    assert coding.check(root, codebook.path_of(root, "diplomacy")) == []


CHECKED = """codebook: small
title: A small codebook
version: "1"
description: d
languages: [en]
themes:
  peace:
    label: Peace
    definition: d
    include: i
    exclude: e
    patterns:
      en: [peace, ceasefire*]
    examples:
      en:
        - We want peace.
        - We want quiet.
    counterexamples:
      en:
        - The ceasefire, a peace of sorts, holds.
        - The war goes on.
"""


def test_examples_are_executed(root, tmp_path):
    """A failing example and a failing counterexample are faults with line and column, and the words that fired."""
    path = tmp_path / "small.yml"
    path.write_text(CHECKED)
    assert [str(fault) for fault in coding.check(root, path)] == [
        f"{path}:17:11: this example is not coded `peace`: nothing of it is found in 'We want quiet.'",
        f"{path}:20:11: this counterexample is coded `peace`, by the words: ceasefire; peace",
    ]


OTHERS = r"""acts:
  endorses:
    label: Endorses
    definition: d
    patterns: {en: [support*]}
    examples:
      en:
        - They support us.
        - We wait.
        - They do not support us.
    counterexamples:
      en:
        - Never supported, the plan fell.
        - The supporters came.
  states:
    label: States
    definition: d
    examples:
      en: [We support you., We wait.]
    counterexamples:
      en: [They wait.]
named:
  amount:
    label: Amounts
    definition: d
    regex: {en: ['\d+ euros']}
    examples:
      en: [It costs 7 euros., It costs 7 pesos.]
    counterexamples:
      en: [It cost 7 or 8 euros and 9 euros.]
  institution:
    label: Institutions
    definition: d
    heads: {en: [forum]}
    examples:
      en: [The Trade Forum met., The forum met.]
    counterexamples:
      en: [The Peace Forum met., The Peace Bank met.]
"""


def test_examples_of_acts_and_names_are_executed(root, tmp_path):
    """Acts and kinds of named things have their examples executed as themes have, with messages of their own."""
    path = tmp_path / "small.yml"
    path.write_text(CHECKED.partition("    examples:")[0] + "    examples: {}\n" + OTHERS)
    line = next(number for number, row in enumerate(path.read_text().split("\n"), start=1) if row == "acts:")
    assert [str(fault).removeprefix(f"{path}:") for fault in coding.check(root, path)] == [
        f"{line + 8}:11: this example is not taken as the act `endorses`: nothing of it is found in 'We wait.'",
        f"{line + 9}:11: this example is not taken as the act `endorses`: nothing of it is found in "
        "'They do not support us.'",
        f"{line + 13}:11: this counterexample is taken as the act `endorses`, by the words: supporters",
        f"{line + 18}:12: this example is not taken as the act `states`: nothing of it is found in 'We support you.'",
        f"{line + 20}:12: this counterexample is taken as the act `states`",
        f"{line + 27}:31: this example is not found to hold the kind `amount`: nothing of it is found in "
        "'It costs 7 pesos.'",
        f"{line + 29}:12: this counterexample is found to hold the kind `amount`, by the words: 8 euros; 9 euros",
        f"{line + 35}:34: this example is not found to hold the kind `institution`: nothing of it is found in "
        "'The forum met.'",
        f"{line + 37}:12: this counterexample is found to hold the kind `institution`, by the words: Peace Forum",
    ]


def test_a_theme_may_be_called_as_an_act(root, tmp_path):
    """An example of a theme is tried on the theme alone, also where an act or kind has the theme's name."""
    path = tmp_path / "small.yml"
    text = CHECKED.replace("  peace:", "  endorses:").replace("want quiet", "support them").partition("    counter")[0]
    path.write_text(text + OTHERS.partition("    examples:")[0] + "    examples: {en: [They support peace.]}\n")
    assert [str(fault) for fault in coding.check(root, path)] == [
        f"{path}:17:11: this example is not coded `endorses`: nothing of it is found in 'We support them.'"
    ]


def test_examples_of_rules_are_executed(root, tmp_path):
    """An example may rest on a rule or an expression, and a counterexample tells the words by which a rule fired."""
    path = tmp_path / "small.yml"
    rules = """    rules: {en: ['"war" and not "cold war"']}
    regex: {en: ['QUIET']}
    examples:"""
    path.write_text(CHECKED.replace("    examples:", rules, 1).replace("quiet", "QUIET"))
    assert [str(fault) for fault in coding.check(root, path)] == [
        f"{path}:22:11: this counterexample is coded `peace`, by the words: ceasefire; peace",
        f"{path}:23:11: this counterexample is coded `peace`, by the words: war",
    ]


def test_an_expression_that_explodes_is_stopped_in_check(root, tmp_path, monkeypatch):
    """An example on which an expression explodes ends the check in time, with one fault where the expression stands."""
    monkeypatch.setattr(matching, "SECONDS", 0.1)
    path = tmp_path / "small.yml"
    text = CHECKED.replace("patterns:", "regex: {en: ['b+', (a+)+$]}\n    patterns:")
    path.write_text(text.replace("quiet", "a" * 5000))
    [fault] = coding.check(root, path)
    assert (fault.path, fault.line, fault.column) == (str(path), 12, 24)
    assert fault.message.startswith("the regular expression '(a+)+$' took more than 0.1 s on 'We want aaa")


@pytest.mark.parametrize("part", ["acts:\n  endorses", "named:\n  amount"])
def test_exploding_expressions_of_acts_and_names(root, tmp_path, monkeypatch, part):
    """The fault stands at the expression also where it is one of an act or of a kind of named things."""
    monkeypatch.setattr(matching, "SECONDS", 0.1)
    path = tmp_path / "small.yml"
    found = f"{part}: {{label: L, definition: d, regex: {{en: ['b+', (a+)+$]}}, examples: {{en: [{'a' * 5000}.]}}}}\n"
    path.write_text(CHECKED + found)
    [fault] = coding.check(root, path)
    assert (fault.line, fault.column) == (23, found.splitlines()[1].index("(a+)+$") + 1)


def test_a_file_out_of_order_is_not_checked(root, tmp_path):
    """Where the file itself is wrong, check raises its faults rather than coding examples with half a codebook."""
    path = tmp_path / "small.yml"
    path.write_text(CHECKED.replace("label:", "lable:"))
    with pytest.raises(FaultyFileError, match="unknown key `lable`"):
        coding.check(root, path)


# The statements of ../shared


def test_the_shared_statements_load_divide_and_code(root, shared, desk, diplomacy):
    """All 44 shared statements divide with offsets that hold, in the language said; the English ones are coded."""
    said = pd.read_csv(shared / "statements" / "metadata.csv", dtype=str).set_index("doc_id")["language"]
    folder = desk.seeds / "statements"
    for statement_id in said.index:
        (folder / f"{statement_id}.txt").symlink_to(shared / "statements" / "txt" / f"{statement_id}.txt")
    said.rename_axis("statement_id").reset_index().to_csv(folder / "statements.csv", index=False)
    loaded = statements.load(desk, ["*"])
    divided = segments.segment(root, loaded)
    assert len(loaded) == 44
    assert loaded.set_index("statement_id")["language"].to_dict() == said.to_dict()
    assert set(loaded["language_from"]) == {"metadata"}
    for table, column in ((divided.units, "text"), (divided.sections, None)):
        for row in table.to_dict("records"):
            piece = divided.texts[row["statement_id"]][row["start"] : row["end"]]
            assert piece.strip() == piece != ""
            assert column is None or piece == row[column]
    english = segments.segment(root, loaded[loaded["language"] == "en"].reset_index(drop=True))
    found = coding.code(english, diplomacy)
    assert found.codings["statement_id"].nunique() == 37
    for row in found.evidence.itertuples():
        assert english.texts[row.statement_id][row.start : row.end] == row.evidence
