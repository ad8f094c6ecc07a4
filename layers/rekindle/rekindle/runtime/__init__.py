"""What runs on AWS around the use cases."""

import gc

# Importing makes objects and no garbage. To look for some after every 2,000 objects, as Python does by itself, costs a
# cold start a few per cent of its time, and finds next to nothing in a warm one.
gc.set_threshold(50_000)
