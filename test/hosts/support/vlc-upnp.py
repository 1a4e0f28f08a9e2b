"""VLC's own library finds a MediaServer by its UPnP module, lists its tree and plays an item with seeking. Prints a JSON object a line.

usage: vlc-upnp.py FRIENDLY_NAME DEPTH [TITLE... -- POSITION FRAME_FILE]

Pictures are 320x180 RGB; after the seek to POSITION (0 to 1) the one shown is written to FRAME_FILE.
"""
import ctypes as c
import json
import sys
import time

NAME, DEPTH = sys.argv[1], int(sys.argv[2])
REST = sys.argv[3:]
PATH = REST[: REST.index("--")] if "--" in REST else []
SEEK, FRAME_FILE = (float(REST[-2]), REST[-1]) if "--" in REST else (None, None)
WIDTH, HEIGHT = 320, 180
PARSE_NETWORK = 0x01
STATES = {1: "opening", 2: "buffering", 3: "playing", 4: "paused", 5: "stopped", 6: "ended", 7: "error"}

vlc = c.CDLL("libvlc.so.5")
pointer, text, integer, long = c.c_void_p, c.c_char_p, c.c_int, c.c_int64


def declare(name, result, *arguments):
    function = getattr(vlc, name)
    function.restype, function.argtypes = result, arguments
    return function


declare("libvlc_new", pointer, integer, c.POINTER(text))
declare("libvlc_media_discoverer_new", pointer, pointer, text)
declare("libvlc_media_discoverer_start", integer, pointer)
declare("libvlc_media_discoverer_stop", None, pointer)
declare("libvlc_media_discoverer_media_list", pointer, pointer)
declare("libvlc_media_list_count", integer, pointer)
declare("libvlc_media_list_item_at_index", pointer, pointer, integer)
declare("libvlc_media_list_lock", None, pointer)
declare("libvlc_media_list_unlock", None, pointer)
declare("libvlc_media_subitems", pointer, pointer)
declare("libvlc_media_get_meta", text, pointer, integer)
declare("libvlc_media_get_mrl", text, pointer)
declare("libvlc_media_parse_with_options", integer, pointer, integer, integer)
declare("libvlc_media_get_parsed_status", integer, pointer)
declare("libvlc_media_player_new_from_media", pointer, pointer)
declare("libvlc_media_player_play", integer, pointer)
declare("libvlc_media_player_stop", None, pointer)
declare("libvlc_media_player_get_time", long, pointer)
declare("libvlc_media_player_get_state", integer, pointer)
declare("libvlc_media_player_get_position", c.c_float, pointer)
declare("libvlc_media_player_set_position", None, pointer, c.c_float)
declare("libvlc_video_set_format", None, pointer, text, c.c_uint, c.c_uint, c.c_uint)
LOCK = c.CFUNCTYPE(pointer, pointer, c.POINTER(pointer))
UNLOCK = c.CFUNCTYPE(None, pointer, pointer, c.POINTER(pointer))
DISPLAY = c.CFUNCTYPE(None, pointer, pointer)
declare("libvlc_video_set_callbacks", None, pointer, LOCK, UNLOCK, DISPLAY, pointer)


def say(**what):
    print(json.dumps(what), flush=True)


def items(media_list):
    vlc.libvlc_media_list_lock(media_list)
    all_of_them = [vlc.libvlc_media_list_item_at_index(media_list, i) for i in range(vlc.libvlc_media_list_count(media_list))]
    vlc.libvlc_media_list_unlock(media_list)
    return all_of_them


def title(media):
    return (vlc.libvlc_media_get_meta(media, 0) or b"").decode()


def mrl(media):
    return (vlc.libvlc_media_get_mrl(media) or b"").decode()


def wait(what, seconds):
    until = time.time() + seconds
    while time.time() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    return None


def opened(media):
    """What is inside a container."""
    vlc.libvlc_media_parse_with_options(media, PARSE_NETWORK, 10000)
    wait(lambda: vlc.libvlc_media_get_parsed_status(media) != 0, 12)
    inside = vlc.libvlc_media_subitems(media)
    return items(inside) if inside else []


def is_container(media):
    return mrl(media).startswith("upnp://")


def walk(media, path):
    for child in opened(media):
        here = path + [title(child)]
        say(say="object", path=here, container=is_container(child), mrl=mrl(child))
        if is_container(child) and len(here) < DEPTH:
            walk(child, here)


def find(media, path):
    for part in path:
        media = next(child for child in opened(media) if title(child).startswith(part))
    return media


shown = c.create_string_buffer(WIDTH * HEIGHT * 3)
count = 0


@LOCK
def lock(_opaque, planes):
    planes[0] = c.cast(shown, pointer).value
    return None


@UNLOCK
def unlock(_opaque, _picture, _planes):
    pass


@DISPLAY
def display(_opaque, _picture):
    global count
    count += 1


def play(media):
    player = vlc.libvlc_media_player_new_from_media(media)
    vlc.libvlc_video_set_callbacks(player, lock, unlock, display, None)
    vlc.libvlc_video_set_format(player, b"RV24", WIDTH, HEIGHT, WIDTH * 3)
    vlc.libvlc_media_player_play(player)

    def state():
        return STATES.get(vlc.libvlc_media_player_get_state(player), "none")

    begun = wait(lambda: count > 10 or state() in ("ended", "error"), 15)
    time.sleep(1)
    say(say="playing", begun=bool(begun), state=state(), pictures=count, time=vlc.libvlc_media_player_get_time(player) / 1000)
    before = count
    vlc.libvlc_media_player_set_position(player, SEEK)
    wait(lambda: vlc.libvlc_media_player_get_position(player) > SEEK - 0.1 and count > before + 25, 10)
    open(FRAME_FILE, "wb").write(shown.raw)
    say(say="sought", state=state(), pictures=count - before, position=vlc.libvlc_media_player_get_position(player))
    vlc.libvlc_media_player_stop(player)


options = [b"--no-xlib", b"--aout=dummy", b"--quiet", b"--no-video-title-show", b"--avcodec-threads=1"]
instance = vlc.libvlc_new(len(options), (text * len(options))(*options))
discoverer = vlc.libvlc_media_discoverer_new(instance, b"upnp")
assert vlc.libvlc_media_discoverer_start(discoverer) == 0
servers = vlc.libvlc_media_discoverer_media_list(discoverer)
server = wait(lambda: next((media for media in items(servers) if title(media) == NAME), None), 20)
say(say="found" if server else "not found", names=[title(media) for media in items(servers)])
if server:
    walk(server, [])
    if PATH:
        play(find(server, PATH))
say(say="done")
sys.stdout.flush()
vlc.libvlc_media_discoverer_stop(discoverer)
