"""Makes the text of posts in several languages: common words by Zipf's law and a long tail of made-up ones.

The point is not sense but statistics: word lengths, non-ASCII shares, repeated short phrases and an entropy like
those of real posts, so that compressors and LIKE meet what they would meet in life.
"""
WORDS = {
    "en": """the to a and of is in I it you that for this on my was be with so just not have but me are like they we what all at
 if your one about out can do people no more as from up how or when get who good now think really has some time know love would
 because an he day there see today their going been new don't even still too make will only want them by much back his never
 every right work here other need could than life then which thing look way after first where feel two something great going
 year got well why happy night always world best little someone old game last had made actually better thanks should most over
 into our those being lot big read find hope next ever years trying home anyone years whole morning sure say take start watch
 come follow week yes yet please everyone keep live down away music book post long friends cat art weather sky blue""",
    "pt": """de que o a e não é eu um uma pra para com no na do da se em me mas mais por isso como tá os as só ele ela muito vou
 gente meu minha já hoje quando foi bem tem ser vai também aqui bom dia todo mundo amo nada quem agora sobre vida porque essa
 esse até você nem sem ainda coisa assim fazer saudade amanhã noite tudo melhor tempo casa sempre nunca ano acho brasil""",
    "es": """de que la el no y a en es un me lo por con se una para los te mi como pero más si ya yo las todo esto está muy cuando
 bien ser hay hoy porque qué gracias día vida solo siempre buenos quiero gente mejor nada años cosas ver ahora amor noche""",
    "de": """ich und die der das nicht ist es ein in zu mit auf so auch für den man wie aber was noch hat von wenn mal an nur
 schon heute haben mir eine sich dem wieder dass sind bei aus doch einfach wird oder sehr gut immer mehr morgen leben danke""",
    "ja": """です ます した して いる から ない この それ こと ので ある もの けど という れて ました ください 今日 明日 私 人 見 絵
 時間 楽しい 猫 本当 好き 今 描いた 新しい 投稿 ありがとう おはよう おやすみ 寝る 仕事 買った 青空 ライブ 可愛い すごい 思う 食べ
 行く 来た 写真 夜 朝 お願い 最高 話 感じ 久しぶり 漫画 イラスト フォロー 嬉しい 東京 天気 雨 散歩 コーヒー""",
}
WORDS = {lang: words.split() for lang, words in WORDS.items()}
LANGS = ["en"] * 57 + ["pt"] * 16 + ["ja"] * 15 + ["es"] * 7 + ["de"] * 5
SYLLABLES = """ba be ca ce chi co da den di el en er fa fi ga gen ha her in ing ja ka ki la len li lo ma me min na ne no on or pa
 per po ra re ri ro sa se shi so ster ta te ti to tu un va ver vi wa wo ya zo""".split()
KANA = [chr(c) for c in range(0x3042, 0x3094)] + [chr(c) for c in range(0x4E00, 0x4E00 + 2400, 3)]
ENDINGS = ["", "", "", ".", ".", "!", "!!", "?", "...", " 😂", " 😭", " ❤️", " 🔥", "\n\nhttps://youtu.be/", " \"lol\""]


def post_text(rng):
    """Returns a post's text and its language; lengths are skewed towards the short, up to Bluesky's 300 characters."""
    lang = LANGS[int(rng.random() * len(LANGS))]
    words, count = WORDS[lang], 1 + int(42 * skewed(rng))
    japanese = lang == "ja"
    parts = [rare_word(rng, japanese) if rng.random() < 0.22 else words[int(len(words) * skewed(rng))]
             for _ in range(count)]
    text = ("" if japanese else " ").join(parts)[:290]
    return text + ENDINGS[int(rng.random() * len(ENDINGS))], lang


def skewed(rng):
    share = rng.random()
    return share * share


def rare_word(rng, japanese):
    if japanese:
        return "".join(KANA[int(skewed(rng) * len(KANA))] for _ in range(1 + int(rng.random() * 3)))
    return "".join(SYLLABLES[int(rng.random() * len(SYLLABLES))] for _ in range(2 + int(rng.random() * 3)))
