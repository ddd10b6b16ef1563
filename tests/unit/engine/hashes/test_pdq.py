import numpy as np

from media_analysis.engine.hashes import pdq
from media_analysis.engine.pictures import Picture


def waves(width: int, height: int) -> Picture:
    """Draw waves by arithmetic alone, the same on every machine."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 127 + 60 * np.sin(x / 23) + 60 * np.cos(y / 37 + x / 71)
    green = 127 + 120 * np.sin(x * y / 9000)
    blue = 127 + 70 * np.cos(x / 11 - y / 17) + 50 * np.sin(y / 29)
    return Picture(np.rint(np.stack([red, green, blue], axis=2)).astype(np.uint8))


def test_pdq_equals_the_published_implementation() -> None:
    # Made by pdqhash 0.2.8, which wraps Meta's C++; the text form is that of ThreatExchange.
    expected = "c14382b9c54382bdc5538aa5c5578aa5d5556ab53d6a6ad228267fce3838ffc1"

    coefficients, quality = pdq.transform(waves(512, 384))

    assert pdq.to_bytes(coefficients).hex() == expected
    assert quality == 100


def test_transform_orientations_begins_with_the_upright_transform() -> None:
    picture = waves(300, 512)

    (upright, *others), quality = pdq.transform_orientations(picture)

    assert np.allclose(upright, pdq.transform(picture)[0])
    assert quality == pdq.transform(picture)[1]
    assert len(others) == len(pdq.ORIENTATIONS) - 1
