"""Prefectures by their two-digit code and the divisions of 日本標準産業分類 (14th revision)."""

PREFECTURES: dict[str, tuple[str, str]] = {
    f"{number:02d}": names
    for number, names in enumerate(
        (
            ("北海道", "Hokkaido"), ("青森県", "Aomori"), ("岩手県", "Iwate"), ("宮城県", "Miyagi"),
            ("秋田県", "Akita"), ("山形県", "Yamagata"), ("福島県", "Fukushima"), ("茨城県", "Ibaraki"),
            ("栃木県", "Tochigi"), ("群馬県", "Gunma"), ("埼玉県", "Saitama"), ("千葉県", "Chiba"),
            ("東京都", "Tokyo"), ("神奈川県", "Kanagawa"), ("新潟県", "Niigata"), ("富山県", "Toyama"),
            ("石川県", "Ishikawa"), ("福井県", "Fukui"), ("山梨県", "Yamanashi"), ("長野県", "Nagano"),
            ("岐阜県", "Gifu"), ("静岡県", "Shizuoka"), ("愛知県", "Aichi"), ("三重県", "Mie"),
            ("滋賀県", "Shiga"), ("京都府", "Kyoto"), ("大阪府", "Osaka"), ("兵庫県", "Hyogo"),
            ("奈良県", "Nara"), ("和歌山県", "Wakayama"), ("鳥取県", "Tottori"), ("島根県", "Shimane"),
            ("岡山県", "Okayama"), ("広島県", "Hiroshima"), ("山口県", "Yamaguchi"), ("徳島県", "Tokushima"),
            ("香川県", "Kagawa"), ("愛媛県", "Ehime"), ("高知県", "Kochi"), ("福岡県", "Fukuoka"),
            ("佐賀県", "Saga"), ("長崎県", "Nagasaki"), ("熊本県", "Kumamoto"), ("大分県", "Oita"),
            ("宮崎県", "Miyazaki"), ("鹿児島県", "Kagoshima"), ("沖縄県", "Okinawa"),
        ),
        1,
    )
}  # fmt: skip

INDUSTRIES: dict[str, tuple[str, str]] = {
    "A": ("農業、林業", "Agriculture and forestry"),
    "B": ("漁業", "Fisheries"),
    "C": ("鉱業、採石業、砂利採取業", "Mining and quarrying"),
    "D": ("建設業", "Construction"),
    "E": ("製造業", "Manufacturing"),
    "F": ("電気・ガス・熱供給・水道業", "Electricity, gas, heat and water"),
    "G": ("情報通信業", "Information and communications"),
    "H": ("運輸業、郵便業", "Transport and postal services"),
    "I": ("卸売業、小売業", "Wholesale and retail trade"),
    "J": ("金融業、保険業", "Finance and insurance"),
    "K": ("不動産業、物品賃貸業", "Real estate and leasing"),
    "L": ("学術研究、専門・技術サービス業", "Research, professional and technical services"),
    "M": ("宿泊業、飲食サービス業", "Accommodation, eating and drinking services"),
    "N": ("生活関連サービス業、娯楽業", "Personal services and amusement"),
    "O": ("教育、学習支援業", "Education and learning support"),
    "P": ("医療、福祉", "Medical, health care and welfare"),
    "Q": ("複合サービス事業", "Compound services"),
    "R": ("サービス業(他に分類されないもの)", "Services not elsewhere classified"),
    "S": ("公務(他に分類されるものを除く)", "Government"),
    "T": ("分類不能の産業", "Unable to classify"),
}


def prefecture_code(name: str) -> str | None:
    """The two digits of a prefecture by its Japanese name, or None."""
    return next((code for code, (japanese, _) in PREFECTURES.items() if japanese == name), None)
