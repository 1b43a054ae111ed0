"""Statements: what is read of a file and its row, and every way in which they may be wrong."""

import codecs
import hashlib

import pytest

from emphasis import languages, statements
from emphasis.errors import FaultyFileError, InputError
from emphasis.tokens import fold, tokenise

SEED = "wang-yi-china-celac-2025-05-13"
TEXT = "The people of the world want peace."


@pytest.fixture
def put(desk):
    """Put statements, by id, and the lines of a statements.csv into the compendium; return it."""

    def written(*lines, **texts):
        folder = desk.seeds / "statements"
        for statement_id, text in texts.items():
            data = text if isinstance(text, bytes) else text.encode()
            (folder / f"{statement_id}.txt").write_bytes(data)
        if lines:
            (folder / "statements.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return desk

    return written


def only(table):
    """Return the one row of a table as a dictionary."""
    assert len(table) == 1
    return table.iloc[0].to_dict()


# The header


def test_the_seed_as_its_row_says(seed, root):
    """The seed's row of statements.csv says who, when and where, and its hash is that of the file."""
    row = only(seed)
    data = (root.seeds / "statements" / f"{SEED}.txt").read_bytes()
    assert row["sha256"] == hashlib.sha256(data).hexdigest()
    assert (row["country"], row["language"], row["language_from"]) == ("CHN", "en", "metadata")
    assert row["published"] == "2025-05-13T23:00+08:00"
    assert row["text"] == data.decode().replace("\r\n", "\n")
    assert row["text"][row["body"] :].lstrip().startswith("On May 13, 2025, Member of")


def test_the_header_of_the_seed(put, root):
    """Without a row, the issuer, country, title and time of publication come from the head of the page."""
    data = (root.seeds / "statements" / f"{SEED}.txt").read_bytes()
    row = only(statements.load(put(seed=data), ["seed"]))
    assert row["issuer"] == "Ministry of Foreign Affairs"
    assert row["country"] == "CHN"
    assert row["title"].startswith("Wang Yi on Strengthening China-LAC Solidarity")
    assert row["published"] == "2025-05-13T23:00+08:00"
    assert (row["language"], row["language_from"]) == ("en", "guessed")
    assert row["text"][row["body"] :].lstrip().startswith("On May 13, 2025, Member of")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Talks held\nUpdated: 2025-05-13", {"title": "Talks held", "published": "2025-05-13"}),
        ("Office\nTalks\nDate: 3 June 2024", {"issuer": "Office", "title": "Talks", "published": "2024-06-03"}),
        ("Office\nUtopia\nTalks\nPosted: soon", {"issuer": "Office", "title": "Talks", "country": "", "published": ""}),
        ("A\nThe People's Republic of China\nT\nUpdated: 2025-05-13", {"country": "CHN", "published": "2025-05-13"}),
        ("Office\nTalks", {"title": "", "issuer": ""}),
        ("Updated: 2025-05-13", {"title": "", "published": ""}),
    ],
)
def test_headers(put, header, expected):
    """A header is two to five lines that end in a date line; what it does not say stays empty, other heads are text."""
    row = only(statements.load(put(x=f"{header}\n\n{TEXT}"), ["x"]))
    assert {key: row[key] for key in expected} == expected
    assert row["text"][row["body"] :].strip().endswith(TEXT)
    assert (row["body"] > 0) == bool(row["title"])


@pytest.mark.parametrize("before", ["", "\n", "\n \n\n"])
@pytest.mark.parametrize("after", ["\n", "\n\n"])
def test_headers_among_blank_lines(put, before, after):
    """A header is found after blank lines too, and whether or not one follows it."""
    row = only(statements.load(put(x=f"{before}Office\nTalks\nDate: 2024-06-03{after}{TEXT}"), ["x"]))
    assert (row["issuer"], row["title"], row["published"]) == ("Office", "Talks", "2024-06-03")
    assert row["text"][row["body"] :].strip() == TEXT


def test_a_blank_line_ends_what_could_be_a_header(put):
    """A date line after a blank line is no header, nor is one after five lines."""
    for head in ("Office\n\nTalks\nDate: 2024-06-03", "1\n2\n3\n4\n5\nDate: 2024-06-03"):
        row = only(statements.load(put(x=f"{head}\n\n{TEXT}"), ["x"]))
        assert (row["body"], row["title"], row["published"]) == (0, "", "")


