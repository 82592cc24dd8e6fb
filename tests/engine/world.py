"""A small made-up city: topics as directions in space, needs and offers as texts near them, in two languages."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from matcher.engine.calibrate import make_frame
from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.types import Document, Floats, Passage, Profile, Role, Sentence, with_vectors

DIMENSION = 64
TOPICS = {
    "防災": ("避難する先の混雑が分からない。", "避難する先の空き状況を知らせるサービスです。"),
    "農業": ("収穫の時期に人手が足りない。", "収穫を手伝う人と農家をつなぐ仕組みを運営します。"),
    "見守り": ("独居の高齢者の異変に気付けない。", "高齢者の異変を知らせるセンサーを販売します。"),
    "交通": ("バス路線の維持が難しい。", "予約制の乗合バスを運行します。"),
    "教育": ("プログラミングを教えられる教員が少ない。", "学校でプログラミングの授業を行います。"),
    "環境": ("食品の廃棄を減らせない。", "余った食品を届けるアプリです。"),
}
COMMON = "どうぞよろしくお願いします。"


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


@dataclass
class World:
    """Encodes a text as topic + role + language + its own noise: what a real encoder does, without the model."""

    seed: int = 0
    directions: dict[str, Floats] = field(default_factory=dict)

    def direction(self, name: str) -> Floats:
        if name not in self.directions:
            generator = np.random.default_rng([self.seed, *name.encode()])
            self.directions[name] = unit(generator.normal(size=DIMENSION).astype(np.float32))
        return self.directions[name]

    def vector(self, text: str, topic: str, role: Role, language: str = "ja") -> Floats:
        shared = 1.5 * self.direction(role) + 0.8 * self.direction(language)
        return unit(shared + 0.5 * self.direction(topic) + 0.35 * self.direction(text))

    def document(
        self, owner: str, topics: Sequence[str], role: Role, language: str = "ja", profile: Profile = Profile()
    ) -> Document:
        """One passage a topic, two sentences each: the topic's own, and one that everybody says."""
        part = "problem" if role is Role.NEED else "profile"
        passages, vectors = [], []
        for topic in topics:
            text, common = _texts(topic, role, language)
            passages.append(Passage((Sentence(text, part), Sentence(common, part))))
            vectors += [self.vector(f"whole {text} {owner}", topic, role, language)]
            vectors += [self.vector(f"{text} {owner}", topic, role, language)]
            vectors += [self.vector(common, "common", role, language)]
        return with_vectors([Document(owner, tuple(passages), profile)], np.stack(vectors))[0]

    def needs(self, count: int) -> list[Document]:
        return [self.document(f"need-{i:02d}", [topic_of(f"need-{i:02d}")], Role.NEED) for i in range(count)]

    def offers(self, count: int = 36) -> list[Document]:
        return [self.document(f"offer-{i:02d}", [topic_of(f"offer-{i:02d}")], Role.OFFER) for i in range(count)]

    def background(self, role: Role, language: str = "ja") -> list[Document]:
        """Texts on forty other topics."""
        return [self.document(f"{language}-{i}", [f"話題{i}"], role, language) for i in range(40)]

    def frame(self) -> Frame:
        foreign = {"en": self.background(Role.NEED, "en")}
        return make_frame(self.background(Role.NEED), self.background(Role.OFFER), foreign)


def _texts(topic: str, role: Role, language: str) -> tuple[str, str]:
    if language != "ja":
        return "They cannot cope.", "Thank you."
    asks, offers = TOPICS.get(topic, (f"{topic}が課題。", f"{topic}の会社。"))
    return asks if role is Role.NEED else offers, COMMON


def topic_of(owner: str) -> str:
    return list(TOPICS)[int(owner[-2:]) % len(TOPICS)]


def unread(document: Document) -> Document:
    """The same document before the encoder has seen it."""
    return Document(document.owner, tuple(Passage(p.sentences) for p in document.passages), document.profile)


WORLD = World()
FRAME = WORLD.frame()
OFFERS = Corpus.build(WORLD.offers(), Role.OFFER, FRAME, grams=True)
NEEDS = Corpus.build(WORLD.needs(12), Role.NEED, FRAME, grams=True)


def asking(topic: str, owner: str = "asking", language: str = "ja", profile: Profile = Profile()) -> Query:
    return Query.of(WORLD.document(owner, [topic], Role.NEED, language, profile), Role.NEED, FRAME)
