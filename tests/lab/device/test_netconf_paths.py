"""XPath filters become subtree filters, or say what they cannot be."""

from __future__ import annotations

from time import process_time
from xml.etree.ElementTree import tostring

import pytest

from smartlic_lab.device.yang.paths import filters_of


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/native/hostname", ["<native><hostname /></native>"]),
        ("/ios:native", ["<native />"]),
        ("/a/b | /c", ["<a><b /></a>", "<c />"]),
        ("/a/b[k='1/2']/c", ["<a><b><k>1/2</k><c /></b></a>"]),
        ("/a[x:k=\"a|b\"][ l = '2' ]", ["<a><k>a|b</k><l>2</l></a>"]),
    ],
)
def test_paths_select(path: str, filters: list[str]) -> None:
    assert [tostring(one, encoding="unicode") for one in filters_of(path)] == filters


@pytest.mark.parametrize("path", ["", "//a", "a/b", "/a//b", "/a[1]", "/a/*", "/a/text()", "/a | b", "count(/a)"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="XPath"):
        filters_of(path)


@pytest.mark.parametrize(
    "path",
    ["/a" * 32_000, "/" + "'" * 64_000, "/a" + "['" * 32_000, "/" + "a|" * 30_000, "/a" * 100, "/a" + "[b='c'" * 580],
)
def test_a_path_that_would_take_long_is_refused_at_once(path: str) -> None:
    started = process_time()
    with pytest.raises(ValueError, match="XPath"):
        filters_of(path)
    assert process_time() - started < 1
