"""Legal forms of organisations, and words that make a part of a procedure or its repetition, in our portals' languages.

They are compared folded (without case and accents) and without dots.
"""

from matching.words import fold

LEGAL_FORMS = """
ltd | limited | plc | llp | llc | lp | inc | incorporated | corp | corporation | co | company | cic | cio
public limited company | limited liability company | limited liability partnership | community interest company
limited company | joint stock company | open joint stock company | state enterprise | state owned enterprise | gmbh
ggmbh | mbh | gesellschaft mit beschrankter haftung | gemeinnutzige gesellschaft mit beschrankter haftung
gemeinnutzige gmbh | ag | aktiengesellschaft | kg | kommanditgesellschaft | ohg | gbr | gmbh co kg | ag co kg
gmbh und co kg | kgaa | ug | ug haftungsbeschrankt | ev | eingetragener verein | eg | egen
eingetragene genossenschaft | aor | anstalt des offentlichen rechts | kdor | kor | adoer | adooer | kdoer
korperschaft des offentlichen rechts | stiftung des offentlichen rechts | stiftung offentlichen rechts | eigenbetrieb
partg | partg mbb | gesmbh | gesm bh | se | sa | sas | sasu | sarl | eurl | scs | sca | snc | sci | gie | gip | spl
sem | epic | epa | societe anonyme | societe par actions simplifiee | societe a responsabilite limitee
societe publique locale | societe cooperative | groupement d interet public | groupement d interet economique
etablissement public | etablissement public a caractere industriel et commercial | societe anonyme de droit public
association sans but lucratif | asbl | vzw | scrl | sprl | bvba | cvba | srl | societe d economie mixte
sa de droit public | nv | bv | cv | vof | nv van publiek recht | naamloze vennootschap | besloten vennootschap
stichting | naamloze vennootschap van publiek recht | vereniging zonder winstoogmerk | cvba met sociaal oogmerk | ivzw
spa | srls | scarl | scpa | soc coop | societa per azioni | societa a responsabilita limitata | societa cooperativa
societa consortile | scrl consortile | aps | onlus | sl | slu | sau | sme | sa sme | mp | sme mp | sociedad anonima
sociedad limitada | sociedad de responsabilidad limitada | sociedad anonima unipersonal
sociedad limitada unipersonal | sociedad mercantil estatal | entidad publica empresarial | epe | eple
sociedad cooperativa | s coop | sociedad anonima de economia mixta | eice | esp | ese | sas esp
empresa social del estado | sociedad por acciones simplificada | spa de cv | sa de cv | lda | limitada | ltda
sociedade anonima | sociedade limitada | e p e | eirl | eireli | entidade publica empresarial | em | empresa municipal
e e m | eem | ep | ab | aktiebolag | hb | handelsbolag | ekonomisk forening | as | asa | aksjeselskap
allmennaksjeselskap | ks | ba | sf | hf | iks | kf | fkf | anpartsselskab | aktieselskab | amba | is | ehf | ohf | oy
oyj | osakeyhtio | julkinen osakeyhtio | ky | kuntayhtyma | oy ab | publ | sp zoo | sp z oo | spolka z oo
spolka z ograniczona odpowiedzialnoscia | spolka akcyjna | sp j | sp k | spolka jawna | spzoz
samodzielny publiczny zaklad opieki zdrowotnej | sp zoz | sro | spol sro | s r o | spol s r o
spolecnost s rucenim omezenym | akciova spolecnost | vos | statni podnik | sp | prispevkova organizace | po | zs
spolocnost s rucenim obmedzenym | akciova spolocnost | statny podnik | stp | kft | zrt | nyrt | bt | kkt
korlatolt felelossegu tarsasag | zartkoruen mukodo reszvenytarsasag | nonprofit kft
nonprofit korlatolt felelossegu tarsasag | kozhasznu nonprofit kft | nonprofit zrt | rt
nyilvanosan mukodo reszvenytarsasag | reszvenytarsasag | sc | societate cu raspundere limitata | societate pe actiuni
regia autonoma | ra | societatea nationala | compania nationala | ra de interes public | doo | d o o | dd | jdoo
druzba z omejeno odgovornostjo | delniska druzba | drustvo s ogranicenom odgovornoscu
drustvo sa ogranicenom odgovornoscu | dionicko drustvo | akcionarsko drustvo | ad | jp | javno preduzece
javno poduzece | javno podjetje | jkp | javno komunalno preduzece | javni zavod | ju | javna ustanova | jzu | ood
eood | ead | оод | еоод | ад | еад | дп | държавно предприятие | акционерно дружество | еднолично акционерно дружество
дружество с ограничена отговорност | еднолично дружество с ограничена отговорност | д о о | доо | јп | јкп | ооо | оао
зао | пао | ао | нао | ано | гуп | муп | фгуп | гбу | мбу | фгбу | гку | мку | фку | фгку | гау | мау | фгау | огбу
гбуз | гауз | мбоу | мбдоу | маоу | мкоу | гбоу | гапоу | гбпоу | фгбоу | фгбоу во | фгаоу во | фгаоу | фгбуз | мбуз
фкуз | окпоу | общество с ограниченной ответственностью | открытое акционерное общество
закрытое акционерное общество | публичное акционерное общество | акционерное общество
автономная некоммерческая организация | государственное бюджетное учреждение | муниципальное бюджетное учреждение
федеральное государственное бюджетное учреждение | государственное унитарное предприятие
муниципальное унитарное предприятие | государственное автономное учреждение
федеральное государственное унитарное предприятие | государственное казенное учреждение
муниципальное казенное учреждение | федеральное казенное учреждение | федеральное государственное казенное учреждение
муниципальное автономное учреждение | федеральное государственное автономное учреждение
государственное бюджетное учреждение здравоохранения | муниципальное бюджетное общеобразовательное учреждение
муниципальное бюджетное дошкольное образовательное учреждение
федеральное государственное бюджетное образовательное учреждение высшего образования
государственное автономное учреждение здравоохранения | областное государственное бюджетное учреждение | тов | ват
зат | пат | прат | ат | кп | кнп | ку | ду | товариство з обмеженою відповідальністю | приватне акціонерне товариство
комунальне некомерційне підприємство | акціонерне товариство | публічне акціонерне товариство | державне підприємство
комунальне підприємство | комунальний заклад | кз | державна установа | комунальна установа | ae | aee | ike | oe
ανωνυμη εταιρεια | αε | α ε | εταιρεια περιορισμενης ευθυνης | επε | ικε | νπδδ | νπιδ
νομικο προσωπο δημοσιου δικαιου | νομικο προσωπο ιδιωτικου δικαιου | uab | vsi | mb | vi | uzdaroji akcine bendrove
akcine bendrove | viesoji istaiga | valstybes imone | bi | biudzetine istaiga | valstybine imone | savivaldybes imone
si | sia | vsia | vas | sabiedriba ar ierobezotu atbildibu | akciju sabiedriba
valsts sabiedriba ar ierobezotu atbildibu | valsts akciju sabiedriba | psia | pasvaldibas sia | ou | osauhing
aktsiaselts | mtu | sihtasutus | riigi tulundusasutus | as turkiye | anonim sirketi | anonim sti | limited sirketi
ltd sti | kamu iktisadi tesebbusu | dac | designated activity company | clg | company limited by guarantee | teoranta
teo | cpt | cuideachta | pty | pty ltd | proprietary limited | soc ltd | soc limited | tbk | pt | persero | sdn bhd
bhd | berhad | pte | pte ltd
株式会社 | 有限会社 | 独立行政法人 | 国立大学法人 | 地方独立行政法人
有限公司 | 有限责任公司 | 股份有限公司 | 주식회사 | 유한회사
"""

