"""Which URLs and addresses the hub calls: everything inside a network is refused, however it is written."""

import pytest

from services.directives.webhooks.call.guard import Endpoint, Guard, Refused, networks

OPEN = Guard()
WRITTEN = """
http://hooks.shop.example/
https://127.0.0.1/
https://127.0.0.1:443/x
https://127.1/
https://127.0.1/
https://2130706433/
https://0x7f000001/
https://0x7f.0.0.1/
https://0177.0.0.1/
https://017700000001/
https://127.0.0.01/
https://127.0.0.1./
https://1.1.1.1.
https://0/
https://0.0.0.0/
https://10.0.0.8/
https://172.16.0.1/
https://172.31.255.255/
https://192.168.1.1/
https://100.64.0.1/
https://100.100.100.200/latest/meta-data
https://169.254.169.254/latest/meta-data
https://168.63.129.16/
https://192.0.0.192/
https://192.0.2.7/
https://198.18.0.1/
https://198.51.100.7/
https://203.0.113.7/
https://192.88.99.1/
https://224.0.0.1/
https://240.0.0.1/
https://255.255.255.255/
https://256.256.256.256/
https://1.2.3/
https://1.2.3.4.5/
https://[::]/
https://[::1]/
https://[::ffff:127.0.0.1]/
https://[::ffff:8.8.8.8]/
https://[::ffff:7f00:1]/
https://[::7f00:1]/
https://[::ffff:0:127.0.0.1]/
https://[64:ff9b::7f00:1]/
https://[64:ff9b::8.8.8.8]/
https://[64:ff9b:1::1]/
https://[2002:7f00:1::]/
https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/
https://[2001:db8::1]/
https://[3fff::1]/
https://[100::1]/
https://[fe80::1]/
https://[fe80::1%25eth0]/
https://[fec0::1]/
https://[fc00::1]/
https://[fd00:ec2::254]/
https://[ff02::1]/
https://[2400:3200::5efe:10.0.0.1]/
https://[2400:3200::200:5efe:10.0.0.1]/
https://[2400:3200::1/
https://localhost/
https://LOCALHOST/
https://hub/
https://metadata.google.internal/
https://printer.local/
https://db.corp/
https://x.localhost/
https://1.0.0.127.in-addr.arpa/
https://hooks.shop.example./
https://hooks..example/
https://-hooks.example/
https://hooks_.example/
https://user@hooks.shop.example/
https://user:word@hooks.shop.example/
https://hooks.shop.example@127.0.0.1/
https://127.0.0.1#@hooks.shop.example/
https://hooks.shop.example/#here
https://hooks.shop.example\\@127.0.0.1/
https://hooks.shop.example:22/
https://hooks.shop.example:80/
https://hooks.shop.example:6379/
https://hooks.shop.example:0/
https://hooks.shop.example:99999/
https://hooks.shop.example:/
https://hooks.shop.example:443:443/
https://hooks.shop.example /
https://hooks.shop.example/\t
https://hooks.shop.example/\r\nHost:x
https://hooks.shop.example/ x
https://１２７.0.0.1/
https://127。0。0。1/
https://ⓛocalhost.example/
https://höoks.example/
https://hooks.shop.example%2f.evil.example/
https://%31%32%37.0.0.1/
https:/hooks.shop.example/
https:hooks.shop.example/
//hooks.shop.example/
hooks.shop.example
HTTPS://hooks.shop.example/
ftp://hooks.shop.example/
file:///etc/passwd
gopher://127.0.0.1:6379/_x
https://
"""
URLS = [line.replace("\\t", "\t").replace("\\r\\n", "\r\n").replace("\\\\", "\\") for line in WRITTEN.strip("\n").split("\n")] + [
    "",
    "https://hooks.shop.example/\0",
    f"https://hooks.shop.example/{'a' * 500}",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
]


def test_the_table_is_long_enough() -> None:
    assert len(set(URLS)) == len(URLS) >= 60


@pytest.mark.parametrize("url", URLS)
def test_a_url_of_the_table_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        OPEN.endpoint(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://hooks.shop.example/liancheng?key=7", "hooks.shop.example", 443),
        ("https://HOOKS.Shop.Example:8443", "hooks.shop.example", 8443),
        ("https://xn--fiq228c.example/a/b;c=%E4%B8%AD", "xn--fiq228c.example", 443),
        ("https://8.8.8.8/", "8.8.8.8", 443),
        ("https://[2400:3200::1]:8443/x", "2400:3200::1", 8443),
    ],
)
def test_an_address_on_the_public_internet_is_taken_as_it_is_written(url: str, host: str, port: int) -> None:
    assert OPEN.endpoint(url) == Endpoint(url, host, port, True)


INSIDE = [
    "0.1.2.3", "10.1.2.3", "100.127.255.255", "127.8.8.8", "169.254.0.1", "172.20.0.1", "192.168.0.1", "198.19.0.1", "233.252.0.1",
    "250.0.0.1", "::", "::1", "::ffff:10.0.0.1", "::ffff:1.1.1.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001::1", "fe80::1%lo", "fd12::1",
    "ff05::2", "4000::1", "", "hooks", "1.1.1.1:443",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused_also_beside_a_public_address(address: str) -> None:
    end = OPEN.endpoint("https://hooks.shop.example/")
    assert not OPEN.admits(address, 443, secure=True)
    for found in ([address], ["1.1.1.1", address], [address, "2400:3200::1"]):
        with pytest.raises(Refused):
            OPEN.check(end, found)


def test_a_name_with_public_addresses_is_called_and_one_without_any_is_not() -> None:
    end = OPEN.endpoint("https://hooks.shop.example/")
    OPEN.check(end, ["1.1.1.1", "2400:3200::1"])
    with pytest.raises(Refused, match="no address"):
        OPEN.check(end, [])


def test_what_is_refused_tells_nothing_of_the_network() -> None:
    with pytest.raises(Refused) as refused:
        OPEN.check(OPEN.endpoint("https://hooks.shop.example/"), ["10.9.8.7"])
    assert "10.9" not in str(refused.value)


def test_an_operator_admits_single_networks_with_any_port_and_http() -> None:
    guard = Guard(networks("127.0.0.0/8, ::1,10.1.0.0/16"))
    for url in ("http://127.0.0.1:8080/x", "https://127.0.0.1/", "http://[::1]:81/", "https://10.1.2.3:9000/"):
        guard.endpoint(url)
    for url in ("http://10.2.0.1/", "http://8.8.8.8/", "https://8.8.8.8:22/", "https://[::ffff:127.0.0.1]/", "https://[::2]/"):
        with pytest.raises(Refused):
            guard.endpoint(url)


def test_http_to_a_name_goes_only_where_every_address_is_admitted() -> None:
    guard = Guard(networks("127.0.0.1"))
    end = guard.endpoint("http://hooks.shop.example:8080/")
    guard.check(end, ["127.0.0.1"])
    for found in (["1.1.1.1"], ["127.0.0.1", "1.1.1.1"], ["127.0.0.2"]):
        with pytest.raises(Refused):
            guard.check(end, found)


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1;127.0.0.2"])
def test_what_is_no_network_cannot_be_admitted(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|has host bits|not permitted"):
        networks(text)
    assert networks("") == networks(" , ") == ()
