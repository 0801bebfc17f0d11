"""Words of clocks, counters, deadlines and calendars in the languages of the portals; folded, beginnings of words."""

# ruff: noqa: E501  (lists of words)

import re

_MONTHS = (
    "jan ene gen sty led leden янв яну јан січ ιαν janv jaan tammi ocak ian sij januar saus eaná urtarr",
    "feb fév fev lut úno únor фев феб лют φεβ helmi şub velj veeb vasar frar feabh shkurt otsail",
    "mar mär mars març mrt maa bře březn мар бер μαρ μάρ martie maalis ožu marz márc márt kov",
    "apr abr avr kwi dub апр квіт απρ huhti nis trav aprile ápr aibr baland prill apiri",
    "may mai maj mag mei kvě květn мая май мај трав μαΐ μάι touko svib máj maí mej gegu bealt",
    "jun giu cze červn červen июн юни јун черв ιουν ιούν kesä haz lip juin juuni jún jūn júní iun biržel ġun meith qersh ekain",
    "jul lug lipc lipi srpnj červenc červene июл юли јул лип ιουλ ιούλ heinä tem srp juil juuli júl jūl júlí iul liep lulj iúil "
    "korrik uztail",
    "aug ago aoû sie srpe srpn срп авг серп αυγ αύγ elo ağu kol août ágú avg rugpj lúna awwi gusht abuzt",
    "sep set wrz září сен сеп верес σεπ syys eyl ruj sept szept rugsė shtat irail",
    "oct okt ott out paź říj окт жовт οκτ loka eki lis outubro spal tetor urri",
    "nov noy lis list ноя ное нов листоп νοε νοέ marras kas stu noie nóv lapkr samh nënt azaro",
    "dec dez dic dici gru pro prosin дек дец груд δεκ joulu ara déc dets desem diċ noll dhjet abend",
)
MONTH_WORDS = {word: number for number, words in reversed(list(enumerate(_MONTHS, 1))) for word in words.split()}
WEEKDAYS = (
    "mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi"
    "|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì"
    "|venerdì|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|maandag|dinsdag|woensdag|donderdag|vrijdag"
    "|zaterdag|zondag|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|понедельник|вторник|среда|четверг|пятница"
    "|суббота|воскресенье|понеділок|вівторок|середа|четвер|п'ятниця|субота|неділя"
)

