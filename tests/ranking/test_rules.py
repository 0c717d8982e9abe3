"""The editors' rules."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from recommender import Article, Settings
from recommender.errors import SettingsError
from recommender.ranking.rules import Candidate, Rules
from recommender.settings import RankingSettings, RulesSettings, VectorsSettings, settings_from_mapping
from recommender.writing.decisions import Decision, Decisions

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def article(name, days=0.0, **more):
    """An article of the section `drinks`, published some days after the third of March."""
    return Article(id=f"drinks/{name}", title=name, published_at=NOON + timedelta(days), **more)


def rules(*decisions, ignore_topics=(), **settings):
    """The rules of some settings and decisions."""
    held = Decisions({decision.pair: decision for decision in decisions})
    vectors = VectorsSettings(ignore_topics=ignore_topics)
    return Rules(Settings(vectors=vectors, rules=RulesSettings(**settings)), held, NOON)


def ranked(*articles):
    """Candidates with falling scores: 0.9, 0.8, ..."""
    return [Candidate(one, 0.9 - 0.1 * place) for place, one in enumerate(articles)]


def names(choice):
    """The names of what is chosen."""
    return [one.article.title for one in choice.chosen]


TEA = article("tea", topics=("Tea", "Featured"), provider="Wire", language="en")
CUP = article("cup", -3, topics=("tea",), provider="Wire", language="en")
POT = article("pot", 2, topics=("china",), provider="Post", language="de")
CAR = article("car", -90, topics=("cars", "featured"), provider="wire")


def test_nothing_is_set():
    """Without a rule or a decision the k best are chosen as they come."""
    plain = rules()
    choice = plain.choose(TEA, ranked(CUP, POT, CAR), 2)
    assert choice.chosen == (Candidate(CUP, 0.9), Candidate(POT, 0.8))
    assert choice.left_out == {CAR.id: "it is number 3 of the candidates, and the list ends at 2 (ranking.k)"}


@pytest.mark.parametrize(
    "pattern", ["drinks/c*", "topic: TEA", "provider: wire", "section: drinks", "language: e?", "sponsored: true"]
)
def test_patterns(pattern):
    """An article is named by its id, a topic, its provider, section or language, or a name of its front matter."""
    cup = article("cup", topics=("tea",), provider="Wire", language="en", marks=("sponsored: true",))
    other = Article(id="cars/bus", path="cars/bus.md", topics=("cars",), provider="Post", language="de")
    named = rules(never=(pattern,), none_on=(pattern,))
    assert named.never(cup) == f"it is never suggested: {pattern} (rules.never)"
    assert named.none_here(cup) == f"it shows none: {pattern} (rules.none_on)"
    assert (named.never(other), named.none_here(other)) == ("", "")


def test_a_value_may_have_a_colon_of_its_own():
    """The first colon of a pattern parts the name from the value."""
    green = article("green", topics=("tea: green",))
    assert rules(never=("topic: tea: green",)).never(green) == "it is never suggested: topic: tea: green (rules.never)"


def test_the_section_is_the_whole_folder():
    """An article of a folder in a folder is of no section that is the outer one's."""
    inner = Article(id="drinks/hot/tea")
    assert rules(never=("section: drinks/hot",)).never(inner) != ""
    assert rules(never=("section: drinks",)).never(inner) == ""


def test_show_none():
    """An article that asks for none shows none, and says so."""
    quiet = article("quiet", marks=("show-none",))
    choice = rules().choose(quiet, ranked(CUP), 5)
    assert (choice.chosen, choice.why_none) == ((), "its front matter asks for none (recommender: show-none)")
    assert choice.left_out == {CUP.id: choice.why_none}


def test_never_suggest():
    """An article that is never to be suggested is in no list, and an empty list says what emptied it."""
    choice = rules(never=("topic: cars",)).choose(TEA, ranked(CAR), 5)
    assert choice.left_out == {CAR.id: "it is never suggested: topic: cars (rules.never)"}
    assert choice.why_none == "every candidate is left out: 1 by rules.never"


def test_apart():
    """Two kinds of articles that stay apart are not suggested under each other, in neither direction."""
    apart = rules(apart=("topic: tea | topic: cars",))
    why = "topic: tea and topic: cars stay apart (rules.apart)"
    assert (apart.between(TEA, CAR), apart.between(CAR, TEA), apart.between(TEA, CUP)) == (why, why, "")


