"""A coordinator reads the office's list of partners in: columns, check, correction, and taking back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_from_the_list_in_excel_to_the_partners_and_back(meet: Meet, tmp_path: Path, scripts: bool) -> None:
    kind = "scripts" if scripts else "plain"
    names = [f"株式会社取込{kind}{n}" for n in range(3)]
    lines = ["団体名,区分,法人番号,謎の列", *(f"{name},企業,,x" for name in names), "番号ちがい,企業,123,y"]
    file = tmp_path / "名簿.csv"
    file.write_bytes("\r\n".join(lines).encode("cp932"))
    city = meet(java_script_enabled=scripts)
    city.sign_in(COORDINATOR)
    city.open("/city/imports")
    city.follow("Read a file in")
    city.page.locator("input[type=file]").set_input_files(file)
    city.press("Upload")
    expect(city.page.locator("#column-0")).to_have_value("name")
    expect(city.page.locator("#column-3")).to_have_value("")
    if scripts:
        audit(city.page)
    city.press("Check the list")
    expect(city.page.get_by_text(names[0])).to_be_visible()
    if scripts:
        audit(city.page)
    with city.page.expect_download() as saved:
        city.follow("Save the lines to be corrected as an Excel file")
    assert saved.value.suggested_filename.endswith(".xlsx")
    city.page.locator("form[action$='/apply'] button").click()
    expect(city.page.get_by_text(city.say("The list has been read in."))).to_be_visible()
    city.follow("Take the import back")
    city.press("Take back")
    expect(city.page.get_by_text(city.say("The import has been taken back."))).to_be_visible()
    expect(city.page.get_by_role("link", name=names[0])).to_have_count(0)
