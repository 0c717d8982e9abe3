from time import process_time

import pytest

from recommender import read_article, read_site
from recommender.content.generators import Generator
from recommender.content.generators.hugo import Hugo
from recommender.content.languages import (
    around,
    detect_language,
    language_of_text,
    site_languages,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The kettle sings when the water is hot, and the tea is what it was made for in the first of our cups", "en"),
        ("Der Kessel singt, wenn das Wasser heiß ist, und der Tee ist das, wofür er in der Küche steht, am Tag", "de"),
        ("La théière chante quand l'eau est chaude, et le thé est ce pour quoi elle a été faite dans la ville", "fr"),
        ("La tetera canta cuando el agua está caliente, y el té es para lo que fue hecha en la cocina, la casa", "es"),
        ("お湯が沸くとやかんが歌います。お茶の時間です。", "ja"),
        ("水开了，水壶就会唱歌。", "zh"),
        ("물이 끓으면 주전자가 노래한다.", "ko"),
        ("Чайник поёт, когда вода горячая, и чай это то, для чего он был сделан в первой из наших чашек там", "ru"),
        ("kettle cup pot", ""),
        ("Zwx qrt plk mnb vcd fgh jkl zxc vbn asd qwe rty uio pas dfg hjk lzx cvb nmq wer tyu iop", ""),
        ("", ""),
        ("2021 03 03", ""),
        # A few titles with hardly a stop word.
        ("Tomaattien kasvatus\nPolkupyörän ketju", "fi"),
        ("زراعة الطماطم\nأمراض الطماطم", "ar"),
        ("Nyheter fra Oslo\nRegn i Bergen", "no"),
        ("Growing garlic\nBuying ladders", "en"),
        ("Most na Dravi zatvoren je zbog popravka. Radovi će trajati do jeseni.", "hr"),
        ("Мост ће бити затворен шест недеља. Општина каже да су радови неопходни и да ће трајати до јесени, али ће "
         "трамваји возити као и до сада.", "sr"),
        ("Keltas į salą plaukia du kartus per dieną. Bilietus galima pirkti uoste.", "lt"),
        ("Мостот ќе биде затворен шест недели. Општината вели дека работата е неопходна.", "mk"),
        ("பள்ளி திங்கட்கிழமை திறக்கிறது", "ta"),
        # Words that several languages have ("a", "in", "hat") leave it to all others.
        ("Felting a wool hat\nFelting a wool slipper\nFelting a wool coat\nFelting a bag\nA red hat\nA hat in wool\n"
         "Washing a wool coat", "en"),
        ("A tea pot of clay\nA lid for a tea pot\nTea in a clay cup\nA kettle on a stove\nClay and fire", "en"),
        ("En rød hat\nHavnen i Aarhus\nBrød og smør\nEn mand i en bil\nNye kartofler på markedet", "da"),
        ("El far del port\nLa pesca al mar\nUn vaixell de vela\nPa de sègol amb llavors\nLa mel de les abelles", "ca"),
        # Keys and addresses are no words.
        ("Water tomatoes in the morning, at the root and never on the leaves. See also [Feeding tomatoes]"
         "(Feeding%20them%202a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6e.md), 1a2b3c4d5e6f7a8b9c0d and https://a.example/a/e/i/o "
         "for more on it.", "en"),
        ("Kubernetes Docker Terraform Ansible", ""),
        ("Foo Bar Baz", ""),
    ],
)  # fmt: skip
def test_detect(text, language):
    """By its script, its stop words or how common its words are; too little text tells nothing."""
    assert detect_language([text]) == language


def test_a_text_without_blanks():
    """Takes no time: data and code that stand in a text have runs of many letters."""
    run = "ab" * 25_000
    started = process_time()
    assert detect_language([f"The kettle sings on the stove {run}"] * 20) == "en"
    assert process_time() - started < 10


def files(*folders, names=("tea", "mug")):
    """The paths of a few pages in each folder."""
    return [f"{folder}/{name}.md" for folder in folders for name in names]


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (files("en", "de"), {"en": "en", "de": "de"}),
        (files("blog/pt_br", "blog/zh-CN", "about"), {"blog/pt_br": "pt-BR", "blog/zh-CN": "zh-CN"}),
        (["docs/tea.md", "docs/guide/mug.md", "docs/zh/guide/mug.md", "docs/zh/tea.md"], {"docs/zh": "zh"}),
        (files("a", "b", "c", "d", "e", "de", "fr", names=("x", "y", "z")), {"de": "de", "fr": "fr"}),
        (files("i18n/fr"), {"i18n/fr": "fr"}),
        (files("html/br"), {}),
        (files("html/br", "html/hr", "html/table", "html/form", "html/link"), {}),
        (["html/br/index.md", "html/hr/index.md", "html/a/index.md", "html/b/index.md", "html/p/index.md"], {}),
        (files("my-va", "guides"), {}),
        (files("blog/en"), {}),
    ],
)  # fmt: skip
def test_folders(paths, folders):
    """A folder is a language where the site has more of them, or where its pages mirror others'."""
    assert site_languages(paths, Generator()).folders == folders