@pytest.mark.parametrize(
    ("mark", "window", "older_only", "expected"),
    [
        ((), None, False, ["cup", "pot", "car"]),
        ((), 30, False, ["cup", "pot"]),
        ((), None, True, ["cup", "car"]),
        (("background",), None, False, ["cup", "car"]),
        (("follow-up",), None, False, ["pot"]),
        (("follow-up",), None, True, ["pot"]),
        (("evergreen",), 1, True, ["cup", "pot", "car"]),
    ],
)
def test_dates(mark, window, older_only, expected):
    """Older ones only, a window of days, or what one article asks for: its background or what followed."""
    settings = Settings(ranking=RankingSettings(suggest_newer=not older_only), rules=RulesSettings(window_days=window))
    asked = article("tea", marks=mark)
    choice = Rules(settings, now=NOON).choose(asked, ranked(CUP, POT, CAR), 5)
    assert names(choice) == expected
    assert all("(" in why for why in choice.left_out.values())


def test_what_dates_refuse_is_told_with_its_cause():
    """Each sentence says how the two lie in time, and ends with the setting or the mark that it is refused for."""
    older_only = Rules(Settings(ranking=RankingSettings(suggest_newer=False)), now=NOON)
    plain = rules()
    assert older_only.between(TEA, POT) == "it is newer than the article (ranking.suggest_newer)"
    assert rules(window_days=30).between(TEA, CAR) == "it is more than 30 days from the article (rules.window_days)"
    assert plain.between(article("asks", marks=("background",)), POT) == (
        "it is newer, and the article asks for background (recommender: background)"
    )
    assert plain.between(article("asks", marks=("follow-up",)), CUP) == (
        "it is not newer, and the article asks for what followed (recommender: follow-up)"
    )


def test_articles_of_one_moment_are_not_newer_than_each_other():
    """Where only older ones may stand, what came out at the same moment may; it is no follow-up."""
    twin = article("twin")
    assert Rules(Settings(ranking=RankingSettings(suggest_newer=False)), now=NOON).between(TEA, twin) == ""
    assert rules().between(article("asks", marks=("background",)), twin) == ""
    assert rules().between(article("asks", marks=("follow-up",)), twin) != ""


def test_the_last_day_of_the_window_is_within_it():
    """Three days apart is within a window of three."""
    assert rules(window_days=3).between(TEA, CUP) == ""


def test_evergreen():
    """A topic for which dates do not matter is suggested however old."""
    assert names(rules(window_days=30, evergreen=("topic: cars",)).choose(TEA, ranked(CAR, CUP), 5)) == ["car", "cup"]


def test_an_article_without_a_date():
    """Dates do not hinder what has none."""
    undated = Article(id="undated")
    assert rules(window_days=1).between(TEA, undated) == ""


@pytest.mark.parametrize(
    ("same", "expected"),
    [("topic", ["cup"]), ("language", ["cup"]), ("provider", ["cup", "car"]), ("section", ["cup", "pot", "car"])],
)
def test_same(same, expected):
    """What a suggestion must have in common with its article; a topic that is ignored does not count."""
    choice = rules(same=(same,), ignore_topics=("featured",)).choose(TEA, ranked(CUP, POT, CAR), 5)
    assert names(choice) == expected


def test_prefer():
    """What is preferred counts with a quarter more score."""
    preferred = rules(prefer=("topic",))
    assert names(preferred.choose(TEA, [Candidate(POT, 0.6), Candidate(CUP, 0.5)], 5)) == ["cup", "pot"]
    assert names(preferred.choose(TEA, [Candidate(POT, 0.7), Candidate(CUP, 0.5)], 5)) == ["pot", "cup"]
    of_provider = rules(prefer=("provider",))
    assert names(of_provider.choose(TEA, [Candidate(POT, 0.6), Candidate(CAR, 0.5)], 5)) == ["car", "pot"]


def test_per_provider():
    """Of one provider only so many are suggested, and the next of another moves up."""
    choice = rules(per_provider=1).choose(TEA, ranked(CUP, CAR, POT), 2)
    assert names(choice) == ["cup", "pot"]
    assert choice.left_out[CAR.id] == "1 of wire stand before it (rules.per_provider)"
    assert choice.why_none == "", "something is shown"
    third = article("third", provider="WIRE")
    assert names(rules(per_provider=2).choose(TEA, ranked(CUP, CAR, third, POT), 5)) == ["cup", "car", "pot"]


