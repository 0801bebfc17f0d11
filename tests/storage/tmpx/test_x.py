import pytest
def test_a(): pytest.skip("no")
def test_b(shared): pytest.skip("no")
@pytest.mark.xfail(reason="x")
def test_c(): assert 0