# What makes a notice one of several that are bought apart: a lot by itself, a call under a framework, a round.
PARTS = """
lot | lots | los | lose | lote | lotes | lotto | lotti | perceel | percelen | part | parts | teil | teile | teillos
partie | delkontrakt | delaftale | deleverance | delentreprise | del | delomrade | osa | osat | daļa | dalis | dalys
cast | casti | czesc | czesci | zadanie | resz | sklop | sklopi | grupa | lotul | loturi | partida | partidas
партида | партиды | обособена | позиция | часть | лот | лоты | лота | частина | τμημα | τμηματα | ομαδα | phase
phasen | fase | fases | etape | etapa | tranche | tranches | abschnitt | bauabschnitt | etap | stage | section
package | paket | paquete | pacchetto | zone | zona | bereich | calloff | call | callof | minicompetition | mini
competition | abruf | einzelabruf | minitender | minitenders | avrop | avrupen | miniudbud | minikonkurranse
subsequent | subsequente | marche subsequent | bon | commande | ordre | mission | derivato | derivado | basado
basados | especifico | specifico | nadere | deelopdracht | opdracht | rechtstreekse | batch | order | tranšė | second
deuxieme
"""

# What makes a notice a repetition of an earlier one.
AGAIN = """
again | re | retender | retendering | reissue | reissued | rerun | readvertisement | readvertised | repeat | repeated
renewal | new | neuausschreibung | erneut | erneute | wiederholung | wiederholte | relance | relancee | relancement
nouvelle | renouvellement | infructueux | declaree | segunda | segundo | nueva | nuevo | repeticion | relicitacion
relicitacao | nova | novo | repeticao | desierto | desierta | nuova | nuovo | rinnovo | ripetizione | opnieuw
heraanbesteding | herhaling | herstart | ny | nytt | nya | gentagen | genudbud | omannonsering | uusi | uusinta
uudelleen | ponowne | ponowny | ponowna | powtorzone | powtorne | ii przetarg | opakovane | opakovana | nove | znovu
ismételt | megismételt | ujra | uj | ponovljeni | ponovni | ponovo | reluare | reluata | repetare | povtornyi
повторный | повторная | повторное | повторно | повторна | нова | новая | ново | εκ νεου | επαναληπτικος | επαναληψη
pakartotinis | pakartotinai | atkartots | atkartoti | kordus | korduv
"""


def _read(table: str) -> list[list[str]]:
    entries = (entry for line in table.strip().splitlines() for entry in line.split("|"))
    return [[fold(word) for word in entry.split()] for entry in entries if entry.strip()]


# Joined, as dots and spaces between letters are set freely: "Sp. z o.o.", "spz oo".
FORMS = frozenset("".join(entry) for entry in _read(LEGAL_FORMS))
LONGEST_FORM = 9  # words; characters where each is a word
PART_WORDS = frozenset(word for entry in _read(PARTS) for word in entry)
REPEAT_WORDS = frozenset(word for entry in _read(AGAIN) for word in entry)
