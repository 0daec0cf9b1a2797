"""A name server for one test: answers by a table, and gives other addresses the second time where the table says so."""

import ipaddress
import socket
import struct
import threading
from collections import Counter

#: Kinds of records by the version of the address.
KINDS = {4: 1, 6: 28}
NO_SUCH_NAME = 3

#: Addresses by name: those of each look-up in turn; the last ones hold.
Table = dict[str, list[list[str]]]


class NameServer:
    """Answers on 127.0.0.1:53 as long as the process lives."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.asked: Counter[tuple[str, int]] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            packet, client = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(packet), client)

    def _answer(self, packet: bytes) -> bytes:
        place, labels = 12, []
        while length := packet[place]:
            labels.append(packet[place + 1 : place + 1 + length].decode("ascii", "replace").casefold())
            place += length + 1
        (kind,) = struct.unpack_from("!H", packet, place + 1)
        name = ".".join(labels)
        turns = self._table.get(name)
        head = packet[:2] + struct.pack("!HHHHH", 0x8180 | (0 if turns else NO_SUCH_NAME), 1, 0, 0, 0)
        question = packet[12 : place + 5]
        if not turns:
            return head + question
        turn = min(self.asked[name, kind], len(turns) - 1)
        self.asked[name, kind] += 1
        records = b""
        found = [each for each in map(ipaddress.ip_address, turns[turn]) if kind == KINDS[each.version]]
        for address in found:
            records += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(address.packed)) + address.packed
        return head[:6] + struct.pack("!HHH", len(found), 0, 0) + question + records
