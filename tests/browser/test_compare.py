"""The same program in two precisions: times side by side; devices that are not there, with reasons."""

from playwright.sync_api import expect


def test_devices_are_listed_with_reasons(app):
    app.locator("#options summary").click()
    expect(app.locator("#device option[value=mps]")).to_be_disabled()
    expect(app.locator("#devices-missing")).to_contain_text("MPS is only on macOS")


def test_precisions_stand_side_by_side(app):
    app.locator("#tab-health").click()
    app.locator("#comparison summary").click()
    expect(app.locator("#compare-with option[value='mps float32']")).to_be_disabled()
    app.locator("#compare").click()
    table = app.locator("#comparison table")
    expect(table).to_contain_text("float64")
    times = table.locator("tbody tr").first.locator("td")
    expect(times).to_have_count(3)
    assert "—" not in times.all_text_contents()
