"""The tables themselves: the page generated from them is up to date, every state can be reached and left."""

from pathlib import Path

import pytest

from nornir_smartlic.errors import IllegalEvent
from smartlic_lab.agent import authorization, communication, diagram, registration, reporting, rum, trust
from smartlic_lab.agent.events import Scope, SyncRequested
from smartlic_lab.agent.transitions import step
from smartlic_lab.agent.trust import Trust, TrustTrigger
from tests.lab.agent.kit import days, stack

PAGE = Path(__file__).parents[3] / "docs" / "agent.md"
TABLES = {
    module.__name__.rsplit(".", 1)[1]: module.TRANSITIONS
    for module in (authorization, communication, registration, reporting, rum, trust)
}
ENDS = {"DELETED"}
UNUSED = {"PENDING"}  # a word that the parsers know, and no agent of the lab prints


def test_the_page_of_state_diagrams_is_what_the_tables_give():
    assert PAGE.read_text() == diagram.document(), "run: python -m smartlic_lab.agent.diagram > docs/agent.md"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_state_is_reached_and_left(table):
    states = [state for state in type(next(iter(table))[0]) if state.name not in UNUSED]
    left = {state for (state, _), after in table.items() if state is not after}
    reached = {after for (state, _), after in table.items() if state is not after}
    assert {state.name for state in states} - {state.name for state in left} <= ENDS
    first = next(iter(table))[0]
    assert set(states) - reached <= {first}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_trigger_has_its_place(table):
    triggers = type(next(iter(table))[1])
    assert {trigger for _, trigger in table} == set(triggers)


def test_a_pair_that_is_not_in_the_table_is_illegal():
    with pytest.raises(IllegalEvent, match="trust refused is not accepted in the state none"):
        step(trust.TRANSITIONS, Trust.NONE, TrustTrigger.FAILED)


def test_a_command_that_fails_half_way_has_changed_nothing(monkeypatch):
    bench = stack().trusted().pass_time(days(1))
    before = bench.agent.stored()

    def refuse(*_):
        raise IllegalEvent("refused")

    monkeypatch.setattr("smartlic_lab.agent.exchange.launch", refuse)
    with pytest.raises(IllegalEvent):
        bench.agent.handle(SyncRequested(Scope.ALL), bench.now)
    assert bench.agent.stored() == before
