"""What each reason of a score says, in the reader's language: by its rule, with the notice's words as they stand there.

English is what the score itself says: the docstring of the feature, as it was when the score was made.
"""

from collections.abc import Mapping

from domain.opportunities import Reason

SPANISH: Mapping[str, str] = {
    "keyword in title": "El título contiene una de sus palabras clave.",
    "item in title": "El título nombra un artículo de su catálogo.",
    "keyword in lot title": "El título de un lote contiene una de sus palabras clave.",
    "keyword in text": "La descripción contiene una de sus palabras clave.",
    "item in text": "La descripción o un lote nombra un artículo de su catálogo.",
    "keyword in field": "El nombre del comprador o el título de un documento contiene una de sus palabras clave.",
    "keyword is code": "El código del comprador está entre sus palabras clave.",
    "keyword meant in title": "El título dice una de sus palabras clave con otras palabras o en otro idioma.",
    "keyword meant in lot title": "El título de un lote dice una de sus palabras clave con otras palabras o en otro "
    "idioma.",
    "keyword meant in text": "La descripción dice una de sus palabras clave con otras palabras o en otro idioma.",
    "further words": "El anuncio contiene otra de sus palabras clave u otro de sus artículos.",
    "part of keyword": "El anuncio contiene una parte de una de sus palabras clave.",
    "part number": "El anuncio pide una referencia de su catálogo.",
    "code fits": "El código del comprador pertenece a una rama que usted ha indicado.",
    "item code fits": "El código del comprador es el de un artículo de su catálogo.",
    "about what you sell": "Por sus palabras, el anuncio trata de lo que usted vende.",
    "place fits": "Es en un lugar donde usted trabaja.",
    "value fits": "Su valor está entre los límites que usted puede asumir.",
}

RUSSIAN: Mapping[str, str] = {
    "keyword in title": "В названии стоит одно из ваших ключевых слов.",
    "item in title": "В названии указан товар из вашего каталога.",
    "keyword in lot title": "В названии лота стоит одно из ваших ключевых слов.",
    "keyword in text": "В описании стоит одно из ваших ключевых слов.",
    "item in text": "В описании или в лоте указан товар из вашего каталога.",
    "keyword in field": "В имени заказчика или в названии документа стоит одно из ваших ключевых слов.",
    "keyword is code": "Код заказчика стоит среди ваших ключевых слов.",
    "keyword meant in title": "В названии одно из ваших ключевых слов сказано иначе или на другом языке.",
    "keyword meant in lot title": "В названии лота одно из ваших ключевых слов сказано иначе или на другом языке.",
    "keyword meant in text": "В описании одно из ваших ключевых слов сказано иначе или на другом языке.",
    "further words": "В извещении стоит ещё одно из ваших ключевых слов или товаров.",
    "part of keyword": "В извещении стоит часть одного из ваших ключевых слов.",
    "part number": "В извещении запрошен артикул из вашего каталога.",
    "code fits": "Код заказчика относится к названной вами ветви классификации.",
    "item code fits": "Код заказчика — тот же, что у товара из вашего каталога.",
    "about what you sell": "Судя по словам, извещение — о том, что вы продаёте.",
    "place fits": "Это там, где вы работаете.",
    "value fits": "Сумма — в тех пределах, с которыми вы справитесь.",
}

FILIPINO: Mapping[str, str] = {
    "keyword in title": "Nasa pamagat ang isa sa inyong mga keyword.",
    "item in title": "Binabanggit sa pamagat ang isang produkto sa inyong katalogo.",
    "keyword in lot title": "Nasa pamagat ng isang lote ang isa sa inyong mga keyword.",
    "keyword in text": "Nasa paglalarawan ang isa sa inyong mga keyword.",
    "item in text": "Binabanggit sa paglalarawan o sa isang lote ang isang produkto sa inyong katalogo.",
    "keyword in field": "Nasa pangalan ng bumibili o sa pamagat ng isang dokumento ang isa sa inyong mga keyword.",
    "keyword is code": "Kabilang sa inyong mga keyword ang code ng bumibili.",
    "keyword meant in title": "Sinasabi ng pamagat ang isa sa inyong mga keyword sa ibang salita o ibang wika.",
    "keyword meant in lot title": "Sinasabi ng pamagat ng isang lote ang isa sa inyong mga keyword sa ibang salita o "
    "ibang wika.",
    "keyword meant in text": "Sinasabi ng paglalarawan ang isa sa inyong mga keyword sa ibang salita o ibang wika.",
    "further words": "Nasa abiso ang isa pa sa inyong mga keyword o produkto.",
    "part of keyword": "Nasa abiso ang bahagi ng isa sa inyong mga keyword.",
    "part number": "Hinihingi ng abiso ang isang part number sa inyong katalogo.",
    "code fits": "Ang code ng bumibili ay nasa sangay na tinukoy ninyo.",
    "item code fits": "Ang code ng bumibili ay code ng isang produkto sa inyong katalogo.",
    "about what you sell": "Ayon sa mga salita nito, tungkol sa ibinebenta ninyo ang abiso.",
    "place fits": "Nasa lugar ito kung saan kayo nagtatrabaho.",
    "value fits": "Ang halaga nito ay nasa saklaw na kaya ninyo.",
}

TABLES: Mapping[str, Mapping[str, str]] = {"es": SPANISH, "ru": RUSSIAN, "fil": FILIPINO}


def to_sentence(reason: Reason, language: str) -> str:
    """The sentence of a reason; where its rule has none in this language, the one that is stored, in English."""
    return TABLES.get(language, {}).get(reason.rule, reason.explanation)
