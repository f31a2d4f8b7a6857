from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.conftest import Rostrum

QUESTION = "What did xAI promise about Grok 2, and what was released?"


def test_a_newcomers_question_is_answered_in_an_empty_folder(bare: Rostrum) -> None:
    ran = bare("ask", QUESTION)
    assert ran.code == 0
    assert "[1]" in ran.out
    assert "[2]" in ran.out


def test_an_answer_as_json_has_the_promised_shape_and_every_quotation_is_its_slice(rostrum: Rostrum) -> None:
    answer = rostrum("ask", QUESTION, "--json").json
    assert answer["mode"] == "quote"
    assert answer["answered"] is True
    assert 2 <= len(answer["sources"]) <= 3
    assert len(answer["text"].split()) <= 120 + len(answer["sources"])
    for n, source in enumerate(answer["sources"], start=1):
        keys = {"n", "article", "title", "url", "date", "quote", "status", "revision", "start", "end"}
        assert set(source) == keys
        assert source["n"] == n
        assert source["status"] == "VERIFIED"
        assert f"“{source['quote']}” [{n}]" in answer["text"]
        assert len(source["quote"].split()) <= 40
        text = rostrum("articles", "text", str(source["revision"])).out
        assert text[source["start"] : source["end"]] == source["quote"]


def test_a_refusal_is_an_answer(rostrum: Rostrum) -> None:
    ran = rostrum("ask", "How long must spaghetti boil?", "--json")
    assert ran.code == 0
    assert ran.json["answered"] is False
    assert ran.json["text"] == "The articles here do not say."
    assert ran.json["sources"] == []


def test_search_as_json_has_the_promised_shape_and_its_limit(rostrum: Rostrum) -> None:
    found = rostrum("search", "licence", "--json", "--limit", "3").json
    assert len(found) == 3
    assert set(found[0]) == {"article", "title", "score", "text", "start", "end"}
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)


def test_several_words_need_no_quotation_marks(rostrum: Rostrum) -> None:
    assert (
        rostrum("search", "Grok", "licence", "--json").json
        == rostrum("search", "Grok licence", "--json").json
    )


def test_the_list_as_json_names_each_article(rostrum: Rostrum) -> None:
    listed = rostrum("articles", "list", "--json").json
    assert 10 <= len(listed) <= 17
    assert {"article", "title", "author", "date", "stance", "revision"} <= set(listed[0])


def test_the_source_of_the_last_answer_can_be_opened_from_the_shell(rostrum: Rostrum) -> None:
    quote = rostrum("ask", QUESTION, "--json").json["sources"][0]["quote"]
    opened = rostrum("source", "1", "--json").json
    assert opened["quote"] == quote
    assert quote in opened["context"]


def test_an_article_that_was_added_answers_the_next_question(rostrum: Rostrum) -> None:
    path = rostrum.file(
        "zebra.md", "# Zebras\n\nThe zebra Ottokar won the Kassel derby of 1931 by two lengths.\n"
    )
    added = rostrum("articles", "add", path, "--json").json
    assert added["outcome"] == "new"
    assert added["title"] == "Zebras"
    answer = rostrum("ask", "Which zebra won the Kassel derby?", "--json").json
    assert answer["sources"][0]["quote"] == "The zebra Ottokar won the Kassel derby of 1931 by two lengths."


def test_a_changed_file_is_a_new_revision_and_old_quotations_open_the_old_words(rostrum: Rostrum) -> None:
    path = rostrum.file("zebra.md", "The zebra Ottokar won the Kassel derby of 1931 by two lengths.\n")
    rostrum("articles", "add", path)
    old = rostrum("ask", "Which zebra won the Kassel derby?", "--json").json["sources"][0]
    path.write_text("The zebra Ottokar lost the Kassel derby of 1931 by two lengths, it turned out.\n")
    assert rostrum("articles", "add", path, "--json").json["outcome"] == "revised"
    assert rostrum("source", "1", "--json").json["quote"] == old["quote"]
    text = rostrum("articles", "text", str(old["revision"])).out
    assert text[old["start"] : old["end"]] == old["quote"]
    new = rostrum("ask", "Which zebra lost the Kassel derby?", "--json").json["sources"][0]
    assert "lost" in new["quote"]


def test_a_removed_article_is_gone_from_answers_but_what_quoted_it_still_opens(rostrum: Rostrum) -> None:
    path = rostrum.file("zebra.md", "The zebra Ottokar won the Kassel derby of 1931 by two lengths.\n")
    number = rostrum("articles", "add", path, "--json").json["article"]
    quoted = rostrum("ask", "Which zebra won the Kassel derby?", "--json").json["sources"][0]["quote"]
    assert rostrum("articles", "remove", str(number), "--json").json["outcome"] == "removed"
    assert rostrum("source", "1", "--json").json["quote"] == quoted
    assert rostrum("ask", "Which zebra won the Kassel derby?", "--json").json["answered"] is False
    assert not any(hit["article"] == number for hit in rostrum("search", "zebra", "--json").json)


