"""In which language a text is: the portal's word is a hint, the text decides where it clearly says otherwise."""

import re
from collections import Counter
from functools import cache
from typing import Any

# The everyday words of each language (ISO 639-1), as they stand in notices.
_EVERYDAY = {
    "bg": "и на за от с по се при както или",
    "ca": "de la el i per als les del amb dels",
    "cs": "a na pro v z do se při k nebo",
    "da": "og af til i for på med en der at skal",
    "de": "der die das und für von mit zur des den im ist sowie",
    "el": "και του της για την των το από με στο",
    "en": "the of and for to in with a is by shall be",
    "es": "de la el los las y del para en por con",
    "et": "ja on ning või mis",
    "fi": "ja on sekä tai että mukaan",
    "fr": "de la le les des et du pour en dans au aux une",
    "ga": "agus na an le do ar",
    "hr": "i za u na je od sa te se",
    "hu": "és a az egy valamint meg",
    "is": "og að til fyrir á er við",
    "it": "di del della e per dei delle il la in con al alla",
    "lt": "ir už su bei yra dėl",
    "lv": "un ar par no uz pie",
    "mk": "и на за од со се во",
    "mt": "ta u għal tal fil",
    "nb": "og av til i for på med en som skal ved",
    "nl": "van de het en voor een met te op in zijn",
    "pl": "i w na z do dla oraz o przez się",
    "pt": "de da do para e em dos das com os uma",
    "ro": "de și şi pentru în cu din la prin sau",
    "ru": "и на для в по с из от при не",
    "sk": "a na pre v z do sa pri k alebo",
    "sl": "in za v na je z pri ter ki",
    "sq": "dhe të për në e i me",
    "sr": "и за на у са од је i za u",
    "sv": "och av för i till på med som en att ska",
    "tr": "ve için ile bir olarak",
    "uk": "і та для на в з до від у за",
}
_SPEAKERS: dict[str, list[str]] = {}
for _language, _words in _EVERYDAY.items():
    for _word in _words.split():
        _SPEAKERS.setdefault(_word, []).append(_language)
_SAME = {"no": "nb", "nn": "nb", "bs": "hr"}  # as good as the same in their everyday words

BEGINNING = 600  # code points that are looked at
FEWEST_WORDS = 4  # of a text that may say what language it is in where the portal does not
FEWEST_VOTES = 2  # everyday words of another language before the portal's word is doubted
SURE = 0.9  # the least probability that is believed


def find_language(text: str, hint: str) -> str:
    """ISO 639-1, or `und`: the hint, unless everyday words of other languages outvote its own and a model agrees.

    Costs about 10 µs where the hint is right. A text too short to tell, or in a script without everyday words here,
    is in the hinted language.
    """
    words = text[:BEGINNING].lower().split()
    if hint == "und":
        return _identify(text) or hint if len(words) >= FEWEST_WORDS else hint
    votes = _count(words)
    own = votes.get(_SAME.get(hint, hint), 0)
    most = max(votes.values(), default=0)
    if own * 2 >= most or most < FEWEST_VOTES:
        return hint
    found = _identify(text)
    return found if found and votes.get(_SAME.get(found, found), 0) > own else hint


def _count(words: list[str]) -> Counter[str]:
    votes: Counter[str] = Counter()
    for word in set(words) & _SPEAKERS.keys():
        votes.update(_SPEAKERS[word])
    return votes


def _identify(text: str) -> str | None:
    language, probability = _model().classify(re.sub(r"[\d\W_]+", " ", text[:BEGINNING]))
    return str(language) if probability >= SURE else None


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second and 30 MB: only where it is needed

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
