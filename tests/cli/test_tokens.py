from __future__ import annotations

import io

import pytest

from nornir_smartlic.cli.tokens import Token, TokenExhausted, TokenWallet, tokens_of_text, wallet_of
from nornir_smartlic.errors import UsageError
from nornir_smartlic.model import Secret

TOKEN = "MDEwMjAzMDQtMDUwNi0wNzA4"


def test_a_use_is_counted_for_each_device_until_none_is_left():
    wallet = TokenWallet([Token(Secret("one"), uses=2)])
    assert wallet.take(None) == wallet.take("Branches") == Secret("one")
    with pytest.raises(TokenExhausted, match="all 2 are taken by other devices"):
        wallet.take(None)


def test_a_device_gets_a_token_of_its_virtual_account():
    wallet = TokenWallet([Token(Secret("any")), Token(Secret("branch"), "Branches", uses=1)])
    assert wallet.take("Branches") == Secret("branch")
    assert wallet.take("Campus") == Secret("any")
    with pytest.raises(TokenExhausted):
        wallet.take("Branches")


def test_without_a_token_for_its_account_a_device_goes_without():
    wallet = TokenWallet([Token(Secret("branch"), "Branches")])
    with pytest.raises(TokenExhausted, match="no token for virtual account Campus"):
        wallet.take("Campus")


def test_a_token_that_is_used_up_makes_way_for_the_next():
    wallet = TokenWallet([Token(Secret("one"), uses=1), Token(Secret("two"), uses=1)])
    assert [wallet.take(None), wallet.take(None)] == [Secret("one"), Secret("two")]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (f"{TOKEN}\n", [(TOKEN, None, None)]),
        (f"# from CSSM\n\n{TOKEN}\nother\n", [(TOKEN, None, None), ("other", None, None)]),
        (
            f"tokens:\n  - {{token: {TOKEN}, virtual_account: My Branches, uses: 5}}\n  - other\n",
            [(TOKEN, "My Branches", 5), ("other", None, None)],
        ),
    ],
)
def test_tokens_are_lines_or_yaml(text, tokens):
    read = tokens_of_text(text, "file")
    assert [(token.secret.reveal(), token.virtual_account, token.uses) for token in read] == tokens


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        f"token: {TOKEN}\n",
        f"tokens: {TOKEN}\n",
        f"tokens:\n  - {{token: {TOKEN}, colour: red}}\n",
        f"tokens:\n  - {{token: {TOKEN}, uses: 0}}\n",
        f"tokens:\n  - {{uses: 1, token: [{TOKEN}]}}\n",
        f"tokens: [{TOKEN}, \n",
    ],
)
def test_what_is_no_token_is_refused_without_showing_it(text):
    with pytest.raises(UsageError) as caught:
        tokens_of_text(text, "token file t")
    assert TOKEN not in str(caught.value)
    assert str(caught.value).startswith("token file t")


def test_a_token_comes_from_the_place_that_is_named(tmp_path, monkeypatch):
    file = tmp_path / "token"
    file.write_text("of-a-file")
    monkeypatch.setenv("MY_TOKEN", "of-a-variable")
    monkeypatch.setenv("SMARTLIC_TOKEN", "of-the-default")
    monkeypatch.setattr("sys.stdin", io.StringIO("of-standard-input\n"))
    taken = [
        wallet_of(file, None, standard_input=False),
        wallet_of(None, "MY_TOKEN", standard_input=False),
        wallet_of(None, None, standard_input=False),
        wallet_of(None, None, standard_input=True, uses=3),
    ]
    assert [wallet.take(None).reveal() for wallet in taken] == [
        "of-a-file",
        "of-a-variable",
        "of-the-default",
        "of-standard-input",
    ]
    assert taken[3].tokens[0].uses == 3
