"""A name server for one name: `resolve.py ADDRESS NAME IP` answers questions for NAME with IP, and no others."""

import socket
import struct
import sys


def question(packet: bytes) -> tuple[str, int, bytes]:
    """The name and the type that are asked for, and the question as it came."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    (kind,) = struct.unpack("!H", packet[at + 1 : at + 3])
    return ".".join(labels), kind, packet[12 : at + 5]


def answer(packet: bytes, name: str, ip: str) -> bytes:
    """The address if it is asked for; no such name if it is another one."""
    asked, kind, text = question(packet)
    is_known = asked.lower().rstrip(".") == name
    is_address = is_known and kind == 1
    flags = 0x8580 if is_known else 0x8583
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 30, 4) + socket.inet_aton(ip) if is_address else b""
    return packet[:2] + struct.pack("!HHHHH", flags, 1, int(is_address), 0, 0) + text + record


def main() -> None:
    address, name, ip = sys.argv[1:]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        packet, client = server.recvfrom(512)
        server.sendto(answer(packet, name, ip), client)


if __name__ == "__main__":
    main()
