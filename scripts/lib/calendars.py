"""Prints the exchange calendars of `exchange_calendars` as compact JSON, and samples of their sessions: see scripts/calendars.mjs."""

import json
import warnings
from collections import Counter
from datetime import date

warnings.filterwarnings("ignore")
import exchange_calendars  # noqa: E402

FIRST, LAST = date(1990, 1, 1), date(2030, 12, 31)
NAMES = ["XNYS", "XNAS", "XLON", "XETR", "XTKS", "XHKG", "CMES", "24/7"]
# What a session's regular hours are is what most of so many sessions around it have.
AROUND = 30


def day(of):
    return (of - date(1970, 1, 1)).days


def calendar(name):
    """The longest part of the range that the package knows."""
    for first in [FIRST, date(1997, 1, 1)]:
        for last in [LAST, date(2029, 12, 31), date(2028, 12, 31), date(2027, 12, 31), date(2026, 12, 31)]:
            try:
                return exchange_calendars.get_calendar(name, start=first, end=last), first, last
            except ValueError:
                continue
    raise ValueError(f"{name} cannot be evaluated")


def minutes(moment, session, zone):
    """Minutes of local clock time after the session's midnight."""
    local = moment.tz_convert(zone)
    return ((local.date() - session.date()).days * 24 + local.hour) * 60 + local.minute


def hours_of(row, session, zone):
    parts = [row.open, row.close, row.break_start, row.break_end]
    return tuple(None if part is None or part != part else minutes(part, session, zone) for part in parts)


def regular(hours):
    """The regular hours at each session."""
    found = []
    for at in range(len(hours)):
        around = Counter(hours[max(0, at - AROUND) : at + AROUND + 1])
        found.append(around.most_common(1)[0][0])
    # A change lies where the hours themselves change, not where the majority does.
    for at in range(1, len(found)):
        if found[at] != found[at - 1]:
            back = at
            while back > 0 and hours[back - 1] == found[at]:
                back -= 1
                found[back] = found[at]
            forth = at
            while forth < len(found) and hours[forth] == found[at - 1] and hours[forth] != found[at]:
                found[forth] = found[at - 1]
                forth += 1
    return found


def base36(number):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
        if number == 0:
            return text


def listed(days):
    """Days as what each is after the one before, in base 36."""
    return " ".join(base36(each - before) for before, each in zip([0, *days], days))


def compact(name):
    found, first, last = calendar(name)
    schedule = found.schedule
    zone = str(found.tz)
    sessions = [(day(at.date()), hours_of(row, at, zone)) for at, row in zip(schedule.index, schedule.itertuples())]
    weekdays = sorted({at.dayofweek for at in schedule.index})
    usual = regular([hours for _, hours in sessions])
    rules, special = [], {}
    for (at, hours), rule in zip(sessions, usual):
        if not rules or rules[-1][1:] != list(rule):
            rules.append([at, *rule])
        if hours != rule:
            special.setdefault(hours, []).append(at)
    held = {at for at, _ in sessions}
    closed = [at for at in range(day(first), day(last) + 1) if (at + 3) % 7 in weekdays and at not in held]
    rules[0][0] = day(first)
    return {
        "name": name,
        "timeZone": zone,
        "first": day(first),
        "last": day(last),
        "weekdays": weekdays,
        "hours": rules,
        "closed": listed(closed),
        "special": [[*hours, listed(days)] for hours, days in sorted(special.items(), key=str)],
    }


def sampled(name, index, at):
    """Sessions around changes of clocks, closures and short days of some years, and here and there."""
    if name in ("XNAS", "24/7"):
        return index % 1000 == 0
    some = {(2001, 9), (2012, 10), (2019, 7), (2024, 3), (2024, 11), (2024, 12)}
    return (at.year, at.month) in some or index % 151 == 0


def samples(name):
    found, _, _ = calendar(name)
    schedule = found.schedule
    rows = []
    for index, (at, row) in enumerate(zip(schedule.index, schedule.itertuples())):
        if not sampled(name, index, at):
            continue
        times = [row.open, row.close, row.break_start, row.break_end]
        text = [each.strftime("%Y-%m-%dT%H:%MZ") for each in times if each is not None and each == each]
        before = schedule.index[index - 1].strftime("%Y-%m-%d") if index > 0 else "none"
        rows.append(" ".join([at.strftime("%Y-%m-%d"), before, *text]))
    return rows


print(
    json.dumps(
        {
            "version": exchange_calendars.__version__,
            "calendars": [compact(name) for name in NAMES],
            "samples": {name: samples(name) for name in NAMES},
        }
    )
)
