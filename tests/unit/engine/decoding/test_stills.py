import io
import struct
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageOps

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.results import LONGEST_SIDE, DecodedStill
from tests.hostile.made import photo, scenery

LOSSLESS = ["PNG", "TIFF", "BMP"]
LOSSY = ["JPEG", "WEBP", "HEIF", "AVIF"]


@pytest.fixture
def decoded(decoder: Decoder, tmp_path: Path) -> "Decode":
    return Decode(decoder, tmp_path / "photo")


class Decode:
    """Decode bytes as if they had been handed in as a file without an extension."""

    def __init__(self, decoder: Decoder, path: Path) -> None:
        self.decoder, self.path = decoder, path

    def __call__(self, content: bytes) -> DecodedStill:
        self.path.write_bytes(content)
        return self.decoder.still(self.path)


def saved(image: Image.Image, pillow_format: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, pillow_format, **options)
    return target.getvalue()


def difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    return float(np.abs(left.astype(int) - right.astype(int)).mean())


@pytest.mark.parametrize("pillow_format", LOSSLESS)
def test_still_of_lossless_formats_has_the_same_pixels(decoded: Decode, pillow_format: str) -> None:
    still = decoded(photo(pillow_format))

    assert np.array_equal(still.pixels, scenery())
    assert (still.width, still.height, still.frame_count, still.orientation) == (320, 240, 1, 1)


@pytest.mark.parametrize("pillow_format", LOSSY)
def test_still_of_lossy_formats_looks_the_same(decoded: Decode, pillow_format: str) -> None:
    assert difference(decoded(photo(pillow_format, quality=95)).pixels, scenery()) < 3


def test_still_of_a_progressive_jpeg_looks_the_same(decoded: Decode) -> None:
    assert difference(decoded(photo("JPEG", quality=95, progressive=True)).pixels, scenery()) < 3


def test_still_cannot_be_written_to(decoded: Decode) -> None:
    assert not decoded(photo("PNG")).pixels.flags.writeable


def test_still_stays_as_it_was_when_the_next_is_decoded(decoded: Decode) -> None:
    first = decoded(photo("PNG"))

    decoded(photo("PNG", scenery(seed=5)))

    assert np.array_equal(first.pixels, scenery())


@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_still_applies_the_orientation_once(decoded: Decode, pillow_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = Image.fromarray(scenery(96, 64))
    upright = ImageOps.exif_transpose(tagged(lying, exif))

    still = decoded(saved(lying, pillow_format, exif=exif.tobytes(), quality=95))

    assert still.pixels.shape == (upright.height, upright.width, 3)
    assert (still.width, still.height) == upright.size
    assert still.orientation == (1 if pillow_format == "HEIF" else orientation)
    assert difference(still.pixels, np.asarray(upright)) < 6


def tagged(image: Image.Image, exif: Image.Exif) -> Image.Image:
    """Return the image as Pillow reads it with this Exif block."""
    return Image.open(io.BytesIO(saved(image, "PNG", exif=exif)))


@pytest.mark.parametrize("nonsense", [0, 9, 77])
def test_still_ignores_orientations_that_do_not_exist(decoded: Decode, nonsense: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = nonsense

    assert decoded(photo("JPEG", exif=exif)).orientation == 1


def test_still_survives_a_broken_exif_block(decoded: Decode) -> None:
    still = decoded(photo("JPEG", exif=b"Exif\0\0XX*\0\xff\xff\xff\xff"))

    assert still.orientation == 1


def test_still_of_a_jpeg_with_stray_bytes_is_decoded(decoded: Decode) -> None:
    content = photo("JPEG", quality=95)

    still = decoded(content[:-2] + b"\x12\x34" + content[-2:] + b"PK\x03\x04zip")

    assert difference(still.pixels, scenery()) < 3


@pytest.mark.parametrize(
    ("size", "shape", "route"),
    [
        ((4000, 3000), (1500, 2000), "simplejpeg-1/2"),
        ((2560, 1600), (1600, 2560), "simplejpeg-1/1"),
        ((2880, 1440), (1280, 2560), "simplejpeg-1/1-area2560"),
        ((6144, 100), (25, 1536), "simplejpeg-1/4"),
        ((6001, 1001), (427, 2560), "simplejpeg-1/2-area2560"),
        ((65000, 1), (1, 2560), "simplejpeg-1/8-area2560"),
        ((1, 65000), (2560, 1), "simplejpeg-1/8-area2560"),
    ],
)
def test_still_of_a_large_jpeg_is_decoded_at_a_smaller_scale(
    decoded: Decode, size: tuple[int, int], shape: tuple[int, int], route: str
) -> None:
    still = decoded(simplejpeg.encode_jpeg(scenery(*size)))

    assert still.pixels.shape[:2] == shape
    assert (still.width, still.height) == size
    assert still.route == route


@pytest.mark.parametrize("size", [(1, 1), (65000, 1), (1, 65000), (3000, 2000), (5200, 3)])
def test_still_of_a_png_of_any_shape_keeps_its_long_side(decoded: Decode, size: tuple[int, int]) -> None:
    still = decoded(photo("PNG", scenery(*size)))

    assert max(still.pixels.shape[:2]) == min(max(size), LONGEST_SIDE)
    assert (still.width, still.height) == size


def test_still_of_a_turned_large_jpeg_is_turned_after_scaling(decoded: Decode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    still = decoded(photo("JPEG", scenery(4000, 3000), exif=exif))

    assert still.pixels.shape == (2000, 1500, 3)
    assert (still.width, still.height) == (3000, 4000)


@pytest.mark.parametrize("pillow_format", ["JPEG", "TIFF"])
def test_still_of_cmyk_becomes_rgb(decoded: Decode, pillow_format: str) -> None:
    pixels = decoded(saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), pillow_format)).pixels

    assert difference(pixels, np.full_like(pixels, (255, 0, 0))) < 6


@pytest.mark.parametrize("pillow_format", ["PNG", "TIFF"])
def test_still_of_sixteen_bit_gray_is_scaled_and_not_clipped(decoded: Decode, pillow_format: str) -> None:
    deep = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(16, 16)

    pixels = decoded(saved(Image.fromarray(deep), pillow_format)).pixels

    assert np.abs(pixels[..., 0].ravel().astype(int) - np.arange(256)).max() <= 1


def test_still_of_floating_point_tiff_spans_the_greys(decoded: Decode) -> None:
    deep = np.array([[0.0, 0.5], [1.0, np.nan]], dtype=np.float32)

    assert decoded(saved(Image.fromarray(deep), "TIFF")).pixels[..., 1].tolist() == [[0, 127], [255, 0]]


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_still_of_few_colours_becomes_rgb(decoded: Decode, mode: str) -> None:
    image = Image.fromarray(scenery(64, 48)).convert(mode)

    assert np.array_equal(decoded(saved(image, "PNG")).pixels, np.asarray(image.convert("RGB")))


def test_still_shows_transparency_as_white(decoded: Decode) -> None:
    image = Image.new("RGBA", (4, 1), (255, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 255))

    assert decoded(saved(image, "PNG")).pixels.tolist() == [[[255, 0, 0]] + [[255, 255, 255]] * 3]


def test_still_shows_a_transparent_palette_entry_as_white(decoded: Decode) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)

    assert decoded(saved(image, "PNG", transparency=0)).pixels.tolist() == [[[255, 255, 255], [0, 0, 255]]]


