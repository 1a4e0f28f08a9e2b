"""Walks a MediaServer with GUPnP and prints what it sees, a JSON object a line: found, object, event, done.

usage: gupnp-walk.py INTERFACE FRIENDLY_NAME
"""
import json
import sys
import xml.etree.ElementTree as ET

import gi

gi.require_version("GUPnP", "1.6")
gi.require_version("GSSDP", "1.6")
from gi.repository import GLib, GObject, GSSDP, GUPnP  # noqa: E402

INTERFACE, NAME = sys.argv[1:3]
DEVICE = "urn:schemas-upnp-org:device:MediaServer:1"
SERVICE = "urn:schemas-upnp-org:service:ContentDirectory:1"
DIDL = "{urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/}"
DC = "{http://purl.org/dc/elements/1.1/}"
loop = GLib.MainLoop()


def say(**what):
    print(json.dumps(what), flush=True)


def call(service, name, arguments, results):
    values = [GObject.Value(GObject.TYPE_UINT if isinstance(value, int) else GObject.TYPE_STRING, value) for _, value in arguments]
    action = GUPnP.ServiceProxyAction.new_from_list(name, [key for key, _ in arguments], values)
    service.call_action(action, None)
    ok, values = action.get_result_list([key for key, _ in results], [kind for _, kind in results])
    assert ok
    return values


def browse(service, object_id, start, count):
    arguments = [
        ("ObjectID", object_id),
        ("BrowseFlag", "BrowseDirectChildren"),
        ("Filter", "*"),
        ("StartingIndex", start),
        ("RequestedCount", count),
        ("SortCriteria", ""),
    ]
    results = [("Result", GObject.TYPE_STRING), ("NumberReturned", GObject.TYPE_UINT), ("TotalMatches", GObject.TYPE_UINT)]
    return call(service, "Browse", arguments, results)


def walk(service, object_id, depth):
    start = 0
    while True:
        result, returned, total = browse(service, object_id, start, 7)
        for element in ET.fromstring(result):
            kind = element.tag.replace(DIDL, "")
            resources = [one.get("protocolInfo") for one in element.findall(DIDL + "res")]
            say(say="object", kind=kind, id=element.get("id"), title=element.findtext(DC + "title"), depth=depth, resources=resources)
            if kind == "container":
                walk(service, element.get("id"), depth + 1)
        start += returned
        if start >= total or returned == 0:
            return


def on_event(_service, variable, value, *_):
    say(say="event", variable=variable, value=str(value))
    loop.quit()


def on_found(_point, device):
    if device.get_friendly_name() != NAME:
        return
    say(say="found", name=device.get_friendly_name(), udn=device.get_udn(), model=device.get_model_name())
    service = device.get_service(SERVICE)
    walk(service, "0", 0)
    service.add_notify("SystemUpdateID", GObject.TYPE_UINT, on_event)
    service.set_subscribed(True)
    global kept
    kept = (device, service)


kept = None
context = GUPnP.Context.new_full(INTERFACE, None, 0, GSSDP.UDAVersion.VERSION_1_0)
point = GUPnP.ControlPoint.new(context, DEVICE)
point.connect("device-proxy-available", on_found)
point.set_active(True)
GLib.timeout_add_seconds(25, loop.quit)
loop.run()
say(say="done")
