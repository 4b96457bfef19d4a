"""A call after another one, in one `eth_call`: creation code that is never deployed, as ERC-6492 proposes."""

from __future__ import annotations

PUSH0, PUSH1, PUSH2, PUSH20 = "5f", "60", "61", "73"
CODECOPY, GAS, CALL, STATICCALL, POP, RETURN = "39", "5a", "f1", "fa", "50", "f3"
WORD = "20"


def call_after(first: bytes, first_data: bytes, second: bytes, second_data: bytes) -> bytes:
    """EVM code that calls the address `first`, then returns the first 32 bytes of what a static call of `second` gives.

    It goes into `data` of an `eth_call` without `to`. A call that fails is passed over; no answer is 32 zero bytes.
    """
    answer = PUSH2 + _two_bytes(max(len(first_data), len(second_data)))
    sizes = [len(data) for data in (first_data, second_data)]
    start = len(_program(answer, first, second, sizes, (0, 0))) // 2
    program = _program(answer, first, second, sizes, (start, start + sizes[0]))
    return bytes.fromhex(program) + first_data + second_data


def _program(answer: str, first: bytes, second: bytes, sizes: list[int], offsets: tuple[int, int]) -> str:
    """The instructions in hex; `answer` pushes the place in memory behind the calldata, which is still zero."""
    first_size, second_size = (PUSH2 + _two_bytes(size) for size in sizes)
    first_offset, second_offset = (PUSH2 + _two_bytes(offset) for offset in offsets)
    return "".join(
        [
            *(first_size, first_offset, PUSH0, CODECOPY),
            *(PUSH0, PUSH0, first_size, PUSH0, PUSH0, PUSH20, first.hex(), GAS, CALL, POP),
            *(second_size, second_offset, PUSH0, CODECOPY),
            *(PUSH1, WORD, answer, second_size, PUSH0, PUSH20, second.hex(), GAS, STATICCALL, POP),
            *(PUSH1, WORD, answer, RETURN),
        ]
    )


def _two_bytes(number: int) -> str:
    return number.to_bytes(2, "big").hex()
