"""What differs between two frames is inside the box, and nothing else."""

from PIL import Image

from app.export.delta import changed


def frame(*spots, mode="RGB"):
    image = Image.new(mode, (20, 10))
    for spot in spots:
        image.putpixel(spot, (1, 0, 0, 0)[: len(mode)])
    return image


def test_box_is_around_what_differs():
    assert changed(frame(), frame((3, 5), (7, 6))) == (3, 5, 8, 7)
    assert changed(frame(), frame((3, 5), mode="RGB"), even=True) == (2, 4, 4, 6)


def test_colours_of_clear_pixels_count():
    assert changed(frame(mode="RGBA"), frame((3, 5), mode="RGBA")) == (3, 5, 4, 6)


def test_first_frame_is_whole_and_equal_ones_a_corner():
    assert changed(None, frame()) == (0, 0, 20, 10)
    assert changed(frame(), frame()) == (0, 0, 1, 1)
