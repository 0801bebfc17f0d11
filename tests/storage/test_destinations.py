from sqlalchemy import Engine

from domain.alerts import Destination, Rule
from storage.destinations import delete_rule, find_destinations, find_rules, save_destination, save_rule
from storage.engine import reading, writing


def test_destinations_and_rules_are_saved_over_those_of_the_same_id(engine: Engine) -> None:
    with writing(engine) as c:
        for name in ("Sales", "The sales desk"):
            save_destination(c, Destination("sales", name, "tendermail://a@b.example"))
        for score in (40, 70):
            save_rule(c, Rule("all", None, score, "sales"))
        save_rule(c, Rule("pumps", "pumps", 0, "sales"))
        assert delete_rule(c, "pumps")
        assert not delete_rule(c, "pumps")
    with reading(engine) as c:
        assert find_destinations(c) == [Destination("sales", "The sales desk", "tendermail://a@b.example")]
        assert find_rules(c) == [Rule("all", None, 70, "sales")]
