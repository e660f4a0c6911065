"""The sample site's prose: paragraphs drawn from the phrase lists, no paragraph twice on the whole site."""

import random
import re
from collections.abc import Callable

from crawler.demo import phrases

_SLOT = re.compile(r"\{(\w+)\}")


class Prose:
    """A writer with a seed of its own; what `shared` holds has been written before and is not written again."""

    def __init__(self, seed: str, shared: set[str]) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - text, not secrets
        self._written = shared
        self._fresh: dict[tuple[str, ...], list[str]] = {}

    @property
    def draw(self) -> random.Random:
        """The writer's source of chance."""
        return self._draw

    def name(self, given: tuple[str, ...]) -> str:
        """An invented person's name, of `phrases.MEN` or `phrases.WOMEN`."""
        return f"{self._draw.choice(phrases.SURNAMES)} {self._draw.choice(given)}"

    def sentence(self, templates: tuple[str, ...]) -> str:
        """One filled template; within one writer each template comes once before any comes again."""
        fresh = self._fresh.setdefault(templates, [])
        if not fresh:
            fresh.extend(self._draw.sample(templates, len(templates)))
        return self._fill(fresh.pop())

    def unique(self, templates: tuple[str, ...]) -> str:
        """One filled template that stands nowhere else on the site."""
        return self._once(lambda: self.sentence(templates))

    def paragraph(self) -> str:
        """Two to four sentences."""
        return self._once(lambda: " ".join(self.sentence(phrases.SENTENCES) for _ in range(self._draw.randint(2, 4))))

    def caption(self, seen: set[str]) -> str:
        """A photo's caption that is not among those `seen`, now and then with a credit."""
        while (caption := self.sentence(phrases.CAPTIONS)) in seen:
            continue
        seen.add(caption)
        match self._draw.randrange(6):
            case 0:
                return f"{caption} (Ảnh: {self._draw.choice(phrases.CREDITS)})"
            case 1:
                return f"{caption} Ảnh: {self._draw.choice(phrases.CREDITS)}"
        return caption

    def opening(self, first: str) -> str:
        """The first paragraph: the sentence given, then one or two more."""
        more = [self.sentence(phrases.FOLLOW_UPS)]
        if self._draw.random() < 0.5:
            more.append(self.sentence(phrases.SENTENCES))
        return " ".join([first, *more])

    def table(self) -> tuple[tuple[str, ...], ...]:
        """A small table: a head and a row for each of some wards."""
        wards = self._draw.sample(phrases.SLOTS["ward"], 3)
        return (
            ("Phường", "Số hộ tham gia", "Tỷ lệ"),
            *((ward, self._value("n"), self._value("pct")) for ward in wards),
        )

    def _once(self, write: Callable[[], str]) -> str:
        for _ in range(200):
            text = write()
            if text not in self._written:
                self._written.add(text)
                return text
        raise RuntimeError("the phrase lists are exhausted; add phrases")

    def _fill(self, template: str) -> str:
        return _SLOT.sub(lambda match: self._value(match[1]), template)

    def _value(self, slot: str) -> str:
        draw = self._draw
        match slot:
            case "n":
                return f"{draw.randint(13, 980)}"
            case "m":
                return f"{draw.randint(2, 11)}"
            case "pct":
                return f"{draw.randint(11, 98)},{draw.randint(1, 9)}%"
            case "money":
                return f"{draw.randint(12, 940)} triệu đồng"
            case "man":
                return self.name(phrases.MEN)
            case "woman":
                return self.name(phrases.WOMEN)
            case "person":
                return f"ông {self._value('man')}" if draw.random() < 0.5 else f"bà {self._value('woman')}"
        value = self._value(slot.lower()) if slot[0].isupper() else draw.choice(phrases.SLOTS[slot])
        return value[0].upper() + value[1:] if slot[0].isupper() else value
