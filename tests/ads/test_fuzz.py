"""The short form of fuzz_frames.py, and hypothesis on whole streams."""

from ads.conftest import Bench
from ads.fuzz_frames import fuzz
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime.ads.frames import FrameError, Kind, frame

FRAMES = st.builds(frame, st.sampled_from(list(Kind)), st.binary(max_size=80))


def test_two_thousand_random_frames():
    assert sum(fuzz(2000, seed=7).answers.values()) > 1000


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.builds(frame, st.sampled_from(list(Kind)), st.binary(max_size=80)), max_size=5), st.binary(max_size=20)
)
def test_streams(frames, rest):
    client = Bench().connect()
    try:
        client.feed(b"".join(frames) + rest)
    except FrameError:
        client.close()
