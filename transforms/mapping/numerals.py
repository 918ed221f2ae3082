"""Numbers as people and programs write them: thousands separators, signs, brackets, currencies.

To add a way of writing: extend the patterns in `_as_decimals`, with an example in
tests/transforms/test_numerals.py. Money never passes through a binary fraction.
"""

from __future__ import annotations

import polars as pl

from transforms.mapping.readings import Way, read_in_turn

# So many digits before the point and after it, times a scale of up to 10**9, fit into Int128.
_DIGITS = 18
_PLACES = 9

_CURRENCY = r"(?:\p{Sc}|元|圆|CNY|RMB|USD|EUR|GBP|HKD|JPY|UAH)"
_SPACE_OR_APOSTROPHE = (r"\s", "['’]")


def read_integers(texts: pl.Series, *, scale: int, decimal_comma: bool) -> pl.Series:
    """Return `texts` times `scale` as Int64, exactly; null where that is not a whole number.

    So with scale 100 "0.29" is 29, and "1234.565" is unreadable: it is finer than a minor unit,
    and to round it would change the books without a word. With scale 1 "12.0" is 12.
    """

    def read_whole(texts: pl.Series) -> pl.Series:
        whole = _where(texts, rf"^-?[0-9]{{1,{_DIGITS}}}$").cast(pl.Int128)
        return whole * pl.Series([scale], dtype=pl.Int128)

    def read_with_point(texts: pl.Series) -> pl.Series:
        return _scaled(_where(texts, r"^-?[0-9]+\.[0-9]+$"), scale)

    def read_written(texts: pl.Series) -> pl.Series:
        return _scaled(_as_decimals(texts, decimal_comma=decimal_comma), scale)

    ways: list[Way] = [read_whole, read_with_point, read_written]
    if decimal_comma:  # there "1.234" is more than a thousand
        ways.remove(read_with_point)
    return read_in_turn(texts, ways, pl.Int128()).cast(pl.Int64, strict=False)


def read_floats(texts: pl.Series, *, scale: int, decimal_comma: bool) -> pl.Series:
    """Return `texts` times `scale` as Float64; null where no finite number is written.

    A trailing % is dropped: "85 %" is 85, as a score on a scale to 100.
    """

    def read_plain(texts: pl.Series) -> pl.Series:
        return texts.cast(pl.Float64, strict=False)

    def read_written(texts: pl.Series) -> pl.Series:
        return _as_decimals(texts, decimal_comma=decimal_comma).cast(pl.Float64)

    ways: list[Way] = [read_written] if decimal_comma else [read_plain, read_written]
    numbers = read_in_turn(texts, ways, pl.Float64()) * float(scale)
    return numbers.set(~numbers.is_finite(), None)


def _as_decimals(texts: pl.Series, *, decimal_comma: bool) -> pl.Series:
    """Return `texts` as -1234.5, with a point and nothing else; null where no number is written.

    Separators must stand where thousands do, so that "12,50" is not taken for 1250.
    """
    point, separator = (",", r"\.") if decimal_comma else (r"\.", ",")
    grouped = "|".join(
        f"[0-9]{{1,3}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}"
        for mark in (separator, *_SPACE_OR_APOSTROPHE)
    )
    number = rf"(?:(?:{grouped}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)"
    unsigned = rf"{_CURRENCY}?\s*{number}\s*{_CURRENCY}?\s*%?"
    ways = (
        rf"[+-]?\s*{unsigned}",
        rf"{_CURRENCY}\s*[+-]\s*{number}",
        rf"{unsigned}-",
        rf"\(\s*{unsigned}\s*\)",
    )
    normal = texts.str.normalize("NFKC").str.replace_all("−", "-", literal=True)
    written = _where(normal, rf"^(?:{'|'.join(ways)})$")
    digits = written.str.replace_all(rf"[^0-9{point}]", "").str.replace(",", ".", literal=True)
    # The 0 makes a number of ".5" too.
    is_negative = written.str.contains(r"[-(]")
    return is_negative.replace_strict([True, False], ["-0", "0"], default=None) + digits


def _scaled(decimals: pl.Series, scale: int) -> pl.Series:
    """Return plain `decimals` times `scale` as Int128; null where that is not whole."""
    decimal, shortest = pl.col("decimal"), pl.col("shortest")
    has_point = decimal.str.contains(".", literal=True)
    cut = pl.when(has_point).then(decimal.str.strip_chars_end("0")).otherwise(decimal + ".")
    point = shortest.str.find(".", literal=True).cast(pl.Int64)
    frame = (
        decimals.alias("decimal")
        .to_frame()
        .select(shortest=cut)
        .select(shortest, point=point, places=shortest.str.len_bytes() - 1 - point)
    )
    places = pl.col("places")
    fits = (places <= _PLACES) & (pl.col("point") <= _DIGITS + len("-0"))
    digits = shortest.str.replace(".", "", literal=True).cast(pl.Int128, strict=False)
    filling = pl.lit(10, pl.Int64).pow(_PLACES - places).cast(pl.Int128)
    units = pl.col("units")
    return (
        frame.select(units=pl.when(fits).then(digits * filling * _int128(scale)))
        .select(pl.when(units % _int128(10**_PLACES) == 0).then(units // _int128(10**_PLACES)))
        .to_series()
    )


def _where(texts: pl.Series, pattern: str) -> pl.Series:
    """Return `texts` with null where they do not match `pattern`."""
    return texts.set(~texts.str.contains(pattern), None)


def _int128(number: int) -> pl.Expr:
    return pl.lit(number, pl.Int128)