def test_the_same_content_twice_is_one_article(rostrum: Rostrum) -> None:
    text = "The zebra Ottokar won the Kassel derby of 1931 by two lengths.\n"
    first = rostrum("articles", "add", rostrum.file("a.md", text), "--json").json
    second = rostrum("articles", "add", rostrum.file("b.md", text), "--json").json
    assert second["outcome"] == "same"
    assert second["article"] == first["article"]


def test_a_folder_is_added_whole_and_a_bad_file_is_named(rostrum: Rostrum) -> None:
    rostrum.file("box/one.md", "# One\n\nThe first article about wombats in winter.\n")
    rostrum.file("box/two.txt", "The second article about wombats in summer.\n")
    rostrum.file("box/bad.txt", b"\x00\x01\x02binary")
    ran = rostrum("articles", "add", rostrum.folder / "box", "--json")
    assert ran.code == 0
    assert [one["outcome"] for one in ran.json["articles"]] == ["new", "new"]
    assert [one["file"] for one in ran.json["refused"]] == ["bad.txt"]
    assert ran.json["refused"][0]["message"] == "That is not a text file."


def test_front_matter_and_options_say_who_wrote_it_and_when(rostrum: Rostrum) -> None:
    front = (
        "---\ntitle: Wombats\nauthor: Ann\ndate: 2026-05-01\nurl: https://example.org/w\nstance: control\n---"
    )
    path = rostrum.file("w.md", f"{front}\nWombats dig by night.\n")
    added = rostrum("articles", "add", path, "--author", "Bea", "--json").json
    assert (added["title"], added["author"], added["date"]) == ("Wombats", "Bea", "2026-05-01")
    assert (added["url"], added["stance"]) == ("https://example.org/w", "control")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "Ask in 1 to 1,000 characters."),
        (["ask", "x" * 5000], 2, "Ask in 1 to 1,000 characters."),
        (["ask", "\u200b\u2060\ufeff"], 2, "Ask in 1 to 1,000 characters."),
        (["ask"], 2, "Ask in 1 to 1,000 characters."),
        (["aks", "why"], 2, "There is no command /aks."),
        (["search", "licence", "--limit", "0"], 2, "How many passages at most: 1 to 50."),
        (["search", "licence", "--limt", "3"], 2, "/search has no option --limt."),
        (["articles", "show", "9999"], 2, ""),
        (["articles", "add", "no-such-file.md"], 2, ""),
        (["articles", "add", "../../etc/passwd"], 2, ""),
        (["articles", "text", "99999"], 2, ""),
        (["source", "7"], 2, ""),
        (["ask", "What is Grok 2?", "--article", "zzzz"], 2, ""),
    ],
)
def test_bad_input_is_one_clear_line_with_exit_code_2(
    rostrum: Rostrum, arguments: list[str], code: int, message: str
) -> None:
    ran = rostrum(*arguments, "--json")
    assert ran.code == code
    error = ran.json["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"].startswith("E-")
    assert error["message"]
    assert not message or error["message"] == message
    plain = rostrum(*arguments)
    assert plain.code == code
    assert plain.out == ""
    assert error["message"] in plain.err
    assert "Traceback" not in plain.err


def test_help_and_version_are_there_under_the_usual_names(rostrum: Rostrum) -> None:
    for arguments in ([], ["--help"], ["-h"], ["help"]):
        ran = rostrum(*arguments)
        assert ran.code == 0
        assert "/ask" in ran.out
    assert "Usage" in rostrum("ask", "--help").out
    assert rostrum("--version").out.startswith("rostrum 0.")


def test_a_wrong_setting_is_said_with_exit_code_78(bare: Rostrum) -> None:
    ran = bare("ask", "x", "--json", env={"ROSTRUM_LIBRARY": "maybe", "ROSTRUM_ASKS_KEPT_DAYS": "soon"})
    assert ran.code == 78
    assert ran.json["error"]["code"] == "E-SETTINGS"
    assert "ROSTRUM_LIBRARY=maybe" in ran.json["error"]["message"]
    assert "ROSTRUM_ASKS_KEPT_DAYS=soon" in ran.json["error"]["message"]