@pytest.mark.parametrize("between", ["\n", "\n\n", "  \n \n"])
def test_a_first_line_that_is_the_title_is_not_counted(put, between):
    """A first line that equals the title of the row stands before the text; any other first line is part of it."""
    made = put("statement_id,title", "x,A Talk on Peace", "y,Another Talk", x=f"\nA Talk on Peace{between}{TEXT}")
    row = only(statements.load(made, ["x"]))
    assert row["text"][row["body"] :].strip() == TEXT
    put(y=f"A Talk on Peace{between}{TEXT}")
    assert only(statements.load(made, ["y"]))["body"] == 0


def test_a_text_that_is_but_its_title_stays(put):
    """Where nothing follows the title, it is the text."""
    row = only(statements.load(put("statement_id,title", f"x,{TEXT}", x=f"{TEXT}\n\n"), ["x"]))
    assert row["body"] == 0


def test_the_row_goes_before_the_header(put):
    """What statements.csv says is taken; what it leaves empty comes from the header; its other columns are kept."""
    made = put(
        "statement_id,title,issuer,occasion",
        "x,Said otherwise,,A forum",
        x=f"Office\nTalks\nDate: 2024-06-03\n\n{TEXT}",
    )
    row = only(statements.load(made, ["x"]))
    assert (row["title"], row["issuer"], row["occasion"]) == ("Said otherwise", "Office", "A forum")


# The text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (codecs.BOM_UTF8 + TEXT.encode(), TEXT),
        (b"The peace of\r\nthe world.\r\n", "The peace of\nthe world.\n"),
        (b"The peace of\rthe world.", "The peace of\nthe world."),
        (b"The peace\x07of\x1bthe\x01world.", "The peace of the world."),
        (b"The peace\x0cof the\x0bworld.", "The peace\nof the\nworld."),
        ("The cafe\u0301 of\tthe 𝐰orld\u00a0.".encode(), "The cafe\u0301 of\tthe 𝐰orld\u00a0."),
    ],
    ids=["BOM", "CRLF", "CR", "controls", "form feed", "kept"],
)
def test_canonical_text(put, data, text):
    """BOM and CR go, controls become a space or a line end, every other code point stays as published."""
    row = only(statements.load(put(x=data), ["x"]))
    assert row["text"] == text
    assert row["sha256"] == hashlib.sha256(data).hexdigest()


def test_the_encoding_may_be_declared(put):
    """A file in another encoding is read by the one that the column `encoding` names."""
    made = put("statement_id,encoding,language", "x,gb18030,zh", x="中国主张和平。".encode("gb18030"))
    assert only(statements.load(made, ["x"]))["text"] == "中国主张和平。"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.txt: the file holds no text; it must hold a statement's words"),
        (b" \n\t\n", "x.txt: the file holds no text"),
        (b"Office\nTalks\nUpdated: May 13, 2025\n", "x.txt: the file holds no text"),
        (b"Peace.\nA caf\xe9.", "x.txt:2:6: byte 0xe9 is not UTF-8; save the file as UTF-8, or name its encoding"),
        (b"Peace.\nWa\0r.", "x.txt:2:3: a NUL byte; this is no plain text"),
        (b"*** ... !", "x.txt: the language cannot be guessed: there is no word"),
        ("Peace.".encode("utf-16"), "x.txt:1:1: byte 0xff is not UTF-8"),
    ],
    ids=["empty", "white space", "header only", "not UTF-8", "NUL", "no word", "UTF-16"],
)
def test_files_that_are_no_statement(put, data, message):
    """What is no text is refused with its path and, where there is one, the line, the column and the byte."""
    with pytest.raises(InputError) as error:
        statements.load(put(x=data), ["x"])
    assert message in str(error.value)


def test_an_encoding_that_does_not_exist(put):
    """A wrong name of an encoding is named, with names that are right."""
    with pytest.raises(InputError, match="no encoding is called 'utf-9'; write utf-8, cp1252, gb18030"):
        statements.load(put("statement_id,encoding", "x,utf-9", x=TEXT), ["x"])


