"""What an operator relies on when he types `docker compose up`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.settings import load_settings
from shared.topics import TOPICS
from tests.unit.deploy.project import PROJECT, SERVICES, compose, dockerfile_environment

ALL: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: service for name, service in ALL.items() if service["image"].startswith("khabar:")}
LONG_RUNNING = {name: service for name, service in ALL.items() if name not in ("topics", "samples")}


def test_every_service_of_the_stream_runs() -> None:
    assert {name: ALL[name]["command"] for name in SERVICES} == {name: ["serve", name] for name in SERVICES}


@pytest.mark.parametrize("name", ALL)
def test_images_are_pinned_to_one_release(name: str) -> None:
    assert re.search(r":v?\d+\.\d+\.\d+(-[a-z]+)?$", ALL[name]["image"])


def test_our_image_has_the_version_of_the_project() -> None:
    project = re.search(r'^version = "(.+)"', (PROJECT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert project is not None
    assert {service["image"] for service in OURS.values()} == {f"khabar:{project[1]}"}


def test_our_image_is_built_once_and_never_looked_for_in_a_registry() -> None:
    assert [name for name, service in OURS.items() if "build" in service] == ["topics"]
    assert {service["pull_policy"] for service in OURS.values()} == {"never"}


@pytest.mark.parametrize("name", OURS)
def test_our_settings_are_ones_that_a_service_starts_with(name: str) -> None:
    load_settings({**dockerfile_environment(), **ALL[name]["environment"]})


def test_the_probes_can_be_reached_from_prometheus() -> None:
    settings = load_settings(dockerfile_environment())
    assert (settings.health_host, settings.api_host) == ("0.0.0.0", "0.0.0.0")


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in ALL[name].get("ports", []))


@pytest.mark.parametrize("name", ALL)
def test_memory_and_logs_are_limited(name: str) -> None:
    assert re.fullmatch(r"\d+[mg]", ALL[name]["mem_limit"])
    assert ALL[name]["logging"]["options"]["max-size"] == "10m"


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_what_dies_is_started_again_and_its_health_is_known(name: str) -> None:
    assert ALL[name]["restart"] == "unless-stopped"
    assert ALL[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_given_time_to_finish_their_batch(name: str) -> None:
    assert ALL[name]["stop_grace_period"] == "15s"


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_what_they_need(name: str) -> None:
    assert {needed: how["condition"] for needed, how in ALL[name]["depends_on"].items()} == {
        "topics": "service_completed_successfully",
        "kafka": "service_healthy",
        "redis": "service_healthy",
    }


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_but_their_tmp(name: str) -> None:
    service = ALL[name]
    assert service["read_only"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_kafka_takes_the_largest_record_of_any_topic() -> None:
    most = int(ALL["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"])
    assert most > max(topic.max_record_bytes for topic in TOPICS)


def test_kafka_makes_no_topic_by_itself() -> None:
    assert ALL["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_services_speak_to_the_listener_that_is_advertised_inside() -> None:
    inside = ALL["normalizer"]["environment"]["KHABAR_KAFKA_BOOTSTRAP"]
    assert f"INTERNAL://{inside}," in ALL["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]


def test_redis_keeps_what_it_is_given_within_its_memory() -> None:
    command = ALL["redis"]["command"]
    assert "--appendonly yes --appendfsync everysec" in command
    assert "--maxmemory 1gb --maxmemory-policy noeviction" in command
    assert ALL["redis"]["mem_limit"] == "2g"


def test_files_that_are_mounted_are_there() -> None:
    mounts = [v for service in ALL.values() for v in service.get("volumes", []) if v.startswith("./")]
    missing = [mount for mount in mounts if not (PROJECT / mount.split(":")[0]).is_dir()]
    assert mounts
    assert not missing
    assert all(mount.endswith(":ro") for mount in mounts)


def test_samples_are_pushed_only_when_asked_for() -> None:
    samples = ALL["samples"]
    assert samples["profiles"] == ["samples"]
    pushed = re.findall(r"khabar push (?:--unchecked )?(/samples/\S+)", " ".join(samples["entrypoint"]))
    assert [(PROJECT / f"deploy{file}").is_file() for file in pushed] == [True, True]
