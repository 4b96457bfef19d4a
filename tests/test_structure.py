"""The checks of structure find each kind of fault in a small source."""

from graphlib import CycleError

import pytest

from testing.structure import Sources, attributes, levels

FILES = {
    "shop/__init__.py": "from mydata_ledger.shop.till import Till as Till",
    "shop/errors.py": (
        "class Wrong(Exception): ...\nclass Dear(Wrong): ...\nclass Cheap(Wrong): ...\nclass Both(Dear, Cheap): ..."
    ),
    "shop/ports.py": "from typing import Protocol\nclass Opens(Protocol): ...\nclass Shuts(Protocol): ...",
    "shop/till.py": (
        "from typing import Generic\n"
        "from mydata_ledger.shop.ports import Opens, Shuts\n"
        "class Box(Opens, Shuts): ...\n"
        "class Drawer: ...\n"
        "class Till(Drawer): ..."
    ),
    "shop/desk/__init__.py": "",
    "shop/desk/lamp.py": (
        "import mydata_ledger.shop.till\n"
        "from mydata_ledger import shop\n"
        "from mydata_ledger.shop import Till\n"
        "class Shade: ...\n"
        "class Lamp(Shade, Till[int]): ...\n"
        "class Light(Lamp, list): ...\n"
        "def later():\n    from mydata_ledger.shop.errors import Wrong\n    return shop.world.store"
    ),
}


@pytest.fixture
def sources(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Sources(tmp_path, ["shop"])


def test_parents_are_found_through_packages_that_hand_a_class_on(sources):
    assert sources.parents("shop.desk.lamp:Lamp") == ["shop.desk.lamp:Shade", "shop.till:Till"]
    assert sources.parents("shop.desk.lamp:Light") == ["shop.desk.lamp:Lamp"]
    assert sources.depth("shop.desk.lamp:Light") == 3


def test_errors_and_protocols_stand_apart(sources):
    assert sources.is_excluded("shop.errors:Both")
    assert sources.is_excluded("shop.ports:Opens")
    assert sources.parents("shop.till:Box") == []


def test_imports_are_those_of_ours_at_the_top_or_later(sources):
    assert sources.imports["shop.desk.lamp"] == {"shop", "shop.till", "shop.errors"}
    assert sources.imports["shop"] == {"shop.till"}


def test_levels_are_the_longest_way_between_the_children_of_a_package(sources):
    children = sources.children("shop")
    assert children.keys() == {"__init__", "errors", "ports", "till", "desk"}
    assert children["desk"] == {"__init__", "errors", "till"}
    assert levels(children) == 4
    assert levels(sources.children("shop.desk")) == 1


def test_a_circle_is_no_level(sources):
    with pytest.raises(CycleError):
        levels(sources.children("shop") | {"ports": {"desk"}})


def test_attributes_are_named_with_their_line(sources, tmp_path):
    assert sorted(attributes(tmp_path, ["shop"], {"world", "store"})) == [
        "shop/desk/lamp.py:9 store",
        "shop/desk/lamp.py:9 world",
    ]