def test_a_changed_text_is_refused(put):
    """A text whose SHA-256 is not its row's is not read: the numbers in print were those of another text."""
    made = put("statement_id,sha256", f"x,{'0' * 64}", x=TEXT)
    with pytest.raises(InputError, match=f"its SHA-256 is [0-9a-f]{{64}}, but statements.csv says {'0' * 64}"):
        statements.load(made, ["x"])


# Which statements


def test_globs_stand_for_all_they_fit(put):
    """A glob gives every statement it fits, sorted; ids come in the order given, each once."""
    made = put(b1=TEXT, b2=TEXT, a=TEXT)
    assert statements.load(made, ["b*", "a", "b1"])["statement_id"].tolist() == ["b1", "b2", "a"]
    assert statements.load(made, ["a", "b2"])["statement_id"].tolist() == ["a", "b2"]


def test_an_id_that_fits_nothing(put):
    """An id without a file is refused, with the ids there are."""
    with pytest.raises(InputError, match=r"no statement is called 'c' in .*; there are: a, b"):
        statements.load(put(a=TEXT, b=TEXT), ["a", "c"])


def test_a_row_without_a_file(put):
    """A row of statements.csv whose file is missing is named by the file's path."""
    with pytest.raises(InputError, match=r"y\.txt: cannot be read: No such file or directory"):
        statements.load(put("statement_id,title", "y,Talks", x=TEXT), ["y"])


@pytest.mark.parametrize("wanted", [[], "x"])
def test_ids_are_a_list(put, wanted):
    """No ids, or a bare text in place of a list, are refused."""
    with pytest.raises(InputError, match="it must be a list of one or more statement ids"):
        statements.load(put(x=TEXT), wanted)


def test_no_path_leads_out_of_the_folder(put):
    """An id is the name of a file in the folder, never a path to another one."""
    with pytest.raises(InputError, match="no statement is called"):
        statements.load(put(x=TEXT), ["../statements/x"])


# statements.csv


def test_every_fault_of_the_rows_is_told(put):
    """Rows without an id, with one that stands twice, with too few or too many fields: all are told."""
    made = put("statement_id,title", "x,One", ",Two", "x,Three", "y", 'z,"Fo', 'ur"', "u,Five,more", x=TEXT)
    with pytest.raises(FaultyFileError) as error:
        statements.load(made, ["x"])
    path = made.seeds / "statements" / "statements.csv"
    assert [(fault.path, fault.line) for fault in error.value.faults] == [(str(path), line) for line in (3, 4, 5, 8)]
    said = [fault.message for fault in error.value.faults]
    assert "statement_id" in said[0]
    assert said[1] == "the statement_id 'x' stands twice; each row needs one of its own"
    assert said[2:] == ["1 fields; the header has 2", "3 fields; the header has 2"]


def test_a_table_without_ids(put):
    """A statements.csv without the column statement_id is refused at its first line."""
    with pytest.raises(FaultyFileError, match=r"csv:1:1: the header is 'id,title'; it must hold the column"):
        statements.load(put("id,title", "x,One", x=TEXT), ["x"])


@pytest.mark.parametrize("row", ['x,"open', 'x,"clo"sed'])
def test_a_table_that_is_no_csv(put, row):
    """A quote that is not closed, or closed too early, is told with its line."""
    with pytest.raises(FaultyFileError, match=r"statements\.csv:2:1: not CSV: "):
        statements.load(put("statement_id,title", row, x=TEXT), ["x"])


@pytest.mark.parametrize("column", ["text", "body", "language_from", "is_wrapped", "n_sections", "n_units", "n_tokens"])
def test_columns_named_as_ours(put, column):
    """A column that the program adds to the table is refused at the header: it would stand there twice."""
    with pytest.raises(FaultyFileError) as error:
        statements.load(put(f"statement_id,{column},title", "x,7,Talks", x=TEXT), ["x"])
    [fault] = error.value.faults
    assert (fault.line, fault.message) == (1, f"the column {column} is the program's own; call it otherwise")


def test_the_programs_own_columns_are_all_known(seed, seed_segments):
    """What dividing adds to the table of statements is refused as a column of statements.csv."""
    added = set(seed_segments.statements) - set(seed)
    assert added
    assert added <= statements.OWN


