"""Which of the words that two texts share tell something: no names of places or people, nothing that all offices write.

They count in the score as everything does (their rarity takes care of that); this is about what is shown as a reason.
"""

import re
from collections.abc import Container, Iterable
from functools import cache

from matcher.engine import tokens
from matcher.engine.lexical import term_hash
from matcher.engine.types import Span

_COMPOUNDING = re.compile(r"[\u3005\u30a1-\u30ff\u3400-\u9fff]")  # katakana and kanji
_NAMES = frozenset({"地名", "人名"})
#: Sudachi's normalised forms. Words for the people of a scheme, its paperwork, its calendar, and mere size and degree.
_GENERIC = frozenset(
    "市 県 区 町 村 国 都 府 郡 市内 県内 区内 町内 市外 県外 国内 全国 各地 地域 地方 地区 市町 市町村 自治"
    " 自治体 行政 役所 市役所 公共 官民 団体 企業 会社 法人 組織 機関 大学 協会 協議 会 人 者 方 員 市民 住民"
    " 県民 区民 町民 職員 参加 関係 当事者 主体 担当 事業 取り組み 取組み 活動 施策 政策 計画 制度 業務 仕事"
    " 作業 対策 事例 実績 課題 問題 目標 目的 目指す 成果 効果 結果 状況 現状 現在 今後 将来 内容 方法 手法"
    " 仕組み 体制 分野 領域 項目 要素 観点 視点 立場 場 場合 場所 機会 時期 年度 年 月 日 時 時間 期間"
    " 毎年 毎月 今年 昨年 近年 従来 実施 推進 促進 支援 連携 協力 協働 共創 提供 提案 活用 利用 使用 実現 達成"
    " 解決 対応 展開 開始 継続 運営 運用 導入 整備 強化 向上 改善 充実 拡大 増加 減少 維持 確保 構築 形成 創出"
    " 発信 普及 啓発 周知 検討 調査 把握 確認 必要 重要 可能 十分 多く 多い 少ない 大きい 小さい 高い 低い"
    " 新しい 良い 様々 多様 中心 基本 全体 一部 以上 以下 程度 割合 数 量 率 額 化 性 的 型 系 用 別 等 内 外"
    " 中 上 下 前 後 先 間 点 面 側 力 度 元 所 部 課 件 名 回 為る 出来る 行う 行なう 進める 図る 有る 居る"
    " 成る 持つ 取る 出す 入る 使う 作る 造る 繋げる 繋がる 高める 広げる 増やす 減らす 増える 減る 続ける"
    " 始める 求める 考える 見る 知る 分かる 言う 思う 受ける 応じる 向ける 通じる 生かす 活かす 担う 支える"
    " 加える 含む 伴う 届く 届ける サービス プロジェクト システム sdgs sdg city cities project".split()
)


def dull_words(texts: Iterable[str]) -> Container[int]:
    """Hashes of the words in `texts` that are no reason by themselves."""
    return _generic() | {term_hash(form) for text in texts for form in _names(text)}


def grown(text: str, span: Span, other: str) -> Span:
    """The mark of a shared word with as much of its compound as `other` has too: 守り in 見守り, 避難 in 避難所.

    Sudachi splits compounds, and drops their weak parts; nobody reads them so. Hiragana, which joins words, ends one.
    """
    start, end = span
    while start > 0 and _COMPOUNDING.match(text[start - 1]) and text[start - 1 : end] in other:
        start -= 1
    while end < len(text) and _COMPOUNDING.match(text[end]) and text[start : end + 1] in other:
        end += 1
    return start, end


@cache
def _generic() -> frozenset[int]:
    return frozenset(map(term_hash, _GENERIC))


def _names(text: str) -> Iterable[str]:
    """Names of places and people, in the form in which `tokens.words` gives them."""
    for morpheme in tokens._sudachi().tokenize(text[: tokens.PIECE]):
        if _NAMES.intersection(morpheme.part_of_speech()):
            yield tokens.normalise(morpheme.normalized_form())
