"""A study by a stranger who means harm, and an ear for whatever runs or is fetched because of it."""

import csv
import io

import yaml

RUNS = "window.hostile = 1; alert(1)"
HANDLER = f'onerror="{RUNS}"'
# Sentences that the codebook codes, each with something that another reader than ours would obey.
SENTENCES = (
    f"China firmly upholds sovereignty <script>{RUNS}</script> and territorial integrity.",
    f'China supports <img src=x {HANDLER}> security <svg onload="{RUNS}"><script>{RUNS}</script></svg> in all.',
    f"Trade and **development** [open](javascript:{RUNS}) for $a_1$ and $5 to invest, `tick`, $$\\href{{x}}{{y}}$$.",
    "Solidarity </p></pre></td></table></main><h1>Heading</h1> and cooperation <!-- open at the end.",
    f"<a href=\"javascript:{RUNS}\" onmouseover='{RUNS}'>Multilateralism</a> {{{{ 1234 * 5678 }}}} &lt;b&gt; ]]>",
    "<style>body { display: none } @import 'http://h.example/a.css';</style> <meta http-equiv=refresh content=0> "
    "<base href=http://h.example/> <link rel=stylesheet href=http://h.example/b.css> &amp;amp; peace.",
    "Peace \u202edlrow eht fo\u202c and security for the peoples\u2028of <iframe src=//h.example></iframe> both sides.",
    f'<math><mtext></p><img src=x {HANDLER}></mtext><maction actiontype="statusline" xlink:href="javascript:{RUNS}">'
    "peace</maction></math> and trade, says \u2067the treaty.",
)
FIELD = f"\"'><script>{RUNS}</script><img src=x {HANDLER}> **Peace** $x$ {{{{ 1234 * 5678 }}}} \u202e&amp;"
KEPT = ("statement_id", "language", "date", "published", "retrieved", "sha256", "encoding")  # fields of a fixed form


def bring(root):
    """Write the stranger's statement, its row, a codebook and the study `hostile` into a copy of the checkout."""
    seeds = root / "seeds"
    text = "\n\n".join([" ".join(SENTENCES[:4]), " ".join(SENTENCES[4:])])
    (seeds / "statements" / "hostile.txt").write_text(text, encoding="utf-8")
    table = seeds / "statements" / "statements.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    row = {name: "" if name in KEPT else FIELD for name in rows[0]}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, row | {"statement_id": "hostile", "language": "en", "date": "2025-05-13"}])
    table.write_text(buffer.getvalue(), encoding="utf-8")
    book = yaml.safe_load((seeds / "codebooks" / "diplomacy.yml").read_text(encoding="utf-8"))
    book["codebook"] = "hostile"
    for number, entry in enumerate([*book["themes"].values(), *book["acts"].values()]):
        entry |= {key: f"{entry[key]} {FIELD}" for key in ("definition", "include") if key in entry}
        entry["label"] = f"<svg onload=alert({number})>"  # a label has 24 characters at most
    written = yaml.safe_dump(book, allow_unicode=True, sort_keys=False)
    (seeds / "codebooks" / "hostile.yml").write_text(written, encoding="utf-8")
    study = "study: hostile\nstatements:\n  - hostile\ncodebook: hostile\n"
    (seeds / "studies" / "hostile.yml").write_text(study, encoding="utf-8")


def listen(tab, *, allowed=("data:",), errors=True):
    """Return a list that fills with what a tab shows and asks for, and with its errors."""
    heard = []
    tab.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: request.url.startswith(allowed) or heard.append(request.url))
    if errors:
        tab.on("console", lambda message: heard.append(message.text))
        tab.on("pageerror", lambda error: heard.append(str(error)))
    return heard
