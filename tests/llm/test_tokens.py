"""Estimates of tokens are near enough to what tokenizers count, whatever the script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.tokens import MARGIN, estimate, of_messages

LEAST, MOST = 0.7, 1.35


@pytest.mark.parametrize(
    "tokens",
    [
        "The| quick| brown| fox| jumps| over| the| lazy| dog|.",
        "Hello|,| world|!",
        "The| bridge| was| closed| to| cars| for| many| years|,| because| it| was| not| safe| any| more|.",
        "t|ik|token| is| great|!",
        "ant|idis|establish|ment|arian|ism",
        "It| was| opened| in| |191|1| and| closed| in| |198|7|.",
        "for| i| in| range|(|10|):\n|   | print|(|i|)\n",
        'if| x| ==| |0|:\n|   | return| "|ok|"\n',
        "お|誕|生|日|お|め|で|とう|。",
        "你|好|，|世|界|。",
    ],
)
def test_a_text_whose_tokens_can_be_counted_by_hand(tokens: str) -> None:
    true, text = len(tokens.split("|")), tokens.replace("|", "")
    assert LEAST * true <= estimate(text) <= MOST * true


# Characters to a token as a common vocabulary comes out on longer texts.
PROSE = {
    "English": (
        3.9,
        "The council decided to keep the old bridge, although its pillars were no longer safe. "
        "Those who lived on the other side of the river had asked for it, and the cost of a "
        "new one was more than the town could pay. Cars have to take the long way round; "
        "people on foot may cross whenever the weather allows it.",
    ),
    "German": (
        3.9,
        "Die Brücke wurde vor hundert Jahren eröffnet und später für den Verkehr gesperrt, "
        "weil die Pfeiler nicht mehr sicher waren. Heute gehört sie der Gemeinde, die sie im "
        "Sommer für Fußgänger öffnet und im Winter schließt. Ob sie erneuert wird, ist noch "
        "nicht entschieden.",
    ),
    "Russian": (
        2.3,
        "Мост был открыт сто лет назад и позже закрыт для движения, потому что его опоры стали "
        "небезопасны. Сегодня он принадлежит общине, которая открывает его летом для пешеходов "
        "и закрывает зимой. Будет ли он отремонтирован, пока не решено.",
    ),
    "Chinese": (
        0.92,
        "这座桥在一百年前建成，后来因为桥墩不再安全而禁止汽车通行。今天它属于镇上，夏天向行人开放，"
        "冬天关闭。是否要修复它，目前还没有决定。",
    ),
    "Japanese": (
        0.92,
        "この橋は百年前に開通し、その後、柱が安全でなくなったため車の通行が禁止された。今は町のもの"
        "で、夏は歩行者に開放され、冬は閉じられる。修理するかどうかは、まだ決まっていない。",
    ),
    "Arabic": (
        1.4,
        "افتتح الجسر قبل مئة عام وأغلق أمام السيارات بعد ذلك لأن أعمدته لم تعد آمنة. وهو اليوم "
        "ملك للبلدة التي تفتحه للمشاة في الصيف وتغلقه في الشتاء، ولم يتقرر بعد هل سيرمم.",
    ),
    "Hindi": (
        1.04,
        "यह पुल सौ साल पहले खुला था और बाद में गाड़ियों के लिए बंद कर दिया गया, "
        "क्योंकि इसके खंभे सुरक्षित नहीं रहे। आज यह नगर का है, जो इसे गर्मियों में "
        "पैदल चलने वालों के लिए खोलता है।",
    ),
    "code": (
        3.5,
        "def total(prices: list[float], rate: float = 0.2) -> float:\n"
        '    """The sum of the prices, with tax."""\n'
        "    net = sum(price for price in prices if price > 0)\n"
        "    if net == 0:\n"
        "        raise ValueError('there is nothing to pay')\n"
        "    return round(net * (1 + rate), 2)\n",
    ),
    "chat": (
        3.1,
        "lol that's so true 😂 look at https://www.example.org/watch?v=dQw4w9WgXcQ&t=42s omg I "
        "can't even... see u at 7:30pm tomorrow?? 👍",
    ),
}


@pytest.mark.parametrize("kind", PROSE)
def test_longer_texts_come_out_near_what_a_tokenizer_makes_of_them(kind: str) -> None:
    per_token, text = PROSE[kind]
    true = len(text) / per_token
    assert LEAST * true <= estimate(text) <= MOST * true


def test_all_languages_together_are_estimated_within_the_margin() -> None:
    true = sum(len(text) / per_token for per_token, text in PROSE.values())
    assert true / MARGIN <= sum(estimate(text) for _, text in PROSE.values()) <= true * MARGIN


def test_a_script_that_nobody_thought_of_is_not_free() -> None:
    for text in ("ქართული ენა", "አማርኛ ቋንቋ", "Հայերեն", "ᏣᎳᎩ", "𐌲𐌿𐍄", "𠀀𠀁𠀂", "ﷺﻼ", "\ue000", "\x1b\x1b"):
        assert estimate(text) >= len(text.replace(" ", ""))


@given(st.text())
def test_every_text_has_a_token_and_none_has_more_than_its_bytes(text: str) -> None:
    assert 1 <= estimate(text) <= 1 + 3 * len(text)


@given(st.text(), st.text())
def test_a_longer_text_has_no_fewer_tokens(text: str, more: str) -> None:
    assert estimate(text + more) >= estimate(text)
    assert estimate(text + more) <= estimate(text) + estimate(more) + 1


@given(st.lists(st.text(), max_size=5))
def test_messages_have_what_their_texts_have_and_some_more_each(texts: list[str]) -> None:
    assert of_messages(texts) >= sum(map(estimate, texts)) + 3 * len(texts)
    assert of_messages(texts) <= sum(map(estimate, texts)) + 10 * len(texts)
