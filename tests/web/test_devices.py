"""What pages offer to run on: what is there, and why not the rest."""

import asyncio
import json
import re
from types import SimpleNamespace

from starlette.testclient import TestClient

from app.doctor import Device
from app.sandbox import Fleet
from app.settings import Settings
from app.web import create_app
from app.web.app import offer

FOUND = [
    Device(name="cpu", label="CPU"),
    Device(name="cuda:0", label="A card"),
    Device(name="cuda:1", label="Another"),
    Device(name="mps", label="MPS", reason="mps_system"),
]


def test_page_carries_devices_and_reasons():
    with TestClient(create_app(Settings(spare_workers=0))) as client:
        page = client.get("/").text
    boot = json.loads(re.search(r'id="boot"[^>]*>(.*?)</script>', page, re.S)[1])
    reasons = {one["name"]: one["reason"] for one in boot["devices"]}
    assert reasons["cpu"] is None
    assert all(f"device.{reason}" in boot["words"] for reason in reasons.values() if reason)


def test_device_is_offered_once_its_worker_is_up(monkeypatch):
    seen = []

    async def admit(self, names):
        seen.append([one.reason for one in app.state.devices])
        self.others["cuda:0"] = object()

    monkeypatch.setattr(Fleet, "admit", admit)
    app = SimpleNamespace(state=SimpleNamespace(pool=Fleet(Settings())))
    asyncio.run(offer(app, FOUND))
    assert seen == [[None, "starting", "starting", "mps_system"]]
    assert [one.reason for one in app.state.devices] == [None, None, "no_start", "mps_system"]