def test_configured_folders():
    """A folder is a language where the site's configuration names it, also where it is the only one."""
    hugo = Hugo(file="hugo.toml", languages=("sv",), content_dirs={"content": "", "innehall": "sv"})
    assert site_languages(
        files("content/sv", "content/a", "content/b", "content/c", "content/br", "innehall"), hugo
    ).folders == {
        "content/sv": "sv",
        "innehall": "sv",
    }
    assert site_languages(files("blog/is"), Generator(file="_config.yml", language="is")).folders == {"blog/is": "is"}


def test_suffixes():
    """A file's name ends in a language where another of its translations lies beside it."""
    languages = site_languages(["tea.md", "tea.de.md", "why-tea.io.md"], Generator())
    assert [languages.of(path) for path in ("tea.md", "tea.de.md", "why-tea.io.md")] == ["", "de", ""]


def test_one_file(tmp_path):
    """What lies beside a file tells its language as the whole site would."""
    for path in files("en/notes", "de/notes"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    languages = site_languages(around(tmp_path, "de/notes/tea.md"), Generator())
    assert languages.of("de/notes/tea.md") == "de"


def test_folders_called_like_a_language(make_site):
    """Departments, countries and C# are no languages where the text is plainly the site's; translations stay."""
    pages = {
        "docs/hr/leave.md": "# Taking leave\n\nHow staff ask for leave, and who must agree to it.",
        "docs/it/laptop.md": "# A laptop for staff\n\nHow staff ask for a laptop, and when to bring it back.",
        "docs/it/phone.it.md": "# A phone for staff\n\nHow staff ask for a phone, and when to bring it back.",
        "docs/it/phone.md": "# The phone\n\nWhat the staff may do with the phone of the office.",
        "docs/de/urlaub.md": "# Urlaub nehmen\n\nWie man um Urlaub bittet und wer ihm zustimmen muss.",
        "docs/nl/leave.md": "---\ntitle: Leave in the Netherlands\nlang: nl\n---\nNot translated yet by the staff.",
        "docs/fr/soon.md": "# To be translated\n\nThis page is not translated yet. You can help us with that.",
        "docs/es/soon.md": "# To be translated\n\nThis page is not translated yet. You can help us with that.",
        "i18n/cs/leave.md": "# Taking leave in the office\n\nThis page is not translated yet, and you can help.",
    }
    site = make_site(pages)
    languages = {article.id: article.language for article in read_site(site)}
    assert languages == {
        "docs/hr/leave": "", "docs/it/laptop": "", "docs/it/phone": "", "docs/it/phone.it": "", "docs/de/urlaub": "de",
        "docs/nl/leave": "nl", "docs/fr/soon": "fr", "docs/es/soon": "es", "i18n/cs/leave": "cs",
    }  # fmt: skip
    assert read_article(site / "docs/hr/leave.md", site=site).language == ""
    assert read_article(site / "docs/de/urlaub.md", site=site).language == "de"


def test_folders_with_little_text_are_judged_together(make_site):
    """Departments with a few words each; but short pages that are called alike are translations."""
    said = "---\ntitle: The {0} of the house\n---\nAll of the {0}.\n"
    departments = {f"{folder}/{word}.md": said.format(word) for folder, word in
                   (("hr", "leave"), ("is", "phones"), ("no", "rules"), ("sales", "prices"))}  # fmt: skip
    translations = {f"{folder}/tea.md": said.format(folder) for folder in ("de", "fr", "it")}
    site = make_site({**departments, **{f"guide/{path}": page for path, page in translations.items()}})
    found = {article.id: article.language for article in read_site(site)}
    assert [found[path.removesuffix(".md")] for path in departments] == [""] * 4
    assert [found[f"guide/{path.removesuffix('.md')}"] for path in translations] == ["de", "fr", "it"]


def test_a_site_of_so_many_languages_that_it_has_none(make_site):
    """Keeps each folder in its own."""
    titles = {
        "de": "Kuchen", "en": "Cakes", "fi": "Kakut", "ja": "ケーキ", "pl": "Ciasta", "ru": "Пироги", "tr": "Pastalar",
        "vi": "Các loại bánh ngọt", "ar": "الكعك", "ko": "케이크", "hu": "Torták", "it": "Torte",
    }  # fmt: skip
    site = make_site({f"{code}/cakes.md": f"# {title}\n\n{f'{title} Kelp. ' * 8}" for code, title in titles.items()})
    assert {article.id.split("/")[0]: article.language for article in read_site(site)} == {
        code: code for code in titles
    }


@pytest.mark.parametrize("site", ["nb", "nn-NO", "gl", "et", "af", "cy"])
def test_a_text_stays_in_a_language_that_others_are_taken_for(site):
    """What its texts look like nobody knows, or they look like Bokmål's."""
    text = "Nyheter fra byen, og det regner på alle. Barna er på skolen, og de har det bra. Vi har en ny bro."
    assert language_of_text(text, site) == ""


@pytest.mark.parametrize(
    ("text", "site", "language"),
    [
        ("Kestrel 2.1 Update\nSchnellere Header und weniger Abstürze auf dem Server.", "en-US", "de"),
        ("Dans le jardin\nLes abeilles sont rentrées, et les enfants mangent avec la main.", "en", "fr"),
        ("An oven for the bread\nFlour, water and a warm place for the dough.", "de", "en"),
        ("Kestrel 2.1 update\nFaster headers and fewer crashes on the server.", "en", ""),
        ("El Camino de la Plata\nA walk through the west of Spain, and where to sleep on it.", "en", ""),
        ("Die Zauberflöte at the opera", "en", ""),
        ("git push origin main", "en", ""),
        ("Los Angeles, San Jose, El Paso, Las Vegas: where to eat tacos", "en", ""),
        ("Barnet spiser ikke frokost, og det er ikke bra for skolen", "en", ""),
        ("Um forno para o pão\nFarinha, água e um lugar quente para a massa.", "es", ""),
        ("An oven for the bread", "", ""),
        ("김치 담그기", "en", "ko"),
        ("अदरक की चाय", "he", "hi"),
        ("東京大学", "ja", ""),
        ("आले घालून केलेला चहा", "mr", ""),
        ("π", "en", ""),
        ("東京大学", "en", "zh"),
        ("Café Grüße", "en", ""),
    ],
)
def test_a_text_in_another_language(text, site, language):
    """A name or a quotation makes none, and of languages that share their words none is told from the other."""
    assert language_of_text(text, site) == language


def test_an_article_in_another_language_than_its_site(make_site):
    """It says nothing of it, so that is told; English beside it stays English."""
    texts = {
        "oven": ("An oven for the bread", "It stands in the garden, and it is hot by six in the morning."),
        "bees": ("Bees on the roof", "They live in the middle of the city, and there is honey for all of us."),
        "ofen": ("Ein Ofen für das Brot", "Er steht im Garten und ist um sechs Uhr in der Früh schon heiß."),
    }
    files = {f"{name}.md": f"---\ntitle: {title}\nexcerpt: {said}\n---\n" for name, (title, said) in texts.items()}
    corpus = read_site(make_site(files))
    assert {article.id: article.language for article in corpus} == {"bees": "", "ofen": "de", "oven": ""}
    told = "ofen in another language than the site by the text (de): related to articles of that language only."
    assert [warning for warning in corpus.reading.warnings if warning.startswith(told)]


def test_a_title_tells_the_language_of_code(make_site):
    """Of an article that is code, in which hardly a letter is of its language."""
    page = "---\ntitle: 방문 길이 구하기\n---\n" + "int visited = count(left, right);\n" * 20
    site = make_site({"length.md": page, "_config.yml": "lang: en\n"})
    assert read_site(site)["length"].language == "ko"


def test_a_title_tells_no_language_above_prose_in_the_sites_own(make_site):
    """An English text on a word of another language is English."""
    prose = "This is what people say when they meet, and it is how we all learn to say it to each other at home. " * 3
    site = make_site({"ni-hao.md": f"---\ntitle: 你好世界学习中文\n---\n{prose}", "_config.yml": "lang: en\n"})
    assert read_site(site)["ni-hao"].language == ""


def test_a_configuration_that_was_left_at_its_default_keeps_no_short_text_apart(make_site):
    """Where most texts tell another language, those that are too short to tell one are in it, the others are not."""
    texts = {
        "ofen": ("Ein Ofen für das Brot", "Er steht im Garten und ist um sechs Uhr in der Früh schon heiß."),
        "bienen": ("Bienen auf dem Dach", "Sie leben mitten in der Stadt, und es gibt Honig für uns alle."),
        "huhn": ("Ein Huhn und sein Stall", "Es ist nicht allein, denn die anderen sind auch noch da."),
        "imker": ("Imkerei", ""),
        "oven": ("An oven for the bread", "It stands in the garden, and it is hot by six in the morning."),
    }
    files = {f"{name}.md": f"---\ntitle: {title}\nexcerpt: {said}\n---\n" for name, (title, said) in texts.items()}
    corpus = read_site(make_site({**files, "_config.yml": "lang: en\n"}))
    assert {article.id for article in corpus if article.language == "de"} == {"ofen", "bienen", "huhn", "imker"}
