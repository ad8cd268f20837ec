"""Where webhooks may go."""

from __future__ import annotations

import socket

import pytest

from services.webhooks.targets import (
    MAX_URL_CHARACTERS,
    BadTargetError,
    RefusedAddressError,
    check_url,
    is_public,
    public_socket,
)

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]
OUTSIDE = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_that_are_not_of_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_the_socket_is_refused_for_the_address_itself() -> None:
    (address, *_) = socket.getaddrinfo("127.0.0.1", 443, type=socket.SOCK_STREAM)
    with pytest.raises(RefusedAddressError, match=r"127\.0\.0\.1 is no public address; KHABAR_WEBHOOKS_TARGETS=any"):
        public_socket(address)
    (address, *_) = socket.getaddrinfo("1.1.1.1", 443, type=socket.SOCK_STREAM)
    public_socket(address).close()


@pytest.mark.parametrize(
    "url", ["https://hooks.example/khabar?room=1", "https://أخبار.example/", "https://1.1.1.1:8443/"]
)
def test_https_addresses_are_taken(url: str) -> None:
    check_url(url, "public")
    check_url(url, "any")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example/", "begins with https"),
        ("https://127.0.0.1/", "no public address"),
        ("https://[::1]:8000/", "no public address"),
    ],
)
def test_http_and_private_addresses_only_where_a_setting_allows_them(url: str, why: str) -> None:
    with pytest.raises(BadTargetError, match=why):
        check_url(url, "public")
    check_url(url, "any")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "https://",
        "https:///path",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://user:word@hooks.example/",
        "https://hooks.example:99999/",
        "https://hooks..example/",
        f"https://{'x' * 64}.example/",
        "https://[::1/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example/" + "x" * MAX_URL_CHARACTERS,
    ],
)
def test_what_can_never_be_a_target(url: str) -> None:
    with pytest.raises(BadTargetError):
        check_url(url, "any")
