"""XPath filters become subtree filters, or say what they cannot be."""

from __future__ import annotations

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
