"""Which e-mail domains tell whose somebody is, and which do not."""

_PROVIDERS = frozenset(
    (
        *(
            "gmail.com",
            "googlemail.com",
            "icloud.com",
            "me.com",
            "mac.com",
            "msn.com",
            "passport.com",
            "windowslive.com",
        ),
        *("aim.com", "ymail.com", "rocketmail.com", "mail.com", "email.com", "usa.com", "post.com", "europe.com"),
        *(
            "proton.me",
            "protonmail.com",
            "protonmail.ch",
            "pm.me",
            "tuta.com",
            "tuta.io",
            "tutanota.com",
            "tutanota.de",
        ),
        *("tutamail.com", "keemail.me", "posteo.de", "posteo.net", "mailbox.org", "mailfence.com", "hushmail.com"),
        *(
            "fastmail.com",
            "fastmail.fm",
            "runbox.com",
            "zoho.com",
            "zohomail.com",
            "zohomail.eu",
            "hey.com",
            "duck.com",
        ),
        *("web.de", "freenet.de", "t-online.de", "arcor.de", "1und1.de", "online.de", "email.de", "kabelmail.de"),
        *("vodafone.de", "freemail.de", "bluewin.ch", "sunrise.ch", "hispeed.ch", "chello.at", "aon.at", "utanet.at"),
        *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "neuf.fr", "bbox.fr", "numericable.fr"),
        *("libero.it", "virgilio.it", "tiscali.it", "alice.it", "tin.it", "inwind.it", "tim.it", "fastwebnet.it"),
        *("telefonica.net", "terra.es", "ono.com", "sapo.pt", "telenet.be", "skynet.be", "ziggo.nl", "kpnmail.nl"),
        *("planet.nl", "home.nl", "hetnet.nl", "xs4all.nl", "telia.com", "bredband.net", "online.no", "wp.pl", "o2.pl"),
        *(
            "onet.pl",
            "interia.pl",
            "op.pl",
            "gazeta.pl",
            "seznam.cz",
            "centrum.cz",
            "azet.sk",
            "freemail.hu",
            "citromail.hu",
        ),
        *("abv.bg", "mail.bg", "ukr.net", "i.ua", "meta.ua", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"),
        *(
            "rambler.ru",
            "ya.ru",
            "inbox.lv",
            "btinternet.com",
            "btopenworld.com",
            "sky.com",
            "talktalk.net",
            "tiscali.co.uk",
        ),
        *("virginmedia.com", "ntlworld.com", "blueyonder.co.uk", "eircom.net", "comcast.net", "verizon.net", "att.net"),
        *(
            "sbcglobal.net",
            "bellsouth.net",
            "cox.net",
            "charter.net",
            "earthlink.net",
            "optonline.net",
            "roadrunner.com",
        ),
        *(
            "juno.com",
            "netzero.net",
            "frontier.com",
            "windstream.net",
            "mindspring.com",
            "rogers.com",
            "shaw.ca",
            "bell.net",
        ),
        *(
            "sympatico.ca",
            "videotron.ca",
            "telus.net",
            "uol.com.br",
            "bol.com.br",
            "terra.com.br",
            "ig.com.br",
            "globo.com",
        ),
        *(
            "globomail.com",
            "prodigy.net.mx",
            "bigpond.com",
            "bigpond.net.au",
            "optusnet.com.au",
            "iinet.net.au",
            "xtra.co.nz",
        ),
        *(
            "rediffmail.com",
            "sify.com",
            "indiatimes.com",
            "qq.com",
            "163.com",
            "126.com",
            "139.com",
            "yeah.net",
            "sina.com",
        ),
        *("sina.cn", "sohu.com", "foxmail.com", "aliyun.com", "naver.com", "hanmail.net", "daum.net", "nate.com"),
        *("docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "nifty.com", "walla.co.il", "mweb.co.za", "webmail.co.za"),
        *("vtext.com", "privaterelay.appleid.com", "users.noreply.github.com"),
    )
)
_FAMILIES = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "aol", "yandex"})
"""Providers under many countries: yahoo.co.uk, gmx.at, hotmail.fr."""

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "mil", "net", "org"})
_MORE_SUFFIXES = frozenset(
    (
        *(
            "me.uk",
            "ltd.uk",
            "plc.uk",
            "sch.uk",
            "nhs.uk",
            "or.at",
            "gv.at",
            "ne.jp",
            "or.jp",
            "go.jp",
            "ad.jp",
            "ed.jp",
        ),
        *(
            "gr.jp",
            "lg.jp",
            "ne.kr",
            "or.kr",
            "go.kr",
            "re.kr",
            "pe.kr",
            "gob.mx",
            "gob.ar",
            "gob.es",
            "gob.cl",
            "gob.pe",
        ),
        *(
            "nom.es",
            "nom.br",
            "ind.br",
            "eng.br",
            "adv.br",
            "art.br",
            "id.au",
            "asn.au",
            "govt.nz",
            "gen.nz",
            "school.nz",
        ),
        *("geek.nz", "or.id", "go.id", "web.id", "or.th", "go.th", "in.th", "gen.tr", "web.tr", "bel.tr", "firm.in"),
        *(
            "gen.in",
            "ind.in",
            "nic.in",
            "web.za",
            "law.za",
            "muni.il",
            "k12.il",
            "idv.tw",
            "idv.hk",
            "asso.fr",
            "gouv.fr",
        ),
        *(
            "msk.ru",
            "spb.ru",
            "kiev.ua",
            "in.ua",
            "waw.pl",
            "biz.pl",
            "info.pl",
            "info.tr",
            "name.tr",
            "or.ke",
            "or.tz",
        ),
    )
)
_MOST_LEVELS = 3


def is_generic(domain: str) -> bool:
    """Whether anybody may have an address there, so that sharing it says nothing. The list is kept by hand from the
    providers that are large in their countries; it holds no throw-away domains, under which nobody has an account."""
    return domain in _PROVIDERS or (domain.split(".")[0] in _FAMILIES and is_suffix(domain.partition(".")[2]))


def is_suffix(domain: str) -> bool:
    """Whether names are registered under it, so that those who share it need not know each other: com, co.uk.

    A rule and a short list in place of the Public Suffix List with its ten thousand entries: a country's second level
    that is named as nearly all countries name theirs. Where the rule does not know a suffix (kawasaki.jp,
    blogspot.com), an account would have to be filed under that very suffix for a wrong match.
    """
    first, dot, rest = domain.partition(".")
    if not dot:
        return True
    return domain in _MORE_SUFFIXES or (len(rest) == 2 and first in _SECOND_LEVEL)


def levels(domain: str) -> tuple[str, ...]:
    """A domain and those above it that may be a company's, the most specific first. Of a very long one the three that
    are nearest to what was registered."""
    labels = domain.split(".")
    climbed = [".".join(labels[start:]) for start in range(len(labels))]
    return tuple(level for level in climbed if level and not is_suffix(level))[-_MOST_LEVELS:]
