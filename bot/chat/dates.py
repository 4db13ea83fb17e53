"""Arithmetic on calendar dates, as people count: weeks run Monday to Sunday, a month name is its latest whole one."""

from datetime import date, timedelta

FRIDAY = 4


def day(year: int, month: int, number: int) -> date | None:
    """That date, or None where the calendar has no such day."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def nearest(month: int, number: int, today: date, *, ahead: bool) -> date | None:
    """The latest such day up to today, or the next one from today on. Leap days may be years away."""
    years = range(today.year, today.year + 9) if ahead else range(today.year, today.year - 9, -1)
    days = (day(year, month, number) for year in years)
    return next((found for found in days if found and (found >= today if ahead else found <= today)), None)


def nearest_number(number: int, today: date, *, ahead: bool) -> date | None:
    """The latest day with that number in its month up to today, or the next one."""
    steps = range(62) if ahead else range(0, -62, -1)
    days = (today + timedelta(days=step) for step in steps)
    return next((found for found in days if found.day == number), None)


def monday_of(today: date, weeks: int = 0) -> date:
    """The Monday of today's week, or of the one that many weeks on."""
    return today + timedelta(days=7 * weeks - today.weekday())


def week(today: date, weeks: int) -> tuple[date, date]:
    """Monday to Friday of the week that many weeks on."""
    monday = monday_of(today, weeks)
    return monday, monday + timedelta(days=FRIDAY)


def month(year: int, number: int) -> tuple[date, date]:
    """The first and last day of a month; months beyond 1 … 12 run into the neighbouring years."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), following - timedelta(days=1)


def latest_whole_month(number: int, today: date) -> tuple[date, date]:
    """The latest month of that name that is over."""
    first, last = month(today.year, number)
    return (first, last) if last <= today else month(today.year - 1, number)


def quarter(year: int, number: int) -> tuple[date, date]:
    """The first and last day of a quarter; quarters beyond 1 … 4 run into the neighbouring years."""
    return month(year, 3 * number - 2)[0], month(year, 3 * number)[1]


def whole_year(year: int) -> tuple[date, date]:
    """1 January to 31 December."""
    return date(year, 1, 1), date(year, 12, 31)


def months_before(today: date, months: int) -> date:
    """The same day of the month that many months ago; a shorter month gives its last day."""
    first, last = month(today.year, today.month - months)
    return min(first + timedelta(days=today.day - 1), last)