def test_what_is_pinned_counts_for_its_provider():
    """Beside a pinned article of a provider none of the same stands where only one may."""
    held = rules(Decision(TEA.id, CAR.id, "pin", position=1), per_provider=1)
    assert names(held.choose(TEA, ranked(CUP, POT, CAR), 5)) == ["car", "pot"]


def test_what_is_pinned_comes_before_what_is_accepted():
    """However far down it was pinned, where there is one place."""
    held = rules(Decision(TEA.id, CUP.id, "pin", 9), Decision(TEA.id, POT.id, "accept"))
    choice = held.choose(TEA, ranked(POT, CUP), 1)
    assert names(choice) == ["cup"]
    assert choice.left_out == {POT.id: "1 others are pinned or accepted (ranking.k)"}


def test_articles_without_a_provider_are_not_of_one():
    """However many of them there are, none stands in the way of another."""
    assert names(rules(per_provider=1).choose(TEA, ranked(article("one"), article("two")), 5)) == ["one", "two"]


def test_only_older_ones_are_ranked_where_no_newer_one_may_stand():
    """Not where an article asks for what followed, or is evergreen, or a pattern says that some are."""
    older_only = RankingSettings(suggest_newer=False)
    strict = Rules(Settings(ranking=older_only), now=NOON)
    assert strict.wants_older(TEA)
    assert strict.wants_older(article("other", marks=("background",)))
    assert not strict.wants_older(article("asks", marks=("follow-up",)))
    assert not strict.wants_older(article("lasting", marks=("evergreen",)))
    assert not Rules(Settings(ranking=older_only, rules=RulesSettings(evergreen=("a*",))), now=NOON).wants_older(TEA)
    assert not rules().wants_older(TEA)


def test_at_least():
    """A list that would be shorter than asked for is not shown, unless an editor decided it."""
    choice = rules(at_least=2).choose(TEA, ranked(CUP), 5)
    assert (choice.chosen, choice.why_none) == ((), "every candidate is left out: 1 by rules.at_least")
    accepted = rules(Decision(TEA.id, CUP.id, "accept"), at_least=2)
    assert names(accepted.choose(TEA, ranked(CUP), 5)) == ["cup"]


def test_diversity():
    """What is like those before it stands back, the more the higher the knob."""
    alike = {frozenset((CUP.id, POT.id)): 1.0}

    def similarity(one, other):
        return alike.get(frozenset((one, other)), 0.0)

    candidates = ranked(CUP, POT, CAR)
    assert names(rules(diversity=0.0).choose(TEA, candidates, 2, similarity=similarity)) == ["cup", "pot"]
    choice = rules(diversity=0.5).choose(TEA, candidates, 2, similarity=similarity)
    assert names(choice) == ["cup", "car"]
    assert choice.left_out == {POT.id: "it is much like those before it (rules.diversity)"}


def test_diversity_weighs_score_against_likeness():
    """Half of each: 0.4 - 0.1 for what is a little like the first, 0.35 for what is not; preference counts too."""
    half = rules(diversity=0.5)
    choice = half.choose(TEA, ranked(CUP, POT, CAR, article("mug")), 2, similarity=lambda *pair: 0.2 * (POT.id in pair))
    assert names(choice) == ["cup", "car"]
    assert choice.left_out["drinks/mug"] == "it is number 4 of the candidates, and the list ends at 2 (ranking.k)"
    preferred = rules(diversity=0.5, prefer=("topic",))
    choice = preferred.choose(TEA, [Candidate(POT, 0.6), Candidate(CUP, 0.5)], 1, similarity=lambda *pair: 0.0)
    assert names(choice) == ["cup"]


def test_diversity_goes_on_behind_what_the_provider_leaves_out():
    """What is refused for its provider is not among those that the next is like."""
    alike = {frozenset((CAR.id, POT.id)): 1.0}
    mug = article("mug")
    choice = rules(diversity=0.5, per_provider=1).choose(
        TEA, ranked(CUP, CAR, POT, mug), 3, similarity=lambda one, other: alike.get(frozenset((one, other)), 0.0)
    )
    assert names(choice) == ["cup", "pot", "mug"]


def test_copies():
    """Of one text the best by the site's own figure is suggested, else the newest, and the others are named with it."""
    old, new, good = article("old", -9), article("new", -1), article("good", -5, quality=70.0)
    found = [Candidate(old, 0.84), Candidate(CUP, 0.82), Candidate(new, 0.8), Candidate(good, 0.8)]
    choice = rules().choose(TEA, found, 5, copy_of=lambda one: one.id if one is CUP else "a")
    assert names(choice) == ["cup", "good"]
    assert choice.chosen[1].copies == (found[0], found[2])
    assert choice.left_out[old.id] == f"{good.id} is called or tells the same, and is shown (copies)"
    assert names(rules().choose(TEA, [found[0], found[2]], 5, copy_of=lambda key: "")) == ["new"]


