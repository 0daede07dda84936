"""What TensorBoard's own messages are as bytes, and what its own reader finds.

    python board_messages.py               # writes board_messages.json beside it (tensorboard 2.21.0)
    python board_messages.py read FOLDER   # prints the tags and values that TensorBoard finds in a folder, as JSON

The wall time is left out: it is the message's first field, of nine bytes.
"""

import json
import sys
from pathlib import Path


def events():
    from tensorboard.compat.proto.event_pb2 import Event, SessionLog
    from tensorboard.compat.proto.summary_pb2 import Summary

    def summary(step, **values):
        values = [Summary.Value(tag=tag.replace("__", "/"), simple_value=value) for tag, value in values.items()]
        return Event(step=step, summary=Summary(value=values))

    yield Event(file_version="brain.Event:2")
    yield Event(session_log=SessionLog(status=SessionLog.START))
    yield summary(1, train__loss=0.5, train__momentum=0.9, train__rate=1e-3)
    yield summary(2, train__loss=0.25, train__momentum=0.95, train__rate__0=1e-5, train__rate__1=1e-3)
    yield summary(200, train__smooth_loss=0.3, epoch__seconds=2.5, valid__loss=0.0, valid__accuracy=0.75)
    yield summary(300, train__smooth_loss=0.2, epoch__seconds=2.0)
    yield summary(300, best=-1.5)


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0}).Reload()
    scalars = {tag: [[event.step, event.value] for event in board.Scalars(tag)] for tag in board.Tags()["scalars"]}
    images = {tag: [[e.step, e.width, e.height] for e in board.Images(tag)] for tag in board.Tags()["images"]}
    return {"scalars": scalars, "images": images}


if sys.argv[1:2] == ["read"]:
    print(json.dumps(read(sys.argv[2])))
else:
    messages = [event.SerializeToString(deterministic=True).hex() for event in events()]
    Path(__file__).with_suffix(".json").write_text(json.dumps(messages, indent=1) + "\n")
