from tests.journeys.counting import modelled


def test_model_adds_keys_clicks_and_the_hand_between_them() -> None:
    assert round(modelled(["d"], is_phone=False), 2) == 1.63
    assert round(modelled(["click", "click", "d"], is_phone=False), 2) == 4.23
    assert round(modelled(["click", "click"], is_phone=True), 2) == 2.55