# What the date of a deadline is called. Where one stands beside a date, no rule takes the date for noise.
DEADLINE = re.compile(
    r"\b(?:deadline|clos(?:e|es|ed|ing)\b|due\b|until\b|by\b|before\b|ends?\b|ending|expir|submi|receipt|openings?\b|"
    r"frist|schlu(?:ss|ß)|abgabe|einreich|ablauf|bis\b|eröffnung|(?:\w*frist)\b|"
    r"date limite|limite|remise|clôture|dépôt|ouverture|avant\b|jusqu|plazo|límite|cierre|presentaci|apertura|hasta\b|vence|vencimiento|"
    r"prazo|encerra|entrega|abertura|até\b|scad|termine|entro\b|chiusura|uiterlijk|sluit|indien|termin\b|terminu?\b|składan|otwarci|do dnia|"
    r"lhůt|podán|otevír|срок|оконч|подач|заверш|вскрыти|до\b|при[её]м|строк|кінц|розкрит|határid|benyújt|termen|depuner|rok\b|отваряне|"
    r"προθεσμ|υποβολ|määräai|jätt|sista\b|son\b|teslim)",
    re.IGNORECASE,
)
# Of these a line must have one, to be a clock or the stamp of a page …
STAMP = re.compile(
    r"today(?:'s)?|now|current|currently|server|time|clock|updated?|refreshed|modified|generated|printed|rendered|cached|revised|"
    r"heute|jetzt|aktuelle[rn]?|uhrzeit|stand|aktualisiert|aktualisierung|aujourd|nous|heure|actuelle|jour|hoy|actual|hora|actualizad[oa]|actualización|"
    r"hoje|atualizad[oa]|oggi|ora|aggiornat[oa]|aggiornamento|vandaag|bijgewerkt|dziś|dzisiaj|godzina|aktualizacja|aktualizace|dnes|"
    r"сегодня|сейчас|текущ\w*|время|обновлен[оа]?|обновление|сформирован[оа]?|сьогодні|зараз|оновлено|оновлення|bugün|idag|tänään|σήμερα",
    re.IGNORECASE,
)
# … and beside those none but these.
FILLERS = re.compile(
    r"last|local|system|page|site|website|portal|as|of|at|on|is|it|the|this|was|date|and|your|content|by|"
    r"zuletzt|seite|am|um|der|die|uhr|datum|letzte|le|la|sommes|à|mise?|dernière|page|hui|es|última|fecha|em|de|ultimo|data|laatst|op|jest|"
    r"ostatnia|je|мск|московское|сервера?|последнее|страница|на|в|г|дата|час|останнє|gmt|utc|cet|cest|est|edt|msk|am|pm|s|h",
    re.IGNORECASE,
)
AGO_BEHIND = re.compile(
    r"\W*(?:ago|earlier|fa|geleden|temu|назад|тому|sedan|siden|sitten|πριν|önce|atrás)\b", re.IGNORECASE
)
AGO_BEFORE = re.compile(r"\b(?:vor|il y a|hace|há|před|πριν)\W*$", re.IGNORECASE)
LEFT = re.compile(
    r"\b(?:left|remaining|remains?|to go|noch|verbleib\w*|restant\w*|reste(?:nt)?|restan|quedan?|faltan?|restam?|manca(?:no)?|nog|"
    r"pozostał\w*|zbývá|остал\w*|залиш\w*|kvar|igjen|jäljellä|kaldı)\b",
    re.IGNORECASE,
)
SECONDS = (
    (1, r"s|secs?|seconds?|sekunden?|secondes?|segundos?|secondi|секунд\w*|сек"),
    (60, r"min|mins|minutes?|minuten?|minutos?|minuti|minut\w*|минут\w*|мин|хвилин\w*|хв"),
    (3600, r"h|hrs?|hours?|stunden?|std|heures?|horas?|ore|uur|godzin\w*|hodin\w*|час\w*|ч|годин\w*"),
    (86400, r"d|days?|tagen?|tage?|jours?|d[ií]as?|giorni|dagen|dni|dnů|дн\w*|день|доб\w*|dager|dagar|päivää|gün"),
    (604800, r"w|weeks?|wochen?|semaines?|semanas?|settimane|weken|tygodn\w*|недел\w*|тижн\w*"),
)
# What is counted for its own sake; of a bare result list too (RESULTS), but not in a row.
COUNTED = re.compile(
    r"(?:views?|viewed|visits?|visitors?|hits?|clicks?|downloads?|downloaded|likes?|shares?|followers?|subscribers?|online|guests?|users? online|"
    r"aufrufe|besucher|zugriffe|downloads|vues?|visites|visiteurs|téléchargements|consultations|visitas|visualiza\w*|descargas|visite|visualizzazioni|"
    r"scaricamenti|bekeken|bezoekers|odsłon\w*|wyświetle\w*|pobra\w*|zobrazen\w*|просмотр\w*|посетител\w*|посещени\w*|скачива\w*|загруз\w*|онлайн|"
    r"перегляд\w*|відвідувач\w*|завантажен\w*)",
    re.IGNORECASE,
)
# How many a list has: one of these beside the number …
RESULTS = re.compile(
    r"results?|found|showing|displaying|shown|records|entries|matches|generated|loaded|queries|treffer|ergebnisse|gefunden|einträge|"
    r"résultats?|trouvés?|resultados|encontrad[oa]s|registros|risultati|trovati|resultaten|gevonden|wynik\w*|znalezion\w*|výsledk\w*|"
    r"найден\w*|результат\w*|запис\w*|показан\w*|знайдено|записів|результатів",
    re.IGNORECASE,
)
# … or nothing but these in the whole line.
TURNING = re.compile(
    r"total|of|page|pages|next|previous|prev|first|last|to|seite|von|weiter|zurück|page|sur|suivant|précédent|página|de|siguiente|anterior|"
    r"pagina|di|volgende|vorige|stron\w*|z|strana|всего|из|страниц\w*|далее|назад|вперед|усього|сторінк\w*|з",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"[$€£₽₴₹¥%]|\b(?:EUR|USD|GBP|RUB|UAH|PLN|CZK|HUF|RON|BGN|SEK|NOK|DKK|CHF|BRL|CLP|COP|MXN|AUD|CAD|NZD|INR|KZT|TRY|руб\w*|грн|zł|Kč|Ft)\b",
    re.IGNORECASE,
)
OF_A_REQUEST = re.compile(
    r"\b(?:request|session|trace|ray|correlation|transaction|csrf|xsrf|token|nonce|build|node|instance|server|hash|debug|сесси\w*|запрос\w*)\b",
    re.IGNORECASE,
)
