"""The comparison of devices, CSSM and what was bought.

The theory. A device that was read is counted by its own word, any other by CSSM's. Where CSSM has a device decides
which virtual account pays for it; the inventory decides only for one that CSSM does not know. Owned is what the smart
account has bought in all: a shortage in one virtual account is mended by a transfer as long as another has some left.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.intent import same_account
from nornir_smartlic.model import Udi
from nornir_smartlic.reconciliation.names import candidates_for, is_ambiguous, label
from nornir_smartlic.reconciliation.values import (
    Accounting,
    Answer,
    BelievedDevice,
    CountedLicense,
    Discrepancy,
    HostCount,
    Kind,
    OwnedLicense,
    Position,
    Reconciliation,
)

_NAMED_IN_ANSWER: Final = 5
_ORDER: Final = {kind: number for number, kind in enumerate(Kind)}


def reconcile(
    counts: Iterable[HostCount],
    devices: Sequence[BelievedDevice],
    owned: Iterable[OwnedLicense],
    *,
    now: datetime,
    ending_within: timedelta,
    is_whole: bool = True,
    agreements: Set[str] = frozenset(),
) -> Reconciliation:
    """Where devices, CSSM and purchases disagree.

    *is_whole*: *counts* are of the whole inventory, so that what else CSSM has is orphaned. *agreements* are the
    subscriptions that are enterprise agreements.
    """
    owned = _merged(owned)
    ledger = _Ledger(devices, owned)
    for count in sorted(counts, key=lambda count: count.host):
        ledger.enter(count)
    ledger.enter_others(is_whole=is_whole)
    positions = ledger.positions(agreements)
    ledger.found += _ending(owned, positions, now, now + ending_within)
    ledger.found += _over_and_under(positions)
    found = sorted(
        ledger.found,
        key=lambda each: (_ORDER[each.kind], each.virtual_account or "", each.host or "", each.license or ""),
    )
    answer, text = _answer(positions, found, ledger.believed)
    return Reconciliation(answer, text, positions, tuple(found))


@dataclass
class _Ledger:
    """What is in use, by virtual account and licence, and what disagrees on the way."""

    devices: Sequence[BelievedDevice]
    owned: Sequence[OwnedLicense]
    found: list[Discrepancy] = field(default_factory=list)
    believed: int = 0  # devices that are counted by CSSM's word
    _claimed: set[Udi] = field(default_factory=set)  # they belong to a host of the inventory
    _used: dict[tuple[str | None, str], int] = field(default_factory=lambda: defaultdict(int))
    _by_udi: dict[Udi, list[BelievedDevice]] = field(default_factory=lambda: defaultdict(list))
    _by_host: dict[str, list[BelievedDevice]] = field(default_factory=lambda: defaultdict(list))
    _names: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))  # None: of all accounts
    _spellings: dict[str, str] = field(default_factory=dict)  # of virtual accounts, by what they are without case

    def __post_init__(self) -> None:
        for each in self.devices:
            self._by_udi[each.udi].append(each)
            self._by_host[_folded(each.host_name or "")].append(each)
            self._spellings.setdefault(_folded(each.virtual_account), each.virtual_account)
        for line in self.owned:
            self._names[line.virtual_account].append(line.name)
            self._names[None].append(line.name)
            self._spellings[_folded(line.virtual_account)] = line.virtual_account

    def enter(self, count: HostCount) -> None:
        """Count a host of the inventory."""
        known = [each for udi in dict.fromkeys(count.udis) for each in self._by_udi[udi]]
        if not known and count.error is not None:  # its UDI is not known
            known = self._by_host[_folded(count.host)]
        self._claimed.update(each.udi for each in known)
        account = known[0].virtual_account if known else self._spelled(count.virtual_account)
        if count.error is not None:
            self.found.append(Discrepancy(Kind.UNREAD, count.error, account, count.host))
            for each in known:
                self._believe(each)
        elif known:
            self._compare(count, known)
        else:
            self._miss(count, account)

    def _spelled(self, account: str | None) -> str | None:
        """A virtual account of the inventory as CSSM spells it."""
        return account if account is None else self._spellings.get(_folded(account), account)

    def _miss(self, count: HostCount, account: str | None) -> None:
        """A device that CSSM does not know; one that uses nothing reports nothing, and is not missed."""
        in_use = [each for each in count.licenses if each.count]
        if not in_use:
            return
        names = ", ".join(f"{label(each)} {each.count}" for each in in_use)
        udi = count.udis[0] if count.udis else None
        self.found.append(
            Discrepancy(
                Kind.MISSING,
                f"CSSM does not know it; it uses {names}",
                account,
                count.host,
                udi,
                on_device=sum(each.count for each in in_use),
                fix=_sync(count.host),
            )
        )
        for each in in_use:
            if (name := self._owned_name(count, each, account)) is not None:
                self._used[account, name] += each.count

    def _compare(self, count: HostCount, known: Sequence[BelievedDevice]) -> None:
        first, wanted = known[0], count.virtual_account
        for each in known:
            if wanted is not None and not same_account(each.virtual_account, wanted):
                moved = Discrepancy(
                    Kind.MOVED,
                    f"it is in virtual account {each.virtual_account}, the inventory says {wanted}",
                    each.virtual_account,
                    count.host,
                    each.udi,
                    fix=_command("cssm transfer devices", each.udi.sn, "--from", each.virtual_account, "--to", wanted),
                )
                self.found.append(moved)
        believed: dict[str, int] = defaultdict(int)
        for name, number in (line for each in known for line in each.licenses):
            believed[name] += number
        own: dict[str, int] = defaultdict(int)
        for licence in count.licenses:
            fitting = candidates_for(licence, believed, by_words=True)
            named = fitting[0] if len(fitting) == 1 else self._owned_name(count, licence, first.virtual_account)
            if named is not None:
                own[named] += licence.count
        for name in sorted({*own, *believed}):
            self._used[first.virtual_account, name] += own[name]
            if own[name] != believed[name]:
                self.found.append(
                    Discrepancy(
                        Kind.COUNT_DIFFERS,
                        f"it uses {own[name]} of {name}, CSSM counts {believed[name]}",
                        first.virtual_account,
                        count.host,
                        first.udi,
                        name,
                        own[name],
                        believed[name],
                        fix=_sync(count.host),
                    )
                )

    def _owned_name(self, count: HostCount, counted: CountedLicense, account: str | None) -> str | None:
        """What CSSM calls it; ``None``: that is not known, and a finding."""
        for names in ([] if account is None else self._names[account], self._names[None]):
            fitting = candidates_for(counted, names, by_words=False)
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                break
        else:
            if not is_ambiguous(counted):
                return label(counted)  # nothing of that name was ever bought
        if not counted.count:
            return None
        may_be = f": it may be {', '.join(fitting)}" if fitting else ""
        self.found.append(
            Discrepancy(
                Kind.NAME_UNKNOWN,
                f"which licence of CSSM {label(counted)} is, is not known{may_be}",
                account,
                count.host,
                count.udis[0] if count.udis else None,
                label(counted),
                counted.count,
            )
        )
        return None

    def enter_others(self, *, is_whole: bool) -> None:
        """Count the devices of CSSM that no host of the inventory is."""
        for each in self.devices:
            if each.udi in self._claimed:
                continue
            self._believe(each)
            if is_whole:
                names = ", ".join(f"{name} {number}" for name, number in each.licenses)
                counts = f"CSSM counts {names} for it" if names else "it uses nothing"
                self.found.append(
                    Discrepancy(
                        Kind.ORPHANED,
                        f"it is not in the inventory; {counts}",
                        each.virtual_account,
                        each.host_name,
                        each.udi,
                        in_cssm=sum(number for _, number in each.licenses),
                    )
                )

    def _believe(self, device: BelievedDevice) -> None:
        self.believed += 1
        for name, number in device.licenses:
            self._used[device.virtual_account, name] += number

    def positions(self, agreements: Set[str]) -> tuple[Position, ...]:
        """Every licence that is owned or in use, by virtual account."""
        books = {(each.virtual_account, each.name): each for each in self.owned}
        forward = {
            each.name for each in self.owned if any(bought.subscription_id in agreements for bought in each.purchases)
        }
        made = []
        for account, name in sorted({*books, *self._used}, key=lambda key: (key[0] or "", key[1])):
            book = books.get((account or "", name))
            made.append(
                Position(
                    name,
                    account,
                    book.bought if book is not None else 0,
                    book.in_use if book is not None else 0,
                    self._used.get((account, name), 0),
                    Accounting.TRUE_FORWARD if name in forward else Accounting.TRUE_UP,
                )
            )
        return tuple(made)


def _merged(owned: Iterable[OwnedLicense]) -> list[OwnedLicense]:
    """One line for each licence of a virtual account, of which CSSM may have several, by billing or by status."""
    found: dict[tuple[str, str], OwnedLicense] = {}
    for line in owned:
        key = (line.virtual_account, line.name)
        same = found.get(key)
        found[key] = (
            line
            if same is None
            else replace(
                same,
                bought=_sum(same.bought, line.bought),
                in_use=_sum(same.in_use, line.in_use),
                purchases=(*same.purchases, *line.purchases),
            )
        )
    return list(found.values())


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _over_and_under(positions: Sequence[Position]) -> Iterable[Discrepancy]:
    donors: dict[str, Position] = {}  # of each licence, the account that has most of it left
    for each in positions:
        if (each.left or 0) > 0 and (each.license not in donors or (each.left or 0) > (donors[each.license].left or 0)):
            donors[each.license] = each
    for each in positions:
        if each.left is None or each.left == 0 or each.bought is None:
            continue
        kind = Kind.OVER_USED if each.left < 0 else Kind.UNDER_USED
        message = f"{-each.left} too few" if each.left < 0 else f"{each.left} left"
        fix = None
        if each.left < 0:
            message += f", {each.accounting.value}"
            donor = donors.get(each.license)
            if donor is not None and each.virtual_account is not None:
                number = min(-each.left, donor.left or 0)
                message += f"; {donor.left} left in {donor.virtual_account}"
                fix = _command(
                    "cssm transfer licenses",
                    each.license,
                    str(number),
                    "--from",
                    donor.virtual_account or "",
                    "--to",
                    each.virtual_account,
                )
        yield Discrepancy(
            kind,
            message,
            each.virtual_account,
            license=each.license,
            on_device=each.in_use,
            in_cssm=each.in_cssm,
            bought=each.bought,
            accounting=each.accounting if kind is Kind.OVER_USED else None,
            fix=fix,
        )


def _ending(
    owned: Sequence[OwnedLicense], positions: Sequence[Position], now: datetime, until: datetime
) -> Iterable[Discrepancy]:
    by_key = {(each.virtual_account, each.license): each for each in positions}
    for line in owned:
        remaining = line.bought
        for purchase in sorted(line.purchases, key=lambda each: (each.ends is None, each.ends or now)):
            if purchase.ends is None or purchase.ends > until:
                break
            position = by_key[line.virtual_account, line.name]
            ended = "ended" if purchase.ends <= now else "end"
            message = f"{purchase.quantity} {ended} on {purchase.ends:%Y-%m-%d}"
            if remaining is not None and purchase.ends > now:  # what has ended is in no quantity any more
                remaining -= purchase.quantity
                short = position.in_use - remaining
                message += f", then {remaining} for {position.in_use} in use" + (f": {short} too few" * (short > 0))
            yield Discrepancy(
                Kind.ENDING,
                message,
                line.virtual_account,
                license=line.name,
                on_device=position.in_use,
                in_cssm=position.in_cssm,
                bought=purchase.quantity,
                ends=purchase.ends,
                accounting=position.accounting,
            )


def _answer(positions: Sequence[Position], found: Sequence[Discrepancy], believed: int) -> tuple[Answer, str]:
    """Is what is in use what we own? Over the whole smart account."""
    left: dict[str, int] = defaultdict(int)
    is_known = True
    for each in positions:
        if each.left is None:
            is_known = False
        else:
            left[each.license] += each.left
    short = {name: -number for name, number in sorted(left.items()) if number < 0}
    in_use = sum(each.in_use for each in positions)
    bought = sum(each.bought or 0 for each in positions)
    by_word = f", of {_number(believed, 'device')} by CSSM's count" if believed else ""
    total = f"{in_use} in use, {bought} bought{by_word}"
    doubts = [
        f"{_number(number, what)} not {done}"
        for number, what, done in (
            (sum(each.kind is Kind.UNREAD for each in found), "host", "read"),
            (sum(each.kind is Kind.NAME_UNKNOWN for each in found), "licence", "matched"),
        )
        if number
    ]
    doubts += [] if is_known else ["CSSM does not tell how many were bought"]
    if short:
        accounting = {each.license: each.accounting.value for each in positions}
        named = [f"{name} {number} ({accounting[name]})" for name, number in short.items()]
        more = f" and {len(named) - _NAMED_IN_ANSWER} more" if len(named) > _NAMED_IN_ANSWER else ""
        listed = ", ".join(named[:_NAMED_IN_ANSWER]) + more
        text = f"no, {sum(short.values())} too few: {listed}; {total}" + "".join(f"; {doubt}" for doubt in doubts)
        return Answer.NO, text
    if doubts:
        return Answer.NOT_KNOWN, f"not known: {', '.join(doubts)}; {total}"
    if any(each.kind is Kind.OVER_USED for each in found):
        return Answer.YES, f"yes, once licences are moved to the virtual accounts that use them: {total}"
    return Answer.YES, f"yes: {total}"


def _folded(name: str) -> str:
    """As `same_account` compares: CSSM takes no notice of case."""
    return name.strip().lower()


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _sync(host: str) -> str:
    return _command("sync", "-F", f"name={host}")


def _command(name: str, *words: str) -> str:
    return " ".join(("smartlic", name, *map(shlex.quote, words)))
