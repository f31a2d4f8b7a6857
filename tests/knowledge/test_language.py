import pytest

from bot.knowledge.language import detect, most_common

PARAGRAPHS = {
    "en": "The weights of the model were released under a licence that lets anyone use them for research.",
    "de": "Die Gewichte des Modells wurden unter einer Lizenz veröffentlicht, die jedem die Nutzung erlaubt.",
    "fr": "Les poids du modèle ont été publiés sous une licence qui permet à chacun de les utiliser.",
    "es": "Los pesos del modelo se publicaron con una licencia que permite a cualquiera usarlos.",
    "pt": "Os pesos do modelo foram publicados sob uma licença que permite a qualquer pessoa usá-los.",
    "it": "I pesi del modello sono stati pubblicati con una licenza che permette a tutti di usarli.",
    "nl": "De gewichten van het model zijn uitgebracht onder een licentie die iedereen gebruik toestaat.",
    "sv": "Modellens vikter släpptes under en licens som låter vem som helst använda dem.",
    "pl": "Wagi modelu zostały udostępnione na licencji, która pozwala każdemu z nich korzystać.",
    "ro": "Ponderile modelului au fost publicate sub o licență care permite oricui să le folosească.",
    "tr": "Modelin ağırlıkları, herkesin kullanmasına izin veren bir lisans ile yayımlandı.",
    "vi": "Trọng số của mô hình đã được phát hành theo giấy phép cho phép mọi người sử dụng.",
    "fi": "Mallin painot julkaistiin lisenssillä, joka antaa kaikille luvan käyttää niitä.",
    "ru": "Веса модели были опубликованы под лицензией, которая позволяет всем их использовать.",
    "uk": "Ваги моделі були опубліковані за ліцензією, яка дозволяє всім їх використовувати.",
    "bg": "Теглата на модела бяха публикувани под лиценз, който позволява на всички да ги използват.",
    "ar": "تم نشر أوزان النموذج بموجب ترخيص يسمح لأي شخص باستخدامها في البحث.",
    "fa": "وزن‌های مدل تحت مجوزی منتشر شد که به همه اجازه می‌دهد از آن استفاده کنند.",
    "hi": "मॉडल के वेट एक ऐसे लाइसेंस के तहत जारी किए गए जो सभी को उपयोग करने देता है।",
    "el": "Τα βάρη του μοντέλου δημοσιεύθηκαν με άδεια που επιτρέπει σε όλους να τα χρησιμοποιούν.",
    "th": "น้ำหนักของโมเดลได้รับการเผยแพร่ภายใต้ใบอนุญาตที่ให้ทุกคนใช้ได้",
    "zh": "该模型的权重以允许任何人使用的许可证发布。",
    "ja": "モデルの重みは、誰でも使えるライセンスで公開された。",
    "ko": "모델의 가중치는 누구나 사용할 수 있는 라이선스로 공개되었다.",
    "he": "משקלי המודל פורסמו תחת רישיון המאפשר לכל אחד להשתמש בהם.",
}


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_sentence_is_recognised(language: str) -> None:
    assert detect(PARAGRAPHS[language]) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many people voted?", "en"),
        ("Wer gewann die Wahl?", "de"),
        ("Où se trouve la tour Eiffel ?", "fr"),
        ("¿Dónde está el museo?", "es"),
        ("Сколько очков уступила защита?", "ru"),
        ("中国的首都是哪里？", "zh"),
    ],
)
def test_a_clear_question_is_recognised(question: str, language: str) -> None:
    assert detect(question) == language


@pytest.mark.parametrize("text", ["", "123 — 456", "Berlin", "Grok 2", "GPT-4o", "AI regulation", "🙂"])
def test_names_and_numbers_are_left_open(text: str) -> None:
    assert detect(text) is None


def test_chinese_with_names_in_latin_letters_is_chinese() -> None:
    assert detect("OpenAI 和 Anthropic 都没有公开 GPT 与 Claude 的权重。") == "zh"


def test_most_texts_decide() -> None:
    texts = [PARAGRAPHS["de"], PARAGRAPHS["de"], PARAGRAPHS["en"], "Berlin"]
    assert most_common(texts) == "de"
    assert most_common([]) is None