@pytest.mark.parametrize(
    ("score", "similarity", "shown"), [(0.7, 0.6, "near"), (0.945, 0.58, "near"), (0.945, 0.75, "far")]
)
def test_of_pages_with_one_title_the_one_that_fits_is_shown(score, similarity, shown):
    """What has a score or a similarity that no copy would have is another text, however new and good."""
    near, far = article("near"), article("far", quality=70.0)
    found = [Candidate(near, 0.986, similarity=0.807), Candidate(far, score, similarity=similarity)]
    choice = rules().choose(TEA, found, 5, copy_of=lambda one: "overview")
    assert (names(choice), choice.chosen[0].copies) == ([shown], (found[shown == "near"],))


def test_of_equal_copies_the_one_with_the_plain_name_is_shown():
    """Programs call their copies `tea copy` and `tea (1)`."""
    found = [Candidate(article(name), 0.8) for name in ("tea (1)", "tea", "tea copy")]
    assert names(rules().choose(CUP, found, 5, copy_of=lambda one: "tea")) == ["tea"]


def test_what_is_the_article_once_more_is_not_suggested_under_it():
    """Unless an editor asks for it."""
    copy, other = article("copy"), article("other")
    choice = rules().choose(TEA, ranked(copy, other), 5, itself={copy.id})
    assert (names(choice), choice.left_out) == (
        ["other"], {copy.id: "it has the same title and text: it is a copy of the article (copies)"}
    )  # fmt: skip
    wanted = rules(Decision(TEA.id, copy.id, "accept")).choose(TEA, ranked(copy, other), 5, itself={copy.id})
    assert names(wanted) == ["copy", "other"]


def test_of_copies_the_one_that_an_editor_decided_for_is_shown():
    """Whatever the site's own figure says of the others."""
    good, accepted = article("good", quality=70.0), article("accepted", -9)
    held = rules(Decision(TEA.id, accepted.id, "accept"))
    found = ranked(good, accepted)
    choice = held.choose(TEA, found, 5, copy_of=lambda one: "a")
    assert (names(choice), choice.chosen[0].copies) == (["accepted"], (found[0],))


def test_fill_ups():
    """Places that remain are filled with the newest of the same topic, marked as such, where that is asked for."""
    mug = article("mug", -1, topics=("Tea",))

    def newest(topics):
        assert list(topics) == ["tea"]
        return iter([TEA, mug, CUP])

    settings = {"ignore_topics": ("featured",), "never": ("drinks/cup",)}
    choice = rules(fill_up=True, **settings).choose(TEA, ranked(POT), 5, newest=newest)
    assert names(choice) == ["pot", "mug"]
    assert choice.chosen[1] == Candidate(mug, 0.0, "it fills a place as one of the newest with the topic tea")
    assert names(rules(**settings).choose(TEA, ranked(POT), 5, newest=newest)) == ["pot"]


def test_what_fills_up_keeps_its_similarity():
    """It fills a place though its score is too low; how similar it is, is told all the same."""
    near = Candidate(CUP, 0.1, similarity=0.25)
    choice = rules(fill_up=True).choose(TEA, [*ranked(POT), near], 5, (0.4,), newest=lambda topics: [CUP])
    assert [(one.article.id, one.similarity) for one in choice.chosen][1:] == [(CUP.id, 0.25)]


def test_fill_ups_end_at_k_and_count_the_providers_of_what_was_chosen():
    """Of a provider that has its number among the best nothing fills up, and no more than k are shown."""
    others = [article("one", provider="Post"), article("two", provider="Wire"), article("three"), article("four")]
    choice = rules(fill_up=True, per_provider=1).choose(TEA, ranked(POT), 3, newest=lambda topics: others)
    assert names(choice) == ["pot", "two", "three"]


def test_shown():
    """What the page shows already is not suggested."""
    choice = rules().choose(TEA, ranked(CUP, POT), 5, shown={CUP.id})
    assert (names(choice), choice.left_out) == (["pot"], {CUP.id: "the page shows it already (shown)"})


