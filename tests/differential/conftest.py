"""What other folders' tests have: keys to sign with, forged certificates."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / folder) for folder in ("differential", "openpubkey", "e2e")]
