"""Values that are made fast are those that the model's classes make."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

import pytest

from nornir_smartlic import model
from nornir_smartlic.parsers.making import maker

KINDS = [kind for name in model.__all__ if is_dataclass(kind := getattr(model, name)) and isinstance(kind, type)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_value_is_the_one_that_its_class_makes(kind: Any) -> None:
    arguments = {item.name: _value(item.name) for item in fields(kind)}
    made, plain = maker(kind)(**arguments), kind(**arguments)
    assert type(made) is kind
    assert (made, repr(made), hash(made)) == (plain, repr(plain), hash(plain))
    assert pickle.loads(pickle.dumps(made)) == plain
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, None)


def _value(name: str) -> Any:
    """A value that the checks of any class let pass."""
    return {"wall": datetime(2022, 1, 11), "days": 5}.get(name, f"value {name}")


def test_defaults_and_names_are_those_of_the_class() -> None:
    assert maker(model.TrustCode)(None, installed=None) == model.TrustCode(None, None)
    with pytest.raises(TypeError):
        maker(model.TrustCode)()


def test_a_class_of_another_make_is_used_itself() -> None:
    @dataclass(frozen=True)
    class Loose:
        value: int

    assert maker(Loose) is Loose