def test_a_score_at_the_threshold_is_enough():
    """Only what is below it is left out."""
    choice = rules().choose(TEA, [Candidate(CUP, 0.5), Candidate(POT, 0.499)], 5, least=(0.5,))
    assert (names(choice), choice.left_out) == (["cup"], {POT.id: "its score 0.499 is below the threshold 0.500"})


def test_each_suggestion_needs_more_than_the_one_before():
    """The last threshold holds for all that follow; what editors decided raises none."""
    least = (0.4, 0.5, 0.6)
    many = [Candidate(article(str(number)), 0.6) for number in range(4)]
    assert len(rules().choose(TEA, many, 9, least).chosen) == 4
    fewer = [Candidate(CUP, 0.45), Candidate(POT, 0.45)]
    choice = rules().choose(TEA, fewer, 5, least)
    assert names(choice) == ["cup"]
    assert choice.left_out == {POT.id: "its score 0.450 is below the threshold 0.500 behind another"}
    held = rules(Decision(TEA.id, CAR.id, "accept"))
    assert names(held.choose(TEA, [*fewer, Candidate(CAR, 0.1)], 5, least)) == ["car", "cup"]


def test_a_place_that_will_be_filled_needs_no_more_than_the_first():
    """What fills up is no better than what the score left out."""
    choice = rules(fill_up=True).choose(TEA, [Candidate(CUP, 0.45), Candidate(POT, 0.45)], 5, (0.4, 0.5))
    assert names(choice) == ["cup", "pot"]


def test_the_best_of_copies_decides_whether_one_of_them_is_shown():
    """The newer one may be shown for it; where none is, each is told why."""
    older, newer = article("older"), article("newer", 1)
    many = [Candidate(CUP, 0.9), Candidate(older, 0.5), Candidate(newer, 0.48)]
    same = dict.fromkeys(("drinks/older", "drinks/newer"), "one")
    told = partial(rules().choose, TEA, many, 5, copy_of=lambda one: same.get(one.id, one.id))
    assert names(told((0.4, 0.5))) == ["cup", "newer"]
    why = "its score 0.500 is below the threshold 0.550 behind another"
    assert told((0.4, 0.55)).left_out == {older.id: why, newer.id: why}


def test_what_is_pinned_goes_before_what_is_accepted():
    """Where both are more than k, the last of the accepted ones is left out."""
    held = rules(
        Decision(TEA.id, POT.id, "accept"),
        Decision(TEA.id, CUP.id, "pin", position=1),
        Decision(TEA.id, CAR.id, "pin", position=2),
    )
    choice = held.choose(TEA, ranked(POT, CUP, CAR), 2)
    assert names(choice) == ["cup", "car"]
    assert choice.left_out == {POT.id: "2 others are pinned or accepted (ranking.k)"}


def test_decisions():
    """Pinned comes first, by position, then accepted whatever its score, then the best; rejected is gone."""
    held = rules(
        Decision(TEA.id, "drinks/second", "pin", position=2),
        Decision(TEA.id, "drinks/first", "pin", position=1),
        Decision(TEA.id, POT.id, "accept", by="Ana", day=date(2026, 3, 1), why="a classic"),
        Decision(TEA.id, CUP.id, "reject", by="Ben", why="dull"),
        Decision(TEA.id, CAR.id, "remove", until=date(2026, 3, 2)),
    )
    candidates = [*ranked(CUP, CAR, article("second")), Candidate(article("first"), 0.0), Candidate(POT, 0.1)]
    choice = held.choose(TEA, candidates, 5, least=(0.5,))
    assert names(choice) == ["first", "second", "pot", "car"]
    assert choice.chosen[2].note == "it was accepted by Ana on 2026-03-01: a classic"
    assert choice.left_out == {CUP.id: "it was rejected by Ben: dull (decision)"}


@pytest.mark.parametrize(
    ("position", "expected"), [(1, "car cup pot"), (2, "cup car pot"), (3, "cup pot car"), (9, "cup pot car")]
)
def test_pinned_where_it_stands(position, expected):
    """What is pinned stands at its place, or behind all where there are fewer."""
    held = rules(Decision(TEA.id, CAR.id, "pin", position=position))
    assert names(held.choose(TEA, ranked(CUP, POT, CAR), 3)) == expected.split()


def test_what_is_pinned_to_one_place():
    """Comes in the order of the ranking, and behind what fills up where its place is there."""
    held = rules(*(Decision(TEA.id, one.id, "pin", position=3) for one in (POT, CAR)), fill_up=True)
    mugs = [article(name) for name in ("one", "two", "three")]
    choice = held.choose(TEA, ranked(CAR, POT), 5, newest=lambda topics: mugs)
    assert names(choice) == ["one", "two", "car", "pot", "three"]


