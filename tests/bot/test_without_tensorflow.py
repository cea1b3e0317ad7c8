"""The server starts without TensorFlow, and says so to whoever would compute with it."""

import subprocess
import sys

SERVE = """
import sys
from bot.__main__ import leave_tensorflow_out
leave_tensorflow_out()
import rasa.core.run
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS
assert RulePolicy in DEFAULT_COMPONENTS
assert getattr(sys.modules["tensorflow"], "__file__", None) is None
from rasa.utils.tensorflow.layers import Embed
try:
    Embed(3, 0.1, "text")
except RuntimeError as refusal:
    print(refusal)
"""


def test_rasa_starts_and_a_neural_component_is_refused() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVE], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert "TensorFlow is left out of this server" in ended.stdout
