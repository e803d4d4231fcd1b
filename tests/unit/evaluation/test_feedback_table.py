from __future__ import annotations

from coil_bridge.evaluation.feedback_table import Row, Unread, read_feedback
from coil_bridge.evaluation.surveys import Item

SPEAK = Item("q1", "I can speak up in a mixed team.", 5, "not at all", "fully")
ASK = Item("q2", "I ask before I judge my partners' ideas.", 5, "never", "always")
HEADINGS = [
    "Full name",
    "Date",
    "(team) I can speak up in a mixed team",
    "I ask before I judge my partners’ ideas.",
    "Your code",
]


def test_questions_meet_statements_by_their_words_and_names_are_left_alone() -> None:
    found = read_feedback(
        [
            HEADINGS,
            ["Jelena Marković", "Thursday, 22 October 2026", "4 mostly", "always", "MA07KO"],
            ["Nikola Jovanović", "Thursday, 22 October 2026", "(2) hardly", "", "PE12IC"],
            ["", "", "", "", ""],
        ],
        [SPEAK, ASK],
        "Your code",
    )
    assert found.rows == (Row({"q1": 4, "q2": 5}, "MA07KO"), Row({"q1": 2}, "PE12IC"))
    assert (found.missing, found.without_code, found.unread) == ((), False, ())
    assert "Jelena" not in repr(found)


def test_what_says_nothing_is_listed_with_its_line() -> None:
    found = read_feedback(
        [HEADINGS, ["A", "", "perhaps", "9", ""], ["B", "", "3", "-", "x"]], [SPEAK, ASK], "Your code"
    )
    assert found.unread == (Unread(2, SPEAK.text, "perhaps"), Unread(2, ASK.text, "9"))
    assert found.rows == (Row({"q1": 3}, "x"),)


def test_a_statement_without_a_column_is_named() -> None:
    found = read_feedback([["Full name", SPEAK.text], ["A", "3"]], [SPEAK, ASK], "Code")
    assert found.missing == (ASK.text,)
    assert found.without_code


def test_an_empty_file_holds_nothing() -> None:
    assert read_feedback([], [SPEAK], "Code").rows == ()
    assert read_feedback([HEADINGS], [SPEAK], "Code").rows == ()