def test_an_unknown_setting_is_a_warning_on_standard_error(rostrum: Rostrum) -> None:
    ran = rostrum("articles", "list", "--json", env={"ROSTRUM_DTA": "x"})
    assert ran.code == 0
    assert ran.json
    assert "Did you mean ROSTRUM_DATA?" in ran.err


def test_an_index_that_is_gone_or_damaged_is_rebuilt_and_that_is_said(rostrum: Rostrum) -> None:
    import shutil

    index = rostrum.data / "index"
    shutil.rmtree(index)
    ran = rostrum("ask", QUESTION, "--json")
    assert ran.json["answered"] is True
    assert "rebuilt" in ran.err
    for file in index.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    ran = rostrum("ask", QUESTION, "--json")
    assert ran.json["answered"] is True
    assert "rebuilt" in ran.err
    assert "rebuilt" not in rostrum("ask", QUESTION, "--json").err


def test_a_data_folder_that_cannot_be_used_is_exit_code_78(bare: Rostrum) -> None:
    bare.file("data", "a file where the folder should be")
    ran = bare("ask", QUESTION, "--json")
    assert ran.code == 78
    assert ran.json["error"]["code"] == "E-STORE"


def test_a_broken_database_is_named_and_left_alone(rostrum: Rostrum) -> None:
    broken = b"this is no database" * 1000
    for extra in rostrum.data.glob("app.db*"):
        extra.unlink()
    rostrum.file("data/app.db", broken)
    ran = rostrum("ask", QUESTION, "--json")
    assert ran.code == 78
    assert "app.db" in ran.json["error"]["message"]
    assert (rostrum.data / "app.db").read_bytes() == broken


def test_a_database_newer_than_the_code_is_refused(rostrum: Rostrum) -> None:
    import sqlite3

    with sqlite3.connect(rostrum.data / "app.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    connection.close()
    ran = rostrum("ask", QUESTION, "--json")
    assert ran.code == 78
    assert "newer" in ran.json["error"]["message"]


def test_two_processes_share_a_data_folder(rostrum: Rostrum) -> None:
    import threading

    codes: list[int] = []

    def add(name: str) -> None:
        path = rostrum.file(f"{name}.md", f"The wombat {name} digs at night near the river {name}ach.\n")
        codes.append(rostrum("articles", "add", path).code)

    threads = [threading.Thread(target=add, args=(name,)) for name in ("anton", "berta", "cesar", "dora")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0, 0, 0, 0]
    for name in ("anton", "dora"):
        found = rostrum("ask", f"Where does the wombat {name} dig?", "--json").json
        assert f"{name}ach" in found["sources"][0]["quote"]


def test_health_says_that_all_is_well(rostrum: Rostrum) -> None:
    assert rostrum("health").code == 0
    (rostrum.data / "app.db").write_bytes(b"x" * 5000)
    assert rostrum("health").code == 78


def test_a_question_is_forgotten_when_its_days_are_over(rostrum: Rostrum) -> None:
    import sqlite3

    rostrum("ask", QUESTION)
    assert rostrum("source", "1").code == 0
    connection = sqlite3.connect(rostrum.data / "app.db")
    connection.execute("UPDATE ask SET asked_at = '2020-01-01 00:00:00.000000'")
    connection.commit()
    connection.close()
    assert rostrum("source", "1").code == 2


def test_a_database_without_its_tables_is_said_in_one_line(rostrum: Rostrum) -> None:
    import sqlite3

    connection = sqlite3.connect(rostrum.data / "app.db")
    connection.execute("DROP TABLE passage")
    connection.commit()
    connection.close()
    ran = rostrum("ask", QUESTION, "--json")
    assert ran.code == 78
    assert "lacks what this version keeps there" in ran.json["error"]["message"]
    assert "Traceback" not in ran.err


def test_the_list_for_a_script_holds_every_article(rostrum: Rostrum) -> None:
    for number in range(60):
        rostrum.file(f"box/{number}.md", f"# Piece {number}\n\nThe wombat of piece {number} sleeps.\n")
    rostrum("articles", "add", rostrum.folder / "box")
    assert len(rostrum("articles", "list", "--json").json) == 77
    assert len(rostrum("articles", "list", "--limit", "5", "--json").json) == 5
    assert "27 more" in rostrum("articles", "list").out


def test_american_spelling_finds_the_same(rostrum: Rostrum) -> None:
    assert rostrum("ask", "What is the license of Llama?", "--json").json["answered"] is True


def test_an_output_that_takes_nothing_is_said_without_a_traceback(rostrum: Rostrum) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "ask", QUESTION],
            cwd=rostrum.folder,
            env=rostrum.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert b"I cannot write my answer" in done.stderr
    assert b"Traceback" not in done.stderr
