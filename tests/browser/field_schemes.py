"""Four schemes of the field as a coordinator describes them: what is asked, what passes, and what it grants."""

from tests.browser.scheme_setup import Said

TEXT, CHOICE, ACTIONS = "Several lines of text", "One of several choices", "Actions by SDG goal and target"
PLEDGE = "申請の内容に偽りがないことを誓約します。"
SCREENED, CHECKED = "Certification (detailed review)", "Registration (confirmation)"


def asked(question: str, kind: str = TEXT, **more: str) -> Said:
    return {"Question": question, "kind": kind, "Must be answered": True, **more}


def public(question: str, kind: str = TEXT) -> Said:
    return {**asked(question, kind), "The answer is published once it is granted": True}


def pledge() -> Said:
    return {"Question": PLEDGE, "kind": "Declaration to agree to"}


WEIGHTS = {"環境": (2, 60), "社会": (1, ""), "ガバナンス": (1, ""), "地域": (2, 60)}
STEPS = "取り組んでいない | 0\n計画している | 1\n実施している | 2\n成果を測り見直している | 3"
ASSESSED = {
    "エネルギー使用量を把握し、減らしている": "環境",
    "廃棄物を減らし、資源として循環させている": "環境",
    "働く時間や休暇を見直し、働きやすくしている": "社会",
    "災害時の事業継続計画がある": "ガバナンス",
    "地域の人を雇い、または地域から調達している": "地域",
    "学校や地域の学びに協力している": "地域",
}
#: as 川崎市: 登録, then 認証 by a weighted self-assessment
TWO_TIERS: Said = {
    "name": "SDGsパートナー登録・認証（二段階）",
    "summary": "SDGsに取り組む団体を登録し、自己評価の基準に達した団体を認証します。",
    "kinds": ["Company", "NPO", "Citizens' group", "School"],
    "tiers": [
        {
            "name": "登録",
            "level": CHECKED,
            "years": 3,
            "number": "KWP-{year}-{number:04}",
            "rounds": [("第1期", "2026-04-01", "2099-03-31")],
            "questions": [public("現在のSDGsに関する取組"), public("2030年の目標", "One line of text"), pledge()],
        },
        {
            "name": "認証",
            "level": SCREENED,
            "requires": "登録",
            "years": 3,
            "number": "KWG-{year}-{number:04}",
            "rounds": [("第1期", "2026-04-01", "2099-03-31")],
            "questions": [
                *(
                    asked(question, CHOICE, **{"Choices": STEPS, "Category of the self-assessment": category})
                    for question, category in ASSESSED.items()
                ),
                public("重点的に取り組むゴールとターゲット", ACTIONS),
                pledge(),
            ],
            "rules": {"categories": WEIGHTS, "total": 60, "min_targets": 1},
        },
    ],
}

BASIC = [f"基本の取組その{number}" for number in range(1, 26)]
CHALLENGE = [f"挑戦の取組その{number}" for number in range(1, 26)]
#: as 熊本県: a scheme of the prefecture, counted by city
PREFECTURE: Said = {
    "name": "県SDGs登録（県と市町の連携）",
    "summary": "県内の団体が行動を宣言して登録します。県と市町、金融機関が連携して運営します。",
    "scope": "Partners of the whole prefecture",
    "operator": "県（市町・金融機関と連携）",
    "tiers": [
        {
            "name": "登録",
            "level": CHECKED,
            "years": 3,
            "number": "KM{year}-{number:04}",
            "questions": [public("行動宣言（SDGsの達成に向けて）")],
            "items": [
                {"lines": BASIC, "section": "基本項目", "level": "Basic item"},
                {"lines": CHALLENGE, "section": "チャレンジ項目", "level": "Challenge item"},
            ],
            "rules": {"all_basic": True, "min_challenge": 5},
        }
    ],
}

#: as 加賀市: actions classified by goal and target, and made public
CERTIFIED: Said = {
    "name": "SDGs推進パートナー認定（行動の公開）",
    "summary": "行動を17のゴールと169のターゲットに分類して公開する団体を認定します。",
    "tiers": [
        {
            "name": "推進パートナー",
            "level": SCREENED,
            "number": "認定第{number}号",
            "questions": [public("ゴールとターゲットごとの行動", ACTIONS), pledge()],
            "rules": {"min_targets": 1},
        }
    ],
}

#: as 平塚市: what each can give and looks for, so as to bring partners together
MATCHING: Said = {
    "name": "SDGs推進団体登録（マッチング）",
    "summary": "団体を登録し、市と、または登録団体どうしを引き合わせます。",
    "kinds": ["Company", "NPO"],
    "tiers": [
        {
            "name": "登録",
            "level": CHECKED,
            "years": 2,
            "number": "HR-{year}-{number:03}",
            "questions": [public("提供できること"), public("求めていること"), pledge()],
        }
    ],
}