def test_why_nothing_is_chosen_says_how_many_each_cause_left_out():
    """An empty box counts its candidates by cause, the most frequent first; a score that is too low is one."""
    strict = rules(never=("provider: wire",))
    choice = strict.choose(TEA, [Candidate(CUP, 0.9), Candidate(CAR, 0.8), Candidate(POT, 0.1)], 5, least=(0.5,))
    assert choice.why_none == "every candidate is left out: 2 by rules.never, 1 by the score"
    assert choice.left_out[POT.id] == "its score 0.100 is below the threshold 0.500"
    assert strict.choose(TEA, [], 5).why_none == ""


def test_fill_ups_are_no_copies():
    """What fills up is no text that stands there already, nor more of one provider than the rules allow."""
    others = [article("one", provider="Wire"), article("two", provider="Wire"), article("three", provider="Post")]
    choice = rules(fill_up=True, per_provider=1).choose(TEA, [], 5, newest=lambda topics: others)
    assert names(choice) == ["one", "three"]
    choice = rules(fill_up=True).choose(TEA, [], 5, newest=lambda topics: others, copy_of=lambda one: one.provider)
    assert names(choice) == ["three"], "the article itself is from Wire"
    others = [article(str(number), provider=provider) for number, provider in enumerate(("Post", "post", "Post", ""))]
    choice = rules(fill_up=True, per_provider=2).choose(TEA, [], 5, newest=lambda topics: others)
    assert names(choice) == ["0", "1", "3"], "who has no provider is not counted as one"
    choice = rules(fill_up=True).choose(TEA, [], 5, newest=lambda topics: others, copy_of=lambda one: one.id[:7])
    assert names(choice) == [], "all are copies of the article"
    choice = rules(fill_up=True).choose(
        POT, [], 5, newest=lambda topics: others, copy_of=lambda one: one.title[:1] < "3"
    )
    assert names(choice) == ["0"], "of copies the first"


def test_what_only_its_score_left_out_may_fill_a_place():
    """It is no longer told as left out; what a rule left out fills nothing."""
    held = rules(fill_up=True, never=(CAR.id,))
    candidates = [Candidate(CUP, 0.1), Candidate(CAR, 0.2)]
    choice = held.choose(TEA, candidates, 5, least=(0.5,), newest=lambda topics: [CUP, CAR])
    assert names(choice) == ["cup"]
    assert [*choice.left_out] == [CAR.id]


def test_what_was_removed_stays_away():
    """A removal holds like a rejection, and is told as one that ends with its cause."""
    assert rules(Decision(TEA.id, CUP.id, "remove")).between(TEA, CUP) == "it was taken out (decision)"


def test_a_decision_overrules_a_rule():
    """What an editor accepts is shown whatever the rules of dates and kinds say, never what is never suggested."""
    settings = {"window_days": 1.0, "same": ("topic",)}
    assert names(rules(Decision(TEA.id, CAR.id, "accept"), **settings).choose(TEA, ranked(CAR), 5)) == ["car"]
    blocked = rules(Decision(TEA.id, CAR.id, "accept"), never=("topic: cars",))
    assert names(blocked.choose(TEA, ranked(CAR), 5)) == []


def test_patterns_as_yaml_reads_them():
    """A pattern need not be quoted in the settings file, and names of front matter in it are read."""
    settings = settings_from_mapping({"rules": {"never": [{"topic": "deaths"}, {"sponsored": True}], "window_days": 9}})
    assert settings.rules.never == ("topic: deaths", "sponsored: true")
    assert settings.rules.front_matter_names == ("sponsored",)
    assert settings.rules.window_days == 9.0


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            {"same": ["topics"]},
            "rules.same may name topic, provider, language, section, but names 'topics'. Did you mean",
        ),
        ({"apart": ["topic: tea"]}, "rules.apart must be two patterns with a bar between"),
        ({"diversity": 2}, "rules.diversity must be a number from 0 to 1"),
        ({"never": [{"a": 1, "b": 2}]}, "rules.never must be a list of texts"),
    ],
)
def test_wrong_settings(found, message):
    """A rule that cannot be followed is an error that says what it must be."""
    with pytest.raises(SettingsError) as caught:
        settings_from_mapping({"rules": found})
    assert message in str(caught.value)
