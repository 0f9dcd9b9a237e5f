"""The sweep of which most tests of reports make one."""

SPEC = {
    "task": "xor",
    "seeds": 20,
    "model": {"hidden": {"values": [2, 4]}, "init": {"low": -1.0}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 1500, "stop": {"loss": 0.1}},
}
