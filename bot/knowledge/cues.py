"""What kind of answer a question asks for (who, when, where, how many, why), and sentences that hold one."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """A kind of answer that leaves a mark on the sentence it stands in."""

    NUMBER = "number"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"


def _any(words: str, *more: str) -> re.Pattern[str]:
    """Matches any of the whole words, or of `more` patterns anywhere."""
    phrases = [re.escape(word).replace("_", r"\s+") for word in words.split()]
    return re.compile("|".join([rf"\b(?:{'|'.join(phrases)})\b", *more]), re.IGNORECASE)


# In the order to try: "how many years" asks for a number, "what year" for a time.
_ASKED = {
    Kind.NUMBER: _any(
        "how_many how_much how_old how_tall how_far how_large how_big how_long how_often how_high "
        "how_deep how_fast what_percent what_percentage what_number what_amount what_proportion "
        "what_portion what_fraction what_age wieviel wieviele wie_viel wie_viele wie_lange wie_oft "
        "wie_hoch combien quanto quanti quanta quante quantos quantas cuánto cuántos cuánta cuántas "
        "hoeveel hur_många hvor_mange hvor_meget ile ilu kaç bao_nhiêu mấy كم сколько скольких "
        "какой_процент какова_доля скільки",
        "कितन", "多少", "几[个名位次岁层种]", "多[大长高远久]",
        "いくつ", "何[人個歳回]", "กี่", "เท่าไ", "πόσ", "얼마", "몇",
    ),
    Kind.TIME: _any(
        "when what_year what_date what_day what_month what_decade what_century which_year "
        "which_century which_decade which_month which_day what_time wann welchem_jahr welches_jahr "
        "quand quelle_année quelle_date cuándo qué_año qué_fecha quando que_ano che_anno quale_anno "
        "kiedy którym_roku wanneer welk_jaar när vilket_år hvornår når ne_zaman hangi_yıl hangi_yılda "
        "khi_nào năm_nào متى أي_عام أي_سنة когда каком_году какой_год каком_веке какого_числа "
        "какой_день коли якому_році",
        "कब", r"किस (?:वर्ष|साल|दिन|तारीख|तिथि|महीने|दशक|सदी|शताब्दी)", "何时",
        "何年", "什么时[候间]", "哪[一个]*[年天月日]",
        "いつ",
        "เมื่อไ", "ปีใด", "ปีไหน", "πότε", "언제",
    ),
    Kind.PERSON: _any(
        "who whom whose wer wem wen wessen qui quién quiénes quem chi kto komu vem hvem kim ai кто "
        "кого кому кем хто",
        "कौन", "किसने", "किसके", "किसे", "谁", "誰", "だれ", "ใคร", "ποι[οόα]ς", "누구", "누가",
    ),
    Kind.PLACE: _any(
        "where what_city what_country what_state what_place what_county what_region which_city "
        "which_country which_state which_region wo woher wohin où dónde onde dove gdzie waar var hvor "
        "nerede nereye ở_đâu أين где куда откуда каком_городе какой_стране какая_страна де",
        "कहाँ", "कहां", r"किस (?:शहर|देश|स्थान|राज्य)", "哪[里儿]",
        "何[处地]", "在哪", "哪个(?:城市|国家|州|地区)", "どこ", "ที่ไหน", "πού",
        "어디",
    ),
    Kind.REASON: _any(
        "why warum weshalb wieso pourquoi por_qué por_que perché dlaczego waarom varför hvorfor neden "
        "niçin tại_sao vì_sao لماذا почему зачем чому",
        "क्यों", "为什么", "为何", "なぜ", "どうして", "ทำไม", "γιατί", "왜",
    ),
}  # fmt: skip

_MONTHS = (
    "january february march april may june july august september october november december januar "
    "februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août "
    "septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio "
    "settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro "
    "novembro dezembro января февраля марта апреля мая июня июля августа сентября октября ноября "
    "декабря"
)
_HELD = {
    Kind.NUMBER: _any(
        "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty "
        "seventy eighty ninety hundred hundreds thousand thousands million millions billion billions "
        "trillion dozen dozens half third quarter twice zwei drei vier fünf sechs sieben acht neun "
        "zehn hundert tausend deux trois quatre cinq dix cent mille dos tres cuatro cinco diez cien "
        "mil due tre quattro cinque dieci cento dois três quatro dez два две три четыре пять шесть "
        "семь восемь девять десять сто тысяч миллион миллионов двух трех трёх четырех четырёх दो तीन "
        "चार पांच पाँच छह सात आठ नौ दस सौ हजार हज़ार लाख करोड़",
        r"\d+(?:[.,]\d+)*", "[一二两三四五六七八九十百千万亿]+",
    ),
    Kind.TIME: _any(
        f"{_MONTHS} century centuries decade monday tuesday wednesday thursday friday saturday "
        "sunday siècle siglo secolo século век веке века году года год jahrhundert वर्ष शताब्दी सदी",
        r"(?<!\d)(?:1\d{3}|20\d\d|\d{3}(?=\s*(?:bc|ad|до н)))(?!\d)", r"\d+\s*[年月日]", "世[纪紀]",
        r"[१-९][०-९]{3}",
    ),
    Kind.PERSON: re.compile(r"(?<=[\w,;:] )(?:[A-ZÀ-ÞА-ЯЁΑ-Ω][\w.'’-]*\s?)+|\w+[·•・]\w+"),
    Kind.PLACE: re.compile(
        r"\b(?:in|at|from|near|to|on|into|of|von|nach|à|dans|en|de|da|di|em|na|no|w|z|в|на|из|под|около|у)\s+"
        r"(?:the |la |le |el |der |den |dem )?[A-ZÀ-ÞА-ЯЁ][\w'’-]+|[\u4e00-\u9fff](?:[市州国省县城镇岛]|地区)"
    ),
    Kind.REASON: _any(
        "because since due_to owing_to as_a_result so_that in_order_to therefore reason reasons cause "
        "caused causes thus hence weil denn wegen deshalb daher parce_que car puisque grâce_à porque "
        "debido ya_que perché poiché poiche pois devido ponieważ bo omdat çünkü ötürü vì لأن بسبب "
        "поскольку потому так_как из-за благодаря причина причиной чтобы क्योंकि कारण इसलिए ताकि",
        "因为", "由于", "因此", "所以", "以便", "なので", "ため", "から", "เพราะ", "เนื่องจาก",
    ),
}  # fmt: skip


def asked(question: str) -> Kind | None:
    """The kind of answer that a question asks for, by its question words, in some twenty languages."""
    return next((kind for kind, words in _ASKED.items() if words.search(question)), None)


def holds(kind: Kind, sentence: str, question: str) -> bool:
    """Whether a sentence holds an answer of that kind which is not in the question already."""
    said = question.casefold()
    return any(found.group().strip().casefold() not in said for found in _HELD[kind].finditer(sentence))
