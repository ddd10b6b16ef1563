import os


def load_note() -> str:
    """Return how busy the machine is: ratios taken on a busy one mislead."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
