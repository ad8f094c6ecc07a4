"""What every test shares: how hypothesis searches.

`ci` repeats the same examples on every run; `quick` repeats a third of them, for `make check`; `dev` looks at other
ones each time; `deep` looks long.
"""

import os

from hypothesis import HealthCheck, settings

_SHARED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}

settings.register_profile("ci", derandomize=True, database=None, max_examples=60, stateful_step_count=40, **_SHARED)
settings.register_profile("quick", derandomize=True, database=None, max_examples=20, stateful_step_count=40, **_SHARED)
settings.register_profile("dev", max_examples=60, stateful_step_count=40, **_SHARED)
settings.register_profile("deep", max_examples=2_000, stateful_step_count=60, **_SHARED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
