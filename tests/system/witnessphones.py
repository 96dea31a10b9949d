# SPDX-License-Identifier: GPL-3.0-or-later
"""The phones of `witness`: baresip, linphone and jami, without a sound card."""

import os
import subprocess

from livenet import sh, until
from witnesspeers import folder, library, listens, run, start, UNPACKED, write

BARESIP = """
sip_listen {address}:5060
module_path {modules}
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
call_local_timeout 120
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
"""


def baresip(host, address, user, dial=None, shift=None):
    place = folder()
    write(f"{place}/config", BARESIP.format(
        address=address, modules=f"{UNPACKED}/usr/lib/baresip/modules"))
    write(f"{place}/accounts",
          f"<sip:{user}@{address}>;regint=0;answermode=auto\n")
    write(f"{place}/contacts", "")
    more = ["-e", f"/dial {dial}"] if dial else []
    start(host, ["baresip", "-f", place, *more], shift, env=library())
    return listens(host, 5060)


# Phones that look for their files below /usr/share only.
SHARED = (f"mount -t overlay overlay -o lowerdir={UNPACKED}/usr/share:"
          '/usr/share /usr/share && exec "$@"')
# Each session has its share of the processors (autogroup), so nice alone does
# nothing for the others.
HUMBLE = 'echo 19 > /proc/self/autogroup; exec nice -n 19 "$@"'
WAVE = "/usr/share/sounds/linphone/hello8000.wav"
LINPHONE = """[sip]
sip_port=5060
sip_tcp_port=0
sip_tls_port=0
bind_address={address}
contact=sip:alice@{address}
"""


def linphone(host, address, dial, shift=None):
    """Calls, and plays a file for ever; it ends with its standard input."""
    place = folder()
    os.makedirs(f"{place}/.local/share/linphone")
    write(f"{place}/rc", LINPHONE.format(address=address))
    write(f"{place}/say", f"soundcard use files\nplay {WAVE}\ncall {dial}\n")
    # It takes a network without a way to the world for none.
    sh(f"ip -n {host} route add default dev eth0")
    faked = f"faketime -f {shift}" if shift else ""
    start(host, ["sh", "-c", SHARED, "sh", "sh", "-c",
                 f"(cat {place}/say; exec sleep 7200) | "
                 f"{faked} linphonec -c {place}/rc"],
          env={**library(), "HOME": place})
    return listens(host, 5060)


BUS = """<busconfig><type>session</type><listen>unix:path={place}/bus</listen>
<policy context="default"><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""
ACCOUNT = """Account.type,SIP,Account.username,bob,Account.autoAnswer,true,\
Account.localInterface,eth0,Account.upnpEnabled,false,\
Account.videoEnabled,false,SRTP.enable,false,SRTP.keyExchange,none"""


def jami(host, shift=None):
    """Answers; its account comes to it over a D-Bus of its own.  In a call it
    takes a whole processor: ALSA's null device never makes it wait."""
    place = folder()
    bus = f"unix:path={place}/bus"
    write(f"{place}/dbus", BUS.format(place=place))
    write(f"{place}/.asoundrc", "pcm.!default { type null }\n"
          "ctl.!default { type null }\n")
    env = {key: value for key, value in library().items()
           if not key.startswith("XDG_")}
    env |= {"HOME": place, "DBUS_SESSION_BUS_ADDRESS": bus}
    start(host, ["dbus-daemon", "--nofork", f"--config-file={place}/dbus"],
          env=env)
    faked = ["faketime", "-f", shift] if shift else []
    start(host, ["sh", "-c", HUMBLE, "sh", "sh", "-c", SHARED, "sh", *faked,
                 f"{UNPACKED}/usr/libexec/jamid", "-p", "-c"], env=env)
    ready = until(20, lambda: run(host, [
        "dbus-send", f"--bus={bus}", "--print-reply", "--dest=cx.ring.Ring",
        "/cx/ring/Ring/ConfigurationManager",
        "cx.ring.Ring.ConfigurationManager.addAccount",
        f"dict:string:string:{ACCOUNT}"])[0] == 0)
    return ready and listens(host, 5060)
