"""Bundles for CSSM: what goes in comes out, and an archive made to hurt is refused."""

import gzip
import io
import tarfile

import pytest

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import Budget, ack_bundle, bundles, read_bundle, usage_bundle, write_bundle


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
    ("data", "reason"),
    [
        (b"", "cut off"),
        (b"no archive", "not gzip"),
        pytest.param(gzip.compress(b"no archive" * 100), "not a tar archive", id="no tar archive"),
        pytest.param(write_bundle(usage())[:-5], "cut off", id="cut off"),
        pytest.param(bundles._archive([("readme", b"")]), "readme - expected UD_VA_", id="another file"),
    ],
)
def test_what_is_no_bundle_is_rejected_in_one_line(data, reason):
    with pytest.raises(FileRejected, match=reason):
        read_bundle(data)


def test_an_archive_that_unpacks_to_more_than_the_limit_is_rejected():
    with pytest.raises(FileRejected, match="more than 10000 bytes"):
        read_bundle(gzip.compress(bytes(20_000)), Budget(most_bytes=10_000))


def test_archives_in_an_archive_share_one_budget():
    inner = bundles._archive([("dev_1_x.txt", bytes(600_000))])
    outer = bundles._archive([(f"UD_VA_{n}.tar.gz", inner) for n in range(16)])
    with pytest.raises(FileRejected, match=r"UD_VA_1\.tar\.gz unpacks to more than 1000000 bytes, with the archives"):
        read_bundle(outer, Budget(most_bytes=1_000_000))
    many = bundles._archive([(f"UD_VA_{n}.tar.gz", inner) for n in range(5)])
    with pytest.raises(FileRejected, match="more than 6 files, with the archives around it"):
        read_bundle(many, Budget(most_files=6))


def test_bundles_of_one_command_share_a_budget():
    budget = Budget(most_files=5)
    read_bundle(write_bundle(usage()), budget)
    with pytest.raises(FileRejected, match="more than 5 files"):
        read_bundle(write_bundle(usage()), budget)


@pytest.mark.parametrize("form", ["gnu", "pax 0.1", "pax 1.0"])
def test_a_sparse_member_is_refused_before_it_is_read(form):
    packed = io.BytesIO()
    size = 2 * 1024**3
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("UD_VA_x.tar.gz")
        if form == "gnu":
            entry.type = tarfile.GNUTYPE_SPARSE
        elif form == "pax 0.1":
            entry.pax_headers = {"GNU.sparse.map": f"{size},0", "GNU.sparse.size": str(size)}
        else:
            entry.pax_headers = {
                "GNU.sparse.major": "1",
                "GNU.sparse.minor": "0",
                "GNU.sparse.name": "x",
                "GNU.sparse.realsize": str(size),
            }
            content = f"1\n{size}\n0\n".encode()
            entry.size = 512
            archive.addfile(entry, io.BytesIO(content.ljust(512, b"\0")))
        if form != "pax 1.0":
            archive.addfile(entry)
    data = bytearray(packed.getvalue())
    if form == "gnu":  # one map entry and the real size, where the old GNU header has them
        data[386:398], data[398:410] = b"%011o\0" % size, b"%011o\0" % 0
        data[483:495] = b"%011o\0" % size
        data[148:156] = b"        "
        data[148:156] = b"%06o\0 " % sum(data[:512])
    with pytest.raises(FileRejected, match="sparse file"):
        read_bundle(gzip.compress(bytes(data)))
