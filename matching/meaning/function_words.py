"""Words that mean nothing by themselves: articles, prepositions, conjunctions, pronouns, forms of "to be".

Beside the CPV's labels each of them seems to mean what is frequent there ("oraz" stands beside "services"), so that
they are never taken for a word of a list, nor a list's for one of them.
"""

from functools import cache

from matching.meaning.labels import STOP
from matching.stems import to_language
from matching.words import fold

_WORDS = {
    "bg": "а без бъде в във все всички г да до за и из или към както като която което който които която ли между на "
    "над не но о от по под при през с са се след със същ съгласно също този тази това тези е чрез",
    "cs": "a aby ale ani bez bude byl být co či dle do i jako je jeho jejich jeji jejich která které který ke k kde "
    "mezi na nad nebo nejsou o od po pod podle pro proti při před přes s se si skrz souladu ta tak také tato "
    "to toho tento u v ve včetně všech však z za ze že jsou",
    "da": "af alle at blive bliver da de dem den der deres det dette disse efter eller en er et for fra gennem har "
    "hos hvor i ikke ind inden kan med mellem men mod nar og om op over pa på saml samt sig skal som til "
    "under ud ved vil være",
    "de": "ab aber alle allen aller alles als am an auch auf aus bei beim bis bzw da damit das dass dem den denen "
    "der deren des dessen die dies diese diesem diesen dieser dieses durch ein eine einem einen einer eines "
    "er es etc für gegen gemäß hat hinter ihr ihre im in ins ist ja jede jeder jedes kann kein keine mit nach "
    "nicht noch nur ob oder ohne sein seine sich sie sind so soll sowie über um und unter vom von vor war was "
    "wenn werden wie wird wo während zu zum zur zwischen",
    "el": "αλλα ανα αντι απο αυτα αυτες αυτη αυτο αυτοι αυτος αυτων για δε δεν δια εαν ειναι εις εκ εν ενα ενος επι "
    "ή η θα και κατα κατω με μεσω μετα μεταξυ μη μια ο οι οποια οποιο οποιος οπου οπως οσο οτι ουτε παρα περι "
    "που προς πως σαν σε στα στη στην στις στο στον στους συμφωνα τα τη την της τι τις το τοις τον του τους "
    "των υπο υπερ χωρις ως",
    "en": "a about above after all also an and any are as at be been before being below between both but by can "
    "could do does during each either etc for from had has have his how if in including into is it its may "
    "more most must no nor not of on only or other our out over own per shall she should so some such than "
    "that the their them then there these they this those through to under until up upon via was we were what "
    "when where which while who whose will with within without would you your",
    "es": "a al ante bajo cada como con contra cual cuales cuando cuya cuyo de del desde donde durante e el ella "
    "ellas ellos en entre es esa esas ese esos esta estas este esto estos fue ha han hasta la las le les lo "
    "los más mediante ni no o para pero por que quien se según ser si sin sobre son su sus también tras u un "
    "una unas uno unos y ya",
    "et": "aga alla alates all ega ehk ei enne et ette ga igas iga ilma ja jne juures kas kes kogu kohta koos kui "
    "kuid kuni kus kõik läbi mida mille millega mis mitte nende nii ning nagu oma on olema olla pool poolt "
    "pärast peal samuti see seda selle siis sisse ta tema vahel vastavalt või välja üle ümber ühe üks",
    "fi": "ei eli ennen että ettei hän he ilman ja joka johon joita jolla jos joissa joiden jonka jotka josta jossa "
    "joten kanssa kautta kuin kuten kun koko lisäksi me mikä mitä mukaan mukaisesti muun myös myos ne niiden "
    "niin niitä nämä näiden oli olla on ovat se sekä sen siitä sitä tai takia tama tämä tämän varten vai vaan "
    "yli",
    "fr": "à afin ainsi alors après au aucun aussi autre autres aux avant avec c car ce ceci cela ces cet cette "
    "ceux chaque chez comme contre d dans de depuis des donc dont du durant elle elles en entre est et eu "
    "être eux hors il ils j jusqu l la le les leur leurs lors lorsque mais même n ne ni non nos notre nous on "
    "ont ou où par pas pendant plus pour qu quand que quel quelle quels qui s sa sans se selon sera seront "
    "ses si soit son sont sous sur tous tout toute toutes un une via vers votre vous y",
    "ga": "a ag agus air an ar as chun dá de den do don faoi gach go i idir is le leis lena mar na nach nó ó ón os "
    "roimh sa san seo sin tar trí um",
    "hr": "a ako ali bez bi bio biti da do dok i ih ili iz iza između je jer jesu kao kod koja koje koji kojih "
    "kojim kroz li među na nad nakon ne nego ni njegov njih o od odnosno osim po pod prema preko pri prije "
    "radi s sa se su sukladno sve svi svih ta te to tog toga u uz što za zbog",
    "hu": "a ahol aki alá alatt által általi amely amelyek amennyiben ami az azaz azok be belül csak e egy egyéb "
    "egyes én érdekében és ezek ez felé felett ha hogy illetve is ki kívül közben között közötti le lehet "
    "majd meg mellett mert mely mint minden nem nélkül össze pedig per rá s sem számára szerint szerinti után "
    "útján vagy való valamint van vele",
    "it": "a ad agli ai al alla alle allo anche che chi ci come con contro cui da dagli dai dal dalla dalle dallo "
    "de degli dei del dell della delle dello di dopo dove durante e è ed entro essere fino fra gli ha hanno i "
    "il in la le lo ma mediante ne negli nei nel nella nelle nello non nonché o od ogni oltre per perché più "
    "presso prima quale quali quando quanto quella quelle quello questa queste questi questo se secondo senza "
    "si sia sono su sua sue sugli sui sul sulla sulle sullo suo suoi tra tramite tutti tutte un una uno verso",
    "lt": "ant apie ar arba be bei bet bus buvo čia dėl iki ir iš į jei jie jo jos jų juos ka kad kai kaip kas kiti "
    "kuri kurie kuris kurių kurios link ne nei nes nuo o pagal pas per po prie prieš pro su ši šie šio šis "
    "šių tai taip taip tam tarp tie to tų už virš visi visų vykdant yra",
    "lv": "aiz ar arī bez bet būs būt caur cik dēļ ir ja jeb kā ka kas kad kam kopā kur kura kuras kuri kuru līdz "
    "lai nav ne nevis no otra pa par pār pēc pie pirms pret priekš saskaņā šī šis šo starp tā tai tas tie "
    "tiek to tos tur un uz vai viņa visi visu zem",
    "mt": "bħal bi biex billi bil bl bejn dan dawk dawn dik din f fi fil fuq għal għall għan għat hija huma huwa il "
    "ikun iż jekk jew kif kull l lil li ma madwar minn mill mal mingħajr naħa ta tad taħt tal tan tar tas tat "
    "tax taz tagħha tagħhom tiegħu u wara",
    "nl": "aan al alle als bij binnen buiten d daar dan dat de deze die dit door een en er gedurende geen haar had "
    "heeft hebben het hij hoe hun ik in indien is kan maar me met mogen moet na naar niet nog nu of om "
    "omtrent onder ook op over per s sinds te tegen ten ter tijdens tot tussen uit van vanaf via volgens voor "
    "waar wanneer want was wat we wel welke werd wie worden wordt zal ze zich zij zijn zo zoals zonder zowel "
    "zullen",
    "no": "alle at av bli blir da de dem den denne der deres det dette disse eller en er et etter for fra gjennom "
    "ha har hos hvor i ikke inn innen kan med mellom men mot må ned nå når og også om opp over på samt seg "
    "skal som til under ut ved vil være",
    "pl": "a aby ale albo ani bez będzie będą by być co czy dla do gdy gdzie i ich im innych iż jak jako je jego "
    "jej jest jeżeli już każdy która które którego której który których którym ku lub ma między na nad nie "
    "niż o od ora oraz po pod podczas poprzez przed przez przy są się ta także tak tego tej ten to tych tym u "
    "w we wraz wszystkich z za zgodnie ze że",
    "pt": "a à ao aos as às até ante após cada com como contra cuja cujo d da das de dela dele desde do dos durante "
    "e é ela elas ele eles em entre essa esse esta estas este estes foi há isto já lhe mais mas mediante na "
    "nas nem no nos não o os ou outra outro para pela pelas pelo pelos per por porque qual quais quando que "
    "quem se segundo sem ser seu seus sob sobre sua suas são também um uma umas uns",
    "ro": "a acest această aceste acestea al ale ai alte asupra au avea ca că care cât ce cei cel cele conform "
    "contra cu cum când de din dintre după e ea ei el ele este fi fie fără în într între îl îşi la le lor lui "
    "mai nici nu o or ori pe pentru peste prin printre să sau se sub sunt sa său și şi spre toate toți un una "
    "unei unor unui",
    "sk": "a aby aj ak ako ale alebo ani bez bol by byť cez či čo do ho i ich ja je jeho jej k každý kde ke ktorá "
    "ktoré ktorého ktorý ktorých ku má medzi na nad nie o od okrem po pod podľa pre pred prostredníctvom "
    "proti pri s sa sú so ta tak takže to toho tohto tým tiež u v vo vrátane všetky vzťahu z za zo že",
    "sl": "a ali bi biti bo brez da do ga glede h i ima in iz je jih k kakor kar kateri katera katere katerih ker "
    "ki kjer ko kot ki med na nad ne ni o ob od oz oziroma po pod pred pri proti s sam se skladno so skozi ta "
    "tak te tem ter to tudi u v vendar vse vseh z za zaradi že",
    "sv": "alla allt at att av blir bli då de dem den denna deras dess dessa det detta där efter eller en enligt "
    "ett från för genom ha har hos hur i icke inom inte in kan kommer med mellan men mot må ned ner nu när "
    "och också om på samt sig sin sina ska skall som till under upp ur ut utan utom vad var vara vid vilka "
    "vilken vilket är över",
}  # fmt: skip
_SAME = {"nb": "no", "nn": "no", "bs": "hr", "sr": "hr"}


def is_function_word(folded: str, language: str) -> bool:
    """Whether a folded word means nothing by itself in a language; in one that is not listed none is known."""
    return folded in _find(to_language(language))


@cache
def _find(language: str) -> frozenset[str]:
    words = frozenset(fold(word) for word in _WORDS.get(_SAME.get(language, language), "").split())
    return words | STOP if language == "en" else words