def test_an_empty_hash_is_made(put):
    """A row that leaves the SHA-256 empty gets that of the file."""
    row = only(statements.load(put("statement_id,sha256", "x,", x=TEXT), ["x"]))
    assert row["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize("column", ["date", "published", "retrieved"])
@pytest.mark.parametrize(
    "value", ["", "2025", "2025-05", "2025-05-13", "2025-05-13T23:00", "2025-05-13T23:00:10+08:00"]
)
def test_moments_that_are_told(put, column, value):
    """A date is a year, a month, a day or a full time of ISO 8601, or nothing, and stays as it is written."""
    assert only(statements.load(put(f"statement_id,{column}", f"x,{value}", x=TEXT), ["x"]))[column] == value


@pytest.mark.parametrize("column", ["date", "published", "retrieved"])
@pytest.mark.parametrize("value", ["13 May 2025", "13/05/2025", "2025-13", "2025-02-30", "2025-5-3", "soon", "202"])
def test_moments_that_are_none(put, column, value):
    """Any other date is a fault of its line: it could be read in two ways, or in none."""
    with pytest.raises(FaultyFileError) as error:
        statements.load(put(f"statement_id,{column}", "y,2025", f"x,{value}", x=TEXT, y=TEXT), ["y"])
    [fault] = error.value.faults
    assert fault.line == 3
    assert fault.message.startswith(f"`{column}` is {value!r}; allowed are a year, YYYY-MM, YYYY-MM-DD or a full time")


def test_metadata_without_a_file(tmp_path):
    """Where there is no statements.csv there are no rows, and statements are read all the same."""
    assert statements.metadata(tmp_path / "statements.csv") == {}


def test_metadata_is_text(put):
    """Values stay as they are written: no number, date or NO is read into them."""
    made = put("statement_id,country,date,n", "x,NO,2025-05-13,007", x=TEXT)
    assert {key: only(statements.load(made, ["x"]))[key] for key in ("country", "date", "n")} == {
        "country": "NO",
        "date": "2025-05-13",
        "n": "007",
    }


# Language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEXT, "en"),
        ("La paz es de todos y para todos.", "es"),
        ("A paz é de todos e para todos nós, não de um só.", "pt"),
        ("中国的和平是人民的和平，也是世界的和平。", "zh"),
        ("和平发展", "zh"),
        ("中国主张和平发展，合作共赢。 UN CELAC", "zh"),
        ("The people of the world (世界人民) want peace.", "en"),
    ],
)
def test_the_language_is_guessed(put, text, code):
    """A text is Chinese by its script, else of the language whose stop words cover most; it is said to be guessed."""
    row = only(statements.load(put(x=text), ["x"]))
    assert (row["language"], row["language_from"]) == (code, "guessed")


def test_the_language_said_goes_first(put):
    """Metadata go before the parameter, and the parameter before a guess."""
    made = put("statement_id,language", "x,es", "y,", x=TEXT, y=TEXT)
    loaded = statements.load(made, ["x", "y"], language="pt")
    assert loaded["language"].tolist() == ["es", "pt"]
    assert loaded["language_from"].tolist() == ["metadata", "parameter"]


def test_a_language_that_covers_too_little_is_refused(put):
    """Below 15 % of words covered no language is guessed: the error names the file, the nearest and its share."""
    text = "the zxq blorp grunt wibble wobble krang"
    with pytest.raises(InputError, match=r"x\.txt: the language cannot be guessed: en is nearest, .* cover 14% "):
        statements.load(put(x=text), ["x"])
    assert only(statements.load(put(x=text.replace(" krang", "")), ["x"]))["language"] == "en"


def test_a_language_without_word_lists_is_refused(root):
    """A code without a file in seeds/languages is refused with the codes there are."""
    with pytest.raises(InputError, match="no language is called 'xx' in seeds/languages; there are: en, es, pt, zh"):
        languages.load(root, "xx")


@pytest.mark.parametrize("code", ["en", "es", "pt", "zh"])
def test_stop_words_are_as_tokens_are(root, code):
    """A stop word is written as tokens are compared, and is one token where words have spaces."""
    language = languages.load(root, code)
    assert language.language == code
    assert {word for word in language.stop_words if fold(word) != word} == set()
    if code != "zh":
        assert {word for word in language.stop_words if [token.form for token in tokenise(word)] != [word]} == set()
