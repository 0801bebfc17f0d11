"""The phrases of our messages in Filipino."""

from collections.abc import Mapping

FILIPINO: Mapping[str, str] = {
    "product": "Tenderwatch",
    "new": "{count} bagong tender, pinakamahusay ang nauuna",
    "new_one": "Bagong tender",
    "new_subject": "{count} bagong tender, ang pinakamahusay ({score})",
    "changed": "Binago",
    "deadline moved": "Inilipat ang takdang oras",
    "cancelled": "Kinansela",
    "change_lead": "Naglathala ang mamimili ng pagbabago sa tender na ipinaalam sa inyo.",
    "cancelled_lead": "Kinansela ng mamimili ang tender na ito: hindi na kailangan ng bid.",
    "baseline_subject": "{count} dati nang nailathalang tender ang tumutugma ({cause})",
    "baseline_subject_one": "1 dati nang nailathalang tender ang tumutugma ({cause})",
    "baseline_lead": "Nailathala na ang mga ito dati ({cause}). Para hindi kayo bahain, isang listahan lang ang "
    "dumarating, minsan lang: ang pinakamahusay na {shown} sa {count}. Mula ngayon, ipaaalam ang mga bago at ang mga "
    "pagbabago.",
    "baseline_lead_all": "Nailathala na ang mga ito dati ({cause}). Para hindi kayo bahain, isang listahan lang ang "
    "dumarating, minsan lang. Mula ngayon, ipaaalam ang mga bago at ang mga pagbabago.",
    "all_of_them": "Lahat ng {count}: {command}",
    "open_all": "Ipakita ang lahat ng {count}",
    "unverified": "Hindi pa nasusubukan nang live: {sources}. Isinulat ang mga ito ayon sa nalalaman tungkol sa mga "
    "portal at hindi pa nasusubukan doon: hindi sa mamimili ang kulang o maling detalye.",
    "unverified_one": "Hindi pa nasusubukan nang live: {sources}. Isinulat ito ayon sa nalalaman tungkol sa portal at "
    "hindi pa nasusubukan doon: hindi sa mamimili ang kulang o maling detalye.",
    "never_live": "hindi pa nasusubukan nang live; ginagawa ito ng `tenderwatch sources try {source}`",
    "live": "Live",
    "digest": "{count} tender, pinakamahusay ang nauuna",
    "digest_one": "1 tender",
    "digest_empty": "Walang bago",
    "digest_empty_lead": "Walang bagong tumugma mula sa huling buod. Gumagana ang Tenderwatch.",
    "held_back": "May {count} pang tumugma na hindi ipinapakita rito.",
    "held_back_one": "May 1 pang tumugma na hindi ipinapakita rito.",
    "bad_sources": "Hindi nasuri o may problema: {sources}. Maaaring kulang sa mensaheng ito ang mga tender mula roon.",
    "deadline reminder": "Malapit na ang takdang oras",
    "reminder_lead": "Malapit na ang takdang oras ng tender na ito, at wala pang nagpasyang huwag mag-bid.",
    "too_near": "Masyado nang malapit para mag-bid: wala nang {count} araw ang natitira.",
    "too_near_one": "Masyado nang malapit para mag-bid: wala nang 1 araw ang natitira.",
    "escalation": "Wala pang umaasikaso nito",
    "escalation_lead": "Ipinadala ang tender na ito kay/sa {told}, at wala pang umaasikaso nito mula {moment}.",
    "handed over": "Ipinasa sa inyo",
    "handed_lead": "Kayo na ngayon ang mag-aasikaso ng tender na ito.",
    "part": "bahagi {number}",
    "open_review": "Suriin at magpasya",
    "deadline_of": "Takdang oras: {title}",
    "unsubscribe": "Itigil ang mga email na ito",
    "untitled": "(walang pamagat)",
    "not_delivered": "{count} abiso para sa {destination} ang hindi naihatid",
    "not_delivered_one": "1 abiso para sa {destination} ang hindi naihatid",
    "not_delivered_lead": "Nasa talaan pa rin ang mga ito hanggang may kumilos. Walang kusang ipinapadalang muli.",
    "not_delivered_state": "{count} {state}",
    "not_delivered_do": "Ayusin ang sanhi, subukan gamit ang `tenderwatch alerts test {destination}`, saka ipadalang "
    "muli "
    "gamit ang `tenderwatch alerts resend`. Maaaring dumating na ang mga hindi tiyak: magtanong muna, saka "
    "`tenderwatch "
    "alerts resend --unknown` o `tenderwatch alerts acknowledge`.",
    "dead": "isinuko",
    "unknown": "hindi tiyak",
    "sample_title": "Halimbawang tender, para makita ninyo ang itsura ng mga abiso rito",
    "sample_buyer": "Halimbawang mamimili",
    "sample_reason": "Sinasabi ng linyang ito kung bakit tumugma",
    "test_subject": "Pagsubok na mensahe",
    "test_lead": "Pagsubok ito. Dumarating ang mga mensahe rito, at wala nang ibang kailangang gawin.",
    "buyer": "Mamimili",
    "country": "Bansa",
    "deadline": "Takdang oras",
    "value": "Halaga",
    "profile": "Profile",
    "score": "Puntos",
    "why": "Bakit tumugma",
    "yours": "sa inyo: {word}",
    "what_changed": "Ano ang nagbago",
    "lot": "Lote",
    "open_notice": "Buksan ang abiso",
    "no_link": "Walang ibinibigay na link ang portal",
    "not_stated": "hindi nakasaad",
    "nothing": "wala",
    "no_time": "walang nakasaad na oras",
    "at_portal": "{time} {offset} ayon sa pagkalathala",
    "passed": "lampas na ang takdang oras",
    "minutes": "wala nang isang oras ang natitira",
    "hours": "{count} oras ang natitira",
    "hours_one": "1 oras ang natitira",
    "days": "{count} araw ang natitira",
    "days_one": "1 araw ang natitira",
    "rest": "at {count} pa",
    "rest_one": "at 1 pa",
    "source_trouble": "{source}: {state}",
    "source_overdue": "Hindi nabasa ang {source}",
    "source_mended": "Maayos na ang {source}",
    "sources_trouble": "{count} source ang may problema",
    "sources_mended": "{count} source ang maayos na",
    "sources_both": "{bad} source ang may problema, {good} ang maayos na",
    "source_lead": "Maaaring may kulang na abiso hanggang maayos ito. Ipaaalam ito sa inyo araw-araw hanggang doon.",
    "source_lead_mended": "Nabasa ng huling crawl ang lahat ng ipinapangako ng portal. Walang kailangang gawin.",
    "again": "araw {day}",
    "since": "Mula",
    "what_is_wrong": "Ano ang mali",
    "what_to_do": "Ano ang gagawin",
    "measure": "Sinukat",
    "expected": "Inaasahan",
    "usual": "Karaniwan",
    "seen": "Nakita",
    "notices": "abiso sa isang crawl",
    "filled": "may laman: {name}",
    "last_good": "Huling maayos na crawl",
    "never": "hindi kailanman",
    "next_due": "Susunod na crawl",
    "at_once": "kapag may bakanteng crawl",
    "runs": "Mga crawl mula noon",
    "held": "Pinigil",
    "held_changes": "{count} kilalang abiso ang iba na ang basa ngayon. Walang sinasabihang binago ito ng mga "
    "mamimili: "
    "baka ang pahina ang nagbago. Sasabihin ito ng maayos na crawl na muling babasa; kung nasa ayos ang portal, agad "
    "itong sinasabi ng: {command}",
    "held_changes_one": "1 kilalang abiso ang iba na ang basa ngayon. Walang sinasabihang binago ito ng mamimili: baka "
    "ang pahina ang nagbago. Sasabihin ito ng maayos na crawl na muling babasa; kung nasa ayos ang portal, agad itong "
    "sinasabi ng: {command}",
    "missing": "Maaaring kulang",
    "missing_all": "Lahat ng inilalathala ng portal na ito: wala pang maayos na crawl.",
    "missing_since": "Ang nailathala o nabago mula {moment}, hanggang maayos ito.",
    "missing_pages": "Ang nasa mga pahinang nabanggit lamang sa itaas; nabasa ang iba. "
    "(Huling crawl na nabasa ang lahat: {moment}.)",
    "was": "Dati",
    "was_since": "{state} mula {since} hanggang {until}",
    "caught_up": "Nabasa ngayon",
    "caught_up_count": "{new} bago at {changed} binagong abiso, sa {found}",
    "late_since": "Muling binabasa ang nailathala mula {since} hanggang {until}, hangga't nakalista pa sa portal: huli "
    "na ang mga abisong iyon. Para basahin muli ang panahong iyon:",
    "late_never": "Ito ang unang maayos na crawl. Nababasa ang mga lumang abiso sa:",
    "saved_page": "nakatago ang pahina; para makita ito: tenderwatch sources page {page}",
    "open_portal": "Buksan ang portal",
    "sent_to_operators": "Ipinadala ng Tenderwatch sa mga operator nito (`operators: true` sa alerts.yml).",
    "do_refused": "Ayaw magpabasa ng portal. Tanungin ang operator nito, kasama ang address at user agent na ginagamit "
    "natin; huwag itong lusutan.",
    "do_wall": "Buksan ang portal sa browser. Hindi nilulusutan ang nakaharang: humingi sa operator nito ng API o "
    "pahintulot na magbasa, o patayin ang source (`enabled: false`).",
    "do_changed": "Ihambing ang portal sa nakatagong pahina: nagbago ba ito? Kung gayon, ayusin ang YAML o reader ng "
    "source, subukan sa nakatagong pahina, at mag-crawl muli.",
    "do_few": "Tingnan ang portal: ganito ba talaga kakaunti, o hindi na naaabot ng crawl?",
    "do_filled": "Buksan ang ilang abiso nito sa portal: naroon ba ang mga detalye? Kung gayon, iba na ang lugar: "
    "ayusin "
    "ang YAML o reader ng source.",
    "do_canary": "Buksan ang kilalang abiso sa portal. Kung iba na ang ipinapakita ng portal, ayusin ang `canary:` sa "
    "YAML ng source; kung hindi, hindi na ito naiintindihan ng reader.",
    "do_partial": "Wala muna: susubukan sa mga susunod na crawl ang hindi nabasa, limang beses. Kung magtagal, tingnan "
    "ang mga pahinang nabanggit sa itaas.",
    "do_failed": "Gumagana ba ang portal, at ang network ng makinang ito? Uunahin ng susunod na crawl ang mga pahinang "
    "hindi natapos.",
    "do_overdue": "Tumatakbo ba ang `tenderwatch work`, o ang cron job ng `tenderwatch run`? Abala ba ang lahat ng "
    "crawl?",
    "sent_by": "Ipinadala ng Tenderwatch dahil sa mga tuntunin: {rules}.",
    "times_in": "Nasa oras ng {zone} kung walang ibang nakasaad na zone.",
}

FILIPINO_FIELDS: Mapping[str, str] = {
    "title": "Pamagat",
    "description": "Paglalarawan",
    "buyers": "Mamimili",
    "country": "Bansa",
    "regions": "Rehiyon",
    "codes": "Klasipikasyon",
    "value": "Halaga",
    "published_at": "Nailathala",
    "deadline_at": "Takdang oras",
    "deadline_precision": "Katumpakan ng takdang oras",
    "lots": "Mga lote",
    "documents": "Mga dokumento",
    "status": "Katayuan",
    "kind": "Uri ng abiso",
    "url": "Link",
}
