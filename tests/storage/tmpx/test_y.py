import pytest; pytest.importorskip("nothing_there")
