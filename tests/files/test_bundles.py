"""Bundles for CSSM: what goes in comes out, and an archive made to hurt is refused."""

import gzip
import io
import tarfile

import pytest

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import ack_bundle, bundles, read_bundle, usage_bundle, write_bundle


def usage():
    return usage_bundle(
        ["<smartLicense/>", "<smartLicense>2</smartLicense>"],
        stamp="20250101120000",
        created_by="1-2-3",
        smart_account="example.com",
    )


def test_a_bundle_comes_back_as_it_was_written_and_always_as_the_same_bytes():
    assert read_bundle(write_bundle(usage())) == usage()
    assert write_bundle(usage()) == write_bundle(usage())


def test_a_bundle_is_laid_out_as_the_sample_of_the_source():
    with tarfile.open(fileobj=io.BytesIO(write_bundle(usage()))) as outer:
        assert outer.getnames() == ["manifest.mf", "UD_VA_20250101120000.tar.gz"]
        manifest = outer.extractfile("manifest.mf").read().decode().splitlines()
    assert manifest[:3] == [
        "Manifest-Version: 1.0",
        r'Created-By: "{\"uuid\": \"1-2-3\"}"',
        "Smart-Account: example.com",
    ]
    assert [file.name for file in usage().files] == ["dev_1_20250101120000.txt", "dev_2_20250101120000.txt"]


def test_an_ack_finds_its_device_by_the_number_in_its_name():
    acks = read_bundle(write_bundle(ack_bundle(usage(), {"dev_2_20250101120000.txt": "<ack/>"})))
    assert acks.is_ack
    assert [(file.name, file.number, file.content) for file in acks.files] == [
        ("ACK_dev_2_20250101120000.txt", "2", b"<ack/>")
    ]


@pytest.mark.parametrize(
    ("data", "met"),
    [
        (b"", "cut off"),
        (b"no archive", "not gzip"),
        pytest.param(gzip.compress(b"no archive" * 100), "not a tar archive", id="no tar archive"),
        pytest.param(write_bundle(usage())[:-5], "cut off", id="cut off"),
        pytest.param(bundles._archive([("readme", b"")]), "readme - expected UD_VA_", id="another file"),
    ],
)
def test_what_is_no_bundle_is_rejected_in_one_line(data, met):
    with pytest.raises(FileRejected, match=met):
        read_bundle(data)


def test_a_bundle_that_unpacks_to_too_much_is_rejected(monkeypatch):
    monkeypatch.setattr(bundles, "MAXIMUM_BYTES", 10_000)
    with pytest.raises(FileRejected, match="more than 10000 bytes"):
        read_bundle(gzip.compress(bytes(20_000)))