@pytest.mark.parametrize("pillow_format", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_still_of_an_animation_is_its_first_frame(decoded: Decode, pillow_format: str) -> None:
    first, *others = [Image.fromarray(scenery(64, 48, seed)) for seed in range(4)]

    still = decoded(saved(first, pillow_format, save_all=True, append_images=others, quality=95))

    assert still.frame_count == 4
    assert difference(still.pixels, np.asarray(first)) < 12


def test_still_of_three_thousand_frames_is_accepted(decoded: Decode) -> None:
    image = Image.new("P", (8, 8))
    frames = [Image.new("P", (8, 8), (at + 1) % 2) for at in range(2999)]

    still = decoded(saved(image, "GIF", save_all=True, append_images=frames, duration=10, optimize=False))

    assert still.frame_count == 3000


def test_still_of_a_jpeg_with_previews_of_itself_has_one_frame(decoded: Decode) -> None:
    first, second = (Image.fromarray(scenery(64, 48, seed)) for seed in range(2))

    still = decoded(saved(first, "MPO", save_all=True, append_images=[second]))

    assert still.frame_count == 1


def test_still_of_a_bitmap_drawn_from_the_top_is_upright(decoded: Decode) -> None:
    content = bytearray(photo("BMP", scenery(8, 4)))
    height_at = 22
    content[height_at : height_at + 4] = struct.pack("<i", -4)

    assert np.array_equal(decoded(bytes(content)).pixels, scenery(8, 4)[::-1])


def test_pixel_digest_is_the_same_for_the_same_pixels_in_other_bytes(decoded: Decode) -> None:
    digests = {decoded(photo(pillow_format)).pixel_digest for pillow_format in LOSSLESS}

    assert len(digests) == 1


def test_pixel_digest_sees_one_changed_pixel(decoded: Decode) -> None:
    changed = scenery().copy()
    changed[0, 0, 0] ^= 1

    assert decoded(photo("PNG")).pixel_digest != decoded(photo("PNG", changed)).pixel_digest


def test_pixel_digest_sees_the_shape(decoded: Decode) -> None:
    wide = np.full((4, 9, 3), 7, dtype=np.uint8)

    assert (
        decoded(photo("PNG", wide)).pixel_digest != decoded(photo("PNG", wide.reshape(9, 4, 3))).pixel_digest
    )
